"""What the shop file says of backups: its section `backup`."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from warehouse.settings import Settings
from warehouse.shop_file import section


@dataclass(frozen=True)
class BackupPlan:
    """The shop file's section `backup`. `keep_days` is None where backups are kept until someone removes them."""

    folder: Path
    keep_days: int | None


def backup_plan(settings: Settings) -> BackupPlan | None:
    """Where the shop file wants backups; None where it says nothing. InputError names the line that cannot be used."""
    place = section(settings, "backup")
    if place is None or settings.shop_file is None:
        return None
    found = place.entries_among(("folder", "keep_days"), what="setting", required=("folder",))
    days = found["keep_days"].whole() if "keep_days" in found else None
    if days is not None and days < 1:
        raise found["keep_days"].error(f"{days} days is less than one; write 1 or more")
    folder = settings.shop_file.parent / Path(found["folder"].text()).expanduser()
    return BackupPlan(folder, days)
