"""What the competitors truly sell, page by page: the answer sheet of crawling and matching.

A competitor's price for one of our products comes of its rule (`sites.Rule`), its position on the shelf and a little
noise of the page with median 1; what we do not sell keeps its price. The prices of competitors do not move our demand.
"""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from experiments.market.catalogue import NONE, Catalogue
from experiments.market.columns import Bools, Column, Floats, Ints, generator, money, picked, same
from experiments.market.goods import Goods, describe
from experiments.market.sites import Site
from experiments.market.stores import STORES, Store
from experiments.market.vocabulary import ABBREVIATIONS, SHELVES

OUT_OF_STOCK = 0.12
DECOYS = 8
PRICE_NOISE = 0.02
KINDS = ("ours", "near_miss", "other", "decoy", "broken")
"""`decoy` is behind robots.txt, `broken` answers an error."""

SOLD = KINDS[:3]

OFFER_SCHEMA = pa.schema(
    [
        ("site", pa.string()),
        ("path", pa.string()),
        ("kind", pa.string()),  # one of KINDS
        ("status", pa.int64()),  # what the page answers
        ("sku", pa.string()),  # of our product that this truly is; null where it is none of ours
        ("near_sku", pa.string()),  # of our product that a near miss resembles: the same thing in another size
        ("category", pa.string()),
        ("title", pa.string()),
        ("brand", pa.string()),
        ("gtin", pa.string()),
        ("mpn", pa.string()),
        ("price", pa.decimal128(18, 4)),
        ("list_price", pa.decimal128(18, 4)),
        ("shipping", pa.decimal128(18, 4)),
        ("currency", pa.string()),
        ("availability", pa.string()),
        ("layout", pa.int64()),  # which of the site's page forms
    ]
)
TEXTS = ("path", "kind", "sku", "near_sku", "category", "title", "brand", "gtin", "mpn")


@dataclass(frozen=True)
class Listing:
    """A site's pages, one entry each, the broken ones left out; what does not change over time.

    `kind` is a place in KINDS, `product` the place of our product that sets the price (NONE for what we do not sell,
    which costs `price` EUR), `factor` is position times noise, `struck` the struck-through price over the price (0 for
    none); `texts` holds the columns TEXTS.
    """

    site: Site
    store: Store
    kind: Ints
    product: Ints
    price: Floats
    factor: Floats
    struck: Floats
    layout: Ints
    texts: pa.Table
    broken: pa.Table

    def asked(self, followed: Ints, cost: Ints, reference: Floats, day: int) -> Ints:
        """The price of each page in cents, from our prices (of the day that the site's rule follows), costs and
        reference prices by product, in cents of its store's currency."""
        at = np.maximum(self.product, 0)
        by_rule = self.site.rule.price(at, followed[at].astype(float), cost[at].astype(float), reference[at], day)
        by_rule = np.where(self.kind == KINDS.index("decoy"), 0.3 * followed[at], by_rule)
        theirs = self.price / self.store.euros * 100
        price = np.where(self.product == NONE, theirs, by_rule) * self.factor
        return np.maximum(np.rint(price), 9).astype(np.int64)

    def in_stock(self, day: int, seed: int) -> Bools:
        """Which pages can be bought from on that day."""
        return generator(seed, f"{self.site.name} stock {day}").random(len(self.kind)) >= OUT_OF_STOCK

    def shown(self, price: Ints, in_stock: Bools) -> dict[str, Column]:
        """The columns of a page that change, for prices in cents."""
        struck = np.rint(price * self.struck).astype(np.int64)
        shipping = np.where(price < self.store.local(5000), self.store.local(self.site.shipping), 0)
        return {
            "price": money(price),
            "list_price": money(struck, self.struck > 0),
            "shipping": money(shipping),
            "currency": same(self.store.currency, len(price)),
            "availability": picked(("out_of_stock", "in_stock"), in_stock),
        }

    def pages(self, price: Ints, in_stock: Bools) -> pa.Table:
        """Every page as OFFER_SCHEMA at prices in cents."""
        columns = {name: self.texts[name] for name in TEXTS} | self.shown(price, in_stock)
        columns |= {"site": same(self.site.name, len(price)), "status": pa.array(np.full(len(price), 200))}
        columns["layout"] = pa.array(self.layout)
        table = pa.Table.from_arrays([columns[name] for name in OFFER_SCHEMA.names], schema=OFFER_SCHEMA)
        return pa.concat_tables([table, self.broken])


def positions(sites: Sequence[Site], seed: int) -> Floats:
    """The true price position of each site by shelf, shape (sites, shelves)."""
    drawn = [np.exp(generator(seed, f"position {s.name}").normal(s.level, 0.07, len(SHELVES))) for s in sites]
    factors: Floats = np.stack(drawn)
    factors[[s.rule.kind == "undercut" for s in sites]] = 1.0
    return factors


def listings(
    catalogue: Catalogue, sites: Sequence[Site], seed: int, stores: Sequence[Store] = STORES[:1]
) -> list[Listing]:
    """The pages of each site; sites compete with the stores in turn."""
    near, near_of = _near_misses(catalogue, generator(seed, "near misses"))
    levels = positions(sites, seed)
    return [
        _listing(site, stores[i % len(stores)], catalogue, near, near_of, levels[i], generator(seed, site.name))
        for i, site in enumerate(sites)
    ]


