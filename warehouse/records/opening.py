"""Opening the records: one engine per URL, set up so that SQLite and PostgreSQL behave alike."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from typing import Any

from filelock import FileLock
from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, OperationalError
from sqlalchemy.orm import Session
from sqlalchemy.pool import ConnectionPoolEntry

from warehouse.errors import ConfigError
from warehouse.records.schema import migrate

BUSY_SECONDS = 30
"""How long a writer waits for another one before it gives up."""


class Records:
    """The records of one house. Safe to share between threads; each process opens its own."""

    def __init__(self, engine: Engine) -> None:
        self._writer = engine
        # One snapshot for all questions of a reader, as SQLite gives by nature.
        self._reader = engine.execution_options(reading=True)
        if engine.dialect.name == "postgresql":
            self._reader = self._reader.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)

    @classmethod
    def open(cls, url: str | URL) -> Records:
        """Open the records at a SQLAlchemy URL and bring them to this version's schema.

        SQLite (`sqlite:///path`) and PostgreSQL (`postgresql://…`) are known. ConfigError where the URL cannot be used,
        the database cannot be reached, or a newer Purveyor has written it.
        """
        parsed = _parse(url)
        engine = _engine(parsed)
        try:
            with _in_plain_words(parsed, DBAPIError, OSError), _alone(parsed):
                migrate(engine)
        except BaseException:
            engine.dispose()
            raise
        return cls(engine)

    @contextmanager
    def transaction(self) -> Iterator[Session]:
        """A session that writes: committed at the end, rolled back on an error.

        On SQLite writers queue from the start (BEGIN IMMEDIATE), so none fails half-way on another's lock.
        ConfigError where the database is out of reach, full or busy for too long.
        """
        with (
            _in_plain_words(self._writer.url, OperationalError),
            Session(self._writer, expire_on_commit=False) as session,
            session.begin(),
        ):
            yield session

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """A session that sees one snapshot and cannot write. What it returned stays usable afterwards.

        ConfigError where the database is out of reach.
        """
        with (
            _in_plain_words(self._reader.url, OperationalError),
            Session(self._reader, expire_on_commit=False) as session,
        ):
            yield session

    def close(self) -> None:
        """Close the pooled connections."""
        self._writer.dispose()


def _parse(url: str | URL) -> URL:
    try:
        parsed = make_url(url)
    except (ArgumentError, ValueError):  # the latter for a port that is no number
        # The text may hold a password, so it is not shown.
        raise ConfigError("PURVEYOR_RECORDS_URL is not a URL; write sqlite:///FILE or postgresql://HOST/DB") from None
    match parsed.get_backend_name():
        case "sqlite" if parsed.database and parsed.database != ":memory:":
            return parsed.set(drivername="sqlite")
        case "postgresql" | "postgres":
            return parsed.set(drivername="postgresql+psycopg")
        case name:
            raise ConfigError(
                f"PURVEYOR_RECORDS_URL: {name} cannot be used; write sqlite:///FILE or postgresql://HOST/DB"
            )


def _engine(url: URL) -> Engine:
    # Errors get logged, and parameters hold personal data: they are hidden.
    if url.get_backend_name() == "postgresql":
        # A server may restart between two uses of a pooled connection.
        return create_engine(url, json_serializer=_to_json, hide_parameters=True, pool_pre_ping=True)
    engine = create_engine(url, json_serializer=_to_json, hide_parameters=True, connect_args={"timeout": BUSY_SECONDS})
    event.listen(engine, "connect", _sqlite_connected)
    event.listen(engine, "begin", _sqlite_begins)
    return engine


def _alone(url: URL) -> AbstractContextManager[object]:
    # SQLite turns a file to WAL only while nobody else has it open, and does not wait for that.
    return FileLock(f"{url.database}.lock") if url.get_backend_name() == "sqlite" else nullcontext()


@contextmanager
def _in_plain_words(url: URL, *kinds: type[Exception]) -> Iterator[None]:
    try:
        yield
    except kinds as error:
        # The driver's own words, first line: they name the file or host, never the password.
        told = error.orig if isinstance(error, DBAPIError) else error
        reason = str(told).strip().partition("\n")[0]
        place = url.render_as_string(hide_password=True)
        raise ConfigError(f"the records at {place} cannot be used: {reason}; check PURVEYOR_RECORDS_URL") from error


def _to_json(value: object) -> str:
    return json.dumps(value, allow_nan=False)  # PostgreSQL would refuse the NaN that SQLite takes


def _sqlite_connected(connection: Any, _: ConnectionPoolEntry) -> None:
    # The driver's own BEGIN comes late and is never IMMEDIATE: we say it ourselves (below).
    connection.isolation_level = None
    connection.execute("PRAGMA foreign_keys = ON")
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA secure_delete = ON")  # what an erasure deletes is overwritten, not only unlinked


def _sqlite_begins(connection: Connection) -> None:
    reading = connection.get_execution_options().get("reading", False)
    connection.exec_driver_sql(f"PRAGMA query_only = {'ON' if reading else 'OFF'}")
    connection.exec_driver_sql("BEGIN" if reading else "BEGIN IMMEDIATE")
