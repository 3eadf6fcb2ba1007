"""Bought together: which products stand in the same orders, more often than chance puts them there."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from recommender.interactions import Floats, Interactions, Ints
from warehouse.tables import RELATIONS

KEPT = 50
"""Related products kept for each product."""

_LARGEST = 200
"""Orders of more products are stock-ups that relate everything to everything."""
_LEAST = 2
_DISCOUNT = 0.2
"""The exponent that takes best-sellers down a little. With 0 (the plain share of orders) they crowd out what truly goes
with a product; with 0.5 (cosine) and 1 (lift) later baskets hold clearly fewer of the products named."""
_BLOCK = 2000


@dataclass(frozen=True)
class Together:
    """Product i's relations are `starts[i]:starts[i + 1]`, best first; `orders` counts the orders that hold both."""

    starts: npt.NDArray[np.int64]
    related: Ints
    score: Floats
    orders: Ints

    @classmethod
    def fit(cls, interactions: Interactions, sellable: npt.NDArray[np.bool_]) -> Together:
        """Count pairs over all orders of 2 to 200 products, guests' too.

        Kept are sellable products in at least two orders with the product and with a lift above 1 (Brin and others,
        "Dynamic Itemset Counting", SIGMOD 1997). The score is the share of the product's orders that hold the related
        one, over the related one's own share of orders to the power 0.2.
        """
        from scipy.sparse import csr_array

        skus = len(interactions.skus)
        ones = np.ones(len(interactions.sku), dtype=np.float32)
        baskets = csr_array((ones, (interactions.order, interactions.sku)), shape=(interactions.order.max() + 1, skus))
        size = np.diff(baskets.indptr)
        baskets = baskets[(size >= 2) & (size <= _LARGEST)]
        count = np.maximum(np.asarray(baskets.sum(axis=0)).ravel(), 1)
        total = max(baskets.shape[0], 1)
        by_sku = baskets.T.tocsr()
        found = []
        for start in range(0, skus, _BLOCK):  # bounds the memory of the pairs
            block = (by_sku[start : start + _BLOCK] @ baskets).tocoo()
            sku, related = block.coords[0] + start, block.coords[1]
            both = block.data
            kept = (both >= _LEAST) & (sku != related) & sellable[related]
            kept &= both * total > count[sku] * count[related]
            sku, related, both = sku[kept], related[kept], both[kept]
            score = both / count[sku] * (count[related] / total) ** -_DISCOUNT
            by = np.lexsort((related, -score, sku))
            rank = np.arange(len(by)) - np.searchsorted(sku[by], sku[by])
            by = by[rank < KEPT]
            found.append((sku[by], related[by], score[by], both[by]))
        sku, related, score, both = (np.concatenate(column) for column in zip(*found, strict=True))
        starts = np.searchsorted(sku, np.arange(skus + 1)).astype(np.int64)
        return cls(starts, related.astype(np.int32), score.astype(np.float32), both.astype(np.int32))

    def table(self, skus: list[str], model_version: str) -> pa.Table:
        """Rows for the lake's relations."""
        ids = pa.array(skus, pa.string())
        sku = np.repeat(np.arange(len(skus), dtype=np.int32), np.diff(self.starts))
        size = len(self.related)
        columns = {
            "relation": pa.array(["bought_together"] * size, pa.string()),
            "sku": ids.take(pa.array(sku)),
            "related_sku": ids.take(pa.array(self.related)),
            "model_version": pa.array([model_version] * size, pa.string()),
            "score": pa.array(self.score.astype(np.float64)),
            "orders_together": pa.array(self.orders.astype(np.int64)),
        }
        return pa.table(columns).select(RELATIONS.schema.names)
