"""The lake's tables into a backup: each at one version, whatever is written meanwhile."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import unquote

import pyarrow as pa
import pyarrow.parquet as pq

from warehouse.backup.files import Copier
from warehouse.backup.manifest import KeptTable
from warehouse.errors import LakeError
from warehouse.history import LOG
from warehouse.lake import STAMP, Lake
from warehouse.progress import Progress
from warehouse.snapshot import Snapshot
from warehouse.tables import TABLES, Table

FOLDER = "lake"
_ATTEMPTS = 5
_COMMIT = re.compile(r"(\d{20})(?:\.(\d{20}))?\..+")
"""A file of the log: a version (or a range of versions) and its kind."""


class _ChangedError(Exception):
    """Files went away while they were copied: a vacuum or a purge came between."""


def copy_lake(lake: Lake, copier: Copier, progress: Progress) -> dict[str, KeptTable]:
    """Copy every table as it stands now, with its history as far back as it goes; by name.

    No writer waits for it: a version's files never change, and only what the log says up to that version is copied.
    """
    stamp = lake.root / STAMP
    if stamp.exists():
        copier.copy(stamp, f"{FOLDER}/{stamp.name}")
    pinned = [lake.snapshot(table) for table in TABLES.values()]
    kept = {}
    for number, snapshot in enumerate(pinned):
        progress("copying the lake", number, len(pinned))
        if snapshot.version >= 0:
            kept[snapshot.table.name] = _copy_table(lake, snapshot, copier)
    return kept


def check_lake(root: Path, tables: Mapping[str, KeptTable]) -> None:
    """Compare the tables below `root` with what the manifest says of them; LakeError where one differs."""
    lake = Lake(root)
    for table in TABLES.values():
        snapshot = lake.snapshot(table)
        kept = tables.get(table.name)
        found = None if snapshot.version < 0 else KeptTable(version=snapshot.version, rows=_rows(snapshot))
        if found != kept:
            raise LakeError(
                f"table {table.name} of the backup is not what its manifest says; nothing was restored, name another "
                "backup"
            )


def _copy_table(lake: Lake, snapshot: Snapshot, copier: Copier) -> KeptTable:
    table = snapshot.table
    for _ in range(_ATTEMPTS):
        try:
            return _copy_version(lake, snapshot, copier)
        except (FileNotFoundError, _ChangedError):
            copier.forget(f"{FOLDER}/{table.name}")
            snapshot = lake.snapshot(table)
    raise LakeError(f"files of table {table.name} kept vanishing while they were copied; run the backup again")


def _copy_version(lake: Lake, snapshot: Snapshot, copier: Copier) -> KeptTable:
    root, below = lake.root / snapshot.table.name, f"{FOLDER}/{snapshot.table.name}"
    active = {Path(file).relative_to(root).as_posix() for file in snapshot.files}
    removed: set[str] = set()
    for path in sorted((root / LOG).iterdir()):
        # Not _last_checkpoint: it may name a later one, and readers find the newest without it.
        if _belongs(path, snapshot.version):
            copier.copy(path, f"{below}/{LOG}/{path.name}")
            removed |= _removed(copier.folder / below / LOG / path.name)
    for path in sorted((root / LOG / "_sidecars").glob("*.parquet")):
        copier.copy(path, f"{below}/{LOG}/_sidecars/{path.name}", immutable=True)
    for name in sorted(active):
        copier.copy(root / name, f"{below}/{name}", immutable=True)
    # Older versions' files, for --as-of; a vacuum may have taken them, then that is how far back the table goes.
    for name in sorted(removed - active):
        if (root / name).exists():
            copier.copy(root / name, f"{below}/{name}", immutable=True)
    return _checked(copier.folder / FOLDER, snapshot.table, snapshot.version, active)


def _checked(root: Path, table: Table, version: int, active: set[str]) -> KeptTable:
    """Read the copy as any reader will."""
    try:
        copy = Lake(root).snapshot(table)
    except LakeError:  # the log was cut after the version had been pinned
        raise _ChangedError from None
    if copy.version != version or {Path(f).relative_to(root / table.name).as_posix() for f in copy.files} != active:
        raise _ChangedError
    return KeptTable(version=version, rows=_rows(copy))


def _belongs(path: Path, version: int) -> bool:
    match = _COMMIT.fullmatch(path.name)
    return match is not None and int(match[2] or match[1]) <= version


def _removed(log: Path) -> set[str]:
    """The data files that a commit took out of its table, as far as they lie in its folder."""
    if log.suffix != ".json" or ".checkpoint" in log.name:
        return set()
    with log.open("rb") as lines:
        actions = [json.loads(line) for line in lines if b'"remove"' in line]
    paths = {unquote(action["remove"]["path"]) for action in actions if "remove" in action}
    return {path for path in paths if not Path(path).is_absolute() and ".." not in Path(path).parts}


def _rows(snapshot: Snapshot) -> int:
    try:
        return sum(pq.read_metadata(file).num_rows for file in snapshot.files)
    except (OSError, pa.ArrowException) as error:
        cause = str(error).strip().splitlines()[0]
        raise LakeError(
            f"table {snapshot.table.name} cannot be read ({cause}); restore its files from a backup"
        ) from None
