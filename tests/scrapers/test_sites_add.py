"""`purveyor sites add URL`, from the address of a shop to a site that is crawled and pages that must still be read."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from typer.testing import CliRunner, Result

from purveyor.main import app
from scrapers.adding.site_file import site_file
from scrapers.corrections import check, confirm
from scrapers.fetcher import FetchedPage
from scrapers.job import recheck
from scrapers.registered import register, registered
from scrapers.sites import Shipping, Site, Tiers, read_site
from warehouse.errors import InputError, NotFound
from warehouse.house import Warehouse
from warehouse.jobs.job import Run
from warehouse.progress import Progress, quiet
from warehouse.settings import Settings

if TYPE_CHECKING:
    from tests.scrapers.conftest import Shop

Purveyor = Callable[..., Result]

MEMBERS = """<!doctype html><html><head><title>{name}</title>
<script type="application/ld+json">{{"@type": "Product", "name": "{name}", "offers": {{"@type": "Offer",
"price": "{members}", "priceCurrency": "EUR", "availability": "https://schema.org/InStock"}}}}</script></head>
<body><h1>{name}</h1><p class="members">For members {members} €</p><p class="asked">{asked} €</p></body></html>"""
"""A page whose structured data give the price that only members pay: what no reader can know, and a person does."""


@pytest.fixture
def purveyor(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Purveyor:
    """Runs a command in the test's home."""
    monkeypatch.setenv("PURVEYOR_HOME", str(settings.home))
    return lambda *arguments: CliRunner().invoke(app, arguments)


@pytest.fixture
def members_shop(shop: Shop) -> Shop:
    """A shop of 25 products with a sitemap, and two pages that its robots.txt keeps to itself."""
    pages = [
        shop.page(f"/p/{n}", MEMBERS.format(name=f"Thing {n}", members=f"{n + 10}.00", asked=f"{n + 12},99"))
        for n in range(25)
    ]
    shop.page("/", "<html><body><h1>Welcome</h1></body></html>")
    about = shop.page("/about", "<html><body><h1>About us</h1></body></html>")
    shop.sitemap(about, *pages)
    shop.answer("/robots.txt", b"User-agent: *\nDisallow: /p/3\n", kind="text/plain")
    return shop


def test_from_an_address_to_a_crawled_site_and_a_saved_test_page(
    purveyor: Purveyor, settings: Settings, members_shop: Shop, tmp_path: Path
) -> None:
    shop, file = members_shop, tmp_path / "shop.yaml"
    result = purveyor(
        "sites", "add", shop.url, "--name", "members", "--allow-private", "--delay", "0", "--set", "price=12,99 €",
        "--set", "availability=in_stock", "--output", str(file), "--yes", "--json",
    )  # fmt: skip
    assert result.exit_code == 0, result.output
    said = json.loads(result.stdout)
    assert said["site"] == "members" and said["on_record"] and said["path"] == str(file)
    assert said["forbidden"] == 1 and said["known"] == 24
    assert any("product pages by '/p/'" in note for note in said["notes"])
    page = next(page for page in said["pages"] if page["url"].endswith("/p/0"))
    assert page["fields"]["price"] == {
        "value": "12.99", "reader": "selector", "confidence": 1.0, "evidence": ".asked: 12.99"
    }  # fmt: skip
    trial = said["trial"]
    assert (trial["planned"], trial["fetched"], trial["offers"], trial["rendered"]) == (20, 20, 20, 0)
    assert (trial["fields"]["price"], trial["fields"]["gtin"], trial["failures"]) == (20, 0, {})
    assert trial["basis"].startswith("24 product pages, ")
    pace = float(trial["basis"].removeprefix("24 product pages, ").partition(" s a page")[0])
    assert trial["hours"] == pytest.approx(24 * pace / 3600, rel=0.06) and pace > 0
    assert f"{shop.port}" in file.read_text()
    assert shop.url + "/p/3" not in [shop.url + path for path in shop.paths]

    site = read_site(file)
    assert site.selectors == {"price": ".asked"} and site.allow_private
    with Warehouse.open(settings) as warehouse:
        assert registered(warehouse, "members") == site
    assert purveyor("crawl", "members").exit_code == 0
    with Warehouse.open(settings) as warehouse, warehouse.session(engine="duckdb") as session:
        rows = session.query("select title, price, source from offers").to_pylist()
    assert {row["title"]: (row["price"], row["source"]) for row in rows} == {
        f"Thing {n}": (Decimal(n + 12) + Decimal("0.99"), "selector") for n in range(25) if n != 3
    }

    again = purveyor("sites", "check")
    assert (again.exit_code, again.stdout) == (0, "members: 2 of 2 confirmed values on 2 saved pages\n")
    # An engineer "simplifies" the site file: the saved page says what that breaks.
    file.write_text(file.read_text().replace(".asked", ".members"))
    assert purveyor("sites", "add", str(file)).exit_code == 0
    broken = purveyor("sites", "check", "members")
    assert broken.exit_code == 1
    assert "  price is read as 10.00, not 12.99: " in broken.stdout
    # Nobody need ask: the nightly run fails, which the doctor tells.
    with Warehouse.open(settings) as warehouse:
        run = Run("recheck-1", "recheck", "", warehouse.clock())
        says = r"a saved page of members is not read as confirmed: price is read as 10.00, not 12.99: .*; see purveyor"
        with pytest.raises(InputError, match=says):
            recheck(warehouse, run, quiet)
        register(warehouse, site)
        assert recheck(warehouse, run, quiet) == {"sites": 1, "pages": 2, "values": 2}
    assert purveyor("sites", "remove", "members").exit_code == 0
    assert isinstance(purveyor("sites", "check", "members").exception, NotFound)


