"""What each word tells where both titles say it, or only one: weights learned from labelled pairs.

Rarity cannot say that "upgrade" in one title alone makes another product and "original" does not; labels can. The
weights are those of a logistic regression with an L2 penalty, on the words that both titles of a pair say and those
that only one of them says.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from pricing.matching.listing import Ints, Pairs
from pricing.matching.model.features.reading import Corpus

if TYPE_CHECKING:
    from scipy.sparse import csr_array

Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]

_LEAST = 3
"""Labelled pairs that a word must tell apart or join; what is learned of fewer is chance."""
_DIGITS = 4
"""Of a weight: more would only make the file longer."""
_ROUNDS = 1000
_AT_ONCE = 20_000


@dataclass(frozen=True)
class PairWords:
    """The words of pairs: `said` has a row for each listing of both tables and a column, 1 or 0, for each of `words`;
    a pair is two of the rows, at `one` and `other` (shape (pairs,))."""

    words: Sequence[str]
    said: csr_array[Any]
    one: Ints
    other: Ints

    @classmethod
    def of(cls, corpus: Corpus, pairs: Pairs) -> PairWords:
        from scipy import sparse

        titles = [reading.head for reading in (*corpus.left, *corpus.right)]
        words = sorted({word for title in titles for word in title})
        column = {word: at for at, word in enumerate(words)}
        starts = np.cumsum([0, *(len(title) for title in titles)], dtype=np.int32)
        at = np.array([column[word] for title in titles for word in title], dtype=np.int32)
        said = sparse.csr_array((np.ones(len(at), dtype=np.float32), at, starts), shape=(len(titles), len(words)))
        return cls(words, said, pairs.left, len(corpus.left) + pairs.right)

    def told(self, rows: Ints) -> tuple[csr_array[Any], csr_array[Any]]:
        """Of some pairs: which words both titles say, and which one of them alone."""
        one, other = self.said[self.one[rows]], self.said[self.other[rows]]
        return one.multiply(other).tocsr(), abs(one - other).tocsr()


@dataclass(frozen=True)
class WordWeights:
    """Log odds that a pair's words add up to: `bias`, and each word's weight where `both` say it or one `alone`."""

    bias: float
    both: Mapping[str, float]
    alone: Mapping[str, float]

    def log_odds(self, pairs: PairWords) -> Floats:
        """Of each pair (shape (pairs,)); a word that no weight was learned for says nothing."""
        both, alone = (np.array([of.get(word, 0.0) for word in pairs.words]) for of in (self.both, self.alone))
        found = np.full(len(pairs.one), self.bias)
        for start in range(0, len(found), _AT_ONCE):
            some = np.arange(start, min(start + _AT_ONCE, len(found)))
            joined, apart = pairs.told(some)
            found[some] += joined @ both + apart @ alone
        return found

    @classmethod
    def mean(cls, several: Sequence[WordWeights]) -> WordWeights:
        """Weights whose log odds are the mean of theirs."""

        def of(parts: Sequence[Mapping[str, float]]) -> dict[str, float]:
            words = sorted({word for part in parts for word in part})
            return _told({word: sum(part.get(word, 0.0) for part in parts) / len(parts) for word in words})

        bias = round(sum(each.bias for each in several) / len(several), _DIGITS)
        return cls(bias, of([each.both for each in several]), of([each.alone for each in several]))


class WordLearner:
    """Learns weights from some of the pairs of one or more sets, given in their order throughout."""

    def __init__(self, sets: Sequence[tuple[PairWords, Ints]]) -> None:
        """Of each set its pairs, and which of them are labelled."""
        from scipy import sparse

        self._words = sorted({word for pairs, _ in sets for word in pairs.words})
        column = {word: at for at, word in enumerate(self._words)}
        blocks = []
        for pairs, rows in sets:
            place = np.array([column[word] for word in pairs.words], dtype=np.int32)
            parts = []
            for part in pairs.told(rows):
                shape = (part.shape[0], len(self._words))
                parts.append(sparse.csr_array((part.data, place[part.indices], part.indptr), shape=shape))
            blocks.append(sparse.hstack(parts, format="csr"))
        self._told = sparse.vstack(blocks, format="csr")

    def fit(self, places: Flags, labels: Flags, weights: Floats) -> WordWeights:
        """From the labelled pairs at some places (all shape (labelled pairs,)); without weights where all labels are
        the same or no word stands in enough pairs."""
        from sklearn.linear_model import LogisticRegression

        told = self._told[places]
        kept = np.flatnonzero(np.bincount(told.indices, minlength=told.shape[1]) >= _LEAST)
        if not len(kept) or labels[places].all() or not labels[places].any():
            return WordWeights(0.0, {}, {})
        model = LogisticRegression(solver="liblinear", max_iter=_ROUNDS, random_state=0)
        model.fit(told[:, kept], labels[places], sample_weight=weights[places])
        found: tuple[dict[str, float], dict[str, float]] = ({}, {})
        for at, weight in zip(kept.tolist(), model.coef_[0].tolist(), strict=True):
            found[at >= len(self._words)][self._words[at % len(self._words)]] = weight
        return WordWeights(round(float(model.intercept_[0]), _DIGITS), *map(_told, found))


def _told(weights: Mapping[str, float]) -> dict[str, float]:
    """The weights that say something, as they are kept."""
    return {word: kept for word, weight in weights.items() if (kept := round(weight, _DIGITS))}
