"""DuckDB in this process: the default engine."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from contextlib import ExitStack

import duckdb
import pyarrow as pa

from warehouse.duck import connect, quoted, relation_sql, unreadable
from warehouse.errors import QueryError
from warehouse.scratch import scratch_folder
from warehouse.settings import Settings
from warehouse.snapshot import ERASED, Snapshot, without_erased

_GONE = re.compile("No files found|No such file")


class DuckDBEngine:
    """An in-memory database whose views are the lake's files; large steps spill to the scratch folder."""

    def __init__(self, settings: Settings, snapshots: Sequence[Snapshot], erased: pa.Table) -> None:
        with ExitStack() as opening:
            spill = opening.enter_context(scratch_folder(settings.scratch, "duckdb"))
            self._connection = opening.enter_context(connect(":memory:", spill, memory_limit=settings.memory_limit))
            self._connection.register(ERASED, erased)
            for snapshot in snapshots:
                self._view(snapshot, bool(erased.num_rows))
            self._open = opening.pop_all()

    def answer(self, sql: str, inputs: Mapping[str, pa.Table]) -> pa.Table:
        """See `Engine.answer`."""
        for name, rows in inputs.items():
            self._connection.register(name, rows)
        try:
            return self._connection.sql(sql).to_arrow_table()
        except duckdb.Error as error:
            said = str(error).strip().splitlines()[0]
            if isinstance(error, duckdb.IOException) and _GONE.search(said):
                said = (
                    f"the lake's files of when this began are gone ({said}); they were purged meanwhile, run it again"
                )
            raise QueryError(said) from error
        finally:
            for name in inputs:
                self._connection.unregister(name)

    def _view(self, snapshot: Snapshot, any_erased: bool) -> None:
        table = snapshot.table
        rows = f"({relation_sql(table, snapshot.files)})"
        visible = without_erased(table, rows) if any_erased else f"select * from {rows}"
        try:
            self._connection.execute(f"create view {quoted(table.name)} as {visible}")
        except duckdb.Error as error:
            raise unreadable(table, error) from error

    def close(self) -> None:
        """See `Engine.close`."""
        self._open.close()
