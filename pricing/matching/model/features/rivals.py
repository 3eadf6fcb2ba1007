"""Competition: how a pair stands against the other things that its listings could be.

The rivals of a pair are the nearest listings of the other table by the cosine of words and letters, so they follow from
the two tables alone, not from the pairs that somebody asks about. A listing that stands in a table in several forms
(the same id) is one rival. Where the tables are drawn from one list, a record of it that stands in both is no rival of
itself: there a listing's nearest is always itself, and every match would look contested.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from pricing.matching.listing import Ints, Listing, Pairs
from pricing.matching.model.features.reading import Corpus, Reading, cosines

if TYPE_CHECKING:
    from scipy.sparse import csr_array

Floats = npt.NDArray[np.float64]

RIVALS = 10
"""Nearest listings of the other table that count."""
_COMMON = 3000
"""Listings a term may stand in and still find neighbours: the cost of a term grows with the square of it."""
_AT_ONCE = 1000
_ONE_LIST = 0.3
"""Share of the smaller table's records that stand in the other, word for word, from which both are drawn from one list:
most of WDC Products do, and none of two shops' own tables."""
_LITTLE = 1e-3
"""Added to a score and to what it lacks to 1, so that odds stay finite."""

_OF_ONE_SIDE = ("rank", "lead", "odds", "best", "others", "share")
NAMES = (*(f"left_{name}" for name in _OF_ONE_SIDE), *(f"right_{name}" for name in _OF_ONE_SIDE), "mutual")


@dataclass(frozen=True)
class Neighbourhood:
    """`of_left`: pairs of the asked left listings with their nearest right ones; `of_right` the other way round.

    `left` and `right` give the first place of each listing's id.
    """

    of_left: Pairs
    of_right: Pairs
    left: Ints
    right: Ints


class Neighbours:
    """The nearest listings of the other table, looked up when first asked for."""

    def __init__(self, corpus: Corpus) -> None:
        from scipy import sparse

        self._corpus = corpus
        self._left, self._right = _first_places(corpus.left), _first_places(corpus.right)
        terms = sparse.csr_array(sparse.hstack([corpus.words, corpus.letters, corpus.said], format="csr"))
        telling = np.bincount(terms.indices, minlength=terms.shape[1]) <= _COMMON
        terms, n = terms[:, telling], len(corpus.left)
        records = _records([r.listing for r in (*corpus.left, *corpus.right)], n)
        self._of_left = _Nearest(terms[:n], terms[n:], np.unique(self._right), records[:n], records[n:])
        self._of_right = _Nearest(terms[n:], terms[:n], np.unique(self._left), records[n:], records[:n])

    def around(self, asked: Pairs) -> Neighbourhood:
        left, right = np.unique(self._left[asked.left]), np.unique(self._right[asked.right])
        return Neighbourhood(
            Pairs(*self._of_left(left)), Pairs(*reversed(self._of_right(right))), self._left, self._right
        )

    def similarity(self, pairs: Pairs) -> Floats:
        """What neighbours are found by: the mean of three cosines, from 0 to 1 (shape (pairs,))."""
        corpus, others = self._corpus, len(self._corpus.left) + pairs.right
        found = [cosines(m, pairs.left, others) for m in (corpus.words, corpus.letters, corpus.said)]
        return np.asarray(np.mean(found, axis=0), dtype=np.float64)


def rival_features(
    around: Neighbourhood, pairs: Pairs, score: Floats, of_left: Floats, of_right: Floats
) -> list[Floats]:
    """How each pair's score stands among its rivals' scores, from 0 to 1: one array per name, each of shape (pairs,).

    `of_left` and `of_right` are the scores of the neighbourhood's pairs. On each side: how many rivals score higher,
    the lead over the best and the same in log odds, its score, the sum of all, and the pair's share of it.
    """
    left, right = around.left[pairs.left], around.right[pairs.right]
    ours = _standing(around.of_left.left, around.of_left.right, of_left, left, right, score)
    theirs = _standing(around.of_right.right, around.of_right.left, of_right, right, left, score)
    mutual = (ours[0] == 0) & (theirs[0] == 0)
    return [*ours, *theirs, mutual.astype(np.float64)]


