"""The nightly job that fetches a source and imports what is new."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from warehouse.jobs.job import Run
from warehouse.progress import Progress
from warehouse.records.sources import TAKEN, list_sources
from warehouse.sources.fetching import fetch_source

if TYPE_CHECKING:
    from warehouse.house import Warehouse


def source_names(warehouse: Warehouse) -> Sequence[str]:
    """The sources there are now."""
    with warehouse.records.reading() as records:
        return [source.name for source in list_sources(records)]


def import_source(warehouse: Warehouse, run: Run, progress: Progress) -> Mapping[str, Any]:
    """Fetch the source `run.subject`; a run that was cut off begins again and writes nothing twice.

    Returns how many files had which outcome, rows written, and what was not taken with the reason.
    """
    fetched = fetch_source(warehouse, run.subject, progress=progress)
    outcomes = Counter(delivery.outcome for delivery in fetched.deliveries)
    return {
        **outcomes,
        "rows_written": sum((d.counts or {}).get("written", 0) for d in fetched.deliveries),
        "late": [d.file for d in fetched.deliveries if d.late],
        "troubles": [f"{d.kind} {d.file}: {d.reason}" for d in fetched.deliveries if d.outcome not in TAKEN],
        "waiting": list(fetched.waiting),
    }
