"""Worker slots: a worker is who holds the lock of a slot, and the slot's name is the worker's name.

The lock is free again when its worker dies, so a slot that is free and still has runs is a dead worker's. Whoever
takes its lock next may give its runs back to the queue: nobody else can do so at the same time, and no living worker's
runs are ever taken.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from warehouse.errors import ConfigError
from warehouse.exclusive import Lock, held_beside, lock_beside
from warehouse.settings import Settings

_NAMES = tuple(f"worker-{number}" for number in range(1, 65))


def slot_lock(settings: Settings, name: str) -> Lock:
    """The lock of a slot, where the queue is: beside the SQLite file, or in PostgreSQL."""
    return lock_beside(settings.jobs, settings.home, name)


@contextmanager
def own_slot(settings: Settings) -> Iterator[tuple[str, Lock]]:
    """Take the first free slot; ConfigError where all are taken."""
    for name in _NAMES:
        lock = slot_lock(settings, name)
        if lock.take():
            try:
                yield name, lock
            finally:
                lock.release()
            return
    raise ConfigError(f"{len(_NAMES)} workers run already; stop one, or give each more to do with --parallel")


def living_workers(settings: Settings) -> list[str]:
    """The names of the workers that run now."""
    return held_beside(settings.jobs, settings.home, _NAMES)
