"""A training run of the matching scorer: judged on products it has not seen, written to a folder, tracked in MLflow."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from importlib.metadata import version as installed_version
from pathlib import Path

from experiments.matching.figures import Figures, figures
from experiments.tracking import log_run
from pricing.matching.model.training import SEED, LabelledSet, train
from warehouse.clock import Clock, utc_now
from warehouse.progress import Progress, quiet

EXPERIMENT = "matching"


@dataclass(frozen=True)
class TrainingResult:
    """A written model; `figures` by labelled set, from models that saw none of the judged products."""

    version: str
    run_id: str
    folder: Path
    trained_share: float
    figures: dict[str, Figures]


def train_scorer(
    sets: Sequence[LabelledSet],
    folder: Path,
    *,
    home: Path,
    seed: int = SEED,
    clock: Clock = utc_now,
    progress: Progress = quiet,
) -> TrainingResult:
    """Train on all the sets, write the model into `folder` and log the run to the tracking store in `home`.

    NotEnoughData where too little is labelled; InputError where the folder holds something else.
    """
    trained = train(sets, seed=seed, progress=progress)
    scorer = trained.scorer
    found = {judged.name: figures(judged, scorer) for judged in trained.judged}
    code = installed_version("purveyor")
    about = {
        "code": code,
        "seed": seed,
        "trained_on": {name: {"pairs": f.pairs, "matches": f.matches} for name, f in found.items()},
        "figures": {
            name: {k: round(v, 4) for k, v in asdict(f).items() if k not in ("pairs", "matches")}
            for name, f in found.items()
        },
    }
    scorer.save(folder, about=about)
    progress("log the run", 0, None)
    home.mkdir(parents=True, exist_ok=True)
    run_id = log_run(
        home,
        EXPERIMENT,
        scorer.version,
        at=clock(),
        metrics={
            f"{name}_{key}": float(value)
            for name, f in found.items()
            for key, value in asdict(f).items()
            if math.isfinite(value)
        },
        params={"seed": str(seed), "sets": ", ".join(found), "trained_share": f"{scorer.trained_share:.6f}"},
        tags={"release": scorer.version, "code": code},
    )
    return TrainingResult(scorer.version, run_id, folder, scorer.trained_share, found)
