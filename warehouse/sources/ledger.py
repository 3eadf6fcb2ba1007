"""What a source has delivered so far, and what that means for the next file."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from warehouse.records.models import Delivery
from warehouse.records.sources import TAKEN


@dataclass(frozen=True)
class Noted:
    """A delivery as the ledger keeps it. `observed_at` is the moment that its content tells of; `state` is what its
    connector wanted to remember."""

    kind: str
    file: str
    content_hash: str
    fetched_at: datetime
    observed_at: datetime
    outcome: str
    state: Mapping[str, Any] = field(default_factory=dict)


class Ledger:
    """The deliveries of one source since its definition last changed what is read, oldest first."""

    def __init__(self, noted: Iterable[Noted], *, defined_at: datetime) -> None:
        self._noted = sorted(noted, key=lambda one: one.fetched_at)
        self._defined_at = defined_at

    @classmethod
    def read(cls, deliveries: Iterable[Delivery], *, defined_at: datetime) -> Ledger:
        """The ledger of what is on record; `defined_at` is when the source was last defined."""
        return cls((_noted(delivery) for delivery in deliveries), defined_at=defined_at)

    def add(self, noted: Noted) -> None:
        """Note one more."""
        self._noted.append(noted)

    def last_of(self, kind: str, file: str) -> Noted | None:
        """The newest delivery of this file that the present definition has seen."""
        found = [n for n in self._current() if n.kind == kind and n.file == file]
        return found[-1] if found else None

    def last_taken(self, kind: str) -> Noted | None:
        """The newest delivery of this kind whose content is in the warehouse, as the present definition reads it."""
        found = [n for n in self._current() if n.kind == kind and n.outcome in TAKEN]
        return found[-1] if found else None

    def followed_at(self, kind: str, observed_at: datetime) -> datetime | None:
        """When the next newer content of this kind that is in was observed; None where this is the newest."""
        later = [n.observed_at for n in self._noted if n.kind == kind and n.outcome in TAKEN]
        return min((moment for moment in later if moment > observed_at), default=None)

    def is_in(self, kind: str, file: str, content_hash: str, observed_at: datetime, *, of_its_moment: bool) -> bool:
        """Whether this content is in already, so that importing it would say nothing new.

        The same content of another moment is news where it tells how things stood at its moment (`of_its_moment`, as
        products and their prices), and where the file said something else in between.
        """
        taken = [n for n in self._current() if n.kind == kind and n.outcome in TAKEN]
        last = next((n for n in reversed(taken) if n.file == file), None)
        back = last is not None and last.content_hash != content_hash
        return any(
            n.content_hash == content_hash and (n.observed_at == observed_at or not (of_its_moment or back))
            for n in taken
        )

    def _current(self) -> list[Noted]:
        return [n for n in self._noted if n.fetched_at >= self._defined_at]


def _noted(delivery: Delivery) -> Noted:
    detail = delivery.detail
    return Noted(
        kind=str(detail["kind"]),
        file=str(detail["file"]),
        content_hash=delivery.content_hash,
        fetched_at=delivery.fetched_at,
        observed_at=datetime.fromisoformat(detail["observed_at"]),
        outcome=delivery.outcome,
        state=detail.get("state", {}),
    )
