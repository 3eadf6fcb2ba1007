"""Databases of one's own on instances that are used again."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import duckdb
import pytest

from warehouse import duck
from warehouse.duck import cursor_beside, database, make_macros


@pytest.fixture(autouse=True)
def no_idle(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[duckdb.DuckDBPyConnection]]:
    """No instance is left by other tests, and none is left to them."""
    idle: list[duckdb.DuckDBPyConnection] = []
    monkeypatch.setattr(duck, "_idle", idle)
    yield idle
    for instance in idle:
        instance.close()


def names(connection: duckdb.DuckDBPyConnection) -> list[str]:
    return sorted(str(row[0]) for row in connection.execute("select table_name from duckdb_tables()").fetchall())


@pytest.mark.parametrize("in_file", [True, False])
def test_nothing_is_left_to_the_next(tmp_path: Path, in_file: bool, no_idle: list[duckdb.DuckDBPyConnection]) -> None:
    file = tmp_path / "it's.duckdb" if in_file else None
    with database(tmp_path / "a", memory_limit="200MB", file=file) as first:
        first.execute("create table kept as select 1 as n; create temp table gone as select 2 as n")
        first.execute("set memory_limit = '150MB'; set preserve_insertion_order = false; set variable who = 'me'")
        beside = cursor_beside(first)
        assert beside.execute("select n from kept").fetchall() == [(1,)]
        beside.close()
    assert len(no_idle) == 1
    with database(tmp_path / "b", memory_limit="300MB") as second:
        assert names(second) == []
        told = "select current_setting('memory_limit'), current_setting('preserve_insertion_order'), getvariable('who')"
        assert second.execute(told).fetchall() == [("286.1 MiB", True, None)]
        assert second.execute("select current_setting('temp_directory')").fetchall() == [(str(tmp_path / "b"),)]
        assert no_idle == []


def test_macros_are_made_once_for_an_instance_and_can_read_the_caller_s_tables(tmp_path: Path) -> None:
    asked = 0

    def sql() -> str:
        nonlocal asked
        asked += 1
        return "create macro doubled(x) as x * 2; create macro known() as (select max(n) from t)"

    for at in (1, 2, 3):
        with database(tmp_path, memory_limit="200MB") as connection:
            connection.execute(f"create table t as select {at} as n")
            make_macros(connection, "doubled(1)", sql)
            assert connection.execute("select doubled(n), known() from t").fetchall() == [(2 * at, at)]
    assert asked == 1


def test_one_that_has_spilled_spills_elsewhere_next(tmp_path: Path) -> None:
    for folder in ("a", "b"):
        with database(tmp_path / folder, memory_limit="60MB") as connection:
            connection.execute("create table t as select range as n, md5(range::varchar) as h from range(3000000)")
            assert list((tmp_path / folder).iterdir())
            assert connection.execute("select count(*) from t").fetchall() == [(3_000_000,)]


def test_after_an_error_the_next_one_works(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="ours"), database(tmp_path, memory_limit="200MB") as connection:
        connection.execute("create table t as select 1 as n")
        raise ValueError("ours")
    with pytest.raises(duckdb.Error), database(tmp_path, memory_limit="200MB") as connection:
        connection.execute("begin; select error('theirs')")
    with database(tmp_path, memory_limit="200MB") as connection:
        assert names(connection) == []


def test_threads_do_not_meet(tmp_path: Path, no_idle: list[duckdb.DuckDBPyConnection]) -> None:
    def work(number: int) -> int:
        with database(tmp_path / str(number % 3), memory_limit="200MB") as connection:
            connection.execute(f"create table t as select {number} as n")
            return int(connection.execute("select sum(n) from t").fetchall()[0][0])

    with ThreadPoolExecutor(6) as threads:
        assert list(threads.map(work, range(60))) == list(range(60))
    assert len(no_idle) <= 4
