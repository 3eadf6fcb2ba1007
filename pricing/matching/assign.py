"""Which of an offer's candidates it is: probabilities that know their rivals, and one offer for a product in a shop."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from pricing.matching.listing import Ints

Floats = npt.NDArray[np.float64]

_SUREST = 1 - 1e-6


def weigh(probability: Floats, row: Ints, column: Ints) -> Floats:
    """The probability of each pair given its rivals: an offer is one product, and a product stands once in a shop.

    `row` names the offer of each pair and `column` the product in the offer's shop. With odds w = p / (1 - p), a pair
    is right with probability w / (1 + the odds of it and of all pairs that share its row or its column): exact for a
    single row of exclusive possibilities, and never more than `probability`.
    """
    surest = np.clip(probability, 0.0, _SUREST)
    odds = surest / (1 - surest)
    rivals = _sums(odds, row) + _sums(odds, column) - odds
    return np.asarray(odds / (1 + rivals), dtype=np.float64)


def assign(weight: Floats, row: Ints, column: Ints) -> npt.NDArray[np.bool_]:
    """Which pairs are taken: the heaviest first, then the heaviest whose row and column are still free.

    Of equal weights the one that stands first goes first. Greedy is enough: whatever excludes a pair that `weigh` gave
    more than two thirds has less than one third, so the assignment with the greatest sum takes all of these pairs too.
    """
    taken = np.zeros(len(weight), dtype=np.bool_)
    rows: set[int] = set()
    columns: set[int] = set()
    places: Sequence[int] = np.argsort(-weight, kind="stable").tolist()
    for at in places:
        r, c = int(row[at]), int(column[at])
        if r not in rows and c not in columns:
            rows.add(r)
            columns.add(c)
            taken[at] = True
    return taken


def _sums(odds: Floats, group: Ints) -> Floats:
    """The sum of each entry's group."""
    return np.asarray(np.bincount(group, weights=odds, minlength=int(group.max(initial=-1)) + 1)[group])
