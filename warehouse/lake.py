"""The lake: Delta tables in a folder. Appends are atomic and retry-safe, merges are locked, readers see one version.

Every write is one commit. A batch id goes into the commit as a Delta application transaction, so that a retried batch
is recognised and written once. Nothing is read through the Delta library (its Arrow readers can abort the interpreter
at exit): it names the Parquet files and an engine reads them.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from time import sleep
from typing import TypeVar
from urllib.parse import unquote
from uuid import uuid4

import pyarrow as pa
from deltalake import CommitProperties, DeltaTable, Transaction, write_deltalake
from deltalake.exceptions import CommitFailedError, DeltaError, TableNotFoundError
from filelock import FileLock, Timeout

from warehouse.data_files import write_files, writer_properties
from warehouse.errors import InputError, LakeError
from warehouse.history import PROPERTIES, Commit, Forgotten, files_on_disk, forget, newest_commit, version_at
from warehouse.keyed import Delta, compare
from warehouse.snapshot import Snapshot
from warehouse.tables import MONTH, Table
from warehouse.validation import Conformed, Data

LAKE_FORMAT = 1
"""Raised when an older Purveyor could no longer read what this one writes."""

STAMP = "purveyor-lake.json"
"""The file beside the tables that says which format they have."""

_ATTEMPTS = 12
_LOCK_SECONDS = 600.0
_READER_FEATURES = frozenset({"timestampNtz", "v2Checkpoint", "vacuumProtocolCheck"})

_T = TypeVar("_T")


@dataclass(frozen=True)
class Written:
    """What `append_new` did, in rows."""

    written: int
    duplicates: int


@dataclass(frozen=True)
class Merged:
    """What `merge` did, in rows."""

    inserted: int
    updated: int
    unchanged: int


@dataclass(frozen=True)
class _Standing:
    """What a table's log said when `newest` was its newest commit."""

    newest: Commit | None
    snapshot: Snapshot
    columns: frozenset[str]


