"""The pages of sites: what is read of each shop, and a new one added by clicking."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from datetime import timedelta
from html import escape
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import httpx
import pyarrow as pa
import pytest

from scrapers.registered import register, registered
from scrapers.sites import Site
from serve.app import create_app
from tests.serve.conftest import browsing, running
from tests.serve.shop import furnish
from tests.serve.test_console import HOSTILE, Page
from warehouse.house import Warehouse
from warehouse.tables import CRAWLS, OFFERS

ASKED = """<!doctype html><html><head><title>{name}</title><script type="application/ld+json">
{{"@type": "Product", "offers": {{"@type": "Offer", "price": "{members}", "priceCurrency": "EUR"}}}}</script></head>
<body><h1>{name}</h1><p class="members">For members {members} €</p><p class="asked">{asked} €</p></body></html>"""
"""A page whose structured data give the price that only members pay."""


@pytest.fixture
def shop() -> Iterator[str]:
    """The address of a shop of three products and a sitemap."""
    pages: dict[str, str] = {
        f"/p/{n}": ASKED.format(name=escape(f"Thing {n} {HOSTILE}"), members=f"{n + 10}.50", asked=f"{n + 20},99")
        for n in range(3)
    }

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = pages.get(self.path)
            self.send_response(200 if body else 404)
            self.send_header("Content-Type", "application/xml" if self.path.endswith(".xml") else "text/html")
            self.end_headers()
            self.wfile.write((body or "").encode())

        def log_message(self, format: str, *args: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    url = f"http://127.0.0.1:{server.server_port}"
    entries = "".join(f"<url><loc>{url}{path}</loc></url>" for path in pages)
    pages["/sitemap.xml"] = f'<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{entries}</urlset>'
    thread = threading.Thread(target=server.serve_forever, args=(0.05,))
    thread.start()
    yield url
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture
def browser(warehouse: Warehouse) -> Iterator[httpx.Client]:
    """A client that sends what a browser sends with a form of the page it shows."""
    with (
        running(create_app(warehouse, allow_private=True, poll_seconds=0)) as base,
        browsing(base) as client,
    ):
        yield client


def test_a_shop_is_added_by_clicking(browser: httpx.Client, warehouse: Warehouse, shop: str) -> None:
    answer = browser.post("/sites/look", data={"url": f"{shop}/p/0"})
    assert answer.headers["refresh"] == "2"
    assert "Looking at the shop" in Page(answer).text
    here = str(answer.url)
    assert here.rpartition("/")[2] in browser.get("/sites").text
    until = time.monotonic() + 120
    while "refresh" in answer.headers and time.monotonic() < until:
        time.sleep(0.2)
        answer = browser.get(here)
    page = Page(answer)
    assert "found at the usual place" in page.text and "Thing 0" in page.text
    assert HOSTILE in page.text and "script" not in page.tags and "b" not in page.tags
    assert {("button", "aria-label", f"price is {value}") for value in ("10.50", "20.99")} <= set(page.attributes)
    picked = {"url": f"{shop}/p/0", "page": "0", "field": "price", "value": "20.99"}
    page = Page(browser.post(f"{here}/correct", data=picked))
    assert "20.99 confirmed" in " ".join(page.text.split())
    assert 'price: ".asked"' in page.text  # the site file
    assert all(f"{n + 20}.99" in page.text for n in range(3))  # on the other pages too
    wrong = Page(browser.post(f"{here}/correct", data={**picked, "value": "77,77"}))
    assert "That did not work" in wrong.text and "says '77,77' as its price" in wrong.text
    name = shop.removeprefix("http://").replace(":", "-")
    page = Page(browser.post(f"{here}/save"))
    assert 'price: ".asked"' in page.text and "price: 20.99" in page.text and "purveyor sites check" in page.text
    site = registered(warehouse, name)
    assert site.selectors == {"price": ".asked"}
    assert (warehouse.settings.home / "sites" / f"{name}.yaml").exists()
    listed = Page(browser.get("/sites"))
    assert ("a", "href", f"/sites/{name}") in listed.attributes and "Being added" not in listed.text


def test_what_was_read_of_a_shop_is_shown_with_its_evidence(browser: httpx.Client, warehouse: Warehouse) -> None:
    furnish(warehouse, titles={"LAMP": HOSTILE}, pages="javascript:alert(1)")
    register(warehouse, Site("alpha-shop", (), ("https://alpha.example/1",), ("alpha.example",)))
    listed = " ".join(Page(browser.get("/sites")).text.split())
    assert "alpha-shop 2 h ago partial 3 of 5 3 100%" in listed
    page = Page(browser.get("/sites/alpha-shop"))
    assert "32.00" in page.text
    assert not [value for _, _, value in page.attributes if value and value.startswith("javascript:")]
    assert browser.get("/sites/no-such-shop").status_code == 404


def test_a_broken_shop_is_told_and_sellers_are_named(browser: httpx.Client, warehouse: Warehouse) -> None:
    """Nobody should have to ask whether a shop still gives its prices."""
    now = warehouse.clock()
    crawl = {"crawl_id": "c1", "site": "market", "started_at": now - timedelta(hours=2), "scope": "all"}
    crawl |= {"finished_at": now - timedelta(hours=1), "planned": 0, "fetched": 0, "offers": 0, "priced": 0}
    earlier = {**crawl, "crawl_id": "c0", "finished_at": now - timedelta(days=1), "offers": 30, "priced": 30}
    rows = [
        {**crawl, "outcome": "failed", "failures": '{"captcha": 1}'},
        {**earlier, "outcome": "finished", "failures": "{}"},
    ]
    warehouse.lake.append(CRAWLS, pa.Table.from_pylist(rows, schema=CRAWLS.schema))
    offers = [
        {"crawl_id": "c0", "offer_id": f"o{n}", "site": "market", "url": "https://market.example/1", "title": "Cup"}
        | {"seller": f"Seller {HOSTILE} {n}", "observed_at": now - timedelta(days=1)}
        for n in range(30)
    ]
    warehouse.lake.append(OFFERS, pa.Table.from_pylist(offers, schema=OFFERS.schema))
    register(warehouse, Site("market", (), ("https://market.example/1",), ("market.example",)))
    register(warehouse, Site("unseen", (), ("https://unseen.example/1",), ("unseen.example",)))
    listed = Page(browser.get("/sites")).text
    assert "Shops that need a look" in listed and "read no page (a captcha in front: 1)" in listed
    assert "ask the shop for leave or a feed" in listed
    page = Page(browser.get("/sites/market"))
    assert "It needs a look" in page.text and f"sold by Seller {HOSTILE} 1" in page.text
    assert "20 of the 30 offers of its newest crawl" in page.text
    assert "It needs a look" not in Page(browser.get("/sites/unseen")).text


@pytest.mark.parametrize("draft", ["01ARZ3NDEKTSV4RRFFQ69G5FAV", "%2e%2e%2frecords.db", "x" * 300])
def test_a_draft_that_is_not_there_is_not_found(browser: httpx.Client, draft: str) -> None:
    assert browser.get(f"/sites/new/{draft}").status_code == 404
    assert browser.post(f"/sites/new/{draft}/forget").status_code == 404
    assert browser.post(f"/sites/new/{draft}/save").status_code == 404


def test_only_this_console_may_have_shops_looked_at(browser: httpx.Client, warehouse: Warehouse) -> None:
    for origin in ("https://elsewhere.example", "null", ""):
        answer = browser.post("/sites/look", data={"url": "https://a.example"}, headers={"Origin": origin})
        assert answer.status_code == 403
    assert browser.post("/sites/look", data={"url": " "}).status_code == 422
    assert browser.post("/sites/look", content=b"url=" + b"x" * 30_000).status_code == 413
    assert browser.post("/sites/look", content=b"url=%ff").status_code == 422
    assert not warehouse.settings.drafts.exists()


def test_what_could_not_be_looked_at_says_why_and_is_forgotten(warehouse: Warehouse, shop: str) -> None:
    """Private addresses are refused unless the server was started to allow them."""
    with (
        running(create_app(warehouse, poll_seconds=0)) as base,
        browsing(base) as client,
    ):
        answer = client.post("/sites/look", data={"url": shop})
        here = str(answer.url)
        until = time.monotonic() + 120
        while "refresh" in answer.headers and time.monotonic() < until:
            time.sleep(0.2)
            answer = client.get(here)
        assert "it lies at a private address" in Page(answer).text
        assert "Being added" not in Page(client.post(f"{here}/forget")).text
        assert client.get(here).status_code == 404
