"""Restoring a backup into an empty home, on this machine or another, with records in SQLite or PostgreSQL.

Everything is checked before anything is written, and copied into a scratch folder before anything takes its place. The
records are filled in one transaction, together with every erasure that is known: there is no moment at which a restored
house shows a customer who was erased.
"""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlalchemy import delete, update
from sqlalchemy.orm import Session

from warehouse.backup import erasures, lake_files
from warehouse.backup.files import copy_file
from warehouse.backup.making import ARTIFACTS, CORRECTIONS, LISTINGS, RECORDS, RUNS, SHOP_FILE
from warehouse.backup.manifest import Manifest, read_manifest, verify
from warehouse.clock import Clock, utc_now
from warehouse.durable import sync_below
from warehouse.errors import ConfigError, InputError
from warehouse.lake import LAKE_FORMAT
from warehouse.progress import Progress, quiet
from warehouse.records import Records, Store, Tombstone
from warehouse.records.audit import add_entry
from warehouse.records.copying import load_copy, rows_by_table
from warehouse.records.schema import knows
from warehouse.records.tombstones import add_tombstone, tombstones
from warehouse.scratch import scratch_folder
from warehouse.settings import Settings

RESTORED_SHOP_FILE = "purveyor.yaml.restored"
_OPENED = {Store.__tablename__}
"""What `purveyor init` writes, into the records and the lake: a home that holds no more may be restored into."""


@dataclass(frozen=True)
class Restored:
    """What was restored. `erasures` counts by where they were read those that the backup's records did not know;
    `shop_file` is where the backup's shop file was put, None where it has none."""

    manifest: Manifest
    home: Path
    erasures: Mapping[str, int]
    shop_file: Path | None


def restore(
    backup: Path,
    settings: Settings,
    *,
    erased: Mapping[str, erasures.Erasures] | None = None,
    clock: Clock = utc_now,
    progress: Progress = quiet,
) -> Restored:
    """Restore a backup into the home and the records of `settings`.

    Customers are erased (again) who are erased in the backup, in the list beside it, or in `erased` (by where that was
    read). Nothing may have the home open meanwhile.

    Raises:
        InputError: the backup is damaged (names the file), or the home or its records are not empty.
        ConfigError: a newer Purveyor made the backup, or the home cannot be written to.
    """
    backup = backup.expanduser().absolute()
    manifest = read_manifest(backup)
    _refuse_newer(backup, manifest)
    _check_home(settings.home)
    verify(backup, manifest, progress)
    sources: dict[str, erasures.Erasures] = {"the backup": erasures.read_erasures(backup / erasures.NAME)}
    beside = backup.parent / erasures.NAME
    if beside.exists():
        sources[str(beside)] = erasures.read_erasures(beside)
    sources |= erased or {}
    try:
        settings.home.mkdir(mode=0o700, parents=True, exist_ok=True)
        with scratch_folder(settings.scratch, "restore") as staged:
            _copy(backup, manifest, staged, progress)
            lake_files.check_lake(staged / lake_files.FOLDER, manifest.tables)
            sync_below(staged)
            progress("restoring the records", 0, None)
            new = _fill_records(settings, staged / RECORDS, manifest, sources, clock())
            shop_file = _put_in_place(staged, settings)
    except OSError as error:
        place = error.filename or settings.home
        raise ConfigError(
            f"the restore stopped at {place}: {error.strerror or error}; mend that, empty {settings.home} and do it "
            "again"
        ) from None
    return Restored(manifest, settings.home, new, shop_file)


def _refuse_newer(backup: Path, manifest: Manifest) -> None:
    what = None
    if manifest.lake_format > LAKE_FORMAT:
        what = f"lake format {manifest.lake_format}, this one knows {LAKE_FORMAT}"
    elif not knows(manifest.records_revision):
        what = f"records revision {manifest.records_revision}, which this one does not know"
    if what:
        raise ConfigError(f"{backup} was made by a newer Purveyor ({manifest.purveyor}: {what}); upgrade Purveyor")


def _check_home(home: Path) -> None:
    """InputError unless there is nothing in the home that a restore would replace."""
    remedy = "name an empty folder with --to"
    if home.exists() and not home.is_dir():
        raise InputError(f"{home} is no folder; {remedy}")
    entries = {path.name for path in home.iterdir()} if home.exists() else set()
    if entries and not entries & {lake_files.FOLDER, RECORDS}:
        raise InputError(f"{home} holds {min(entries)} and is no home of Purveyor; {remedy}")
    tables = {path.name for path in (home / lake_files.FOLDER).glob("*") if path.is_dir() and path.name[0] != "."}
    if tables - _OPENED:
        raise InputError(f"{home} is not empty: its lake holds {min(tables - _OPENED)}; {remedy}")
    if any((home / ARTIFACTS).glob("*/*/*")) or (home / RUNS).exists():
        raise InputError(f"{home} is not empty: models were trained in it; {remedy}")


def _copy(backup: Path, manifest: Manifest, staged: Path, progress: Progress) -> None:
    done = 0
    for name, kept in manifest.files.items():
        progress("restoring files", done, manifest.bytes)
        target = staged / name
        target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        if copy_file(backup / name, target) != kept:
            raise InputError(f"{backup / name} changed while it was restored; nothing was restored, try again")
        done += kept.bytes


def _fill_records(
    settings: Settings, copy: Path, manifest: Manifest, sources: Mapping[str, erasures.Erasures], now: datetime
) -> dict[str, int]:
    """Fill the records and apply the erasures; how many of each source the backup's records did not know."""
    records = Records.open(settings.records)
    try:
        with records.transaction() as tx:
            _refuse_used(tx, settings)
            tx.execute(delete(Store))
            load_copy(tx, copy)
            # What was purged while the backup was being made may stand in what had been copied before.
            tx.execute(update(Tombstone).where(Tombstone.purged_at >= manifest.made_at).values(purged_at=None))
            known = tombstones(tx)
            new = {}
            for name, erased in sources.items():
                missing = {customer_id: at for customer_id, at in erased.items() if customer_id not in known}
                for customer_id, at in sorted(missing.items()):
                    add_tombstone(tx, customer_id, at, actor="restore")
                known |= missing
                new[name] = len(missing)
            detail = {"made_at": manifest.made_at.isoformat(), "home": manifest.home, "erased_since": sum(new.values())}
            add_entry(tx, at=now, actor="command", action="restore", subject="house", detail=detail)
    finally:
        records.close()
    return new


def _refuse_used(tx: Session, settings: Settings) -> None:
    used = [name for name, rows in rows_by_table(tx).items() if rows and name not in _OPENED]
    if used:
        place = "in PURVEYOR_RECORDS_URL" if settings.records_url else f"in {settings.home}"
        raise InputError(
            f"the records {place} are not empty: they hold {', '.join(used)}; name an empty folder with --to, and an "
            "empty database where PURVEYOR_RECORDS_URL is set"
        )


def _put_in_place(staged: Path, settings: Settings) -> Path | None:
    """Move what was copied to where it belongs."""
    for name in (lake_files.FOLDER, ARTIFACTS, LISTINGS, CORRECTIONS, RUNS):
        if (staged / name).exists():
            shutil.rmtree(settings.home / name, ignore_errors=True)
            (staged / name).rename(settings.home / name)
    if not (staged / SHOP_FILE).exists():
        return None
    return (staged / SHOP_FILE).rename(settings.home / RESTORED_SHOP_FILE)
