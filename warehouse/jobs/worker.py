"""A worker: takes runs from the queue and does each in a process of its own, until it is told to stop.

It holds a slot (slots.py), whose name DBOS keeps with every run as its executor. Every few seconds it looks after the
house: asks for the runs that are due, and gives the runs of dead workers back to the queue.
"""

from __future__ import annotations

import logging
import os
import signal
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, NoReturn

from warehouse.errors import PurveyorError
from warehouse.exclusive import Lock
from warehouse.house import Warehouse
from warehouse.jobs.job import Job, Run, load
from warehouse.jobs.process import GRACE_SECONDS, RunProcess
from warehouse.jobs.scheduler import enqueue_due
from warehouse.jobs.slots import own_slot, slot_lock
from warehouse.jobs.store import APPLICATION, ATTEMPTS, QUEUE, VERSION, WORKFLOW, Claim, JobStore, database_url

Say = Callable[[str], None]
"""Tells the operator what happens, a line each."""

_BEAT = 1.0
"""Seconds between looks at our lock and at cancelled runs."""

_ROUND = 5.0
"""Seconds between rounds through the house."""

KEPT = timedelta(days=30)
"""How long finished runs and their logs are kept."""


@dataclass
class _Going:
    """A run that goes on here. `claim` is what the queue said when it gave us the run."""

    run_id: str
    claim: Claim
    process: RunProcess
    cancelled: bool = False


class RunFailed(Exception):
    """A run failed; the text says why, in one line."""


def work(warehouse: Warehouse, registry: str, *, parallel: int, say: Say) -> None:
    """Be a worker until SIGTERM or SIGINT; does not return, but ends the process with exit code 0 then.

    `registry` is the import string of the tuple of jobs. Runs that are not finished when we are told to stop go back
    to the queue. To be called in the main thread.

    Raises:
        ConfigError: there is no free slot, or the queue cannot be used.
    """
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    with own_slot(warehouse.settings) as (slot, lock), JobStore.open(warehouse.settings) as store:
        worker = _Worker(warehouse, store, registry, slot, lock, say)
        worker.start(parallel)
        try:
            worker.serve(stop)
        finally:
            worker.end()
    say(f"{slot} stopped")
    # DBOS keeps a thread for each run that it thinks goes on here, and Python would wait for them.
    os._exit(0)


