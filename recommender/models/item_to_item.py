"""Item to item: what customers who bought this also bought, told apart from what everyone buys.

EASE (Steck, "Embarrassingly Shallow Autoencoders for Sparse Data", WWW 2019): the weights that best rebuild each
customer's purchases from their other purchases, in closed form. Unlike counts of co-purchases it does not credit a sku
for going with a best-seller that explains it better.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from recommender.history import History
from recommender.interactions import Floats, Ints

if TYPE_CHECKING:
    from scipy.sparse import csr_array

PENALTY = 400.0
"""EASE's lambda, in customers: how many would have to agree before a weight is believed."""
NEIGHBOURS = 100
"""Weights kept for each sku: the largest positive ones."""


@dataclass(frozen=True)
class ItemToItem:
    """`weights[i, j]`: how much having bought pool sku i speaks for j; `bought`: customers x pool, 1 where bought."""

    bought: csr_array
    weights: csr_array

    @classmethod
    def fit(cls, history: History, pool: Ints) -> ItemToItem:
        """Solve for the weights; cubic in the size of the pool (4,000 skus: seconds)."""
        from scipy.linalg import lapack
        from threadpoolctl import threadpool_limits

        bought = history.matrix(np.ones(len(history.sku)), pool)
        gram = np.asfortranarray((bought.T @ bought).toarray(), dtype=np.float32)
        gram[np.diag_indices_from(gram)] += PENALTY
        with threadpool_limits(1, "blas"):  # else the last bits, and so ties, depend on the machine's cores
            factor, failed = lapack.spotrf(gram, lower=1, overwrite_a=1)
            inverse, singular = lapack.spotri(factor, lower=1, overwrite_c=1)
        if failed or singular:  # cannot be: gram + penalty is positive definite
            raise ArithmeticError("EASE: the co-purchase matrix could not be inverted")
        lower = np.tril(inverse, -1)
        precision = lower + lower.T
        # B = -P / diag(P), columns by their own variable; the diagonal is zero by construction.
        weights = precision / -np.diag(inverse)
        return cls(bought, _strongest(weights))

    def scores(self, customers: Ints) -> Floats:
        """The sum of the weights from what each customer bought."""
        return np.asarray((self.bought[customers] @ self.weights).toarray())


def _strongest(weights: Floats) -> csr_array:
    """The NEIGHBOURS largest positive weights towards each sku (each column)."""
    from scipy.sparse import csr_array

    size = len(weights)
    if size > NEIGHBOURS:
        least = -np.partition(-weights, NEIGHBOURS - 1, axis=0)[NEIGHBOURS - 1]
        weights = np.where(weights >= least, weights, 0)
    return csr_array(np.maximum(weights, 0, dtype=np.float32))
