"""Site files: what they may say, and what is said about a mistake."""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path

import pytest

from scrapers.sites import Shipping, Site, Tiers, read_site
from warehouse.errors import InputError

WHOLE = """\
site: example-shop
start:
  sitemap: https://www.example.com/sitemap.xml
hosts: [example.com, cdn.example.net:8443]
allow_private: true
currency: EUR
product_url: /product/\\d+
politeness:
  delay: 0.5
  concurrency: 4
"""


BASE = "site: s\nstart:\n  sitemap: https://a.example/s.xml\n"


def write(folder: Path, text: str) -> Path:
    path = folder / "shop.yaml"
    path.write_text(text, encoding="utf-8")
    return path


def test_a_whole_file(tmp_path: Path) -> None:
    site = read_site(write(tmp_path, WHOLE))
    assert site == Site(
        name="example-shop",
        sitemaps=("https://www.example.com/sitemap.xml",),
        watch=(),
        hosts=("example.com", "cdn.example.net:8443"),
        allow_private=True,
        currency="EUR",
        product_url="/product/\\d+",
        delay=0.5,
        concurrency=4,
    )
    assert Site.from_json(site.to_json()) == site


def test_the_documentation_s_example(tmp_path: Path) -> None:
    """Every field there is stands in it, and all are read as it says."""
    (tmp_path / "kvi.txt").write_text("https://www.example.com/product/1\n")
    text = (Path(__file__).parents[2] / "docs" / "site-files.md").read_text(encoding="utf-8")
    site = read_site(write(tmp_path, text.split("```yaml\n", 1)[1].split("```", 1)[0]))
    assert site == Site(
        name="example-shop",
        sitemaps=("https://www.example.com/sitemap.xml",),
        watch=("https://www.example.com/product/1",),
        categories=("https://www.example.com/shoes", "https://www.example.com/hats"),
        feeds=("https://www.example.com/feeds/google.xml",),
        shopify=("https://www.example.com",),
        woocommerce=("https://www.example.com",),
        hosts=("example.com", "cdn.example.net:8443"),
        currency="EUR",
        tax_included=True,
        product_url="/product/\\d+",
        selectors={"price": ".price--final", "availability": "#stock"},
        shipping=Shipping(Decimal("4.95"), Decimal(50)),
        tiers=Tiers(("https://www.example.com/product/1",), "/bestseller/"),
        keep_pages=True,
        proxy_env="EXAMPLE_SHOP_PROXY",
        delay=1.0,
        concurrency=2,
        window="22:00-06:00 Europe/Berlin",
        contact="https://us.example/crawler",
        schedule="0 4 * * 1,4",
    )
    assert Site.from_json(site.to_json()) == site


def test_a_definition_from_before_there_was_more_to_say() -> None:
    old = {
        "name": "s", "sitemaps": ["https://a.example/s.xml"], "watch": [], "hosts": ["a.example"], "delay": 0.5,
        "allow_private": False, "currency": None, "product_url": None, "concurrency": 2,
    }  # fmt: skip
    assert Site.from_json(json.dumps(old)) == Site(
        "s", ("https://a.example/s.xml",), (), ("a.example",), delay=0.5, concurrency=2
    )


def test_a_watch_list_inline_and_the_hosts_it_implies(tmp_path: Path) -> None:
    site = read_site(write(tmp_path, "site: s\nstart:\n  watch: [https://a.example/1, https://b.example:8443/2]\n"))
    assert site.watch == ("https://a.example/1", "https://b.example:8443/2")
    assert site.hosts == ("a.example", "b.example:8443")
    assert (site.allow_private, site.delay, site.concurrency) == (False, 1.0, 1)


def test_a_watch_list_in_a_file_beside_it(tmp_path: Path) -> None:
    (tmp_path / "list.txt").write_text("# KVIs\nhttps://a.example/1\n\nhttps://a.example/1\nhttps://a.example/2\n")
    assert read_site(write(tmp_path, "site: s\nstart: {watch: list.txt}\n")).watch == (
        "https://a.example/1",
        "https://a.example/2",
    )


