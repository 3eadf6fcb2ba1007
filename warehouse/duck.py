"""DuckDB as the project uses it: one way to connect, one way to see a lake table's files."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb
import pyarrow as pa

from warehouse.errors import LakeError
from warehouse.tables import MONTH, Table


def quoted(name: str) -> str:
    """`name` as a SQL identifier."""
    return '"' + name.replace('"', '""') + '"'


_idle: list[duckdb.DuckDBPyConnection] = []
"""Instances of DuckDB that nobody uses: starting one takes longer than most questions."""

_MOST_IDLE = 4

_OWN = "work"
_INSIDE = f"set search_path = '{_OWN}.main,memory.main'"
"""New tables in the caller's own database; macros also from what instances keep."""


@contextmanager
def database(scratch: Path, *, memory_limit: str, file: Path | None = None) -> Iterator[duckdb.DuckDBPyConnection]:
    """An empty DuckDB database of the caller's own, in memory or in a new `file`, gone at the end.

    In UTC; spills to `scratch`; loads no extensions from elsewhere. Nothing else uses its instance meanwhile.
    """
    instance = _instance(scratch, memory_limit)
    connection = instance.cursor()
    try:
        # Progress is the caller's to show; DuckDB would draw bars of its own over it.
        connection.execute("set enable_progress_bar = false")
        place = str(file).replace("'", "''") if file else ":memory:"
        connection.execute(f"attach '{place}' as {_OWN}; {_INSIDE}")
        yield connection
    finally:
        try:
            connection.execute(f"use memory; detach {_OWN}")
            connection.close()
        except duckdb.Error:  # a database that has failed for good takes its instance with it
            connection.close()
            instance.close()
        else:
            if len(_idle) < _MOST_IDLE:
                _idle.append(instance)
            else:
                instance.close()


def make_macros(connection: duckdb.DuckDBPyConnection, probe: str, sql: Callable[[], str]) -> None:
    """Run the statements of `sql`, which make macros, where the SQL expression `probe`, a call of one, is not known.

    They stay with the instance: making many macros takes longer than reading a small file.
    """
    try:
        connection.execute(f"select {probe}")
    except duckdb.CatalogException:
        connection.execute(f"set search_path = 'memory.main,{_OWN}.main'")
        connection.execute(sql())
        connection.execute(_INSIDE)


def cursor_beside(connection: duckdb.DuckDBPyConnection) -> duckdb.DuckDBPyConnection:
    """Another connection to the same `database`: one does nothing else while a result of its is open, read or not."""
    cursor = connection.cursor()
    cursor.execute(_INSIDE)
    return cursor


def _instance(scratch: Path, memory_limit: str) -> duckdb.DuckDBPyConnection:
    scratch.mkdir(parents=True, exist_ok=True)
    ours: dict[str, str | bool | int | float | list[str]] = {
        "memory_limit": memory_limit,
        "temp_directory": str(scratch),
        "preserve_insertion_order": True,
    }
    while (instance := _taken()) is not None:
        try:
            for name, value in ours.items():
                instance.execute(f"set {name} = $value", {"value": value})
            return instance
        except duckdb.Error:  # one that has spilled keeps its folder
            instance.close()
    fixed: dict[str, str | bool | int | float | list[str]] = {
        "autoinstall_known_extensions": False,
        "TimeZone": "UTC",
        # A name that is no relation must fail, not find a variable of ours.
        "python_enable_replacements": False,
    }
    return duckdb.connect(":memory:", config={**ours, **fixed})


def _taken() -> duckdb.DuckDBPyConnection | None:
    try:
        return _idle.pop()
    except IndexError:  # asked for rather than looked up: threads take them too
        return None


def relation_sql(table: Table, files: tuple[str, ...]) -> str:
    """SQL for the rows in `files`, by name below an empty typed relation: survives no files and added columns."""
    columns = ", ".join(f"cast(null as {duckdb_type(f.type)}) as {quoted(f.name)}" for f in table.schema)
    empty = f"select {columns} where false"
    if not files:
        return empty
    names = ", ".join("'" + file.replace("'", "''") + "'" for file in files)
    partition = f", hive_partitioning = true, hive_types = {{'{MONTH}': integer}}" if table.month_of else ""
    return f"{empty} union all by name select * from read_parquet([{names}], union_by_name = true{partition})"


def duckdb_type(arrow: pa.DataType) -> str:
    """DuckDB's name for the types that lake tables use."""
    if pa.types.is_decimal(arrow):
        return f"decimal({arrow.precision},{arrow.scale})"
    if pa.types.is_timestamp(arrow):
        return "timestamptz" if arrow.tz else "timestamp"
    return _DUCKDB_TYPES[str(arrow)]


_DUCKDB_TYPES = {
    "string": "varchar",
    "large_string": "varchar",
    "int64": "bigint",
    "int32": "integer",
    "double": "double",
    "bool": "boolean",
    "date32[day]": "date",
}


def unreadable(table: Table, error: duckdb.Error) -> LakeError:
    """What to say where a table's files cannot be opened."""
    cause = str(error).strip().splitlines()[0]
    return LakeError(f"table {table.name} cannot be read ({cause}); restore its files from a backup")
