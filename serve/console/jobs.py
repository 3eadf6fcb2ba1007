"""What the jobs page shows, and what its buttons do: schedules, runs and the workers that do them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Depends
from fastapi.responses import RedirectResponse, Response

from serve.console.gate import admitted, from_this_console
from serve.state import Serving
from warehouse.house import Warehouse
from warehouse.jobs.job import Job, find_job
from warehouse.jobs.overview import Standing, recent_runs, standings
from warehouse.jobs.runs import RunRecord
from warehouse.jobs.scheduler import subjects_of
from warehouse.jobs.slots import living_workers
from warehouse.jobs.store import JobStore
from warehouse.records.schedules import set_paused

SHOWN_RUNS = 60
"""How many runs the page lists, the newest."""


@dataclass(frozen=True)
class JobsPage:
    """All that the page shows."""

    workers: Sequence[str]
    timezone: str
    jobs: Sequence[Standing]
    runs: Sequence[RunRecord]


def jobs_page(warehouse: Warehouse, jobs: Sequence[Job]) -> JobsPage:
    """The page as things stand now."""
    return JobsPage(
        workers=living_workers(warehouse.settings),
        timezone=warehouse.settings.timezone,
        jobs=standings(warehouse, jobs),
        runs=recent_runs(warehouse, limit=SHOWN_RUNS),
    )


router = APIRouter(
    prefix="/jobs", include_in_schema=False, dependencies=[Depends(admitted), Depends(from_this_console)]
)


def _known_job(serving: Serving, job: str) -> Job:
    return find_job(serving.jobs, job)


Known = Annotated[Job, Depends(_known_job)]


@router.post("/{job}/run")
def run_now(serving: Serving, job: Known) -> Response:
    """Ask for a run of a job now, on each of its subjects."""
    warehouse = serving.warehouse
    with JobStore.open(warehouse.settings) as store:
        store.enqueue(job, dict.fromkeys(subjects_of(warehouse, job), warehouse.clock()))
    return _back()


@router.post("/{job}/pause")
def pause(serving: Serving, job: Known) -> Response:
    """Pause a job's schedule."""
    return _set_paused(serving, job, True)


@router.post("/{job}/resume")
def resume(serving: Serving, job: Known) -> Response:
    """Let a job's schedule go on."""
    return _set_paused(serving, job, False)


@router.post("/runs/{run}/cancel")
def cancel(serving: Serving, run: str) -> Response:
    """Cancel a run."""
    with JobStore.open(serving.warehouse.settings) as store:
        store.cancel(run)
    return _back()


@router.post("/runs/{run}/retry")
def retry(serving: Serving, run: str) -> Response:
    """Run a failed or cancelled run again."""
    with JobStore.open(serving.warehouse.settings) as store:
        store.retry(_known_job(serving, store.run(run).job), run)
    return _back()


def _set_paused(serving: Serving, job: Job, paused: bool) -> Response:
    warehouse = serving.warehouse
    with warehouse.records.transaction() as tx:
        set_paused(tx, job.name, paused, now=warehouse.clock())
    return _back()


def _back() -> Response:
    return RedirectResponse("/jobs", status_code=303)
