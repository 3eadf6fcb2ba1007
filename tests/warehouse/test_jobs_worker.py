"""Workers as they are: processes that are killed, stopped and told to cancel, and what becomes of their runs."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest

from warehouse.house import Warehouse
from warehouse.jobs.job import Job
from warehouse.jobs.runs import RunRecord
from warehouse.jobs.slots import living_workers
from warehouse.jobs.store import JobStore
from warehouse.settings import Settings

STORE = Job("store", "Stores", "working_jobs:store", group="storing")
CRASH = Job("crash", "Crashes", "working_jobs:crash")

AT = datetime(2026, 6, 1, 3, tzinfo=UTC)

LONG = 90.0
"""Seconds, for a machine that is busy with other tests; on a quiet one all is there in a few."""


@pytest.fixture
def settings_on_both(records_url: str, tmp_path: Path) -> Settings:
    """A house whose records and jobs are on SQLite, and one where both are on PostgreSQL."""
    return Settings(
        home=tmp_path / "home", records_url=records_url, jobs_url=records_url.replace("records.db", "jobs.db")
    )


@pytest.fixture
def begin(
    settings_on_both: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Callable[[], subprocess.Popen[str]]]:
    """Starts a worker."""
    monkeypatch.setenv("PYTHONPATH", str(Path(__file__).parent))
    told = tmp_path / "settings.json"
    told.write_text(settings_on_both.model_dump_json())
    workers: list[subprocess.Popen[str]] = []

    def start() -> subprocess.Popen[str]:
        command = [sys.executable, "-m", "working_jobs", str(told)]
        workers.append(subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True))
        return workers[-1]

    yield start
    for worker in workers:
        worker.kill()
        worker.communicate()


def until(condition: Callable[[], object], what: str, seconds: float = LONG) -> float:
    """Wait for it; the seconds that took."""
    began = time.monotonic()
    while not condition():
        assert time.monotonic() - began < seconds, f"{what}: not within {seconds:.0f} s"
        time.sleep(0.1)
    return time.monotonic() - began


def is_gone(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
    except FileNotFoundError:
        return True


@contextmanager
def opened(settings: Settings) -> Iterator[tuple[JobStore, Path]]:
    with Warehouse.open(settings), JobStore.open(settings) as store:
        (settings.home / "hold").touch()
        yield store, settings.home


def begun_by(home: Path, run: RunRecord) -> int | None:
    """The process that has begun the run, and stored its row."""
    path = home / f"{run.run_id}.begun"
    return int(path.read_text()) if path.exists() else None


def stored(settings: Settings) -> list[int]:
    """How many rows each run has in the lake."""
    with Warehouse.open(settings) as warehouse, warehouse.session() as session:
        return [row["n"] for row in session.query("select count(*) as n from spend group by campaign").to_pylist()]


def test_a_killed_workers_run_is_done_by_another_with_one_effect(
    settings_on_both: Settings, begin: Callable[[], subprocess.Popen[str]]
) -> None:
    with opened(settings_on_both) as (store, home):
        run = store.enqueue(STORE, {"": AT})[""]
        first = begin()
        until(lambda: begun_by(home, run), "the run begins")
        pid = begun_by(home, run)
        assert store.run(run.run_id).worker == "worker-1" and store.run(run.run_id).state == "running"
        second = begin()
        until(lambda: living_workers(settings_on_both) == ["worker-1", "worker-2"], "the second worker starts")
        first.kill()
        first.wait()
        taken = until(lambda: begun_by(home, run) != pid, "another begins it again")
        assert taken < 60
        assert pid is not None and is_gone(pid)
        assert living_workers(settings_on_both) == ["worker-2"]
        (home / "hold").unlink()
        until(lambda: store.run(run.run_id).finished, "the run ends")
        done = store.run(run.run_id)
        assert (done.state, done.worker, done.attempts, done.result) == ("done", "worker-2", 2, {"added": 0})
        second.terminate()
        assert second.wait(timeout=LONG) == 0
        assert stored(settings_on_both) == [1]


@pytest.mark.parametrize("records_url", ["sqlite"], indirect=True)
def test_runs_fail_are_cancelled_and_run_again_and_a_stopped_worker_gives_them_back(
    settings_on_both: Settings, begin: Callable[[], subprocess.Popen[str]]
) -> None:
    with opened(settings_on_both) as (store, home):
        worker = begin()
        run = store.enqueue(STORE, {"": AT})[""]
        failing = store.enqueue(CRASH, {"": AT})[""]
        until(lambda: begun_by(home, run), "the run begins")
        until(lambda: store.run(failing.run_id).state == "failed", "the other fails")
        assert store.run(failing.run_id).error == "ValueError: first line second line"

        store.cancel(run.run_id)
        pid = begun_by(home, run)
        assert pid is not None
        until(lambda: is_gone(pid), "its process ends")
        store.retry(STORE, run.run_id)
        until(lambda: begun_by(home, run) != pid, "it begins again")
        assert store.run(run.run_id).state == "running"

        pid = begun_by(home, run)
        assert pid is not None
        began = time.monotonic()
        worker.terminate()
        output, _ = worker.communicate(timeout=LONG)
        assert worker.returncode == 0, output
        assert time.monotonic() - began < 45, "systemd kills it after 60 s"
        assert is_gone(pid)
        assert store.run(run.run_id).state == "queued"
        assert living_workers(settings_on_both) == []
        # Nothing else is printed: no traceback, none of the library's own words.
        assert sorted(output.splitlines()) == sorted(
            [
                "worker-1 started: 2 runs at a time",
                f"{run.run_id}: started",
                f"{failing.run_id}: started",
                f"{failing.run_id}: failed: ValueError: first line second line",
                f"{run.run_id}: cancelled",
                f"{run.run_id}: started",
                f"{run.run_id}: goes back to the queue",
                "worker-1 stopped",
            ]
        )
