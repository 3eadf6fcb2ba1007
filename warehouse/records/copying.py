"""The records as one SQLite file, whichever engine they are kept in, and from such a file into either engine."""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import cast

from sqlalchemy import URL, Connection, Table, func, insert, select, text
from sqlalchemy.orm import Session

from warehouse.records.models import AuditEntry, Model
from warehouse.records.opening import Records

_BATCH = 10_000


def save_copy(records: Records, path: Path) -> dict[str, int]:
    """Write the records, as they are at one moment, into a new SQLite file; the rows of each table.

    Writers go on meanwhile. What was deleted does not stand in the file's free pages.
    """
    os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
    with records.reading() as tx:
        rows = rows_by_table(tx)  # the first question fixes the moment
        source = tx.connection()
        if source.dialect.name == "sqlite":
            with closing(sqlite3.connect(path)) as target:
                cast(sqlite3.Connection, source.connection.driver_connection).backup(target)
        else:
            _fill_new(source, path)
    with closing(sqlite3.connect(path)) as copy:
        # One file that can be read from a folder that cannot be written to: no write-ahead log beside it.
        copy.execute("pragma journal_mode = delete")
        copy.execute("vacuum")
    return rows


def load_copy(tx: Session, path: Path) -> None:
    """Add the rows of such a file to the records; a file of an older Purveyor is brought to this schema first.

    The file is changed by that, so it must be a copy of the backup's. ConfigError where a newer Purveyor wrote it.
    """
    copy = Records.open(URL.create("sqlite", database=str(path)))
    try:
        with copy.reading() as source:
            _copy_rows(source.connection(), tx.connection())
    finally:
        copy.close()


def rows_by_table(tx: Session) -> dict[str, int]:
    """How many rows each table has."""
    return {table.name: tx.scalar(select(func.count()).select_from(table)) or 0 for table in _tables()}


def _fill_new(source: Connection, path: Path) -> None:
    copy = Records.open(URL.create("sqlite", database=str(path)))
    try:
        with copy.transaction() as target:
            _copy_rows(source, target.connection())
    finally:
        copy.close()
    path.with_name(f"{path.name}.lock").unlink(missing_ok=True)


def _copy_rows(source: Connection, target: Connection) -> None:
    for table in _tables():
        for batch in source.execute(select(table).execution_options(yield_per=_BATCH)).mappings().partitions():
            target.execute(insert(table), [dict(row) for row in batch])
    if target.dialect.name == "postgresql":  # rows that bring their own number do not move the counter
        numbered = AuditEntry.__tablename__
        target.execute(
            text(
                f"select setval(pg_get_serial_sequence('{numbered}', 'id'), max(id)) from {numbered} having max(id) > 0"
            )
        )


def _tables() -> list[Table]:
    return Model.metadata.sorted_tables
