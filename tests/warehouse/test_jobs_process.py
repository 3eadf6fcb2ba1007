"""A run's process: what becomes of its result, its errors, its output, and of itself."""

from __future__ import annotations

import json
import os
import stat
import subprocess
import sys
import time
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

import pytest

from warehouse.exclusive import exclusive
from warehouse.jobs.job import Run
from warehouse.jobs.process import LONGEST_LOG, Outcome, RunProcess
from warehouse.jobs.runs import log_path, run_id
from warehouse.settings import Settings

AT = datetime(2026, 6, 1, 3, tzinfo=UTC)

FOLDER = Path(__file__).parent


def start(settings: Settings, job: str, subject: str = "") -> RunProcess:
    return RunProcess(settings, "working_jobs:JOBS", Run(run_id(job, subject, AT), job, subject, AT))


def log_of(settings: Settings, job: str, subject: str = "") -> str:
    return log_path(settings, run_id(job, subject, AT)).read_text()


def is_gone(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
    except FileNotFoundError:
        return True


def wait_for(what: str, seconds: float = 60) -> None:
    """Until the Python expression's file exists."""
    until = time.monotonic() + seconds
    while not Path(what).exists():
        assert time.monotonic() < until, f"{what} did not come"
        time.sleep(0.05)


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    return Settings(home=tmp_path_factory.mktemp("house"))


@pytest.fixture(scope="module")
def outcomes(house: Settings) -> Mapping[str, Outcome]:
    """One run of each kind, all at the same time."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PYTHONPATH", str(FOLDER))
        runs = {job: start(house, job, "a" if job == "count" else "") for job in KINDS}
        return {job: run.wait() for job, run in runs.items()}


KINDS = ("count", "refuse", "crash", "die", "chatter", "unknown")


def test_a_result_comes_back_as_json(outcomes: Mapping[str, Outcome]) -> None:
    told = {"subject": "a", "scheduled_at": "2026-06-01T03:00:00+00:00", "amount": "1.50"}
    assert outcomes["count"] == Outcome(told, None)


@pytest.mark.parametrize(
    ("job", "error"),
    [
        ("refuse", "the file has no rows; send another"),
        ("crash", "ValueError: first line second line"),
        ("die", "its process was killed by SIGKILL before it gave a result; its log may say more"),
        ("unknown", "there is no job 'unknown'; there are: count, store, refuse, crash, die, chatter, family"),
    ],
)
def test_a_failure_is_one_clear_line(outcomes: Mapping[str, Outcome], job: str, error: str) -> None:
    assert outcomes[job] == Outcome(None, error)


def test_the_log_has_stages_output_and_end_with_times_in_utc(house: Settings, outcomes: Mapping[str, Outcome]) -> None:
    lines = log_of(house, "count", "a").splitlines()
    told = [line.partition(" INFO ")[2] for line in lines if " INFO " in line]
    assert told[0] == "run count.a.20260601T030000Z, scheduled for 2026-06-01T03:00:00+00:00"
    assert told[1:3] == ["counting: 1 of 3", "counting: 3 of 3"]
    assert told[3].startswith("done: {")
    assert "printed by the job" in lines
    assert abs(datetime.fromisoformat(lines[0].split()[0]) - datetime.now(UTC)).total_seconds() < 600
    # What a person can mend needs no traceback; what we must mend does.
    assert "Traceback" not in log_of(house, "refuse")
    assert "Traceback" in log_of(house, "crash") and "working_jobs.py" in log_of(house, "crash")
    mode = log_path(house, run_id("count", "a", AT)).stat().st_mode
    assert stat.S_IMODE(mode) == 0o600


def test_a_log_has_an_end(house: Settings, outcomes: Mapping[str, Outcome]) -> None:
    assert outcomes["chatter"].result == {}
    log = log_of(house, "chatter")
    assert LONGEST_LOG <= len(log) < LONGEST_LOG + 1000
    assert "the log ends here" in log


def test_a_run_waits_for_another_one_on_its_site_is_stopped_and_tells_nothing_secret(
    house: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PYTHONPATH", str(FOLDER))
    secret = house.model_copy(update={"spark_url": "spark://user:secret-word@host:1"})
    (house.home / "hold").touch()
    with exclusive(house, "run storing") as held:
        assert held
        run = start(secret, "store")
        until = time.monotonic() + 60
        while "waiting: another run still works on storing" not in log_of_if_any(house, "store"):
            assert time.monotonic() < until
            time.sleep(0.05)
        assert not (house.home / f"{run_id('store', '', AT)}.begun").exists()
    begun = house.home / f"{run_id('store', '', AT)}.begun"
    wait_for(str(begun))
    pid = int(begun.read_text())
    assert b"secret-word" not in Path(f"/proc/{pid}/cmdline").read_bytes()
    with exclusive(house, "run storing") as held:
        assert not held
    run.stop()
    assert run.wait().result is None
    assert is_gone(pid)
    with exclusive(house, "run storing") as held:
        assert held


def log_of_if_any(settings: Settings, job: str) -> str:
    try:
        return log_of(settings, job)
    except FileNotFoundError:
        return ""


def test_a_run_dies_with_whoever_started_it_and_so_does_what_it_started(
    house: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PYTHONPATH", str(FOLDER))
    script = (
        "import sys, time\nfrom datetime import datetime\nfrom warehouse.jobs.job import Run\n"
        "from warehouse.jobs.process import RunProcess\nfrom warehouse.settings import Settings\n"
        "settings = Settings.model_validate_json(sys.argv[1])\n"
        "RunProcess(settings, 'working_jobs:JOBS', Run('family', 'family', '', datetime.now().astimezone())).wait()\n"
    )
    with subprocess.Popen([sys.executable, "-c", script, house.model_dump_json()]) as worker:
        wait_for(str(house.home / "family"))
        pids = json.loads((house.home / "family").read_text())
        assert not any(is_gone(pid) for pid in pids)
        worker.kill()
    until = time.monotonic() + 60
    while not all(is_gone(pid) for pid in pids):
        assert time.monotonic() < until
        time.sleep(0.05)
    assert os.getpid() not in pids
