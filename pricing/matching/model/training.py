"""Training the scorer on labelled pairs: two rounds of gradient boosting, calibrated on products it has not seen.

The first round judges each pair by itself, and so do the words' weights; the second sees how these judged its rivals
(Wolpert's stacked generalization, Neural Networks 5, 1992). All are trained once per fold, without it; what they say of
it is what the calibration learns from. What the second round learns from is said by first rounds that did not see the
pair either, in folds of the folds left.

A fold holds what the model will be asked about and has not seen. Of one set these are products: what matches link is in
one fold. A model of several sets is for stores that no set is of, so there each set is a fold.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from pricing.matching.listing import Ints, Listing, Pairs
from pricing.matching.model.calibration import fit_calibration
from pricing.matching.model.compared import SECOND_NAMES, Compared, mean_prediction
from pricing.matching.model.features import Matrix
from pricing.matching.model.scorer import Scorer
from pricing.matching.model.word_weights import WordLearner, WordWeights
from pricing.matching.tables import read_pairs, read_tables
from warehouse.errors import InputError, NotEnoughData
from warehouse.progress import Progress, quiet

if TYPE_CHECKING:
    from lightgbm import Booster

Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]

SEED = 20110
FOLDS = 5
_INNER_FOLDS = 3
_SETS = 3
"""Sets from which on each is a fold: with one left out, and another for the second round, one is left to learn from."""
DRIFT = 1.0
"""By how much log odds are usually off on a set that the model did not see, beyond what its share of matches explains:
on most sets left out in turn by less, on WDC Products by far more. Of tables that it was trained on, 0."""
LEAST = 50
"""Matches, and as many pairs that are none, from which a model can be learned at all."""

SETTINGS: Mapping[str, Any] = {
    "objective": "binary",
    "num_leaves": 15,
    "min_child_samples": 10,
    "feature_fraction": 0.5,
    "bagging_fraction": 0.8,
    "bagging_freq": 1,
    "lambda_l2": 5.0,
    "num_threads": 1,
    "deterministic": True,
    "force_col_wise": True,
    "verbose": -1,
}
"""What all boosters share, as LightGBM names it: few leaves for few pairs, and the same trees from the same pairs."""
_FIRST = {**SETTINGS, "learning_rate": 0.06, "num_iterations": 180}
# Best splits and random ones (extremely randomized trees) err differently: their mean is never the worse of the two.
_SECOND = (
    {**SETTINGS, "num_leaves": 7, "learning_rate": 0.06, "num_iterations": 180},
    {**SETTINGS, "learning_rate": 0.08, "num_iterations": 180, "extra_trees": True},
)


@dataclass(frozen=True)
class LabelledSet:
    """Two tables and pairs of them with `labels` (shape (pairs,), true for a match)."""

    name: str
    left: Sequence[Listing]
    right: Sequence[Listing]
    pairs: Pairs
    labels: Flags
    left_out: Sequence[str] = ()
    """Rows of its files that were not taken, and why."""

    @cached_property
    def compared(self) -> Compared:
        return Compared.of(self.left, self.right, self.pairs)

    @classmethod
    def read(
        cls,
        left: Path,
        right: Path,
        labelled: Sequence[Path],
        *,
        name: str = "pairs",
        columns: Mapping[str, str] | None = None,
    ) -> LabelledSet:
        """From files: both tables, and one or more with pairs and their labels. InputError as `tables` raises it."""
        ours, theirs = read_tables(left, right, columns=columns)
        found = [read_pairs(path, ours, theirs) for path in labelled]
        labels = []
        for path, pairs in zip(labelled, found, strict=True):
            if pairs.labels is None:
                raise InputError(f"{path} has no column label; training needs it, 1 for a match and 0 for none")
            labels.append(pairs.labels)
        places = (np.concatenate([getattr(f.pairs, side) for f in found]) for side in ("left", "right"))
        left_out = [f.left_out for f in found if f.left_out]
        return cls(name, ours, theirs, Pairs(*places), np.concatenate(labels), left_out)


@dataclass(frozen=True)
class Judged:
    """A labelled set with its pairs' probabilities from models that saw none of its folds (shape (pairs,))."""

    name: str
    labels: Flags
    probabilities: Floats
    products: Ints
    """What is one product has one number; for resampling by product."""


@dataclass(frozen=True)
class Trained:
    scorer: Scorer
    judged: Sequence[Judged]


