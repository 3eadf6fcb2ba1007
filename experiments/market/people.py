"""The customers: where they shop, what they like, how often they buy, when they leave, how they read mail.

Buying and leaving follow the Pareto/NBD model (D. C. Schmittlein, D. G. Morrison and R. Colombo, "Counting your
customers", Management Science 33, 1987), of which BG/NBD is the well-known short cut: while a customer is about they
order at Poisson times, at a rate of their own that is gamma distributed over the customers; they leave for good at a
hazard of their own, gamma distributed too. Season, weekday and experiments move all rates together.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from experiments.market.columns import Column, Floats, Ints, generator, numbered
from experiments.market.days import BEFORE, Days
from experiments.market.vocabulary import SHELVES

RATE_SHAPE = 1.2
"""Shape of the gamma law of the rates, whose mean is 1: the r of Pareto/NBD."""

LEAVING_SHAPE, LEAVING_SCALE = 3.0, 1900.0
"""Shape (the s of Pareto/NBD) and inverse scale in days (beta) of the gamma law of the hazards."""

AT_RISK = 60
"""Whose account is older, in days before the first one, is still about that long before it."""

OPENS, CLICKS = (2.0, 6.0), (2.0, 14.0)
"""Beta laws of the chances that a customer opens a mail, and then clicks."""


@dataclass(frozen=True)
class People:
    """The customers, one entry each.

    `numbers` count from 0 over all stores, `store` is the place of their store, `registered` the day the account was
    made (negative: before the first day) and `registered_part` the part of that day, `left` the first day on which they
    no longer buy, `hazard` the chance of leaving by day, `rate` how often they buy beside the average (mean 1),
    `tastes` the share of each shelf in what they buy at an average shop, shape (customers, shelves); `opens` and
    `clicks` are chances.
    """

    ids: Column
    numbers: Ints
    store: Ints
    registered: Ints
    registered_part: Floats
    left: Ints
    hazard: Floats
    rate: Floats
    tastes: NDArray[np.float32]
    opens: Floats
    clicks: Floats

    def __len__(self) -> int:
        return len(self.rate)

    def active(self, day: int) -> Floats:
        """How much each customer buys on a day: `rate`, or 0 before registration and after leaving."""
        weight: Floats = self.rate * ((self.registered < day) & (day < self.left))
        return weight

    def of(self, store: int) -> People:
        """The customers of one store."""
        mine = np.flatnonzero(self.store == store)
        if len(mine) == len(self):
            return self
        columns = {name: column[mine] for name, column in vars(self).items() if name != "ids"}
        return replace(self, ids=self.ids.take(pa.array(mine)), **columns)


def build(customers: int, seed: int, days: Days, weights: Floats) -> People:
    """`customers` customers: most have an account from before the first day, the others register along the way.

    `weights` are those of the stores among their homes.
    """
    rng = generator(seed, "people")
    before = rng.random(customers) < 0.65
    registered = np.where(before, -rng.integers(1, BEFORE, customers), rng.integers(0, len(days), customers))
    hazard = rng.gamma(LEAVING_SHAPE, 1 / LEAVING_SCALE, customers)
    lifetime = rng.exponential(1.0, customers) / hazard
    tastes = rng.standard_gamma(0.12, (customers, len(SHELVES)), dtype=np.float32)
    tastes /= tastes.sum(axis=1, keepdims=True)  # a few shelves each, and a little of all
    tastes += np.float32(0.004)
    tastes /= tastes.sum(axis=1, keepdims=True)
    return People(
        numbers=np.arange(customers),
        ids=numbered(np.arange(1, customers + 1), max(6, len(str(customers))), "C"),
        store=rng.choice(len(weights), customers, p=weights / weights.sum()),
        registered=registered,
        registered_part=rng.uniform(0.25, 0.98, customers),
        left=np.maximum(registered + 1, -AT_RISK) + np.minimum(lifetime, 1e6).astype(np.int64),
        hazard=hazard,
        rate=rng.gamma(RATE_SHAPE, 1 / RATE_SHAPE, customers),
        tastes=tastes,
        opens=rng.beta(*OPENS, customers),
        clicks=rng.beta(*CLICKS, customers),
    )
