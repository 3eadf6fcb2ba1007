"""Which products an offer's title could mean: character and word TF-IDF, the nearest few, never all pairs.

Retrieval multiplies sparse matrices without the terms that a large share of the titles contain: those say little and
cost the most. The few pairs that come back are then scored with every term.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from pricing.matching.titles import Title

if TYPE_CHECKING:
    from scipy.sparse import csr_array

_COMMON = 3000
"""Titles a term may stand in and still serve retrieval: the cost of a term grows with the square of it."""
_OFFERS_AT_ONCE = 2000

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Candidates:
    """Pairs, one per position of the arrays (all shape (pairs,)), best first within an offer.

    `offer` and `product` are places in the sequences given; `similarity` is the mean of the word and the character
    cosine, from 0 to 1.
    """

    offer: Ints
    product: Ints
    similarity: Floats


def find_candidates(
    products: Sequence[Title],
    offers: Sequence[Title],
    *,
    top: int = 10,
    report: Callable[[int, int], None] = lambda done, total: None,
) -> Candidates:
    """The `top` most similar products of each offer that share at least one telling term with it."""
    empty = np.empty(0, dtype=np.int64)
    if not any(p.words for p in products) or not any(o.words for o in offers):
        return Candidates(empty, empty, np.empty(0))
    from scipy import sparse

    weights, counted = _vectors([*products, *offers])
    n = len(products)
    telling = counted <= _COMMON
    ours_t = weights[:n][:, telling].T.tocsc()
    theirs = weights[n:][:, telling].tocsr()
    rows, columns = [empty], [empty]
    for start in range(0, len(offers), _OFFERS_AT_ONCE):
        block = sparse.csr_array(theirs[start : start + _OFFERS_AT_ONCE] @ ours_t)
        found_rows, found_columns = _best(block, top)
        rows.append(found_rows + start)
        columns.append(found_columns)
        report(min(start + _OFFERS_AT_ONCE, len(offers)), len(offers))
    offer, product = np.concatenate(rows), np.concatenate(columns)
    similarity = _dot(weights[n:][offer], weights[:n][product])
    order = np.lexsort((product, -similarity, offer))
    return Candidates(offer[order], product[order], similarity[order])


def _vectors(titles: Sequence[Title]) -> tuple[csr_array[Any], Ints]:
    """Rows of unit length whose products are the mean of both cosines, and the number of titles per term."""
    from scipy import sparse
    from sklearn.feature_extraction.text import TfidfVectorizer

    words = TfidfVectorizer(analyzer=_words, sublinear_tf=True).fit_transform(titles)
    letters = TfidfVectorizer(preprocessor=_text, analyzer="char_wb", ngram_range=(3, 4), sublinear_tf=True)
    both = sparse.csr_array(sparse.hstack([words, letters.fit_transform(titles)], format="csr") * np.sqrt(0.5))
    return both, np.bincount(both.indices, minlength=both.shape[1]).astype(np.int64)


def _best(block: csr_array[Any], top: int) -> tuple[Ints, Ints]:
    """Row and column of the `top` largest entries of each row; ties go to the lower column."""
    rows = np.repeat(np.arange(block.shape[0]), np.diff(block.indptr))
    order = np.lexsort((block.indices, -block.data, rows))
    rank = np.arange(len(order)) - block.indptr[rows]
    kept = order[rank < top]
    return rows[kept].astype(np.int64), block.indices[kept].astype(np.int64)


def _dot(left: csr_array[Any], right: csr_array[Any]) -> Floats:
    return np.asarray(left.multiply(right).sum(axis=1), dtype=np.float64).ravel()


def _words(title: Title) -> tuple[str, ...]:
    return title.words


def _text(title: Title) -> str:
    return " ".join(title.words)
