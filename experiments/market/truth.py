"""The answers: what is true of the market and stands in no book of the merchant."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from experiments.market import competitors
from experiments.market.catalogue import NONE, Catalogue
from experiments.market.columns import Floats, Ints, money, picked
from experiments.market.days import Days
from experiments.market.economy import Course
from experiments.market.ledger import GUESTS
from experiments.market.people import People
from experiments.market.trial import Exposed, Trial
from experiments.market.vocabulary import SHELVES


@dataclass(frozen=True)
class Truth:
    """What no model may read.

    products: sku, reference_price and cost on the first day (EUR), elasticity, base (purchases a day by an average
      crowd on an average day), cost_known (whether the books show the cost), gtin.
    daily: day, sku, purchases_at_reference (expected that day at the reference price, given stock and the other
      prices), cost. While there is stock, the expected units sold at price p are
      (1 + economy.EXTRA_UNITS) * purchases_at_reference * (p / reference_price) ** elasticity.
    substitutes: sku, other_sku, cross_elasticity (of demand for sku to the price of other_sku).
    complements: sku, other_sku, join_rate (mean purchases of other_sku that a purchase of sku brings, at its
      reference price).
    customers: customer_id, rate (beside the average customer's 1), left_on (first day without orders; may lie ahead),
      tastes (share of each category, in the order of `categories`).
    seasons: day, category, season, weekday (factors on demand). offers: every page of the competitors, see
    `competitors.OFFER_SCHEMA`. positions: site, category, position (the competitor's price over ours). trial: the
    experiment with its true effect. exposed: unit_id, orders_by_day (expected orders, guest orders left out, of the
    exposed customer were they a control: on the day of exposure, the day after, ... to the last day).
    """

    products: pa.Table
    daily: pa.Table
    substitutes: pa.Table
    complements: pa.Table
    customers: pa.Table
    seasons: pa.Table
    offers: pa.Table
    positions: pa.Table
    trial: Trial
    exposed: pa.Table

    def conversion(self, within_days: int) -> dict[str, float]:
        """By variant, the expected share of the exposed that order within so many times 24 hours if all saw it.

        Orders of a customer are taken as Poisson; the window's part of its first and last day is taken as a half each.
        """
        days = self.exposed["orders_by_day"]
        orders = np.array([sum(d[:within_days] + d[1 : within_days + 1]) / 2 for d in days.to_pylist()])
        factors = {name: 1.0 if i == 0 else 1 + self.trial.effect for i, (name, _) in enumerate(self.trial.variants)}
        return {name: float(np.mean(-np.expm1(-orders * factor))) for name, factor in factors.items()}

    @property
    def categories(self) -> list[str]:
        """All category paths, in the order of the customers' tastes."""
        return [shelf.category for shelf in SHELVES]


def tell(
    goods: Catalogue, crowd: People, course: Course, trial: Trial, exposed: Exposed, seed: int, days: Days
) -> Truth:
    """The truth of a market that took this course."""
    positions = competitors.positions(seed)
    return Truth(
        products=_products(goods, course),
        daily=_daily(goods, course, days),
        substitutes=_pairs(goods, goods.substitutes, goods.cross, "cross_elasticity"),
        complements=_pairs(goods, goods.complements, goods.joins, "join_rate"),
        customers=_customers(crowd, days),
        seasons=_seasons(days),
        offers=competitors.offers(goods, course.price[-1], positions, seed),
        positions=positions,
        trial=trial,
        exposed=_exposed(course, exposed, days),
    )


def _products(goods: Catalogue, course: Course) -> pa.Table:
    return pa.table(
        {
            "sku": pa.array(goods.skus),
            "gtin": pa.array(goods.goods.gtin),
            "reference_price": pa.array(goods.reference),
            "cost": pa.array(goods.cost),
            "cost_known": pa.array(goods.cost_known),
            "elasticity": pa.array(goods.elasticity),
            "base": pa.array(course.base),
        }
    )


def _daily(goods: Catalogue, course: Course, days: Days) -> pa.Table:
    n, products = course.rate.shape
    return pa.table(
        {
            "day": pa.array(np.repeat(days.dates, products)),
            "sku": picked(goods.skus, np.tile(np.arange(products), n)),
            "purchases_at_reference": pa.array(course.rate.ravel()),
            "cost": money(course.cost.ravel()),
        }
    )


def _pairs(goods: Catalogue, places: Ints, strengths: Floats, name: str) -> pa.Table:
    product, slot = np.nonzero(places != NONE)
    return pa.table(
        {
            "sku": picked(goods.skus, product),
            "other_sku": picked(goods.skus, places[product, slot]),
            name: pa.array(strengths[product, slot]),
        }
    )


def _customers(crowd: People, days: Days) -> pa.Table:
    tastes = pa.FixedSizeListArray.from_arrays(pa.array(crowd.tastes.ravel()), crowd.tastes.shape[1])
    return pa.table(
        {
            "customer_id": crowd.ids,
            "rate": pa.array(crowd.rate),
            "left_on": pa.array(days.dates[0] + crowd.left),
            "tastes": tastes,
        }
    )


def _exposed(course: Course, exposed: Exposed, days: Days) -> pa.Table:
    first = exposed.day[exposed.who] - exposed.start
    known = course.control_orders.T * (1 - GUESTS)
    by_day = [orders[start:].tolist() for start, orders in zip(first.tolist(), known, strict=True)]
    column = pa.array(by_day, pa.list_(pa.float64()))
    return pa.table({"unit_id": exposed.table["unit_id"], "orders_by_day": column})


def _seasons(days: Days) -> pa.Table:
    n, shelves = days.season.shape
    return pa.table(
        {
            "day": pa.array(np.repeat(days.dates, shelves)),
            "category": picked([shelf.category for shelf in SHELVES], np.tile(np.arange(shelves), n)),
            "season": pa.array(days.season.ravel()),
            "weekday": pa.array(np.repeat(days.weekday, shelves)),
        }
    )
