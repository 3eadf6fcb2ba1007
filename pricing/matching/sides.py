"""Products and offers beside each other, their titles taken apart, addressed by place."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from copy import copy
from dataclasses import replace

from pricing.matching.conflicts import Conflict, conflicts_between
from pricing.matching.listing import Listing
from pricing.matching.titles import Title, content, read_title, without_pack


class Sides:
    """Both sides read. `ours` are the products' titles with their stated pack content where the title is silent on it;
    `theirs` the offers' titles."""

    def __init__(self, products: Sequence[Listing], offers: Sequence[Listing]) -> None:
        self.products = products
        self.offers = offers
        self.ours = [_with_content(read_title(p.title, brand=p.brand), p) for p in products]
        self.theirs = [read_title(o.title, brand=o.brand) for o in offers]

    def renamed(self, brands: Mapping[int, str]) -> Sides:
        """The same with other brands of some offers, by place."""
        if not brands:
            return self
        other = copy(self)
        other.offers, other.theirs = list(self.offers), list(self.theirs)
        for o, brand in brands.items():
            other.offers[o] = replace(self.offers[o], brand=brand)
            other.theirs[o] = read_title(self.offers[o].title, brand=brand)
        return other

    def conflicts(self, product: int, offer: int) -> list[Conflict]:
        """All that speaks against the pair."""
        return list(conflicts_between(self.ours[product], self.theirs[offer]))

    def pack_ratio(self, product: int, offer: int) -> float:
        """Our units in one of the offer's, as far as both say; a side that names no pack sells one piece."""
        return (self.theirs[offer].pack or 1) / (self.ours[product].pack or 1)


def single(listing: Listing, pack: int | None) -> Listing:
    """The listing as if its pieces were sold singly: no pack in its title, the price of one."""
    price = None if listing.price is None else listing.price / (pack or 1)
    return replace(listing, title=without_pack(listing.title), price=price, pack_size=None, pack_unit=None)


def _with_content(title: Title, product: Listing) -> Title:
    size, unit = product.pack_size, product.pack_unit
    if not size or not unit or size <= 0:
        return title
    if unit == "piece":
        return replace(title, pack=round(size)) if title.pack is None and size >= 1.5 else title
    stated = content(size, unit)
    if stated is None or any(d == stated[0] for d, _ in title.quantities):
        return title
    return replace(title, quantities=title.quantities | {stated})
