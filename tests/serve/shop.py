"""A small shop with two competitors, written into a warehouse as imports and crawls would."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from decimal import Decimal

import pyarrow as pa

from warehouse.house import Warehouse
from warehouse.offer_ids import offer_id
from warehouse.stores import open_store
from warehouse.tables import CRAWLS, MATCHES, OFFERS, ORDERS, PRODUCT_HISTORY, PRODUCTS, Table

PRICES = {"MUG": "8.00", "PLATE": "12.00", "LAMP": "40.00", "PEN": "1.50"}
ASKED = {
    "alpha-shop": {"MUG": "10.00", "PLATE": "12.00", "LAMP": "32.00"},
    "beta-markt": {"MUG": "6.00", "PLATE": "12.00"},
}


def rows(table: Table, values: Sequence[Mapping[str, object]]) -> pa.Table:
    """Rows in the table's types."""
    names = values[0].keys()
    return pa.Table.from_pylist(list(values), schema=pa.schema([table.schema.field(n) for n in names]))


def furnish(
    warehouse: Warehouse, *, titles: Mapping[str, str] | None = None, pages: str = "https://shops.example"
) -> None:
    """Fill the warehouse: a store, four products, the offers of two competitors, and orders."""
    now = warehouse.clock()
    open_store(warehouse, "main", name="Main", currency="EUR", timezone="UTC")
    products = [
        {"sku": sku, "title": (titles or {}).get(sku, sku.title()), "category": "Home > Things", "status": "active"}
        for sku in PRICES
    ]
    warehouse.lake.append_new(PRODUCTS, rows(PRODUCTS, products))
    history = [
        {
            "store_id": "main",
            "sku": sku,
            "valid_from": now - timedelta(days=30),
            "price": Decimal(price),
            "cost": Decimal(price) / 2,
            "currency": "EUR",
        }
        for sku, price in PRICES.items()
    ]
    warehouse.lake.append_new(PRODUCT_HISTORY, rows(PRODUCT_HISTORY, history))
    offers, matches = [], []
    for site, asked in ASKED.items():
        for sku, price in asked.items():
            found = offer_id(site, f"https://shops.example/{site}/{sku}", None, None, None)
            offers.append(
                {
                    "crawl_id": f"crawl-{site}",
                    "offer_id": found,
                    "site": site,
                    "url": f"{pages}/{site}/{sku}",
                    "observed_at": now - timedelta(hours=2),
                    "title": sku,
                    "price": Decimal(price),
                    "currency": "EUR",
                    "availability": "in_stock",
                }
            )
            matches.append(
                {
                    "offer_id": found,
                    "sku": sku,
                    "score": 1.0,
                    "verdict": "match",
                    "method": "gtin",
                    "model_version": "1",
                    "matched_at": now,
                }
            )
    warehouse.lake.append(OFFERS, rows(OFFERS, offers))
    warehouse.lake.append_new(MATCHES, rows(MATCHES, matches))
    crawls = [
        {
            "crawl_id": f"crawl-{site}",
            "site": site,
            "started_at": now - timedelta(hours=3),
            "finished_at": now - timedelta(hours=2),
            "planned": 5,
            "fetched": len(asked),
            "offers": len(asked),
            "priced": len(asked),
            "failures": '{"timeout": 2}',
            "outcome": "partial",
        }
        for site, asked in ASKED.items()
    ]
    warehouse.lake.append(CRAWLS, rows(CRAWLS, crawls))
    sell(warehouse)


def sell(warehouse: Warehouse) -> None:
    """400 orders of 40 customers over 200 days: half buy mug with plate, half lamp with pen, and a new thing."""
    now = warehouse.clock()
    lines = [
        {
            "order_id": f"o{n}",
            "line_id": sku,
            "ordered_at": now - timedelta(hours=12 * n + 1),
            "store_id": "main",
            "customer_id": f"C-{n % 40}",
            "sku": sku,
            "line_kind": "product",
            "quantity": 1.0,
            "amount": Decimal(PRICES.get(sku, "2.00")),
            "currency": "EUR",
        }
        for n in range(400)
        for sku in (*(("MUG", "PLATE") if n % 2 else ("LAMP", "PEN")), f"THING-{(n + n // 40) % 30}")
    ]
    warehouse.lake.append(ORDERS, rows(ORDERS, lines))
