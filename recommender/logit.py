"""Logistic regression by Newton's method: few features, many rows, a plain set of numbers to release."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from recommender.interactions import Floats

_RIDGE = 1.0
_STEPS = 25
_CLOSE = 1e-9

Bools = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Logit:
    """log odds = intercept + sum of weights * (features - means); `weights` are per unit of the feature."""

    names: tuple[str, ...]
    means: Floats
    weights: Floats
    intercept: float

    @classmethod
    def fit(cls, names: Sequence[str], features: Floats, happened: Bools) -> Logit:
        """Maximum likelihood over standardised features with a ridge of 1 on each weight.

        Iteratively reweighted least squares (McCullagh and Nelder, Generalized Linear Models, 2.5). `features` is rows
        x names. A feature that never varies gets the weight 0.
        """
        means = features.mean(axis=0, dtype=np.float64)
        spread = features.std(axis=0, dtype=np.float64)
        spread[spread < 1e-9] = np.inf
        x = np.column_stack([np.ones(len(features)), (features - means) / spread])
        penalty = np.full(x.shape[1], _RIDGE)
        penalty[0] = 0.0
        beta = np.zeros(x.shape[1])
        share = (happened.sum() + 0.5) / (len(happened) + 1)
        beta[0] = np.log(share / (1 - share))

        def loss(at: npt.NDArray[np.float64]) -> float:
            odds = x @ at
            return float(np.logaddexp(0, odds).sum() - odds[happened].sum() + (penalty * at * at).sum() / 2)

        now = loss(beta)
        for _ in range(_STEPS):
            p = 1 / (1 + np.exp(-np.clip(x @ beta, -30, 30)))
            gradient = x.T @ (happened - p) - penalty * beta
            hessian = (x * (p * (1 - p))[:, None]).T @ x + np.diag(penalty + 1e-9)
            step = np.linalg.solve(hessian, gradient)
            while (then := loss(beta + step)) > now + 1e-9 * abs(now):  # a full step can overshoot far from the peak
                step /= 2
            beta, gained, now = beta + step, now - then, then
            if gained < _CLOSE * abs(now):
                break
        weights = (beta[1:] / spread).astype(np.float32)
        return cls(tuple(names), means.astype(np.float32), weights, float(beta[0]))

    def part(self, names: Sequence[str], features: Floats) -> Floats:
        """What these features (rows x names) add to the log odds, without the intercept."""
        at = [self.names.index(name) for name in names]
        return ((features - self.means[at]) @ self.weights[at]).astype(np.float32)
