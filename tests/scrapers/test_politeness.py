"""How a crawl treats a shop: as slowly as it asks, not again what has not changed, no further where it is kept out."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import pairwise
from threading import Thread
from typing import TYPE_CHECKING, Any

import httpx
import pytest
from scrapy.http import HtmlResponse, Response
from scrapy.settings import Settings
from scrapy.utils.conf import build_component_list

from scrapers.crawl import crawl
from scrapers.due import Due
from scrapers.job import crawl_site
from scrapers.registered import register
from scrapers.sites import Tiers
from scrapers.sites.proxy import is_inside
from scrapers.sites.window import Window
from scrapers.spiders.backoff import seconds_asked
from scrapers.spiders.memory import OwnMemoryUsage
from scrapers.spiders.pace import Pace
from scrapers.spiders.refusals import refusal
from scrapers.spiders.settings import crawl_settings
from warehouse.errors import ConfigError, InputError
from warehouse.house import Warehouse
from warehouse.jobs.job import Run
from warehouse.progress import quiet

if TYPE_CHECKING:
    from tests.conftest import FixedClock
    from tests.scrapers.conftest import Shop

Page = Callable[..., str]


def offers(warehouse: Warehouse) -> list[dict[str, Any]]:
    with warehouse.session() as session:
        rows: list[dict[str, Any]] = session.query("select * from offers order by observed_at, url").to_pylist()
    return rows


def moments(shop: Shop, path: str) -> list[float]:
    """When a path was asked for, in seconds."""
    return [moment for moment, asked in zip(shop.times, shop.paths, strict=True) if asked == path]


def test_a_busy_shop_is_left_alone_for_as_long_as_it_asks(shop: Shop, product_page: Page, warehouse: Warehouse) -> None:
    busy = shop.page("/p/busy", product_page("A", "1.00"))
    late = shop.page("/p/late", product_page("B", "2.00"))
    broken = shop.page("/p/broken", product_page("C", "3.00"))
    shop.refuse("/p/busy", 429, Retry_After="2")
    shop.refuse("/p/late", 503)
    shop.refuse("/p/broken", 500)
    shop.answer("/robots.txt", b"User-agent: *\nCrawl-delay: 0.4\n")
    site = shop.site(watch=(busy, late, broken), contact="https://us.example/bot")
    health = crawl(site, warehouse)
    assert (health.outcome, health.offers, health.failures) == ("finished", 3, {})
    assert len(moments(shop, "/p/busy")) == len(moments(shop, "/p/late")) == len(moments(shop, "/p/broken")) == 2
    # The pause is the host's: nothing at all was asked for meanwhile, but what had been sent already.
    refused = moments(shop, "/p/busy")[0]
    assert [m for m in shop.times if refused + 0.5 < m < refused + 1.9] == []
    gaps = [later - earlier for earlier, later in zip(shop.times, shop.times[1:], strict=False)]
    assert min(gaps) > 0.3  # whatever the site file allows, and without Scrapy's jitter
    agents = {headers["User-Agent"] for _, headers in shop.asked}
    assert all(agent.startswith("PurveyorBot/") and agent.endswith(" (https://us.example/bot)") for agent in agents)


def test_a_slow_shop_is_asked_more_slowly(shop: Shop, product_page: Page, warehouse: Warehouse) -> None:
    watch = tuple(shop.page(f"/p/{n}", product_page(f"P{n}", "1.00")) for n in range(14))
    shop.slowness = 0.4
    assert crawl(shop.site(watch=watch, concurrency=4), warehouse).offers == 14
    # The first four at once; from then on as many as it answers meanwhile, one by one and not in bursts.
    times = shop.times[shop.paths.index("/p/0") :][4:]
    gaps = sorted(later - earlier for earlier, later in pairwise(times))
    assert gaps[len(gaps) // 4] > 0.03


def test_nothing_of_scrapy_listens(shop: Shop) -> None:
    """Among its extensions are two consoles that run what they are sent."""
    extensions = Settings(crawl_settings(shop.site(watch=(shop.url,)))).getwithbase("EXTENSIONS")
    assert build_component_list(extensions) == [OwnMemoryUsage, Pace]


def answer(status: int = 200, body: str = "", **headers: str) -> Response:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return HtmlResponse("https://shop.example/p", status=status, headers=named, body=body, encoding="utf-8")


def test_what_retry_after_asks() -> None:
    now = datetime(2026, 6, 1, 12, tzinfo=UTC)
    date, then = format_datetime(now, usegmt=True), format_datetime(now + timedelta(seconds=90), usegmt=True)
    assert seconds_asked(answer(Retry_After="120")) == 120
    assert seconds_asked(answer(Retry_After=then, Date=date)) == 90
    assert seconds_asked(answer(Retry_After=date, Date=then)) == 0
    assert seconds_asked(answer(Retry_After="9" * 5000)) == 999_999_999
    for nonsense in ("", "soon", "-5", "1.5", "٣", then):
        assert seconds_asked(answer(Retry_After=nonsense)) is None


WALLS = [
    (403, '<title>Just a moment...</title><script>window._cf_chl_opt={cType:"managed"}</script>', "captcha"),
    (200, "<script src='https://geo.captcha-delivery.com/captcha/?x=1'></script>", "captcha"),
    (429, "<div id='px-captcha'></div><h1>Access to this page has been denied</h1>", "captcha"),
    (200, "<h1>Robot Check</h1><p>Enter the characters you see below</p>", "captcha"),
    (200, "<h2>Bitte bestätigen Sie, dass Sie ein Mensch sind</h2>", "captcha"),
    (200, "<p>Подтвердите, что запросы отправляли вы, а не робот</p>", "captcha"),
    (403, "<H1>Access Denied</H1>You don't have permission. Reference #18.1d2a.1700000000.2b", "blocked"),
    (403, "", "blocked"),
    (200, "<h1>Sorry, you have been blocked</h1>", "blocked"),
    (404, "<h1>Access denied</h1>", None),
    # Their sensors on a page that scripts will draw.
    (200, "<script src='/_Incapsula_Resource?SWJIYLWA=7'></script><script>window._pxAppId='PX1';</script>", None),
    (200, "<script src='https://js.datadome.co/tags.js'></script><div id=app></div>", None),
    (200, "<script src='/cdn-cgi/challenge-platform/scripts/jsd/main.js'></script>", None),
    (429, "", None),
    (200, "<h1>About us</h1><p>We sell robots, and cameras whose security check is easy.</p>", None),
    (200, "<h1>Jobs</h1>" + "<p>Are you a robot? No: a colleague.</p>" * 99, None),
]


@pytest.mark.parametrize(("status", "body", "expected"), WALLS)
def test_walls_are_told_from_pages(status: int, body: str, expected: str | None) -> None:
    assert refusal(answer(status, body)) == expected


def test_marks_in_headers_and_hostile_bodies() -> None:
    assert refusal(answer(403, "x", cf_mitigated="challenge")) == "captcha"
    assert refusal(answer(200, "x", x_datadome="protected")) is None  # it stands on good pages too
    for body in ("<" * 200_000, "<script" * 30_000, "/cdn-cgi/challenge-platform/" * 9_000, "are you " * 30_000):
        assert refusal(answer(200, body)) is None


def test_a_shop_that_keeps_us_out_is_not_asked_forever(shop: Shop, product_page: Page, warehouse: Warehouse) -> None:
    good = shop.page("/p/0", product_page("A", "1.00"))
    shop.page("/p/1", "<h1>Please verify you are a human</h1>")
    walls = tuple(
        shop.answer(f"/p/{n}", b"<title>Attention Required! | Cloudflare</title>", status=403) for n in range(2, 40)
    )
    health = crawl(shop.site(watch=(good, shop.url + "/p/1", *walls), concurrency=1), warehouse)
    assert (health.outcome, health.planned, health.fetched, health.offers) == ("partial", 40, 1, 1)
    assert health.failures["captcha"] == 1
    assert health.failures["blocked"] + health.failures["given_up"] == 38
    assert 9 <= health.failures["blocked"] <= 12
    assert len(shop.asked) < 20


def test_what_has_not_changed_is_not_sent_again(
    shop: Shop, product_page: Page, warehouse: Warehouse, clock: FixedClock
) -> None:
    same = shop.answer("/p/same", product_page("A", "1.00").encode(), ETag='"v1"')
    other = shop.answer("/p/other", product_page("B", "2.00").encode(), ETag='"v1"')
    date = "Mon, 01 Jun 2026 11:00:00 GMT"
    dated = shop.answer("/p/dated", product_page("E", "5.00").encode(), Last_Modified=date)
    tail = shop.page("/t/tail", product_page("C", "3.00"))
    new = shop.page("/t/new", product_page("D", "4.00"))
    sitemap = shop.sitemap(same, other, dated, tail)
    site = shop.site(sitemap=sitemap, tiers=Tiers(daily=(same, dated), daily_url="/p/o"))
    assert crawl(site, warehouse).planned == 4
    shop.answer("/p/other", product_page("B", "2.50").encode(), ETag='"v2"')
    shop.sitemap(same, other, dated, tail, new)
    clock.forward(days=1)
    health = crawl(site, warehouse)
    # The tail waits for its week; what is new does not.
    assert (health.outcome, health.planned, health.not_modified) == ("finished", 4, 2)
    assert shop.paths.count("/t/tail") == 1
    seen = [(row["url"].removeprefix(shop.url), row["price"]) for row in offers(warehouse)[4:]]
    assert sorted(seen) == [
        ("/p/dated", Decimal(5)), ("/p/other", Decimal("2.5")), ("/p/same", Decimal(1)), ("/t/new", Decimal(4)),
    ]  # fmt: skip
    assert all(row["observed_at"] >= clock.now for row in offers(warehouse)[4:])


def test_which_pages_are_due() -> None:
    now = datetime(2026, 6, 1, 3, tzinfo=UTC)
    nearly_a_week, yesterday = now - timedelta(days=6, hours=23), now - timedelta(days=1)
    seen = {f"https://a.example/{name}": yesterday for name in ("kvi", "best/1", "tail")}
    due = Due(
        Tiers(("https://A.example/kvi?utm_source=x",), "/best/"), seen | {"https://a.example/old": nearly_a_week}, now
    )
    assert [due.today(f"https://a.example/{name}") for name in ("kvi", "best/1", "tail", "old", "new")] == [
        True, True, False, True, True,
    ]  # fmt: skip
    assert due.today("https://a.example/tail", now - timedelta(hours=5))  # it changed since
    assert not due.today("https://a.example/tail", now - timedelta(days=2))


def test_a_shop_that_stays_too_busy_is_given_up(shop: Shop, product_page: Page, warehouse: Warehouse) -> None:
    pages = tuple(shop.page(f"/p/{n}", product_page("A", "1.00")) for n in range(9))
    for page in pages[1:]:
        for _ in range(9):
            shop.refuse(page.removeprefix(shop.url), 429, Retry_After="0")
    health = crawl(shop.site(watch=pages, concurrency=1), warehouse)
    assert (health.offers, health.failures) == (1, {"given_up": 8})
    assert len(shop.asked) == 1 + 1 + 10


def test_outside_its_hours_a_shop_is_left_alone(
    shop: Shop, product_page: Page, warehouse: Warehouse, clock: FixedClock
) -> None:
    watch = tuple(shop.page(f"/p/{n}", product_page(f"P{n}", "1.00")) for n in range(60))
    site = shop.site(watch=watch, window="22:00-06:00 Europe/Berlin", delay=0.2, concurrency=1)
    register(warehouse, site)
    with pytest.raises(InputError, match="shop may be crawled 22:00-06:00 Europe/Berlin only"):
        crawl_site(warehouse, Run("crawl-1", "crawl", "shop", clock()), quiet)  # at noon
    assert shop.asked == []
    clock.forward(hours=15, minutes=59, seconds=56)
    health = crawl(site, warehouse)  # until six
    assert (health.outcome, health.planned) == ("partial", 60)
    assert health.failures == {"outside_window": 60 - health.offers}
    assert 0 < health.offers < 40


@pytest.mark.parametrize(
    ("window", "hour", "open_"),
    [
        ("22:00-06:00 Europe/Berlin", 19, False),  # 21:00 there
        ("22:00-06:00 Europe/Berlin", 20, True),
        ("22:00-06:00 Europe/Berlin", 3, True),
        ("22:00-06:00 Europe/Berlin", 4, False),
        ("09:30-24:00 UTC", 23, True),
        ("09:30-17:00 UTC", 9, False),
        ("00:00-08:00 Asia/Tokyo", 15, True),
    ],
)
def test_hours_by_the_shop_s_own_clock(window: str, hour: int, open_: bool) -> None:
    assert Window.read(window).is_open(datetime(2026, 6, 1, hour, tzinfo=UTC)) is open_


class Forwarder(BaseHTTPRequestHandler):
    """A forward proxy for plain HTTP, which notes what it was asked and by whom."""

    asked: list[tuple[str, str]]

    def do_GET(self) -> None:
        self.asked.append((self.path, self.headers.get("Proxy-Authorization", "")))
        answer = httpx.get(self.path, headers={"User-Agent": self.headers["User-Agent"]})
        self.send_response(answer.status_code)
        self.send_header("Content-Type", answer.headers["Content-Type"])
        self.send_header("Content-Length", str(len(answer.content)))
        self.end_headers()
        self.wfile.write(answer.content)

    def log_message(self, format: str, *args: Any) -> None:
        pass


@contextmanager
def forwarding(asked: list[tuple[str, str]]) -> Iterator[int]:
    """A proxy on loopback; its port."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), type("Noting", (Forwarder,), {"asked": asked}))
    thread = Thread(target=server.serve_forever, args=(0.05,))
    thread.start()
    try:
        yield server.server_port
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def test_a_proxy_is_named_by_the_environment_and_is_no_way_inside(
    shop: Shop, product_page: Page, warehouse: Warehouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    watch = (shop.page("/p/1", product_page("A", "1.00")), f"http://2130706433:{shop.port}/p/1")
    hosts = (f"127.0.0.1:{shop.port}", "2130706433")
    site = shop.site(watch=watch, hosts=hosts, proxy_env="SHOP_PROXY")
    with pytest.raises(ConfigError, match="set SHOP_PROXY to its address"):
        crawl(site, warehouse)
    monkeypatch.setenv("SHOP_PROXY", "socks5://user:secret@proxy.example:1")
    with pytest.raises(ConfigError, match="SHOP_PROXY must hold") as error:
        crawl(site, warehouse)
    assert "secret" not in str(error.value)
    asked: list[tuple[str, str]] = []
    with forwarding(asked) as port:
        monkeypatch.setenv("SHOP_PROXY", f"http://user:secret@127.0.0.1:{port}")
        health = crawl(site, warehouse)
    assert (health.offers, health.failures) == (1, {"private_address": 1})
    assert [path for path, _ in asked] == [shop.url + "/robots.txt", shop.url + "/p/1"]
    assert {authorization for _, authorization in asked} == {"Basic dXNlcjpzZWNyZXQ="}
    assert "secret" not in json.dumps(offers(warehouse), default=str)


@pytest.mark.parametrize(
    ("host", "inside"),
    [
        *((host, True) for host in ("127.0.0.1", "127.1", "0x7f.1", "017700000001", "2130706433", "[::1]", "10.1.2.3")),
        *((host, True) for host in ("localhost", "db", "db.internal", "printer.local.", "①②⑦.0.0.1", "169.254.1.1")),
        *((host, False) for host in ("shop.example", "93.184.216.34", "local.example", "[2606:4700:4700::1111]")),
    ],
)
def test_hosts_that_a_proxy_must_not_be_asked_for(host: str, inside: bool) -> None:
    assert is_inside(host) is inside