def _standing(group: Ints, other: Ints, scores: Floats, of: Ints, against: Ints, score: Floats) -> list[Floats]:
    if not len(group):
        nothing = np.zeros(len(of))
        return [nothing, score.copy(), _log_odds(score) - _log_odds(nothing), nothing, nothing, np.ones(len(of))]
    order = np.lexsort((-scores, group))
    group, other, scores = group[order], other[order], scores[order]
    start = np.searchsorted(group, of, side="left")
    end = np.searchsorted(group, of, side="right")
    place = group * 2.0 + (1 - scores)  # grows along the order: by group, then falling score
    better = np.searchsorted(place, of * 2.0 + (1 - score), side="left") - start
    padded = np.append(scores, [0.0, 0.0])
    first = np.where(start < end, padded[start], 0.0)
    second = np.where(start + 1 < end, padded[start + 1], 0.0)
    itself = (start < end) & (np.append(other, -1)[start] == against)
    best = np.where(itself, second, first)
    sums = np.append(0.0, np.cumsum(scores))
    inside = _found(group, other, scores, of, against)
    others = sums[end] - sums[start] - inside
    rank = np.clip(better, 0, None).astype(np.float64)
    share = (score + _LITTLE) / (score + others + _LITTLE)
    return [rank, score - best, _log_odds(score) - _log_odds(best), best, others, share]


def _log_odds(score: Floats) -> Floats:
    return np.asarray(np.log((score + _LITTLE) / (1 - score + _LITTLE)), dtype=np.float64)


def _found(group: Ints, other: Ints, scores: Floats, of: Ints, against: Ints) -> Floats:
    """The score that each pair has in the neighbourhood itself, 0 where it is not part of it."""
    most = int(max(other.max(), against.max(initial=0))) + 1
    keys = group * most + other
    order = np.argsort(keys)
    asked = of * most + against
    at = np.minimum(np.searchsorted(keys[order], asked), len(keys) - 1)
    return np.where(keys[order][at] == asked, scores[order][at], 0.0)


def _first_places(readings: Sequence[Reading]) -> Ints:
    first: dict[str, int] = {}
    return np.array([first.setdefault(r.listing.id, at) for at, r in enumerate(readings)], dtype=np.int64)


def _records(listings: Sequence[Listing], lefts: int) -> Ints:
    """A number for each record: one for those that say the same throughout, if the first `lefts` of them and the others
    are drawn from one list, else each its own."""
    each = np.arange(len(listings))
    first: dict[Listing, int] = {}
    same = np.array([first.setdefault(replace(x, id=""), at) for at, x in enumerate(listings)], dtype=np.int64)
    left, right = np.unique(same[:lefts]), np.unique(same[lefts:])
    shared = len(np.intersect1d(left, right)) / max(min(len(left), len(right)), 1)
    return same if shared >= _ONE_LIST else each


class _Nearest:
    """The nearest few of `places` among `others` for a row of `rows`; ties go to the lower place.

    `records` and `other_records` number what both are records of: a row is not near itself.
    """

    def __init__(
        self, rows: csr_array[Any], others: csr_array[Any], places: Ints, records: Ints, other_records: Ints
    ) -> None:
        self._rows = rows
        self._turned = others[places].T.tocsc()
        self._places = places
        self._records, self._other_records = records, other_records[places]
        self._known: dict[int, Ints] = {}

    def __call__(self, asked: Ints) -> tuple[Ints, Ints]:
        """Each asked row beside each of its nearest."""
        new = np.array([row for row in asked.tolist() if row not in self._known], dtype=np.int64)
        for begin in range(0, len(new), _AT_ONCE):
            self._look_up(new[begin : begin + _AT_ONCE])
        near = [self._known[row] for row in asked.tolist()]
        counts = [len(found) for found in near]
        return np.repeat(asked, counts), np.concatenate([np.empty(0, dtype=np.int64), *near])

    def _look_up(self, rows: Ints) -> None:
        from scipy import sparse

        block = sparse.csr_array(self._rows[rows] @ self._turned)
        row = np.repeat(np.arange(len(rows)), np.diff(block.indptr))
        near = np.flatnonzero(self._records[rows[row]] != self._other_records[block.indices])
        near = near[np.lexsort((block.indices[near], -block.data[near], row[near]))]
        place = np.arange(len(near)) - np.searchsorted(row[near], row[near], side="left")
        kept = near[place < RIVALS]
        ends = np.searchsorted(row[kept], np.arange(len(rows)), side="right")
        for asked, found in zip(rows.tolist(), np.split(self._places[block.indices[kept]], ends[:-1]), strict=True):
            self._known[asked] = found
