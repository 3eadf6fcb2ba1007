"""Folders for work in progress, which do not outlive the process that works in them, even a killed one."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from shutil import rmtree
from uuid import uuid4

from filelock import FileLock, Timeout


@contextmanager
def scratch_folder(root: Path, prefix: str) -> Iterator[Path]:
    """A new folder below `root`, removed at the end. What killed processes left under this prefix is removed first, and
    what could not be removed at the end since a process that is just ending still wrote there.

    A lock beside the folder, held while it is in use, tells a folder in use from a left one on every platform.
    """
    root.mkdir(parents=True, exist_ok=True)
    remove_left(root, prefix)
    folder = root / f"{prefix}-{uuid4().hex[:12]}"
    lock = folder.with_suffix(".lock")
    with FileLock(lock):
        folder.mkdir()
        try:
            yield folder
        finally:
            rmtree(folder, ignore_errors=True)
            if not folder.exists():
                lock.unlink(missing_ok=True)


def remove_left(root: Path, prefix: str = "") -> int:
    """Remove the folders below `root` whose process is dead, of one prefix or all; return how many."""
    return sum(_remove_unused(lock) for lock in sorted(root.glob(f"{prefix}-*.lock" if prefix else "*.lock")))


def _remove_unused(lock: Path) -> bool:
    with suppress(Timeout), FileLock(lock, timeout=0):
        folder = lock.with_suffix("")
        rmtree(folder, ignore_errors=True)
        if not folder.exists():
            lock.unlink(missing_ok=True)
            return True
    return False
