"""What the merchant would love to know: whole-demand cross-price elasticities, and what a naive regression finds."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
from scipy import sparse

from experiments.market.catalogue import NONE, Catalogue
from experiments.market.columns import Bools, Floats, Ints, picked, same
from experiments.market.economy import Course
from experiments.market.stores import NEVER, Assortment


def cross_elasticities(assortment: Assortment, base: Floats) -> pa.Table:
    """Elasticities of the whole demand for sku to the price of other_sku: positive of substitutes, negative of
    complements. Columns store_id, sku, other_sku, cross_elasticity.

    They hold at reference prices with everything in stock, on a day when all shelves have the same season. With base
    purchases b, joins J (of k by a purchase of i), own elasticities E and those between substitutes C, the purchases of
    k are D_k = b_k + sum_i b_i J_ik, and differentiating the law of `economy` gives the off-diagonal of
    diag(D)^-1 (diag(b) C + J' diag(b) (E + C)).
    """
    catalogue = assortment.catalogue
    carried = assortment.launch != NEVER
    substitutes = _matrix(catalogue.substitutes, catalogue.cross, carried)
    joins = _matrix(catalogue.complements, catalogue.joins, carried)
    starts = sparse.diags_array(base)
    brought = joins.T @ starts
    whole = base + brought.sum(axis=1)
    slopes = starts @ substitutes + brought @ (sparse.diags_array(catalogue.elasticity) + substitutes)
    pairs = sparse.coo_array(sparse.diags_array(1 / np.where(whole > 0, whole, 1.0)) @ slopes)
    row, column = pairs.coords
    order = np.lexsort((column, row))
    other = order[(row[order] != column[order]) & (pairs.data[order] != 0)]
    return pa.table(
        {
            "store_id": same(assortment.store.store_id, len(other)),
            "sku": picked(catalogue.skus, row[other]),
            "other_sku": picked(catalogue.skus, column[other]),
            "cross_elasticity": pa.array(pairs.data[other]),
        }
    )


def _matrix(places: Ints, strengths: Floats, carried: Bools) -> sparse.csr_array:
    n = len(places)
    product, slot = np.nonzero((places != NONE) & carried[:, None] & carried[places])
    return sparse.csr_array((strengths[product, slot], (product, places[product, slot])), shape=(n, n))


class NaiveRegression:
    """What a regression of log demand on log price, product by product and without controls, adds to the elasticity.

    With x the log price beside the reference and z the log of the expected demand at the reference price, which holds
    season, crowd, mood and the substitutes' prices, log demand is elasticity * x + z, so that least squares finds the
    elasticity plus cov(x, z) / var(x), the bias of omitted variables (J. Wooldridge, "Introductory Econometrics",
    chapter 3). Days without stock are left out.
    """

    def __init__(self, catalogue: Catalogue) -> None:
        self._sums = np.zeros((5, len(catalogue.base)))

    def add(self, course: Course, reference: Floats) -> None:
        """Add a block of days."""
        there = course.rate > 0
        x = np.where(there, np.log(course.price / 100 / reference), 0.0)
        z = np.log(np.where(there, course.rate, 1.0))
        self._sums += np.stack([column.sum(axis=0) for column in (there.astype(float), x, z, x * x, x * z)])

    @property
    def variation(self) -> Floats:
        """Sum of squares of each product's log price about its mean: the weight it has in a pooled regression."""
        n, x, _, xx, _ = self._sums
        spread: Floats = np.maximum(xx - x * x / np.maximum(n, 1), 0)
        return np.where(spread > 1e-9, spread, 0.0)

    @property
    def bias(self) -> Floats:
        """Each product's bias; nan where its price never moved."""
        n, x, z, _, xz = self._sums
        variation = self.variation
        bias: Floats = np.full(len(n), np.nan)
        np.divide(xz - x * z / np.maximum(n, 1), variation, out=bias, where=variation > 0)
        return bias
