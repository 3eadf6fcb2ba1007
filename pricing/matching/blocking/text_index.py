"""Listings by the words and character n-grams of their texts, to be asked for those nearest to others.

Terms are weighted by TF-IDF. The rarest terms of a listing retrieve what is near, through so many postings and no more,
so that asking costs the same however large the index is; the few dozen that come back are compared with every term.
The weights are those of the indexed listings alone: an answer depends on them and on the listing that asks.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from pricing.matching.listing import Ints, Listing
from pricing.matching.titles import fold

if TYPE_CHECKING:
    from scipy.sparse import csr_array

_POSTINGS = 10_000
"""Entries of the index that one listing goes through, its rarest terms first; never less than its rarest term's."""
_COMPARED = 60
"""How many that come back are compared with every term, at least."""
_ASKED_AT_ONCE = 500
_PAIRS_AT_ONCE = 30_000
_HASHED = 2**19
"""Columns that words are hashed to, and n-grams again."""
_LONGEST = 500  # characters of a text; a page that puts more into its title says nothing better by it

_WORD = re.compile(r"[^\W_]+")
_RUN = re.compile(r"\d+|[^\W\d_]+")

Floats = npt.NDArray[np.float64]
Report = Callable[[int, int], None]


def silent(done: int, total: int) -> None:
    """A report to nobody."""


@dataclass(frozen=True)
class Nearest:
    """Found pairs, one per position of the arrays (all shape (pairs,)), by `asked`, the nearest first.

    `asked` is the place of a listing that asked, `found` that of an indexed one; `similarity`, from 0 to 1, is the mean
    of the cosines of their words and of their character n-grams.
    """

    asked: Ints
    found: Ints
    similarity: Floats


class TextIndex:
    """An index of listings by their places."""

    def __init__(self, listings: Sequence[Listing]) -> None:
        from scipy import sparse

        terms = _terms(listings)
        self._size = len(listings)
        self._counts = np.bincount(terms.indices, minlength=terms.shape[1]).astype(np.int64)
        self._vectors = self._weighted(terms)
        self._postings = sparse.csr_array(self._vectors.T)

    def nearest(self, listings: Sequence[Listing], top: int, *, report: Report = silent) -> Nearest:
        """The `top` indexed listings most similar to each given one, of those that share a term with it.

        Of equally similar ones those at lower places come first.
        """
        blocks = [Nearest(np.empty(0, np.int64), np.empty(0, np.int64), np.empty(0))]
        for start in range(0, len(listings), _ASKED_AT_ONCE):
            block = self._nearest(listings[start : start + _ASKED_AT_ONCE], top)
            blocks.append(Nearest(block.asked + start, block.found, block.similarity))
            report(min(start + _ASKED_AT_ONCE, len(listings)), len(listings))
        return Nearest(
            np.concatenate([block.asked for block in blocks]),
            np.concatenate([block.found for block in blocks]),
            np.concatenate([block.similarity for block in blocks]),
        )

    def similarity(self, listings: Sequence[Listing], asked: Ints, found: Ints) -> Floats:
        """The similarity of each pair of a given listing and an indexed one, both by place."""
        some, place = np.unique(asked, return_inverse=True)
        vectors = self._weighted(_terms([listings[at] for at in some]))
        starts = range(0, len(asked), _PAIRS_AT_ONCE)
        parts = [slice(start, start + _PAIRS_AT_ONCE) for start in starts]
        return np.concatenate([np.empty(0), *(self._cosines(vectors, place[part], found[part]) for part in parts)])

    def _weighted(self, terms: csr_array[Any]) -> csr_array[Any]:
        """Rows of unit length whose products are the mean of both cosines: words and n-grams weighted, and as long.

        The weights are scikit-learn's smoothed ones with sublinear frequencies; unknown terms weigh the most.
        """
        from scipy import sparse

        inverse = np.log((1 + self._size) / (1 + self._counts[terms.indices])) + 1
        data = (1 + np.log(terms.data)) * inverse
        row = np.repeat(np.arange(terms.shape[0]), np.diff(terms.indptr))
        half = 2 * row + (terms.indices >= _HASHED)
        lengths = np.sqrt(np.bincount(half, weights=data**2, minlength=2 * terms.shape[0])).reshape(-1, 2)
        lengths *= np.sqrt((lengths > 0).sum(axis=1, keepdims=True))  # a text too short for n-grams is its words alone
        data = (data / lengths.ravel()[half]).astype(np.float32)
        return sparse.csr_array((data, terms.indices, terms.indptr), shape=terms.shape)

    def _cosines(self, vectors: csr_array[Any], asked: Ints, found: Ints) -> Floats:
        cosines = np.asarray(self._vectors[found].multiply(vectors[asked]).sum(axis=1), dtype=np.float64).ravel()
        # Sums in single precision: what is equal must come out equal.
        return np.asarray(np.clip(cosines.round(6), 0, 1))

    def _nearest(self, listings: Sequence[Listing], top: int) -> Nearest:
        vectors = self._weighted(_terms(listings))
        asked, found = _largest(_rarest(vectors, self._counts) @ self._postings, max(top, _COMPARED))
        similarity = self._cosines(vectors, asked, found)
        order = np.lexsort((found, -similarity, asked))
        order = order[nth(asked[order]) < top]
        return Nearest(asked[order], found[order], similarity[order])


