"""Column types that mean the same on SQLite and PostgreSQL."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import DateTime, Dialect, String
from sqlalchemy.exc import DontWrapMixin
from sqlalchemy.types import TypeDecorator, TypeEngine

from warehouse.errors import InputError

LONGEST_ID = 255
"""PostgreSQL cannot index much longer texts; SQLite would take them, so the limit is ours."""


class TextError(DontWrapMixin, InputError):
    """A text that the records cannot keep. (Passes through SQLAlchemy as it is.)"""


class Text(TypeDecorator[str]):
    """A text that both engines can keep: valid Unicode without NUL, and no longer than `length` characters."""

    impl = String
    cache_ok = True

    def __init__(self, length: int | None = None) -> None:
        super().__init__(length)
        self.length = length

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        """Refuse what only one of the engines would take; TextError says why."""
        if value is None:
            return None
        if self.length is not None and len(value) > self.length:
            raise TextError(
                f"an id or name of {len(value)} characters is too long; the records keep up to {self.length}"
            )
        if "\0" in value:
            raise TextError(f"{value[:40]!r} holds a NUL character; remove it")
        try:
            value.encode()
        except UnicodeEncodeError:
            raise TextError(f"{value[:40]!r} is not valid Unicode; correct its encoding") from None
        return value


class UtcTime(TypeDecorator[datetime]):
    """A moment: aware datetimes in, aware UTC datetimes out.

    SQLite knows no time zone, so there the UTC time is kept without one, as text whose order is that of time.
    """

    impl = DateTime
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """`timestamp with time zone` where the engine has it."""
        return dialect.type_descriptor(DateTime(timezone=dialect.name != "sqlite"))

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Turn the moment to UTC; ValueError for a naive time, which is no moment."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"{value.isoformat()} has no time zone")
        moment = value.astimezone(UTC)
        return moment.replace(tzinfo=None) if dialect.name == "sqlite" else moment

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """The moment in UTC, whatever the connection's time zone."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)
