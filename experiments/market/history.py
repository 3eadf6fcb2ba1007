"""What the store's own books show of its products: price, cost and stock as they changed, and the promotions."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from experiments.market.columns import Bools, Column, Ints, instants, lake_table, money, picked, same
from experiments.market.days import Days
from experiments.market.economy import Course
from experiments.market.merchant import DEAL_DAYS, NO_DEAL
from experiments.market.stores import Assortment


def history(course: Course, before: Course | None, assortment: Assortment, days: Days) -> pa.Table:
    """A row per product for each morning that brought a change, the first at its launch or on the first day.

    Changes are those of price, regular price, cost, promotion or test, and that it is sold out or back. `stock` is what
    was counted that morning. `before` is the block before this one.
    """
    columns = ("price", "regular", "cost", "deal")
    shown = [(getattr(course, name), getattr(before, name)[-1] if before else None) for name in columns]
    shown.append((course.stock == 0, before.stock[-1] == 0 if before else None))
    changed = np.zeros(course.price.shape, dtype=bool)
    for column, last in shown:
        changed[1:] |= column[1:] != column[:-1]
        if last is not None:
            changed[0] |= column[0] != last
    first = np.maximum(assortment.launch, 0)
    since_launch = course.first + np.arange(len(course))[:, None] - first
    changed = (changed & (since_launch > 0)) | (since_launch == 0)
    row, product = np.nonzero(changed)
    deal, tested = course.deal[row, product], course.tested[row, product]
    known = assortment.catalogue.cost_known[product]
    return lake_table(
        "product_history",
        {
            "store_id": same(assortment.store.store_id, len(row)),
            "sku": picked(assortment.catalogue.skus, product),
            "valid_from": instants(days.at(course.first + row)),
            "price": money(course.price[row, product]),
            "list_price": money(course.regular[row, product]),
            "cost": money(course.cost[row, product], known),
            "stock": pa.array(course.stock[row, product].astype(np.float64)),
            "on_promotion": pa.array((deal != NO_DEAL) & ~tested),
            "promotion_id": _deal_ids(deal, tested, days),
            "currency": same(assortment.store.currency, len(row)),
        },
    )


def promotions(course: Course, assortment: Assortment, days: Days) -> pa.Table:
    """The promotions and price tests that start in the block, a row per product."""
    today = course.first + np.arange(len(course))
    on_sale = assortment.launch <= today[:, None]
    row, product = np.nonzero((course.deal == today[:, None]) & on_sale)
    day, tested = course.first + row, course.tested[row, product]
    return lake_table(
        "promotions",
        {
            "store_id": same(assortment.store.store_id, len(row)),
            "promotion_id": _deal_ids(day, tested, days),
            "sku": picked(assortment.catalogue.skus, product),
            "name": picked(("Promotion", "Price test"), tested),
            "starts_at": instants(days.at(day)),
            "ends_at": instants(days.at(day + DEAL_DAYS)),
            "price": money(course.price[row, product]),
            "currency": same(assortment.store.currency, len(row)),
        },
    )


def _deal_ids(deal: Ints, tested: Bools, days: Days) -> Column:
    """Ids such as promo-2025-11-20 and test-2025-03-04, null where there is no deal."""
    started = np.datetime_as_string(days.dates, unit="D")
    names = [f"{kind}-{day}" for kind in ("promo", "test") for day in started]
    return picked(names, np.maximum(deal, 0) + len(days) * tested, deal != NO_DEAL)
