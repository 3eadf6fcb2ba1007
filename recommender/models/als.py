"""Implicit ALS: customers and skus as points in a space of tastes.

Hu, Koren and Volinsky, "Collaborative Filtering for Implicit Feedback Datasets" (ICDM 2008), as in `implicit`.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from recommender.history import History
from recommender.interactions import Floats, Ints

FACTORS = 32
REGULARIZATION = 5.0
ALPHA = 10.0
"""Confidence added per unit of a customer's (logarithmic) memory of a sku."""
ITERATIONS = 12


@dataclass(frozen=True)
class Als:
    """`customer_factors` (customers x factors) and `sku_factors` (pool x factors)."""

    customer_factors: Floats
    sku_factors: Floats

    @classmethod
    def fit(cls, history: History, pool: Ints, *, seed: int) -> Als:
        """Alternate least squares from a seeded start; the same answer for the same seed."""
        from implicit.als import AlternatingLeastSquares
        from scipy.sparse import csr_matrix
        from threadpoolctl import threadpool_limits

        confidence = history.matrix(np.log1p(history.memory[-1]), pool)
        # `implicit` runs its own threads: BLAS threads below them slow it down, and it warns of them.
        with threadpool_limits(1, "blas"):
            model = AlternatingLeastSquares(
                factors=min(FACTORS, len(pool)),
                regularization=REGULARIZATION,
                alpha=ALPHA,
                iterations=ITERATIONS,
                random_state=seed,
            )
            model.fit(csr_matrix(confidence), show_progress=False)
        known = np.diff(confidence.indptr) > 0
        return cls(np.where(known[:, None], model.user_factors, 0).astype(np.float32), np.asarray(model.item_factors))

    def scores(self, customers: Ints) -> Floats:
        """The inner products."""
        return self.customer_factors[customers] @ self.sku_factors.T
