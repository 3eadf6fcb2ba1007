"""A law: whatever the order in which snapshots arrive, the history of prices in the end is the same and true."""

from __future__ import annotations

import os
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from itertools import product
from pathlib import Path
from typing import Any

import pytest

from warehouse.house import Warehouse
from warehouse.imports import import_file
from warehouse.settings import Settings
from warehouse.sources.definition import new_source
from warehouse.sources.fetching import fetch_source
from warehouse.sources.keeping import define
from warehouse.stores import open_store

DAYS = 3
SEQUENCES = {f"S{number:02}": prices for number, prices in enumerate(product((None, "1.0000", "2.0000"), repeat=DAYS))}
"""Every way in which a product can be absent or have one of two prices on three days."""

Row = tuple[str, datetime, str]


def day(number: int) -> datetime:
    return datetime(2026, 6, 1 + number, tzinfo=UTC)


def put(folder: Path, name: str, content: str) -> None:
    path = folder / name
    path.write_text(content, encoding="utf-8")
    os.utime(path, (1_780_000_000, 1_780_000_000))


def snapshot(number: int) -> str:
    listed = [f"{sku},{prices[number]}" for sku, prices in SEQUENCES.items() if prices[number] is not None]
    return "\n".join(["sku,price", *listed, ""])


def truth() -> list[Row]:
    rows = []
    for sku, prices in SEQUENCES.items():
        last = None
        for number, price in enumerate(prices):
            if price is not None and price != last:
                rows.append((sku, day(number), price))
                last = price
    return rows


def history(warehouse: Warehouse, column: str = "price") -> list[Row]:
    with warehouse.session() as session:
        rows = session.query(f"select sku, valid_from, {column} from product_history order by 1, 2").to_pylist()
    return [(row["sku"], row["valid_from"].astimezone(UTC), str(row[column])) for row in rows]


def statuses(warehouse: Warehouse) -> dict[str, str]:
    with warehouse.session() as session:
        return {row["sku"]: row["status"] for row in session.query("select sku, status from products").to_pylist()}


@pytest.fixture
def shop(tmp_path: Path, clock: Any) -> Callable[[str], tuple[Warehouse, Path]]:
    """A house with one store and a folder source of dated products snapshots."""

    def make(name: str) -> tuple[Warehouse, Path]:
        clock.now = day(DAYS)
        warehouse = Warehouse.open(Settings(home=tmp_path / name / "home"), clock=clock)
        open_store(warehouse, "main", currency="EUR", timezone="UTC")
        folder = tmp_path / name / "export"
        folder.mkdir()
        files = {"products": "products-{date}.csv"}
        define(warehouse, new_source(name="erp", type="folder", place=str(folder), files=files, snapshot=True))
        return warehouse, folder

    return make


@pytest.mark.parametrize("order", [(0, 2, 1), (1, 2, 0), (2, 1, 0)], ids=str)
def test_any_order_of_arrival_gives_the_same_true_history(
    shop: Callable[[str], tuple[Warehouse, Path]], clock: Any, order: tuple[int, ...]
) -> None:
    warehouse, folder = shop("any")
    with warehouse:
        for number in order:
            put(folder, f"products-{day(number):%Y-%m-%d}.csv", snapshot(number))
            (delivery,) = fetch_source(warehouse, "erp", may_shrink=True).deliveries
            assert delivery.outcome == "imported", delivery.reason
            clock.forward(minutes=1)
        assert history(warehouse) == truth()
        offered = {sku: "inactive" if prices[-1] is None else "active" for sku, prices in SEQUENCES.items()}
        del offered["S00"]  # never listed
        assert statuses(warehouse) == offered


def test_a_late_price_goes_on_where_another_source_told_the_stock_meanwhile(
    shop: Callable[[str], tuple[Warehouse, Path]], clock: Any, tmp_path: Path
) -> None:
    warehouse, folder = shop("stock")
    with warehouse:
        for number in (0, 2):
            put(folder, f"products-{day(number):%Y-%m-%d}.csv", f"sku,price\nA,{number + 1}\n")
            fetch_source(warehouse, "erp")
            clock.forward(minutes=1)
        stock = tmp_path / "stock.csv"
        stock.write_text("sku,stock\nA,7\n")
        import_file(warehouse, "products", stock, observed_at=day(1) + timedelta(hours=5))
        put(folder, f"products-{day(1):%Y-%m-%d}.csv", "sku,price\nA,2\n")
        fetch_source(warehouse, "erp")
        at_five = day(1) + timedelta(hours=5)
        prices = [("A", day(0), "1.0000"), ("A", day(1), "2.0000"), ("A", at_five, "2.0000"), ("A", day(2), "3.0000")]
        assert history(warehouse) == prices
        assert [stock for _, at, stock in history(warehouse, "stock") if at == at_five] == ["7.0"]
