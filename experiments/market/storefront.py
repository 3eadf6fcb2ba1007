"""What the storefront saw in the last weeks: views and baskets, of buyers and of people who only looked."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from experiments.market.catalogue import Catalogue
from experiments.market.columns import Ints, generator, instants, lake_table, money, numbered, picked
from experiments.market.days import Days
from experiments.market.economy import Course
from experiments.market.ledger import CURRENCY, STORE_ID
from experiments.market.people import People

WEEKS = 4
VISITS_PER_LINE = 1.5
"""Visits that end without a purchase, for each order line sold in the same time."""

ANONYMOUS = 0.4
SECOND = 1_000_000


def events(course: Course, catalogue: Catalogue, people: People, seed: int, days: Days) -> pa.Table:
    """View and add_to_cart events of the last `WEEKS` weeks, in the order of time."""
    rng = generator(seed, "storefront")
    first_day = max(0, len(days) - 7 * WEEKS)
    recent = np.flatnonzero(course.day >= first_day)
    ordered_at = days.at(course.day[recent], course.fraction[recent])
    # A buyer looks at each product of the order some minutes before, then takes it.
    looked = ordered_at - rng.integers(240, 1500, len(recent)) * SECOND
    taken = looked + rng.integers(15, 200, len(recent)) * SECOND
    # A looker looks at up to five products, of shelves and popularity as people buy them, and takes one now and then.
    visits = int(len(recent) * VISITS_PER_LINE)
    like = recent[rng.integers(0, len(recent), visits)] if len(recent) else np.zeros(0, dtype=np.int64)
    views = 1 + rng.poisson(1.4, visits)
    visit = np.repeat(np.arange(visits), views)
    model = like[visit]
    nearby = _same_shelf(catalogue, course.product[model], rng)
    seen = np.where(rng.random(len(visit)) < 0.4, course.product[model], nearby)
    began = days.at(course.day[like], rng.uniform(0.3, 0.95, visits))
    viewed = began[visit] + np.arange(len(visit)) % 7 * 40 * SECOND + rng.integers(0, 40, len(visit)) * SECOND
    put = np.flatnonzero(rng.random(len(visit)) < 0.08)

    at = np.concatenate([looked, taken, viewed, viewed[put] + 30 * SECOND])
    product = np.concatenate([course.product[recent]] * 2 + [seen, seen[put]])
    person = np.concatenate([course.customer[recent]] * 2 + [course.customer[model], course.customer[model][put]])
    session = np.concatenate(
        [course.trip[recent]] * 2 + [course.trip.max(initial=0) + 1 + visit[i] for i in (slice(None), put)]
    )
    is_cart = np.repeat([False, True, False, True], [len(looked), len(taken), len(viewed), len(put)])
    day = np.concatenate([course.day[recent]] * 2 + [course.day[model], course.day[model][put]])
    in_time = np.lexsort((is_cart, product, session, at))
    at, product, person, session, is_cart, day = (c[in_time] for c in (at, product, person, session, is_cart, day))
    unknown = _share(session, ANONYMOUS)
    return lake_table(
        "events",
        {
            "event_id": numbered(np.arange(1, len(at) + 1), 9, "E"),
            "event_type": picked(("view", "add_to_cart"), is_cart),
            "occurred_at": instants(at),
            "received_at": instants(at + rng.integers(50, 3000, len(at)) * 1000),
            "customer_id": picked(people.ids, person, ~unknown),
            "anonymous_id": numbered(person * 7919 % 10_000_019, 8, "browser-"),
            "session_id": numbered(session, 8, "S"),
            "store_id": picked((STORE_ID,), np.zeros(len(at))),
            "sku": picked(catalogue.skus, product),
            "quantity": pa.array(np.where(is_cart, 1.0, 0.0), mask=~is_cart),
            "price": money(course.price[day, product]),
            "currency": picked((CURRENCY,), np.zeros(len(at))),
        },
    )


def _same_shelf(catalogue: Catalogue, product: Ints, rng: np.random.Generator) -> Ints:
    """A random product of the same shelf for each."""
    order = np.argsort(catalogue.goods.shelf, kind="stable")
    ordered = catalogue.goods.shelf[order]
    shelf = catalogue.goods.shelf[product]
    first, last = np.searchsorted(ordered, shelf, "left"), np.searchsorted(ordered, shelf, "right")
    return order[first + (rng.random(len(product)) * (last - first)).astype(np.int64)]


def _share(session: Ints, share: float) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    """The same answer for every event of a session: whether it is among the `share`."""
    unit = session * 2654435761 % 4294967296 / 4294967296
    return unit < share
