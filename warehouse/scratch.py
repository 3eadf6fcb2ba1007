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
    """A new folder below `root`, removed at the end. What killed processes left under this prefix is removed first.

    A lock beside the folder, held while it is in use, tells a folder in use from a left one on every platform.
    """
    root.mkdir(parents=True, exist_ok=True)
    for left in root.glob(f"{prefix}-*.lock"):
        _remove_unused(left)
    folder = root / f"{prefix}-{uuid4().hex}"
    lock = folder.with_suffix(".lock")
    with FileLock(lock):
        folder.mkdir()
        try:
            yield folder
        finally:
            rmtree(folder)
            lock.unlink(missing_ok=True)


def _remove_unused(lock: Path) -> None:
    with suppress(Timeout), FileLock(lock, timeout=0):
        rmtree(lock.with_suffix(""), ignore_errors=True)
        lock.unlink(missing_ok=True)
