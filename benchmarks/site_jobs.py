"""Jobs that bench_jobs kills: ten on each of twenty sites. `python -m benchmarks.site_jobs` is a worker of them.

Each appends a row to the lake, keeps the time of its beginning and end, and reports whoever works on its site at the
same time. How long it takes is drawn from its id.
"""

from __future__ import annotations

import fcntl
import json
import os
import random
import time
from datetime import UTC, datetime
from decimal import Decimal

import pyarrow as pa

from warehouse.house import Warehouse
from warehouse.jobs.job import Job, Run
from warehouse.jobs.worker import work
from warehouse.progress import Progress
from warehouse.settings import Settings
from warehouse.tables import SPEND

SITES = tuple(f"site{number:02}.example" for number in range(20))

JOBS = tuple(
    Job(
        f"visit{number}",
        "Work on a site",
        "benchmarks.site_jobs:visit",
        subjects="benchmarks.site_jobs:sites",
        cron="0 3 * * *",
        group="site",
    )
    for number in range(10)
)


def sites(warehouse: Warehouse) -> tuple[str, ...]:
    """All of them."""
    return SITES


def visit(warehouse: Warehouse, run: Run, progress: Progress) -> dict[str, object]:
    """Work on a site for a second or so: before and after the row is stored."""
    draw = random.Random(run.run_id)
    home = warehouse.settings.home
    with (home / f"{run.subject}.busy").open("w") as busy:
        try:
            fcntl.flock(busy, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            _note(home / "violations.jsonl", run)
        _note(home / "began.jsonl", run)
        time.sleep(draw.uniform(0.2, 0.8))
        row = {
            "day": run.scheduled_at.astimezone(UTC).date(),
            "channel": run.subject,
            "campaign": run.run_id,
            "amount": Decimal(1),
            "currency": "EUR",
        }
        added = warehouse.lake.append(SPEND, pa.Table.from_pylist([row]), batch_id=run.run_id)
        time.sleep(draw.uniform(0.2, 0.8))
        _note(home / "ended.jsonl", run)
    return {"added": added}


def _note(path: os.PathLike[str], run: Run) -> None:
    line = json.dumps({"at": time.monotonic(), "run": run.run_id, "site": run.subject, "pid": os.getpid()}) + "\n"
    file = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT)
    os.write(file, line.encode())  # one write: nobody else's line comes in between
    os.close(file)


def _say(text: str) -> None:
    print(f"{datetime.now(UTC):%H:%M:%S.%f} {text}", flush=True)


if __name__ == "__main__":
    work(Warehouse.open(Settings.load()), "benchmarks.site_jobs:JOBS", parallel=2, say=_say)
