"""Upkeep: the lake compact and no older than the retention says, and nothing left that dead processes forgot.

A session reads the files of the versions it pinned. Old versions are therefore forgotten only once they were replaced
longer ago than `history_days` of the settings, a day at least: what a session of the last day has pinned stays, and so
does every version that a look back within those days may ask for.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from warehouse.house import Warehouse
from warehouse.jobs.job import Run
from warehouse.progress import Progress
from warehouse.records.tombstones import unpurged
from warehouse.scratch import remove_left
from warehouse.settings import Settings
from warehouse.tables import CUSTOMERS, TABLES


def keep_up(warehouse: Warehouse, run: Run, progress: Progress) -> dict[str, Any]:
    """Join small files, forget old versions, and remove leftovers; safe at any time beside readers and writers."""
    settings = warehouse.settings
    now = warehouse.clock()
    with warehouse.records.reading() as tx:
        being_erased = bool(unpurged(tx))
    joined = versions = files = freed = 0
    for number, table in enumerate(TABLES.values()):
        progress("compacting", number, len(TABLES))
        joined += warehouse.lake.compact(table)
        if table is CUSTOMERS and being_erased:
            continue  # its old versions tell the purge what to look for, which forgets them when it is done
        gone = warehouse.lake.forget(table, before=now - timedelta(days=settings.history_days))
        versions, files, freed = versions + gone.versions, files + gone.files, freed + gone.bytes
    old = list(_older(settings, now - timedelta(days=settings.files_days)))
    for path in old:
        path.unlink(missing_ok=True)
    return {
        "files_joined": joined,
        "versions_forgotten": versions,
        "lake_files_removed": files,
        "lake_bytes_freed": freed,
        "old_files_removed": len(old),
        "scratch_folders_removed": remove_left(settings.scratch),
    }


def _older(settings: Settings, than: datetime) -> Iterator[Path]:
    """Rejects, exports, fetched files, kept pages and logs from before a time."""
    folders = (settings.rejects, settings.exports, settings.landing, settings.logs)
    found = [path for folder in folders for path in sorted(folder.rglob("*"))]
    kept = sorted(settings.crawls.glob("*/pages/*"))
    for path in [*found, *kept, *sorted(settings.scratch.glob("crawl-*.log"))]:
        if path.is_file() and not path.is_symlink() and path.stat().st_mtime < than.timestamp():
            yield path
