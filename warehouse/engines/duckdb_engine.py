"""DuckDB in this process: the default engine."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from contextlib import ExitStack

import duckdb
import pyarrow as pa

from warehouse.duck import database, quoted, relation_sql, unreadable
from warehouse.errors import QueryError
from warehouse.scratch import scratch_folder
from warehouse.settings import Settings
from warehouse.snapshot import ERASED, Snapshot, named_in, without_erased

_GONE = re.compile("No files found|No such file")


class DuckDBEngine:
    """An in-memory database whose views are the lake's files; large steps spill to the scratch folder."""

    def __init__(self, settings: Settings, snapshots: Sequence[Snapshot], erased: pa.Table) -> None:
        with ExitStack() as opening:
            spill = opening.enter_context(scratch_folder(settings.scratch, "duckdb"))
            self._connection = opening.enter_context(database(spill, memory_limit=settings.memory_limit))
            self._connection.register(ERASED, erased)
            self._any_erased = bool(erased.num_rows)
            self._unseen = list(snapshots)
            self._open = opening.pop_all()

    def answer(self, sql: str, inputs: Mapping[str, pa.Table]) -> pa.Table:
        """See `Engine.answer`."""
        for name, rows in inputs.items():
            self._connection.register(name, rows)
        try:
            for snapshot in named_in(sql, self._unseen):
                self._view(snapshot)
                self._unseen.remove(snapshot)
            return self._connection.sql(sql).to_arrow_table()
        except duckdb.Error as error:
            said = str(error).strip().splitlines()[0]
            if _gone(error):
                said = (
                    f"the lake's files of when this began are gone ({said}); they were purged meanwhile, run it again, "
                    "and if they are still missing restore them from a backup"
                )
            raise QueryError(said) from error
        finally:
            for name in inputs:
                self._connection.unregister(name)

    def _view(self, snapshot: Snapshot) -> None:
        table = snapshot.table
        rows = f"({relation_sql(table, snapshot.files)})"
        visible = without_erased(table, rows) if self._any_erased else f"select * from {rows}"
        try:
            self._connection.execute(f"create view {quoted(table.name)} as {visible}")
        except duckdb.Error as error:
            if _gone(error):
                raise
            raise unreadable(table, error) from error

    def close(self) -> None:
        """See `Engine.close`."""
        self._open.close()


def _gone(error: duckdb.Error) -> bool:
    return isinstance(error, duckdb.IOException) and _GONE.search(str(error)) is not None
