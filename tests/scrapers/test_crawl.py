"""Whole crawls of a small shop over HTTP, through the one door, `crawl`."""

from __future__ import annotations

import gzip
import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from scrapers.crawl import crawl
from warehouse.house import Warehouse
from warehouse.offer_ids import offer_id
from warehouse.settings import Settings

if TYPE_CHECKING:
    from tests.scrapers.conftest import Shop

Page = Callable[..., str]


def rows(warehouse: Warehouse, table: str) -> list[dict[str, Any]]:
    with warehouse.session() as session:
        found: list[dict[str, Any]] = session.query(f"select * from {table}").to_pylist()
    return found


def test_a_sitemap_s_products_become_offers(shop: Shop, product_page: Page, warehouse: Warehouse) -> None:
    kettle = shop.page("/p/kettle", product_page("Kettle", "39.90"))
    lamp = shop.page("/p/lamp", '<h1>Lampe</h1><p class="preis">1.234,50&nbsp;€</p><p class="lager">Ausverkauft</p>')
    about = shop.page("/about", "<h1>About us</h1>")
    seen: list[tuple[str, int, int | None]] = []
    health = crawl(
        shop.site(sitemap=shop.sitemap(kettle, about, lamp, kettle), product_url="/p/"),
        warehouse,
        progress=lambda *event: seen.append(event),
    )
    offers = {row["title"]: row for row in rows(warehouse, "offers")}
    assert set(offers) == {"Kettle", "Lampe"}
    row = offers["Kettle"]
    assert (row["price"], row["currency"], row["availability"]) == (Decimal("39.9000"), "EUR", "in_stock")
    assert (row["gtin"], row["url"], row["source"]) == ("04006381333931", kettle, "jsonld")
    assert (row["crawl_id"], row["site"]) == (health.crawl_id, "shop")
    assert row["offer_id"] == offer_id("shop", kettle, None, None, None)
    assert timedelta(0) <= row["observed_at"] - health.started_at < timedelta(minutes=1)
    assert "39.90" in json.loads(row["evidence"])["price"]
    assert (offers["Lampe"]["price"], offers["Lampe"]["availability"]) == (Decimal("1234.5000"), "out_of_stock")
    assert (health.planned, health.fetched, health.offers, health.priced) == (2, 2, 2, 2)
    assert (health.outcome, health.failures) == ("finished", {})
    assert seen[-1] == ("crawl shop", 2, 2)
    assert "/about" not in shop.paths
    (written,) = rows(warehouse, "crawls")
    assert {k: written[k] for k in ("crawl_id", "site", "planned", "fetched", "offers", "priced", "outcome")} == {
        "crawl_id": health.crawl_id, "site": "shop", "planned": 2, "fetched": 2, "offers": 2, "priced": 2,
        "outcome": "finished",
    }  # fmt: skip
    assert not list(warehouse.settings.scratch.glob("crawl*"))


def test_it_says_who_it_is_and_obeys_robots_txt(shop: Shop, product_page: Page, warehouse: Warehouse) -> None:
    allowed = shop.page("/p/1", product_page("A", "1.00"))
    for_others = shop.page("/p/2", product_page("B", "2.00"))
    forbidden = shop.page("/private/3", product_page("C", "3.00"))
    shop.answer("/robots.txt", b"User-agent: *\nDisallow: /p/\n\nUser-agent: PurveyorBot\nDisallow: /private/\n")
    health = crawl(shop.site(watch=(allowed, for_others, forbidden)), warehouse)
    assert sorted(shop.paths) == ["/p/1", "/p/2", "/robots.txt"]
    assert all(headers["User-Agent"].startswith("PurveyorBot/") for _, headers in shop.asked)
    assert (health.outcome, health.failures) == ("partial", {"robots_forbid": 1})


def test_a_robots_txt_that_breaks_closes_the_shop_and_a_missing_one_opens_it(
    open_shop: Callable[[], Shop], product_page: Page, warehouse: Warehouse
) -> None:
    broken, without = open_shop(), open_shop()
    for shop in (broken, without):
        shop.page("/p", product_page("A", "1.00"))
    broken.answer("/robots.txt", status=503)
    # An error page is no set of rules, whatever it says.
    without.answer("/robots.txt", b"User-agent: *\nDisallow: /\n", status=404)
    assert crawl(broken.site(watch=(broken.url + "/p",)), warehouse).failures == {"robots_unreachable": 1}
    assert "/p" not in broken.paths
    assert crawl(without.site(watch=(without.url + "/p",)), warehouse).outcome == "finished"


