"""Bringing a records database to the schema of this code, by Alembic migrations."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import Connection, Engine, inspect, text

from warehouse.errors import ConfigError
from warehouse.records.locks import hold

if TYPE_CHECKING:
    from alembic.config import Config

HEAD = "r0003"
"""The newest migration. Known here, so that opening an up-to-date database need not load Alembic."""

MIGRATIONS = Path(__file__).parent / "migrations"


def migrate(engine: Engine) -> None:
    """Run the migrations that are missing, all in one transaction; safe when several processes open at once.

    ConfigError where the database has a revision that this code does not know.
    """
    with engine.connect() as connection:
        if revision(connection) == HEAD:
            return
    with engine.begin() as connection:
        hold(connection, "migrations")
        # Read again: while we waited another process may have done it.
        current = revision(connection)
        if current != HEAD:
            _upgrade(connection, current)


def revision(connection: Connection) -> str | None:
    """The revision a database stands at; None for an empty one."""
    if not inspect(connection).has_table("alembic_version"):
        return None
    found: str | None = connection.scalar(text("select version_num from alembic_version"))
    return found


def knows(found: str) -> bool:
    """Whether this code can bring records of that revision to its own schema."""
    from alembic.script import ScriptDirectory

    return found == HEAD or found in {script.revision for script in ScriptDirectory(MIGRATIONS).walk_revisions()}


def config(connection: Connection) -> Config:
    """Alembic's configuration for one open connection; needs no alembic.ini."""
    from alembic.config import Config

    made = Config(attributes={"connection": connection})
    made.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    made.set_main_option("path_separator", "os")
    return made


def _upgrade(connection: Connection, current: str | None) -> None:
    from alembic import command

    if current is not None and not knows(current):
        raise ConfigError(
            f"the records database stands at revision {current}, which this version of Purveyor does not know: "
            "a newer one has written it; upgrade Purveyor"
        )
    command.upgrade(config(connection), "head")
