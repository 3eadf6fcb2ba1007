"""Orders and customers in few words."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pyarrow as pa
import pytest

from warehouse.house import Warehouse
from warehouse.stores import open_store
from warehouse.tables import CUSTOMERS, ORDERS, TABLES

Line = Callable[..., dict[str, Any]]


@pytest.fixture
def line() -> Line:
    """Makes an order line: customer, day or moment (UTC), amount, and whatever differs from one product sold."""
    numbers: dict[str, int] = {}

    def make(customer: str | None, when: str, amount: str, order: str | None = None, **other: Any) -> dict[str, Any]:
        order = order or f"{customer}-{when}"
        numbers[order] = numbers.get(order, 0) + 1
        moment = datetime.fromisoformat(when)
        return {
            "order_id": order,
            "line_id": str(numbers[order]),
            "ordered_at": (moment if moment.tzinfo else moment.replace(hour=moment.hour or 12, tzinfo=UTC)),
            "store_id": "main",
            "customer_id": customer,
            "sku": "a",
            "line_kind": "product",
            "quantity": 1.0,
            "amount": Decimal(amount),
            "currency": "EUR",
        } | other

    return make


@pytest.fixture
def shop(warehouse: Warehouse) -> Warehouse:
    """A warehouse with one store, `main`, in Berlin."""
    open_store(warehouse, "main", name="Main", currency="EUR", timezone="Europe/Berlin")
    return warehouse


def put(warehouse: Warehouse, table: str, *rows: dict[str, Any]) -> None:
    """Append rows to a lake table."""
    names = list(dict.fromkeys(name for row in rows for name in row))
    schema = pa.schema([TABLES[table].schema.field(name) for name in names])
    warehouse.lake.append(TABLES[table], pa.Table.from_pylist(list(rows), schema=schema))


@pytest.fixture
def order(shop: Warehouse) -> Callable[..., None]:
    """Puts order lines into the shop."""
    return lambda *rows: put(shop, ORDERS.name, *rows)


@pytest.fixture
def customer(shop: Warehouse) -> Callable[..., None]:
    """Puts a customer into the shop."""
    return lambda customer_id, **fields: put(shop, CUSTOMERS.name, {"customer_id": customer_id, **fields})
