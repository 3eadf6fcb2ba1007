"""What a store's own identifiers and verdicts teach about the model's probabilities.

The model was calibrated on other shops' products: elsewhere it may be too sure, or, where titles carry no model
numbers, not sure enough. An offer whose GTIN or part number is one of ours is a pair whose answer is known, as are the
pairs that identifiers tell apart and those that people decided. Scored without its identifiers, each such offer shows
how far the model can be believed of titles like these, and how much it means here if one side says a word that the
other does not. A logistic regression over the two (J. Platt, Probabilistic outputs for support vector machines, 1999),
held to the model's own probabilities by a weak Gaussian prior, corrects the rest.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]

LEAST_KNOWN = 30
"""Known matches, and as many known others, from which there is something to learn."""

_MOST_MORE = 3.0
"""Words beyond the first said by one side alone that count; more say no more."""
_MEANS = np.array([1.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0])
_DEVIATIONS = np.array([1.0, 2.0, 1.0, 2.0, 1.0, 2.0, 3.0])
"""Where the store teaches nothing: the model's own probability, and how far from it the truth is expected."""
_BOUNDS = ((0.2, None), *[(None, 0.0)] * 5, (None, None))
"""A higher probability always counts for the pair, a word that one side alone says never does."""
_EDGE = 1e-6


@dataclass(frozen=True)
class OwnCalibration:
    """logit p' = the product of `weights` with the evidence (see `evidence`); `share` of matches among the pairs that
    p' is made for. `learned` from this store, or the model's own probabilities as they are."""

    weights: tuple[float, ...]
    share: float
    learned: bool = True

    def __call__(self, evidence: Floats) -> Floats:
        """Corrected probabilities (shape (pairs,))."""
        return np.asarray(1 / (1 + np.exp(-(evidence @ np.array(self.weights)))), dtype=np.float64)


def evidence(probability: Floats, only_ours: Floats, only_theirs: Floats) -> Floats:
    """What is known of each pair (shape (pairs, 7)): the logit of the model's probability; whether we say a word alone
    and how many more, the same of them, whether both do; and 1.

    Whether there is such a word is told from how many: where none is, a pair may be surer than any straight line
    through the others would say.
    """
    ours, theirs = only_ours > 0, only_theirs > 0
    more = [np.clip(only - 1, 0.0, _MOST_MORE) for only in (only_ours, only_theirs)]
    columns = [_logit(probability), ours, more[0], theirs, more[1], ours & theirs, np.ones(len(probability))]
    return np.column_stack(columns)


def with_probability(evidence: Floats, probability: Floats) -> Floats:
    """The same evidence with other probabilities of the model."""
    return np.column_stack([_logit(probability), evidence[:, 1:]])


def _logit(probability: Floats) -> Floats:
    inside = np.clip(probability, _EDGE, 1 - _EDGE)
    return np.asarray(np.log(inside) - np.log1p(-inside), dtype=np.float64)


def learn(evidence: Floats, label: npt.NDArray[np.bool_], trained_share: float) -> OwnCalibration:
    """The correction from pairs whose `label` (shape (pairs,), true for a match) is known.

    None, at the share trained on, where fewer than `LEAST_KNOWN` of either are known.
    """
    matches = int(label.sum())
    if min(matches, len(label) - matches) < LEAST_KNOWN:
        return OwnCalibration(tuple(_MEANS.tolist()), trained_share, learned=False)
    from scipy.optimize import minimize

    def loss(weights: Floats) -> tuple[float, Floats]:
        logit = evidence @ weights
        error = 1 / (1 + np.exp(-logit)) - label
        off = (weights - _MEANS) / _DEVIATIONS
        value = float((np.logaddexp(0, logit) - label * logit).sum() + off @ off / 2)
        return value, evidence.T @ error + off / _DEVIATIONS

    fitted = minimize(loss, _MEANS, jac=True, bounds=_BOUNDS)
    return OwnCalibration(tuple(float(x) for x in fitted.x), matches / len(label))
