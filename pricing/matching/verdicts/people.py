"""What people decided, as it bears on the offers and products of today."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from pricing.matching.listing import Listing
from pricing.matching.sides import Sides
from pricing.matching.verdicts.changed import changed_since
from pricing.matching.verdicts.giving import judged_row
from warehouse.records import MatchVerdict

Verdicts = Mapping[tuple[str, str], MatchVerdict]
"""What people decided, by (offer_id, sku)."""


@dataclass
class People:
    """`rows` say what stands, as rows of `matches`. `settled` offers are known: the same product as the one in
    `accepted`, by place, or another pack. `ruled` pairs (places of product and offer) are decided, one way or the
    other, and those `rejected` are said to be different products."""

    rows: list[dict[str, Any]] = field(default_factory=list)
    settled: set[int] = field(default_factory=set)
    accepted: dict[int, int] = field(default_factory=dict)
    ruled: set[tuple[int, int]] = field(default_factory=set)
    rejected: set[tuple[int, int]] = field(default_factory=set)


def by_people(sides: Sides, verdicts: Verdicts) -> People:
    """Verdicts on offers that are there. Where the page has changed to another product since, the pair waits for
    review, and the offer is judged as what it is now."""
    skus = {product.id: at for at, product in enumerate(sides.products)}
    ids = {offer.id: at for at, offer in enumerate(sides.offers)}
    people = People()
    for (offer_id, sku), verdict in sorted(verdicts.items()):
        if offer_id not in ids:
            continue
        o, p = ids[offer_id], skus.get(sku)
        row = {"offer_id": offer_id, "sku": sku, **judged_row(verdict)}
        if p is not None:
            people.ruled.add((p, o))
            if verdict.verdict in ("reject", "equivalent"):
                people.rejected.add((p, o))
        if verdict.verdict != "reject" and changed_since(verdict, sides.offers[o]):
            row |= {"verdict": "review", "pack_ratio": None, "reason": _changed(verdict, sides.offers[o])}
        elif verdict.verdict in ("accept", "other_pack"):
            people.settled.add(o)
            if p is not None and verdict.verdict == "accept":
                people.accepted[o] = p
        people.rows.append(row)
    return people


def _changed(verdict: MatchVerdict, offer: Listing) -> str:
    then, now = ((title or "no title")[:120] for title in (verdict.offer_title, offer.title))
    who = f"{verdict.decided_by} decided {verdict.verdict} on {verdict.decided_at:%Y-%m-%d}"
    return f"the page has changed since {who}: it said {then!r}, now {now!r}"