def _terms(listings: Sequence[Listing]) -> csr_array[Any]:
    """How often each listing has each term: its words in the first `_HASHED` columns, its n-grams in the next."""
    from scipy import sparse
    from sklearn.feature_extraction.text import HashingVectorizer

    texts = [_text(listing) for listing in listings]
    if not texts:
        return sparse.csr_array(np.empty((0, 2 * _HASHED), dtype=np.float32))
    counted: dict[str, Any] = {"n_features": _HASHED, "norm": None, "alternate_sign": False, "dtype": np.float32}
    words = HashingVectorizer(analyzer=_words, **counted).transform(texts)
    # Across the words, so that "print shop" is "printshop" and "CS 2" is "CS2".
    run_on = ["".join(_WORD.findall(text)) for text in texts]
    grams = HashingVectorizer(analyzer="char", ngram_range=(3, 4), lowercase=False, **counted).transform(run_on)
    both: csr_array[Any, tuple[int, int]] = sparse.csr_array(sparse.hstack([words, grams], format="csr"))
    both.sort_indices()
    return both


def _words(text: str) -> list[str]:
    """The words; of those with letters and digits also either run, so that "cs3" has "cs" and "3" as "cs 3" has."""
    words = _WORD.findall(text)
    return [*words, *(run for word in words if len(runs := _RUN.findall(word)) > 1 for run in runs)]


def _text(listing: Listing) -> str:
    """Title, brand and part number, also where the title names them: what a shop says twice counts for more."""
    parts = (listing.title or listing.description, listing.brand, listing.mpn)
    return fold(" ".join(part[:_LONGEST] for part in parts if part))


def _rarest(vectors: csr_array[Any], counts: Ints) -> csr_array[Any]:
    """The entries of each row with the rarest terms that together stand in no more than `_POSTINGS` listings."""
    from scipy import sparse

    row = np.repeat(np.arange(vectors.shape[0]), np.diff(vectors.indptr))
    of_term = counts[vectors.indices]
    order = np.lexsort((vectors.indices, of_term, row))  # rows stay together
    passed = np.concatenate([[0], np.cumsum(of_term[order])])
    before = passed[:-1] - passed[vectors.indptr[row]]
    kept = np.sort(order[(before + of_term[order] <= _POSTINGS) | (before == 0)])
    indptr = np.concatenate([[0], np.cumsum(np.bincount(row[kept], minlength=vectors.shape[0]))])
    return sparse.csr_array((vectors.data[kept], vectors.indices[kept], indptr), shape=vectors.shape)


def _largest(products: csr_array[Any], top: int) -> tuple[Ints, Ints]:
    """Row and column of the `top` largest entries of each row; of equal ones the lower columns."""
    columns = []
    for start, end in zip(products.indptr[:-1], products.indptr[1:], strict=True):
        values, places = products.data[start:end], products.indices[start:end]
        if len(values) > top:
            among = np.flatnonzero(values >= np.partition(values, -top)[-top])
            values, places = values[among], places[among]
            places = places[np.lexsort((places, -values))[:top]]
        columns.append(places)
    rows = np.repeat(np.arange(len(columns)), [len(places) for places in columns])
    return rows.astype(np.int64), np.concatenate([*columns, np.empty(0, np.int64)]).astype(np.int64)


def nth(groups: Ints) -> Ints:
    """The place of each position within its run of equal values."""
    starts = np.flatnonzero(np.r_[True, groups[1:] != groups[:-1]]) if len(groups) else np.empty(0, np.int64)
    return np.arange(len(groups)) - np.repeat(starts, np.diff(np.r_[starts, len(groups)]))
