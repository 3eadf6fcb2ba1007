"""Popularity: how many customers bought a sku, the more recent the more it counts."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from recommender.history import History
from recommender.interactions import Floats, Ints

HALF_LIFE = 10.0
"""Days after which a customer's last purchase of a sku counts half."""


@dataclass(frozen=True)
class Popularity:
    """The same score for everyone: the sum over a sku's buyers of 2^(-days since the last purchase / HALF_LIFE)."""

    pool_scores: Floats

    @classmethod
    def fit(cls, history: History, pool: Ints) -> Popularity:
        """Count the buyers of the pool's skus."""
        return cls(popularity(history)[pool])

    def scores(self, customers: Ints) -> Floats:
        """One row for each customer."""
        return np.broadcast_to(self.pool_scores, (len(customers), len(self.pool_scores)))


def popularity(history: History) -> Floats:
    """Every sku's popularity."""
    weight = np.exp2(-history.last / HALF_LIFE)
    scores: Floats = np.bincount(history.sku, weights=weight, minlength=history.skus).astype(np.float32)
    return scores


def popularity_share(history: History) -> Floats:
    """Popularity as a share of all customers, counted in the same way by their last order: 0 to 1."""
    customers = float(np.exp2(-history.customer_last / HALF_LIFE).sum())
    return (popularity(history) / max(customers, 1e-9)).astype(np.float32)


def most_popular(history: History, size: int) -> Ints:
    """The `size` most popular skus that anyone bought, best first; equals in the order of their ids."""
    scores = popularity(history)
    best = np.argsort(-scores, kind="stable")[:size]
    return best[scores[best] > 0].astype(np.int32)
