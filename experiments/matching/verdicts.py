"""A training run from a store's verdicts: the shipped model gone on learning, tracked, released where it is better."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from experiments.matching.training import EXPERIMENT
from experiments.tracking import log_run
from pricing.matching.model.scorer import Scorer
from pricing.matching.verdicts.labelled import verdict_labels
from pricing.matching.verdicts.learned import FOLDER, KIND, learn_from
from warehouse.house import Warehouse
from warehouse.progress import Progress, quiet

KEPT = 3
"""Releases to go back to."""


@dataclass(frozen=True)
class OwnModel:
    """What became of a training run; of the figures see `pricing.matching.verdicts.learned.Learned`.

    `released`: whether matching uses the model from now on. `left_out`: verdicts that teach nothing, and why.
    """

    version: str
    run_id: str
    released: bool
    matches: int
    others: int
    right: int
    right_before: int
    gain: float
    gain_low: float
    gain_high: float
    left_out: tuple[str, ...]


def train_own_model(warehouse: Warehouse, *, scorer: Scorer | None = None, progress: Progress = quiet) -> OwnModel:
    """Learn from the verdicts that stand, log the run, and release the model where it is better beyond chance.

    It starts from the shipped model, whatever was released before: all that people decided is learned anew. Where it is
    no better, matching stays with the model it has. NotEnoughData for too few verdicts.
    """
    progress("read verdicts", 0, None)
    labelled = verdict_labels(warehouse)
    with warehouse.session() as session:
        versions = session.versions
    progress("learn", 0, None)
    learned = learn_from(labelled, scorer or Scorer.open())
    figures = {
        "gain": learned.gain,
        "gain_low": learned.gain_low,
        "gain_high": learned.gain_high,
        "right": float(learned.right),
        "right_before": float(learned.right_before),
    }
    pairs = {"matches": learned.matches, "others": learned.others}

    def write(folder: Path) -> None:
        learned.scorer.save(folder / FOLDER, about={"trained_on": {labelled.name: pairs}, "figures": figures})

    if learned.better:
        used = {table: versions[table] for table in ("products", "offers")}
        warehouse.artifacts.release(KIND, write, metrics={**figures, **pairs}, trained_on=used)
        warehouse.artifacts.prune(KIND, keep=KEPT)
    progress("log the run", 0, None)
    run_id = log_run(
        warehouse.settings.home,
        EXPERIMENT,
        learned.scorer.version,
        at=warehouse.clock(),
        metrics={**figures, **{name: float(count) for name, count in pairs.items()}},
        params={"sets": labelled.name},
        tags={"release": learned.scorer.version, "current": str(learned.better).lower()},
    )
    return OwnModel(
        version=learned.scorer.version,
        run_id=run_id,
        released=learned.better,
        matches=learned.matches,
        others=learned.others,
        right=learned.right,
        right_before=learned.right_before,
        gain=learned.gain,
        gain_low=learned.gain_low,
        gain_high=learned.gain_high,
        left_out=tuple(labelled.left_out),
    )
