"""What should happen by itself: workers, jobs, backups, erasures, the recommender's training."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from sqlalchemy import func, select

from warehouse.backup.plan import backup_plan
from warehouse.doctor.examination import Examination
from warehouse.doctor.findings import Finding, age
from warehouse.doctor.questions import ORDERS
from warehouse.erasure import gone_by
from warehouse.errors import PurveyorError
from warehouse.records import ScheduleState, Tombstone
from warehouse.records.releases import current_release
from warehouse.records.schedules import paused_jobs

if TYPE_CHECKING:
    from warehouse.jobs.runs import RunRecord

RECENT = timedelta(days=7)
"""How long a failed job is worth a word."""

_RUNS = 1000
"""Runs to look at, newest first: more than a week of them."""

BACKUP_EVERY = timedelta(hours=36)
"""A nightly backup with half a day for being slow or late."""

ERASED_WITHIN = timedelta(days=30)

RETRAINED = timedelta(days=14)
"""Two of the weekly trainings missed."""

_RECOMMENDER = "recommender"


def no_worker(e: Examination) -> Iterator[Finding]:
    """Schedules without anybody to keep them."""
    from warehouse.jobs.slots import living_workers

    known = e.records.scalar(select(func.count()).select_from(ScheduleState).where(ScheduleState.rule != ""))
    if (known or e.settings.shop_file) and not living_workers(e.settings):
        ran = "no worker runs" if known else "no worker has run yet"
        yield Finding(
            "no_worker",
            "error" if known else "note",
            "operator",
            "",
            f"{ran}: nothing is imported, crawled, cleaned up or backed up by itself",
            "purveyor worker, or purveyor service install",
        )


def jobs_failed(e: Examination) -> Iterator[Finding]:
    """Jobs whose newest run on a subject failed in the last days."""
    from warehouse.jobs.overview import recent_runs

    newest: dict[tuple[str, str], RunRecord] = {}
    for run in recent_runs(e.warehouse, limit=_RUNS):
        if run.state in ("done", "failed"):
            newest.setdefault((run.job, run.subject), run)
    for (job, subject), run in sorted(newest.items()):
        ended = run.ended_at or run.enqueued_at
        if run.state == "failed" and e.now - ended <= RECENT:
            name = f"{job} {subject}".rstrip()
            yield Finding(
                "job_failed",
                "warning",
                "operator",
                name,
                f"job {name} failed {ended:%Y-%m-%d %H:%M} UTC: {_one_line(run.error)}",
                f"purveyor jobs logs {run.run_id}; then purveyor jobs retry {run.run_id}",
            )


def jobs_paused(e: Examination) -> Iterator[Finding]:
    """Schedules that somebody stopped, and perhaps forgot."""
    for job in sorted(paused_jobs(e.records)):
        yield Finding(
            "job_paused",
            "note",
            "operator",
            job,
            f"the schedule of job {job} is paused",
            f"purveyor jobs resume {job}",
        )


def backup_old(e: Examination) -> Iterator[Finding]:
    """No backup where the shop file wants one every night, or none wanted."""
    from warehouse.backup.making import finished

    if e.settings.shop_file is None:
        return
    try:
        plan = backup_plan(e.settings)
        made = [] if plan is None or not plan.folder.is_dir() else sorted(finished(plan.folder))
    except PurveyorError:
        return  # said by the check of the shop file
    except OSError as error:
        yield Finding(
            "backup_old",
            "error",
            "operator",
            "",
            f"the backups cannot be looked at ({error.strerror})",
            "let this user read the folder of backup: in purveyor.yaml",
        )
        return
    if plan is None:
        yield Finding(
            "no_backup",
            "note",
            "operator",
            "",
            "no backup is made: purveyor.yaml names no folder for it",
            "set backup: folder: in purveyor.yaml",
        )
    elif not made:
        began = datetime.fromtimestamp(e.settings.shop_file.stat().st_mtime, UTC)
        if e.now - began > BACKUP_EVERY:
            yield Finding(
                "backup_old",
                "error",
                "operator",
                "",
                f"there is no backup in {plan.folder}",
                "purveyor jobs run backup",
            )
    else:
        late = e.now - datetime.strptime(made[-1].name, "%Y%m%dT%H%M%S.%fZ").replace(tzinfo=UTC)
        if late > BACKUP_EVERY:
            yield Finding(
                "backup_old",
                "error",
                "operator",
                "",
                f"the newest backup in {plan.folder} is {age(late)} old",
                "purveyor jobs run backup",
            )


def erasures_unfinished(e: Examination) -> Iterator[Finding]:
    """Erased customers whose data is hidden but still stored; after 30 days that breaks the promise."""
    waiting = select(func.count(), func.min(Tombstone.erased_at)).where(Tombstone.purged_at.is_(None))
    count, oldest = e.records.execute(waiting).one()
    if count and e.now > gone_by(e.settings, oldest):
        late = e.now - oldest > ERASED_WITHIN
        yield Finding(
            "erasure_unfinished",
            "error" if late else "warning",
            "operator",
            "",
            f"{count:,} erased customer(s) are hidden but still stored, the oldest for {age(e.now - oldest)}; the "
            f"limit is {ERASED_WITHIN.days} days",
            "purveyor jobs run purge",
        )


def recommender_old(e: Examination) -> Iterator[Finding]:
    """A recommender that has not seen the newest orders."""
    newest = [row["newest"] for row in e.session.ask(ORDERS, now=e.now).to_pylist()]
    if not newest:
        return
    release = current_release(e.records, _RECOMMENDER)
    if release is None:
        yield Finding(
            "no_recommender",
            "note",
            "marketer",
            _RECOMMENDER,
            "no recommender has been trained: recommendations answer nothing",
            "purveyor recommender train",
        )
    elif max(newest) - release.released_at > RETRAINED:
        yield Finding(
            "recommender_old",
            "warning",
            "marketer",
            _RECOMMENDER,
            f"the recommender was trained {release.released_at:%Y-%m-%d} and knows nothing of the "
            f"{(max(newest) - release.released_at).days} days of orders since",
            "purveyor recommender train",
        )


def _one_line(text: str | None) -> str:
    return " ".join((text or "without a word").split())[:300]
