"""One purge: everything stored of erased customers, taken away in an order that a killed run can take up again.

Mail and phone are known from the `customers` files alone. So those go last, and only where everything else could be
cleaned: until then each run finds the same words to look for.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from warehouse.erasure.databases import clean_database
from warehouse.erasure.files import Cleaned, clean_files, databases
from warehouse.erasure.lake_rows import PERSONAL, LakeRows, lake_rows
from warehouse.erasure.traces import Person, Traces
from warehouse.errors import InputError
from warehouse.exclusive import exclusive
from warehouse.house import Warehouse
from warehouse.progress import Progress, quiet
from warehouse.records.tombstones import erased_customers, mark_purged, unpurged
from warehouse.scratch import remove_left
from warehouse.settings import Settings
from warehouse.tables import CUSTOMERS, Table

LONGEST = timedelta(days=28)
"""How long versions from before an erasure may stay, whatever the retention: with the nights before and after it, every
byte is gone within 30 days."""

_NIGHTS = timedelta(days=2)
_WAIT_SECONDS = 10.0
_JOBS_SCHEMA = "dbos"


@dataclass(frozen=True)
class Purged:
    """What a purge did: `customers` are complete now, `waiting` are so by `gone_by` at the latest.

    `rows` counts rows of the lake deleted or anonymised, by table; `releases` models replaced or removed;
    `busy` databases whose free pages could not be overwritten because others used them.
    """

    customers: int
    waiting: int
    gone_by: datetime | None
    rows: dict[str, int]
    files: Cleaned
    releases: int
    busy: int


def gone_by(settings: Settings, erased_at: datetime) -> datetime:
    """When the last byte of a customer is gone at the latest, given that the purge runs every night."""
    return erased_at + min(timedelta(days=settings.history_days), LONGEST) + _NIGHTS


def purge_erased(warehouse: Warehouse, *, at_once: bool = False, progress: Progress = quiet) -> Purged:
    """Take away what is stored of every erased customer.

    What the lake holds now goes at once. Versions that were replaced stay as long as the retention says (`LONGEST` at
    most), so that no reader loses the files it has pinned and looks back in time keep working; `at_once` takes them
    too. InputError where another process is purging.
    """
    with exclusive(warehouse.settings, "purge", wait=_WAIT_SECONDS) as held:
        if not held:
            raise InputError("another process is purging erased customers; wait for it to end")
        with warehouse.records.reading() as tx:
            erased = erased_customers(tx)
            pending = {stone.customer_id: stone.erased_at for stone in unpurged(tx)}
        if not erased:
            return Purged(0, 0, None, {}, Cleaned(), 0, 0)
        with lake_rows(warehouse, erased) as lake:
            return _purge(warehouse, lake, erased, pending, at_once, progress)


def _purge(
    warehouse: Warehouse,
    lake: LakeRows,
    erased: Collection[str],
    pending: dict[str, datetime],
    at_once: bool,
    progress: Progress,
) -> Purged:
    progress("looking for erased customers", 0, None)
    people = lake.people(pending)
    rows = {}
    for number, table in enumerate(PERSONAL):  # also rows of customers purged before, whom a late file brought back
        progress("erasing from the lake", number, len(PERSONAL))
        if changed := lake.erase_from(table, people):
            rows[table.name] = changed
    releases = len(warehouse.artifacts.forget_people(set(erased)))
    files, busy = _clean_elsewhere(warehouse, people, pending, progress)
    window = min(timedelta(days=warehouse.settings.history_days), LONGEST)
    before = None if at_once else warehouse.clock() - window
    left: set[str] = set()
    for number, table in enumerate(table for table in PERSONAL if table is not CUSTOMERS):
        progress("forgetting old versions", number, len(PERSONAL))
        left |= _forget(warehouse, lake, table, people, before)
    if busy or (at_once and left & pending.keys()):
        # Whoever is not done with must still be known by mail and phone the next time.
        left |= pending.keys() if busy else lake.on_disk(CUSTOMERS, people)
    else:
        left |= _forget(warehouse, lake, CUSTOMERS, people, before)
    complete = pending.keys() - left
    with warehouse.records.transaction() as tx:
        mark_purged(tx, complete, warehouse.clock())
    waiting = [at for customer, at in pending.items() if customer in left]
    return Purged(
        customers=len(complete),
        waiting=len(waiting),
        gone_by=gone_by(warehouse.settings, max(waiting)) if waiting else None,
        rows=rows,
        files=files,
        releases=releases,
        busy=busy,
    )


def _clean_elsewhere(
    warehouse: Warehouse, people: Sequence[Person], pending: dict[str, datetime], progress: Progress
) -> tuple[Cleaned, int]:
    """Clean files and databases; return what was done, and how many databases were busy."""
    if not people:
        return Cleaned(), 0
    settings = warehouse.settings
    progress("erasing from files", 0, None)
    remove_left(settings.scratch)
    files = clean_files(settings, Traces(people), max(pending.values()))
    said = Traces(people, ids=False)
    urls = {f"sqlite:///{path}" for path in databases(settings)}
    done = [clean_database(url, said) for url in sorted(urls)]
    for url, schema in ((settings.records, None), (settings.jobs, _JOBS_SCHEMA)):
        if str(url).startswith("postgres"):
            done.append(clean_database(url, said, schema=schema))
    return files, sum(not freed for _, freed in done)


def _forget(
    warehouse: Warehouse, lake: LakeRows, table: Table, people: Sequence[Person], before: datetime | None
) -> set[str]:
    """Forget the table's old versions where they still have erased customers; return whom they have even so."""
    found = lake.on_disk(table, people)
    if not found:
        return found
    warehouse.lake.forget(table, before=before)
    return lake.on_disk(table, people)
