"""The products: what the shop sells, what it truly costs and how demand for it truly behaves."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from experiments.market.columns import Bools, Floats, Ints, generator, lake_table, picked, same
from experiments.market.days import Days
from experiments.market.goods import Goods, draw
from experiments.market.vocabulary import SHELVES
from warehouse.tables import DAY

NONE = -1
"""No neighbour in a padded list of complements or substitutes."""

UNKNOWN_COST = 0.12
WITHOUT_GTIN = 0.08


@dataclass(frozen=True)
class Catalogue:
    """Our products with their truth; every array has one entry per product.

    `reference` is the price (EUR, in the first store) and `cost` what a unit costs (EUR, on the first day); `base` is
    the product's share of the purchases that start a basket line, all at reference prices, over the products;
    `substitutes` and `complements` are padded lists of places (`NONE` where there is no further one) beside the
    cross-price elasticities and the chances that the complement joins the basket. `others` are goods not sold by us.
    """

    goods: Goods
    others: Goods
    skus: list[str]
    reference: Floats
    cost: Floats
    cost_known: Bools
    elasticity: Floats
    base: Floats
    launch: Ints
    substitutes: Ints
    cross: Floats
    complements: Ints
    joins: Floats
    table: pa.Table

    def joined(self, starts: Floats) -> Floats:
        """Purchases that come as a complement of the purchases `starts`, at reference prices."""
        has = self.complements != NONE
        came = (starts[:, None] * self.joins)[has]
        return np.bincount(self.complements[has], weights=came, minlength=len(starts)).astype(np.float64)


def build(products: int, seed: int, days: Days) -> Catalogue:
    """A catalogue of `products` products, spread evenly over the shelves."""
    rng = generator(seed, "catalogue")
    extra = max(len(SHELVES), products // 5)
    goods, others = draw(products, extra, rng)
    shelf = goods.shelf
    reference = np.maximum(goods.price, 0.49)
    mean_elasticity = np.array([s.elasticity for s in SHELVES])[shelf]
    elasticity = np.clip(mean_elasticity + rng.normal(0, 0.35, products), -4.0, -1.15)
    popularity = rng.lognormal(0, 1.0, products) / reference**0.3
    launched_late = rng.random(products) < 0.08
    launch = np.where(
        launched_late, rng.integers(0, max(1, len(days) * 2 // 3), products), -rng.integers(30, 700, products)
    )
    substitutes, cross = _substitutes(goods, rng)
    complements, joins = _complements(goods, rng)
    width = max(5, len(str(products)))
    skus = [f"{i + 1:0{width}d}" for i in range(products)]
    return Catalogue(
        goods=goods,
        others=others,
        skus=skus,
        reference=reference,
        cost=reference * rng.uniform(0.42, 0.72, products),
        cost_known=rng.random(products) >= UNKNOWN_COST,
        elasticity=elasticity,
        base=popularity / popularity.sum(),
        launch=launch,
        substitutes=substitutes,
        cross=cross,
        complements=complements,
        joins=joins,
        table=_table(goods, skus, days.dates[0] + launch, popularity, rng),
    )


def _substitutes(goods: Goods, rng: np.random.Generator) -> tuple[Ints, Floats]:
    """Within a noun of a shelf the products stand in a ring in random order; neighbours replace each other."""
    n = len(goods)
    group = goods.shelf * 100 + goods.noun
    order = np.lexsort((rng.random(n), group))
    ordered = group[order]
    first = np.searchsorted(ordered, ordered, side="left")
    count = np.searchsorted(ordered, ordered, side="right") - first
    step = np.arange(n) - first
    following = order[first + (step + 1) % count]
    preceding = order[first + (step - 1) % count]
    strength = rng.uniform(0.2, 0.6, n)  # of the pair (this, following)
    places = np.full((n, 2), NONE, dtype=np.int64)
    cross = np.zeros((n, 2))
    pairs, rings = count >= 2, count >= 3  # a ring of two has one neighbour, not the same one twice
    before = first + (step - 1) % count
    places[order[pairs], 0] = following[pairs]
    places[order[rings], 1] = preceding[rings]
    cross[order[pairs], 0] = np.where(rings, strength, strength[first])[pairs]
    cross[order[rings], 1] = strength[before[rings]]
    return places, cross


def _complements(goods: Goods, rng: np.random.Generator) -> tuple[Ints, Floats]:
    """Up to two products of the paired shelf that join the basket with a chance each."""
    n = len(goods)
    by_name = {shelf.name: s for s, shelf in enumerate(SHELVES)}
    partner = np.array([by_name[shelf.goes_with] for shelf in SHELVES])[goods.shelf]
    order = np.argsort(goods.shelf, kind="stable")
    ordered = goods.shelf[order]
    first, last = np.searchsorted(ordered, partner, "left"), np.searchsorted(ordered, partner, "right")
    places = np.full((n, 2), NONE, dtype=np.int64)
    joins = np.zeros((n, 2))
    for slot, (share, low, high) in enumerate(((0.6, 0.2, 0.45), (0.25, 0.1, 0.2))):
        drawn = order[np.minimum(first + (rng.random(n) * (last - first)).astype(np.int64), n - 1)]
        has = (rng.random(n) < share) & (last > first) & ((slot == 0) | (drawn != places[:, 0]))
        places[has, slot] = drawn[has]
        joins[has, slot] = rng.uniform(low, high, n)[has]
    return places, joins


def _table(
    goods: Goods,
    skus: list[str],
    launched: np.ndarray[tuple[int], np.dtype[np.datetime64]],
    popularity: Floats,
    rng: np.random.Generator,
) -> pa.Table:
    n = len(goods)
    rank = np.argsort(np.argsort(-popularity)) / n
    role = np.where(rank < 0.08, 0, np.where(rank < 0.6, 1, 2))
    sizes = [goods.size_of(i) for i in range(n)]
    return lake_table(
        "products",
        {
            "sku": pa.array(skus),
            "title": pa.array([goods.title(i) for i in range(n)]),
            "brand": pa.array([goods.brand_of(i) for i in range(n)]),
            "category": picked([s.category for s in SHELVES], goods.shelf),
            "gtin": pa.array(goods.gtin, mask=rng.random(n) < WITHOUT_GTIN),
            "mpn": pa.array(goods.mpn, mask=rng.random(n) < 0.15),
            "status": same("active", n),
            "launched_on": pa.array(launched).cast(DAY),
            "url": pa.array([f"https://shop.example/p/{sku}" for sku in skus]),
            "image_url": pa.array([f"https://shop.example/img/{sku}.jpg" for sku in skus]),
            "pack_size": pa.array([s.amount for s in sizes]),
            "pack_unit": pa.array([s.unit for s in sizes]),
            "role": picked(["kvi", "core", "tail"], role),
        },
    )
