"""Both tables read once: what each listing says, in the forms that the pair features compare."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from pricing.matching.listing import Listing
from pricing.matching.titles import Title, fold, read_title, squash
from warehouse.gtin import clean_gtin

if TYPE_CHECKING:
    from scipy.sparse import csr_array

_SHORTEST = 4
"""Letters and digits of a description's word that may be a model number; shorter ones are mostly no such thing."""


_LONGEST = 200
"""Characters of a brand, a part number and a category that are read."""


@dataclass(frozen=True, slots=True)
class Reading:
    """One listing taken apart.

    `head`: the distinct words of the title, before it those of the brand and after it the part number where the title
    has them not; `words`: the same; `said`: words of all its fields; `models`: model numbers of title and part number;
    `told`: those of the description. `mpn`, `brand` and `squashed` (all fields) are letters and digits only.
    """

    listing: Listing
    title: Title
    head: tuple[str, ...]
    words: frozenset[str]
    said: frozenset[str]
    described: frozenset[str]
    models: frozenset[str]
    told: frozenset[str]
    squashed: str
    mpn: str
    brand: str
    category: str
    gtin: str | None


def read_listing(listing: Listing) -> Reading:
    """Take a listing apart; of its title and description as much as `read_title` reads."""
    title, description = read_title(listing.title), read_title(listing.description)
    said_mpn, said_brand = ((text or "")[:_LONGEST] for text in (listing.mpn, listing.brand))
    mpn, brand = squash(said_mpn), squash(said_brand)
    maker = fold(said_brand).split() if brand not in title.squashed else ()
    number = [mpn] if len(mpn) >= 3 and mpn not in title.squashed else ()
    head = tuple(dict.fromkeys((*maker, *title.words, *number)))
    words, described = frozenset(head), frozenset(description.words)
    numbers = frozenset({mpn} if len(mpn) >= 3 and any(c.isdigit() for c in mpn) else ())
    return Reading(
        listing=listing,
        title=title,
        head=head,
        words=words,
        said=words | described | frozenset(fold(said_brand).split()) | numbers,
        described=described,
        models=title.models | numbers,
        told=frozenset(w for w in description.models if len(w) >= _SHORTEST),
        squashed=f"{title.squashed} {mpn} {brand} {description.squashed}",
        mpn=mpn,
        brand=brand,
        category=fold((listing.category or "")[:_LONGEST]),
        gtin=clean_gtin(listing.gtin),
    )


class Corpus:
    """Two tables read, and how rare each word is in their titles.

    The matrices have a row of unit length for each left listing and then each right one, so that a product of rows is a
    cosine; words and letters weigh as TF-IDF over both tables.
    """

    def __init__(self, left: Sequence[Listing], right: Sequence[Listing]) -> None:
        self.left = [read_listing(listing) for listing in left]
        self.right = [read_listing(listing) for listing in right]
        counted = Counter(word for reading in (*self.left, *self.right) for word in reading.words)
        everything = len(left) + len(right)
        whole = math.log(1 + everything)
        self._rarity = {word: math.log((1 + everything) / n) / whole for word, n in counted.items()}

    def rarity(self, word: str) -> float:
        """From 0 for a word of every title to 1 for one of a single title or none."""
        return self._rarity.get(word, 1.0)

    @cached_property
    def words(self) -> csr_array[Any]:
        return self._matrix(lambda r: r.head)

    @cached_property
    def letters(self) -> csr_array[Any]:
        return self._matrix(lambda r: " ".join(r.head), letters="char_wb")

    @cached_property
    def runs(self) -> csr_array[Any]:
        """Letters across the borders of words: "pslx 350 h" has those of "ps-lx350h"."""
        return self._matrix(lambda r: r.title.squashed, letters="char")

    @cached_property
    def said(self) -> csr_array[Any]:
        return self._matrix(lambda r: tuple(sorted(r.said)))

    @cached_property
    def descriptions(self) -> csr_array[Any]:
        return self._matrix(lambda r: tuple(sorted(r.described)))

    @cached_property
    def categories(self) -> csr_array[Any]:
        return self._matrix(lambda r: r.category, letters="char_wb")

    def _matrix(self, of: Callable[[Reading], Sequence[str]], *, letters: str | None = None) -> csr_array[Any]:
        from scipy import sparse
        from sklearn.feature_extraction.text import TfidfVectorizer

        texts = [of(reading) for reading in (*self.left, *self.right)]
        if letters:
            terms = TfidfVectorizer(analyzer=letters, ngram_range=(3, 4), sublinear_tf=True, dtype=np.float32)
        else:
            terms = TfidfVectorizer(analyzer=_itself, sublinear_tf=True, dtype=np.float32)
        try:
            found: csr_array[Any] = sparse.csr_array(terms.fit_transform(texts))
        except ValueError:  # not a word on either side
            found = sparse.csr_array(np.zeros((len(texts), 1), dtype=np.float32))
        return found


def cosines(matrix: csr_array[Any], rows: npt.NDArray[np.int64], others: npt.NDArray[np.int64]) -> npt.NDArray[Any]:
    """Products of the rows of each pair (shape (pairs,))."""
    return np.asarray(matrix[rows].multiply(matrix[others]).sum(axis=1), dtype=np.float64).ravel()


def _itself(words: Sequence[str]) -> Sequence[str]:
    return words
