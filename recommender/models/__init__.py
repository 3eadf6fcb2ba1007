"""Candidate models: each scores, for some customers, every sku of a pool; higher is better, within one customer.

All are fitted on the same `History` and `pool` (skus as positions, in the order of the scores' columns) and answer
through the one method below, which tests hold every model to.
"""

from __future__ import annotations

from typing import Protocol

from recommender.interactions import Floats, Ints


class Model(Protocol):
    """A fitted model."""

    def scores(self, customers: Ints) -> Floats:
        """Finite scores, customers x pool. A customer without history gets the same score for every sku, or what
        holds for everyone."""
        ...
