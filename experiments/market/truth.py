"""The answers: what is true of the market and stands in no book of the merchant."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields

import numpy as np
import pyarrow as pa

from experiments.market import competitors, consent, mailing, people
from experiments.market.catalogue import NONE, Catalogue
from experiments.market.columns import Floats, Ints, coded, money, picked, same
from experiments.market.controls import Controls
from experiments.market.days import Days
from experiments.market.economy import Course
from experiments.market.elasticities import NaiveRegression
from experiments.market.ledger import GUESTS
from experiments.market.people import People
from experiments.market.sites import Site
from experiments.market.stores import NEVER, Assortment, Store
from experiments.market.trial import Exposed, Trial
from experiments.market.vocabulary import SHELVES


@dataclass(frozen=True)
class Truth:
    """What no model may read. Prices, costs and purchases are a store's, in its currency, unless EUR is said.

    products: store_id, sku, gtin, reference_price, cost on the first day (EUR), cost_known (whether the books show the
      cost), elasticity, base (purchases a day that start a line, by an average crowd on an average day), naive_bias and
      price_variation (see `elasticities.NaiveRegression`: a pooled regression with a mean for each product is off by
      the average of naive_bias weighted by price_variation). A row per product that the store carries.
    daily: store_id, day, sku, purchases_at_reference (expected that day at the reference price, given stock and the
      other prices), lost (those that a stock-out prevents). While there is stock, the expected units sold at price p
      are (1 + baskets.EXTRA_UNITS) * purchases_at_reference * (p / reference_price) ** elasticity.
    costs: store_id, sku, day, cost: from that day on.
    substitutes: sku, other_sku, cross_elasticity (of the purchases of sku that start a line to the price of other_sku).
    complements: sku, other_sku, join_rate (mean purchases of other_sku that a purchase of sku brings, at its
      reference price).
    cross_elasticities: see `elasticities.cross_elasticities`: of the whole demand.
    customers: customer_id, store_id, rate (beside the average customer's 1), hazard (chance a day of leaving), left_on
      (first day without orders; may lie ahead), opens and clicks (chances, see `mailing`), tastes (share of each
      category, in the order of `categories`).
    seasons: day, category, season, weekday (factors on demand).
    offers: every page of the competitors on the last day, see `competitors.OFFER_SCHEMA`.
    positions: site, category, position. competitors: site, store_id, rule, days, by (see `sites.Rule`).
    trial: the A/B test with its true effect. exposed: unit_id, orders_by_day (expected orders, guest orders left out,
      of the exposed customer were they a control: on the day of exposure, the day after, ... to the last day).
    effects: experiment, unit_id, treated, effect (what treatment does to the rate at which this customer orders),
      orders (expected, guest orders left out, were they a control, from the exposure until the effect is over or the
      period ends). effect * orders is thus the expected number of orders that treatment brings of this customer.
    parameters: name, value: the constants of the laws of buying, leaving and mail.
    """

    products: pa.Table
    daily: pa.Table
    costs: pa.Table
    substitutes: pa.Table
    complements: pa.Table
    cross_elasticities: pa.Table
    customers: pa.Table
    seasons: pa.Table
    offers: pa.Table
    positions: pa.Table
    competitors: pa.Table
    exposed: pa.Table
    effects: pa.Table
    parameters: pa.Table
    trial: Trial

    def conversion(self, within_days: int) -> dict[str, float]:
        """By variant, the expected share of the exposed that order within so many times 24 hours if all saw it.

        Orders of a customer are taken as Poisson; the window's part of its first and last day is taken as a half each.
        """
        days = self.exposed["orders_by_day"].combine_chunks()
        place = np.arange(len(days.values)) - np.repeat(days.offsets.to_numpy()[:-1], days.value_lengths())
        weight = ((place < within_days).astype(float) + ((place >= 1) & (place <= within_days))) / 2
        owner = np.repeat(np.arange(len(days)), days.value_lengths())
        orders = np.bincount(owner, days.values.to_numpy() * weight, minlength=len(days))
        factors = {name: 1.0 if i == 0 else 1 + self.trial.effect for i, (name, _) in enumerate(self.trial.variants)}
        return {name: float(np.mean(-np.expm1(-orders * factor))) for name, factor in factors.items()}

    @property
    def categories(self) -> list[str]:
        """All category paths, in the order of the customers' tastes."""
        return [shelf.category for shelf in SHELVES]


TABLES = tuple(part.name for part in fields(Truth) if part.name != "trial")
"""The names of the truth's tables."""


def products(assortment: Assortment, base: Floats, naive: NaiveRegression) -> pa.Table:
    """The truth of a store's products."""
    c = assortment.catalogue
    carried = np.flatnonzero(assortment.launch != NEVER)
    bias = naive.bias[carried]
    return pa.table(
        {
            "store_id": same(assortment.store.store_id, len(carried)),
            "sku": picked(c.skus, carried),
            "gtin": picked(c.goods.gtin, carried),
            "reference_price": pa.array(assortment.reference[carried]),
            "cost": pa.array(c.cost[carried]),
            "cost_known": pa.array(c.cost_known[carried]),
            "elasticity": pa.array(c.elasticity[carried]),
            "base": pa.array(base[carried]),
            "naive_bias": pa.array(bias, mask=np.isnan(bias)),
            "price_variation": pa.array(naive.variation[carried]),
        }
    )


def daily(course: Course, assortment: Assortment, days: Days) -> pa.Table:
    """Expected purchases of a block of days, of products that are launched."""
    row, product = np.nonzero(assortment.launch <= course.first + np.arange(len(course))[:, None])
    return pa.table(
        {
            "store_id": coded([assortment.store.store_id], np.zeros(len(row))),
            "day": pa.array(days.dates[course.first + row]),
            "sku": coded(assortment.catalogue.skus, product),
            "purchases_at_reference": pa.array(course.rate[row, product].astype(np.float32)),
            "lost": pa.array(course.lost[row, product].astype(np.float32)),
        }
    )


def costs(course: Course, before: Course | None, assortment: Assortment, days: Days) -> pa.Table:
    """The costs that changed in a block of days, all of them on the first day."""
    earlier = before.cost[-1:] if before else np.full_like(course.cost[:1], -1)
    changed = np.diff(np.concatenate([earlier, course.cost]), axis=0) != 0
    row, product = np.nonzero(changed & (assortment.launch != NEVER))
    return pa.table(
        {
            "store_id": coded([assortment.store.store_id], np.zeros(len(row))),
            "sku": coded(assortment.catalogue.skus, product),
            "day": pa.array(days.dates[course.first + row]),
            "cost": money(course.cost[row, product]),
        }
    )


def pairs(goods: Catalogue, places: Ints, strengths: Floats, name: str) -> pa.Table:
    """Which products stand beside which, and how strongly."""
    product, slot = np.nonzero(places != NONE)
    return pa.table(
        {
            "sku": picked(goods.skus, product),
            "other_sku": picked(goods.skus, places[product, slot]),
            name: pa.array(strengths[product, slot]),
        }
    )


def customers(crowd: People, store: Store, days: Days) -> pa.Table:
    """The truth of a store's customers."""
    tastes = pa.FixedSizeListArray.from_arrays(pa.array(crowd.tastes.ravel()), crowd.tastes.shape[1])
    return pa.table(
        {
            "customer_id": crowd.ids,
            "store_id": same(store.store_id, len(crowd)),
            "rate": pa.array(crowd.rate),
            "hazard": pa.array(crowd.hazard),
            "left_on": pa.array(days.dates[0] + crowd.left),
            "opens": pa.array(crowd.opens),
            "clicks": pa.array(crowd.clicks),
            "tastes": tastes,
        }
    )


def exposed(controls: Controls, trial: Exposed) -> pa.Table:
    """What the customers of the A/B test would order day by day."""
    first = trial.day[trial.who] - trial.start
    length = len(controls.by_day) - first
    place = np.arange(int(length.sum())) - np.repeat(np.cumsum(length) - length, length)
    values = controls.by_day[np.repeat(first, length) + place, np.repeat(np.arange(len(first)), length)]
    offsets = pa.array(np.concatenate([[0], np.cumsum(length)]), pa.int32())
    column = pa.ListArray.from_arrays(offsets, pa.array(values * np.float32(1 - GUESTS)))
    return pa.table({"unit_id": trial.table["unit_id"], "orders_by_day": column})


def effects(controls: Controls, experiments: Sequence[Exposed]) -> pa.Table:
    """The true effect on each unit of each experiment."""
    parts = [
        pa.table(
            {
                "experiment": same(e.key, len(e.who)),
                "unit_id": e.table["unit_id"],
                "treated": pa.array(e.treated),
                "effect": pa.array(e.effect),
                "orders": pa.array(orders * (1 - GUESTS)),
            }
        )
        for e, orders in zip(experiments, controls.totals, strict=True)
    ]
    return pa.concat_tables(parts)


def seasons(days: Days) -> pa.Table:
    """The factors of season and weekday."""
    n, shelves = days.season.shape
    return pa.table(
        {
            "day": pa.array(np.repeat(days.dates, shelves)),
            "category": picked([shelf.category for shelf in SHELVES], np.tile(np.arange(shelves), n)),
            "season": pa.array(days.season.ravel()),
            "weekday": pa.array(np.repeat(days.weekday, shelves)),
        }
    )


def positions(sites: Sequence[Site], seed: int) -> pa.Table:
    """The true price position by site and category."""
    factors = competitors.positions(sites, seed)
    return pa.table(
        {
            "site": picked([site.name for site in sites], np.repeat(np.arange(len(sites)), len(SHELVES))),
            "category": picked([shelf.category for shelf in SHELVES], np.tile(np.arange(len(SHELVES)), len(sites))),
            "position": pa.array(factors.ravel()),
        }
    )


def rules(listed: Sequence[competitors.Listing]) -> pa.Table:
    """By which rule each competitor sets its prices, and against which of our stores."""
    return pa.table(
        {
            "site": pa.array([x.site.name for x in listed], pa.string()),
            "store_id": pa.array([x.store.store_id for x in listed], pa.string()),
            "rule": pa.array([x.site.rule.kind for x in listed], pa.string()),
            "days": pa.array([x.site.rule.days for x in listed], pa.int64()),
            "by": pa.array([x.site.rule.by for x in listed], pa.float64()),
        }
    )


def parameters() -> pa.Table:
    """The constants of the laws that the customers follow."""
    values = {
        "rate_shape": people.RATE_SHAPE,
        "leaving_shape": people.LEAVING_SHAPE,
        "leaving_scale_days": people.LEAVING_SCALE,
        "fatigue": mailing.FATIGUE,
        "unsubscribe": mailing.UNSUBSCRIBE,
        "unsubscribe_fatigue": mailing.UNSUBSCRIBE_FATIGUE,
        "open_when_gone": mailing.GONE,
        "email_consent": mailing.EMAIL_SHARE,
        "email_withdrawn": consent.WITHDRAWN,
    }
    return pa.table({"name": pa.array(list(values)), "value": pa.array(list(values.values()))})
