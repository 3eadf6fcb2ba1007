"""DuckDB as the project uses it: one way to connect, one way to see a lake table's files."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pyarrow as pa

from warehouse.errors import LakeError
from warehouse.tables import MONTH, Table


def quoted(name: str) -> str:
    """`name` as a SQL identifier."""
    return '"' + name.replace('"', '""') + '"'


def connect(database: str, scratch: Path, *, memory_limit: str) -> duckdb.DuckDBPyConnection:
    """A DuckDB connection in UTC that spills to `scratch` and loads no extensions from elsewhere."""
    scratch.mkdir(parents=True, exist_ok=True)
    config: dict[str, str | bool | int | float | list[str]] = {
        "memory_limit": memory_limit,
        "temp_directory": str(scratch),
        "autoinstall_known_extensions": False,
        "TimeZone": "UTC",
        # A name that is no relation must fail, not find a variable of ours.
        "python_enable_replacements": False,
    }
    connection = duckdb.connect(database, config=config)
    # Progress is the caller's to show; DuckDB would draw bars of its own over it.
    connection.execute("set enable_progress_bar = false")
    return connection


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
