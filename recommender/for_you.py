"""For you: each customer's next purchases, ranked by the odds of buying again or for the first time.

Built once from fitted models and a blend into the few arrays that answering needs; the same arrays answer one customer
on a page view and every customer in an export.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from recommender.features import AFFINITY, CUSTOMER, SKU, affinity, customer_features, repeat_features, sku_features
from recommender.interactions import Floats, Ints
from recommender.models.als import Als
from recommender.models.popularity import most_popular, popularity_share
from recommender.world import Blend, World, chunks

if TYPE_CHECKING:
    from scipy.sparse import csr_array

POPULAR = 1000
"""Products kept for customers who are not known."""
WINDOW = 90
"""Days over which buyers are counted in the reason "popular"."""


@dataclass(frozen=True)
class Top:
    """Recommended skus, row by row: sorted by `row` (the place of the customer in the question), then `rank` from 0.

    `score` is the probability that the customer, buying anything in the next four weeks, buys this; for customers
    without a history, the share of all customers who did. `entry` is the place of the purchase history that the row
    repeats, -1 for a discovery.
    """

    row: Ints
    rank: Ints
    sku: Ints
    score: Floats
    entry: Ints
    strangers: int = 0
    """Customers without a history, who got what is popular."""


@dataclass(frozen=True)
class Explanation:
    """Why one customer was shown some skus, which are the columns.

    `parts` (3 x skus) is what item to item, ALS and popularity add to the log odds beyond a typical candidate's;
    `because` is the sku bought before that speaks most for each, -1 where none does.
    """

    parts: Floats
    because: Ints


@dataclass(frozen=True)
class ForYou:
    """What answers need. Skus and customers are positions in the release's lists.

    `starts`, `sku`, `repeat`, `orders` and `last_on` (days since 1970) are the purchase history with its log odds of
    buying again; `pool` with `base`, and `customer_base`, `neighbours` and the factors give the log odds of buying
    first. What cannot be sold has the score -inf.
    """

    starts: npt.NDArray[np.int64]
    sku: Ints
    repeat: Floats
    orders: Ints
    last_on: Ints
    pool: Ints
    base: Floats
    customer_base: Floats
    neighbours: csr_array
    als: Als
    weight: Floats
    """Of the two affinities, item to item and ALS."""
    typical: Floats
    """The affinities of a typical candidate."""
    popular: Ints
    """The most popular products that can be sold, best first."""
    popular_score: Floats
    """Their share of the customers, the recent counting more."""
    buyers: Ints
    """Of every sku: distinct customers in the last WINDOW days."""

    @classmethod
    def build(cls, world: World, blend: Blend, sellable: npt.NDArray[np.bool_]) -> ForYou:
        """Work out everything that does not depend on the question. `sellable` has one entry per sku."""
        history, pool, discover = world.history, world.pool, blend.discover
        entries = np.arange(len(history.sku), dtype=np.int32)
        features = repeat_features(history, entries)
        repeat = blend.repeat.part(blend.repeat.names, features) + blend.repeat.intercept
        base = discover.part(SKU, sku_features(history, pool))
        popular = most_popular(history, history.skus)
        popular = popular[sellable[popular]][:POPULAR]
        return cls(
            starts=history.starts,
            sku=history.sku,
            repeat=np.where(sellable[history.sku], repeat, -np.inf).astype(np.float32),
            orders=history.orders,
            last_on=np.floor(history.at - history.last).astype(np.int32),
            pool=pool,
            base=np.where(sellable[pool], base, -np.inf).astype(np.float32),
            customer_base=discover.part(CUSTOMER, customer_features(history)) + np.float32(discover.intercept),
            neighbours=world.item_to_item.weights,
            als=world.als,
            weight=discover.weights[: len(AFFINITY)],  # DISCOVER begins with them
            typical=discover.means[: len(AFFINITY)],
            popular=popular,
            popular_score=popularity_share(history)[popular],
            buyers=history.buyers(WINDOW).astype(np.int32),
        )

    @cached_property
    def _columns(self) -> Ints:
        columns = np.full(len(self.buyers), -1, dtype=np.int32)
        columns[self.pool] = np.arange(len(self.pool), dtype=np.int32)
        return columns

    @cached_property
    def place(self) -> Ints:
        """Where each history entry's sku stands in the pool; -1 where it does not."""
        return self._columns[self.sku]

    def place_of(self, skus: Ints) -> Ints:
        """Where skus stand in the pool; -1 where they do not."""
        return self._columns[skus]

    def knows(self, customers: Ints) -> npt.NDArray[np.bool_]:
        """Which of these (-1: not in the list) have a history."""
        known = customers >= 0
        inside = np.where(known, customers, 0)
        return known & (self.starts[inside + 1] > self.starts[inside]) if len(self.starts) > 1 else known

    def affinities(self, customers: Ints) -> tuple[Floats, Floats]:
        """Item to item and ALS, customers x pool, on the scale of the ranking."""
        from scipy.sparse import csr_array

        rows, entries = self.entries(customers)
        place = self.place[entries]
        kept = place >= 0
        shape = (len(customers), len(self.pool))
        ones = np.ones(int(kept.sum()), np.float32)
        bought = csr_array((ones, (rows[kept], place[kept])), shape=shape)
        return affinity((bought @ self.neighbours).toarray()), affinity(self.als.scores(customers))

    def top(self, customers: Ints, limit: int, *, exclude: bool) -> Top:
        """The `limit` best for each customer; for those without a history, what is popular."""
        known = self.knows(customers)
        inside = np.flatnonzero(known).astype(np.int32)
        parts = [self._ranked(rows, customers, limit, exclude) for rows in chunks(inside)]
        strangers = np.flatnonzero(~known).astype(np.int32)
        count = min(limit, len(self.popular))
        parts.append(
            Top(
                np.repeat(strangers, count),
                np.tile(np.arange(count, dtype=np.int32), len(strangers)),
                np.tile(self.popular[:count], len(strangers)),
                np.tile(self.popular_score[:count], len(strangers)),
                np.full(count * len(strangers), -1, np.int32),
            )
        )
        row = np.concatenate([part.row for part in parts])
        by = np.argsort(row, kind="stable")
        return Top(
            row[by],
            np.concatenate([part.rank for part in parts])[by],
            np.concatenate([part.sku for part in parts])[by],
            np.concatenate([part.score for part in parts])[by],
            np.concatenate([part.entry for part in parts])[by],
            len(strangers),
        )

    def explain(self, customer: int, skus: Ints) -> Explanation:
        """Why a known customer was shown these skus; skus outside the pool get no part."""
        people = np.array([customer], dtype=np.int32)
        item, als = self.affinities(people)
        column = self.place_of(skus)
        inside = column >= 0
        parts = np.zeros((3, len(skus)), np.float32)
        parts[0, inside] = self.weight[0] * (item[0, column[inside]] - self.typical[0])
        parts[1, inside] = self.weight[1] * (als[0, column[inside]] - self.typical[1])
        parts[2, inside] = self.base[column[inside]]
        because = np.full(len(skus), -1, np.int32)
        own = self.place[self.starts[customer] : self.starts[customer + 1]]
        own = own[own >= 0]
        if len(own) and inside.any():
            weights = self.neighbours[own][:, column[inside]].toarray()
            strongest = weights.argmax(axis=0)
            because[inside] = np.where(weights.max(axis=0) > 0, self.pool[own[strongest]], -1)
        return Explanation(parts, because)

    def _ranked(self, rows: Ints, customers: Ints, limit: int, exclude: bool) -> Top:
        """The best for some known customers, `rows` of the question."""
        people = customers[rows]
        item, als = self.affinities(people)
        odds = self.weight[0] * (item - self.typical[0]) + self.weight[1] * (als - self.typical[1])
        odds += self.base + self.customer_base[people][:, None]
        own_row, entries = self.entries(people)
        place = self.place[entries]
        odds[own_row[place >= 0], place[place >= 0]] = -np.inf
        count = min(limit, len(self.pool))
        best = np.argpartition(-odds, count - 1, axis=1)[:, :count]
        row = np.repeat(np.arange(len(people), dtype=np.int32), count)
        sku = self.pool[best.ravel()]
        score = np.take_along_axis(odds, best, axis=1).ravel()
        entry = np.full(len(row), -1, np.int32)
        if not exclude:
            row, sku = np.r_[row, own_row], np.r_[sku, self.sku[entries]]
            score, entry = np.r_[score, self.repeat[entries]], np.r_[entry, entries]
        by = np.lexsort((sku, -score, row))
        by = by[np.isfinite(score[by])]
        ordered = row[by]
        rank = np.arange(len(by)) - np.searchsorted(ordered, ordered)
        by, rank = by[rank < limit], rank[rank < limit]
        probability = 1 / (1 + np.exp(-score[by].astype(np.float64)))
        return Top(rows[row[by]], rank.astype(np.int32), sku[by], probability.astype(np.float32), entry[by])

    def entries(self, customers: Ints) -> tuple[Ints, Ints]:
        """The history entries of these customers: the row of the customer, the entry."""
        begin, count = self.starts[customers], self.starts[customers + 1] - self.starts[customers]
        row = np.repeat(np.arange(len(customers), dtype=np.int32), count)
        offset = np.arange(len(row)) - np.repeat(np.cumsum(count) - count, count)
        return row, (np.repeat(begin, count) + offset).astype(np.int32)
