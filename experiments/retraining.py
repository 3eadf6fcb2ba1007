"""Retraining as a job: a new recommender each week, judged beside popularity, and the oldest ones put away."""

from __future__ import annotations

from typing import Any

from experiments.training import train
from recommender.answers import KIND
from warehouse.errors import NotEnoughData
from warehouse.house import Warehouse
from warehouse.jobs.job import Run
from warehouse.progress import Progress

KEPT = 3
"""Releases to go back to. Each holds the purchases of customers, so no more are kept than may be needed."""


def retrain(warehouse: Warehouse, run: Run, progress: Progress) -> dict[str, Any]:
    """Train on the orders of all stores and release; what the run says is how it was judged.

    Too little to learn from is no failure: `trained` is False then, and `why` says what is missing. A release that is
    clearly worse than popularity does not become the `current` one.
    """
    try:
        result = train(warehouse, progress=progress)
    except NotEnoughData as error:
        return {"trained": False, "why": str(error)}
    gone = warehouse.artifacts.prune(KIND, keep=KEPT)
    ndcg = {"model": result.include.model, "popularity": result.include.popularity, "gain": result.include.gain}
    said: dict[str, Any] = {
        "trained": True,
        "current": result.current,
        "model_version": result.version,
        "purchases": result.purchases,
        "customers": result.customers,
        **{f"ndcg_{name}": round(estimates["ndcg"].value, 4) for name, estimates in ndcg.items()},
        "old_releases_removed": len(gone),
    }
    if not result.current:
        said["why"] = "clearly worse than popularity on the weeks it was judged on; the former release stays current"
    return said
