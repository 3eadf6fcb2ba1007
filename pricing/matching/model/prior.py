"""The share of matches among the pairs scored, and what it does to probabilities and thresholds.

A probability is calibrated for the share of matches it was trained on. Where matches are rarer or more common, the odds
move by the ratio of the odds of the two shares. The share itself is estimated from unlabelled pairs by expectation
maximisation: M. Saerens, P. Latinne, C. Decaestecker, Adjusting the outputs of a classifier to new a priori
probabilities, Neural Computation 14 (2002).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]

LEAST, MOST = 1e-4, 0.9
"""Bounds of an estimated share."""
_ROUNDS = 1000
_STILL = 1e-7

USUAL_SHARE = 0.12
"""Of matches among candidate pairs: between the median (0.107) and the mean (0.14) of the product sets of S. Mudgal et
al., Deep learning for entity matching, SIGMOD 2018, which have 9 to 25%."""
_SHARES_DIFFER = 0.5
"""How far, in log odds, shares of matches usually are from it."""
_FARTHEST, _STEP = 12.0, 0.05
"""Log odds that are tried."""
_EDGE = 1e-9


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


@dataclass(frozen=True)
class Settled:
    """How some pairs' probabilities are to be read: their `share` of matches, and what to add to their log odds.

    `drift` is the part of it that the share does not explain: above 0 matches look worse here than where the model was
    trained.
    """

    share: float
    shift: float
    drift: float = 0.0

    def __call__(self, probabilities: Floats) -> Floats:
        return np.asarray(1 / (1 + np.exp(-(_log_odds(probabilities) + self.shift))), dtype=np.float64)


def settle(probabilities: Floats, trained_share: float, drift: float, *, told: float | None = None) -> Settled:
    """How to read probabilities made for `trained_share` (shape (pairs,)), of pairs without labels.

    `drift` is by how much the log odds are usually off beyond what the share explains: 0 for a model of these very
    tables, where the share is estimated by expectation maximisation. Elsewhere a shift of the log odds by t implies the
    share that is their mean, and so how much of t that share does not explain. Of all t the most probable one is taken:
    shares and positive drifts (matches look worse here than where it was trained) have Cauchy's tails, so that what is
    quite unusual is believed if nothing else explains the scores; negative ones have Gauss's, as pairs that are no
    matches seldom look like the best of them. The share may be `told` instead.
    """
    if not drift or not len(probabilities):
        share = estimate_prior(probabilities, trained_share) if told is None else told
        return Settled(share, _logit(share) - _logit(trained_share))
    scores, counts = np.unique(_log_odds(probabilities).round(1), return_counts=True)
    shifts = np.arange(-_FARTHEST, _FARTHEST + _STEP, _STEP)
    shares = 1 / (1 + np.exp(-np.add.outer(shifts, scores))) @ (counts / counts.sum())
    odds = _log_odds(shares)
    drifts = shifts - odds + _logit(trained_share)
    if told is not None:
        at = int(np.abs(shares - told).argmin())
    else:
        off = drifts / drift
        unusual = np.log1p(((odds - _logit(USUAL_SHARE)) / _SHARES_DIFFER) ** 2)
        at = int(np.argmin(unusual + np.where(off > 0, np.log1p(off**2), off**2 / 2)))
    return Settled(float(shares[at]), float(shifts[at]), float(drifts[at]))


def _log_odds(probabilities: Floats) -> Floats:
    inside = np.clip(probabilities, _EDGE, 1 - _EDGE)
    return np.asarray(np.log(inside) - np.log1p(-inside), dtype=np.float64)


def _logit(share: float) -> float:
    return float(np.log(share / (1 - share)))


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
