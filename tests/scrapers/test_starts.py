"""Where crawls start: sitemaps, categories, feeds and the interfaces of shop systems, alone and together."""

from __future__ import annotations

import asyncio
import gzip
import json
import threading
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest

from scrapers.crawl import crawl
from scrapers.feeds import FeedError
from scrapers.messages import Failed, Message, Planned
from scrapers.sitemap import LARGEST, read_sitemap
from scrapers.spiders.apart import read_apart
from scrapers.spiders.planning import Plan
from warehouse.house import Warehouse

if TYPE_CHECKING:
    from tests.scrapers.conftest import Shop

Page = Callable[..., str]


def prices(warehouse: Warehouse, shop: Shop) -> dict[tuple[str, str | None], tuple[Decimal, str, str]]:
    """What the lake holds: price, currency and availability by path and variant."""
    with warehouse.session() as session:
        rows: list[dict[str, Any]] = session.query("select * from offers").to_pylist()
    return {
        (row["url"].removeprefix(shop.url), row["variant"]): (row["price"], row["currency"], row["availability"])
        for row in rows
    }


def cards(*numbers: int) -> str:
    return "<ul>{}</ul>".format(
        "".join(
            f'<li><a href="/p/{n}"><img src="{n}.png"></a><h3><a href="/p/{n}">P{n}</a></h3><b>{n},00 €</b></li>'
            for n in numbers
        )
    )


def test_start_points_together_read_each_page_once(shop: Shop, product_page: Page, warehouse: Warehouse) -> None:
    for n in range(1, 10):
        shop.page(f"/p/{n}", product_page(f"P{n}", f"{n}.00"))
    tracked = shop.url + "/p/2?utm_source=sitemap#top"
    later, earlier = "2026-05-30", "2026-05-01T10:00:00Z"
    sitemap = "".join(
        f"<url><loc>{url}</loc><lastmod>{changed}</lastmod></url>"
        for url, changed in ((tracked, earlier), (shop.url + "/p/3", earlier), (shop.url + "/p/4", later))
    )
    shop.answer("/a.xml", f"<urlset>{sitemap}</urlset>".encode(), kind="application/xml")
    shop.answer("/b.txt", f"{shop.url}/p/5\n{shop.url}/p/1\n".encode(), kind="text/plain")
    # Indexes that go in circles, and ever deeper.
    for path, children in (("/i1", ("/i1", "/i2", "/b.txt")), ("/i2", ("/i3",)), ("/i3", ("/i4",))):
        listed = "".join(f"<sitemap><loc>{shop.url}{child}</loc></sitemap>" for child in children)
        shop.answer(path, f"<sitemapindex>{listed}</sitemapindex>".encode(), kind="text/xml")
    shop.page("/c", f'<main>{cards(5, 6)}</main><a href="/c?page=2">Weiter</a><a href="/c?page=3">3</a>')
    shop.page("/c?page=2", f'<main>{cards(7, 8)}</main><a href="/c?page=1">1</a><a href="/c?page=3">Weiter</a>')
    # A list that never ends, of what it has shown already.
    shop.page("/c?page=3", f'<main>{cards(7, 8)}</main><a href="/c?page=4">Weiter</a>')
    shop.page("/c?page=1", f'<main>{cards(5, 6)}</main><a href="/c?page=2">Weiter</a>')
    shop.page("/empty", "<main><p>Nichts gefunden</p></main>")
    site = shop.site(
        watch=(shop.url + "/p/1", shop.url + "/p/2"),
        sitemaps=(shop.url + "/a.xml", shop.url + "/i1"),
        categories=(shop.url + "/c", shop.url + "/empty"),
        concurrency=1,
    )
    health = crawl(site, warehouse)
    assert (health.planned, health.fetched, health.offers) == (8, 8, 8)
    assert (health.outcome, health.failures) == ("partial", {"no_products_listed": 1, "sitemap_too_deep": 1})
    assert shop.paths.count("/i1") == shop.paths.count("/b.txt") == 1
    assert sorted(path for path in shop.paths if path.startswith("/p/")) == [f"/p/{n}" for n in range(1, 9)]
    assert "/c?page=4" not in shop.paths
    assert shop.paths.index("/p/4") < shop.paths.index("/p/3")  # what changed last comes first
    assert {path for path, _ in prices(warehouse, shop)} == {f"/p/{n}" for n in range(1, 9)}


