"""How far back a table remembers: the version that held at a time, and forgetting what came before one.

A version of a Delta table is its log up to there and the files the log names. Forgetting is what the protocol calls
metadata cleanup and vacuum, done together and by the commits' own times: a checkpoint takes the place of the log before
it, then every file goes that no remembered version names. The log must go with the files, because its entries carry the
least and the greatest value of each column.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple
from urllib.parse import unquote

from deltalake import DeltaTable

from warehouse.errors import InputError

LOG = "_delta_log"

PROPERTIES = {"delta.enableExpiredLogCleanup": "false"}
"""What our tables are made with: only `forget` shortens the log, so that log and files stay in step."""


class ForgottenError(InputError):
    """A time before what a table remembers."""


@dataclass(frozen=True)
class Forgotten:
    """What `forget` removed: versions that can no longer be asked for, data files and their bytes."""

    versions: int
    files: int
    bytes: int


def version_at(name: str, delta: DeltaTable, as_of: datetime) -> int:
    """The newest version committed at or before `as_of`, by the commits' own timestamps; -1 before the first.

    The library's own choice goes by the log files' modification times, which a restored backup or a copy changes.
    ForgottenError where `as_of` lies before what table `name` remembers.
    """
    commits = _commits(delta)
    past = [version for version, at in commits.items() if at <= as_of]
    if past:
        return max(past)
    if 0 not in commits:
        raise ForgottenError(
            f"as-of time {as_of.isoformat()} lies before what table {name} still remembers, "
            f"{min(commits.values()):%Y-%m-%d %H:%M} UTC; ask for a later time"
        )
    return -1


def forget(delta: DeltaTable, before: datetime | None) -> Forgotten:
    """Forget the versions that were replaced before `before`, None: all but the present one.

    The version that held at `before` is kept, and so is every later one: only files replaced before that time go. One
    caller at a time; without `before` it holds the table against writers too. Killed at any point, it leaves a table
    whose remembered versions are whole, and can be done again.
    """
    root = Path(unquote(delta.table_uri.removeprefix("file://")))
    commits = _commits(delta)
    past = [version for version, at in commits.items() if before is None or at <= before]
    oldest = max(past, default=min(commits))
    kept = {*_files(DeltaTable(root, version=oldest)), *_added(root, range(oldest + 1, delta.version() + 1))}
    versions = _cut_log(root, oldest, delta.version(), before)
    gone = [path for path in files_on_disk(root) if path not in kept and _is_older(path, before)]
    size = sum(path.stat().st_size for path in gone)
    for path in gone:
        path.unlink()
    return Forgotten(versions, len(gone), size)


class Commit(NamedTuple):
    """A commit's entry in a table's log, told from another that took its name."""

    name: str
    inode: int
    changed: int


def newest_commit(root: Path) -> Commit | None:
    """The newest commit of the table in the folder `root`, without reading it; None where there is none."""
    try:
        commits = (path for path in (root / LOG).iterdir() if path.suffix == ".json" and path.stem.isdecimal())
        newest = max(commits, key=lambda path: path.name, default=None)
        if newest is None:
            return None
        told = newest.stat()
    except (FileNotFoundError, NotADirectoryError):
        return None
    return Commit(newest.name, told.st_ino, told.st_mtime_ns)


def files_on_disk(root: Path) -> Iterator[Path]:
    """Every data file below a table's folder, also those that no version names: of forgotten ones, of killed writes."""
    for path in root.rglob("*"):
        if path.is_file() and LOG not in path.relative_to(root).parts:
            yield path


def _commits(delta: DeltaTable) -> dict[int, datetime]:
    """The versions that can still be opened, with the times of their commits."""
    root = Path(unquote(delta.table_uri.removeprefix("file://")))
    first = 0
    if not (root / LOG / f"{0:020}.json").exists():
        first = min(int(path.name[:20]) for path in (root / LOG).glob("*.checkpoint*.parquet"))
    return {
        int(entry["version"]): datetime.fromtimestamp(int(entry["timestamp"]) / 1000, UTC)
        for entry in delta.history()
        if int(entry["version"]) >= first
    }


def _files(delta: DeltaTable) -> set[Path]:
    return {Path(unquote(uri).removeprefix("file://")) for uri in delta.file_uris()}


def _added(root: Path, versions: Iterable[int]) -> Iterator[Path]:
    """The files that these versions' commits added."""
    for version in versions:
        with (root / LOG / f"{version:020}.json").open(encoding="utf-8") as commit:
            for line in commit:
                action = json.loads(line)
                if "add" in action:
                    yield root / unquote(action["add"]["path"])


def _cut_log(root: Path, oldest: int, newest: int, before: datetime | None) -> int:
    """Let the log begin at version `oldest`; return how many versions it lost."""
    log = root / LOG
    entries = sorted(path for path in log.iterdir() if path.name[:20].isdecimal() and int(path.name[:20]) < oldest)
    if entries:
        DeltaTable(root, version=oldest).create_checkpoint()
        if newest > oldest:  # the note of the last checkpoint should not send every reader to an old one
            DeltaTable(root).create_checkpoint()
    for path in entries:  # the oldest first, so that what remains is always whole from some checkpoint on
        path.unlink()
    for path in log.iterdir():
        if "#" in path.name and _is_older(path, before):  # a commit that was killed before it took its name
            path.unlink()
    return sum(path.name[20:] == ".json" for path in entries)


def _is_older(path: Path, before: datetime | None) -> bool:
    return before is None or path.stat().st_mtime < before.timestamp()
