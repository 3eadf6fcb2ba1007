"""Which pairs of listings are worth judging: those with the same identifier and the nearest by text, never all pairs.

Each offer asks an index of the products for those nearest to it. What it finds depends on the products alone: the
offers of a new crawl ask by themselves and find what they would have found among all.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from pricing.matching.blocking.text_index import Floats, Report, TextIndex, nth, silent
from pricing.matching.exact import part_number
from pricing.matching.listing import Ints, Listing
from pricing.matching.titles import squash
from warehouse.gtin import clean_gtin

_SHARED = 20
"""Listings of one side that may share an identifier; one that stands on more identifies nothing."""

_POOL = 30
"""Products that an offer is set beside when the offers of each product are ranked."""

# Each labelled set is judged by what the others choose: python -m benchmarks.fit_candidates
_CROWDING = 0.5
_PRICE = 0.1

_NEIGHBOURS = 5
_FARTHEST_PRICE = 1.5
_UNKNOWN_PRICE = 0.5
"""Distances of prices, as natural logarithms of their ratio: one that counts as much as any larger one, and that of
prices which cannot be compared."""

Bools = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Candidates:
    """Pairs, one per position of the arrays (all shape (pairs,)).

    `left` and `right` are places in the sequences given; `similarity` is that of the texts, from 0 to 1; `identified`
    marks pairs with the same GTIN, or the same part number under the same brand.
    """

    left: Ints
    right: Ints
    similarity: Floats
    identified: Bools

    def __len__(self) -> int:
        return len(self.left)

    def at(self, places: Ints) -> Candidates:
        """The pairs at these positions."""
        return Candidates(self.left[places], self.right[places], self.similarity[places], self.identified[places])


def find_candidates(
    left: Sequence[Listing], right: Sequence[Listing], *, top: int = 10, report: Report = silent
) -> Candidates:
    """For each right listing the left ones with its identifiers and the `top` nearest by text: by right, best first.

    A left listing that shares no term with it is not near.
    """
    index = TextIndex(left)
    near = index.nearest(right, top, report=report)
    same_left, same_right = _same_identifier(left, right)
    of_pair = np.concatenate([same_right, near.asked]) * max(len(left), 1) + np.concatenate([same_left, near.found])
    _, first = np.unique(of_pair, return_index=True)  # a pair found both ways is an identified one
    similarity = np.concatenate([index.similarity(right, same_right, same_left), near.similarity])[first]
    found = Candidates(
        of_pair[first] % max(len(left), 1), of_pair[first] // max(len(left), 1), similarity, first < len(same_left)
    )
    return found.at(np.lexsort((found.left, -found.similarity, ~found.identified, found.right)))


def best_for_left(
    left: Sequence[Listing], right: Sequence[Listing], *, top: int = 10, report: Report = silent
) -> Candidates:
    """For each left listing its `top` right ones: by left, those with its identifiers first, then the likeliest."""
    found = find_candidates(left, right, top=max(top, _POOL), report=report)
    likeliest = likelihood(left, right, found)
    order = np.lexsort((found.right, -likeliest, ~found.identified, found.left))
    return found.at(order[nth(found.left[order]) < top])


def likelihood(
    left: Sequence[Listing],
    right: Sequence[Listing],
    pairs: Candidates,
    *,
    crowding: float = _CROWDING,
    price: float = _PRICE,
) -> Floats:
    """By what the right listings of a left one are ranked: no probability, and comparable for one left listing only.

    It is the similarity, less `crowding` times the mean of the right listing's five largest, since what resembles many
    is near to all of them (cross-domain similarity local scaling: Conneau et al., "Word translation without parallel
    data", ICLR 2018), less `price` times how far the prices are apart. `pairs` come from `find_candidates`.
    """
    nearest_first = pairs.at(np.lexsort((pairs.left, -pairs.similarity, pairs.right)))
    nearest = nearest_first.at(np.flatnonzero(nth(nearest_first.right) < _NEIGHBOURS))
    crowd = np.bincount(nearest.right, weights=nearest.similarity, minlength=len(right)) / _NEIGHBOURS
    return pairs.similarity - crowding * crowd[pairs.right] - price * _price_distance(left, right, pairs)


def _same_identifier(left: Sequence[Listing], right: Sequence[Listing]) -> tuple[Ints, Ints]:
    """Places of the pairs with the same GTIN, or the same brand and part number, some of them twice."""
    owners: defaultdict[Hashable, list[int]] = defaultdict(list)
    for at, listing in enumerate(left):
        for identifier in _identifiers(listing):
            owners[identifier].append(at)
    pairs = [
        (owner, at)
        for at, listing in enumerate(right)
        for identifier in _identifiers(listing)
        if len(owners.get(identifier, ())) <= _SHARED
        for owner in owners.get(identifier, ())
    ]
    both = np.array(pairs, dtype=np.int64).reshape(-1, 2)
    return both[:, 0], both[:, 1]


def _identifiers(listing: Listing) -> Iterator[Hashable]:
    if gtin := clean_gtin(listing.gtin):
        yield gtin
    brand, number = squash(listing.brand or ""), part_number(listing)
    if brand and number:
        yield brand, number


def _price_distance(left: Sequence[Listing], right: Sequence[Listing], pairs: Candidates) -> Floats:
    """How far the prices of each pair are apart, as the absolute logarithm of their ratio."""
    ours, theirs = (np.array([x.price or np.nan for x in side], dtype=np.float64) for side in (left, right))
    ours[ours <= 0] = theirs[theirs <= 0] = np.nan
    codes = {code: at for at, code in enumerate({x.currency for side in (left, right) for x in side})}
    one, two = (np.array([codes[x.currency] for x in side], dtype=np.int64) for side in (left, right))
    distance = np.abs(np.log(ours[pairs.left]) - np.log(theirs[pairs.right]))
    unknown = np.isnan(distance) | (one[pairs.left] != two[pairs.right])
    return np.where(unknown, _UNKNOWN_PRICE, np.minimum(distance, _FARTHEST_PRICE))
