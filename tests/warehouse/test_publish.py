"""What the records decide comes to stand in the lake, whatever was interrupted before."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pyarrow as pa

from tests.conftest import FixedClock
from warehouse.house import Warehouse
from warehouse.jobs.job import Run
from warehouse.progress import quiet
from warehouse.publish import publish
from warehouse.records.consents import Statement, record_consents
from warehouse.records.stores import save_store
from warehouse.stores import open_store
from warehouse.tables import CONSENTS

AT = datetime(2026, 5, 1, tzinfo=UTC)


def run(warehouse: Warehouse) -> dict[str, Any]:
    return publish(warehouse, Run("r", "publish", "", warehouse.clock()), quiet)


def said(customer: str, granted: bool = True, source: str | None = "checkout") -> Statement:
    return {"customer_id": customer, "channel": "email", "granted": granted, "at": AT, "source": source}


def rows(warehouse: Warehouse, table: str) -> list[dict[str, Any]]:
    with warehouse.session() as session:
        return session.query(f"select * from {table} order by all").to_pylist()


def test_what_never_reached_the_lake_reaches_it(warehouse: Warehouse, clock: FixedClock) -> None:
    open_store(warehouse, "main", currency="EUR", timezone="UTC")
    with warehouse.records.transaction() as tx:  # each decided, and the process died before it was published
        save_store(tx, "main", name="Main", currency="EUR", timezone="Europe/Berlin")
        save_store(tx, "second", name="Second", currency="GBP", timezone="Europe/London", prices_include_tax=True)
        record_consents(tx, [said("A"), said("B", False, None)], now=clock.now)
    done = run(warehouse)
    assert {name: (d["inserted"], d["updated"]) for name, d in done.items()} == {"stores": (1, 1), "consents": (2, 0)}
    assert [(r["store_id"], r["timezone"], r["prices_include_tax"]) for r in rows(warehouse, "stores")] == [
        ("main", "Europe/Berlin", None),
        ("second", "Europe/London", True),
    ]
    assert rows(warehouse, "consents") == [said("A"), said("B", False, None)]
    with warehouse.session() as session:
        assert {name: d["version"] for name, d in done.items()} == {n: session.versions[n] for n in done}


def test_where_nothing_differs_nothing_is_written(warehouse: Warehouse, clock: FixedClock) -> None:
    open_store(warehouse, "main", currency="EUR", timezone="UTC")
    with warehouse.records.transaction() as tx:
        record_consents(tx, [said(str(n)) for n in range(3)], now=clock.now)
    first, second = run(warehouse), run(warehouse)
    assert [d["unchanged"] for d in second.values()] == [1, 3]
    assert [d["version"] for d in first.values()] == [d["version"] for d in second.values()]


def test_the_history_stays_and_the_newest_statement_agrees(warehouse: Warehouse, clock: FixedClock) -> None:
    before = {**said("A"), "at": AT - timedelta(days=9)}
    warehouse.lake.append(CONSENTS, pa.Table.from_pylist([before, said("A")], schema=CONSENTS.schema))
    with warehouse.records.transaction() as tx:
        record_consents(tx, [said("A", False), said("gone")], now=clock.now)
    warehouse.erase("gone")
    assert run(warehouse)["consents"]["updated"] == 1
    assert rows(warehouse, "consents") == [before, said("A", False)]


def test_an_empty_house(warehouse: Warehouse) -> None:
    assert [d["inserted"] for d in run(warehouse).values()] == [0, 0]