def test_what_stands_in_the_way_is_said(purveyor: Purveyor, settings: Settings, members_shop: Shop) -> None:
    """In one line, and with nothing written."""
    refused = purveyor("sites", "add", members_shop.url)
    assert isinstance(refused.exception, InputError)
    assert "it lies at a private address; where it is yours, allow that with --allow-private" in str(refused.exception)
    assert members_shop.asked == []
    assert "is no FIELD=VALUE" in str(purveyor("sites", "add", members_shop.url, "--set", "price").exception)
    members_shop.answer("/robots.txt", b"User-agent: *\nDisallow: /\n", kind="text/plain")
    closed = purveyor("sites", "add", members_shop.url, "--allow-private", "--yes")
    assert "(robots_forbid): its robots.txt asks robots to stay away, and we do" in str(closed.exception)
    assert not (settings.home / "sites").exists()


def test_a_site_file_that_is_there_is_not_written_over(settings: Settings, tmp_path: Path) -> None:
    from scrapers.adding.draft import Draft
    from scrapers.adding.saving import file_of, save

    draft = Draft(Site("a", (), ("https://a.example/p",), ("a.example",)), (), (), 1, 0, ("found by hand",))
    path = file_of(settings, "a")
    save(draft, settings, path)
    save(draft, settings, path)
    path.write_text(path.read_text() + "keep_pages: true\n")
    with pytest.raises(InputError, match="is there already, and may have been edited"):
        save(draft, settings, path)
    assert "keep_pages" in path.read_text()
    save(draft, settings, path, replace=True)
    assert read_site(path) == draft.site
    with pytest.raises(InputError, match=r"cannot be written .*; choose another place"):
        save(draft, settings, path / "b.yaml")


WORDS = st.text(max_size=20)
URLS = st.lists(
    st.from_regex(r"https://(www\.)?[a-z]{1,8}\.example/[a-z0-9/_?=&%#:,~-]{0,20}", fullmatch=True),
    min_size=1,
    max_size=3,
    unique=True,
).map(tuple)


@hypothesis_settings(deadline=None, max_examples=60)
@given(
    st.builds(
        Site,
        name=st.sampled_from(["shop", "no", "1.5", "007", "null", "a-b.c_d"]),
        sitemaps=st.just(()),
        watch=URLS,
        hosts=st.just(("example",)),
        allow_private=st.booleans(),
        currency=st.sampled_from([None, "EUR"]),
        product_url=st.sampled_from([None, "/p/", r"-\d+\.html?$", r'["\']#: x', "yes"]),
        delay=st.sampled_from([0.0, 0.25, 1.0, 30.0]),
        concurrency=st.integers(1, 32),
        render=st.sampled_from(["auto", "always", "never"]),
        tax_included=st.sampled_from([None, True, False]),
        keep_pages=st.booleans(),
        tiers=st.sampled_from(
            [None, Tiers(("https://a.example/1",), None), Tiers((), r"/b\d#"), Tiers(("https://x.example/",), "no")]
        ),
        proxy_env=st.sampled_from([None, "SHOP_PROXY", "no"]),
        window=st.sampled_from([None, "22:00-06:00 Europe/Berlin"]),
        contact=st.sampled_from([None, "https://us.example/crawler", "a@b.example"]),
        selectors=st.dictionaries(
            st.sampled_from(["price", "name", "gtin"]),
            st.sampled_from([".a b", "#x > i:nth-of-type(2)", '[data-x="y: #z"]', 'meta[property="a"]', "b"]),
        ),
    ),
    st.lists(WORDS, max_size=2),
)
def test_a_written_site_file_reads_back_as_the_site(
    tmp_path_factory: pytest.TempPathFactory, site: Site, notes: list[str]
) -> None:
    """A law: whatever a site holds, its file says."""
    path = tmp_path_factory.mktemp("site") / "site.yaml"
    shipped = replace(site, currency="EUR", shipping=Shipping(Decimal("4.95"), Decimal("50")))
    for one in (site, shipped):
        path.write_text(site_file(one, notes), encoding="utf-8")
        assert read_site(path) == one


