"""A run as people and other modules see it: its id, its log, its state."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from warehouse.errors import NotFound
from warehouse.settings import Settings

if TYPE_CHECKING:
    from dbos import WorkflowStatus

State = Literal["queued", "running", "done", "failed", "cancelled"]

STATES: Mapping[str, State] = {
    "ENQUEUED": "queued",
    "DELAYED": "queued",
    "PENDING": "running",
    "SUCCESS": "done",
    "ERROR": "failed",
    "MAX_RECOVERY_ATTEMPTS_EXCEEDED": "failed",
    "CANCELLED": "cancelled",
}
"""DBOS's words, and ours."""


@dataclass(frozen=True)
class RunRecord:
    """A run as it stands. Times are UTC; `worker` is the slot that has it or had it last."""

    run_id: str
    job: str
    subject: str
    scheduled_at: datetime
    state: State
    enqueued_at: datetime
    started_at: datetime | None
    ended_at: datetime | None
    worker: str | None
    attempts: int
    result: Mapping[str, Any] | None
    error: str | None

    @property
    def finished(self) -> bool:
        """Whether it is done, failed or cancelled."""
        return self.state not in ("queued", "running")


def run_id(job: str, subject: str, scheduled_at: datetime) -> str:
    """The id of the run of a job on a subject at a time: the same for all who ask for it, and fit for a file's name."""
    at = scheduled_at.astimezone(UTC)
    stamp = at.strftime("%Y%m%dT%H%M%S") + (f".{at.microsecond:06}" if at.microsecond else "") + "Z"
    plain = re.sub(r"[^a-z0-9.-]+", "-", subject.lower()).strip(".-")[:60]
    if plain != subject:  # two subjects may look alike
        plain = f"{plain}-{hashlib.sha256(subject.encode()).hexdigest()[:8]}".lstrip("-")
    return ".".join(part for part in (job, plain, stamp) if part)


def log_path(settings: Settings, run: str) -> Path:
    """Where a run's log is, or will be. NotFound for what cannot be the id of a run."""
    if not re.fullmatch(r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,200}", run):
        raise NotFound(f"there is no run {run[:80]!r}; see purveyor jobs list")
    return settings.logs / f"{run}.log"


def record_of(status: WorkflowStatus) -> RunRecord:
    """A run from what DBOS keeps of it."""
    state = STATES[status.status]
    job, subject, scheduled_at = (status.input or {"args": ("?", "", "1970-01-01T00:00:00+00:00")})["args"]
    return RunRecord(
        run_id=status.workflow_id,
        job=job,
        subject=subject,
        scheduled_at=datetime.fromisoformat(scheduled_at),
        state=state,
        enqueued_at=_moment(status.created_at) or datetime.fromtimestamp(0, UTC),
        started_at=_moment(status.dequeued_at),
        ended_at=_moment(status.completed_at),
        worker=status.executor_id,
        attempts=status.recovery_attempts or 0,
        result=status.output if state == "done" and isinstance(status.output, dict) else None,
        error=_error(status),
    )


def _error(status: WorkflowStatus) -> str | None:
    if status.status == "MAX_RECOVERY_ATTEMPTS_EXCEEDED":
        return f"its worker died each of the {status.recovery_attempts} times it was started; see its log"
    return str(status.error) if status.error is not None else None


def _moment(milliseconds: int | None) -> datetime | None:
    return None if milliseconds is None else datetime.fromtimestamp(milliseconds / 1000, UTC)
