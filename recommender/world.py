"""The candidate models as they would have been fitted at a time, and what customers then did: rows to learn from."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from recommender.features import (
    AFFINITY,
    CUSTOMER,
    DISCOVER,
    REPEAT,
    SKU,
    affinity,
    customer_features,
    repeat_features,
    sku_features,
)
from recommender.history import History
from recommender.interactions import Floats, Interactions, Ints
from recommender.logit import Bools, Logit
from recommender.models.als import Als
from recommender.models.item_to_item import ItemToItem
from recommender.models.popularity import most_popular

POOL = 4000
"""Skus that may be proposed to a customer who never bought them: the most popular, lately."""
CHUNK = 512
"""Customers scored at once: bounds the memory of customers x pool."""

_CANDIDATES = 100
_LEARNERS = 1500


@dataclass(frozen=True)
class World:
    """Everything fitted on what happened before `history.at`."""

    history: History
    pool: Ints
    item_to_item: ItemToItem
    als: Als

    @classmethod
    def fit(cls, interactions: Interactions, at: float, *, seed: int) -> World:
        """Fit the models on the purchases before day `at`."""
        history = History.until(interactions, at)
        pool = most_popular(history, POOL)
        return cls(history, pool, ItemToItem.fit(history, pool), Als.fit(history, pool, seed=seed))


@dataclass(frozen=True)
class Bought:
    """Who bought what in a window: `keys` are sorted, distinct customer * skus + sku."""

    skus: int
    keys: npt.NDArray[np.int64]

    @classmethod
    def between(cls, interactions: Interactions, start: float, end: float) -> Bought:
        """The purchases of known customers on days start <= day < end."""
        rows = (interactions.customer >= 0) & (interactions.day >= start) & (interactions.day < end)
        skus = len(interactions.skus)
        keys = interactions.customer[rows].astype(np.int64) * skus + interactions.sku[rows]
        return cls(skus, np.unique(keys))

    @property
    def customers(self) -> Ints:
        """Who bought anything."""
        customers: Ints = np.unique(self.keys // self.skus).astype(np.int32)
        return customers

    def counts(self, customers: Ints) -> Ints:
        """How many different skus each of these customers bought."""
        begins = np.searchsorted(self.keys, customers.astype(np.int64) * self.skus)
        ends = np.searchsorted(self.keys, (customers + 1).astype(np.int64) * self.skus)
        return np.asarray(ends - begins, dtype=np.int32)

    def has(self, customers: Ints, skus: Ints) -> Bools:
        """Whether each of these pairs is among them."""
        return np.isin(customers.astype(np.int64) * self.skus + skus, self.keys)


@dataclass(frozen=True)
class Rows:
    """What one window teaches: features and outcomes of buying again (repeat) and of buying first (discover)."""

    repeat: Floats
    repeated: Bools
    discover: Floats
    discovered: Bools

    @classmethod
    def gather(cls, world: World, bought: Bought, *, seed: int) -> Rows:
        """From at most 1,500 customers that had a history and did buy in the window.

        The skus never bought are the 100 best of each model: the ranking is only ever asked to order such, and random
        others would teach it to tell best-sellers from the long tail, which is easy and useless.
        """
        history = world.history
        customers = bought.customers
        customers = customers[history.customer_orders[customers] > 0]
        if len(customers) > _LEARNERS:
            chosen = np.random.default_rng(seed).choice(customers, _LEARNERS, replace=False)
            customers = np.sort(chosen)
        entries = np.flatnonzero(np.isin(history.customer, customers)).astype(np.int32)
        repeated = bought.has(history.customer[entries], history.sku[entries])
        parts = [_discover_rows(world, bought, part) for part in chunks(customers)]
        features = np.concatenate([f for f, _ in parts]) if parts else np.empty((0, len(DISCOVER)), np.float32)
        discovered = np.concatenate([d for _, d in parts]) if parts else np.empty(0, np.bool_)
        return cls(repeat_features(history, entries), repeated, features, discovered)


@dataclass(frozen=True)
class Blend:
    """The odds of buying again, and of buying first, learned from windows of the past."""

    repeat: Logit
    discover: Logit

    @classmethod
    def fit(cls, windows: list[Rows]) -> Blend:
        """From all these windows together."""
        repeated = np.concatenate([window.repeated for window in windows])
        discovered = np.concatenate([window.discovered for window in windows])
        return cls(
            Logit.fit(REPEAT, np.concatenate([window.repeat for window in windows]), repeated),
            Logit.fit(DISCOVER, np.concatenate([window.discover for window in windows]), discovered),
        )


def chunks(customers: Ints) -> list[Ints]:
    """The customers in parts of at most CHUNK."""
    return [customers[i : i + CHUNK] for i in range(0, len(customers), CHUNK)]


def _discover_rows(world: World, bought: Bought, customers: Ints) -> tuple[Floats, Bools]:
    history, pool = world.history, world.pool
    owned = world.item_to_item.bought[customers].toarray() > 0
    scores = [model.scores(customers) for model in (world.item_to_item, world.als)]
    order = np.arange(len(pool), 0, -1, dtype=np.float32)  # the pool stands in the order of popularity
    candidate = np.zeros(owned.shape, np.bool_)
    for score in (*scores, np.broadcast_to(order, owned.shape)):
        open_scores = np.where(owned, -np.inf, score)
        count = min(_CANDIDATES, len(pool))
        np.put_along_axis(candidate, np.argpartition(-open_scores, count - 1, axis=1)[:, :count], True, axis=1)
    row, column = np.nonzero(candidate & ~owned)
    columns = dict(zip(AFFINITY, (affinity(score)[row, column] for score in scores), strict=True))
    columns |= dict(zip(SKU, sku_features(history, pool)[column].T, strict=True))
    columns |= dict(zip(CUSTOMER, customer_features(history)[customers[row]].T, strict=True))
    features = np.column_stack([columns[name] for name in DISCOVER]).astype(np.float32)
    return features, bought.has(customers[row], pool[column])
