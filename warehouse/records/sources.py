"""Sources on record, what each delivered, and which of them has gone silent."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from warehouse.errors import NotFound
from warehouse.records.models import Delivery, SourceRecord

FRESHNESS_HOURS = 36.0
"""How old the newest import of a source may be unless its definition says otherwise: a night and half a day."""

TAKEN = ("imported", "repeated")
"""Outcomes of a delivery whose content is in the warehouse."""

OUTCOMES = (*TAKEN, "rejected", "failed", "held")
"""What can become of a delivery. `rejected`: it has rows that cannot be taken; `failed`: it cannot be fetched or read;
`held`: a person must let it through."""


@dataclass(frozen=True)
class LateSource:
    """A source that has brought nothing new for longer than it may. `imported_at` is None where it never has."""

    name: str
    imported_at: datetime | None
    freshness_hours: float


def save_source(tx: Session, name: str, definition: Mapping[str, Any], *, at: datetime) -> SourceRecord:
    """Keep the definition of a source, in place of the one it may have."""
    known = tx.get(SourceRecord, name)
    created = known.created_at if known else at
    saved = tx.merge(SourceRecord(name=name, definition=dict(definition), created_at=created, updated_at=at))
    tx.flush()
    return saved


def get_source(tx: Session, name: str) -> SourceRecord:
    """The source called `name`; NotFound names those there are."""
    found = tx.get(SourceRecord, name)
    if found is None:
        known = ", ".join(source.name for source in list_sources(tx)) or "none yet, define one with purveyor connect"
        raise NotFound(f"there is no source {name!r}; known: {known}")
    return found


def list_sources(tx: Session) -> list[SourceRecord]:
    """All sources by name."""
    return list(tx.scalars(select(SourceRecord).order_by(SourceRecord.name)))


def remove_source(tx: Session, name: str) -> None:
    """Forget the source and what it delivered; what was imported stays. NotFound names those there are."""
    tx.delete(get_source(tx, name))
    tx.execute(delete(Delivery).where(Delivery.source == name))


def note_delivery(
    tx: Session,
    source: str,
    delivery: str,
    *,
    content_hash: str,
    fetched_at: datetime,
    imported_at: datetime | None,
    outcome: str,
    detail: Mapping[str, Any],
) -> Delivery:
    """Note what became of a delivery, in place of what was noted of it before."""
    noted = tx.merge(
        Delivery(
            source=source,
            delivery=delivery,
            content_hash=content_hash,
            fetched_at=fetched_at,
            imported_at=imported_at,
            outcome=outcome,
            detail=dict(detail),
        )
    )
    tx.flush()
    return noted


def list_deliveries(tx: Session, source: str, *, limit: int | None = None) -> list[Delivery]:
    """What the source delivered, newest first."""
    asked = select(Delivery).where(Delivery.source == source)
    return list(tx.scalars(asked.order_by(Delivery.fetched_at.desc(), Delivery.delivery.desc()).limit(limit)))


def last_delivery(tx: Session, source: str) -> Delivery | None:
    """The newest delivery of the source that was imported; None where there is none."""
    asked = select(Delivery).where(Delivery.source == source, Delivery.imported_at.is_not(None))
    return tx.scalars(asked.order_by(Delivery.imported_at.desc(), Delivery.delivery.desc()).limit(1)).first()


def late_sources(tx: Session, now: datetime) -> list[LateSource]:
    """The sources whose newest import (else their definition) is older than their `freshness_hours`, by name."""
    asked = select(Delivery.source, func.max(Delivery.imported_at)).group_by(Delivery.source)
    newest = {row.source: row[1] for row in tx.execute(asked)}
    late = []
    for source in list_sources(tx):
        hours = float(source.definition.get("freshness_hours", FRESHNESS_HOURS))
        imported_at = newest.get(source.name)
        if now - (imported_at or source.created_at) > timedelta(hours=hours):
            late.append(LateSource(source.name, imported_at, hours))
    return late


def open_troubles(tx: Session, *, since: datetime) -> list[Delivery]:
    """Deliveries since then that were not taken, and nothing later of the same file was; oldest first."""
    asked = select(Delivery).where(Delivery.fetched_at >= since).order_by(Delivery.fetched_at, Delivery.delivery)
    newest = {(d.source, d.detail.get("kind"), d.detail.get("file")): d for d in tx.scalars(asked)}
    return [d for d in newest.values() if d.outcome not in TAKEN]
