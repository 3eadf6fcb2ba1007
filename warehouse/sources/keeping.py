"""Sources defined, let through and removed: what people decide about them, with its entry in the audit log."""

from __future__ import annotations

from datetime import UTC, datetime
from shutil import rmtree
from typing import TYPE_CHECKING

from warehouse.errors import InputError
from warehouse.exclusive import exclusive
from warehouse.progress import Progress, quiet
from warehouse.records.audit import add_entry
from warehouse.records.sources import open_troubles, remove_source, save_source
from warehouse.sources.definition import Source, check_source, load_source
from warehouse.sources.fetching import Fetched, fetch_source, listing_of

if TYPE_CHECKING:
    from warehouse.house import Warehouse


def define(warehouse: Warehouse, source: Source) -> None:
    """Keep the definition, in place of the one there is: then everything is looked at anew. InputError where it cannot
    work."""
    check_source(source)
    now = warehouse.clock()
    definition = source.model_dump(mode="json", exclude={"name"}, exclude_defaults=True)
    with warehouse.records.transaction() as records:
        save_source(records, source.name, definition, at=now)
        add_entry(
            records,
            at=now,
            actor="command",
            action="source defined",
            subject=f"source {source.name}",
            detail=definition,
        )


def accept(warehouse: Warehouse, name: str, *, progress: Progress = quiet) -> Fetched:
    """Let through what was held back. NotFound where there is no such source, InputError where nothing is held."""
    with warehouse.records.reading() as records:
        source = load_source(records, name)
        troubles = open_troubles(records, since=datetime.min.replace(tzinfo=UTC))
        held = [d for d in troubles if d.source == source.name and d.outcome == "held"]
    if not held:
        raise InputError(f"nothing of source {name} is held back; purveyor sources show {name} lists what came")
    with warehouse.records.transaction() as records:
        add_entry(
            records,
            at=warehouse.clock(),
            actor="command",
            action="delivery accepted",
            subject=f"source {name}",
            detail={"files": [d.detail["file"] for d in held]},
        )
    return fetch_source(warehouse, name, retry=True, may_shrink=True, progress=progress)


def remove(warehouse: Warehouse, name: str) -> None:
    """Forget the source; what it brought stays. NotFound where there is none, InputError while it is being fetched."""
    with exclusive(warehouse.settings, f"source {name}") as held:
        if not held:
            raise InputError(f"source {name} is being fetched; wait until that is done")
        with warehouse.records.transaction() as records:
            remove_source(records, name)
            add_entry(records, at=warehouse.clock(), actor="command", action="source removed", subject=f"source {name}")
        listing_of(warehouse, name).unlink(missing_ok=True)
        rmtree(warehouse.settings.landing / name, ignore_errors=True)
