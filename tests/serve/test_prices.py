"""Prices over HTTP: ours beside the market's, by hand-made figures."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import httpx
import pytest

from tests.conftest import FixedClock
from tests.serve.shop import furnish, rows
from warehouse.house import Warehouse
from warehouse.stores import open_store
from warehouse.tables import PRODUCT_HISTORY


def by_sku(answer: httpx.Response) -> dict[str, dict[str, object]]:
    """The items of an answer that is in order."""
    assert answer.status_code == 200, answer.text
    return {item["sku"]: item for item in answer.json()["items"]}


def test_our_price_beside_the_market(keyed: httpx.Client, warehouse: Warehouse) -> None:
    furnish(warehouse)
    found = by_sku(keyed.get("/v1/prices"))
    assert list(found) == ["LAMP", "MUG", "PEN", "PLATE"]
    assert found["LAMP"] == {
        "sku": "LAMP",
        "title": "Lamp",
        "category": "Home",
        "currency": "EUR",
        "price": "40.00",
        "market_price": "32.00",
        "index": pytest.approx(125.0),
        "lowest_price": "32.00",
        "lowest_site": "alpha-shop",
        "competitors": 1,
        "observed_at": "2026-06-01T10:00:00Z",
    }
    assert (found["MUG"]["market_price"], found["MUG"]["index"]) == ("8.00", pytest.approx(100.0))
    assert (found["MUG"]["lowest_price"], found["MUG"]["lowest_site"]) == ("6.00", "beta-markt")
    assert (found["PEN"]["market_price"], found["PEN"]["index"], found["PEN"]["competitors"]) == (None, None, 0)


def test_only_some_products(keyed: httpx.Client, warehouse: Warehouse) -> None:
    furnish(warehouse)
    assert list(by_sku(keyed.get("/v1/prices", params={"sku": ["PEN", "MUG", "NOPE"]}))) == ["MUG", "PEN"]


def test_pages_hold_every_product_once(keyed: httpx.Client, warehouse: Warehouse) -> None:
    furnish(warehouse)
    seen: list[str] = []
    after: str | None = ""
    while after is not None:
        page = keyed.get("/v1/prices", params={"after": after, "limit": 3}).json()
        seen += [item["sku"] for item in page["items"]]
        after = page["next_after"]
    assert seen == ["LAMP", "MUG", "PEN", "PLATE"]


def test_a_new_price_shows(keyed: httpx.Client, warehouse: Warehouse, clock: FixedClock) -> None:
    furnish(warehouse)
    assert by_sku(keyed.get("/v1/prices"))["MUG"]["price"] == "8.00"
    change = {
        "store_id": "main",
        "sku": "MUG",
        "valid_from": clock.now - timedelta(minutes=1),
        "price": Decimal("9.99"),
        "currency": "EUR",
    }
    warehouse.lake.append_new(PRODUCT_HISTORY, rows(PRODUCT_HISTORY, [change]))
    assert by_sku(keyed.get("/v1/prices"))["MUG"]["price"] == "9.99"


def test_offers_age_out_though_nothing_is_written(keyed: httpx.Client, warehouse: Warehouse, clock: FixedClock) -> None:
    furnish(warehouse)
    assert by_sku(keyed.get("/v1/prices"))["MUG"]["competitors"] == 2
    clock.forward(days=10)
    assert by_sku(keyed.get("/v1/prices"))["MUG"]["market_price"] is None


def test_which_store(keyed: httpx.Client, warehouse: Warehouse) -> None:
    none_yet = keyed.get("/v1/prices")
    assert none_yet.status_code == 404 and "purveyor init" in none_yet.json()["detail"]
    furnish(warehouse)
    open_store(warehouse, "second", name="Second", currency="EUR", timezone="UTC")
    unsaid = keyed.get("/v1/prices")
    assert unsaid.status_code == 422 and "main, second" in unsaid.json()["detail"]
    assert list(by_sku(keyed.get("/v1/prices", params={"store_id": "main"})))
    assert keyed.get("/v1/prices", params={"store_id": "second"}).json()["items"] == []
    assert keyed.get("/v1/prices", params={"store_id": "third"}).status_code == 404
