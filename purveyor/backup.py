"""`purveyor backup` and `purveyor restore`: the house in a folder elsewhere, and back."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from purveyor.common import Json, emit, open_warehouse, progress

if TYPE_CHECKING:
    from warehouse.backup.restoring import Restored
    from warehouse.settings import Settings


def backup(
    folder: Annotated[Path, typer.Argument(help="Where backups are kept; best on another disk, never in the home.")],
    keep_days: Annotated[
        int | None, typer.Option(min=1, help="Remove backups older than this many days, once the new one is whole.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Make one backup while everything goes on working: lake, records, models, shop file and erasures.

    Example: purveyor backup /mnt/backup/myshop --keep-days 30
    """
    from warehouse.backup.making import make_backup

    with progress() as shown, open_warehouse() as warehouse:
        made = make_backup(warehouse, folder, keep_days=keep_days, progress=shown)
    rows = {name: kept.rows for name, kept in made.manifest.tables.items()}
    emit(
        {
            "backup": made.folder,
            "files": len(made.manifest.files),
            "bytes": made.manifest.bytes,
            "new_bytes": made.new_bytes,
            "tables": rows,
            "removed": list(made.removed),
        },
        as_json,
        f"{made.folder}: {len(made.manifest.files):,} files, {_megabytes(made.manifest.bytes)}, of which "
        f"{_megabytes(made.new_bytes)} are new; {sum(rows.values()):,} rows in {len(rows)} tables"
        + (f"\nremoved {len(made.removed)} older: {', '.join(made.removed)}" if made.removed else ""),
    )


def restore(
    backup: Annotated[Path, typer.Argument(help="A backup: a folder such as …/20261123T050000.000000Z.")],
    to: Annotated[Path | None, typer.Option(help="The home to restore into, an empty folder; default: as set.")] = None,
    tombstones: Annotated[
        Path | None, typer.Option(help="A further list of erasures, as it is kept beside backups: tombstones.jsonl.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Restore a backup into an empty home; customers erased since stay erased. Stop serve and worker first.

    Records go where PURVEYOR_RECORDS_URL says (an empty database), else into the home, whichever engine they came from.

    Example: purveyor restore /mnt/backup/myshop/20261123T050000.000000Z --to /srv/myshop/.purveyor
    """
    from warehouse.backup.erasures import Erasures, read_erasures
    from warehouse.backup.restoring import restore as run
    from warehouse.settings import Settings

    present = Settings.load()
    target = present if to is None else _at(present, to)
    erased: dict[str, Erasures] = {}
    if tombstones is not None:
        erased[str(tombstones)] = read_erasures(tombstones)
    if target.home != present.home:
        erased |= _erased_in(present.home)
    with progress() as shown:
        done = run(backup, target, erased=erased, progress=shown)
    manifest = done.manifest
    emit(
        {
            "home": done.home,
            "made_at": manifest.made_at,
            "tables": {name: kept.rows for name, kept in manifest.tables.items()},
            "records": dict(manifest.records),
            "erased_since": dict(done.erasures),
            "shop_file": done.shop_file,
        },
        as_json,
        _told(done),
    )


def _at(settings: Settings, home: Path) -> Settings:
    """The same settings with another home."""
    from pydantic import ValidationError

    from warehouse.errors import InputError

    try:
        return type(settings).model_validate({**settings.model_dump(), "home": home})
    except ValidationError as error:
        raise InputError(f"--to: {error.errors()[0]['msg'].removeprefix('Value error, ')}") from None


def _erased_in(home: Path) -> dict[str, dict[str, datetime]]:
    """The erasures of the house that was here, as far as they can be read: it may be the broken one."""
    from sqlalchemy import URL

    from warehouse.errors import PurveyorError
    from warehouse.records import Records
    from warehouse.records.tombstones import tombstones

    file = home / "records.db"
    if not file.exists():
        return {}
    try:
        records = Records.open(URL.create("sqlite", database=str(file)))
        try:
            with records.reading() as tx:
                return {str(home): tombstones(tx)}
        finally:
            records.close()
    except PurveyorError as error:
        typer.echo(f"erasures in {home} could not be read, so they are not known here: {error}", err=True)
        return {}


def _told(done: Restored) -> str:
    manifest = done.manifest
    rows = sum(kept.rows for kept in manifest.tables.values())
    lines = [
        f"{done.home} is as it was at {manifest.made_at:%Y-%m-%d %H:%M} UTC: {rows:,} rows in {len(manifest.tables)} "
        "tables",
        f"customers erased since then and erased here: {sum(done.erasures.values())} "
        f"(known from {', '.join(done.erasures)})",
    ]
    if done.shop_file is not None:
        lines.append(f"the shop file of then is {done.shop_file}; copy it to where you run purveyor")
    lines.append("next: purveyor doctor; consents given or withdrawn since then are not known here, import them again")
    return "\n".join(lines)


def _megabytes(size: int) -> str:
    return f"{size / 1e6:,.1f} MB"
