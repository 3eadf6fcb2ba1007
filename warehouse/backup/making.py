"""Making a backup while the house goes on working.

What is read when decides what a restored house may claim. First the records, at one moment: they name releases and say
which deliveries were imported, so what they name must be in what is copied after them, never the other way round. Then
the artifacts, and the lake with every table at one version. Last the erasures: one that came in meanwhile is in the
backup.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from importlib.metadata import version as installed_version
from pathlib import Path

from filelock import FileLock, Timeout

from warehouse.backup import erasures
from warehouse.backup.files import Copier
from warehouse.backup.lake_files import copy_lake
from warehouse.backup.manifest import FORMAT, Manifest, made_name, read_manifest, write_manifest
from warehouse.durable import sync
from warehouse.errors import ConfigError, InputError, PurveyorError
from warehouse.house import Warehouse
from warehouse.lake import LAKE_FORMAT
from warehouse.progress import Progress, quiet
from warehouse.records.copying import save_copy
from warehouse.records.schema import HEAD
from warehouse.records.tombstones import tombstones

RECORDS = "records.db"
ARTIFACTS = "artifacts"
LISTINGS = "sources"
CORRECTIONS = "corrections"
SHOP_FILE = "purveyor.yaml"
RUNS = "mlflow.db"
"""Where experiments keep how models were trained: a SQLite database in the home folder."""

_MADE = re.compile(r"\d{8}T\d{6}\.\d{6}Z")
_UNFINISHED = ".unfinished-"
_ATTEMPTS = 3


@dataclass(frozen=True)
class Made:
    """A backup that was made. `new_bytes` is what it takes beside the backup before; `removed` names older ones."""

    folder: Path
    manifest: Manifest
    new_bytes: int
    removed: tuple[str, ...]


def make_backup(
    warehouse: Warehouse, folder: Path, *, keep_days: int | None = None, progress: Progress = quiet
) -> Made:
    """Make one new backup below `folder`, then remove those begun more than `keep_days` ago (None: none).

    It appears under its name when all of it is on the disk. Killed before, it leaves what the next one clears away.

    Raises:
        InputError: `folder` lies in the home folder, cannot be used, or holds another house's backups.
        ConfigError: the disk is full or cannot be written to.
        LakeError: a table of the lake cannot be read.
    """
    folder = folder.expanduser().absolute()
    if keep_days is not None and keep_days < 1:
        raise InputError(f"{keep_days} days to keep backups is less than one; write 1 or more")
    _check_folder(folder, warehouse.settings.home)
    with _in_plain_words(folder), _alone(folder):
        for left in folder.glob(f"{_UNFINISHED}*"):  # we hold the lock, so whoever wrote it is dead
            shutil.rmtree(left)
        made = _make(warehouse, folder, progress)
        removed = _remove_old(folder, made.folder.name, warehouse.clock(), keep_days)
    return Made(made.folder, made.manifest, made.new_bytes, removed)


def finished(folder: Path) -> list[Path]:
    """The backups in `folder`, oldest first."""
    return sorted(path for path in folder.iterdir() if _MADE.fullmatch(path.name))


def _make(warehouse: Warehouse, folder: Path, progress: Progress) -> Made:
    settings, began = warehouse.settings, warehouse.clock()
    target = folder / made_name(began)
    if target.exists():
        raise InputError(f"{target} is there already; run the backup again")
    before = _newest(folder, settings.home)
    unfinished = folder / f"{_UNFINISHED}{target.name}"
    unfinished.mkdir(mode=0o700)
    try:
        copier = Copier(unfinished, before)
        rows = _copy_records_and_artifacts(warehouse, copier, progress)
        # Before the lake: a source's next snapshot is compared with its listing, and may then say twice what is gone.
        for path in sorted(settings.listings.glob("[!.]*")):
            with suppress(FileNotFoundError):  # its source was removed
                copier.copy(path, f"{LISTINGS}/{path.name}")
        for path in sorted(settings.corrections.glob("*/[!.]*")):
            copier.copy(path, f"{CORRECTIONS}/{path.parent.name}/{path.name}")
        tables = copy_lake(warehouse.lake, copier, progress)
        if (settings.home / RUNS).exists():
            copier.make(RUNS, lambda path: _copy_database(settings.home / RUNS, path))
        if settings.shop_file is not None:
            copier.copy(settings.shop_file, SHOP_FILE)
        with warehouse.records.reading() as tx:
            known = tombstones(tx)
        copier.make(erasures.NAME, lambda path: erasures.write_erasures(path, known))
        manifest = Manifest(
            format=FORMAT,
            purveyor=installed_version("purveyor"),
            made_at=began,
            home=str(settings.home),
            lake_format=LAKE_FORMAT,
            records_revision=HEAD,
            tables=tables,
            records=rows,
            files=copier.files,
        )
        progress("bringing it to the disk", 0, None)
        erasures.add_erasures(folder / erasures.NAME, known)
        copier.sync()
        write_manifest(unfinished, manifest)
        unfinished.rename(target)
        sync(folder)
    except BaseException:
        shutil.rmtree(unfinished, ignore_errors=True)
        raise
    return Made(target, manifest, copier.new_bytes, ())


def _check_folder(folder: Path, home: Path) -> None:
    if folder.resolve().is_relative_to(home.resolve()):
        raise InputError(
            f"{folder} lies in the home folder {home}, where it would be lost together with what it keeps; name one "
            "elsewhere, best on another disk"
        )
    wrong = sorted(set("#?*[]{}%") & set(str(folder)))
    if wrong:
        raise InputError(
            f"the path {folder} holds {' '.join(wrong)}, which the lake's readers cannot take; name another"
        )
    try:
        folder.mkdir(mode=0o700, exist_ok=True)
    except OSError as error:
        raise InputError(f"the folder {folder} cannot be made ({error.strerror}); make it, or name another") from None


def _newest(folder: Path, home: Path) -> tuple[Path, Manifest] | None:
    """The newest whole backup, whose files may be linked. InputError where it is another house's."""
    for path in reversed(finished(folder)):
        try:
            manifest = read_manifest(path)
        except PurveyorError:
            continue  # damaged, or of a newer Purveyor: nothing of it is used
        if manifest.home != str(home):
            raise InputError(
                f"{folder} holds backups of the house in {manifest.home}, this one is in {home}; name another folder"
            )
        return path, manifest
    return None


