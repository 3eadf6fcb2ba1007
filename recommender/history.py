"""Each customer's history as it stood at a time: what the models and the ranking learn from, and nothing later."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from recommender.interactions import Floats, Interactions, Ints

if TYPE_CHECKING:
    from scipy.sparse import csr_array

MEMORIES = (15.0, 60.0, 240.0)
"""Half-lives, in days, of the three memories of a repeated purchase: this month's, the season's, the year's."""

_PRIOR = 10.0


@dataclass(frozen=True)
class History:
    """One entry per customer and sku bought before day `at`, sorted by customer, then sku.

    Customer c's entries are `starts[c]:starts[c + 1]`. `orders` counts distinct orders; `first` and `last` are days
    from the first and last purchase to `at`; `memory[h]` is the sum over purchases of 2^(-age / MEMORIES[h]).
    """

    at: float
    skus: int
    starts: npt.NDArray[np.int64]
    sku: Ints
    orders: Ints
    first: Floats
    last: Floats
    memory: tuple[Floats, ...]
    customer_orders: Ints
    """Distinct orders of each customer."""
    customer_last: Floats
    """Days since each customer's last order; infinite where there is none."""

    @classmethod
    def until(cls, interactions: Interactions, at: float) -> History:
        """What was known at the beginning of day `at`."""
        known = (interactions.customer >= 0) & (interactions.day < at)
        customer, sku, order = interactions.customer[known], interactions.sku[known], interactions.order[known]
        age = at - interactions.day[known]
        # Interactions are sorted by customer and sku, so each pair is one run of rows.
        new = np.ones(len(age), dtype=np.bool_)
        new[1:] = (np.diff(customer) != 0) | (np.diff(sku) != 0)
        begins = np.flatnonzero(new)
        ends = np.append(begins[1:], len(age))[: len(begins)]
        people = len(interactions.customers)
        starts = np.zeros(people + 1, dtype=np.int64)
        np.cumsum(np.bincount(customer[begins], minlength=people), out=starts[1:])
        owners = np.full(int(interactions.order.max(initial=-1)) + 1, -1, dtype=np.int32)
        owners[order] = customer
        last_order = np.full(people, np.inf, dtype=np.float32)
        np.minimum.at(last_order, customer, age.astype(np.float32))

        def sums(values: npt.NDArray[np.float64]) -> Floats:
            return np.add.reduceat(values, begins).astype(np.float32) if len(begins) else np.empty(0, np.float32)

        return cls(
            at=at,
            skus=len(interactions.skus),
            starts=starts,
            sku=sku[begins],
            orders=(ends - begins).astype(np.int32),
            first=age[begins].astype(np.float32),
            last=age[ends - 1].astype(np.float32),
            memory=tuple(sums(np.exp2(-age / half_life)) for half_life in MEMORIES),
            customer_orders=np.bincount(owners[owners >= 0], minlength=people).astype(np.int32),
            customer_last=last_order,
        )

    @cached_property
    def customer(self) -> Ints:
        """The customer of each entry."""
        return np.repeat(np.arange(len(self.starts) - 1, dtype=np.int32), np.diff(self.starts))

    def buyers(self, days: float) -> Floats:
        """How many distinct customers bought each sku in the last `days`."""
        return np.bincount(self.sku[self.last <= days], minlength=self.skus).astype(np.float32)

    @cached_property
    def repeat_rate(self) -> Floats:
        """The share of each sku's buyers that bought it again, drawn to the shop's rate by 10 buyers' weight."""
        bought = np.bincount(self.sku, minlength=self.skus)
        again = np.bincount(self.sku[self.orders > 1], minlength=self.skus)
        overall = float(again.sum()) / max(int(bought.sum()), 1)
        return ((again + _PRIOR * overall) / (bought + _PRIOR)).astype(np.float32)

    def matrix(self, values: npt.NDArray[np.generic], columns: Ints) -> csr_array:
        """Customers x `columns` (distinct skus) with one value per entry; entries of other skus are left out."""
        from scipy.sparse import csr_array

        place = np.full(self.skus, -1, dtype=np.int32)
        place[columns] = np.arange(len(columns), dtype=np.int32)
        column = place[self.sku]
        kept = column >= 0
        shape = (len(self.starts) - 1, len(columns))
        return csr_array((values[kept].astype(np.float32), (self.customer[kept], column[kept])), shape=shape)