def _near_misses(catalogue: Catalogue, rng: np.random.Generator) -> tuple[Goods, Ints]:
    """Goods that differ from one of ours in size only and are not known otherwise; and which of ours each resembles."""
    goods = catalogue.goods
    of = np.sort(rng.permutation(len(goods))[: max(4, len(goods) // 8)])
    other = goods.kinds[of].copy()
    other[:, 4] = (other[:, 4] + rng.integers(1, 4, len(of))) % 4
    known = np.concatenate([goods.kinds, catalogue.others.kinds])
    free = ~np.isin(_code(other), _code(known))
    return describe(other[free], rng, len(known) + 1), of[free]


def _code(kinds: Ints) -> Ints:
    """One number for each kind of goods."""
    return kinds @ 100 ** np.arange(kinds.shape[1])


def _listing(
    site: Site, store: Store, catalogue: Catalogue, near: Goods, near_of: Ints, level: Floats, rng: np.random.Generator
) -> Listing:
    goods, others = catalogue.goods, catalogue.others
    ours = np.sort(rng.permutation(len(goods))[: max(1, round(len(goods) * site.shared))])
    misses = np.sort(rng.permutation(len(near))[: math.ceil(len(near) * site.foreign)])
    foreign = np.sort(rng.permutation(len(others))[: math.ceil(len(others) * site.foreign)])
    decoys = rng.integers(0, len(goods), DECOYS)
    parts = ((goods, ours), (near, misses), (others, foreign), (goods, decoys))
    kind = np.repeat(np.arange(4), [len(chosen) for _, chosen in parts])
    n, theirs = len(kind), np.full(len(misses) + len(foreign), NONE)
    shelf, price = (np.concatenate([getattr(g, name)[i] for g, i in parts]) for name in ("shelf", "price"))
    mine = np.concatenate([ours, theirs, np.full(DECOYS, NONE)])
    resembled = np.concatenate([np.full(len(ours), NONE), near_of[misses], np.full(len(foreign) + DECOYS, NONE)])
    ways = rng.random((n, 5))
    names = [
        _names(g, i, way) for (g, i), way in zip(((g, i) for g, c in parts for i in c.tolist()), ways, strict=True)
    ]
    numbers = (100_000 + rng.permutation(max(900_000, n + 2))[: n + 2]).tolist()
    closed = (kind == KINDS.index("decoy")).tolist()
    paths = [_path(site, title, number, c) for (title, _), number, c in zip(names, numbers, closed, strict=False)]
    gtins, mpns = ([text for g, c in parts for text in np.array(getattr(g, a))[c]] for a in ("gtin", "mpn"))
    texts = {
        "path": pa.array(paths),
        "kind": picked(KINDS, kind),
        "sku": picked(catalogue.skus, np.maximum(mine, 0), mine != NONE),
        "near_sku": picked(catalogue.skus, np.maximum(resembled, 0), resembled != NONE),
        "category": picked([s.category for s in SHELVES], shelf),
        "title": pa.array([title for title, _ in names]),
        "brand": pa.array([brand for _, brand in names], pa.string()),
        "gtin": pa.array(gtins, pa.string(), mask=rng.random(n) >= site.gtin_shown),
        "mpn": pa.array(mpns, pa.string(), mask=rng.random(n) >= 0.5),
    }
    broken = [
        {"site": site.name, "path": _path(site, "gone", number, False), "kind": "broken", "status": status, "layout": 0}
        for number, status in zip(numbers[n:], (404, 500), strict=True)
    ]
    return Listing(
        site=site,
        store=store,
        kind=kind,
        product=np.concatenate([ours, theirs, decoys]),
        price=price,
        factor=level[shelf] * np.exp(rng.normal(0, PRICE_NOISE, n)),
        struck=np.where(rng.random(n) < 0.2, rng.uniform(1.1, 1.4, n), 0.0),
        layout=rng.integers(0, site.layouts, n),
        texts=pa.table(texts),
        broken=pa.Table.from_pylist(broken, schema=OFFER_SCHEMA),
    )


def _names(goods: Goods, i: int, way: Floats) -> tuple[str, str | None]:
    """Title and brand as this competitor writes them: as we do, or reordered, abbreviated, without the brand.

    `way` holds five uniform numbers that decide.
    """
    brand = goods.brand_of(i)
    descriptor, noun, size = goods.words(i)
    if way[0] < 0.45:
        return goods.title(i), brand
    if way[1] < 0.5:
        descriptor = ABBREVIATIONS.get(descriptor, descriptor)
        size = size.replace("Pack of ", "x").replace(" kg", "kg").replace(" ml", "ml")
    words = [noun, descriptor] if way[2] < 0.5 else [descriptor, noun]
    named = way[3] < 0.65
    if named:
        words.insert(0 if way[4] < 0.5 else len(words), brand)
    return f"{' '.join(words)}, {size}", brand if named or way[4] < 0.5 else None


def _path(site: Site, title: str, number: int, closed: bool) -> str:
    plain = unicodedata.normalize("NFKD", title).encode("ascii", "ignore").decode().lower()
    slug = re.sub(r"[^a-z0-9]+", "-", plain).strip("-")
    path = site.path.format(slug=slug, number=number)
    return site.closed + path.rsplit("/", 1)[1] if closed else path
