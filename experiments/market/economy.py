"""A day at a time: what people want, who buys it in which basket, and what is still there.

On day d product i is bought, at the price p_i beside its reference price r_i, a Poisson number of times with mean

    base_i * crowd_d * season_d * weekday_d * exp(mood_id) * (p_i / r_i) ** elasticity_i
        * product over its substitutes j of (p_j / r_j) ** cross_ij * (1 + SPILL while j is sold out)

and 0 while it is sold out or not yet launched. `crowd` counts the customers who are about (a churned customer takes
their demand along), `mood` is an AR(1) demand shock nobody observes. Purchases are dealt to the day's shopping trips
by the tastes of who makes them, so that baskets and tastes hang together while each product's count keeps its Poisson
law. Then complements join: each purchase of i brings its complement k along Poisson(join_ik * (p_k / r_k) **
elasticity_k) times. The whole demand for a product, joined purchases included, thus has its true elasticity.
Competitors' prices play no part.

The one loop is over days, because stock and the merchant's prices depend on the day before; within a day all is
columns.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from experiments.market.catalogue import NONE, Catalogue
from experiments.market.columns import Floats, Ints, generator
from experiments.market.days import Days
from experiments.market.merchant import Merchant
from experiments.market.people import People
from experiments.market.trial import Exposed
from experiments.market.vocabulary import SHELVES

ITEMS_PER_TRIP = 1.7
"""Mean purchases of a shopping trip before complements join; trips that end with none are no orders."""

EXTRA_UNITS = 0.2
"""A purchase is of 1 + Poisson(EXTRA_UNITS) units."""

SPILL = 0.35
MOOD_KEPT, MOOD_SPREAD = 0.97, 0.3


@dataclass(frozen=True)
class Course:
    """What happened.

    Order lines, one entry each: `day`, `trip` (number of the order), `fraction` of the day, `customer`, `product`,
    `units`. The shop's days, shape (days, products), money in cents: `price`, `regular`, `cost`, `promotion` (day it
    started, -1 for none), `stock` in the morning, `rate` (expected purchases that day at the reference price). `base`
    is the mean purchases a day of each product that start a basket line, by an average crowd on an average day.
    `control_orders` is the expected number of orders of each exposed customer were they a control, by day of the trial.
    """

    day: Ints
    trip: Ints
    fraction: Floats
    customer: Ints
    product: Ints
    units: Ints
    price: NDArray[np.int64]
    regular: NDArray[np.int64]
    cost: NDArray[np.int64]
    promotion: NDArray[np.int64]
    stock: NDArray[np.int64]
    rate: Floats
    base: Floats
    control_orders: Floats


class _Demand:
    """What people want on a day, given prices and stock."""

    def __init__(self, catalogue: Catalogue, purchases_per_day: float, rng: np.random.Generator) -> None:
        share = 1 + float(catalogue.joined.sum())  # a part of all purchases joins; the base is what starts them
        self.catalogue, self._rng = catalogue, rng
        self.base = catalogue.base * purchases_per_day / share
        self._mood = rng.normal(0, MOOD_SPREAD, len(self.base))

    def next_mood(self) -> None:
        fresh = self._rng.normal(0, MOOD_SPREAD * np.sqrt(1 - MOOD_KEPT**2), len(self._mood))
        self._mood = MOOD_KEPT * self._mood + fresh

    def at_reference(self, price: Ints, there: NDArray[np.bool_], crowd: Floats | float) -> tuple[Floats, Floats]:
        """Mean purchases with own prices at reference, and the factor of each product's own price."""
        c = self.catalogue
        ratio = price / 100 / c.reference
        log_ratio = np.log(ratio)
        lift = np.zeros_like(log_ratio)
        for slot in range(c.substitutes.shape[1]):
            other = c.substitutes[:, slot]
            has = other != NONE
            lift += np.where(has, c.cross[:, slot] * log_ratio[other] + np.log1p(SPILL) * ~there[other], 0.0)
        return self.base * crowd * np.exp(self._mood + lift) * there, ratio**c.elasticity


