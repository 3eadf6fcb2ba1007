"""Incoming rows against what a table holds, by key: which are new, which change something, which are there already.

DuckDB does it on disk, so that neither side has to fit in memory.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import duckdb
import pyarrow as pa

from warehouse.data_files import filtered_columns
from warehouse.duck import database, duckdb_type, quoted, relation_sql, unreadable
from warehouse.scratch import scratch_folder
from warehouse.snapshot import Snapshot
from warehouse.tables import Table

_BATCH_ROWS = 100_000
_FEW = 1_000
"""Rows that are looked for one by one, by the Bloom filters of the stored files."""


@dataclass(frozen=True)
class Rows:
    """Rows staged for one commit; `reader()` can be called again for a retry."""

    connection: duckdb.DuckDBPyConnection
    sql: str
    rows: int

    def reader(self) -> pa.RecordBatchReader:
        """The rows as a stream."""
        return self.connection.sql(self.sql).to_arrow_reader(_BATCH_ROWS)


@dataclass(frozen=True)
class Changes:
    """Rows to insert or update, counted."""

    rows: Rows
    inserted: int
    updated: int
    unchanged: int

    def reader(self) -> pa.RecordBatchReader:
        """The inserted and updated rows, whole, as a stream."""
        return self.rows.reader()


@dataclass(frozen=True)
class Delta:
    """Incoming rows staged beside the rows a table holds."""

    table: Table
    columns: tuple[str, ...]
    connection: duckdb.DuckDBPyConnection
    rows: int
    distinct: bool = False
    """Whether no two incoming rows share a key."""

    def new_rows(self) -> Rows:
        """The rows whose key the table does not hold, the first of each key."""
        columns = ", ".join(f"i.{quoted(c)}" for c in self.columns)
        self.connection.execute(
            f"create table fresh as select {columns} from {self._one_per_key('asc')} i "
            f"where not exists (select 1 from existing e where {self._same_key()})"
        )
        return Rows(self.connection, "select * from fresh", _count(self.connection, "fresh"))

    def changes(self) -> Changes:
        """What a merge would do. A column that the incoming rows lack keeps the value the table holds."""
        every = self.table.schema.names
        values = ", ".join(f"{'i' if c in self.columns else 'e'}.{quoted(c)} as {quoted(c)}" for c in every)
        compared = [c for c in self.columns if c not in self.table.key]
        differs = " or ".join(f"i.{quoted(c)} is distinct from e.{quoted(c)}" for c in compared) or "false"
        known = f"e.{quoted(self.table.key[0])} is not null"
        self.connection.execute(
            f"create table changed as select {values}, {known} as _known, "
            f"(not {known} or {differs}) as _differs "
            f"from {self._one_per_key('desc')} i left join existing e on {self._same_key()}"
        )
        inserted, updated, unchanged = _one_row(
            self.connection,
            "select count(*) filter (where not _known), count(*) filter (where _known and _differs), "
            "count(*) filter (where not _differs) from changed",
        )
        rows = Rows(
            self.connection, "select * exclude (_known, _differs) from changed where _differs", inserted + updated
        )
        return Changes(rows, inserted, updated, unchanged)

    def _one_per_key(self, order: str) -> str:
        if self.distinct:
            return "incoming"
        key = ", ".join(quoted(c) for c in self.table.key)
        return (
            f"(select * from (select *, row_number() over (partition by {key} order by _ordinal {order}) as _nth "
            "from incoming) where _nth = 1)"
        )

    def _same_key(self) -> str:
        return " and ".join(f"i.{quoted(c)} = e.{quoted(c)}" for c in self.table.key)


@contextmanager
def compare(
    snapshot: Snapshot, incoming: pa.RecordBatchReader, *, scratch: Path, memory_limit: str, distinct: bool = False
) -> Iterator[Delta]:
    """Stage `incoming` (of `distinct` keys or not) beside the rows of `snapshot`. Errors of the stream come out as they
    are."""
    # In memory, with a folder to spill to, inserts are several times faster than into a file.
    with scratch_folder(scratch, "keyed") as folder, database(folder, memory_limit=memory_limit) as connection:
        # The rows' order is in a column of its own, and keeping it elsewhere too takes memory.
        connection.execute("set preserve_insertion_order = false")
        stage(connection, "incoming", incoming)
        try:
            stored = relation_sql(snapshot.table, snapshot.files)
            connection.execute(f"create view existing as from ({stored}) {_among(connection, snapshot.table)}")
        except duckdb.Error as error:
            raise unreadable(snapshot.table, error) from error
        yield Delta(snapshot.table, tuple(incoming.schema.names), connection, _count(connection, "incoming"), distinct)


def _among(connection: duckdb.DuckDBPyConnection, table: Table) -> str:
    """A condition that leaves out stored rows which cannot have an incoming row's key, where it is worth while."""
    columns = filtered_columns(table)
    if not columns or _count(connection, "incoming") > _FEW:
        return ""
    (name,) = map(quoted, columns)
    texts = [row[0] for row in connection.execute(f"select distinct {name} from incoming").fetchall()]
    listed = ", ".join("'" + text.replace("'", "''") + "'" for text in texts)
    return f"where {name} in ({listed})" if listed else "where false"


def stage(connection: duckdb.DuckDBPyConnection, name: str, reader: pa.RecordBatchReader) -> None:
    """Make the stream a table with its order in `_ordinal`; an error of the stream comes out as it is."""
    columns = ", ".join(f"{quoted(f.name)} {duckdb_type(f.type)}" for f in reader.schema)
    connection.execute(f"create sequence {name}_ordinal")
    connection.execute(f"create table {name} ({columns}, _ordinal bigint default nextval('{name}_ordinal'))")
    listed = ", ".join(quoted(f.name) for f in reader.schema)
    for batch in reader:
        connection.register("_batch", pa.Table.from_batches([batch]))
        connection.execute(f"insert into {name} ({listed}) select {listed} from _batch")
        connection.unregister("_batch")


def _count(connection: duckdb.DuckDBPyConnection, table: str) -> int:
    return _one_row(connection, f"select count(*) from {table}")[0]


def _one_row(connection: duckdb.DuckDBPyConnection, sql: str) -> tuple[int, ...]:
    (row,) = connection.execute(sql).fetchall()
    return tuple(int(value) for value in row)
