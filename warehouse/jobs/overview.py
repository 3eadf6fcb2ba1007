"""What people look at: each job with its schedule, its next time and its last run. For the command and the console."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from warehouse.house import Warehouse
from warehouse.jobs.job import Job
from warehouse.jobs.runs import RunRecord
from warehouse.jobs.schedule import schedules
from warehouse.jobs.store import JobStore, has_jobs
from warehouse.records.schedules import paused_jobs


@dataclass(frozen=True)
class Standing:
    """A job as it stands: `cron` None runs only when asked; `next_due` is UTC, None while it is paused."""

    job: str
    doc: str
    cron: str | None
    timezone: str
    paused: bool
    next_due: datetime | None
    last_run: RunRecord | None


def standings(warehouse: Warehouse, jobs: Sequence[Job]) -> list[Standing]:
    """Every job, in the order of `jobs`; InputError where the shop file's schedule cannot be read."""
    with warehouse.records.reading() as tx:
        paused = paused_jobs(tx)
    last = _last_runs(warehouse, jobs)
    now = warehouse.clock()
    return [
        Standing(
            job=schedule.job.name,
            doc=schedule.job.doc,
            cron=schedule.cron,
            timezone=schedule.timezone,
            paused=schedule.job.name in paused,
            next_due=None if schedule.job.name in paused else schedule.next_due(now),
            last_run=last.get(schedule.job.name),
        )
        for schedule in schedules(warehouse.settings, jobs)
    ]


def recent_runs(warehouse: Warehouse, *, limit: int = 50) -> list[RunRecord]:
    """The newest runs; none where nothing was ever queued."""
    if not has_jobs(warehouse.settings):
        return []
    with JobStore.open(warehouse.settings) as store:
        return store.runs(limit=limit)


def _last_runs(warehouse: Warehouse, jobs: Sequence[Job]) -> dict[str, RunRecord]:
    if not has_jobs(warehouse.settings):
        return {}
    with JobStore.open(warehouse.settings) as store:
        return {job.name: runs[0] for job in jobs if (runs := store.runs(job=job.name, limit=1))}
