"""What the shop's own books show of the course of things: order lines and product history."""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from experiments.market.catalogue import NONE, Catalogue
from experiments.market.columns import Bools, Column, Ints, generator, instants, lake_table, money, numbered, picked
from experiments.market.days import Days
from experiments.market.economy import Course
from experiments.market.people import People

STORE_ID = "main"
CURRENCY = "EUR"
GUESTS = 0.05
RETURNED = 0.05
FREE_SHIPPING_FROM, SHIPPING = 4900, 490
"""Cents: orders below pay for shipping."""

SECOND = 1_000_000
DAY = 86_400 * SECOND


@dataclass(frozen=True)
class _Lines:
    """Order lines of one kind: number of the order (from 0), number of the line, moment, product, units, cents each.

    `product` is NONE for shipping, `units` negative for returns, `off` what was taken off the line in cents.
    """

    order: Ints
    line: Ints
    at: Ints
    product: Ints
    units: Ints
    price: Ints
    cost: Ints
    off: Ints


def orders(course: Course, catalogue: Catalogue, people: People, seed: int, days: Days) -> pa.Table:
    """Order lines in the order of time: products, shipping, and the returns that came back within the period."""
    rng = generator(seed, "ledger")
    in_time = np.lexsort((course.product, course.trip, course.fraction, course.day))
    begins = np.diff(course.trip[in_time], prepend=-1) != 0
    first = np.flatnonzero(begins)
    sold = _sold(course, in_time, begins, days)
    kinds = (sold, _shipping(sold), _returns(sold, rng, days))
    lines = _Lines(*(np.concatenate([getattr(kind, column.name) for kind in kinds]) for column in fields(_Lines)))
    guest, channel = rng.random(len(first)) < GUESTS, rng.choice(3, len(first), p=(0.68, 0.27, 0.05))
    return _table(lines, catalogue, people, course.customer[in_time][first], guest, channel)


def _sold(course: Course, in_time: Ints, begins: Bools, days: Days) -> _Lines:
    order = np.cumsum(begins) - 1
    day, product, units = course.day[in_time], course.product[in_time], course.units[in_time]
    price = course.price[day, product]
    lowered = np.where(course.promotion[day, product] >= 0, course.regular[day, product] - price, 0)
    line = np.arange(len(order)) - np.flatnonzero(begins)[order] + 1
    at = days.at(day, course.fraction[in_time])
    return _Lines(order, line, at, product, units, price, course.cost[day, product], lowered * units)


def _shipping(sold: _Lines) -> _Lines:
    """A line for each order that is too small to be sent free."""
    last = np.flatnonzero(np.diff(sold.order, append=-1) != 0)
    paid = np.bincount(sold.order, weights=sold.price * sold.units, minlength=len(last))
    last = last[paid < FREE_SHIPPING_FROM]
    nothing, one = np.zeros(len(last), dtype=np.int64), np.ones(len(last), dtype=np.int64)
    order, line, at = sold.order[last], sold.line[last] + 1, sold.at[last]
    return _Lines(order, line, at, nothing + NONE, one, nothing + SHIPPING, nothing, nothing)


def _returns(sold: _Lines, rng: np.random.Generator, days: Days) -> _Lines:
    """What comes back two days to three weeks later, all of it or one unit, under the line's own number."""
    orders = sold.order.max(initial=-1) + 1
    later = rng.uniform(2, 21, orders)[sold.order] * DAY
    at = sold.at + later.astype(np.int64) // SECOND * SECOND
    back = np.flatnonzero((rng.random(len(at)) < RETURNED) & (at < days.at(np.array([len(days)]))))
    units = np.where(rng.random(len(back)) < 0.3, 1, sold.units[back])
    columns = (sold.order, sold.line, at, sold.product, sold.units, sold.price, sold.cost, sold.off)
    order, line, moment, product, _, price, cost, off = (column[back] for column in columns)
    return _Lines(order, line, moment, product, -units, price, cost, off * 0)


def _table(
    lines: _Lines, catalogue: Catalogue, people: People, customer: Ints, guest: Bools, channel: Ints
) -> pa.Table:
    """`customer`, `guest` and `channel` are by order."""
    is_product, is_return = lines.product != NONE, lines.units < 0
    ids = numbered(lines.order + 1, 7)
    rows = len(lines.order)
    table = lake_table(
        "orders",
        {
            "order_id": pc.if_else(pa.array(is_return), pc.binary_join_element_wise(pa.scalar("R"), ids, ""), ids),
            "line_id": numbered(lines.line, 1),
            "ordered_at": instants(lines.at),
            "store_id": _same(STORE_ID, rows),
            "customer_id": picked(people.ids, customer[lines.order], ~guest[lines.order]),
            "sku": picked(catalogue.skus, lines.product, is_product),
            "line_kind": picked(("shipping", "product"), is_product),
            "quantity": pa.array(lines.units.astype(np.float64)),
            "amount": money(lines.price * lines.units),
            "unit_price": money(lines.price),
            "unit_cost": money(lines.cost, is_product & catalogue.cost_known[lines.product]),
            "discount": money(lines.off, lines.off > 0),
            "currency": _same(CURRENCY, rows),
            "channel": picked(("web", "app", "phone"), channel[lines.order]),
            "status": picked(("completed", "returned"), is_return),
            "returns_order_id": picked(ids, np.arange(rows), is_return),
        },
    )
    return table.take(pa.array(np.lexsort((lines.line, is_return, lines.order, lines.at))))


def _same(text: str, rows: int) -> Column:
    return picked((text,), np.zeros(rows))


def history(course: Course, catalogue: Catalogue, days: Days) -> pa.Table:
    """A row per product for each morning that brought a change, the first at its launch or on the first day.

    Changes are those of price, regular price, cost and promotion, and that it is sold out or back. `stock` is what was
    counted that morning.
    """
    out = course.stock == 0
    changed = np.zeros(out.shape, dtype=bool)
    for shown in (course.price, course.regular, course.cost, course.promotion, out):
        changed[1:] |= shown[1:] != shown[:-1]
    first = np.maximum(catalogue.launch, 0)
    since_launch = np.arange(len(days))[:, None] - first
    changed = (changed & (since_launch > 0)) | (since_launch == 0)
    product, day = np.nonzero(changed.T)
    promotion = course.promotion[day, product]
    started = np.datetime_as_string(days.dates, unit="D")
    return lake_table(
        "product_history",
        {
            "store_id": _same(STORE_ID, len(day)),
            "sku": picked(catalogue.skus, product),
            "valid_from": instants(days.at(day)),
            "price": money(course.price[day, product]),
            "list_price": money(course.regular[day, product]),
            "cost": money(course.cost[day, product], catalogue.cost_known[product]),
            "stock": pa.array(course.stock[day, product].astype(np.float64)),
            "on_promotion": pa.array(promotion >= 0),
            "promotion_id": picked([f"promo-{text}" for text in started], np.maximum(promotion, 0), promotion >= 0),
            "currency": _same(CURRENCY, len(day)),
        },
    )
