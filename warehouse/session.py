"""A session: every table at one version, one engine, erased customers out of sight."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from types import TracebackType

import pyarrow as pa

from warehouse.engines import open_engine
from warehouse.engines.dialect import bind, cast_result, check_read_only, relations
from warehouse.errors import InputError, QueryError
from warehouse.history import ForgottenError
from warehouse.lake import Lake
from warehouse.questions import Question
from warehouse.settings import Settings
from warehouse.tables import TABLES


class Session:
    """Answers questions over the lake as it stood when the session began (or at `as_of`, an aware time)."""

    def __init__(
        self,
        lake: Lake,
        settings: Settings,
        erased: pa.Table,
        *,
        as_of: datetime | None = None,
        engine: str | None = None,
    ) -> None:
        if as_of is not None and as_of.tzinfo is None:
            raise InputError(f"as-of time {as_of.isoformat()} has no zone; add one, such as Z for UTC")
        snapshots = []
        self._forgotten: dict[str, ForgottenError] = {}
        for table in TABLES.values():
            try:
                snapshots.append(lake.snapshot(table, as_of=as_of))
            except ForgottenError as error:  # what does not ask for this table need not suffer from it
                self._forgotten[table.name] = error
        self.versions = {s.table.name: s.version for s in snapshots}
        """Each table's pinned version; -1 is a table not written yet, none one that does not reach back to `as_of`."""
        self._engine = open_engine(engine or settings.engine, settings, snapshots, erased)

    def ask(self, question: Question, *, inputs: Mapping[str, pa.Table] | None = None, **params: object) -> pa.Table:
        """The question's rows in its declared columns and types, in no particular order.

        ForgottenError where it reads a table that no longer remembers the session's `as_of`.
        """
        given = dict(inputs or {})
        if given.keys() != question.inputs.keys():
            raise QueryError(f"{question.name} takes the inputs {sorted(question.inputs)}, not {sorted(given)}")
        tables = {n: rows.select(question.inputs[n].names).cast(question.inputs[n]) for n, rows in given.items()}
        sql = cast_result(bind(question, params), question.result)
        self._check_remembered(sql)
        return self._engine.answer(sql, tables).cast(question.result)

    def query(self, sql: str) -> pa.Table:
        """The rows of an ad hoc SELECT in DuckDB's dialect. QueryError where it is not one SELECT or fails.

        ForgottenError as for `ask`.
        """
        check_read_only(sql)
        self._check_remembered(sql)
        return self._engine.answer(sql, {})

    def _check_remembered(self, sql: str) -> None:
        if self._forgotten:
            for name in sorted(self._forgotten.keys() & relations(sql)):
                raise self._forgotten[name]

    def close(self) -> None:
        """Let go of the engine."""
        self._engine.close()

    def __enter__(self) -> Session:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