def run(
    catalogue: Catalogue, people: People, exposed: Exposed, orders_per_customer: float, seed: int, days: Days
) -> Course:
    """Let the market run from the first day to the last.

    `orders_per_customer` is the mean number of orders a year of a customer who stays.
    """
    rng = generator(seed, "economy")
    n, shelves = len(days), catalogue.goods.shelf
    # Trips without a purchase are no orders, hence the division by the chance of at least one.
    trips_per_day = orders_per_customer / 365 / -np.expm1(-ITEMS_PER_TRIP)
    starts_per_day = ITEMS_PER_TRIP * trips_per_day * len(people.ids)
    demand = _Demand(catalogue, starts_per_day * (1 + float(catalogue.joined.sum())), rng)
    usual = (demand.base + catalogue.joined * starts_per_day) * (1 + EXTRA_UNITS)
    merchant = Merchant(catalogue, usual, days, rng)
    shop = {
        name: np.empty((n, len(usual)), dtype=np.int64) for name in ("price", "regular", "cost", "promotion", "stock")
    }
    rates = np.empty((n, len(usual)))
    control_orders = np.zeros((n - exposed.start, len(exposed.who)))
    lines: list[tuple[Ints, Ints, Floats, Ints, Ints, Ints]] = []
    first_trip = 0
    for day in range(n):
        merchant.open_day(day)
        demand.next_mood()
        for name, column in shop.items():
            column[day] = getattr(merchant, name)
        there = (merchant.stock > 0) & (catalogue.launch <= day)
        weights = people.active(day) * exposed.orders_factor(day)
        crowd = weights.sum() / len(people.ids) * days.weekday[day] * days.season[day][shelves]
        wanted, own = demand.at_reference(merchant.price, there, crowd)
        joins = np.where(there[catalogue.complements] & (catalogue.complements != NONE), catalogue.joins, 0.0)
        rates[day] = wanted + _arriving(catalogue, wanted * own, joins)
        if day >= exposed.start:
            shelf_means = np.bincount(shelves, wanted * own, len(SHELVES)).astype(np.float64)
            expected = _expected_orders(people, weights, exposed.who, day, shelf_means)
            control_orders[day - exposed.start] = expected
        bought = _baskets(catalogue, people, weights, wanted * own, joins * own[catalogue.complements], rng)
        customer, trip_fraction, trip, product, units = bought
        stands = rng.random(len(customer)) < exposed.keep(day, customer, trip_fraction)
        units = _fill(product, np.where(stands[trip], units, 0), trip_fraction[trip], merchant.stock)
        sold = np.bincount(product, weights=units, minlength=len(usual)).astype(np.int64)
        merchant.close_day(day, sold)
        kept = units > 0
        trip, product, units = trip[kept], product[kept], units[kept]
        lines.append((np.full(len(trip), day), trip + first_trip, trip_fraction[trip], customer[trip], product, units))
        first_trip += len(customer)
    day_of, trip_of, fraction, who, what, how_many = (np.concatenate(column) for column in zip(*lines, strict=True))
    return Course(
        day_of,
        trip_of,
        fraction,
        who,
        what,
        how_many,
        **shop,
        rate=rates,
        base=demand.base,
        control_orders=control_orders,
    )


def _arriving(catalogue: Catalogue, starts: Floats, joins: Floats) -> Floats:
    """Expected purchases of each product that come along with another one, at its own reference price."""
    came = (starts[:, None] * joins).ravel()
    places = np.maximum(catalogue.complements, 0).ravel()
    return np.bincount(places, weights=came, minlength=len(starts)).astype(np.float64)


def _expected_orders(people: People, weights: Floats, who: Ints, day: int, shelf_means: Floats) -> Floats:
    """Expected orders today of the customers `who`, each with the weight of a customer whom no trial has changed.

    Of the day's trips a customer makes a share; a trip is an order unless it ends with nothing, which depends on how
    the customer's tastes compare with those of the whole crowd for what is wanted today. What sells out during the
    day is left aside.
    """
    if weights.sum() == 0 or shelf_means.sum() == 0:
        return np.zeros(len(who))
    trips = shelf_means.sum() / ITEMS_PER_TRIP
    crowd = weights @ people.tastes / weights.sum()
    purchases = people.tastes[who] @ (shelf_means / crowd) / trips
    expected: Floats = trips * people.active(day)[who] / weights.sum() * -np.expm1(-purchases)
    return expected


def _baskets(
    catalogue: Catalogue, people: People, weights: Floats, means: Floats, joins: Floats, rng: np.random.Generator
) -> tuple[Ints, Floats, Ints, Ints, Ints]:
    """Today's trips (customer, fraction of the day) and what is in them (trip, product, units)."""
    product = np.repeat(np.arange(len(means)), rng.poisson(means))
    trips = max(1, int(rng.poisson(means.sum() / ITEMS_PER_TRIP)))
    reach = np.cumsum(weights)
    if reach[-1] == 0 or len(product) == 0:
        nothing = np.zeros(0, dtype=np.int64)
        return nothing, np.zeros(0), nothing, nothing, nothing
    customer = np.searchsorted(reach, (1 - rng.random(trips)) * reach[-1], side="left")
    fraction = 0.25 + 0.72 * rng.beta(2.2, 1.6, trips)  # few at breakfast, most towards the evening
    trip = _deal(people.tastes[customer], catalogue.goods.shelf[product], rng)
    # A Poisson number, not a chance: a deep discount may push the mean above one, and the law still holds.
    comes = rng.poisson(joins[product]).T
    joined = [np.repeat(catalogue.complements[product, slot], times) for slot, times in enumerate(comes)]
    trip = np.concatenate([trip, *(np.repeat(trip, times) for times in comes)])
    product = np.concatenate([product, *joined])
    units = 1 + rng.poisson(EXTRA_UNITS, len(product))
    # One line per product and order.
    both, place = np.unique(trip * len(means) + product, return_inverse=True)
    units = np.bincount(place, weights=units, minlength=len(both)).astype(np.int64)
    return customer, fraction, both // len(means), both % len(means), units


def _deal(tastes: Floats, shelf: Ints, rng: np.random.Generator) -> Ints:
    """Deal purchases of the given shelves to trips, in proportion to the trips' tastes, shape (trips, shelves).

    The running sums of all shelves are laid end to end, shelf s within (s, s + 1], so that one search serves all.
    """
    running = np.cumsum(tastes, axis=0)
    ladder = (running / running[-1] + np.arange(tastes.shape[1])).T.ravel()
    return np.searchsorted(ladder, shelf + (1 - rng.random(len(shelf))), side="left") - shelf * len(tastes)


def _fill(product: Ints, units: Ints, moment: Floats, stock: Ints) -> Ints:
    """Units that are really there, first come first served."""
    order = np.lexsort((moment, product))
    wanted = units[order]
    running = np.cumsum(wanted)
    first = np.searchsorted(product[order], product[order], side="left")
    before = running - wanted - np.where(first > 0, running[first - 1], 0)
    filled = np.empty_like(units)
    filled[order] = np.clip(stock[product[order]] - before, 0, wanted)
    return filled
