"""Erased customers in databases: the records and the queue of jobs, whose texts may quote a mail address or phone."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy import URL, Engine, create_engine, make_url
from sqlalchemy.dialects import postgresql
from sqlalchemy.exc import OperationalError

from warehouse.erasure.traces import Traces
from warehouse.records.models import Model

_LEFT_ALONE = frozenset(("alembic_version", "audit_entries", "tombstones"))
"""Tables without personal data; the second refuses changes."""

_BUSY_SECONDS = 30


def clean_database(url: str | URL, traces: Traces, *, schema: str | None = None) -> tuple[int, bool]:
    """Mask mail addresses and phone numbers in every text of a database, and free its pages of what was deleted before.

    A SQLite file is taken whole; in PostgreSQL the tables of `schema`, None: those that the records have. Returns how
    many values were masked, and whether the pages could be freed: a file that others keep busy is for the next time.
    """
    parsed = make_url(url)
    if parsed.get_backend_name() == "sqlite":
        if not Path(parsed.database or "").is_file():
            return 0, True
        engine = create_engine(
            parsed.set(drivername="sqlite"), connect_args={"timeout": _BUSY_SECONDS}, hide_parameters=True
        )
    else:
        engine = create_engine(parsed.set(drivername="postgresql+psycopg"), hide_parameters=True)
    try:
        tables = _tables(engine, schema)
        return sum(_mask(engine, table, traces) for table in tables), _free_pages(engine, tables)
    except OperationalError:
        return 0, False
    finally:
        engine.dispose()


def _tables(engine: Engine, schema: str | None) -> list[sa.Table]:
    """The tables that may hold texts of ours."""
    found = sa.MetaData()
    if engine.dialect.name == "sqlite":
        found.reflect(engine)
    elif schema is None:
        found.reflect(engine, only=lambda name, _: name in Model.metadata.tables)
    elif sa.inspect(engine).has_schema(schema):
        found.reflect(engine, schema=schema)
    return [table for table in found.tables.values() if table.name not in _LEFT_ALONE]


def _mask(engine: Engine, table: sa.Table, traces: Traces) -> int:
    key = list(table.primary_key.columns)
    texts = [c for c in table.columns if isinstance(c.type, sa.String | sa.JSON) and not c.primary_key]
    if not key or not texts:
        return 0
    asked = sa.select(*key, *(sa.cast(c, sa.Text).label(f"text {c.name}") for c in texts))
    masked = 0
    with engine.begin() as connection:
        rows = connection.execute(asked.execution_options(yield_per=1000))
        found = [(row[: len(key)], new) for row in rows if (new := _changed(texts, row[len(key) :], traces))]
        for place, new in found:
            where = [column == value for column, value in zip(key, place, strict=True)]
            connection.execute(sa.update(table).where(*where).values(new))
            masked += len(new)
    return masked


def _changed(columns: list[sa.Column[Any]], values: Any, traces: Traces) -> dict[str, Any]:
    """The columns of a row that name an erased customer, masked."""
    changed = {}
    for column, value in zip(columns, values, strict=True):
        if value is None:
            continue
        text = value.encode(errors="surrogatepass").decode("latin-1")
        masked = traces.masked(text)
        if masked != text:
            new: Any = sa.literal(masked.encode("latin-1").decode(errors="surrogatepass"), sa.Text)
            changed[column.name] = sa.cast(new, column.type) if _is_json_of_postgres(column) else new
    return changed


def _is_json_of_postgres(column: sa.Column[Any]) -> bool:
    return isinstance(column.type, postgresql.JSON)


def _free_pages(engine: Engine, tables: list[sa.Table]) -> bool:
    """Let no page keep what was deleted or replaced."""
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        if engine.dialect.name != "sqlite":
            for table in tables:
                connection.exec_driver_sql(f"VACUUM {engine.dialect.identifier_preparer.format_table(table)}")
            return True
        connection.exec_driver_sql("VACUUM")
        # Until then the write-ahead log has the pages as they were.
        busy: int = connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)").one()[0]
        return not busy