@pytest.mark.parametrize(
    ("text", "line", "says"),
    [
        ("start: {sitemap: https://a.example/s.xml}", 1, "'site' is missing; add it"),
        ("site: A Shop\nstart: {sitemap: https://a.example/s.xml}", 1, "site: must be small letters"),
        ("site: s\n", 1, "'start' is missing; add it"),
        ("site: s\nstart:\n  watch: []\n", 3, "start: give at least one of sitemap, watch"),
        ("site: s\nstart:\n  sitemap: a.example/s.xml\n", 3, "start.sitemap: 'a.example/s.xml' is no address; write"),
        ("site: s\nstart:\n  sitemap: file:///etc/passwd\n", 3, "start.sitemap: "),
        ("site: s\nstart:\n  sitemap: https://u:p@a.example/s.xml\n", 3, "start.sitemap: "),
        (
            "site: s\nstart:\n  sitemap:\n    - https://a.example/s.xml\n    - {a: 1}\n",
            5,
            "start.sitemap: this must be one value",
        ),
        ("site: s\nstart:\n  sitemap: https://a.example/s.xml\nhosts: [b.example]", 3, "lies on none of hosts"),
        (
            "site: s\nstart:\n  sitemap: https://a.example/s.xml\nhosts: ['a.example/x']",
            4,
            "hosts: 'a.example/x' is no host; write",
        ),
        ("site: s\nstart:\n  sitemap: https://a.example/s.xml\ncurrency: Euro", 4, "currency: 'Euro' is no ISO 4217"),
        (
            "site: s\nstart:\n  sitemap: https://a.example/s.xml\nallow_private: 1",
            4,
            "allow_private: '1' is neither true nor",
        ),
        ("site: s\nstart:\n  sitemap: https://a.example/s.xml\nproduct_url: '('", 4, "product_url: this is no regular"),
        (
            "site: s\nstart:\n  sitemap: https://a.example/s.xml\npoliteness:\n  delay: fast",
            5,
            "politeness.delay: 'fast' is not a number",
        ),
        (
            "site: s\nstart:\n  sitemap: https://a.example/s.xml\npoliteness:\n  delay: -1",
            5,
            "politeness.delay: must be seconds between",
        ),
        (
            "site: s\nstart:\n  sitemap: https://a.example/s.xml\npoliteness:\n  concurrency: 0",
            5,
            "politeness.concurrency: must be between",
        ),
        (
            "site: s\nstart:\n  sitemap: https://a.example/s.xml\npoliteness:\n  concurrency: 1.5",
            5,
            "politeness.concurrency: 1.5 is not a whole number",
        ),
        ("site: s\nstart:\n  sitemap: https://a.example/s.xml\ncurrency:", 4, "currency: this must be text"),
        ("site: s\nstart:\n  sitemap:\n    - https://a.example/s.xml\n    - b\n", 5, "start.sitemap: 'b' is no"),
        ("site: s\nstart:\n  sitemap: https://a.example/s.xml\npoliteness: 3", 4, "politeness: this must be a mapping"),
        (
            "site: s\nstart:\n  sitemap: https://a.example/s.xml\ncurency: EUR",
            4,
            "curency: no such field; did you mean 'currency'?",
        ),
        (BASE + "render: sometimes", 4, "render: 'sometimes' is none of auto, always, never"),
        (BASE + "selectors: {prize: .p}", 4, "selectors.prize: no such product field; did you mean 'price'?"),
        (BASE + "selectors:\n  price: '.p['", 5, "selectors.price: this is no CSS selector"),
        (BASE + "shipping: {free_from: 50}", 4, "'cost' is missing"),
        (BASE + "shipping: {cost: 5}", 4, "shipping: its amounts need a currency"),
        (BASE + "currency: EUR\nshipping: {cost: -5}", 5, "shipping.cost: must be an amount of 0 or more"),
        (BASE + "tiers: {}", 4, "tiers: say which pages are read daily"),
        (BASE + "tiers: {daily: none.txt}", 4, "tiers.daily: the file"),
        (BASE + "schedule: every night", 4, "schedule: 'every night' is no cron; write five fields such as"),
        (BASE + "proxy_env: http://user:secret@proxy:1", 4, "proxy_env: write the name of an environment variable"),
        (BASE + "politeness: {window: at night}", 4, 'politeness.window: write it as "22:00-06:00 Europe/Berlin"'),
        (BASE + "politeness: {window: 22:00-25:00 UTC}", 4, "politeness.window: an hour is 0 to 23"),
        (BASE + "politeness: {window: 22:00-06:00 Berlin}", 4, "politeness.window: 'Berlin' is no time zone"),
        (BASE + "politeness: {window: 06:00-06:00 UTC}", 4, "politeness.window: it opens and closes at the same time"),
        (BASE + "politeness: {contact: 'a b'}", 4, "politeness.contact: write an address"),
        ("site: s\nstart: {category: /shoes}", 2, "start.category: '/shoes' is no address"),
        ("site: s\nsite: t\n", 2, "site: stands twice; keep one"),
        ("site: s\nstart: [\n", 3, "not valid YAML"),
        ("- a\n", 1, "must be a mapping"),
    ],
)
def test_a_mistake_is_named_with_file_line_and_field(tmp_path: Path, text: str, line: int, says: str) -> None:
    path = write(tmp_path, text)
    with pytest.raises(InputError) as error:
        read_site(path)
    assert str(error.value).startswith(f"{path}, line {line}")
    assert says in str(error.value)
    assert "\n" not in str(error.value)