class Lake:
    """The Delta tables below `root`. Tables come into being at their first write.

    `memory_limit` is what comparing incoming rows with stored ones may hold before it spills to the folder `scratch`
    beside `root`.
    """

    def __init__(self, root: Path, *, memory_limit: str = "800MB") -> None:
        self.root = root
        self._memory_limit = memory_limit
        self._format = self._found_format()
        self._seen: dict[str, _Standing] = {}

    def append(self, table: Table, data: Data, *, batch_id: str | None = None) -> int:
        """Add rows in one commit; return how many. A batch id already committed adds none.

        The rows' keys are the caller's business: use `append_new` where they may already be there.
        """
        rows = Conformed(table, data)
        self._ensure(table)
        with self._lock(table):  # an append can lose against a merge, and a stream cannot be read a second time
            if self._has_batch(table, batch_id):
                return 0
            try:
                self._commit(table, lambda: self._write(table, rows.reader, batch_id), restartable=False)
            except LakeError as error:
                raise rows.failure or error from None
        return rows.rows

    def append_new(self, table: Table, data: Data, *, batch_id: str | None = None, distinct: bool = False) -> Written:
        """Add the rows whose key is not there yet, in one commit; the rest count as duplicates.

        Where several rows of `data` share a key, the first is taken. With `distinct` the caller vouches that none do,
        which saves looking.
        """
        if distinct and (rows := self._append_first(table, data, batch_id)) is not None:
            return Written(rows, 0)
        with self._changing(table, data, batch_id, complete=True, distinct=distinct) as delta:
            if delta is None:
                return Written(0, 0)
            new = delta.new_rows()
            if new.rows:
                self._commit(table, lambda: self._write(table, new.reader(), batch_id))
            return Written(new.rows, delta.rows - new.rows)

    def merge(self, table: Table, data: Data, *, batch_id: str | None = None, distinct: bool = False) -> Merged:
        """Insert or update rows by key, in one commit. Columns absent from `data` keep what they hold.

        Where several rows of `data` share a key, the last one stands; with `distinct` the caller vouches that none do,
        which saves looking. A merge that changes nothing commits nothing.
        """
        if distinct and (rows := self._append_first(table, data, batch_id)) is not None:
            return Merged(rows, 0, 0)
        with self._changing(table, data, batch_id, complete=False, distinct=distinct) as delta:
            if delta is None:
                return Merged(0, 0, 0)
            change = delta.changes()
            self._check_whole(table, delta, change.inserted)
            if change.updated:
                self._commit(table, lambda: self._merge(table, change.reader(), batch_id))
            elif change.inserted:  # an append reads nothing back: cheaper than a merge
                self._commit(table, lambda: self._write(table, change.reader(), batch_id))
            return Merged(change.inserted, change.updated, change.unchanged)

    def replace(self, table: Table, data: Data, predicate: str) -> int:
        """Put rows in the place of those that meet a SQL predicate, in one commit; return how many are there now.

        The rows must meet the predicate themselves. They are kept in memory until they are committed.
        """
        rows = Conformed(table, data)
        self._ensure(table)
        with self._lock(table):
            try:
                self._commit(table, lambda: self._overwrite(table, rows.reader, predicate), restartable=False)
            except LakeError as error:
                raise rows.failure or error from None
        return rows.rows

    def delete(self, table: Table, predicate: str) -> int:
        """Delete the rows that meet a SQL predicate; return how many."""
        with self._lock(table):
            if self._open(table) is None:
                return 0
            metrics = self._commit(table, lambda: self._existing(table).delete(predicate))
            return int(metrics.get("num_deleted_rows") or 0)

    def clear(self, table: Table, columns: Iterable[str], predicate: str) -> int:
        """Set columns to null in the rows that meet a SQL predicate; return how many rows."""
        with self._lock(table):
            if self._open(table) is None:
                return 0
            nulls = dict.fromkeys(columns, "NULL")
            metrics = self._commit(table, lambda: self._existing(table).update(updates=nulls, predicate=predicate))
            return int(metrics.get("num_updated_rows") or 0)

    def compact(self, table: Table) -> int:
        """Rewrite small files into large ones; return how many files were replaced. Readers keep their version."""
        with self._lock(table):
            if self._open(table) is None:
                return 0
            metrics = self._commit(
                table, lambda: self._existing(table).optimize.compact(writer_properties=writer_properties(table))
            )
            return int(metrics["numFilesRemoved"])

    def forget(self, table: Table, *, before: datetime | None = None) -> Forgotten:
        """Forget the versions that were replaced before `before` (aware; None: all but the present one), with their
        files. Whoever has pinned one of them can no longer read it.

        Writers wait only where no time is given: what is older than one can be no file of a write under way.
        """
        with self._lock(table, "forget"), self._lock(table) if before is None else nullcontext():
            delta = self._open(table)
            if delta is None:
                return Forgotten(0, 0, 0)
            return self._commit(table, lambda: forget(delta, before), restartable=False)

    def files_on_disk(self, table: Table) -> list[Path]:
        """Every data file of the table, those of versions that were replaced and of killed writes among them."""
        return sorted(files_on_disk(self._path(table)))

    def snapshot(self, table: Table, *, as_of: datetime | None = None) -> Snapshot:
        """The table as it stands, or as it stood at `as_of` (aware).

        ForgottenError, an InputError, where `as_of` lies before what the table still remembers.
        """
        if as_of is None:
            standing = self._standing(table)
            return standing.snapshot if standing else Snapshot(table, -1, ())
        delta = self._open(table)
        version = version_at(table.name, delta, as_of) if delta else -1
        if delta is None or version < 0:
            return Snapshot(table, -1, ())
        try:
            delta.load_as_version(version)
        except DeltaError as error:
            raise LakeError(f"table {table.name}, version {version}: {_first_line(error)}") from error
        return _snapshot(table, delta)

    def _path(self, table: Table) -> Path:
        return self.root / table.name

    def _stamp(self) -> None:
        """Note the format of the lake beside its tables, so that an older Purveyor knows to keep off a newer one."""
        if self._format == LAKE_FORMAT:
            return
        if self._found_format() < LAKE_FORMAT:
            written = self.root / f".{uuid4().hex}"  # several tables' first writers may do this at once
            written.write_text(json.dumps({"format": LAKE_FORMAT}) + "\n")
            written.replace(self.root / STAMP)
        self._format = LAKE_FORMAT

    def _found_format(self) -> int:
        """The format noted beside the tables; 0 where there are none yet. LakeError for that of a newer Purveyor."""
        stamp = self.root / STAMP
        if not stamp.exists():
            return 0
        try:
            found = int(json.loads(stamp.read_text())["format"])
        except (ValueError, KeyError, TypeError):
            raise LakeError(f"{stamp} cannot be read; restore it from a backup") from None
        if found > LAKE_FORMAT:
            raise LakeError(
                f"the lake in {self.root} was written by a newer Purveyor (format {found}, this one knows "
                f"{LAKE_FORMAT}); upgrade Purveyor"
            )
        return found

    def _standing(self, table: Table) -> _Standing | None:
        """The table as it stands; None where there is none. Its log is read only where it has gained a commit."""
        newest = newest_commit(self._path(table))
        standing = self._seen.get(table.name)
        if standing is None or newest is None or standing.newest != newest:
            delta = self._open(table)
            if delta is None:
                return None
            columns = frozenset(field.name for field in delta.schema().fields)
            # Looked at before the log was read, `newest` may be older than what was read, never newer.
            standing = self._seen[table.name] = _Standing(newest, _snapshot(table, delta), columns)
        return standing

    def _open(self, table: Table) -> DeltaTable | None:
        try:
            delta = DeltaTable(self._path(table))
        except TableNotFoundError:
            return None
        except DeltaError as error:
            raise LakeError(f"table {table.name} cannot be opened: {_first_line(error)}") from error
        _refuse_unknown(table, delta)
        return delta

    def _existing(self, table: Table) -> DeltaTable:
        delta = self._open(table)
        if delta is None:
            raise LakeError(f"table {table.name} vanished while it was being changed; run the command again")
        return delta

    def _has_batch(self, table: Table, batch_id: str | None) -> bool:
        if batch_id is None:
            return False
        delta = self._open(table)
        return delta is not None and delta.transaction_version(batch_id) is not None

    @contextmanager
    def _lock(self, table: Table, what: str = "commit") -> Iterator[None]:
        """Hold the table against every other commit of ours, or whatever else only one may do."""
        locks = self.root / ".locks"
        locks.mkdir(parents=True, exist_ok=True)
        try:
            name = table.name if what == "commit" else f"{table.name}.{what}"
            with FileLock(locks / f"{name}.lock", timeout=_LOCK_SECONDS):
                self._stamp()
                yield
        except Timeout:
            raise LakeError(
                f"table {table.name} has been locked by another process for {_LOCK_SECONDS:.0f} s; "
                "stop that process or try again"
            ) from None

    def _ensure(self, table: Table) -> None:
        """Create the table, or add the columns that its declaration has gained, so that appends only ever append."""
        standing = self._standing(table)
        if standing is not None and standing.columns.issuperset(table.schema.names):
            return
        with self._lock(table):
            self._commit(table, lambda: self._create_or_widen(table))

    def _create_or_widen(self, table: Table) -> None:
        partitions = [MONTH] if table.month_of else None
        delta = self._open(table)
        if delta is None:
            DeltaTable.create(
                self._path(table),
                table.schema,
                partition_by=partitions,
                name=table.name,
                description=table.doc,
                configuration=PROPERTIES,
            )
        else:
            write_deltalake(delta, table.schema.empty_table(), mode="append", schema_mode="merge")

    def _append_first(self, table: Table, data: Data, batch_id: str | None) -> int | None:
        """Add rows of distinct keys to a table that has none yet, as they come; how many. None where it has some, or
        the rows lack a column that new ones need."""
        if not {c.name for c in table.columns if c.required} <= set(data.schema.names):
            return None
        self._ensure(table)
        with self._lock(table):
            if self.snapshot(table).files or self._has_batch(table, batch_id):
                return None
            rows = Conformed(table, data)
            self._commit(table, lambda: self._write(table, rows.reader, batch_id), restartable=False)
            return rows.rows

    @contextmanager
    def _changing(
        self, table: Table, data: Data, batch_id: str | None, *, complete: bool, distinct: bool
    ) -> Iterator[Delta | None]:
        """Hold the table and compare `data` with what it holds; None where the batch is already in."""
        rows = Conformed(table, data, complete=complete)
        self._ensure(table)
        with self._lock(table):
            if self._has_batch(table, batch_id):
                yield None
                return
            with compare(
                self.snapshot(table),
                rows.reader,
                scratch=self.root.parent / "scratch",
                memory_limit=self._memory_limit,
                distinct=distinct,
            ) as delta:
                yield delta

    @staticmethod
    def _check_whole(table: Table, delta: Delta, inserted: int) -> None:
        lacking = [c.name for c in table.columns if c.required and c.name not in delta.columns]
        if inserted and lacking:
            raise InputError(
                f"{table.name}: {inserted} rows have a key that is not there yet, so they need column "
                f"{', '.join(lacking)} too; add it to the data"
            )

    def _write(self, table: Table, reader: pa.RecordBatchReader, batch_id: str | None) -> None:
        delta = self._existing(table)
        files = write_files(self._path(table), table, reader)
        if not files and batch_id is None:
            return
        delta.create_write_transaction(
            [*files],
            mode="append",
            schema=delta.schema(),
            partition_by=[MONTH] if table.month_of else None,
            commit_properties=_properties(batch_id),
        )

    def _merge(self, table: Table, reader: pa.RecordBatchReader, batch_id: str | None) -> None:
        on = " AND ".join(f"t.{name} = s.{name}" for name in table.key)
        (
            self._existing(table)
            .merge(
                reader,
                predicate=on,
                source_alias="s",
                target_alias="t",
                writer_properties=writer_properties(table),
                commit_properties=_properties(batch_id),
            )
            .when_matched_update_all()
            .when_not_matched_insert_all()
            .execute()
        )

    def _overwrite(self, table: Table, reader: pa.RecordBatchReader, predicate: str) -> None:
        write_deltalake(
            self._existing(table),
            reader,
            mode="overwrite",
            predicate=predicate,
            writer_properties=writer_properties(table),
            commit_properties=_properties(None),
        )

    def _commit(self, table: Table, act: Callable[[], _T], *, restartable: bool = True) -> _T:
        """Run one commit, reading the table again and retrying where another writer came first."""
        for attempt in range(_ATTEMPTS):
            try:
                return act()
            except CommitFailedError as error:
                if not restartable or attempt == _ATTEMPTS - 1:
                    raise LakeError(
                        f"table {table.name} kept changing under this write; nothing was written, try again "
                        f"({_first_line(error)})"
                    ) from error
                sleep(0.05 * 2 ** min(attempt, 5))
            except (DeltaError, OSError) as error:
                raise LakeError(f"table {table.name} could not be written: {_first_line(error)}") from error
        raise AssertionError("unreachable")


def _snapshot(table: Table, delta: DeltaTable) -> Snapshot:
    # The library gives URIs, percent-encoded even where they have no scheme; readers take paths.
    files = tuple(unquote(uri).removeprefix("file://") for uri in delta.file_uris())
    return Snapshot(table, delta.version(), files)


def _properties(batch_id: str | None) -> CommitProperties:
    transactions = [Transaction(batch_id, 1)] if batch_id else None
    return CommitProperties(app_transactions=transactions, max_commit_retries=50)


def _refuse_unknown(table: Table, delta: DeltaTable) -> None:
    protocol = delta.protocol()
    unknown = set(protocol.reader_features or ()) - _READER_FEATURES
    if unknown:
        raise LakeError(
            f"table {table.name} uses Delta features this version of Purveyor cannot read "
            f"({', '.join(sorted(unknown))}); upgrade Purveyor, or rewrite the table without them"
        )


def _first_line(error: Exception) -> str:
    return str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__
