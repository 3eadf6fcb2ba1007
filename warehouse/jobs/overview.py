"""What people look at: each job with its schedule, its next time and its last run. For the command and the console."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from warehouse.house import Warehouse
from warehouse.jobs.job import Job
from warehouse.jobs.runs import RunRecord
from warehouse.jobs.schedule import Schedule, schedules
from warehouse.jobs.scheduler import schedules_of
from warehouse.jobs.store import JobStore, has_jobs
from warehouse.records.schedules import paused_jobs


@dataclass(frozen=True)
class Standing:
    """A job as it stands: `cron` None runs only when asked, but for the subjects that have a cron of their own, which
    are `own_crons`; `next_due` is UTC, None while it is paused."""

    job: str
    doc: str
    cron: str | None
    timezone: str
    paused: bool
    next_due: datetime | None
    last_run: RunRecord | None
    own_crons: int = 0


def standings(warehouse: Warehouse, jobs: Sequence[Job]) -> list[Standing]:
    """Every job, in the order of `jobs`; InputError where the shop file's schedule cannot be read."""
    with warehouse.records.reading() as tx:
        paused = paused_jobs(tx)
    last = _last_runs(warehouse, jobs)
    return [
        _standing(warehouse, schedule, schedule.job.name in paused, last.get(schedule.job.name))
        for schedule in schedules(warehouse.settings, jobs)
    ]


def _standing(warehouse: Warehouse, schedule: Schedule, paused: bool, last_run: RunRecord | None) -> Standing:
    kept = {schedule}
    own = 0
    if schedule.job.own_crons is not None:
        by_subject = schedules_of(warehouse, schedule)
        kept |= set(by_subject.values())
        own = sum(one != schedule for one in by_subject.values())
    now = warehouse.clock()
    return Standing(
        job=schedule.job.name,
        doc=schedule.job.doc,
        cron=schedule.cron,
        timezone=schedule.timezone,
        paused=paused,
        next_due=None if paused else min((due for one in kept if (due := one.next_due(now))), default=None),
        last_run=last_run,
        own_crons=own,
    )


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
