"""A night's purge: 200 customers erased from a lake of a mid-sized shop."""

from __future__ import annotations

import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pyarrow as pa

from warehouse.erasure import purge_erased
from warehouse.house import Warehouse
from warehouse.settings import Settings
from warehouse.tables import CUSTOMERS, EVENTS, ORDERS, TIME, Table

CUSTOMERS_IN_ALL, ORDER_LINES, EVENTS_IN_ALL, ERASED = 200_000, 2_000_000, 5_000_000, 200
_YEAR = 365 * 86_400_000_000
_START = int(datetime(2025, 6, 1, tzinfo=UTC).timestamp()) * 1_000_000


def main() -> None:
    """Print how long it takes by night, and how long at once."""
    rng = np.random.default_rng(11)
    with (
        tempfile.TemporaryDirectory() as folder,
        Warehouse.open(Settings(home=Path(folder) / "home")) as warehouse,
    ):
        _fill(warehouse, rng)
        for customer in range(ERASED):
            warehouse.erase(f"C{customer * 97:07}")
        for at_once in (False, True):
            began = time.perf_counter()
            done = purge_erased(warehouse, at_once=at_once)
            seconds = time.perf_counter() - began
            print(
                f"erasure: {CUSTOMERS_IN_ALL:,} customers, {ORDER_LINES:,} order lines, {EVENTS_IN_ALL:,} events, "
                f"{ERASED} erased; {'at once' if at_once else 'by night'}: {seconds:.1f} s, rows {done.rows}, "
                f"complete {done.customers}"
            )


def _fill(warehouse: Warehouse, rng: np.random.Generator) -> None:
    ids = pa.array([f"C{n:07}" for n in range(CUSTOMERS_IN_ALL)])
    mails = pa.array([f"person{n}@example.org" for n in range(CUSTOMERS_IN_ALL)])
    phones = pa.array([f"+49170{n:07}" for n in range(CUSTOMERS_IN_ALL)])
    warehouse.lake.append(CUSTOMERS, pa.table({"customer_id": ids, "email": mails, "phone": phones}))
    for start in range(0, ORDER_LINES, 500_000):
        n = np.arange(start, start + 500_000)
        _append(warehouse, ORDERS, rng, ids, n, {
            "store_id": _same("main", n), "order_id": pa.array(n.astype(str)), "line_id": _same("1", n),
            "line_kind": _same("product", n), "quantity": pa.array(np.ones(len(n))),
            "amount": pa.array(np.full(len(n), 5)), "currency": _same("EUR", n),
        }, "ordered_at")  # fmt: skip
    for start in range(0, EVENTS_IN_ALL, 500_000):
        n = np.arange(start, start + 500_000)
        _append(warehouse, EVENTS, rng, ids, n, {
            "event_id": pa.array(np.char.add("e", n.astype(str))), "event_type": _same("view", n),
            "properties": pa.array(np.char.add(np.char.add('{"page": "', n.astype(str)), '", "ref": "mail"}')),
        }, "occurred_at", "received_at")  # fmt: skip


def _append(
    warehouse: Warehouse,
    table: Table,
    rng: np.random.Generator,
    ids: pa.Array,
    numbers: np.ndarray,
    columns: dict[str, pa.Array],
    *times: str,
) -> None:
    at = pa.array(_START + rng.integers(0, _YEAR, len(numbers))).cast(TIME)
    who = ids.take(pa.array(rng.integers(0, len(ids), len(numbers))))
    warehouse.lake.append(table, pa.table({**columns, "customer_id": who, **dict.fromkeys(times, at)}))


def _same(value: str, numbers: np.ndarray) -> pa.Array:
    return pa.array([value] * len(numbers))


if __name__ == "__main__":
    main()