FEED = """<rss xmlns:g="http://base.google.com/ns/1.0"><channel>
<item><g:id>1</g:id><title>Kettle</title><link>{url}/p/1</link><g:price>39.90 EUR</g:price>
<g:availability>in stock</g:availability></item>
<item><g:id>2</g:id><title>Lamp</title><link>{url}/p/2</link><g:price>20 EUR</g:price>
<g:availability>out of stock</g:availability></item>
<item><g:id>3</g:id><title>Elsewhere</title><link>https://other.example/p/3</link><g:price>1 EUR</g:price></item>
</channel></rss>"""


def shopify(*handles: str) -> bytes:
    """A page of a Shopify shop's list, each product in two sizes."""
    products = [
        {
            "handle": handle,
            "title": handle.title(),
            "variants": [
                {"title": size, "sku": f"{handle}-{size}", "price": price, "available": size == "S"}
                for size, price in (("S", "10.00"), ("L", "12.00"))
            ],
        }
        for handle in handles
    ]
    return json.dumps({"products": products}).encode()


def woo(shop: Shop, *numbers: int) -> bytes:
    """A page of a WooCommerce shop's list."""
    money = {"currency_code": "EUR", "currency_minor_unit": 2, "price": "1299", "regular_price": "1499"}
    return json.dumps(
        [
            {"name": f"W{n}", "permalink": f"{shop.url}/product/w{n}", "prices": money, "is_in_stock": True}
            for n in numbers
        ]
    ).encode()


def test_feeds_and_interfaces_give_offers_without_their_pages(
    shop: Shop, product_page: Page, warehouse: Warehouse
) -> None:
    feed = shop.answer("/feed.xml", FEED.format(url=shop.url).encode(), kind="application/xml")
    page = shop.page("/p/2", product_page("Lamp", "21.00"))  # watched: the page counts, not what the feed says
    shop.answer("/meta.json", b'{"currency": "CHF"}', kind="application/json")
    for number, handles in enumerate((("mug", "cup"), ("jug", "mug"), ()), start=1):
        shop.answer(f"/products.json?limit=250&page={number}", shopify(*handles), kind="application/json")
    listed = "/shop/wp-json/wc/store/v1/products?per_page=100&page={}"
    shop.answer(listed.format(1), woo(shop, 1, 2), kind="application/json", X_WP_TotalPages="2")
    shop.answer(listed.format(2), woo(shop, 3), kind="application/json", X_WP_TotalPages="2")
    broken = shop.page("/not-a-feed", "<!doctype html><p>Login</p>")
    site = shop.site(
        watch=(page,), feeds=(feed, broken), shopify=(shop.url,), woocommerce=(shop.url + "/shop",), concurrency=1
    )
    health = crawl(site, warehouse)
    assert prices(warehouse, shop) == {
        ("/p/1", None): (Decimal("39.9"), "EUR", "in_stock"),
        ("/p/2", None): (Decimal(21), "EUR", "in_stock"),
        **{(f"/products/{h}", f"{h}-S"): (Decimal(10), "CHF", "in_stock") for h in ("mug", "cup", "jug")},
        **{(f"/products/{h}", f"{h}-L"): (Decimal(12), "CHF", "out_of_stock") for h in ("mug", "cup", "jug")},
        **{(f"/product/w{n}", None): (Decimal("12.99"), "EUR", "in_stock") for n in (1, 2, 3)},
    }
    assert (health.planned, health.fetched, health.outcome) == (9, 8, "partial")
    assert health.failures == {"off_site": 1, "not_a_feed": 1}
    assert [path for path in shop.paths if path.startswith(("/p/", "/product/", "/products/"))] == ["/p/2"]
    assert listed.format(3) not in shop.paths


