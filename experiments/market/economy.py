"""A day at a time: what people want, who buys it in which basket, and what is still there.

On day d product i is bought in a store, at the price p_i beside its reference price r_i, a Poisson number of times with
mean

    base_i * crowd_d * season_d * weekday_d * exp(mood_id) * (p_i / r_i) ** elasticity_i
        * product over its substitutes j of (p_j / r_j) ** cross_ij * (1 + SPILL while j is sold out)

and 0 while it is sold out or not yet launched. `crowd` counts the customers who are about (a churned customer takes
their demand along), `mood` is an AR(1) demand shock nobody observes. Purchases are dealt to the day's shopping trips
by the tastes of who makes them, so that baskets and tastes hang together while each product's count keeps its Poisson
law. Then complements join: each purchase of i brings its complement k along Poisson(join_ik * (p_k / r_k) **
elasticity_k) times. The whole demand for a product, joined purchases included, thus has its true elasticity.
Competitors' prices play no part.

The one loop is over days, because stock and the merchant's prices depend on the day before; within a day all is
columns, and days leave in blocks, so that the size of memory does not grow with the period.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from experiments.market.baskets import EXTRA_UNITS, ITEMS_PER_TRIP, arriving, baskets, fill
from experiments.market.catalogue import NONE
from experiments.market.columns import Bools, Floats, Ints, generator
from experiments.market.controls import Controls
from experiments.market.days import Days
from experiments.market.merchant import Merchant
from experiments.market.people import People
from experiments.market.stores import Assortment
from experiments.market.trial import Exposed
from experiments.market.vocabulary import SHELVES

BLOCK = 28
"""Days that leave together."""

SHOWN = ("price", "regular", "cost", "deal", "tested", "stock")
"""What the merchant notes every morning."""

SPILL = 0.35
MOOD_KEPT, MOOD_SPREAD = 0.97, 0.3


@dataclass(frozen=True)
class Course:
    """What happened in a store on a block of days, from day `first` on.

    Order lines, one entry each: `day`, `trip` (number of the trip, over all blocks), `fraction` of the day, `customer`,
    `product`, `units`. The store's days, shape (days, products), money in cents: `price`, `regular`, `cost`, `deal`
    (day on which a promotion or price test started, -1 for none), `tested` (whether it is a test), `stock` in the
    morning, `rate` (expected purchases that day at the reference price, 0 while it cannot be had) and `lost` (those
    that a stock-out prevents).
    """

    first: int
    day: Ints
    trip: Ints
    fraction: Floats
    customer: Ints
    product: Ints
    units: Ints
    price: Ints
    regular: Ints
    cost: Ints
    deal: Ints
    tested: Bools
    stock: Ints
    rate: Floats
    lost: Floats

    def __len__(self) -> int:
        return len(self.price)

    def at(self, shown: str) -> Ints:
        """A column of the store's days at each order line."""
        column: Ints = getattr(self, shown)[self.day - self.first, self.product]
        return column


class _Demand:
    """What people want on a day, given prices and stock."""

    def __init__(self, assortment: Assortment, base: Floats, rng: np.random.Generator) -> None:
        self.assortment, self.base, self._rng = assortment, base, rng
        self._mood = rng.normal(0, MOOD_SPREAD, len(base))

    def next_mood(self) -> None:
        fresh = self._rng.normal(0, MOOD_SPREAD * np.sqrt(1 - MOOD_KEPT**2), len(self._mood))
        self._mood = MOOD_KEPT * self._mood + fresh

    def at_reference(self, price: Ints, there: Bools, crowd: Floats) -> tuple[Floats, Floats]:
        """Mean purchases with own prices at reference, if all were there; the factor of each product's own price."""
        c = self.assortment.catalogue
        ratio = price / 100 / self.assortment.reference
        log_ratio = np.log(ratio)
        lift = np.zeros_like(log_ratio)
        for slot in range(c.substitutes.shape[1]):
            other = c.substitutes[:, slot]
            gain = c.cross[:, slot] * log_ratio[other] + np.log1p(SPILL) * ~there[other]
            lift += np.where(other != NONE, gain, 0.0)
        return self.base * crowd * np.exp(self._mood + lift), ratio**c.elasticity


