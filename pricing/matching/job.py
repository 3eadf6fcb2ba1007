"""Matching as a job."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from pricing.matching.run import run_matching
from warehouse.house import Warehouse
from warehouse.jobs.job import Run
from warehouse.progress import Progress


def match_offers(warehouse: Warehouse, run: Run, progress: Progress) -> dict[str, Any]:
    """Match every offer against the catalogue. Run again it finds the same and writes nothing."""
    return asdict(run_matching(warehouse, progress=progress))
