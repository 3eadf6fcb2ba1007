"""Scores of a model turned into probabilities: beta calibration, three numbers that text can hold.

M. Kull, T. Silva Filho, P. Flach, Beta calibration, AISTATS 2017: logit p = a ln s - b ln(1 - s) + c with a, b >= 0,
fitted by maximum likelihood. Scores from several stores may each be off by a shift of their own.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]

_EDGE = 1e-6


@dataclass(frozen=True)
class Calibration:
    a: float
    b: float
    c: float

    def __call__(self, scores: Floats) -> Floats:
        """Probabilities of scores from 0 to 1; never falling as the score rises."""
        low, high = _logs(scores)
        return np.asarray(1 / (1 + np.exp(-(self.a * low + self.b * high + self.c))), dtype=np.float64)


def fit_calibration(
    scores: Floats,
    labels: npt.NDArray[np.bool_],
    weights: Floats | None = None,
    stores: npt.NDArray[np.int64] | None = None,
) -> Calibration:
    """From scores of pairs that the model did not see in training (all shape (pairs,)).

    With `stores`, numbers of each pair's store from 0, c is the median of one for each store: else a store where all
    matches look bad would make all the others' probabilities vague.
    """
    from scipy.optimize import minimize

    low, high = _logs(scores)
    store = np.zeros(len(scores), dtype=np.int64) if stores is None else stores
    columns = np.column_stack([low, high, np.eye(int(store.max()) + 1)[store]])
    share = np.ones(len(scores)) if weights is None else weights
    share = share / share.sum()

    def loss(parameters: Floats) -> tuple[float, Floats]:
        logit = columns @ parameters
        error = 1 / (1 + np.exp(-logit)) - labels
        return float(share @ (np.logaddexp(0, logit) - labels * logit)), columns.T @ (share * error)

    free = columns.shape[1] - 2
    start, bounds = np.array([1.0, 1.0, *[0.0] * free]), [(0, None), (0, None), *[(None, None)] * free]
    a, b, *shifts = (float(x) for x in minimize(loss, start, jac=True, bounds=bounds).x)
    return Calibration(a, b, float(np.median(shifts)))


def _logs(scores: Floats) -> tuple[Floats, Floats]:
    inside = np.clip(scores, _EDGE, 1 - _EDGE)
    return np.log(inside), -np.log1p(-inside)
