"""The market written straight into a lake is the market in memory, and its truth stays out of reach."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from experiments.market import Market, MarketSize, generate, truth, write_to
from experiments.market.columns import lake_schema
from warehouse.errors import InputError
from warehouse.house import Warehouse
from warehouse.lake import Lake
from warehouse.tables import TABLES, Table

SIZE = MarketSize(60, 400, 12.0, stores=3, competitors=3, crawls=3)
PERIOD = {"start": date(2025, 10, 1), "end": date(2025, 12, 31)}


@pytest.fixture(scope="module")
def market() -> Market:
    return generate(SIZE, seed=6, **PERIOD)


def by_key(table: pa.Table, key: tuple[str, ...]) -> pa.Table:
    return table.sort_by([(column, "ascending") for column in key]).combine_chunks()


def stored(warehouse: Warehouse, table: Table) -> pa.Table:
    """A table as the lake holds it, read file by file."""
    files = warehouse.lake.snapshot(table).files
    names = lake_schema(table.name).names
    parts = [pq.ParquetFile(file).read(columns=names).cast(lake_schema(table.name)) for file in files]
    return by_key(pa.concat_tables(parts), table.key)


def plain(table: pa.Table) -> pa.Table:
    """The table without dictionaries, whose order says nothing."""
    types = [f.type.value_type if pa.types.is_dictionary(f.type) else f.type for f in table.schema]
    return pa.table([column.cast(type) for column, type in zip(table.columns, types, strict=True)], table.column_names)


def assert_same(warehouse: Warehouse, folder: Path, market: Market) -> None:
    for name, table in market.tables.items():
        assert stored(warehouse, TABLES[name]).equals(by_key(table, TABLES[name].key)), name
    for name in truth.TABLES:
        assert plain(pq.read_table(folder / f"{name}.parquet")).equals(plain(getattr(market.truth, name))), name


@pytest.mark.parametrize("commit_rows", [1000, 1_000_000])
def test_what_is_written_is_what_is_generated(
    market: Market, warehouse: Warehouse, tmp_path: Path, commit_rows: int
) -> None:
    rows = write_to(warehouse, tmp_path / "truth", SIZE, seed=6, commit_rows=commit_rows, **PERIOD)
    assert rows == {name: table.num_rows for name, table in market.tables.items()}
    assert_same(warehouse, tmp_path / "truth", market)
    with warehouse.session() as session:
        stores = session.query("select distinct o.store_id, o.currency from orders o join stores using (store_id)")
    assert {tuple(row.values()) for row in stores.to_pylist()} == {("main", "EUR"), ("uk", "GBP"), ("se", "SEK")}


def test_a_killed_write_goes_on_where_it_stopped(
    market: Market, warehouse: Warehouse, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    append, calls = Lake.append, []

    def dies(lake: Lake, *arguments: Any, **options: Any) -> int:
        calls.append(options["batch_id"])
        if len(calls) == 9:
            raise KeyboardInterrupt
        return append(lake, *arguments, **options)

    monkeypatch.setattr(Lake, "append", dies)
    with pytest.raises(KeyboardInterrupt):
        write_to(warehouse, tmp_path / "truth", SIZE, seed=6, commit_rows=2000, **PERIOD)
    monkeypatch.undo()
    write_to(warehouse, tmp_path / "truth", SIZE, seed=6, commit_rows=2000, **PERIOD)
    assert_same(warehouse, tmp_path / "truth", market)
    with pytest.raises(InputError, match="already holds products"):
        write_to(warehouse, tmp_path / "truth", SIZE, seed=7, commit_rows=2000, **PERIOD)


def test_nothing_of_the_truth_can_be_reached_through_the_warehouse(warehouse: Warehouse, tmp_path: Path) -> None:
    size = MarketSize(48, 50)
    for folder in (warehouse.settings.home / "truth", warehouse.settings.lake):
        with pytest.raises(InputError, match="the truth must not lie in"):
            write_to(warehouse, folder, size, seed=1, **PERIOD)
    write_to(warehouse, tmp_path / "truth", size, seed=1, **PERIOD)
    secret = {"elasticity", "purchases_at_reference", "naive_bias", "left_on", "hazard", "effect", "cross_elasticity"}
    for file in warehouse.settings.home.rglob("*.parquet"):
        assert not secret & set(pq.read_schema(file).names)
    with warehouse.session() as session:
        assert set(session.versions) <= set(TABLES)
    assert not set(TABLES) & {"daily", "effects", "exposed", "substitutes", "complements"}