def test_what_is_read_apart_holds_up_nobody() -> None:
    """All of it in its order, on one thread that is not ours, and then the error it ended with."""
    threads = set()

    def read(count: int) -> Iterator[int]:
        for number in range(count):
            threads.add(threading.get_ident())
            time.sleep(0.001)
            yield number
        raise FeedError("cut_short", "https://a.example/feed", "it ends before its end")

    async def both() -> tuple[list[int], int]:
        turns, got = 0, list[int]()

        async def others() -> None:
            nonlocal turns
            while True:
                turns += 1
                await asyncio.sleep(0.001)

        meanwhile = asyncio.create_task(others())
        with pytest.raises(FeedError, match="ends before its end"):
            async for number in read_apart(read(250)):
                got.append(number)
        meanwhile.cancel()
        return got, turns

    got, turns = asyncio.run(both())
    assert got == list(range(250))
    assert turns > 20  # three, were the loop blocked
    assert len(threads) == 1 and threading.get_ident() not in threads


def test_a_plan_takes_each_page_once_and_says_where_it_is_too_long(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("scrapers.spiders.planning.MOST_PAGES", 4)
    said: list[Message] = []
    done = shop.url + "/p/1"
    plan = Plan(shop.site(product_url="/p/"), said.append, done=(done,))
    urls = (done, shop.url + "/p/2?b=1&a=2", shop.url + "/p/2?a=2&b=1&utm_medium=x", shop.url + "/q/3", "file:///p/4")
    assert [plan.take_found(url) for url in urls] == [False, True, False, False, False]
    assert said == [Planned(urls[1]), Planned("file:///p/4"), Failed("file:///p/4", "off_site", planned=True)]
    assert plan.take(shop.url + "/p/5") and plan.full
    assert not plan.take(shop.url + "/p/6") and not plan.take(shop.url + "/p/7")
    assert said[4:] == [Failed(shop.url + "/p/6", "too_many_pages", planned=False)]


def test_what_a_sitemap_says_and_what_it_costs() -> None:
    body = b"""<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"><url><loc> https://a.example/1 </loc>
    <lastmod>2026-05-01</lastmod></url><url><loc>https://a.example/2</loc><lastmod>2026-05-01T10:00:00+02:00</lastmod>
    </url><url><lastmod>2026-01-01</lastmod><loc>https://a.example/3</loc><lastmod>yesterday</lastmod></url></urlset>"""
    found = read_sitemap(gzip.compress(body))
    assert found is not None
    assert found.urls == tuple(f"https://a.example/{n}" for n in (1, 2, 3))
    assert found.changed_at == {
        "https://a.example/1": datetime(2026, 5, 1, 23, 59, 59, tzinfo=UTC),
        "https://a.example/2": datetime(2026, 5, 1, 8, tzinfo=UTC),
    }
    bombs = (
        gzip.compress(b"<urlset>" + b" " * LARGEST + b"<url><loc>https://a.example/4</loc></url></urlset>"),
        b'<!DOCTYPE x [<!ENTITY a "aaaaaa"><!ENTITY b "&a;&a;&a;">]><urlset><url><loc>&b;</loc></url></urlset>',
        gzip.compress(b"http://a.example/\n" * 2_000_000),
    )
    began = time.process_time()
    assert [found and len(found.urls) for found in map(read_sitemap, bombs)] == [0, 0, 1]
    assert time.process_time() - began < 15
    assert [read_sitemap(body) for body in (b"", b"<html>", b"\x1f\x8b\x00", b"{}")] == [None] * 4
