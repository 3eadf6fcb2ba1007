"""One at a time, where a row lock cannot help because the row may not exist yet."""

from __future__ import annotations

from sqlalchemy import Connection, bindparam, text
from sqlalchemy.orm import Session

from warehouse.records.types import Text

_WHAT = bindparam("what", type_=Text())


def hold(transaction: Connection | Session, what: str) -> None:
    """Let one transaction at a time do `what`; released at its end.

    SQLite lets in one writer anyway; PostgreSQL gets an advisory lock.
    """
    connection = transaction if isinstance(transaction, Connection) else transaction.connection()
    if connection.dialect.name == "postgresql":
        lock = text("select pg_advisory_xact_lock(hashtextextended(:what, 0))").bindparams(_WHAT)
        connection.execute(lock, {"what": f"purveyor {what}"})
