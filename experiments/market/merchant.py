"""How the simulated merchant runs the shop: what it pays, what it asks, when it promotes, when it reorders.

Prices answer demand. The merchant does not see the mood of the market (the demand shock of a product) but its own
sales; when a product lately sold above its usual rate, the next regular price is set higher, and the season's rise in
sales does the same. Price and unobserved demand thus move together, and a regression of sales on price finds demand
less elastic than it is. Costs also move and are passed on in part: a change of price that owes nothing to demand,
which makes cost a valid instrument. Promotions come at random times, and often in November.
"""

from __future__ import annotations

import numpy as np

from experiments.market.catalogue import Catalogue
from experiments.market.columns import Bools, Floats, Ints
from experiments.market.days import Days

PROMOTION_DAYS = 7
REACTION = 0.4
"""How strongly the regular price follows recent sales: elasticity of price to (recent / usual sales)."""

PASS_THROUGH = 0.8
CORRIDOR = (0.72, 1.4)
"""Lowest and highest regular price beside the reference price."""


def charm(price: Floats) -> Ints:
    """The nearest price in cents that ends in 9, as shops like it."""
    return np.maximum(np.rint(price * 10).astype(np.int64) * 10 - 1, 19)


class Merchant:
    """The shop's state, moved on day by day; arrays have one entry per product, money is in cents."""

    def __init__(self, catalogue: Catalogue, usual: Floats, days: Days, rng: np.random.Generator) -> None:
        """`usual` is the expected units a day of each product."""
        n = len(usual)
        self._catalogue, self._days, self._rng = catalogue, days, rng
        self._usual = usual
        self._recent = usual.copy()
        self._cost = catalogue.cost.copy()
        self._weekday = rng.integers(0, 7, n)
        self._promoted_until = np.zeros(n, dtype=np.int64)
        self._due = np.zeros(n, dtype=np.int64)
        self._coming = np.zeros(n, dtype=np.int64)
        self._lead = rng.integers(4, 15, n)
        self.regular = charm(catalogue.reference * rng.lognormal(0, 0.06, n))
        self.price = self.regular.copy()
        self.promotion = np.full(n, -1, dtype=np.int64)
        self.stock = np.ceil(usual * rng.uniform(20, 60, n)).astype(np.int64) + rng.integers(3, 15, n)

    @property
    def cost(self) -> Ints:
        """What a unit costs today."""
        return np.maximum(np.rint(self._cost * 100).astype(np.int64), 1)

    def open_day(self, day: int) -> None:
        """Take deliveries in, then set today's costs and prices."""
        arrived = (self._coming > 0) & (self._due <= day)
        self.stock = self.stock + np.where(arrived, self._coming, 0)
        self._coming[arrived] = 0
        rng, n = self._rng, len(self.stock)
        moved = rng.random(n) < 3 / 365
        self._cost = np.where(moved, self._cost * np.exp(rng.normal(0.01, 0.06, n)), self._cost)
        self._reprice(self._weekday == day % 7, rng.random(n) < 0.3, rng.normal(0, 0.04, n))
        self._promote(day)

    def _reprice(self, due: Bools, drawn: Bools, noise: Floats) -> None:
        weeks = 28.0
        signal = np.log((self._recent * weeks + 3) / (self._usual * weeks + 3))
        reference = self._catalogue.reference
        costs = (self._cost / self._catalogue.cost) ** PASS_THROUGH
        target = costs * np.exp(REACTION * signal + noise)
        self.regular = np.where(due & drawn, charm(reference * np.clip(target, *CORRIDOR)), self.regular)

    def _promote(self, day: int) -> None:
        rng, n = self._rng, len(self.stock)
        month_day = str(self._days.dates[day])[5:]
        often = 4.0 if "11-18" <= month_day <= "11-30" else 1.0
        starts = (self._promoted_until <= day) & (rng.random(n) < often / 110)
        self._promoted_until[starts] = day + PROMOTION_DAYS
        running = self._promoted_until > day
        discount = rng.uniform(0.1, 0.3, n)
        lowered = charm(self.regular / 100 * (1 - discount))
        continues = running & ~starts
        self.price = np.where(starts, lowered, np.where(continues, np.minimum(self.price, self.regular), self.regular))
        self.promotion = np.where(starts, day, np.where(continues, self.promotion, -1))

    def close_day(self, day: int, sold: Ints) -> None:
        """Book what was sold and reorder what runs low; some deliveries are late, and then the product sells out."""
        rng, n = self._rng, len(self.stock)
        self.stock = self.stock - sold
        self._recent += (sold - self._recent) / 28
        low = self.stock <= np.ceil(self._usual * self._lead * 1.5) + 1
        orders = low & (self._coming == 0)
        late = np.where(rng.random(n) < 0.12, rng.integers(5, 40, n), 0)
        self._due = np.where(orders, day + self._lead + late, self._due)
        self._coming = np.where(orders, np.ceil(self._usual * 45).astype(np.int64) + 6, self._coming)
