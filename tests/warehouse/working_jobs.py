"""Jobs for the tests of warehouse.jobs: a worker's processes import them by name."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import pyarrow as pa

from warehouse.errors import InputError
from warehouse.house import Warehouse
from warehouse.jobs.job import Job, Run
from warehouse.jobs.schedule import Schedule
from warehouse.jobs.worker import work
from warehouse.progress import Progress
from warehouse.settings import Settings
from warehouse.tables import SPEND


def count(warehouse: Warehouse, run: Run, progress: Progress) -> Mapping[str, object]:
    """Count to three, and give back what it was told."""
    print("printed by the job")
    for done in range(3):
        progress("counting", done + 1, 3)
    return {"subject": run.subject, "scheduled_at": run.scheduled_at, "amount": Decimal("1.50")}


def store(warehouse: Warehouse, run: Run, progress: Progress) -> Mapping[str, object]:
    """Store a row, then take as long as the file `hold` stands in the home folder."""
    home = warehouse.settings.home
    row = {
        "day": datetime(2026, 6, 1, tzinfo=UTC).date(),
        "channel": "test",
        "campaign": run.run_id,
        "amount": Decimal(1),
        "currency": "EUR",
    }
    added = warehouse.lake.append(SPEND, pa.Table.from_pylist([row]), batch_id=run.run_id)
    begun = home / f"{run.run_id}.{os.getpid()}"
    begun.write_text(str(os.getpid()))
    begun.rename(home / f"{run.run_id}.begun")
    while (home / "hold").exists():
        time.sleep(0.05)
    return {"added": added}


def refuse(warehouse: Warehouse, run: Run, progress: Progress) -> Mapping[str, object]:
    """What a person can mend."""
    raise InputError("the file has no rows; send another")


def crash(warehouse: Warehouse, run: Run, progress: Progress) -> Mapping[str, object]:
    """An error of ours."""
    raise ValueError("first line\nsecond line")


def die(warehouse: Warehouse, run: Run, progress: Progress) -> Mapping[str, object]:
    """As a process that ran out of memory."""
    os.kill(os.getpid(), 9)
    return {}


def chatter(warehouse: Warehouse, run: Run, progress: Progress) -> Mapping[str, object]:
    """Print far too much."""
    for _ in range(120):
        sys.stderr.write("x" * 100_000)
    return {}


def family(warehouse: Warehouse, run: Run, progress: Progress) -> Mapping[str, object]:
    """Start a process that would live on, and wait."""
    child = subprocess.Popen(["sleep", "600"])
    listed = warehouse.settings.home / "family.new"
    listed.write_text(json.dumps([os.getpid(), child.pid]))
    listed.rename(listed.with_name("family"))
    child.wait()
    return {}


def subjects(warehouse: Warehouse) -> list[str]:
    """Those that the file `subjects` names."""
    listed = warehouse.settings.home / "subjects"
    return listed.read_text().split() if listed.exists() else ["a", "b"]


def own_crons(warehouse: Warehouse, schedule: Schedule) -> dict[str, str | None]:
    """As the file `own_crons.json` has them."""
    crons: dict[str, str | None] = json.loads((warehouse.settings.home / "own_crons.json").read_text())
    return crons


def no_subjects(warehouse: Warehouse) -> list[str]:
    """A room that fails."""
    raise OSError("the list is gone")


JOBS = (
    Job("count", "Counts", "working_jobs:count", "working_jobs:subjects", cron="0 3 * * *"),
    Job("store", "Stores", "working_jobs:store", group="storing"),
    Job("refuse", "Refuses", "working_jobs:refuse"),
    Job("crash", "Crashes", "working_jobs:crash"),
    Job("die", "Dies", "working_jobs:die"),
    Job("chatter", "Chatters", "working_jobs:chatter"),
    Job("family", "Starts another", "working_jobs:family"),
)


if __name__ == "__main__":
    settings = Settings.model_validate_json(Path(sys.argv[1]).read_text())
    work(Warehouse.open(settings), "working_jobs:JOBS", parallel=2, say=lambda text: print(text, flush=True))