def _copy_records_and_artifacts(warehouse: Warehouse, copier: Copier, progress: Progress) -> dict[str, int]:
    """Copy the records, then what they name; the rows of each table of the records."""
    rows: dict[str, int] = {}
    for attempt in range(_ATTEMPTS):
        copier.forget(RECORDS)
        copier.forget(ARTIFACTS)
        progress("copying the records", attempt, None)
        copier.make(RECORDS, lambda path: rows.update(save_copy(warehouse.records, path)))
        progress("copying artifacts", attempt, None)
        for path in _released(warehouse.settings.artifacts):
            name = path.relative_to(warehouse.settings.artifacts).as_posix()
            with suppress(FileNotFoundError):
                copier.copy(path, f"{ARTIFACTS}/{name}", immutable=True)
        if _named(copier.folder / RECORDS) <= copier.files.keys():
            break
        # A purge replaces models while we copy them. A release that lacks files anyway is no reason for no backup.
    return rows


def _named(records: Path) -> set[str]:
    """The files of artifacts that the records name."""
    with closing(sqlite3.connect(records)) as copy:
        releases = copy.execute("select kind, version, manifest from releases").fetchall()
    return {
        f"{ARTIFACTS}/{kind}/{version}/{file}"
        for kind, version, manifest in releases
        for file in json.loads(manifest)["files"]
    }


def _released(artifacts: Path) -> Iterator[Path]:
    for path in sorted(artifacts.glob("*/*/**/*")):
        below = path.relative_to(artifacts).parts
        if not path.is_dir() and not any(part.startswith(".") for part in below):
            yield path


def _copy_database(source: Path, target: Path) -> None:
    os.close(os.open(target, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
    with closing(sqlite3.connect(source)) as read, closing(sqlite3.connect(target)) as written:
        read.backup(written)


def _remove_old(folder: Path, made: str, now: datetime, keep_days: int | None) -> tuple[str, ...]:
    if keep_days is None:
        return ()
    oldest = made_name(now - timedelta(days=keep_days))
    old = [path for path in finished(folder) if path.name < oldest and path.name != made]
    for path in old:
        # Under another name first: half removed, it must not look like one that can be restored.
        shutil.rmtree(path.rename(folder / f"{_UNFINISHED}{path.name}"))
    return tuple(path.name for path in old)


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    try:
        with FileLock(folder / ".lock", timeout=0):
            yield
    except Timeout:
        raise InputError(f"another backup is being made in {folder}; run this one when that is done") from None


@contextmanager
def _in_plain_words(folder: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        place = error.filename or folder
        raise ConfigError(f"the backup stopped at {place}: {error.strerror or error}; nothing of it was kept") from None