def train(sets: Sequence[LabelledSet], *, seed: int = SEED, progress: Progress = quiet) -> Trained:
    """A scorer trained on all the sets and what its folds say of pairs they were not trained on.

    The same input gives the same scorer. NotEnoughData where there are too few matches or too few other pairs.
    """
    labels = np.concatenate([s.labels for s in sets])
    matches, others = int(labels.sum()), int((~labels).sum())
    if min(matches, others) < LEAST:
        raise NotEnoughData(
            f"{matches} matches and {others} other pairs are labelled; training needs {LEAST} of each; label more"
        )
    compared = []
    for at, s in enumerate(sets):
        progress("compare pairs", at, len(sets))
        compared.append(s.compared)
    products = [linked(s) for s in sets]
    apart = len(sets) >= _SETS
    of_set = np.repeat(np.arange(len(sets)), [len(s.labels) for s in sets])
    if apart:
        left = right = inner_left = inner_right = of_set
    else:
        left, right = _folds(products, FOLDS, seed)
        inner_left, inner_right = _folds(products, _INNER_FOLDS, seed + len(sets))
    folds, parts = int(left.max()) + 1, int(inner_left.max()) + 1
    features = np.concatenate([c.first() for c in compared])
    weights = _weights([s.labels for s in sets])

    def fit(columns: Matrix, places: Flags, settings: Mapping[str, Any], number: int) -> Booster:
        return _fit(columns[places], labels[places], weights[places], settings, seed + number)

    def second_features(model: Booster, said: WordWeights) -> Matrix:
        return np.concatenate([c.second([model], said) for c in compared])

    raw = np.empty(len(labels))
    learner = WordLearner([(c.words, c.asked) for c in compared])
    words: list[WordWeights] = []
    first: list[Booster] = []
    second: list[Booster] = []
    for fold in range(folds):
        progress("train", fold, folds)
        seen, own = (left != fold) & (right != fold), left == fold
        learned = np.empty((len(labels), len(SECOND_NAMES)), dtype=np.float32)
        for part in range(parts):
            of_part = seen & (inner_left == part)
            if not of_part.any():
                continue
            rest = seen & (inner_left != part) & (inner_right != part)
            model = fit(features, rest, _FIRST, folds + part)
            learned[of_part] = second_features(model, learner.fit(rest, labels, weights))[of_part]
        first.append(fit(features, seen, _FIRST, fold))
        words.append(learner.fit(seen, labels, weights))
        second += [fit(learned, seen, kind, fold) for kind in _SECOND]
        raw[own] = mean_prediction(second[-len(_SECOND) :], second_features(first[-1], words[-1])[own])
    progress("train", folds, folds)
    calibration = fit_calibration(raw, labels, weights, of_set if apart else None)
    share = float(np.average(labels, weights=weights))
    calibrated = np.split(calibration(raw), np.cumsum([len(s.labels) for s in sets])[:-1])
    judged = [Judged(s.name, s.labels, p, product[0]) for s, p, product in zip(sets, calibrated, products, strict=True)]
    scorer = Scorer(first, WordWeights.mean(words), second, calibration, share, DRIFT if apart else 0.0)
    return Trained(scorer, judged)


def _weights(labels: Sequence[Flags]) -> Floats:
    """Weights of all pairs, with which every set counts alike and has the same share of matches.

    So a probability means the same for each set, and moves to the share of a new one by the same rule. Of one set alone
    each pair weighs 1.
    """
    each = sum(map(len, labels)) / len(labels)
    share = float(np.mean([of_set.mean() for of_set in labels]))
    return np.concatenate(
        [
            np.where(of_set, share / max(of_set.mean(), 1e-9), (1 - share) / max(1 - of_set.mean(), 1e-9))
            * (each / len(of_set))
            for of_set in labels
        ]
    )


def linked(labelled: LabelledSet) -> tuple[Ints, Ints]:
    """The product of each pair's left and of its right listing (shape (pairs,)): what matches link is one product."""
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    n, size = len(labelled.left), len(labelled.left) + len(labelled.right)
    left, right = labelled.pairs.left, labelled.pairs.right
    edges = (left[labelled.labels], n + right[labelled.labels])
    graph = coo_array((np.ones(len(edges[0])), edges), shape=(size, size))
    product = connected_components(graph, directed=False)[1].astype(np.int64)
    return product[left], product[n + right]


def _folds(products: Sequence[tuple[Ints, Ints]], folds: int, seed: int) -> tuple[Ints, Ints]:
    """A fold for each product, drawn at random: those of all pairs' left and right listings."""
    left, right = [], []
    for at, (ours, theirs) in enumerate(products):
        most = int(max(ours.max(), theirs.max())) + 1
        fold = np.random.default_rng(seed + at).integers(0, folds, most)
        left.append(fold[ours])
        right.append(fold[theirs])
    return np.concatenate(left), np.concatenate(right)


def _fit(features: Matrix, labels: Flags, weights: Floats, settings: Mapping[str, Any], seed: int) -> Booster:
    import lightgbm

    data = lightgbm.Dataset(features, labels.astype(np.float64), weight=weights)
    return lightgbm.train({**settings, "seed": seed}, data)
