"""A store's own model: the one that ships, gone on learning from what people decided here.

The boosters of its second round go on for some small trees, from what they say of the decided pairs (continued gradient
boosting); its calibration stays as it is. Pairs are decided because they were doubtful: their share of matches is not
that of all pairs, and a calibration fitted to them would be wrong elsewhere. Whether it has learned something is judged
on pairs whose products it did not see. Figures: python -m benchmarks own_model.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from pricing.matching.model.compared import mean_prediction
from pricing.matching.model.features import Matrix
from pricing.matching.model.scorer import SHIPPED, OutdatedModel, Scorer, read_manifest
from pricing.matching.model.training import FOLDS, SEED, SETTINGS, LabelledSet, linked
from warehouse.errors import NotEnoughData
from warehouse.house import Warehouse

if TYPE_CHECKING:
    from lightgbm import Booster

Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]

KIND = "matching"
"""The kind of artifact that a store's own model is."""
FOLDER = "model"
"""Where in its artifact the model is."""

LEAST_VERDICTS = 30
"""Accepted pairs, and as many others, from which to learn."""

_FURTHER: Mapping[str, Any] = {
    **SETTINGS,
    "num_leaves": 4,
    "learning_rate": 0.05,
    "num_iterations": 60,
    "min_child_samples": 5,
}

_SURE = 1.96
"""Standard errors that a gain must lie above nothing: 95% in two-sided tests."""
_EDGE = 1e-6


@dataclass(frozen=True)
class Learned:
    """A model that has learned from `matches` accepted pairs and `others`, and what it is worth on products not seen.

    `right` and `right_before`: pairs of all that it, and the model it started from, call rightly at one half. `gain` is
    by how much its mean log loss per product is less, with its 95% interval.
    """

    scorer: Scorer
    matches: int
    others: int
    right: int
    right_before: int
    gain: float
    gain_low: float
    gain_high: float

    @property
    def better(self) -> bool:
        """Whether it is better beyond chance."""
        return self.gain_low > 0


def learn_from(labelled: LabelledSet, scorer: Scorer, *, seed: int = SEED) -> Learned:
    """`scorer` gone on learning from labelled pairs; the same pairs give the same model.

    NotEnoughData for fewer than `LEAST_VERDICTS` matches or other pairs.
    """
    matches, others = int(labelled.labels.sum()), int((~labelled.labels).sum())
    if min(matches, others) < LEAST_VERDICTS:
        raise NotEnoughData(
            f"{matches:,} accepted pairs and {others:,} others are decided; a model learns from {LEAST_VERDICTS} of "
            "each on; decide more with purveyor match review or on the console's page Matches (until then, what is "
            "decided and what identifiers say corrects the probabilities of each run)"
        )
    features = labelled.compared.second(scorer.first, scorer.words)
    before = scorer.calibration(mean_prediction(scorer.second, features))
    left, right = linked(labelled)
    fold = np.random.default_rng(seed).integers(0, FOLDS, int(max(left.max(), right.max())) + 1)
    after = before.copy()
    for at in range(FOLDS):
        own, seen = fold[left] == at, (fold[left] != at) & (fold[right] != at)
        if own.any() and 0 < labelled.labels[seen].sum() < seen.sum():
            further = _continued(scorer.second, features[seen], labelled.labels[seen], seed)
            after[own] = scorer.calibration(mean_prediction(further, features[own]))
    gain, error = _mean_of_products(_loss(before, labelled.labels) - _loss(after, labelled.labels), left)
    second = _continued(scorer.second, features, labelled.labels, seed)
    return Learned(
        Scorer(scorer.first, scorer.words, second, scorer.calibration, scorer.trained_share, scorer.drift),
        matches,
        others,
        right=int(((after >= 0.5) == labelled.labels).sum()),
        right_before=int(((before >= 0.5) == labelled.labels).sum()),
        gain=gain,
        gain_low=gain - _SURE * error,
        gain_high=gain + _SURE * error,
    )


@dataclass(frozen=True)
class ModelInUse:
    """Which model matching uses: the store's own, released at `learned_at` from `verdicts`, or the one that ships (both
    None). `outdated`: the store has one of its own that another version of Purveyor made, and should train again."""

    version: str
    learned_at: datetime | None
    verdicts: int | None
    outdated: bool


def model_in_use(warehouse: Warehouse) -> ModelInUse:
    """The model that the next run will use, its files unchecked."""
    own = warehouse.artifacts.current(KIND)
    if own is not None:
        try:
            version = read_manifest(own.folder / FOLDER)["version"]
        except OutdatedModel:
            pass
        else:
            said = own.manifest
            verdicts = int(said["metrics"]["matches"] + said["metrics"]["others"])
            return ModelInUse(version, datetime.fromisoformat(said["released_at"]), verdicts, outdated=False)
    return ModelInUse(read_manifest(SHIPPED)["version"], None, None, outdated=own is not None)


def open_scorer(warehouse: Warehouse) -> Scorer:
    """The model in use, every file of it checked: NotFound or ConfigError for one that is not as it was released."""
    if model_in_use(warehouse).learned_at is None:
        return Scorer.open()
    return Scorer.open(warehouse.artifacts.open(KIND).folder / FOLDER)


def _continued(boosters: Sequence[Booster], features: Matrix, labels: Flags, seed: int) -> list[Booster]:
    import lightgbm

    found = []
    for at, booster in enumerate(boosters):
        # Without free_raw_data=False the booster could not say of these rows what it starts from.
        data = lightgbm.Dataset(features, labels.astype(np.float64), free_raw_data=False)
        found.append(lightgbm.train({**_FURTHER, "seed": seed + at}, data, init_model=booster))
    return found


def _loss(probability: Floats, labels: Flags) -> Floats:
    """The log loss of each pair."""
    inside = np.clip(probability, _EDGE, 1 - _EDGE)
    return np.asarray(-np.where(labels, np.log(inside), np.log1p(-inside)), dtype=np.float64)


def _mean_of_products(values: Floats, product: npt.NDArray[np.int64]) -> tuple[float, float]:
    """The mean over products of the mean over each one's pairs, and its standard error."""
    _, of = np.unique(product, return_inverse=True)
    means = np.bincount(of, values) / np.bincount(of)
    error = means.std(ddof=1) / np.sqrt(len(means)) if len(means) > 1 else np.inf
    return float(means.mean()), float(error)
