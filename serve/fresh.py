"""A value made from something that changes, kept until it has changed."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterable
from time import monotonic
from typing import Generic, TypeVar

from warehouse.house import Warehouse
from warehouse.tables import Table

T = TypeVar("T")
V = TypeVar("V")

log = logging.getLogger(__name__)


def lake_versions(warehouse: Warehouse, tables: Iterable[Table]) -> tuple[int, ...]:
    """The versions that tables are at now, in their order; cheap enough to ask every few seconds."""
    return tuple(warehouse.lake.snapshot(table).version for table in tables)


class Fresh(Generic[T, V]):
    """Keeps what `make` gave and makes it anew once `version` gives something else than before.

    `version` must be cheap; it is asked at most every `poll_seconds`. Safe to share between threads: one looks and
    makes while the others go on with what there is. Where making anew fails, the old value goes on being given and the
    failure is logged; without an old value the caller gets the error.
    """

    def __init__(self, version: Callable[[], V], make: Callable[[V], T], *, poll_seconds: float) -> None:
        self._version = version
        self._make = make
        self._poll_seconds = poll_seconds
        self._lock = threading.Lock()
        self._kept: tuple[V, T] | None = None
        self._checked = float("-inf")

    def get(self) -> T:
        """The value, at most `poll_seconds` behind; raises what `version` and `make` raise while there is none yet."""
        kept = self._kept
        if kept is not None and (self._is_recent() or not self._lock.acquire(blocking=False)):
            return kept[1]
        if kept is None:
            self._lock.acquire()  # nothing to give meanwhile, so all wait for the first
        try:
            return self._look()
        finally:
            self._lock.release()

    def _is_recent(self) -> bool:
        return monotonic() - self._checked < self._poll_seconds

    def _look(self) -> T:
        kept = self._kept
        if kept is not None and self._is_recent():
            return kept[1]  # another thread looked while this one waited
        try:
            version = self._version()
            if kept is None or kept[0] != version:
                kept = version, self._make(version)
        except Exception:
            if kept is None:
                raise
            log.exception("what is served stays as it was: the new could not be opened")
        self._kept = kept
        self._checked = monotonic()
        return kept[1]
