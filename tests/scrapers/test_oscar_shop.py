"""A storefront that none of us wrote: a django-oscar shop, crawled whole over HTTP.

Its pages carry no structured data, and there is no rule for oscar anywhere: what is right here is right because the
visible page is read as a visitor reads it. In the way stand prices with and without tax, prices of recommended
products, and descriptions that speak of other prices and other stock.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from scrapers.crawl import crawl
from scrapers.sites import Site
from tests.scrapers.oscar_shop.products import items
from warehouse.house import Warehouse


@pytest.fixture(scope="module")
def oscar(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of the shop, made and served by a process of its own."""
    folder = tmp_path_factory.mktemp("oscar")
    with (
        (folder / "log.txt").open("wb") as log,
        subprocess.Popen(
            [sys.executable, "-m", "tests.scrapers.oscar_shop", str(folder)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=log,
            cwd=Path(__file__).parents[2],
        ) as server,
    ):
        try:
            assert server.stdout is not None
            port = server.stdout.readline().strip()
            assert port, (folder / "log.txt").read_text()
            yield f"http://127.0.0.1:{int(port)}"
        finally:
            server.kill()


def test_every_price_stock_state_and_upc_is_right(warehouse: Warehouse, oscar: str) -> None:
    site = Site(
        name="oscar",
        sitemaps=(),
        watch=(),
        categories=(f"{oscar}/catalogue/",),
        hosts=(oscar.removeprefix("http://"),),
        allow_private=True,
        delay=0,
        concurrency=8,
    )
    health = crawl(site, warehouse)
    assert (health.outcome, health.planned, health.offers, dict(health.failures)) == ("finished", 200, 200, {})
    with warehouse.session(engine="duckdb") as session:
        rows = session.query("select title, gtin, price, list_price, currency, availability from offers").to_pylist()
    read = {row.pop("title"): row for row in rows}
    said = {
        item.title: {
            "gtin": item.upc.zfill(14),
            "price": item.price,
            "list_price": None,
            "currency": "GBP",
            "availability": item.availability,
        }
        for item in items()
    }
    wrong = {title: (read.get(title), said[title]) for title in said if read.get(title) != said[title]}
    assert not wrong, f"{len(wrong)} of {len(said)} products are read wrong (read, said)"
    assert read == said
