"""Who may be contacted on which channel: the current state, which alone gates sending."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from itertools import islice
from typing import NotRequired, TypedDict, cast

from sqlalchemy import Table, and_, exists, or_, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from warehouse.errors import InputError
from warehouse.records.models import Consent, Tombstone

AHEAD = timedelta(days=1)
"""How far a statement may lie ahead of the clock: clocks and time zones differ, but a later one is a slip of the pen,
and would outdo every withdrawal until that day."""

_BATCH = 20_000


class Statement(TypedDict):
    """A customer's statement about a channel, as the lake's `consents` table has it."""

    customer_id: str
    channel: str
    granted: bool
    at: datetime
    source: NotRequired[str | None]


def record_consents(tx: Session, statements: Iterable[Statement], *, now: datetime) -> None:
    """Keep the newest statement per customer and channel, in whatever order they arrive.

    Of two at the same moment a withdrawal wins, then the greater source, so that the order never matters. `now` is the
    present (aware). InputError for a statement more than `AHEAD` later.
    """
    rows = iter(statements)
    latest = now + AHEAD
    upsert = _upsert(tx.get_bind().dialect.name)
    connection = tx.connection()
    while batch := list(islice(rows, _BATCH)):
        newest = max(row["at"] for row in batch)
        if newest > latest:
            raise InputError(f"a consent is dated {newest.isoformat()}, which is yet to come; correct its time")
        connection.execute(upsert, [{"source": None, **row} for row in batch])
    # The session may hold older copies of what was just written.
    tx.expire_all()


def customers_with_consent(tx: Session, channel: str) -> list[str]:
    """The ids of all who granted the channel and have not withdrawn it nor been erased, in order."""
    erased = exists().where(Tombstone.customer_id == Consent.customer_id)
    granted = select(Consent.customer_id).where(Consent.channel == channel, Consent.granted, ~erased)
    return list(tx.scalars(granted.order_by(Consent.customer_id)))


def _upsert(dialect: str) -> sqlite.Insert | postgresql.Insert:
    table = cast(Table, Consent.__table__)
    insert = postgresql.insert(table) if dialect == "postgresql" else sqlite.insert(table)
    new, old = insert.excluded, table.c
    withdrawn = and_(new.at == old.at, new.granted < old.granted)
    greater = or_(new.source > old.source, and_(new.source.is_not(None), old.source.is_(None)))
    same_but_source = and_(new.at == old.at, new.granted == old.granted, greater)
    return insert.on_conflict_do_update(
        index_elements=[old.customer_id, old.channel],
        set_={"granted": new.granted, "at": new.at, "source": new.source},
        where=or_(new.at > old.at, withdrawn, same_but_source),
    )
