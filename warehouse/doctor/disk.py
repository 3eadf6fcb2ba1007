"""What lies in the home folder: too much, too little room, too many small files."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

from warehouse.doctor.examination import Examination
from warehouse.doctor.findings import Finding, size
from warehouse.tables import TABLES

GB = 10**9

LEAST_FREE = 2 * GB
NONE_FREE = GB // 2

OUTGROWN = 3
"""Times what the newest version takes, from which on old versions are too much."""

MANY_FILES = 200
SMALL_FILE = 4_000_000
"""Bytes; many files below this on average are slower to open than to read."""

LEFT_FOR = timedelta(days=2)
"""Nothing works in scratch for longer."""

REJECTS_WITHIN = timedelta(days=7)
MANY_REJECTS = 10


def home_sizes(home: Path) -> dict[str, int]:
    """Bytes of each folder and file in the home folder, largest first."""
    sizes = {entry.name: sum(size for _, size, _ in _files(entry)) for entry in home.iterdir()}
    return dict(sorted(sizes.items(), key=lambda part: -part[1]))


def disk_full(e: Examination) -> Iterator[Finding]:
    """Too little room to import, compact or back up."""
    free = shutil.disk_usage(e.settings.home).free
    sizes = home_sizes(e.settings.home)
    # Rewriting the largest part needs room for a second one.
    needed = max(LEAST_FREE, max(sizes.values(), default=0))
    if free < needed:
        parts = ", ".join(f"{name} {size(taken)}" for name, taken in list(sizes.items())[:4] if taken)
        yield Finding(
            "disk_full",
            "error" if free < NONE_FREE else "warning",
            "operator",
            "",
            f"{size(free)} are free where the home folder is, which takes {size(sum(sizes.values()))} ({parts}); to "
            f"rewrite its largest part {size(needed)} must be",
            "free or add disk space; purveyor jobs run compact removes old versions",
        )


def lake_outgrown(e: Examination) -> Iterator[Finding]:
    """Tables in many small files, and old versions that nobody cleans up."""
    current = 0
    for table in TABLES.values():
        files = e.warehouse.lake.snapshot(table).files
        taken = sum(Path(file).stat().st_size for file in files)
        current += taken
        partitions = len({Path(file).parent for file in files})
        if len(files) - partitions > MANY_FILES and taken < SMALL_FILE * len(files):
            yield Finding(
                "small_files",
                "warning",
                "operator",
                table.name,
                f"table {table.name} lies in {len(files):,} files of {size(taken / len(files))} on average: questions "
                "are slow",
                "purveyor jobs run compact",
            )
    stored = sum(size for _, size, _ in _files(e.settings.lake))
    if stored > GB and stored > OUTGROWN * current:
        yield Finding(
            "old_versions",
            "warning",
            "operator",
            "lake",
            f"the lake takes {size(stored)} on the disk, its newest version {size(current)}: old versions are kept for "
            f"{e.settings.history_days} days",
            "purveyor jobs run compact",
        )


def scratch_left(e: Examination) -> Iterator[Finding]:
    """What killed processes left."""
    since = (e.now - LEFT_FOR).timestamp()
    left = sum(size for _, size, changed in _files(e.settings.scratch) if changed < since)
    if left > GB:
        yield Finding(
            "scratch_left",
            "warning",
            "operator",
            "scratch",
            f"{size(left)} in {e.settings.scratch} have not been touched for {LEFT_FOR.days} days",
            f"stop workers and commands, then empty {e.settings.scratch}",
        )


def rejects_piling_up(e: Examination) -> Iterator[Finding]:
    """Imports that keep leaving rows out."""
    since = (e.now - REJECTS_WITHIN).timestamp()
    recent = [(changed, path) for path, _, changed in _files(e.settings.rejects) if changed >= since]
    if len(recent) >= MANY_REJECTS:
        yield Finding(
            "rejects",
            "warning",
            "operator",
            "rejects",
            f"{len(recent)} imports of the last {REJECTS_WITHIN.days} days left rows out; the newest list is "
            f"{max(recent)[1].name}",
            f"read the reasons in {e.settings.rejects} and mend the files' makers, or the --map",
        )


def _files(root: str | Path) -> Iterator[tuple[Path, int, float]]:
    """The files at or below a path, with bytes and time of change; none where there is nothing."""
    waiting = [Path(root)]
    while waiting:
        path = waiting.pop()
        try:
            if path.is_symlink():
                continue
            if path.is_dir():
                waiting += [Path(entry) for entry in os.scandir(path)]
            else:
                status = path.stat()
                yield path, status.st_size, status.st_mtime
        except (FileNotFoundError, PermissionError):  # others work here too
            continue
