"""A small market: one store, a handful of products, two competitors, everything known."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pyarrow as pa
import pytest

from warehouse.house import Warehouse
from warehouse.stores import open_store
from warehouse.tables import TABLES

NOON = datetime(2026, 6, 1, 12, tzinfo=UTC)

Write = Callable[..., None]


@pytest.fixture
def write(warehouse: Warehouse) -> Write:
    """Puts rows into a table, over those of the same key: `write("products", {...}, {...})`."""
    known: set[tuple[object, ...]] = set()

    def put(table: str, *rows: dict[str, Any]) -> None:
        declared = TABLES[table]
        columns = {name for row in rows for name in row}
        schema = pa.schema([field for field in declared.schema if field.name in columns])
        keys = {(table, *(row[name] for name in declared.key)) for row in rows}
        # Appending takes a tenth of the time of merging.
        act = warehouse.lake.merge if keys & known else warehouse.lake.append
        act(declared, pa.Table.from_pylist(list(rows), schema=schema))
        known.update(keys)

    return put


@pytest.fixture
def store(warehouse: Warehouse) -> str:
    """A German store that shows prices with tax."""
    open_store(
        warehouse, "de", name="Haus & Hof", currency="EUR", timezone="Europe/Berlin", country="DE", locale="de-DE",
        prices_include_tax=True,
    )  # fmt: skip
    return "de"


@pytest.fixture
def sell(write: Write, store: str) -> Callable[..., None]:
    """Puts a product on sale: `sell("A", 10, cost=6, category="Kitchen > Pans")`."""

    def put(sku: str, price: str | int, *, cost: str | int | None = None, **product: object) -> None:
        write("products", {"sku": sku, "status": "active", "title": f"Product {sku}", **product})
        write(
            "product_history",
            {
                "store_id": store,
                "sku": sku,
                "valid_from": NOON - timedelta(days=30),
                "price": Decimal(price),
                "cost": None if cost is None else Decimal(cost),
                "currency": "EUR",
            },
        )

    return put


@pytest.fixture
def ask_price(write: Write) -> Callable[..., str]:
    """Lets a competitor offer one of our products: `ask_price("berg", "A", 9)`; returns the offer's id."""

    def put(site: str, sku: str, price: str | int | None, *, hours_old: float = 2, **offer: object) -> str:
        offer_id = str(offer.pop("offer_id", f"{site}-{sku}"))
        matched = offer.pop("matched", True)
        row = {
            "crawl_id": f"crawl-{hours_old}",
            "offer_id": offer_id,
            "site": site,
            "url": f"https://{site}.example/{sku}",
            "observed_at": NOON - timedelta(hours=hours_old),
            "title": f"Product {sku}",
            "price": None if price is None else Decimal(price),
            "currency": "EUR",
            "availability": "in_stock",
            "tax_included": True,
            **offer,
        }
        write("offers", row)
        if matched:
            write(
                "matches",
                {
                    "offer_id": offer_id,
                    "sku": sku,
                    "pack_ratio": 1.0,
                    "score": 1.0,
                    "verdict": "match",
                    "method": "gtin",
                    "reason": "test",
                    "model_version": "test",
                    "matched_at": NOON,
                },
            )
        return offer_id

    return put
