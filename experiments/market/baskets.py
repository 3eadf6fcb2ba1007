"""Shopping trips: who comes, at what time of the day, and with what in the basket."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.special import betainc

from experiments.market.catalogue import NONE, Catalogue
from experiments.market.columns import Floats, Ints
from experiments.market.people import People

ITEMS_PER_TRIP = 1.7
"""Mean purchases of a shopping trip before complements join; trips that end with none are no orders."""

EXTRA_UNITS = 0.2
"""A purchase is of 1 + Poisson(EXTRA_UNITS) units."""

OPENS, OPEN, HOURS = 0.25, 0.72, (2.2, 1.6)
"""Trips start at `OPENS` of the day and within `OPEN` of it, spread by a beta law: few at breakfast, most towards the
evening."""


def share_after(fraction: Floats) -> Floats:
    """The share of a day's trips that start when `fraction` of the day has passed, or later."""
    share: Floats = 1 - betainc(*HOURS, np.clip((fraction - OPENS) / OPEN, 0, 1))
    return share


def baskets(
    catalogue: Catalogue, people: People, weights: Floats, means: Floats, joins: Floats, rng: np.random.Generator
) -> tuple[Ints, Floats, Ints, Ints, Ints]:
    """Today's trips (customer, fraction of the day) and what is in them (trip, product, units).

    `means` are the expected purchases of each product that start a line, `joins` the expected purchases of each of its
    complements that one purchase of it brings, shape (products, slots).
    """
    product = np.repeat(np.arange(len(means)), rng.poisson(means))
    trips = max(1, int(rng.poisson(means.sum() / ITEMS_PER_TRIP)))
    reach = np.cumsum(weights)
    if len(reach) == 0 or reach[-1] == 0 or len(product) == 0:
        nothing = np.zeros(0, dtype=np.int64)
        return nothing, np.zeros(0), nothing, nothing, nothing
    customer = np.searchsorted(reach, (1 - rng.random(trips)) * reach[-1], side="left")
    fraction = OPENS + OPEN * rng.beta(*HOURS, trips)
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


def _deal(tastes: NDArray[np.float32], shelf: Ints, rng: np.random.Generator) -> Ints:
    """Deal purchases of the given shelves to trips, in proportion to the trips' tastes, shape (trips, shelves).

    The running sums of all shelves are laid end to end, shelf s within (s, s + 1], so that one search serves all.
    """
    running = np.cumsum(tastes, axis=0, dtype=np.float64)
    ladder = (running / running[-1] + np.arange(tastes.shape[1])).T.ravel()
    return np.searchsorted(ladder, shelf + (1 - rng.random(len(shelf))), side="left") - shelf * len(tastes)


def fill(product: Ints, units: Ints, moment: Floats, stock: Ints) -> Ints:
    """Units that are really there, first come first served."""
    order = np.lexsort((moment, product))
    wanted = units[order]
    running = np.cumsum(wanted)
    first = np.searchsorted(product[order], product[order], side="left")
    before = running - wanted - np.where(first > 0, running[first - 1], 0)
    filled = np.empty_like(units)
    filled[order] = np.clip(stock[product[order]] - before, 0, wanted)
    return filled


def arriving(catalogue: Catalogue, starts: Floats, joins: Floats) -> Floats:
    """Expected purchases of each product that come along with another one, at its own reference price."""
    has = catalogue.complements != NONE
    came = (starts[:, None] * joins)[has]
    return np.bincount(catalogue.complements[has], weights=came, minlength=len(starts)).astype(np.float64)
