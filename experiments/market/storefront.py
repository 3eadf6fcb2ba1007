"""What the storefront saw in the last weeks: views and baskets, of buyers and of people who only looked."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from experiments.market.columns import (
    Bools,
    Ints,
    generator,
    instants,
    lake_schema,
    lake_table,
    money,
    numbered,
    picked,
    same,
)
from experiments.market.days import Days
from experiments.market.economy import Course
from experiments.market.people import People
from experiments.market.stores import Assortment

WEEKS = 4
VISITS_PER_LINE = 1.5
"""Visits that end without a purchase, for each order line sold in the same time."""

ANONYMOUS = 0.4
SECOND = 1_000_000


class Storefront:
    """A store's events, written block by block; events and visits are numbered through."""

    def __init__(self, assortment: Assortment, people: People, seed: int, days: Days) -> None:
        self._assortment, self._people, self._days = assortment, people, days
        self._rng = generator(seed, f"storefront {assortment.store.store_id}")
        self._events = self._visits = 0

    def events(self, course: Course) -> pa.Table:
        """View and add_to_cart events of the block's days in the last `WEEKS` weeks, in the order of time."""
        recent = np.flatnonzero(course.day >= max(0, len(self._days) - 7 * WEEKS))
        if len(recent) == 0:
            return lake_schema("events").empty_table()
        rng, days = self._rng, self._days
        day, bought, buyer, trip = (c[recent] for c in (course.day, course.product, course.customer, course.trip))
        # A buyer looks at each product of the order some minutes before, then takes it.
        looked = days.at(day, course.fraction[recent]) - rng.integers(240, 1500, len(recent)) * SECOND
        taken = looked + rng.integers(15, 200, len(recent)) * SECOND
        # A looker looks at some products, of shelves and popularity as people buy them, and takes one now and then.
        visits = int(len(recent) * VISITS_PER_LINE)
        like = rng.integers(0, len(recent), visits)
        visit = np.repeat(np.arange(visits), 1 + rng.poisson(1.4, visits))
        model = like[visit]
        seen = np.where(rng.random(len(visit)) < 0.4, bought[model], self._same_shelf(bought[model]))
        began = days.at(day[like], rng.uniform(0.3, 0.95, visits))
        viewed = began[visit] + np.arange(len(visit)) % 7 * 40 * SECOND + rng.integers(0, 40, len(visit)) * SECOND
        put = np.flatnonzero(rng.random(len(visit)) < 0.08)

        lengths = [len(looked), len(taken), len(viewed), len(put)]
        at = np.concatenate([looked, taken, viewed, viewed[put] + 30 * SECOND])
        product = np.concatenate([bought, bought, seen, seen[put]])
        person = np.concatenate([buyer, buyer, buyer[model], buyer[model][put]])
        session = np.concatenate([trip, trip, self._visits + visit, self._visits + visit[put]])
        of_day = np.concatenate([day, day, day[model], day[model][put]])
        is_cart, is_visit = (
            np.repeat([False, True, False, True], lengths),
            np.repeat([False, False, True, True], lengths),
        )
        self._visits += visits
        in_time = np.lexsort((is_cart, product, is_visit, session, at))
        columns = (at, product, person, session, is_cart, is_visit, of_day)
        at, product, person, session, is_cart, is_visit, of_day = (column[in_time] for column in columns)
        price = course.price[of_day - course.first, product]
        return self._table(at, product, person, session, is_cart, is_visit, price)

    def _table(
        self, at: Ints, product: Ints, person: Ints, session: Ints, is_cart: Bools, is_visit: Bools, price: Ints
    ) -> pa.Table:
        catalogue, store, rows = self._assortment.catalogue, self._assortment.store, len(at)
        unknown = _share(2 * session + is_visit, ANONYMOUS)
        known_as = self._people.numbers[person] * 7919 % 10_000_019
        numbers = np.arange(self._events + 1, self._events + rows + 1)
        self._events += rows
        home = "" if store.store_id == "main" else f"{store.store_id}-"
        return lake_table(
            "events",
            {
                "event_id": numbered(numbers, 9, f"{home}E"),
                "event_type": picked(("view", "add_to_cart"), is_cart),
                "occurred_at": instants(at),
                "received_at": instants(at + self._rng.integers(50, 3000, rows) * 1000),
                "customer_id": picked(self._people.ids, person, ~unknown),
                "anonymous_id": numbered(known_as, 8, "browser-"),
                "session_id": numbered(2 * session + is_visit, 9, f"{home}S"),
                "store_id": same(store.store_id, rows),
                "sku": picked(catalogue.skus, product),
                "quantity": pa.array(np.where(is_cart, 1.0, 0.0), mask=~is_cart),
                "price": money(price),
                "currency": same(store.currency, rows),
            },
        )

    def _same_shelf(self, product: Ints) -> Ints:
        """A random product of the same shelf for each, of those on sale by now."""
        shelves = self._assortment.catalogue.goods.shelf
        carried = np.flatnonzero(self._assortment.launch < len(self._days))
        order = carried[np.argsort(shelves[carried], kind="stable")]
        ordered, shelf = shelves[order], shelves[product]
        first, last = np.searchsorted(ordered, shelf, "left"), np.searchsorted(ordered, shelf, "right")
        return order[first + (self._rng.random(len(product)) * (last - first)).astype(np.int64)]


def _share(session: Ints, share: float) -> Bools:
    """The same answer for every event of a session: whether it is among the `share`."""
    unit = session * 2654435761 % 4294967296 / 4294967296
    return unit < share