def test_saved_pages_are_compared_by_value(tmp_path: Path) -> None:
    site = Site("shop", (), ("https://a.example/p",), ("a.example",))
    html = MEMBERS.format(name="Thing", members="10.90", asked="12,99").encode()
    page = FetchedPage("https://a.example/p", "https://a.example/p", html, "text/html")
    confirm(tmp_path, page, {"name": "THING"})
    confirm(tmp_path, page, {"price": Decimal("10.9")})
    found = check(tmp_path, site)
    assert (found.pages, found.values, found.misses) == (1, 2, ())
    confirm(tmp_path, page, {"brand": "Acme", "price": Decimal("10.91")})
    misses = check(tmp_path, site).misses
    assert {(miss.field, miss.confirmed, miss.read) for miss in misses} == {
        ("price", "10.91", "10.90"),
        ("brand", "Acme", None),
    }
    (miss, *_) = misses
    miss.file.write_text("{}")
    with pytest.raises(InputError, match="this is no saved page's list of values; restore it, or delete it"):
        check(tmp_path, site)


def test_nothing_moves_on_the_screen_while_she_is_asked(
    purveyor: Purveyor, members_shop: Shop, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A bar that is drawn anew ten times a second would draw over what she types."""
    shown: list[str] = []

    @contextmanager
    def bars() -> Iterator[Progress]:
        shown.append("bar")
        yield quiet
        shown.append("gone")

    def ask(question: str, **_: object) -> str:
        shown.append(question.strip())
        return ""

    monkeypatch.setattr("purveyor.sites.progress", bars)
    monkeypatch.setattr("purveyor.sites.sys", SimpleNamespace(stdin=SimpleNamespace(isatty=lambda: True)))
    monkeypatch.setattr("typer.prompt", ask)
    monkeypatch.setattr("typer.confirm", lambda question, **_: bool(ask(question)))
    file = tmp_path / "a.yaml"
    added = purveyor("sites", "add", members_shop.url, "--allow-private", "--delay", "0", "--output", str(file))
    assert added.exit_code == 0, added.output
    which, record = "Which field is wrong? (Enter: none)", "Put 127.0.0.1-{} on record, to be crawled every night?"
    assert shown == ["bar", "gone", which, "bar", "gone", record.format(members_shop.port)]


def test_on_a_terminal_she_is_asked_until_all_is_right() -> None:
    import typer

    from purveyor.new_site import ask
    from scrapers.adding.draft import Draft

    def page(n: int) -> FetchedPage:
        html = MEMBERS.format(name=f"Thing {n}", members=f"{n + 10}.00", asked=f"{n + 12},99")
        return FetchedPage(
            f"https://a.example/{n}", f"https://a.example/{n}", html.encode(), "text/html; charset=utf-8"
        )

    site = Site("a", (), ("https://a.example/0",), ("a.example",))
    answered: list[Draft] = []
    terminal = typer.Typer()
    terminal.command()(lambda: answered.append(ask(Draft(site, (page(0), page(1)), (), 2, 0, ("found by hand",)))))
    said = CliRunner().invoke(terminal, input="prize\n1\nprice\n77,77\nprice\n12,99 €\nname\ncss: h1\n\n")
    assert said.exit_code == 0, said.output
    assert "price         10.00   [jsonld]" in said.output
    assert "'prize' is no field that can be set" in said.output
    assert "says '77,77' as its price; write it as it stands there" in said.output
    assert "price         12.99   [selector] .asked: 12.99" in said.output
    assert answered[0].site.selectors == {"price": ".asked", "name": "h1"}
