"""One brand under several names: "HP" is "Hewlett-Packard" where this store's own pairs show it.

A pair that is known to be one product (by GTIN, or because a person said so) shows by what name a shop calls our brand.
A name that the pairs agree on is our brand's; for initials one pair is enough.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping

from pricing.matching.exact import gtin_owners
from pricing.matching.sides import Sides
from pricing.matching.titles import fold, squash
from warehouse.gtin import clean_gtin

_LEAST_PAIRS = 3
"""Known pairs that it takes to call one brand by another name."""
_MOST_OF_THEM = 0.9
"""Share of the known pairs with a name that must agree: a shop that names itself on everything names none."""


def our_names(sides: Sides, accepted: Mapping[int, int]) -> dict[int, str]:
    """Of each offer (by place) whose brand is one of ours under another name, the name that we give it.

    `accepted` are the products (places) that people said offers are. A name that we use for a brand ourselves is no
    other brand's.
    """
    ours = {squash(product.brand or "") for product in sides.products}
    found: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for o, p in {**_same_gtin(sides), **accepted}.items():
        name, our_name = sides.offers[o].brand or "", sides.products[p].brand or ""
        if squash(name) and squash(our_name) and squash(name) not in ours:
            found[squash(name)][our_name] += 1
    names = {}
    for o, offer in enumerate(sides.offers):
        if counts := found.get(squash(offer.brand or "")):
            our_name, pairs = min(counts.items(), key=lambda item: (-item[1], item[0]))
            least = 1 if _are_initials(offer.brand or "", our_name) else _LEAST_PAIRS
            if pairs >= least and pairs >= _MOST_OF_THEM * counts.total():
                names[o] = our_name
    return names


def _same_gtin(sides: Sides) -> dict[int, int]:
    """The product (place) of each offer whose GTIN is that of one product of ours alone."""
    owners = gtin_owners(sides.products)
    found = ((o, owners.get(clean_gtin(offer.gtin), ())) for o, offer in enumerate(sides.offers) if offer.gtin)
    return {o: products[0] for o, products in found if len(products) == 1}


def _are_initials(one: str, two: str) -> bool:
    """Whether one name is the first letters of the other's words: "HP" and "Hewlett-Packard"."""
    short, long = sorted((one, two), key=lambda name: len(squash(name)))
    words = "".join(c if c.isalnum() else " " for c in fold(long)).split()
    return len(words) > 1 and squash(short) == "".join(word[0] for word in words)
