"""The products: what the shop sells, what it truly costs and how demand for it truly behaves."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from experiments.market.columns import Bools, Floats, Ints, generator, lake_table, picked
from experiments.market.days import Days
from experiments.market.vocabulary import SHELVES, Size
from warehouse.tables import DAY

NONE = -1
"""No neighbour in a padded list of complements or substitutes."""

UNKNOWN_COST = 0.12
WITHOUT_GTIN = 0.08


@dataclass(frozen=True)
class Goods:
    """Describable products, one entry each: places in SHELVES and in the shelf's word lists; prices in EUR."""

    shelf: Ints
    brand: Ints
    descriptor: Ints
    noun: Ints
    size: Ints
    price: Floats
    gtin: list[str]
    mpn: list[str]

    def __len__(self) -> int:
        return len(self.shelf)

    @property
    def kinds(self) -> Ints:
        """What tells goods apart, columns shelf, brand, descriptor, noun, size."""
        return np.stack([self.shelf, self.brand, self.descriptor, self.noun, self.size], axis=1)

    def brand_of(self, i: int) -> str:
        """The brand's name."""
        return SHELVES[int(self.shelf[i])].department.brands[int(self.brand[i])]

    def size_of(self, i: int) -> Size:
        """What is in the pack."""
        return SHELVES[int(self.shelf[i])].sizes[int(self.size[i])]

    def words(self, i: int) -> tuple[str, str, str]:
        """Descriptor, noun and size label."""
        shelf = SHELVES[int(self.shelf[i])]
        descriptor = shelf.department.descriptors[int(self.descriptor[i])]
        return descriptor, shelf.nouns[int(self.noun[i])], self.size_of(i).label

    def title(self, i: int) -> str:
        """The name shown to shoppers."""
        return " ".join((self.brand_of(i), *self.words(i)))


@dataclass(frozen=True)
class Catalogue:
    """Our products with their truth; every array has one entry per product.

    `reference` is the price (EUR) at which `base` purchases a day are made by an average crowd on an average day;
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

    @property
    def joined(self) -> Floats:
        """Purchases a day that come as a complement of another product, at reference prices."""
        total = np.zeros_like(self.base)
        for slot in range(self.complements.shape[1]):
            has = self.complements[:, slot] != NONE
            np.add.at(total, self.complements[has, slot], self.base[has] * self.joins[has, slot])
        return total


def check_digit(digits: str) -> str:
    """The GS1 check digit of the digits before it (GS1 General Specifications, section 7.9)."""
    total = sum(int(d) * (3 if i % 2 == 0 else 1) for i, d in enumerate(reversed(digits)))
    return str(-total % 10)


def gtins(numbers: Sequence[int], cases: Bools) -> list[str]:
    """Valid GTIN-13, or GTIN-14 for cases, under 952, the prefix GS1 keeps for demonstrations."""
    bodies = [f"{'1' if case else ''}952{number:09d}" for number, case in zip(numbers, cases, strict=True)]
    return [body + check_digit(body) for body in bodies]


def build(products: int, seed: int, days: Days) -> Catalogue:
    """A catalogue of `products` products, spread evenly over the shelves."""
    rng = generator(seed, "catalogue")
    extra = max(len(SHELVES), products // 5)
    goods, others = _draw_goods(products, extra, rng)
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
    skus = [f"{i + 1:05d}" for i in range(products)]
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


def _draw_goods(ours: int, extra: int, rng: np.random.Generator) -> tuple[Goods, Goods]:
    """Distinct combinations of words: the first for us, the next for the rest of the world."""
    chosen: list[Ints] = []
    taken: list[Ints] = []
    for s, shelf in enumerate(SHELVES):
        shape = (len(shelf.department.brands), len(shelf.department.descriptors), len(shelf.nouns), len(shelf.sizes))
        n, m = (len(range(s, total, len(SHELVES))) for total in (ours, extra))
        drawn = rng.permutation(int(np.prod(shape)))[: n + m]
        columns = np.stack([np.full(n + m, s), *np.unravel_index(drawn, shape)], axis=1).astype(np.int64)
        chosen.append(columns[:n])
        taken.append(columns[n:])
    # Places are shuffled so that a sku tells nothing about its shelf.
    kinds = np.concatenate([rng.permutation(np.concatenate(chosen)), rng.permutation(np.concatenate(taken))])
    goods = describe(kinds, rng, first_number=1)
    return _slice(goods, slice(0, ours)), _slice(goods, slice(ours, None))


def describe(kinds: Ints, rng: np.random.Generator, first_number: int) -> Goods:
    """Goods of the given kinds (columns shelf, brand, descriptor, noun, size) with prices and numbers of their own."""
    shelf, brand, descriptor, noun, size = kinds.T
    level = np.array([s.price for s in SHELVES])[shelf]
    bulk = np.array([[s.worth for s in x.sizes] for x in SHELVES])[shelf, size]
    tier = np.linspace(0.75, 1.4, 6)[(brand * 5 + shelf) % 6]
    word = np.linspace(0.85, 1.2, 6)[(descriptor + noun) % 6]
    price = level * bulk * tier * word * rng.lognormal(0, 0.08, len(kinds))
    packs = [SHELVES[s].sizes[z] for s, z in zip(shelf, size, strict=True)]
    cases = np.array([pack.unit == "piece" and pack.amount >= 4 for pack in packs])
    numbers = range(first_number * 37, (first_number + len(kinds)) * 37, 37)
    mpn = [f"{SHELVES[s].name[:2].upper()}-{number:06d}" for s, number in zip(shelf, numbers, strict=True)]
    return Goods(shelf, brand, descriptor, noun, size, price, gtins(numbers, cases), mpn)


def _slice(goods: Goods, part: slice) -> Goods:
    shelf, brand, descriptor, noun, size = goods.kinds[part].T
    return Goods(shelf, brand, descriptor, noun, size, goods.price[part], goods.gtin[part], goods.mpn[part])


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
            "gtin": picked(list(goods.gtin), np.arange(n), rng.random(n) >= WITHOUT_GTIN),
            "mpn": picked(list(goods.mpn), np.arange(n), rng.random(n) >= 0.15),
            "status": picked(["active"], np.zeros(n)),
            "launched_on": pa.array(launched).cast(DAY),
            "url": pa.array([f"https://shop.example/p/{sku}" for sku in skus]),
            "image_url": pa.array([f"https://shop.example/img/{sku}.jpg" for sku in skus]),
            "pack_size": pa.array([s.amount for s in sizes]),
            "pack_unit": pa.array([s.unit for s in sizes]),
            "role": picked(["kvi", "core", "tail"], role),
        },
    )
