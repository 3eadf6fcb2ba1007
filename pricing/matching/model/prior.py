"""The share of matches among the pairs scored, and what it does to probabilities and thresholds.

A probability is calibrated for the share of matches it was trained on. Where matches are rarer or more common, the odds
move by the ratio of the odds of the two shares. The share itself is estimated from unlabelled pairs by expectation
maximisation: M. Saerens, P. Latinne, C. Decaestecker, Adjusting the outputs of a classifier to new a priori
probabilities, Neural Computation 14 (2002).
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]

LEAST, MOST = 1e-4, 0.9
"""Bounds of an estimated share."""
_ROUNDS = 1000
_STILL = 1e-7


def adjust(probabilities: Floats, trained_share: float, prior: float) -> Floats:
    """Probabilities (shape (pairs,)) at another share of matches than the one they were trained for, both in (0, 1)."""
    if not (0 < trained_share < 1 and 0 < prior < 1):
        raise ValueError(f"a share of matches lies between 0 and 1, not {trained_share} or {prior}")
    matches = probabilities * (prior / trained_share)
    others = (1 - probabilities) * ((1 - prior) / (1 - trained_share))
    return np.asarray(matches / (matches + others), dtype=np.float64)


def estimate_prior(probabilities: Floats, trained_share: float) -> float:
    """The share of matches among unlabelled pairs, from their probabilities at the share trained on.

    The trained share itself where there are no pairs; never outside LEAST to MOST.
    """
    if not len(probabilities):
        return trained_share
    prior = trained_share
    for _ in range(_ROUNDS):
        former, prior = prior, float(np.clip(adjust(probabilities, trained_share, prior).mean(), LEAST, MOST))
        if abs(prior - former) < _STILL:
            break
    return prior


def best_f1_threshold(probabilities: Floats) -> float:
    """The probability from which on to call a pair a match so that the expected F1 over these pairs is highest.

    With the k most probable pairs called matches, the expected number of true ones among them is the sum of their
    probabilities, so F1 is about 2 times that over k plus the sum of all. Above 1 where there are no pairs.
    """
    if not len(probabilities):
        return float(np.nextafter(1.0, 2.0))
    called, found, thresholds = _called(probabilities)
    return float(thresholds[int(np.argmax(2 * found / (called + probabilities.sum())))])


def threshold_for_precision(probabilities: Floats, target: float) -> float:
    """The lowest probability from which on the pairs called matches are expected to be right in `target` of cases.

    Above 1 where not even the most probable pair is expected to be.
    """
    called, found, thresholds = _called(probabilities)
    enough = np.flatnonzero(found / called >= target)
    return float(thresholds[enough[-1]]) if len(enough) else float(np.nextafter(1.0, 2.0))


def _called(probabilities: Floats) -> tuple[Floats, Floats, Floats]:
    """For each distinct probability as threshold, falling: pairs called matches, expected true ones, the threshold."""
    thresholds, counts = np.unique(probabilities, return_counts=True)
    thresholds, counts = thresholds[::-1], counts[::-1]
    return np.cumsum(counts).astype(np.float64), np.cumsum(thresholds * counts), thresholds
