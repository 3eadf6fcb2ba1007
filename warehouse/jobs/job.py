"""What a job is: a plain function of a room, and what a run of it is told."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from importlib import import_module
from typing import TYPE_CHECKING, Any

from warehouse.errors import NotFound
from warehouse.progress import Progress

if TYPE_CHECKING:
    from warehouse.house import Warehouse
    from warehouse.jobs.schedule import Schedule


@dataclass(frozen=True)
class Run:
    """One run of a job. A run that is taken over after a crash is the same run: its id can be a batch id.

    `subject` is what it works on, such as a site or a source, and "" for jobs that have none; `scheduled_at` (aware,
    UTC) is when it was due.
    """

    run_id: str
    job: str
    subject: str
    scheduled_at: datetime


JobFunction = Callable[["Warehouse", Run, Progress], Mapping[str, Any]]
"""Does the work, safe to run again from the start; returns what `purveyor jobs list` shows, as JSON values."""

Subjects = Callable[["Warehouse"], Sequence[str]]
"""The subjects there are now; a scheduled job runs once for each."""

OwnCrons = Callable[["Warehouse", "Schedule"], Mapping[str, str | None]]
"""The subjects with a cron of their own, which they have in place of the job's, given here; None: only when asked."""


@dataclass(frozen=True)
class Job:
    """A kind of job. Functions are named as "module:name", so that a worker imports only what it runs.

    `subjects` is None for a job that runs once for the whole house. `cron` is when it runs unless the shop file says
    otherwise (five fields, in the house's time zone); None: only when asked. `own_crons` names what lists the subjects
    that have another. Two runs on one subject never go on at the same time where their jobs have the same `group`; a
    job without one is a group of its own.
    """

    name: str
    doc: str
    function: str
    subjects: str | None = None
    cron: str | None = None
    group: str | None = None
    own_crons: str | None = None

    def partition(self, subject: str) -> str:
        """What one run at a time may work on."""
        return f"{self.group or self.name} {subject}".rstrip()

    def load(self) -> JobFunction:
        """The function."""
        loaded: JobFunction = load(self.function)
        return loaded

    def load_subjects(self) -> Subjects | None:
        """The function that lists the subjects."""
        if self.subjects is None:
            return None
        loaded: Subjects = load(self.subjects)
        return loaded

    def load_own_crons(self) -> OwnCrons | None:
        """The function that lists the subjects with a cron of their own."""
        if self.own_crons is None:
            return None
        loaded: OwnCrons = load(self.own_crons)
        return loaded


def find_job(jobs: Sequence[Job], name: str) -> Job:
    """The job of that name; NotFound names what there is."""
    for job in jobs:
        if job.name == name:
            return job
    raise NotFound(f"there is no job {name[:80]!r}; there are: {', '.join(job.name for job in jobs)}")


def load(name: str) -> Any:
    """What "module:name" names."""
    module, _, attribute = name.partition(":")
    return getattr(import_module(module), attribute)
