"""How good a scorer's probabilities are: F1 with its interval, and calibration where matches are common and rare."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from pricing.matching.model.prior import best_f1_threshold, settle
from pricing.matching.model.scorer import Scorer
from pricing.matching.model.training import Judged

Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]

_BINS = 10
_RESAMPLED = 1000
_RARE = 10
"""Where matches are rare, all but one in so many of them are left out."""
_DRAWS = 20


@dataclass(frozen=True)
class Figures:
    """Of one labelled set. `f1_low` to `f1_high` is a 95% interval; `f1_best` that of the best threshold, which only
    labels tell; `error_rare` the calibration error where matches are a tenth as common."""

    pairs: int
    matches: int
    f1: float
    f1_low: float
    f1_high: float
    f1_best: float
    error: float
    error_rare: float


def figures(judged: Judged, scorer: Scorer, *, seed: int = 0) -> Figures:
    """F1 at the threshold that the probabilities themselves ask for, read as `scorer` would without labels.

    The interval is a bootstrap over products (of the left table), so that pairs of one product stay together.
    """
    random = np.random.default_rng(seed)
    moved = at_their_share(judged.probabilities, scorer)
    called = moved >= best_f1_threshold(moved)
    counts = np.column_stack([called & judged.labels, called & ~judged.labels, ~called & judged.labels]).astype(float)
    _, product = np.unique(judged.products, return_inverse=True)
    of_product = np.column_stack([np.bincount(product, counts[:, k]) for k in range(3)])
    n = len(of_product)
    drawn = [f1_of(random.multinomial(n, np.full(n, 1 / n)).astype(float) @ of_product) for _ in range(_RESAMPLED)]
    low, high = np.percentile(drawn, [2.5, 97.5])
    return Figures(
        pairs=len(judged.labels),
        matches=int(judged.labels.sum()),
        f1=f1_of(counts.sum(axis=0)),
        f1_low=float(low),
        f1_high=float(high),
        f1_best=best_f1(judged.probabilities, judged.labels),
        error=calibration_error(moved, judged.labels),
        error_rare=_error_where_rare(judged, scorer, random),
    )


def at_their_share(probabilities: Floats, scorer: Scorer) -> Floats:
    """The scorer's probabilities moved to the share of matches that they themselves suggest."""
    return settle(probabilities, scorer.trained_share, scorer.drift)(probabilities)


def best_f1(probabilities: Floats, labels: Flags) -> float:
    """F1 at the best of all thresholds."""
    order = np.argsort(-probabilities, kind="stable")
    ends = np.append(np.diff(probabilities[order]) != 0, True)
    found, called = np.cumsum(labels[order])[ends], np.arange(1, len(labels) + 1)[ends]
    return float((2 * found / (called + labels.sum())).max())


def f1_of(counts: Floats) -> float:
    """From true positives, false positives and false negatives."""
    right, wrong, missed = (float(c) for c in counts)
    return 2 * right / (2 * right + wrong + missed) if right else 0.0


def calibration_error(probabilities: Floats, labels: Flags) -> float:
    """Expected calibration error over ten bins of equal width (Naeini, Cooper, Hauskrecht, AAAI 2015)."""
    at = np.minimum((probabilities * _BINS).astype(int), _BINS - 1)
    gaps = np.bincount(at, labels, minlength=_BINS) - np.bincount(at, probabilities, minlength=_BINS)
    return float(np.abs(gaps).sum() / len(labels))


def _error_where_rare(judged: Judged, scorer: Scorer, random: np.random.Generator) -> float:
    """Mean over draws of the error where the share of matches is a tenth: the share is estimated anew in each."""
    matches, others = np.flatnonzero(judged.labels), np.flatnonzero(~judged.labels)
    share = len(matches) / len(judged.labels) / _RARE
    kept = max(1, round(share / (1 - share) * len(others)))
    errors = []
    for _ in range(_DRAWS):
        chosen = np.concatenate([random.choice(matches, kept, replace=False), others])
        moved = at_their_share(judged.probabilities[chosen], scorer)
        errors.append(calibration_error(moved, judged.labels[chosen]))
    return float(np.mean(errors))
