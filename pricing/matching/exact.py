"""What equal identifiers decide: the same GTIN, or the same manufacturer's part number under the same brand."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Hashable, Iterator, Mapping, Sequence
from typing import Literal

from pricing.matching.conflicts import brands_differ
from pricing.matching.listing import Listing
from pricing.matching.sides import Sides
from pricing.matching.titles import squash
from warehouse.gtin import clean_gtin

_CONTENT = ("pack", "mass", "volume")
"""Conflicts that put even an equal GTIN in doubt: shops list a case under the bottle's number."""

_SHORTEST_MPN = 4
"""Letters and digits of a part number that says enough: "01" stands on everything."""

Exact = tuple[int, Literal["gtin", "mpn"], str, str | None]
"""A product's place, by which identifier, what was found, and what is open about it: None where nothing is."""


def by_identifier(
    sides: Sides, offers: Collection[int], rejected: Collection[tuple[int, int]]
) -> dict[int, list[Exact]]:
    """The products with an identifier of each of the `offers` (places) that has any.

    `rejected` are pairs (product, offer) that a person ruled out. Where several of our products carry the identifier,
    or the titles contradict each other, that is open.
    """
    gtins = gtin_owners(sides.products)
    mpns = _owners((part_number(p), at) for at, p in enumerate(sides.products))
    found: dict[int, list[Exact]] = {}
    for o in sorted(offers):
        gtin, mpn = clean_gtin(sides.offers[o].gtin), part_number(sides.offers[o])
        owners = [p for p in gtins.get(gtin, ()) if (p, o) not in rejected]
        if owners:
            found[o] = list(_same_gtin(sides, o, owners))
            continue
        makers = [p for p in mpns.get(mpn, ()) if (p, o) not in rejected and _same_brand(sides, p, o)]
        if makers:
            found[o] = list(_same_mpn(sides, o, makers))
    return found


def part_number(listing: Listing) -> str | None:
    """The manufacturer's part number without its punctuation; None for one too short, or without a digit."""
    number = squash(listing.mpn or "")
    return number if len(number) >= _SHORTEST_MPN and any(c.isdigit() for c in number) else None


def gtin_owners(products: Sequence[Listing]) -> Mapping[Hashable, Sequence[int]]:
    """The places of the products that carry each GTIN."""
    return _owners((clean_gtin(p.gtin), at) for at, p in enumerate(products))


def gtins_differ(product: Listing, offer: Listing) -> str | None:
    """Both GTINs where both are valid and not the same."""
    mine, other = clean_gtin(product.gtin), clean_gtin(offer.gtin)
    return f"GTIN {mine} against {other}" if mine and other and mine != other else None


def _same_gtin(sides: Sides, o: int, owners: Sequence[int]) -> Iterator[Exact]:
    gtin = clean_gtin(sides.offers[o].gtin)
    for p in owners:
        conflict = next((c for c in sides.conflicts(p, o) if c.about in _CONTENT), None)
        told = None if conflict is None else f"the titles differ: {conflict}"
        yield p, "gtin", f"same GTIN {gtin}", _shared(sides, p, owners) or told


def _same_mpn(sides: Sides, o: int, owners: Sequence[int]) -> Iterator[Exact]:
    for p in owners:
        conflict = next((c for c in sides.conflicts(p, o) if c.rules_out or c.about == "pack"), None)
        told = None if conflict is None else f"the titles differ: {conflict}"
        other_gtin = gtins_differ(sides.products[p], sides.offers[o])
        found = f"same part number {(sides.products[p].mpn or '').strip()[:60]} and brand"
        yield p, "mpn", found, _shared(sides, p, owners) or other_gtin or told


def _shared(sides: Sides, p: int, owners: Sequence[int]) -> str | None:
    others = [sides.products[q].id for q in owners if q != p]
    return f"it stands on several of our products (also {', '.join(others[:5])})" if others else None


def _same_brand(sides: Sides, p: int, o: int) -> bool:
    """Whether both are known to be of one brand: each names it, in its brand or in its title."""
    product, offer, mine, other = sides.products[p], sides.offers[o], sides.ours[p], sides.theirs[o]
    if brands_differ(product.brand, offer.brand, mine, other):
        return False
    brand, theirs = squash(product.brand or ""), squash(offer.brand or "")
    if brand and theirs:
        return True
    return bool(brand and brand in other.squashed) or bool(theirs and theirs in mine.squashed)


def _owners(numbers: Iterator[tuple[str | None, int]]) -> Mapping[Hashable, list[int]]:
    owners: defaultdict[Hashable, list[int]] = defaultdict(list)
    for number, place in numbers:
        if number is not None:
            owners[number].append(place)
    return owners
