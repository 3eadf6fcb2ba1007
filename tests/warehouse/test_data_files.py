"""The files of a table: what is written is what is read, the log tells the truth about them, and none are left over."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from deltalake import DeltaTable, write_deltalake

from warehouse import data_files
from warehouse.duck import database, relation_sql
from warehouse.lake import Lake, Merged
from warehouse.tables import EVENTS, MONTH, ORDERS, Table


@pytest.fixture
def lake(tmp_path: Path) -> Lake:
    return Lake(tmp_path / "lake")


def orders(count: int, seed: int = 1) -> pa.Table:
    rnd = random.Random(seed)
    rows = [
        {
            "store_id": "main",
            "order_id": str(n),
            "line_id": "1",
            "ordered_at": datetime(2026, 1, 1, tzinfo=UTC) + timedelta(microseconds=rnd.randrange(10**13)),
            "customer_id": rnd.choice([None, "ü" * rnd.randrange(60), "c1"]),
            "sku": None,
            "line_kind": "product",
            "quantity": rnd.uniform(-5, 5),
            "amount": Decimal(rnd.randrange(-(10**17), 10**17)).scaleb(-4),
            "currency": "EUR",
        }
        for n in range(count)
    ]
    return pa.Table.from_pylist(rows, schema=pa.schema([f for f in ORDERS.schema if f.name in rows[0]]))


def stored(lake: Lake, table: Table, columns: list[str], scratch: Path) -> list[tuple[object, ...]]:
    relation = relation_sql(table, lake.snapshot(table).files)
    with database(scratch, memory_limit="100MB") as connection:
        rows = connection.sql(f"select {', '.join(columns)} from ({relation})").to_arrow_table().to_pylist()
    return [tuple(row.values()) for row in rows]


def added(lake: Lake, table: Table) -> list[dict[str, object]]:
    """The log's entries of the files that were added."""
    log = sorted((lake.root / table.name / "_delta_log").glob("*.json"))
    lines = [line for path in log for line in path.read_text().splitlines()]
    return [entry["add"] for entry in map(json.loads, lines) if "add" in entry]


def test_whatever_the_order_of_the_rows_all_are_written_once(
    lake: Lake, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With limits small enough that months wait, are written out of turn and get several files."""
    monkeypatch.setattr(data_files, "_GROUP_ROWS", 50)
    monkeypatch.setattr(data_files, "_WAITING_ROWS", 120)
    monkeypatch.setattr(data_files, "_FILE_ROWS", 150)
    table = orders(2000)
    batches = pa.RecordBatchReader.from_batches(table.schema, table.to_batches(max_chunksize=70))
    lake.append(ORDERS, batches)
    columns = table.schema.names
    expected = sorted(tuple(row.values()) for row in table.to_pylist())
    assert sorted(stored(lake, ORDERS, columns, tmp_path)) == expected
    files = added(lake, ORDERS)
    assert len(files) > 8
    assert sum(json.loads(str(file["stats"]))["numRecords"] for file in files) == 2000
    assert {str(file["path"]).split("/")[0] for file in files} == {f"month=2026{m:02}" for m in range(1, 5)}
    # The Delta library sees the same table.
    assert DeltaTable(lake.root / "orders").count() == 2000


def test_the_log_s_bounds_hold(lake: Lake) -> None:
    lake.append(ORDERS, orders(500))
    for file in added(lake, ORDERS):
        stats = json.loads(str(file["stats"]))
        rows = pq.read_table(lake.root / "orders" / str(file["path"]), partitioning=None).to_pylist()
        assert stats["numRecords"] == len(rows)
        assert file["size"] == (lake.root / "orders" / str(file["path"])).stat().st_size
        assert file["partitionValues"] == {MONTH: f"{rows[0]['ordered_at']:%Y%m}"}
        for name, nulls in stats["nullCount"].items():
            assert nulls == sum(row[name] is None for row in rows)
        low, high = (datetime.fromisoformat(stats[bound]["ordered_at"]) for bound in ("minValues", "maxValues"))
        moments = [row["ordered_at"] for row in rows]
        assert low <= min(moments) < low + timedelta(milliseconds=1)
        assert high - timedelta(milliseconds=1) < max(moments) <= high
        assert stats["minValues"]["order_id"] == min(row["order_id"] for row in rows)
        assert stats["maxValues"]["order_id"] == max(row["order_id"] for row in rows)
        # No bounds where they would have to be cut, or where JSON could not hold them to the last digit.
        assert not {"sku", "quantity", "amount", "customer_id"} & stats["maxValues"].keys()
        assert stats["nullCount"]["sku"] == len(rows)


class BrokenOffError(Exception):
    """What a test throws in the middle."""


def test_a_stream_that_breaks_off_leaves_no_file(lake: Lake) -> None:
    table = orders(1000)
    lake.append(ORDERS, table.slice(0, 10))
    before = set((lake.root / "orders").rglob("*.parquet"))

    def breaking() -> Iterator[pa.RecordBatch]:
        yield from table.to_batches(max_chunksize=100)
        raise BrokenOffError

    with pytest.raises(BrokenOffError):
        lake.append(ORDERS, pa.RecordBatchReader.from_batches(table.schema, breaking()))
    assert set((lake.root / "orders").rglob("*.parquet")) == before


def test_no_rows_are_no_commit(lake: Lake) -> None:
    lake.append(ORDERS, orders(5))
    version = lake.snapshot(ORDERS).version
    assert lake.append(ORDERS, orders(5).slice(0, 0)) == 0
    assert lake.merge(ORDERS, orders(5).slice(0, 0), distinct=True).inserted == 0
    assert lake.snapshot(ORDERS).version == version


def events(first: int, count: int) -> pa.Table:
    now = datetime(2026, 3, 1, tzinfo=UTC)
    return pa.Table.from_pylist(
        [
            {
                "event_id": f"it's {n}",
                "event_type": "view",
                "occurred_at": now + timedelta(days=n % 90),
                "received_at": now,
            }
            for n in range(first, first + count)
        ]
    )


def test_a_few_rows_find_those_stored_by_whomever(lake: Lake) -> None:
    """Files with filters and without, before and after compaction, and of another month than the row that comes."""
    lake.append(EVENTS, events(0, 3000))
    whole = pa.Table.from_pylist(events(3000, 50).to_pylist(), schema=EVENTS.schema.remove(len(EVENTS.schema) - 1))
    months = pa.array([int(f"{moment:%Y%m}") for moment in whole["occurred_at"].to_pylist()], pa.int32())
    write_deltalake(lake.root / "events", whole.append_column(EVENTS.schema.field(MONTH), months), mode="append")
    for _ in range(2):
        told = lake.append_new(EVENTS, events(2990, 70))
        assert (told.written, told.duplicates) in ((10, 60), (0, 70))
        moved = pa.Table.from_pylist(
            [row | {"occurred_at": row["occurred_at"] + timedelta(days=200)} for row in events(100, 3).to_pylist()]
        )
        assert lake.append_new(EVENTS, moved).written == 0
        lake.compact(EVENTS)
    assert lake.append_new(EVENTS, events(0, 3060)).written == 0


def test_rows_of_distinct_keys_meet_those_stored(lake: Lake) -> None:
    assert lake.merge(ORDERS, orders(100), distinct=True) == Merged(100, 0, 0)
    merged = lake.merge(ORDERS, orders(120, seed=2), distinct=True)
    assert (merged.inserted, merged.updated, merged.unchanged) == (20, 100, 0)
    assert lake.merge(ORDERS, orders(120, seed=2), distinct=True).unchanged == 120
