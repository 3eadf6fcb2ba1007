"""`purveyor jobs`: what ran, what runs, what is due; ask for a run, stop it, run it again."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

import typer

from purveyor.common import Json, emit, open_warehouse

if TYPE_CHECKING:
    from datetime import datetime

    from warehouse.house import Warehouse
    from warehouse.jobs.overview import Standing
    from warehouse.jobs.runs import RunRecord

app = typer.Typer(help="What ran, what runs and what is due.", no_args_is_help=True)

RunId = Annotated[str, typer.Argument(metavar="RUN", help="The run's id, as `purveyor jobs list` shows it.")]

JobName = Annotated[str, typer.Argument(metavar="JOB", help="The job's name, as `purveyor jobs schedule` shows it.")]

_NO_WORKER = "no worker is running, so it waits; start one with: purveyor worker"


@app.command("list")
def list_(
    limit: Annotated[int, typer.Option(min=1, max=10_000, help="How many runs to show, newest first.")] = 20,
    as_json: Json = False,
) -> None:
    """Show the newest runs: queued, running, done, failed or cancelled.

    Example: purveyor jobs list --limit 50
    """
    from warehouse.jobs.overview import recent_runs
    from warehouse.jobs.slots import living_workers

    with open_warehouse() as warehouse:
        runs = recent_runs(warehouse, limit=limit)
        workers = living_workers(warehouse.settings)
    lines = [_line(run) for run in runs] or ["no runs yet; ask for one with: purveyor jobs run JOB"]
    lines.append(f"workers: {', '.join(workers)}" if workers else "no worker is running; start one: purveyor worker")
    emit({"runs": [asdict(run) for run in runs], "workers": workers}, as_json, "\n".join(lines))


@app.command()
def run(
    job: JobName,
    subject: Annotated[
        str | None, typer.Argument(metavar="SUBJECT", help="What to run it on, such as a site; default: all there are.")
    ] = None,
    wait: Annotated[bool, typer.Option("--wait", help="Wait for the end; exit code 1 unless it is done.")] = False,
    here: Annotated[bool, typer.Option("--here", help="Run it now, without a worker and its queue.")] = False,
    as_json: Json = False,
) -> None:
    """Ask the workers for a run now. While the same job runs on the same subject, there is no second one.

    Example: purveyor jobs run crawl example-shop --wait
    """
    from purveyor.all_jobs import JOBS
    from warehouse.jobs.job import find_job
    from warehouse.jobs.slots import living_workers
    from warehouse.jobs.store import JobStore

    with open_warehouse() as warehouse:
        found = find_job(JOBS, job)
        subjects = _subjects(warehouse, job, subject)
        if here:
            _run_here(warehouse, job, subjects, as_json)
            return
        with JobStore.open(warehouse.settings) as store:
            now = warehouse.clock()
            runs = list(store.enqueue(found, dict.fromkeys(subjects, now)).values())
            lines = [
                f"{run.run_id}: {'queued' if run.scheduled_at == now else f'not queued, as this one is {run.state}'}"
                for run in runs
            ]
            if not living_workers(warehouse.settings):
                typer.echo(_NO_WORKER, err=True)
            elif wait:
                runs = [_ended(store.run, run) for run in runs]
                lines = [_line(run) for run in runs]
    emit({"runs": [asdict(run) for run in runs]}, as_json, "\n".join(lines) or f"{job} has nothing to run on")
    if wait and any(run.state != "done" for run in runs):
        raise typer.Exit(1)


@app.command()
def retry(run: RunId, as_json: Json = False) -> None:
    """Run a failed or cancelled run again, under its id: what it stored before is not stored twice.

    Example: purveyor jobs retry crawl.example-shop.20260601T030000Z
    """
    from purveyor.all_jobs import JOBS
    from warehouse.jobs.job import find_job
    from warehouse.jobs.slots import living_workers
    from warehouse.jobs.store import JobStore

    with open_warehouse() as warehouse, JobStore.open(warehouse.settings) as store:
        queued = store.retry(find_job(JOBS, store.run(run).job), run)
        if not living_workers(warehouse.settings):
            typer.echo(_NO_WORKER, err=True)
    emit(asdict(queued), as_json, f"{run}: queued again")


@app.command()
def cancel(run: RunId, as_json: Json = False) -> None:
    """Stop a run: at once while it is queued, within seconds while it runs.

    Example: purveyor jobs cancel crawl.example-shop.20260601T030000Z
    """
    from warehouse.jobs.store import JobStore

    with open_warehouse() as warehouse, JobStore.open(warehouse.settings) as store:
        cancelled = store.cancel(run)
    emit(asdict(cancelled), as_json, f"{run}: cancelled")


@app.command()
def logs(run: RunId, as_json: Json = False) -> None:
    """Print the log of a run: its stages with times in UTC, and its result or what went wrong.

    Example: purveyor jobs logs crawl.example-shop.20260601T030000Z
    """
    from warehouse.errors import NotFound
    from warehouse.jobs.runs import log_path

    with open_warehouse() as warehouse:
        path = log_path(warehouse.settings, run)
    if not path.exists():
        raise NotFound(f"run {run} has no log on this machine; see purveyor jobs list for runs and their workers")
    text = path.read_text(encoding="utf-8", errors="replace")
    emit({"run_id": run, "log": text}, as_json, text.rstrip("\n"))


@app.command()
def schedule(as_json: Json = False) -> None:
    """Show every job: when it runs by itself, when next, and how it went last.

    Times stand in the section `schedule:` of purveyor.yaml, as `JOB: cron` or `JOB: off`; a site's file may have
    another for its crawls.

    Example: purveyor jobs schedule
    """
    from purveyor.all_jobs import JOBS
    from warehouse.jobs.overview import standings
    from warehouse.jobs.slots import living_workers

    with open_warehouse() as warehouse:
        found = standings(warehouse, JOBS)
        workers = living_workers(warehouse.settings)
    lines = [_schedule_line(standing) for standing in found]
    if not workers:
        lines.append("no worker is running, so nothing runs by itself; start one: purveyor worker")
    payload = {"jobs": [asdict(standing) for standing in found], "workers": workers}
    emit(payload, as_json, "\n".join(lines))


@app.command()
def pause(job: JobName, as_json: Json = False) -> None:
    """Stop a job's schedule until it is resumed. It can still be run by hand; what runs now goes on.

    Example: purveyor jobs pause crawl
    """
    _set_paused(job, True)
    emit({"job": job, "paused": True}, as_json, f"{job} is paused; resume it with: purveyor jobs resume {job}")


@app.command()
def resume(job: JobName, as_json: Json = False) -> None:
    """Take up a paused job's schedule again. What fell into the pause is not made up for.

    Example: purveyor jobs resume crawl
    """
    _set_paused(job, False)
    emit({"job": job, "paused": False}, as_json, f"{job} runs by its schedule again")


def _set_paused(job: str, paused: bool) -> None:
    from purveyor.all_jobs import JOBS
    from warehouse.jobs.job import find_job
    from warehouse.records.audit import add_entry
    from warehouse.records.schedules import set_paused

    find_job(JOBS, job)
    with open_warehouse() as warehouse, warehouse.records.transaction() as tx:
        now = warehouse.clock()
        set_paused(tx, job, paused, now=now)
        action = "job paused" if paused else "job resumed"
        add_entry(tx, at=now, actor="command", action=action, subject=f"job {job}", detail={})


def _subjects(warehouse: Warehouse, job: str, subject: str | None) -> list[str]:
    """What to run on: the one asked for, else all."""
    from purveyor.all_jobs import JOBS
    from warehouse.errors import InputError, NotFound
    from warehouse.jobs.job import find_job
    from warehouse.jobs.scheduler import subjects_of

    found = find_job(JOBS, job)
    known = subjects_of(warehouse, found)
    if subject is None:
        return list(known)
    if found.subjects is None:
        raise InputError(f"job {job} runs once for the whole house; leave {subject!r} out")
    if subject not in known:
        raise NotFound(f"job {job} knows no {subject!r}; there are: {', '.join(known) or 'none yet'}")
    return [subject]


def _run_here(warehouse: Warehouse, job: str, subjects: list[str], as_json: bool) -> None:
    from purveyor.all_jobs import REGISTRY
    from warehouse.jobs.job import Run
    from warehouse.jobs.process import RunProcess
    from warehouse.jobs.runs import run_id

    ended = {}
    for subject in subjects:
        now = warehouse.clock()
        run = Run(run_id(job, subject, now), job, subject, now)
        ended[run.run_id] = RunProcess(warehouse.settings, REGISTRY, run).wait()
    lines = [f"{run}: {outcome.error or 'done, ' + _brief(outcome.result)}" for run, outcome in ended.items()]
    payload = {"runs": [{"run_id": run, **asdict(outcome)} for run, outcome in ended.items()]}
    emit(payload, as_json, "\n".join(lines) or f"{job} has nothing to run on")
    if any(outcome.error for outcome in ended.values()):
        raise typer.Exit(1)


def _ended(look: Callable[[str], RunRecord], run: RunRecord) -> RunRecord:
    while not run.finished:
        time.sleep(1)
        run = look(run.run_id)
    return run


def _line(run: RunRecord) -> str:
    """A run for people, on one line."""
    when = run.started_at or run.enqueued_at
    took = f" in {_seconds((run.ended_at - run.started_at).total_seconds())}" if run.ended_at and run.started_at else ""
    by = f" by {run.worker}" if run.state == "running" else ""
    what = run.error if run.state == "failed" else _brief(run.result)
    return f"{when:%Y-%m-%d %H:%M:%S}  {run.state + took + by:<20}  {run.run_id}  {what}".rstrip()


def _brief(result: object) -> str:
    """The plain figures of a result, for people."""
    if not isinstance(result, dict):
        return ""
    plain = {key: value for key, value in result.items() if isinstance(value, str | int | float)}
    return ", ".join(f"{key} {value}" for key, value in plain.items())[:200]


def _schedule_line(standing: Standing) -> str:
    when = "only when asked" if standing.cron is None else f"{standing.cron} {standing.timezone}"
    after = "paused" if standing.paused else f"next {_minute(standing.next_due)}" if standing.next_due else ""
    last = standing.last_run
    ran = "never ran" if last is None else f"last {last.state} {_minute(last.started_at or last.enqueued_at)}"
    own = f" ({standing.own_crons} by their own schedule)" if standing.own_crons else ""
    return f"{standing.job:<10}  {when:<28}  {after:<26}  {ran:<34}  {standing.doc}{own}"


def _minute(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d %H:%M} UTC"


def _seconds(seconds: float) -> str:
    return f"{seconds:.0f} s" if seconds < 120 else f"{seconds / 60:.0f} min"
