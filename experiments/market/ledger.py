"""The order book: what a store's customers bought, paid for shipping and sent back."""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from experiments.market.catalogue import NONE
from experiments.market.columns import Bools, Ints, generator, instants, lake_table, money, numbered, picked, same
from experiments.market.days import Days
from experiments.market.economy import Course
from experiments.market.people import People
from experiments.market.stores import Assortment

GUESTS = 0.05
RETURNED = 0.05
FREE_SHIPPING_FROM, SHIPPING = 4900, 490
"""Euro cents: orders below pay for shipping."""

SECOND = 1_000_000
DAY = 86_400 * SECOND


@dataclass(frozen=True)
class _Lines:
    """Order lines of one kind: place of the order in the block, number of the line, moment, product, units, cents each.

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


class OrderBook:
    """A store's order lines, written block by block; orders are numbered through."""

    def __init__(self, assortment: Assortment, people: People, seed: int, days: Days) -> None:
        self._assortment, self._people, self._days = assortment, people, days
        self._rng = generator(seed, f"ledger {assortment.store.store_id}")
        self._orders = 0

    def enter(self, course: Course) -> pa.Table:
        """Product lines, shipping, and the returns that come back within the period, in the order of time."""
        in_time = np.lexsort((course.product, course.trip, course.fraction, course.day))
        begins = np.diff(course.trip[in_time], prepend=-1) != 0
        first = np.flatnonzero(begins)
        sold = self._sold(course, in_time, begins)
        kinds = (sold, self._shipping(sold), self._returns(sold))
        lines = _Lines(*(np.concatenate([getattr(kind, column.name) for kind in kinds]) for column in fields(_Lines)))
        guest = self._rng.random(len(first)) < GUESTS
        channel = self._rng.choice(3, len(first), p=(0.68, 0.27, 0.05))
        table = self._table(lines, course.customer[in_time][first], guest, channel)
        self._orders += len(first)
        return table

    def _sold(self, course: Course, in_time: Ints, begins: Bools) -> _Lines:
        order = np.cumsum(begins) - 1
        price, regular, cost, deal, tested = (
            course.at(n)[in_time] for n in ("price", "regular", "cost", "deal", "tested")
        )
        lowered = np.where((deal != NONE) & ~tested, regular - price, 0)
        line = np.arange(len(order)) - np.flatnonzero(begins)[order] + 1
        at = self._days.at(course.day[in_time], course.fraction[in_time])
        units = course.units[in_time]
        return _Lines(order, line, at, course.product[in_time], units, price, cost, lowered * units)

    def _shipping(self, sold: _Lines) -> _Lines:
        """A line for each order that is too small to be sent free."""
        store = self._assortment.store
        last = np.flatnonzero(np.diff(sold.order, append=-1) != 0)
        paid = np.bincount(sold.order, weights=sold.price * sold.units, minlength=len(last))
        last = last[paid < store.local(FREE_SHIPPING_FROM)]
        nothing, one = np.zeros(len(last), dtype=np.int64), np.ones(len(last), dtype=np.int64)
        order, line, at = sold.order[last], sold.line[last] + 1, sold.at[last]
        return _Lines(order, line, at, nothing + NONE, one, nothing + store.local(SHIPPING), nothing, nothing)

    def _returns(self, sold: _Lines) -> _Lines:
        """What comes back two days to three weeks later, all of it or one unit, under the line's own number."""
        rng, days = self._rng, self._days
        orders = sold.order.max(initial=-1) + 1
        later = rng.uniform(2, 21, orders)[sold.order] * DAY
        at = sold.at + later.astype(np.int64) // SECOND * SECOND
        back = np.flatnonzero((rng.random(len(at)) < RETURNED) & (at < days.at(np.array([len(days)]))))
        units = np.where(rng.random(len(back)) < 0.3, 1, sold.units[back])
        columns = (sold.order, sold.line, at, sold.product, sold.units, sold.price, sold.cost, sold.off)
        order, line, moment, product, _, price, cost, off = (column[back] for column in columns)
        return _Lines(order, line, moment, product, -units, price, cost, off * 0)

    def _table(self, lines: _Lines, customer: Ints, guest: Bools, channel: Ints) -> pa.Table:
        """`customer`, `guest` and `channel` are by order."""
        in_time = np.lexsort((lines.line, lines.units < 0, lines.order, lines.at))
        lines = _Lines(*(getattr(lines, column.name)[in_time] for column in fields(_Lines)))
        is_product, is_return = lines.product != NONE, lines.units < 0
        catalogue, store, rows = self._assortment.catalogue, self._assortment.store, len(lines.order)
        ids = numbered(self._orders + lines.order + 1, 7)
        returns = pc.binary_join_element_wise(pa.scalar("R"), ids, "")
        return lake_table(
            "orders",
            {
                "store_id": same(store.store_id, rows),
                "order_id": pc.if_else(pa.array(is_return), returns, ids),
                "line_id": numbered(lines.line, 1),
                "ordered_at": instants(lines.at),
                "customer_id": picked(self._people.ids, customer[lines.order], ~guest[lines.order]),
                "sku": picked(catalogue.skus, lines.product, is_product),
                "line_kind": picked(("shipping", "product"), is_product),
                "quantity": pa.array(lines.units.astype(np.float64)),
                "amount": money(lines.price * lines.units),
                "unit_price": money(lines.price),
                "unit_cost": money(lines.cost, is_product & catalogue.cost_known[lines.product]),
                "discount": money(lines.off, lines.off > 0),
                "currency": same(store.currency, rows),
                "channel": picked(("web", "app", "phone"), channel[lines.order]),
                "status": picked(("completed", "returned"), is_return),
                "returns_order_id": pc.if_else(pa.array(is_return), ids, pa.scalar(None, pa.string())),
            },
        )
