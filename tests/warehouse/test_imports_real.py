"""The real order files, against sums and counts that DuckDB reads from them directly."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import pandas as pd

from warehouse.house import Warehouse
from warehouse.imports import import_file


def test_online_retail(warehouse: Warehouse, shared_data: Callable[[str], Path]) -> None:
    path = shared_data("orders/online_retail.parquet")
    result = import_file(warehouse, "orders", path, preset="online-retail")
    file = pd.read_parquet(path)
    assert (result.read, result.written, result.duplicates, result.rejected) == (461_207, 461_207, 0, 0)
    assert result.returns == int((file["Quantity"] < 0).sum())
    assert result.without_customer == int(file["CustomerID"].isna().sum())
    total = sum(
        Decimal(str(price)) * int(quantity) for price, quantity in zip(file["UnitPrice"], file["Quantity"], strict=True)
    )
    with warehouse.session() as session:
        (row,) = session.query(
            "select sum(amount) as total, count(distinct order_id) as orders, count(distinct sku) as skus, "
            "count(distinct customer_id) as customers, min(ordered_at) as first, max(ordered_at) as last from orders"
        ).to_pylist()
        (named,) = session.query("select count(*) as n from products where title is null").to_pylist()
    assert row["total"] == total
    assert (row["orders"], row["skus"]) == (file["InvoiceNo"].nunique(), file["StockCode"].nunique())
    assert row["customers"] == file["CustomerID"].nunique()
    local = file["InvoiceDate"].dt.tz_localize("Europe/London").dt.tz_convert("UTC")
    assert (row["first"], row["last"]) == (local.min(), local.max())
    assert named["n"] == 0
    again = import_file(warehouse, "orders", path, preset="online-retail")
    assert (again.read, again.written, again.duplicates) == (461_207, 0, 461_207)


def test_complete_journey(warehouse: Warehouse, shared_data: Callable[[str], Path]) -> None:
    path = shared_data("orders/complete_journey_transactions.parquet")
    mapping = {
        "order_id": "basket_id",
        "customer_id": "household_id",
        "sku": "product_id",
        "ordered_at": "transaction_timestamp",
        "quantity": "quantity",
        "amount": "sales_value",
    }
    result = import_file(warehouse, "orders", path, mapping=mapping, currency="USD", timezone="America/New_York")
    assert (result.read, result.written, result.rejected) == (1_354_113, 1_354_113, 0)
    file = pd.read_parquet(path, columns=["sales_value", "quantity"])
    with warehouse.session() as session:
        (row,) = session.query(
            "select sum(amount) as total, count(*) filter (where quantity = 0) as none_sold from orders"
        ).to_pylist()
    # Every value is in cents but for the dust of float arithmetic, so a sum of whole cents is the exact one.
    assert row["total"] == Decimal(int((file["sales_value"] * 100).round().astype("int64").sum())) / 100
    assert row["none_sold"] == int((file["quantity"] == 0).sum())
