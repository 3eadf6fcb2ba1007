"""The purge as a nightly job."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from warehouse.erasure.purging import purge_erased
from warehouse.house import Warehouse
from warehouse.jobs.job import Run
from warehouse.progress import Progress


def purge(warehouse: Warehouse, run: Run, progress: Progress) -> dict[str, Any]:
    """Purge erased customers; what one night must leave, a later one takes."""
    done = asdict(purge_erased(warehouse, progress=progress))
    return {**done, "gone_by": done["gone_by"] and done["gone_by"].isoformat()}
