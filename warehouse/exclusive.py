"""One process at a time: locks that are free again the moment their holder dies, on one machine or several."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from hashlib import sha256
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import quote

from filelock import FileLock, Timeout
from sqlalchemy import URL, Connection, create_engine, make_url, text
from sqlalchemy.exc import DBAPIError, SQLAlchemyError
from sqlalchemy.pool import NullPool

from warehouse.errors import ConfigError
from warehouse.settings import Settings

_PAUSE = 0.2
"""Seconds between two attempts at a lock in PostgreSQL."""

_ALIVE = {"keepalives_idle": 5, "keepalives_interval": 2, "keepalives_count": 3, "tcp_user_timeout": 10_000}
"""libpq: how the holder learns within some 10 s that its server is out of reach."""

_DROPPED = "-c tcp_keepalives_idle=10 -c tcp_keepalives_interval=5 -c tcp_keepalives_count=4"
"""The server's side: when it frees the locks of a machine that is gone. Later than the holder learns of it."""


class Lock(Protocol):
    """A lock of this process. It is free when released, and when the process dies in whatever way."""

    def take(self, wait: float = 0) -> bool:
        """Whether it is ours now, tried for `wait` seconds."""

    def still_held(self) -> bool:
        """Whether it is ours yet: a lock in PostgreSQL goes with its connection."""

    def release(self) -> None:
        """Let go of it."""


@contextmanager
def exclusive(settings: Settings, name: str, *, wait: float = 0) -> Iterator[bool]:
    """Hold the house's lock `name` within the `with` statement; gives whether it is held, tried for `wait` seconds.

    A file lock in `home/.locks/` where the records are in SQLite; an advisory lock of a session where they are in
    PostgreSQL, so that it holds across machines. ConfigError where PostgreSQL is out of reach.
    """
    lock = lock_beside(settings.records, settings.home, name)
    held = lock.take(wait)
    try:
        yield held
    finally:
        lock.release()


def lock_beside(database: str | URL, home: Path, name: str) -> Lock:
    """The lock `name` for those who share a database (SQLAlchemy URL): in it, or a file below `home`."""
    url = make_url(database)
    if url.get_backend_name() == "sqlite":
        return _FileLock(_file(home, name))
    return _DatabaseLock(url, name)


def held_beside(database: str | URL, home: Path, names: Sequence[str]) -> list[str]:
    """Which of the locks some process holds now; see `lock_beside`."""
    url = make_url(database)
    if url.get_backend_name() == "sqlite":
        return [name for name in names if _is_held(_file(home, name))]
    lock = _DatabaseLock(url, "")
    with lock.connected() as connection:
        return list(connection.execute(_HELD, {"names": list(names)}).scalars())


_HELD = text("""
    select name from unnest(cast(:names as text[])) with ordinality as asked(name, position)
    where exists (
        select 1 from pg_locks
        where locktype = 'advisory' and granted and objsubid = 1
            and database = (select oid from pg_database where datname = current_database())
            and (classid::bigint << 32 | objid::bigint) = hashtextextended('purveyor ' || name, 0)
    )
    order by position
""")


def _file(home: Path, name: str) -> Path:
    plain = quote(name, safe=" @+")
    return home / ".locks" / f"{plain if len(plain) <= 200 else sha256(name.encode()).hexdigest()}.lock"


def _is_held(path: Path) -> bool:
    if not path.exists():
        return False
    lock = _FileLock(path)
    free = lock.take()
    lock.release()
    return not free


class _FileLock:
    """flock on a file that is never removed. Its descriptor is not inherited by the programs we start."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock = FileLock(path, thread_local=False)

    def take(self, wait: float = 0) -> bool:
        self._path.parent.mkdir(parents=True, exist_ok=True)
        try:
            self._lock.acquire(timeout=wait, poll_interval=0.05)
        except Timeout:
            return False
        return True

    def still_held(self) -> bool:
        return self._lock.is_locked

    def release(self) -> None:
        self._lock.release()


class _DatabaseLock:
    """pg_try_advisory_lock on a connection of its own."""

    def __init__(self, url: URL, name: str) -> None:
        # Not through a pool: a pooled connection would keep the lock, or be handed on with it.
        arguments: dict[str, Any] = {**_ALIVE, "options": _DROPPED}
        self._engine = create_engine(
            url.set(drivername="postgresql+psycopg"),
            poolclass=NullPool,
            isolation_level="AUTOCOMMIT",
            connect_args=arguments,
            hide_parameters=True,
        )
        self._name = name
        self._connection: Connection | None = None
        self._held = ExitStack()

    def take(self, wait: float = 0) -> bool:
        until = time.monotonic() + wait
        ask = text("select pg_try_advisory_lock(hashtextextended(:name, 0))")
        with ExitStack() as until_ours:
            connection = until_ours.enter_context(self.connected())
            while not connection.execute(ask, {"name": f"purveyor {self._name}"}).scalar():
                if time.monotonic() >= until:
                    return False
                time.sleep(_PAUSE)
            self._connection = connection
            self._held = until_ours.pop_all()
        return True

    @contextmanager
    def connected(self) -> Iterator[Connection]:
        """A connection of its own; ConfigError where the server is out of reach."""
        try:
            with self._engine.connect() as connection:
                yield connection
        except DBAPIError as error:
            reason = str(error.orig).strip().partition("\n")[0]
            place = self._engine.url.render_as_string(hide_password=True)
            raise ConfigError(f"the database at {place} cannot be locked: {reason}; check that it runs") from error

    def still_held(self) -> bool:
        if self._connection is None:
            return False
        try:
            self._connection.execute(text("select 1"))
        except SQLAlchemyError:
            return False
        return True

    def release(self) -> None:
        connection, self._connection = self._connection, None
        with suppress(ConfigError, SQLAlchemyError):  # the connection is gone already, and the lock with it
            if connection is not None:  # closing frees it too, but only when the server gets to that
                connection.execute(text("select pg_advisory_unlock_all()"))
        with suppress(ConfigError, SQLAlchemyError):
            self._held.close()