def test_a_watch_list_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"gone.txt cannot be read \(No such file or directory\); name a text file"):
        read_site(write(tmp_path, "site: s\nstart: {watch: gone.txt}\n"))
    (tmp_path / "list.txt").write_bytes(b"https://b.example/\xff\n")
    with pytest.raises(InputError, match=r"list.txt cannot be read \(it is no UTF-8 text\)"):
        read_site(write(tmp_path, "site: s\nstart: {watch: list.txt}\n"))


def test_a_mistake_in_a_watch_list_is_named_with_its_own_line(tmp_path: Path) -> None:
    (tmp_path / "list.txt").write_text("https://a.example/1\nnonsense\n")
    with pytest.raises(InputError, match=r"list\.txt, line 2: 'nonsense'"):
        read_site(write(tmp_path, "site: s\nstart: {watch: list.txt}\n"))


@pytest.mark.parametrize("content", [None, b"", b"\xff\xfe\x00"])
def test_a_file_that_cannot_be_read(tmp_path: Path, content: bytes | None) -> None:
    path = tmp_path / "shop.yaml"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(InputError, match=r"shop\.yaml"):
        read_site(path)


@pytest.mark.parametrize(
    ("url", "allowed"),
    [
        ("https://example.com/a", True),
        ("http://www.example.com:8080/a", True),
        ("https://EXAMPLE.com./a", True),
        ("https://notexample.com/", False),
        ("https://example.com.evil.example/", False),
        ("https://example.com@evil.example/", False),
        ("https://user@example.com/", False),
        ("https://example.com\\@evil.example/", False),
        ("ftp://example.com/", False),
        ("//example.com/", False),
        ("https://8.127.0.0.1/", False),
        ("https://example.com:port/", False),
    ],
)
def test_where_a_site_may_be_visited(url: str, allowed: bool) -> None:
    assert Site("s", (), (), ("example.com", "127.0.0.1:8000")).may_visit(url) is allowed


def test_private_addresses_are_allowed_for_exactly_the_site_s_own_hosts_and_ports() -> None:
    site = Site("s", (), (), ("localhost:8000", "shop.lan"), allow_private=True)
    assert site.may_be_private("localhost", 8000)
    assert site.may_be_private("shop.lan", 443)
    assert not site.may_be_private("localhost", 5432)
    assert not site.may_be_private("shop.lan", 8000)
    assert not site.may_be_private("db.shop.lan", 443)
    assert not site.may_be_private("127.0.0.1", 8000)
    assert not Site("s", (), (), ("localhost:8000",)).may_be_private("localhost", 8000)


@pytest.mark.parametrize(("written", "meant"), [("on", True), ("Yes", True), ("off", False), ("FALSE", False)])
def test_every_yaml_word_for_yes_and_no(tmp_path: Path, written: str, meant: bool) -> None:
    file = write(tmp_path, f"site: s\nstart: {{sitemap: https://a.example/s.xml}}\nallow_private: {written}\n")
    assert read_site(file).allow_private is meant
