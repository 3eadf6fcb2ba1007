"""The runs of jobs, as DBOS keeps them: asking for one, listing, cancelling, running one again. No worker is needed.

DBOS takes a second to import, so that is put off until a store is opened.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any

from sqlalchemy import make_url
from sqlalchemy.exc import SQLAlchemyError

from warehouse.errors import ConfigError, InputError, NotFound
from warehouse.exclusive import lock_beside
from warehouse.jobs.job import Job
from warehouse.jobs.runs import STATES, RunRecord, log_path, record_of, run_id
from warehouse.settings import Settings

if TYPE_CHECKING:
    from dbos import DBOSClient, WorkflowStatus

APPLICATION = "purveyor"

QUEUE = "jobs"

WORKFLOW = "run_job"

VERSION = "1"
"""What a run is told and means. When it is raised, workers take the older runs over as their own (`adopt`)."""

ATTEMPTS = 8
"""How often a run may be given to another worker before it is held to be what kills them."""

_WAIT = 30.0
"""Seconds to wait for others who change runs."""

_UNFINISHED = ["ENQUEUED", "DELAYED", "PENDING"]


Claim = tuple[str | None, int | None, int | None]
"""The worker that was given a run, when, and for which time: no two are the same."""


def has_jobs(settings: Settings) -> bool:
    """Whether a queue may exist: False where its SQLite file was never made."""
    url = make_url(settings.jobs)
    return url.get_backend_name() != "sqlite" or Path(url.database or "").exists()


class JobStore:
    """The queue of one house. Close it, or use it in a `with` statement."""

    def __init__(self, settings: Settings, client: DBOSClient) -> None:
        self._settings = settings
        self._client = client

    @classmethod
    def open(cls, settings: Settings) -> JobStore:
        """Open the queue, making it where there is none yet; ConfigError where its database cannot be used."""
        import dbos

        settings.home.mkdir(parents=True, exist_ok=True)
        url = database_url(settings)
        try:
            with _alone(settings):
                if url.startswith("sqlite"):
                    _prepare_file(Path(make_url(url).database or ""))
                dbos.DBOS.migrate(url)
            client = dbos.DBOSClient(
                system_database_url=url,
                serializer=dbos.DBOSPortableJSONSerializer(),
                application_name=APPLICATION,
                retry_connection_errors=False,
            )
        except (SQLAlchemyError, OSError, sqlite3.Error) as error:
            raise _unusable(settings, error) from error
        return cls(settings, client)

    def enqueue(self, job: Job, wanted: Mapping[str, datetime]) -> dict[str, RunRecord]:
        """Ask for runs, by subject the time each is scheduled for.

        While another run of the same job and subject is queued or running, there is no second one. Returns by subject
        the run that will do the work: the one asked for, or the other (its `scheduled_at` is not the one asked for).
        """
        asked: dict[str, str] = {}
        with self._changing():
            found = {run.subject: run for run in self.runs(job=job.name, unfinished=True) if run.subject in wanted}
            for subject, scheduled_at in wanted.items():
                if subject not in found:
                    asked[subject] = self._enqueue(job, subject, scheduled_at)
        records = {run.run_id: run for run in self.runs(ids=list(asked.values()))}
        return found | {subject: records[run] for subject, run in asked.items()}

    def runs(
        self,
        *,
        job: str | None = None,
        unfinished: bool = False,
        ids: Sequence[str] | None = None,
        limit: int | None = None,
    ) -> list[RunRecord]:
        """The runs, newest first."""
        if ids is not None and not ids:
            return []
        found = self._list(
            workflow_ids=None if ids is None else list(ids),
            status=_UNFINISHED if unfinished else None,
            workflow_id_prefix=None if job is None else f"{job}.",
            limit=limit,
            sort_desc=True,
        )
        return [record_of(status) for status in found]

    def run(self, run: str) -> RunRecord:
        """One run; NotFound where there is none of that id."""
        found = self.runs(ids=[run])
        if not found:
            raise NotFound(f"there is no run {run[:80]!r}; see purveyor jobs list")
        return found[0]

    def cancel(self, run: str) -> RunRecord:
        """Cancel a run: at once while it is queued; its worker ends it within seconds where it runs."""
        with self._changing():
            if (found := self.run(run)).finished:
                raise InputError(f"run {run} is {found.state} already; there is nothing to cancel")
            self._client.cancel_workflow(run)
        return self.run(run)

    def retry(self, job: Job, run: str) -> RunRecord:
        """Run a failed or cancelled run again, as the same run: what it appended before is not appended twice."""
        with self._changing():
            found = self.run(run)
            if found.state not in ("failed", "cancelled"):
                raise InputError(f"run {run} is {found.state}; only a failed or cancelled run can be run again")
            for other in self.runs(job=found.job, unfinished=True):
                if other.subject == found.subject:
                    raise InputError(f"run {other.run_id} of the same job is {other.state}; wait for it or cancel it")
            self._requeue(run, job.partition(found.subject))
        return self.run(run)

    def adopt(self, worker: str) -> list[str]:
        """Take over what another version queued, and what it left with a worker that is dead; returns the ids.

        A run has no steps and starts from the beginning: there is no half-way state that could be of another version.
        """
        with self._changing():
            found = self._list(status=["ENQUEUED"]) + self._list(status=["PENDING"], executor_id=worker)
            other = [run for run in found if run.app_version != VERSION]
            for run in other:
                # DBOS moves only finished runs to another version.
                self._client.cancel_workflow(run.workflow_id)
                self._requeue(run.workflow_id, run.queue_partition_key or "")
        return [run.workflow_id for run in other]

    def give_back(self, worker: str) -> list[str]:
        """Put the runs that a worker has back into the queue, when it is asked to stop; returns their ids."""
        with self._changing():
            found = [run.workflow_id for run in self._list(status=["PENDING"], executor_id=worker)]
            for run in found:
                self._client.resume_workflow(run, queue_name=QUEUE)
        return found

    def workers_with_runs(self) -> set[str]:
        """The workers, dead or alive, whose runs are not finished."""
        return {run.executor_id for run in self._list(status=["PENDING"]) if run.executor_id}

    def claims(self, runs: Sequence[str]) -> dict[str, Claim]:
        """Who was given each of these running runs, and when: changes when it is cancelled or given to another."""
        found = self._list(workflow_ids=list(runs), status=["PENDING"]) if runs else []
        return {run.workflow_id: (run.executor_id, run.dequeued_at, run.recovery_attempts) for run in found}

    def forget(self, before: datetime) -> int:
        """Remove the finished runs from before a moment, with their logs; returns how many."""
        done = [status for status in STATES if status not in _UNFINISHED]
        found = self._list(status=done, completed_before=before.astimezone(UTC).isoformat())
        for start in range(0, len(found), 500):
            self._client.delete_workflows([run.workflow_id for run in found[start : start + 500]])
        for run in found:
            log_path(self._settings, run.workflow_id).unlink(missing_ok=True)
        return len(found)

    def close(self) -> None:
        """Let go of the database."""
        self._client.destroy()

    def __enter__(self) -> JobStore:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _enqueue(self, job: Job, subject: str, scheduled_at: datetime) -> str:
        wanted = run_id(job.name, subject, scheduled_at)
        # With this id a run that was there before, finished or not, stays as it is.
        self._client.enqueue(
            {
                "queue_name": QUEUE,
                "workflow_name": WORKFLOW,
                "workflow_id": wanted,
                "app_version": VERSION,
                "queue_partition_key": job.partition(subject),
            },
            job.name,
            subject,
            scheduled_at.astimezone(UTC).isoformat(),
        )
        return wanted

    def _requeue(self, run: str, partition: str) -> None:
        self._client.rewind_workflow(run, application_version=VERSION, queue_name=QUEUE, queue_partition_key=partition)

    def _list(self, **filters: Any) -> list[WorkflowStatus]:
        try:
            return self._client.list_workflows(name=WORKFLOW, **filters)
        except SQLAlchemyError as error:
            raise _unusable(self._settings, error) from error

    @contextmanager
    def _changing(self) -> Iterator[None]:
        """Alone: between asking whether a run may be added or moved and doing so, nobody else does."""
        try:
            with _alone(self._settings):
                yield
        except SQLAlchemyError as error:
            raise _unusable(self._settings, error) from error


def database_url(settings: Settings) -> str:
    """The URL as DBOS wants it; ConfigError for a database it does not know."""
    url = make_url(settings.jobs)
    match url.get_backend_name():
        case "sqlite":
            return url.set(drivername="sqlite").render_as_string(hide_password=False)
        case "postgresql" | "postgres":
            return url.set(drivername="postgresql").render_as_string(hide_password=False)
        case name:
            raise ConfigError(f"PURVEYOR_JOBS_URL: {name} cannot be used; write sqlite:///FILE or postgresql://HOST/DB")


@contextmanager
def _alone(settings: Settings) -> Iterator[None]:
    lock = lock_beside(settings.jobs, settings.home, "jobs")
    if not lock.take(_WAIT):
        raise ConfigError(f"the job queue has been locked by another process for {_WAIT:.0f} s; try again later")
    try:
        yield
    finally:
        lock.release()


def _prepare_file(path: Path) -> None:
    """Make the SQLite file ours, and let readers and a writer work at the same time (WAL, which DBOS does not set)."""
    path.parent.mkdir(parents=True, exist_ok=True)
    new = not path.exists()
    connection = sqlite3.connect(path, timeout=_WAIT)
    try:
        if connection.execute("PRAGMA journal_mode").fetchone()[0] != "wal":
            connection.execute("PRAGMA journal_mode = WAL")
    finally:
        connection.close()
    if new:
        path.chmod(0o600)


def _unusable(settings: Settings, error: Exception) -> ConfigError:
    told = getattr(error, "orig", None) or error
    reason = str(told).strip().partition("\n")[0]
    place = make_url(settings.jobs).render_as_string(hide_password=True)
    return ConfigError(f"the job queue at {place} cannot be used: {reason}; check PURVEYOR_JOBS_URL")
