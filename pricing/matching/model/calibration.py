"""Scores of a model turned into probabilities: beta calibration, three numbers that text can hold.

M. Kull, T. Silva Filho, P. Flach, Beta calibration, AISTATS 2017: logit p = a ln s - b ln(1 - s) + c with a, b >= 0,
fitted by maximum likelihood.
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


def fit_calibration(scores: Floats, labels: npt.NDArray[np.bool_], weights: Floats | None = None) -> Calibration:
    """From scores of pairs that the model did not see in training (all shape (pairs,))."""
    from scipy.optimize import minimize

    low, high = _logs(scores)
    columns = np.column_stack([low, high, np.ones(len(scores))])
    share = np.ones(len(scores)) if weights is None else weights
    share = share / share.sum()

    def loss(parameters: Floats) -> tuple[float, Floats]:
        logit = columns @ parameters
        error = 1 / (1 + np.exp(-logit)) - labels
        return float(share @ (np.logaddexp(0, logit) - labels * logit)), columns.T @ (share * error)

    fitted = minimize(loss, np.array([1.0, 1.0, 0.0]), jac=True, bounds=[(0, None), (0, None), (None, None)])
    a, b, c = (float(x) for x in fitted.x)
    return Calibration(a, b, c)


def _logs(scores: Floats) -> tuple[Floats, Floats]:
    inside = np.clip(scores, _EDGE, 1 - _EDGE)
    return np.log(inside), -np.log1p(-inside)