def test_sitemap_indexes_gzip_and_limits(shop: Shop, product_page: Page, warehouse: Warehouse) -> None:
    pages = [shop.page(f"/p/{i}", product_page(f"P{i}", f"{i}.00")) for i in range(1, 7)]
    first = shop.sitemap(*pages[:3], path="/one.xml")
    second = shop.sitemap(*pages[3:], path="/two.xml.gz")
    shop.answer("/two.xml.gz", gzip.compress(shop.pages["/two.xml.gz"].body), kind="application/gzip")
    index = f"<sitemapindex><sitemap><loc>{first}</loc></sitemap><sitemap><loc>{second}</loc></sitemap></sitemapindex>"
    shop.answer("/index.xml", index.encode(), kind="text/xml")
    assert crawl(shop.site(sitemap=shop.url + "/index.xml"), warehouse).offers == 6
    assert crawl(shop.site(sitemap=shop.url + "/index.xml"), warehouse, limit=4).planned == 4


def test_every_failure_is_counted_by_its_cause(shop: Shop, product_page: Page, warehouse: Warehouse) -> None:
    good = shop.page("/good", product_page("A", "1.00"))
    shop.answer("/copy", status=301, Location="/good")
    shop.answer("/round", status=302, Location="/round?")
    shop.answer("/round?", status=302, Location="/round")
    shop.answer("/gone", status=410)
    shop.answer("/huge", b"<p>" + b"x" * 9_000_000)
    shop.answer("/bomb", gzip.compress(b"<p>" * 10_000_000), Content_Encoding="gzip")
    shop.answer("/picture", b"\x89PNG\r\n\x1a\n\x00\x00\x00", kind="image/png")
    shop.page("/empty", "<h1>About us</h1>")
    shop.page("/unpriced", product_page("Price on request", ""))
    paths = ("/copy", "/round", "/gone", "/huge", "/bomb", "/picture", "/empty", "/unpriced", "/missing")
    watch = (good, *(shop.url + path for path in paths))
    health = crawl(shop.site(watch=watch), warehouse)
    assert health.failures == {
        "duplicate": 1, "redirects": 1, "http_410": 1, "http_404": 1, "too_large": 2, "not_html": 1, "no_product": 1,
    }  # fmt: skip
    assert (health.planned, health.fetched, health.offers, health.priced) == (10, 5, 2, 1)
    assert health.outcome == "partial"
    assert {row["title"]: row["price"] for row in rows(warehouse, "offers")} == {
        "A": Decimal("1.0000"), "Price on request": None,
    }  # fmt: skip


def test_a_crawl_that_reaches_nothing_leaves_its_row(shop: Shop, warehouse: Warehouse) -> None:
    health = crawl(shop.site(sitemap=shop.url + "/sitemap.xml"), warehouse)
    assert (health.outcome, health.planned, health.failures) == ("failed", 0, {"http_404": 1})
    shop.close()
    health = crawl(shop.site(sitemap=shop.url + "/sitemap.xml"), warehouse)
    assert (health.outcome, health.failures) == ("failed", {"connection_refused": 1})
    assert [row["outcome"] for row in rows(warehouse, "crawls")] == ["failed", "failed"]
    assert rows(warehouse, "offers") == []


def test_a_sitemap_that_is_none_or_leads_elsewhere(shop: Shop, warehouse: Warehouse) -> None:
    shop.page("/sitemap.xml", "<html><body>Moved</body></html>")
    assert crawl(shop.site(sitemap=shop.url + "/sitemap.xml"), warehouse).failures == {"not_a_sitemap": 1}
    shop.sitemap("https://elsewhere.example/p/1", "file:///etc/passwd", "/p/2", "http://[::1", shop.url + "/p" * 2000)
    health = crawl(shop.site(sitemap=shop.url + "/sitemap.xml"), warehouse)
    assert (health.planned, health.failures) == (5, {"off_site": 5})


def test_a_crawler_that_dies_is_started_again_where_it_was(
    shop: Shop, product_page: Page, warehouse: Warehouse
) -> None:
    pages = tuple(shop.page(f"/p/{i}", product_page(f"P{i}", "1.00")) for i in range(30))
    killed: list[int] = []

    def kill_after_five(stage: str, done: int, total: int | None) -> None:
        if done == 5 and not killed:
            killed.append(_child())
            os.kill(killed[0], signal.SIGKILL)

    health = crawl(shop.site(watch=pages, delay=0.02, concurrency=1), warehouse, progress=kill_after_five)
    assert killed
    assert (health.outcome, health.planned, health.offers, health.failures) == ("finished", 30, 30, {})
    assert len(rows(warehouse, "offers")) == 30
    # At most the page it was at was asked for twice.
    assert len([path for path in shop.paths if path != "/robots.txt"]) <= 31


