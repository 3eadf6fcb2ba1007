"""What two competitors truly sell on the last day, page by page: the answer sheet of crawling and matching.

A competitor's price for one of our products is our price of that day times its position on the shelf times a little
noise with median 1. The prices of competitors do not move our demand.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pyarrow as pa

from experiments.market.catalogue import Catalogue, Goods, describe
from experiments.market.columns import Floats, Ints, generator, money
from experiments.market.vocabulary import ABBREVIATIONS, SHELVES

SHARED = 0.6
"""Share of our products that each competitor also sells."""

OUT_OF_STOCK = 0.12
DECOYS = 8
PRICE_NOISE = 0.02


@dataclass(frozen=True)
class Site:
    """A competitor: its name, how its pages speak, its mean price position (log scale) and its habits.

    `path` is the form of a product page's path, `closed` the folder that robots.txt forbids, shipping is in cents.
    """

    name: str
    format: Literal["json-ld", "html"]
    level: float
    path: str
    closed: str
    gtin_shown: float
    shipping: int
    layouts: int


SITES = (
    Site("lindenmarkt", "json-ld", -0.03, "/products/{slug}-{number}", "/staff/", 0.65, 395, 4),
    Site("kistenhaus", "html", 0.02, "/artikel/{number}-{slug}.html", "/intern/", 0.55, 490, 3),
)

OFFER_SCHEMA = pa.schema(
    [
        ("site", pa.string()),
        ("path", pa.string()),
        ("kind", pa.string()),  # ours, near_miss, other, decoy (behind robots.txt), broken (answers an error)
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


def positions(seed: int) -> pa.Table:
    """The true price position by site and category: the competitor's price over ours."""
    rng = generator(seed, "positions")
    rows = [
        {"site": site.name, "category": shelf.category, "position": float(np.exp(rng.normal(site.level, 0.07)))}
        for site in SITES
        for shelf in SHELVES
    ]
    return pa.Table.from_pylist(rows)


def offers(catalogue: Catalogue, our_price: Ints, position: pa.Table, seed: int) -> pa.Table:
    """Every page of both shops, as OFFER_SCHEMA. `our_price` is in cents."""
    level = np.array(position["position"].to_pylist()).reshape(len(SITES), len(SHELVES))
    near, near_of = _near_misses(catalogue, generator(seed, "near misses"))
    parts = [
        _assortment(site, catalogue, our_price, near, near_of, level[s], generator(seed, site.name))
        for s, site in enumerate(SITES)
    ]
    return pa.concat_tables(parts)


def _near_misses(catalogue: Catalogue, rng: np.random.Generator) -> tuple[Goods, Ints]:
    """Goods that differ from one of ours in size only and are not known otherwise; and which of ours each resembles."""
    goods = catalogue.goods
    kinds = goods.kinds
    of = np.sort(rng.permutation(len(goods))[: max(4, len(goods) // 8)])
    other = kinds[of].copy()
    other[:, 4] = (other[:, 4] + rng.integers(1, 4, len(of))) % 4
    known = {tuple(kind) for kind in (*kinds.tolist(), *catalogue.others.kinds.tolist())}
    free = np.array([tuple(kind) not in known for kind in other.tolist()], dtype=bool)
    first_number = len(goods) + len(catalogue.others) + 1
    return describe(other[free], rng, first_number), of[free]


def _assortment(
    site: Site,
    catalogue: Catalogue,
    our_price: Ints,
    near: Goods,
    near_of: Ints,
    level: Floats,
    rng: np.random.Generator,
) -> pa.Table:
    goods, others = catalogue.goods, catalogue.others
    ours = np.sort(rng.permutation(len(goods))[: max(1, round(len(goods) * SHARED))])
    misses = np.sort(rng.permutation(len(near))[: (len(near) + 1) // 2])
    foreign = np.sort(rng.permutation(len(others))[: (len(others) + 1) // 2])
    decoys = rng.integers(0, len(goods), DECOYS)
    entries: list[tuple[str, Goods, int, int | None, int | None, float]] = [
        *(("ours", goods, i, i, None, our_price[i] / 100) for i in ours.tolist()),
        *(("near_miss", near, i, None, int(near_of[i]), near.price[i]) for i in misses.tolist()),
        *(("other", others, i, None, None, others.price[i]) for i in foreign.tolist()),
        *(("decoy", goods, i, None, None, our_price[i] / 100 * 0.3) for i in decoys.tolist()),
    ]
    n = len(entries)
    shelf = np.array([g.shelf[i] for _, g, i, *_ in entries])
    noise = np.exp(rng.normal(0, PRICE_NOISE, n))
    price = np.maximum(np.rint(np.array([p for *_, p in entries]) * level[shelf] * noise * 100), 9).astype(np.int64)
    lowered = rng.random(n) < 0.2
    regular = np.rint(price * rng.uniform(1.1, 1.4, n)).astype(np.int64)
    texts = [_names(g, i, way) for (_, g, i, *_), way in zip(entries, rng.random((n, 5)), strict=True)]
    gtin_shown, mpn_shown = rng.random(n) < site.gtin_shown, rng.random(n) < 0.5
    numbers = 100_000 + rng.permutation(900_000)[: n + 2]
    closed = [kind == "decoy" for kind, *_ in entries]
    table = pa.Table.from_arrays(
        [
            pa.array([site.name] * n),
            pa.array(
                [
                    _path(site, title, int(number), c)
                    for (title, _), number, c in zip(texts, numbers, closed, strict=False)
                ]
            ),
            pa.array([kind for kind, *_ in entries]),
            pa.array([200] * n),
            pa.array([None if own is None else catalogue.skus[own] for *_, own, _, _ in entries], pa.string()),
            pa.array([None if like is None else catalogue.skus[like] for *_, like, _ in entries], pa.string()),
            pa.array([SHELVES[s].category for s in shelf]),
            pa.array([title for title, _ in texts]),
            pa.array([brand for _, brand in texts], pa.string()),
            pa.array([g.gtin[i] for _, g, i, *_ in entries], mask=~gtin_shown),
            pa.array([g.mpn[i] for _, g, i, *_ in entries], mask=~mpn_shown),
            money(price),
            money(regular, lowered),
            money(np.where(price < 5000, site.shipping, 0)),
            pa.array(["EUR"] * n),
            pa.array(np.where(rng.random(n) < OUT_OF_STOCK, "out_of_stock", "in_stock").tolist()),
            pa.array(rng.integers(0, site.layouts, n)),
        ],
        schema=OFFER_SCHEMA,
    )
    broken = [
        {
            "site": site.name,
            "path": _path(site, "gone", int(number), False),
            "kind": "broken",
            "status": status,
            "layout": 0,
        }
        for number, status in zip(numbers[n:], (404, 500), strict=True)
    ]
    return pa.concat_tables([table, pa.Table.from_pylist(broken, schema=OFFER_SCHEMA)])


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
