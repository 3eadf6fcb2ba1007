"""The nightly backup, into the folder that the shop file names."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from warehouse.backup.plan import backup_plan
from warehouse.jobs.job import Run
from warehouse.progress import Progress

if TYPE_CHECKING:
    from warehouse.house import Warehouse


def backup(warehouse: Warehouse, run: Run, progress: Progress) -> Mapping[str, Any]:
    """Make a backup. Run again after a kill, it begins anew: what the killed one left is cleared away."""
    from warehouse.backup.making import make_backup

    plan = backup_plan(warehouse.settings)
    if plan is None:
        return {"said": "no backup folder is configured; name one in purveyor.yaml: backup: {folder: …}"}
    made = make_backup(warehouse, plan.folder, keep_days=plan.keep_days, progress=progress)
    return {
        "backup": str(made.folder),
        "files": len(made.manifest.files),
        "bytes": made.manifest.bytes,
        "new_bytes": made.new_bytes,
        "removed": list(made.removed),
    }
