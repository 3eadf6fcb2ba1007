"""Ending a page that takes too much memory. Chromium bounds a script's objects, not its buffers and pictures."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

LARGEST = 1024 * 1024 * 1024
"""Bytes that one page may take."""

_EVERY_SECONDS = 0.5
_PROCESSES = Path("/proc")


async def watch() -> None:
    """Kill those of this process's renderers that grow too large, until cancelled; where there is no /proc, none.

    To the crawl the page has crashed; the browser and its other pages go on.
    """
    while _PROCESSES.is_dir():
        for pid in large_renderers():
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        await asyncio.sleep(_EVERY_SECONDS)


def large_renderers() -> list[int]:
    """The renderers among this process's descendants that take more than `LARGEST`."""
    parents = dict(_parents())
    return [pid for pid in parents if _descends(pid, parents) and _is_renderer(pid) and _resident(pid) > LARGEST]


def _parents() -> Iterator[tuple[int, int]]:
    for folder in _PROCESSES.glob("[0-9]*"):
        with suppress(OSError):
            yield int(folder.name), int((folder / "stat").read_text().rsplit(")", 1)[1].split()[1])


def _descends(pid: int, parents: dict[int, int]) -> bool:
    for _ in range(len(parents)):
        pid = parents.get(pid, 0)
        if pid in (0, os.getpid()):
            break
    return pid == os.getpid()


def _is_renderer(pid: int) -> bool:
    with suppress(OSError):
        return b"--type=renderer" in (_PROCESSES / str(pid) / "cmdline").read_bytes()
    return False


def _resident(pid: int) -> int:
    """Bytes of memory in use; 0 for a process that is gone."""
    with suppress(OSError, IndexError):
        return int((_PROCESSES / str(pid) / "statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    return 0
