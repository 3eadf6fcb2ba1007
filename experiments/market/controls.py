"""What the customers of an experiment would order were they in its control: the yardstick of its true effect."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from experiments.market.baskets import ITEMS_PER_TRIP, share_after
from experiments.market.columns import Floats
from experiments.market.people import People
from experiments.market.trial import Exposed


class Controls:
    """Expected orders of the exposed customers as controls; of the other experiments each stays in its own variant.

    `by_day` is for the first experiment, by day from its start and customer, shape (days, exposed); `totals` has for
    each experiment the orders from the moment of exposure until its effect is over, by exposed customer.
    """

    def __init__(self, people: People, experiments: Sequence[Exposed], days: int) -> None:
        self._people, self._experiments = people, experiments
        self._start = min(e.start for e in experiments)
        first = experiments[0]
        self.by_day: NDArray[np.float32] = np.zeros((days - first.start, len(first.who)), dtype=np.float32)
        self.totals: list[Floats] = [np.zeros(len(e.who)) for e in experiments]

    def weigh(self, day: int) -> Floats:
        """How much each customer buys today, all experiments in effect."""
        weights = self._people.active(day)
        for e in self._experiments:
            weights = weights * e.orders_factor(day)
        return weights

    def add(self, day: int, weights: Floats, means: Floats) -> None:
        """Add a day on which customers weigh so much and so many purchases of each shelf are expected."""
        if day < self._start or weights.sum() == 0 or means.sum() == 0:
            return
        expected = self._orders_by_weight(weights, means) * weights
        for place, e in enumerate(self._experiments):
            if not e.start <= day < e.until:
                continue
            control = (expected / e.orders_factor(day))[e.who]
            if place == 0:
                self.by_day[day - e.start] = control
            shown = e.day[e.who]
            part = (shown < day).astype(np.float64)
            today = shown == day
            part[today] = share_after(e.fraction[e.who[today]])
            self.totals[place] += control * part

    def _orders_by_weight(self, weights: Floats, means: Floats) -> Floats:
        """Expected orders today of each customer by unit of their weight.

        Of the day's trips a customer makes a share; a trip is an order unless it ends with nothing, which depends on
        how the customer's tastes compare with those of the whole crowd for what is wanted today. What sells out during
        the day is left aside.
        """
        tastes = self._people.tastes
        trips = means.sum() / ITEMS_PER_TRIP
        # einsum adds in one fixed order, where a matrix product depends on the number of cores.
        crowd = np.einsum("c,cs->s", weights, tastes) / weights.sum()
        purchases = np.einsum("cs,s->c", tastes, means / crowd) / trips
        orders: Floats = trips / weights.sum() * -np.expm1(-purchases)
        return orders
