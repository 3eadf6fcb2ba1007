"""Asking for the runs that are due. Every worker does it, and any number may: the id of a run is its time."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from warehouse.errors import PurveyorError
from warehouse.house import Warehouse
from warehouse.jobs.job import Job
from warehouse.jobs.schedule import Schedule, readable_schedules
from warehouse.jobs.store import JobStore
from warehouse.records.schedules import dealt_with, known_since, paused_jobs


def enqueue_due(warehouse: Warehouse, store: JobStore, jobs: Sequence[Job], *, say: Callable[[str], None]) -> None:
    """Ask for every run that is due by the warehouse's clock.

    Of several times that passed while no worker ran, the latest is run, once. Where the run before still waits or
    goes on, the new one is skipped.

    Raises:
        PurveyorError: the schedules of some jobs cannot be read or their subjects not be listed; the others have been
            asked for all the same.
    """
    with warehouse.records.reading() as tx:
        paused = paused_jobs(tx)
    planned, faults = readable_schedules(warehouse.settings, jobs)
    troubles = [str(fault) for fault in faults]
    for schedule in planned:
        if schedule.job.name in paused:
            continue
        try:
            by_subject = schedules_of(warehouse, schedule)
        except Exception as error:  # of the room that lists them
            troubles.append(f"{schedule.job.name}: its subjects cannot be listed ({type(error).__name__}: {error})")
            continue
        _enqueue_job(warehouse, store, schedule.job, by_subject, say)
    if troubles:
        raise PurveyorError("; ".join(troubles))


def subjects_of(warehouse: Warehouse, job: Job) -> Sequence[str]:
    """What a job runs on now: "" for a job of the whole house."""
    subjects = job.load_subjects()
    return ("",) if subjects is None else subjects(warehouse)


def schedules_of(warehouse: Warehouse, schedule: Schedule) -> dict[str, Schedule]:
    """A job's schedule for each of its subjects, or that subject's own; without those that run only when asked."""
    listed = schedule.job.load_own_crons()
    own = {} if listed is None else listed(warehouse, schedule)
    if schedule.cron is None and not any(own.values()):
        return {}
    every = {
        subject: replace(schedule, cron=own.get(subject, schedule.cron))
        for subject in subjects_of(warehouse, schedule.job)
    }
    return {subject: one for subject, one in every.items() if one.cron is not None}


def _enqueue_job(
    warehouse: Warehouse, store: JobStore, job: Job, schedules: Mapping[str, Schedule], say: Callable[[str], None]
) -> None:
    if not schedules:
        return
    now = warehouse.clock()
    with warehouse.records.transaction() as tx:
        since = known_since(tx, job.name, {subject: one.rule for subject, one in schedules.items()}, now=now)
    due = {subject: at for subject, one in schedules.items() if (at := one.latest_due(since[subject], now))}
    if not due:
        return
    for subject, run in store.enqueue(job, due).items():
        at = due[subject]
        if run.scheduled_at != at:
            say(f"{title(job.name, subject)}: skipped at {at:%Y-%m-%d %H:%M} UTC, as run {run.run_id} is {run.state}")
        elif run.state == "queued":
            say(f"{title(job.name, subject)}: due at {at:%Y-%m-%d %H:%M} UTC{_late(at, now)}")
    # Only now: should we die in between, the next scheduler asks for the same runs, and each is there once.
    with warehouse.records.transaction() as tx:
        dealt_with(tx, job.name, due)


def title(job: str, subject: str) -> str:
    """A job and its subject, for people."""
    return f"{job} {subject}".rstrip()


def _late(due: datetime, now: datetime) -> str:
    minutes = int((now - due).total_seconds() // 60)
    return f", {minutes:,} minutes late" if minutes >= 5 else ""