def test_a_crawler_that_keeps_dying_leaves_what_it_saw_and_its_log(
    shop: Shop, product_page: Page, warehouse: Warehouse
) -> None:
    pages = tuple(shop.page(f"/p/{i}", product_page(f"P{i}", "1.00")) for i in range(50))

    def kill_it(stage: str, done: int, total: int | None) -> None:
        if done and done % 5 == 0:
            with suppress(ProcessLookupError):  # what it wrote before it was killed is still being read
                os.kill(_child(), signal.SIGKILL)

    health = crawl(shop.site(watch=pages, delay=0.05, concurrency=1), warehouse, progress=kill_it)
    assert health.outcome == "partial"
    assert health.failures == {"crawler_broke_down": 1, "unanswered": 50 - health.fetched}
    assert 5 <= health.offers < 50
    assert len(rows(warehouse, "offers")) == health.offers
    assert health.log is not None and health.log.exists()
    assert list(warehouse.settings.scratch.glob("crawl*")) == [health.log]


@pytest.mark.parametrize("error", [KeyboardInterrupt, SystemExit, RuntimeError])
def test_a_crawl_that_is_cut_short_writes_what_it_has(
    shop: Shop, product_page: Page, warehouse: Warehouse, error: type[BaseException]
) -> None:
    pages = tuple(shop.page(f"/p/{i}", product_page(f"P{i}", "1.00")) for i in range(50))

    def interrupt(stage: str, done: int, total: int | None) -> None:
        if done == 5:
            raise error

    with pytest.raises(error):
        crawl(shop.site(watch=pages, delay=0.05, concurrency=1), warehouse, progress=interrupt)
    _assert_cut_short(warehouse)


def test_sigterm_cuts_a_crawl_short_and_its_handler_comes_back(
    shop: Shop, product_page: Page, warehouse: Warehouse
) -> None:
    pages = tuple(shop.page(f"/p/{i}", product_page(f"P{i}", "1.00")) for i in range(50))
    own: list[int] = []

    def handler(number: int, frame: object) -> None:
        own.append(number)

    def terminate(stage: str, done: int, total: int | None) -> None:
        if done == 5:
            signal.raise_signal(signal.SIGTERM)

    before = signal.signal(signal.SIGTERM, handler)
    try:
        with pytest.raises(KeyboardInterrupt):
            crawl(shop.site(watch=pages, delay=0.05, concurrency=1), warehouse, progress=terminate)
        assert signal.getsignal(signal.SIGTERM) is handler
    finally:
        signal.signal(signal.SIGTERM, before)
    assert own == []
    _assert_cut_short(warehouse)


def _assert_cut_short(warehouse: Warehouse) -> None:
    """One row tells of the interruption, the offers seen are there, and neither process nor folder is left."""
    (row,) = rows(warehouse, "crawls")
    assert row["outcome"] == "partial"
    assert json.loads(row["failures"]) == {"interrupted": 1, "unanswered": row["planned"] - row["fetched"]}
    assert row["planned"] > row["fetched"]
    assert len(rows(warehouse, "offers")) == row["offers"] >= 5
    assert not list(warehouse.settings.scratch.glob("crawl*"))
    with pytest.raises(ProcessLookupError):
        _child()


def test_a_terminated_process_leaves_its_row(shop: Shop, product_page: Page, settings: Settings) -> None:
    watch = tuple(shop.page(f"/p/{i}", product_page(f"P{i}", "1.00")) for i in range(200))
    site = shop.site(watch=watch, delay=0.05, concurrency=1)
    parent = subprocess.Popen(
        [sys.executable, "-c", PARENT, str(settings.home), site.to_json()], stderr=subprocess.DEVNULL
    )
    while len(shop.asked) < 8:
        time.sleep(0.05)
    parent.terminate()
    assert parent.wait(20) != 0
    with Warehouse.open(settings) as warehouse:
        (row,) = rows(warehouse, "crawls")
        assert (row["outcome"], json.loads(row["failures"])["interrupted"]) == ("partial", 1)
        assert len(rows(warehouse, "offers")) == row["offers"] > 0


def test_text_that_cannot_be_written_does_not_lose_its_page(
    shop: Shop, product_page: Page, warehouse: Warehouse
) -> None:
    """JSON can spell half a surrogate pair, which UTF-8 cannot write, and NUL, which stores refuse."""
    hostile = shop.page("/p/1", product_page(r"Mug \ud83d\u0000 Ж\ud83d\ude00", "1.00"))
    good = shop.page("/p/2", product_page("Kettle", "2.00"))
    health = crawl(shop.site(watch=(hostile, good)), warehouse)
    assert (health.outcome, health.planned, health.fetched, health.failures) == ("finished", 2, 2, {})
    offers = rows(warehouse, "offers")
    assert {row["title"] for row in offers} == {"Mug Ж😀", "Kettle"}
    assert {json.loads(row["evidence"])["name"] for row in offers} == {
        "Product.name: Mug Ж😀", "Product.name: Kettle",
    }  # fmt: skip


