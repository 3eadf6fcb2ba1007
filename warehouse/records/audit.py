"""Who did what, and when. Entries are only ever added: the database itself refuses to change or delete them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from warehouse.records.models import AuditEntry


def add_entry(
    tx: Session, *, at: datetime, actor: str, action: str, subject: str, detail: Mapping[str, Any] | None = None
) -> AuditEntry:
    """Note an action, in the transaction that does it, so that neither stands without the other.

    `actor` is a key's id or "command"; `subject` names the thing, such as "segment vip". A customer's id may stand in
    `detail`, no other personal data.
    """
    entry = AuditEntry(at=at, actor=actor, action=action, subject=subject, detail=dict(detail or {}))
    tx.add(entry)
    tx.flush()
    return entry


def list_entries(tx: Session, *, subject: str | None = None, limit: int = 100) -> list[AuditEntry]:
    """The latest entries, newest first, of one subject or of all."""
    asked = select(AuditEntry).order_by(AuditEntry.id.desc()).limit(limit)
    return list(tx.scalars(asked if subject is None else asked.where(AuditEntry.subject == subject)))
