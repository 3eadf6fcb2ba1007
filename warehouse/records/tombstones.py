"""Customers whose data was erased. A tombstone stays, so that a restored backup or late input is hidden too."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from warehouse.records.audit import add_entry
from warehouse.records.locks import hold
from warehouse.records.models import Consent, Tombstone


def add_tombstone(tx: Session, customer_id: str, at: datetime, *, actor: str) -> None:
    """Mark a customer as erased, drop their consents and note it in the audit log.

    A second time keeps the first moment; consents that came in between go.
    """
    hold(tx, f"tombstone {customer_id}")
    tx.execute(delete(Consent).where(Consent.customer_id == customer_id))
    if tx.get(Tombstone, customer_id) is None:
        tx.add(Tombstone(customer_id=customer_id, erased_at=at))
        add_entry(tx, at=at, actor=actor, action="erase", subject="customer", detail={"customer_id": customer_id})


def unpurged(tx: Session) -> list[Tombstone]:
    """The tombstones whose purge is not complete, the oldest first."""
    asked = select(Tombstone).where(Tombstone.purged_at.is_(None))
    return list(tx.scalars(asked.order_by(Tombstone.erased_at, Tombstone.customer_id)))


def mark_purged(tx: Session, customer_ids: Collection[str], at: datetime) -> None:
    """Note that no stored byte of these customers is left."""
    for customer_id in sorted(customer_ids):
        tx.get_one(Tombstone, customer_id).purged_at = at


def erased_customers(tx: Session) -> list[str]:
    """The ids of all that were erased, in order."""
    return list(tx.scalars(select(Tombstone.customer_id).order_by(Tombstone.customer_id)))


def tombstones(tx: Session) -> dict[str, datetime]:
    """When each of them was erased, by id."""
    return {stone.customer_id: stone.erased_at for stone in tx.scalars(select(Tombstone))}