def test_a_planned_page_that_is_never_heard_of_again_is_counted(
    shop: Shop, product_page: Page, warehouse: Warehouse
) -> None:
    """Scrapy refuses the second address, and calls nobody back."""
    shop.page("/p/1", product_page("A", "1.00"))
    watch = (shop.url + "/p/1", f"http://127.0.0.1:{shop.port}/p/\ud83d")
    health = crawl(shop.site(watch=watch), warehouse)
    assert (health.planned, health.fetched, health.outcome) == (2, 1, "partial")
    assert health.failures == {"start_error": 1, "unanswered": 1}


def _child() -> int:
    """The process id of the crawling process that this test process started."""
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            parent = int((entry / "stat").read_text().rsplit(")", 1)[1].split()[1])
            if parent == os.getpid() and "scrapers.process" in (entry / "cmdline").read_text():
                return int(entry.name)
        except (FileNotFoundError, ProcessLookupError):
            continue
    raise ProcessLookupError("no crawling process")


def test_the_crawling_process_dies_with_its_parent(shop: Shop, product_page: Page, settings: Settings) -> None:
    watch = [shop.page(f"/p/{i}", product_page(f"P{i}", "1.00")) for i in range(200)]
    site = shop.site(watch=tuple(watch), delay=0.05, concurrency=1)
    parent = subprocess.Popen([sys.executable, "-c", PARENT, str(settings.home), site.to_json()])
    while len(shop.asked) < 5:
        time.sleep(0.05)
    parent.kill()
    parent.wait()
    time.sleep(0.5)
    asked = len(shop.asked)
    time.sleep(0.5)
    assert len(shop.asked) == asked < 200


PARENT = """
import sys
from pathlib import Path
from scrapers.crawl import crawl
from scrapers.sites import Site
from warehouse.house import Warehouse
from warehouse.settings import Settings
crawl(Site.from_json(sys.argv[2]), Warehouse.open(Settings(home=Path(sys.argv[1]))))
"""


def test_a_certificate_that_nobody_signed_is_refused(
    shop: Shop, product_page: Page, warehouse: Warehouse, tmp_path: Path
) -> None:
    shop.page("/p", product_page("A", "1.00"))
    shop.serve_tls(tmp_path)
    health = crawl(shop.site(watch=(f"https://127.0.0.1:{shop.port}/p",)), warehouse)
    assert shop.asked == []
    assert (health.outcome, health.failures) == ("failed", {"tls": 1})


def test_delays_hold_between_requests(shop: Shop, product_page: Page, warehouse: Warehouse) -> None:
    pages = tuple(shop.page(f"/p/{i}", product_page(f"P{i}", "1.00")) for i in range(4))
    health = crawl(shop.site(watch=pages, delay=0.4, concurrency=1), warehouse)
    assert health.offers == 4
    # Five requests with robots.txt, so four gaps, each 0.2 to 0.6 s: Scrapy varies a delay by half.
    assert shop.seconds_between() > 4 * 0.2 * 0.9


def test_two_crawls_at_once_keep_apart(open_shop: Callable[[], Shop], product_page: Page, warehouse: Warehouse) -> None:
    shops = [open_shop(), open_shop()]
    healths: list[Any] = []

    def run(number: int) -> None:
        shop = shops[number]
        watch = tuple(shop.page(f"/p/{i}", product_page(f"S{number}P{i}", "1.00")) for i in range(10))
        healths.append(crawl(shop.site(watch=watch, name=f"shop-{number}"), warehouse))

    threads = [threading.Thread(target=run, args=(n,)) for n in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [h.outcome for h in healths] == ["finished", "finished"]
    offers = rows(warehouse, "offers")
    assert len({row["offer_id"] for row in offers}) == len(offers) == 20
    assert {row["site"] for row in offers} == {"shop-0", "shop-1"}


def test_a_crawl_does_not_answer_for_the_memory_of_who_started_it(
    shop: Shop, product_page: Page, warehouse: Warehouse
) -> None:
    large = b"x" * 1_200_000_000  # more than a crawl may take itself; the kernel hands this peak down to children
    del large
    health = crawl(shop.site(watch=(shop.page("/p/1", product_page("A", "1.00")),)), warehouse)
    assert (health.outcome, health.offers) == ("finished", 1)
