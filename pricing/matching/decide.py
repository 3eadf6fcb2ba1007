"""From offers and products to verdicts: by GTIN, then by title for what is left, one product one offer per shop.

A title decides alone only where it leaves nothing open: each side says what the other says, no number, pack, colour,
model or brand speaks against it, and no other product or offer of that shop comes near. Everything that is close but
leaves something open goes to review with the open point named. That is strict on purpose: of the labelled pairs of
Abt-Buy, Amazon-Google and Walmart-Amazon (train and valid), 207 of the 214 it matches are labelled so, and the other
seven read alike; most true pairs there go to review.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from pricing.matching.candidates import find_candidates
from pricing.matching.conflicts import Conflict, brands_differ, conflict_between, unsaid
from pricing.matching.titles import Title, content, read_title
from warehouse.gtin import clean_gtin
from warehouse.progress import Progress, quiet

MODEL_VERSION = "rules-1"
"""Raised whenever the rules or thresholds below change what is decided."""

ACCEPT = 0.60
"""Least title similarity of a match."""
REVIEW = 0.50
"""Least title similarity worth a person's look."""
MARGIN = 0.05
"""Least lead over the next product of the offer, and over the next offer of the product in the same shop."""


_CONTENT = ("pack", "mass", "volume")
"""Conflicts that put even an equal GTIN in doubt: shops list a case under the bottle's number."""


@dataclass(frozen=True)
class Product:
    """What matching needs of a product of ours."""

    sku: str
    title: str | None
    brand: str | None = None
    gtin: str | None = None
    pack_size: float | None = None
    pack_unit: str | None = None


@dataclass(frozen=True)
class Offer:
    """What matching needs of the latest observation of an offer."""

    offer_id: str
    site: str
    title: str | None
    brand: str | None = None
    gtin: str | None = None


@dataclass(frozen=True)
class Decision:
    """One row of `matches`: `verdict` is match or review, `score` from 0 to 1."""

    offer_id: str
    sku: str
    score: float
    verdict: str
    method: str
    reason: str


@dataclass(frozen=True)
class _Pair:
    offer: int
    product: int
    score: float
    open_point: str | None


class _Sides:
    """Both sides with their titles taken apart, addressed by place."""

    def __init__(self, products: Sequence[Product], offers: Sequence[Offer]) -> None:
        self.products = products
        self.offers = offers
        self.ours = [read_title(p.title, brand=p.brand) for p in products]
        self.theirs = [read_title(o.title, brand=o.brand) for o in offers]

    def conflict(self, o: int, p: int) -> Conflict | None:
        """What speaks against the pair, our stated pack content taken in where our title is silent on it."""
        return conflict_between(_with_content(self.ours[p], self.products[p]), self.theirs[o])


def decide(products: Sequence[Product], offers: Sequence[Offer], *, progress: Progress = quiet) -> list[Decision]:
    """Judge every offer; at most one match each, and by title at most one for a product in a shop.

    Offers without a decision resemble nothing of ours.
    """
    sides = _Sides(products, offers)
    by_gtin = _by_gtin(sides)
    taken = {(offers[o].site, d.sku) for o, found in by_gtin.items() for d in found if d.verdict == "match"}
    left = [o for o in range(len(offers)) if o not in by_gtin]
    candidates = find_candidates(
        sides.ours, [sides.theirs[o] for o in left], report=lambda done, total: progress("match titles", done, total)
    )
    pairs = []
    for at in np.flatnonzero(candidates.similarity >= REVIEW):
        o, p = left[int(candidates.offer[at])], int(candidates.product[at])
        if (offers[o].site, products[p].sku) not in taken:
            pairs += _judge(sides, o, p, float(candidates.similarity[at]))
    return [d for found in by_gtin.values() for d in found] + _assign(pairs, products, offers)