class _Worker:
    def __init__(self, warehouse: Warehouse, store: JobStore, registry: str, slot: str, lock: Lock, say: Say) -> None:
        self._warehouse = warehouse
        self._store = store
        self._registry = registry
        self._jobs: tuple[Job, ...] = load(registry)
        self._slot = slot
        self._lock = lock
        self._say = say
        self._complaints: dict[str, str] = {}
        self._forgotten_at: datetime | None = None
        self._stopping = threading.Event()
        self._guard = threading.Lock()
        self._going: list[_Going] = []

    def start(self, parallel: int) -> None:
        """Launch DBOS: from here on runs come in, on threads of its own."""
        from dbos import DBOS, DBOSPortableJSONSerializer

        _quiet_dbos(self._say)
        self._adopt(self._slot)  # ours now, and somebody's before who is dead
        DBOS(
            config={
                "name": APPLICATION,
                "system_database_url": database_url(self._warehouse.settings),
                "application_version": VERSION,
                "executor_id": self._slot,
                "serializer": DBOSPortableJSONSerializer(),
                "sys_db_pool_size": 5,
                "log_level": "WARNING",
                "enable_otlp": False,
                "run_migrations": False,  # the store has done so, one process at a time
            }
        )

        # Without steps in it there is nothing to replay: a run that is taken over is done again from its start.
        @DBOS.workflow(name=WORKFLOW, max_recovery_attempts=ATTEMPTS)
        def run_job(job: str, subject: str, scheduled_at: str) -> Mapping[str, Any]:
            return self._run_job(Run(DBOS.workflow_id or "", job, subject, datetime.fromisoformat(scheduled_at)))

        DBOS.launch()
        DBOS.register_queue(QUEUE, partition_concurrency=1, worker_concurrency=parallel, on_conflict="always_update")
        self._say(f"{self._slot} started: {parallel} runs at a time")

    def serve(self, stop: threading.Event) -> None:
        """Look after everything until told to stop."""
        # Rounds take long where much is due; our lock and cancelled runs are not to wait for them.
        threading.Thread(target=self._go_round, daemon=True).start()
        while not stop.wait(_BEAT):
            if not self._lock.still_held():
                self._abandon()
            self._trying("cancelling", self._end_cancelled)

    def _go_round(self) -> None:
        while not self._stopping.wait(_ROUND):
            self._trying("taking over", self._take_over)
            self._trying("scheduling", self._enqueue_due)
            self._trying("forgetting", self._forget)

    def _trying(self, what: str, do: Callable[[], None]) -> None:
        """Do it; what stands in the way, such as a file to mend, is said once, and it is tried again the next time."""
        try:
            do()
            self._complaints.pop(what, None)
        except Exception as error:  # a worker that stops looking after its house would be worse
            complaint = str(error) if isinstance(error, PurveyorError) else f"{what}: {type(error).__name__}: {error}"
            if self._complaints.get(what) != complaint:
                self._complaints[what] = complaint
                self._say(" ".join(complaint.split()))

    def _enqueue_due(self) -> None:
        enqueue_due(self._warehouse, self._store, self._jobs, say=self._say)

    def end(self) -> None:
        """Take no new runs, end those that go on, and give them back."""
        from dbos import DBOS

        self._stopping.set()
        with self._guard:
            for going in self._going:
                going.process.stop()
        DBOS.destroy()
        until = time.monotonic() + GRACE_SECONDS + 1
        while self._going and time.monotonic() < until:
            time.sleep(0.05)
        for run in self._store.give_back(self._slot):
            self._say(f"{run}: goes back to the queue")

    def _run_job(self, run: Run) -> Mapping[str, Any]:
        """Do a run that DBOS gave us, on a thread of its own; returns the result."""
        claim = self._store.claims([run.run_id]).get(run.run_id)
        if claim is None:
            raise RunFailed("cancelled before it began")
        with self._guard:
            going = None
            if not self._stopping.is_set():
                going = _Going(run.run_id, claim, RunProcess(self._warehouse.settings, self._registry, run))
                self._going.append(going)
        if going is None:
            _park()
        self._say(f"{run.run_id}: started")
        outcome = going.process.wait()
        with self._guard:
            self._going.remove(going)
        if self._stopping.is_set():
            _park()
        if going.cancelled:
            raise RunFailed("cancelled")
        if outcome.result is None:
            self._say(f"{run.run_id}: failed: {outcome.error}")
            raise RunFailed(outcome.error)
        self._say(f"{run.run_id}: done")
        return outcome.result

    def _end_cancelled(self) -> None:
        """End the processes whose runs are no longer ours: cancelled, and perhaps asked for again since."""
        with self._guard:
            running = [going for going in self._going if not going.cancelled]
        claims = self._store.claims([going.run_id for going in running])
        for going in running:
            if claims.get(going.run_id) != going.claim and going in self._going:
                going.cancelled = True
                self._say(f"{going.run_id}: cancelled")
                going.process.stop()

    def _take_over(self) -> None:
        """Give the runs of dead workers back to the queue: those whose slot's lock we can take."""
        from dbos import DBOS

        for name in sorted(self._store.workers_with_runs() - {self._slot}):
            lock = slot_lock(self._warehouse.settings, name)
            if not lock.take():
                continue
            try:
                self._say(f"{name} is dead: its runs go back to the queue")
                DBOS._recover_pending_workflows([name])
                self._adopt(name)
            finally:
                lock.release()

    def _adopt(self, dead: str) -> None:
        for run in self._store.adopt(dead):
            self._say(f"{run}: taken over from another version")

    def _forget(self) -> None:
        now = self._warehouse.clock()
        if self._forgotten_at is None or now - self._forgotten_at > timedelta(days=1):
            self._forgotten_at = now
            self._store.forget(now - KEPT)

    def _abandon(self) -> None:
        """Our lock is lost, and another may be giving our runs away: end them all and go, this very moment."""
        for going in list(self._going):
            going.process.kill()
        self._say(f"{self._slot} has lost its lock: the connection to the job queue broke; start the worker again")
        os._exit(1)


def _park() -> NoReturn:
    """Wait for the end of this process: a run that ends because we stop has no outcome that DBOS should keep."""
    while True:
        time.sleep(3600)


def _quiet_dbos(say: Say) -> None:
    """DBOS's warnings as lines of ours; it prints nothing itself where its logger has a handler."""

    class Handler(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            message = record.getMessage().partition("\n")[0]
            # Said by us already: a run failed, or was taken from us.
            if not message.startswith(("Exception encountered in background workflow", "Workflow ")):
                say(f"queue: {message}")

    logger = logging.getLogger("dbos")
    logger.handlers = [Handler(logging.WARNING)]
    logger.propagate = False
