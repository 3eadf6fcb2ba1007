"""A run's process, seen from the worker: started, listened to, stopped. The other side is warehouse.jobs.child."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from warehouse.jobs.child import LONGEST_ANSWER
from warehouse.jobs.job import Run
from warehouse.jobs.runs import log_path
from warehouse.settings import Settings

LONGEST_LOG = 10_000_000
"""Bytes that one start of a run may write to its log; the rest is dropped, and the log says so."""

GRACE_SECONDS = 5.0
"""How long a run that is told to stop may take before it is killed."""


@dataclass(frozen=True)
class Outcome:
    """What became of a run: its result, or one line that says what went wrong."""

    result: Mapping[str, Any] | None
    error: str | None


class RunProcess:
    """A run's process. It dies with ours, however we die: the pipe to it closes then."""

    def __init__(self, settings: Settings, registry: str, run: Run) -> None:
        settings.logs.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._log = log_path(settings, run.run_id)
        self._process = subprocess.Popen(
            # -P: no module is taken from the folder in which the worker was started.
            [sys.executable, "-P", "-m", "warehouse.jobs.child"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            start_new_session=True,  # what it starts can be ended with it, and Ctrl-C is ours to handle
        )
        self._ending = threading.Lock()
        self._ended = False
        self._answer = b""
        self._threads = [
            threading.Thread(target=self._keep_log, daemon=True),
            threading.Thread(target=self._hear_answer, daemon=True),
        ]
        for thread in self._threads:
            thread.start()
        task = {
            "registry": registry,
            "job": run.job,
            "subject": run.subject,
            "run_id": run.run_id,
            "scheduled_at": run.scheduled_at.isoformat(),
            # Over the pipe, not as arguments: a URL may hold a password, and arguments are for all to see.
            "settings": settings.model_dump(mode="json"),
        }
        with suppress(BrokenPipeError):  # it died at once; wait() tells how
            _pipe(self._process.stdin).write(json.dumps(task).encode() + b"\n")
            _pipe(self._process.stdin).flush()

    def wait(self) -> Outcome:
        """What became of it, when it has ended."""
        # Its number is not given to another process while nobody has asked for its exit code.
        os.waitid(os.P_PID, self._process.pid, os.WEXITED | os.WNOWAIT)
        with self._ending:
            self._signal_group(signal.SIGKILL)  # what it left behind
            code = self._process.wait()
            self._ended = True
        for thread in self._threads:
            thread.join(timeout=2)  # a process that left the group may hold the pipe
        with suppress(BrokenPipeError):
            _pipe(self._process.stdin).close()
        return self._outcome(code)

    def stop(self) -> None:
        """End it: asked first, killed after a few seconds. Returns at once."""
        with self._ending:
            if not self._ended:
                os.kill(self._process.pid, signal.SIGTERM)
        killer = threading.Timer(GRACE_SECONDS, self.kill)
        killer.daemon = True
        killer.start()

    def kill(self) -> None:
        """End it now, with all that it started."""
        with self._ending:
            if not self._ended:
                self._signal_group(signal.SIGKILL)

    def _outcome(self, code: int) -> Outcome:
        try:
            answer = json.loads(self._answer)
            return Outcome(answer.get("result"), answer.get("error"))
        except ValueError:  # none, or cut off
            how = f"was killed by {signal.Signals(-code).name}" if code < 0 else f"ended with exit code {code}"
            return Outcome(None, f"its process {how} before it gave a result; its log may say more")

    def _signal_group(self, number: signal.Signals) -> None:
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(self._process.pid, number)

    def _keep_log(self) -> None:
        source = _pipe(self._process.stderr)
        left = LONGEST_LOG
        with source, _private(self._log) as log:
            while chunk := os.read(source.fileno(), 65536):
                if left > 0:
                    log.write(chunk[:left])
                    left -= len(chunk)
                    if left <= 0:
                        log.write(b"\n... the log ends here: larger than %d bytes\n" % LONGEST_LOG)
                    log.flush()

    def _hear_answer(self) -> None:
        with _pipe(self._process.stdout) as source:
            while chunk := os.read(source.fileno(), 65536):
                if len(self._answer) <= 2 * LONGEST_ANSWER:
                    self._answer += chunk


def _pipe(pipe: IO[bytes] | None) -> IO[bytes]:
    assert pipe is not None, "all three are pipes"
    return pipe


def _private(path: Path) -> IO[bytes]:
    """A file to append to that only we may read."""
    return os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600), "ab")