def _by_gtin(sides: _Sides) -> dict[int, list[Decision]]:
    """Decisions by equal GTIN for each offer that has one of ours, by its place."""
    owners: defaultdict[str, list[int]] = defaultdict(list)
    for p, product in enumerate(sides.products):
        if gtin := clean_gtin(product.gtin):
            owners[gtin].append(p)
    decided: dict[int, list[Decision]] = {}
    for o, offer in enumerate(sides.offers):
        gtin = clean_gtin(offer.gtin)
        if gtin is not None and gtin in owners:
            decided[o] = [_same_gtin(sides, o, p, gtin, owners[gtin]) for p in owners[gtin]]
    return decided


def _same_gtin(sides: _Sides, o: int, p: int, gtin: str, owners: Sequence[int]) -> Decision:
    verdict, reason = "match", f"same GTIN {gtin}"
    conflict = sides.conflict(o, p)
    if len(owners) > 1:
        others = ", ".join(sides.products[q].sku for q in owners if q != p)
        verdict, reason = "review", f"{reason}, which stands on several of our products (also {others})"
    elif conflict is not None and conflict.about in _CONTENT:
        verdict, reason = "review", f"{reason}, but the titles differ: {conflict}"
    return Decision(sides.offers[o].offer_id, sides.products[p].sku, 1.0, verdict, "gtin", reason)


def _judge(sides: _Sides, o: int, p: int, score: float) -> list[_Pair]:
    """The pair with what is open about it; empty where it is ruled out."""
    product, offer, mine, other = sides.products[p], sides.offers[o], sides.ours[p], sides.theirs[o]
    conflict = sides.conflict(o, p)
    if (conflict and conflict.certain) or brands_differ(product.brand, offer.brand, mine, other):
        return []
    our_gtin, their_gtin = clean_gtin(product.gtin), clean_gtin(offer.gtin)
    if our_gtin and their_gtin:  # equal ones were settled before
        return [_Pair(o, p, score, f"GTIN {our_gtin} against {their_gtin}")]
    if conflict:
        return [_Pair(o, p, score, str(conflict))]
    missing, extra = unsaid(mine, other), unsaid(other, mine)
    said = [f"only we say {', '.join(missing)}"] if missing else []
    said += [f"only they say {', '.join(extra)}"] if extra else []
    if score < ACCEPT:
        said.append("titles not alike enough")
    return [_Pair(o, p, score, "; ".join(said) or None)]


def _assign(pairs: Sequence[_Pair], products: Sequence[Product], offers: Sequence[Offer]) -> list[Decision]:
    """One decision for each offer that has a pair: its best product, a match where nothing is open."""
    of_offer: defaultdict[int, list[_Pair]] = defaultdict(list)
    of_product: defaultdict[tuple[str, int], list[_Pair]] = defaultdict(list)
    for pair in pairs:
        of_offer[pair.offer].append(pair)
        of_product[offers[pair.offer].site, pair.product].append(pair)
    decisions = []
    for o in sorted(of_offer):
        best, *others = sorted(of_offer[o], key=lambda pair: (-pair.score, pair.product))
        site = offers[o].site
        rivals = [r for r in of_product[site, best.product] if r.offer != o]
        next_product = max((r.score for r in others), default=0.0)
        next_offer = max((r.score for r in rivals), default=0.0)
        open_point = best.open_point
        if open_point is None and best.score - next_product < MARGIN:
            open_point = f"{products[others[0].product].sku} is about as alike ({next_product:.2f})"
        if open_point is None and best.score - next_offer < MARGIN:
            open_point = f"another offer of {site} is about as alike ({next_offer:.2f})"
        said = f"titles {best.score:.2f} alike, next product {next_product:.2f}"
        decisions.append(
            Decision(
                offers[o].offer_id,
                products[best.product].sku,
                round(best.score, 6),
                "match" if open_point is None else "review",
                "title",
                said if open_point is None else f"{said}; open: {open_point}",
            )
        )
    return decisions


def _with_content(title: Title, product: Product) -> Title:
    size, unit = product.pack_size, product.pack_unit
    if not size or not unit or size <= 0:
        return title
    if unit == "piece":
        return replace(title, pack=round(size)) if title.pack is None and size > 1 else title
    stated = content(size, unit)
    if stated is None or any(d == stated[0] for d, _ in title.quantities):
        return title
    return replace(title, quantities=title.quantities | {stated})
