"""The process of one run: `python -m warehouse.jobs.child`, started by warehouse.jobs.process.

A run gets a process of its own, so that its memory, its crash and its Twisted reactor are its own. The first line of
standard input is the task as JSON; the end of standard input means that the worker is gone, and the run ends with it.
Standard error is the log. Standard output gets one line: the answer as JSON, `{"result": ...}` or `{"error": "..."}`.
"""

from __future__ import annotations

import json
import logging
import os
import signal
import sys
import threading
import time
from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from types import FrameType
from typing import Any

from warehouse.errors import PurveyorError
from warehouse.exclusive import lock_beside
from warehouse.jobs.job import Job, Run, find_job, load
from warehouse.progress import Progress
from warehouse.settings import Settings

LONGEST_ANSWER = 200_000
"""Bytes of JSON. A result is a few figures; data belongs in the lake."""

_PROGRESS_SECONDS = 10.0
"""How often a stage that goes on says so."""

_log = logging.getLogger("purveyor.job")


def main() -> None:
    """Do the task, an object of `registry` (import string of the jobs), `job`, `subject`, `run_id`, `scheduled_at` and
    `settings` (as JSON objects)."""
    task = json.loads(_first_line())
    threading.Thread(target=_end_with_worker, daemon=True).start()
    signal.signal(signal.SIGTERM, _stop)
    # Whatever is printed goes to the log; only the answer to where the worker reads it.
    answers = os.dup(1)
    os.dup2(2, 1)
    _log_to_standard_error()
    answer = json.dumps(_answer(task), ensure_ascii=False).encode() + b"\n"
    while answer:
        answer = answer[os.write(answers, answer) :]


def _answer(task: Mapping[str, Any]) -> dict[str, object]:
    run = Run(task["run_id"], task["job"], task["subject"], datetime.fromisoformat(task["scheduled_at"]))
    try:
        result = _run(find_job(load(task["registry"]), run.job), run, Settings(**task["settings"]))
    except PurveyorError as error:
        _log.error("failed: %s", error)
        return {"error": " ".join(str(error).split())}
    except Exception as error:  # whatever a job may raise is the run's failure, not ours
        _log.exception("failed")
        first = " ".join(str(error).split())[:500]
        return {"error": f"{type(error).__name__}: {first}"}
    _log.info("done: %s", result)
    return {"result": json.loads(result)}


def _run(job: Job, run: Run, settings: Settings) -> str:
    """The result as JSON text."""
    from warehouse.house import Warehouse

    _log.info("run %s, scheduled for %s", run.run_id, run.scheduled_at.isoformat())
    function = job.load()
    # The queue gives out one run at a time, but the process of a worker that was killed may live for a moment more.
    lock = lock_beside(settings.jobs, settings.home, f"run {job.partition(run.subject)}")
    if not lock.take():
        _log.info("waiting: another run still works on %s", job.partition(run.subject))
        while not lock.take(wait=5):
            pass
    try:
        with Warehouse.open(settings) as warehouse:
            result = function(warehouse, run, _logged_progress())
    finally:
        lock.release()
    text = json.dumps(dict(result), default=_plain, allow_nan=False, ensure_ascii=False)
    if len(text.encode()) > LONGEST_ANSWER:
        raise ValueError(f"the result of job {run.job} is larger than {LONGEST_ANSWER:,} bytes")
    return text


def _logged_progress() -> Progress:
    """A line when a stage begins, and at most one in ten seconds while it goes on."""
    shown: dict[str, float] = {}

    def progress(stage: str, done: int, total: int | None) -> None:
        now = time.monotonic()
        if stage not in shown or now - shown[stage] >= _PROGRESS_SECONDS or (total is not None and done == total):
            shown[stage] = now
            _log.info("%s", stage if not done else f"{stage}: {done}" + ("" if total is None else f" of {total}"))

    return progress


def _log_to_standard_error() -> None:
    handler = logging.StreamHandler(sys.stderr)
    formatter = logging.Formatter("%(asctime)s.%(msecs)03dZ %(levelname)s %(message)s", "%Y-%m-%dT%H:%M:%S")
    formatter.converter = time.gmtime
    handler.setFormatter(formatter)
    logging.basicConfig(level=logging.WARNING, handlers=[handler], force=True)
    _log.setLevel(logging.INFO)


def _first_line() -> bytes:
    # Read past Python's buffer: the thread below would hold its lock when the interpreter ends.
    line = bytearray()
    while not line.endswith(b"\n"):
        if not (more := os.read(0, 65536)):
            sys.exit("warehouse.jobs.child is started by a worker, and reads its task from it")
        line += more
    return bytes(line)


def _end_with_worker() -> None:
    while os.read(0, 65536):
        pass
    # Everything that this run started goes too. Killed, not asked: nobody is left to wait for an orderly end.
    if os.getpgrp() == os.getpid():
        os.killpg(0, signal.SIGKILL)
    os._exit(1)


def _stop(number: int, frame: FrameType | None) -> None:
    raise SystemExit(128 + number)


def _plain(value: object) -> str:
    if isinstance(value, Decimal | Path):
        return str(value)
    if isinstance(value, datetime | date):
        return value.isoformat()
    raise TypeError(f"{type(value).__name__} has no JSON form")


if __name__ == "__main__":
    main()
