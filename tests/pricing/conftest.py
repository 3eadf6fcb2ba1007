"""A small market: one store, a handful of products, two competitors, everything known."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from warehouse.house import Warehouse
from warehouse.settings import Settings
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


@pytest.fixture(scope="session")
def queue_lake(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A lake with four offers: o1 could be A or B, o2 is like C, o3 could be B, o4 is matched to A."""
    products = [
        {"sku": sku, "title": f"Product {sku}", "brand": "Acme", "gtin": "4006381333931" if sku == "A" else None}
        for sku in "ABC"
    ]
    history = [
        {"store_id": "de", "sku": sku, "valid_from": NOON, "price": Decimal(10), "currency": "EUR"} for sku in "ABC"
    ]
    offers = [
        {
            "crawl_id": f"crawl {hours}",
            "offer_id": offer,
            "site": "berg",
            "url": f"https://berg.example/{offer}",
            "observed_at": NOON - timedelta(hours=hours),
            "title": f"Acme thing {offer}" if hours == 1 else "an older title",
            "price": Decimal(9),
            "currency": "EUR",
        }
        for offer, hours in (("o1", 1), ("o1", 30), ("o2", 1), ("o3", 1), ("o4", 1))
    ]
    judged = {
        ("o1", "A"): ("review", 0.8), ("o1", "B"): ("review", 0.6), ("o1", "C"): ("no_match", 0.9),
        ("o2", "C"): ("review", 0.9), ("o3", "B"): ("review", 0.7), ("o4", "A"): ("match", 0.99),
    }  # fmt: skip
    matches = [
        {
            "offer_id": offer,
            "sku": sku,
            "verdict": verdict,
            "score": score,
            "pack_ratio": 1.0 if verdict == "match" else None,
            "method": "model",
            "model_version": "test",
            "reason": f"{offer} is like {sku}",
            "speaks_for": "both say acme",
            "matched_at": NOON,
        }
        for (offer, sku), (verdict, score) in judged.items()
    ]
    lines = [
        {
            "order_id": f"{sku}{n}",
            "line_id": "1",
            "store_id": "de",
            "ordered_at": NOON - timedelta(days=age),
            "sku": sku,
            "line_kind": "product",
            "quantity": 1.0,
            "amount": Decimal(1),
            "currency": "EUR",
        }
        for sku, count, age in (("B", 2, 10), ("A", 1, 10), ("C", 9, 200))
        for n in range(count)
    ]
    rows = {"products": products, "product_history": history, "offers": offers, "matches": matches, "orders": lines}
    settings = Settings(home=tmp_path_factory.mktemp("queue") / "home")
    with Warehouse.open(settings, clock=lambda: NOON) as warehouse:
        for name, values in rows.items():
            table = TABLES[name]
            schema = pa.schema([field for field in table.schema if field.name in values[0]])
            warehouse.lake.append(table, pa.Table.from_pylist(values, schema=schema))
    return Path(str(settings.lake))


@pytest.fixture
def queue(warehouse: Warehouse, queue_lake: Path) -> None:
    """That lake in the test's own house."""
    shutil.copytree(queue_lake, str(warehouse.settings.lake), dirs_exist_ok=True)
