"""A segment over a real year of orders, against a plain pandas reading of the same file."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

from campaigns.segments import compute, read_segment
from warehouse.house import Warehouse
from warehouse.imports import import_file

LAPSED_REGULARS = """\
segment: lapsed-regulars
as_of: last_order
where:
  orders: {at_least: 3}
  days_since_last_order: {more_than: 90}
  spend: {more_than: 500}
"""

SERVICES = ["POST", "DOT", "C2", "M", "m", "D", "S", "B", "BANK CHARGES", "AMAZONFEE", "CRUK", "PADS"]
"""Stock codes that are no merchandise (postage, fees, manual entries, samples)."""


def plain_reading(file: Path) -> set[str]:
    """At least 3 orders, none in the 90 calendar days before the last order in the file, net spend over 500."""
    lines = pd.read_parquet(file)
    lines = lines.assign(day=lines["InvoiceDate"].dt.normalize(), amount=lines["Quantity"] * lines["UnitPrice"])
    bought = (lines["Quantity"] > 0) & ~lines["StockCode"].isin(SERVICES)
    quiet_from = lines.loc[bought, "day"].max() - pd.Timedelta(days=90)
    known = lines["CustomerID"].notna()
    orders = lines[known & bought].groupby("CustomerID").agg(orders=("InvoiceNo", "nunique"), last=("day", "max"))
    orders["spend"] = lines[known].groupby("CustomerID")["amount"].sum().round(4)
    members = orders[(orders["orders"] >= 3) & (orders["last"] < quiet_from) & (orders["spend"] > 500)]
    return set(members.index.astype(str))


@pytest.mark.spark
def test_the_members_are_those_of_a_plain_reading_on_both_engines(
    warehouse: Warehouse, shared_data: Callable[[str], Path], tmp_path: Path
) -> None:
    file = shared_data("orders/online_retail.parquet")
    import_file(warehouse, "orders", file, preset="online-retail")
    written = tmp_path / "segment.yaml"
    written.write_text(LAPSED_REGULARS)
    segment = read_segment(written)
    by_engine = {engine: compute(warehouse, segment, engine=engine) for engine in ("duckdb", "spark")}
    members = by_engine["duckdb"].rows
    assert set(members["customer_id"].to_pylist()) == plain_reading(file)
    assert members.num_rows == 200
    assert by_engine["spark"].rows == members
    assert [found.written for found in by_engine.values()] == [200, 0]