def base(assortment: Assortment, people: People, orders_per_customer: float) -> Floats:
    """Mean purchases a day of each product that start a basket line, by an average crowd on an average day.

    `orders_per_customer` is the mean number of orders a year of a customer who stays. Trips without a purchase are no
    orders, hence the division by the chance of at least one.
    """
    trips_per_day = orders_per_customer / 365 / -np.expm1(-ITEMS_PER_TRIP) * len(people)
    purchases: Floats = assortment.share * ITEMS_PER_TRIP * trips_per_day
    return purchases


def run(
    assortment: Assortment,
    people: People,
    experiments: list[Exposed],
    controls: Controls,
    starts: Floats,
    seed: int,
    days: Days,
) -> Iterator[Course]:
    """Let a store's market run from the first day to the last; `starts` is its `base`, `people` are its customers."""
    rng = generator(seed, f"economy {assortment.store.store_id}")
    catalogue, shelves = assortment.catalogue, assortment.catalogue.goods.shelf
    demand = _Demand(assortment, starts, rng)
    usual = (starts + catalogue.joined(starts)) * (1 + EXTRA_UNITS)
    merchant = Merchant(assortment, usual, days, rng)
    block, first_trip = _Block(0), 0
    for day in range(len(days)):
        merchant.open_day(day)
        demand.next_mood()
        launched = assortment.launch <= day
        there = (merchant.stock > 0) & launched
        weights = controls.weigh(day)
        crowd = weights.sum() / max(1, len(people)) * days.weekday[day] * days.season[day][shelves]
        if_there, own = demand.at_reference(merchant.price, there, crowd)
        wanted = if_there * there
        joins = np.where((catalogue.complements != NONE) & launched[catalogue.complements], catalogue.joins, 0.0)
        rate = if_there + arriving(catalogue, wanted * own, joins)
        joins = joins * (own * there)[catalogue.complements]
        morning = {name: getattr(merchant, name) for name in SHOWN}
        morning |= {"rate": rate * there, "lost": np.where(launched & ~there, rate, 0.0)}
        controls.add(day, weights, np.bincount(shelves, wanted * own, len(SHELVES)).astype(np.float64))
        customer, trip_fraction, trip, product, units = baskets(catalogue, people, weights, wanted * own, joins, rng)
        kept = np.ones(len(customer))
        for e in experiments:
            kept = kept * e.keep(day, customer, trip_fraction)
        stands = rng.random(len(customer)) < kept
        units = fill(product, np.where(stands[trip], units, 0), trip_fraction[trip], merchant.stock)
        merchant.close_day(day, np.bincount(product, weights=units, minlength=len(usual)).astype(np.int64))
        sold = units > 0
        trip, product, units = trip[sold], product[sold], units[sold]
        day_of = np.full(len(trip), day)
        block.add(morning, (day_of, trip + first_trip, trip_fraction[trip], customer[trip], product, units))
        first_trip += len(customer)
        if len(block) == BLOCK or day == len(days) - 1:
            yield block.course()
            block = _Block(day + 1)


class _Block:
    """Days on their way into a `Course`."""

    def __init__(self, first: int) -> None:
        self._first = first
        self._mornings: list[dict[str, NDArray[Any]]] = []
        self._lines: list[tuple[NDArray[Any], ...]] = []

    def __len__(self) -> int:
        return len(self._mornings)

    def add(self, morning: dict[str, NDArray[Any]], lines: tuple[NDArray[Any], ...]) -> None:
        """A day's columns by product, and its order lines in the order of `Course`."""
        self._mornings.append(morning)
        self._lines.append(lines)

    def course(self) -> Course:
        """The block as a whole."""
        shown = {name: np.stack([morning[name] for morning in self._mornings]) for name in self._mornings[0]}
        return Course(self._first, *(np.concatenate(column) for column in zip(*self._lines, strict=True)), **shown)
