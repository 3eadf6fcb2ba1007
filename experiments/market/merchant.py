"""How the simulated merchant runs a store: what it pays, what it asks, when it promotes and tests, when it reorders.

Prices answer demand. The merchant does not see the mood of the market (the demand shock of a product) but its own
sales; when a product lately sold above its usual rate, the next regular price is set higher, and the season's rise in
sales does the same. Price and unobserved demand thus move together, and a regression of sales on price finds demand
less elastic than it is. Two sorts of price change owe nothing to demand and are valid instruments: costs, which move
by themselves and are passed on in part, and price tests, weeks drawn at random in which a product is sold a few per
cent above or under its regular price (in the books as promotions whose id begins with "test-"). Promotions come at
random times, and often in November.
"""

from __future__ import annotations

import numpy as np

from experiments.market.columns import Bools, Floats, Ints
from experiments.market.days import Days
from experiments.market.stores import Assortment

DEAL_DAYS = 7
"""Length of promotions and price tests."""

REACTION = 0.4
"""How strongly the regular price follows recent sales: elasticity of price to (recent / usual sales)."""

PASS_THROUGH = 0.8
CORRIDOR = (0.72, 1.4)
"""Lowest and highest regular price beside the reference price."""

PROMOTED, TESTED = 1 / 110, 1 / 80
"""Chances that a promotion or a test of a product begins on a day on which it has neither."""

TEST_STEPS = np.array([0.92, 0.96, 1.04, 1.08])
NO_DEAL = -1


def charm(price: Floats) -> Ints:
    """The nearest price in cents that ends in 9, as shops like it."""
    return np.maximum(np.rint(price * 10).astype(np.int64) * 10 - 1, 19)


class Merchant:
    """The store's state, moved on day by day; arrays have one entry per product, money is in cents.

    `deal` is the day on which the running promotion or price test started (`NO_DEAL` for none), `tested` whether it is
    a test.
    """

    def __init__(self, assortment: Assortment, usual: Floats, days: Days, rng: np.random.Generator) -> None:
        """`usual` is the expected units a day of each product."""
        n = len(usual)
        self._assortment, self._days, self._rng = assortment, days, rng
        self._usual = usual
        self._recent = usual.copy()
        self._euro_cost = assortment.catalogue.cost.copy()
        self._euros = assortment.euros[0]
        self._weekday = rng.integers(0, 7, n)
        self._deal_until = np.zeros(n, dtype=np.int64)
        self._due = np.zeros(n, dtype=np.int64)
        self._coming = np.zeros(n, dtype=np.int64)
        self._lead = rng.integers(4, 15, n)
        self.regular = charm(assortment.reference * rng.lognormal(0, 0.06, n))
        self.price = self.regular.copy()
        self.deal = np.full(n, NO_DEAL, dtype=np.int64)
        self.tested = np.zeros(n, dtype=bool)
        self.stock = np.ceil(usual * rng.uniform(20, 60, n)).astype(np.int64) + rng.integers(3, 15, n)

    @property
    def cost(self) -> Ints:
        """What a unit costs today."""
        cents: Ints = np.maximum(np.rint(self._euro_cost / self._euros * 100).astype(np.int64), 1)
        return cents

    def open_day(self, day: int) -> None:
        """Take deliveries in, then set today's costs and prices."""
        arrived = (self._coming > 0) & (self._due <= day)
        self.stock = self.stock + np.where(arrived, self._coming, 0)
        self._coming[arrived] = 0
        rng, n = self._rng, len(self.stock)
        moved = rng.random(n) < 3 / 365
        self._euro_cost = np.where(moved, self._euro_cost * np.exp(rng.normal(0.01, 0.06, n)), self._euro_cost)
        self._euros = self._assortment.euros[day]
        self._reprice(self._weekday == day % 7, rng.random(n) < 0.3, rng.normal(0, 0.04, n))
        self._deal(day)

    def _reprice(self, due: Bools, drawn: Bools, noise: Floats) -> None:
        weeks = 28.0
        signal = np.log((self._recent * weeks + 3) / (self._usual * weeks + 3))
        known = self._assortment.catalogue.cost / self._assortment.store.euros
        costs = (self._euro_cost / self._euros / known) ** PASS_THROUGH
        target = costs * np.exp(REACTION * signal + noise)
        fresh = charm(self._assortment.reference * np.clip(target, *CORRIDOR))
        self.regular = np.where(due & drawn, fresh, self.regular)

    def _deal(self, day: int) -> None:
        rng, n = self._rng, len(self.stock)
        often = 4.0 if self._days.promotions_season(day) else 1.0
        free = (self._deal_until <= day) & (self._assortment.launch <= day)
        drawn = rng.random(n)
        promoted = free & (drawn < often * PROMOTED)
        tested = free & ~promoted & (drawn < often * PROMOTED + TESTED)
        starts = promoted | tested
        self._deal_until[starts] = day + DEAL_DAYS
        running = self._deal_until > day
        factor = np.where(promoted, 1 - rng.uniform(0.1, 0.3, n), TEST_STEPS[rng.integers(0, len(TEST_STEPS), n)])
        self.tested = np.where(starts, tested, self.tested & running)
        # A promotion never costs more than the regular price, even where that falls meanwhile.
        kept = np.where(self.tested, self.price, np.minimum(self.price, self.regular))
        begun = charm(self.regular / 100 * factor)
        self.price = np.where(starts, begun, np.where(running, kept, self.regular))
        self.deal = np.where(starts, day, np.where(running, self.deal, NO_DEAL))

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
