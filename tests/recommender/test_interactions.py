"""What counts as a purchase, and what can be sold."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import pyarrow as pa
import pytest

from recommender.interactions import CATALOGUE, INTERACTIONS, Interactions, positions
from recommender.release import titles_and_sellable
from tests.recommender.conftest import NOW, Purchase, interactions, purchases
from warehouse.errors import NotEnoughData
from warehouse.house import Warehouse
from warehouse.tables import ORDERS, PRODUCT_HISTORY, PRODUCTS, Table

LINE: dict[str, Any] = {
    "order_id": "1",
    "line_id": "1",
    "ordered_at": NOW,
    "store_id": "main",
    "customer_id": "C",
    "sku": "A",
    "line_kind": "product",
    "quantity": 1.0,
    "amount": Decimal(1),
    "currency": "EUR",
}


def put(warehouse: Warehouse, table: Table, *rows: dict[str, Any]) -> None:
    schema = pa.schema([table.schema.field(name) for name in rows[0]])
    warehouse.lake.append(table, pa.Table.from_pylist(list(rows), schema=schema))


def asked(warehouse: Warehouse, before: datetime, store_id: str | None = None) -> list[tuple[object, ...]]:
    with warehouse.session() as session:
        rows = session.ask(INTERACTIONS, before=before, store_id=store_id).to_pylist()
    return sorted((row["order_id"], row["sku"], row["customer_id"]) for row in rows)


def test_purchases_are_products_bought_before_the_time(warehouse: Warehouse) -> None:
    put(
        warehouse,
        ORDERS,
        LINE,
        LINE | {"line_id": "2"},  # the same product on a second line of the order: one purchase
        LINE | {"line_id": "3", "sku": "B"},
        LINE | {"line_id": "4", "sku": "POST", "line_kind": "shipping"},
        LINE | {"line_id": "5", "sku": "C", "quantity": -1.0},
        LINE | {"order_id": "2", "customer_id": None, "store_id": "other"},
        LINE | {"order_id": "3", "ordered_at": NOW + timedelta(seconds=1)},
        LINE | {"order_id": "4", "sku": None},
    )
    after = NOW + timedelta(seconds=1)
    assert asked(warehouse, after) == [("1", "A", "C"), ("1", "B", "C"), ("2", "A", None)]
    assert asked(warehouse, after, "other") == [("2", "A", None)]
    assert asked(warehouse, NOW) == []


def test_what_is_withdrawn_or_out_of_stock_everywhere_cannot_be_sold(warehouse: Warehouse) -> None:
    names = {"here": "active", "gone": "discontinued", "unsaid": None, "empty": "active", "elsewhere": "active"}
    put(warehouse, PRODUCTS, *({"sku": sku, "title": sku.upper(), "status": status} for sku, status in names.items()))
    stock: dict[str, Any] = {"store_id": "a", "sku": "empty", "valid_from": NOW, "stock": 0.0, "currency": "EUR"}
    put(
        warehouse,
        PRODUCT_HISTORY,
        stock | {"valid_from": NOW - timedelta(days=1), "stock": 9.0},
        stock,
        stock | {"valid_from": NOW + timedelta(days=1), "stock": 5.0},  # not yet
        stock | {"sku": "elsewhere"},
        stock | {"sku": "elsewhere", "store_id": "b", "stock": 1.0},
        stock | {"sku": "here", "stock": 3.0},
        stock | {"sku": "here", "valid_from": NOW + timedelta(hours=1), "stock": None},  # unknown is not zero
        stock | {"sku": "no product"},
    )
    with warehouse.session() as session:
        catalogue = session.ask(CATALOGUE, before=NOW + timedelta(hours=2))
    sold = ("elsewhere", "empty", "gone", "here", "no product", "unknown", "unsaid")
    shop = interactions(Purchase("1", "C", sku, 0) for sku in sold)
    titles, sellable = titles_and_sellable(catalogue, shop)
    assert dict(zip(shop.skus, sellable.tolist(), strict=True)) == {
        "elsewhere": True,
        "empty": False,
        "gone": False,
        "here": True,
        "no product": False,
        "unknown": True,
        "unsaid": True,
    }
    assert titles["gone"] == "GONE"
    assert "no product" not in titles


def test_rows_come_in_any_order() -> None:
    rows = [
        Purchase("1", "Z", "b", 3),
        Purchase("1", "Z", "a", 3),
        Purchase("2", None, "c", 1),
        Purchase("0", "A", "b", 9.5),
    ]
    one, other = interactions(rows), interactions(reversed(rows))
    assert one.customers == ["A", "Z"]
    assert one.skus == ["a", "b", "c"]
    assert one.customer.tolist() == [-1, 0, 1, 1] == other.customer.tolist()
    assert one.sku.tolist() == [2, 1, 0, 1] == other.sku.tolist()
    assert one.order.tolist() == other.order.tolist()
    assert one.end_day - int(one.first_day) == 9  # from day 1 to the end of day 9


def test_stores_number_their_orders_independently(warehouse: Warehouse) -> None:
    put(warehouse, ORDERS, LINE, LINE | {"store_id": "other", "sku": "B"})
    with warehouse.session() as session:
        shop = Interactions.read(session.ask(INTERACTIONS, before=NOW + timedelta(days=1), store_id=None))
    assert len(set(shop.order.tolist())) == 2


def test_no_purchases_is_not_enough() -> None:
    with pytest.raises(NotEnoughData, match="import orders first"):
        Interactions.read(purchases([]))


def test_positions_of_ids() -> None:
    assert positions(["a", "c"], ["c", "b", "a", "c"]).tolist() == [1, -1, 0, 1]
    assert positions([], ["a"]).tolist() == [-1]
