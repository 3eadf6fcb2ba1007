"""Pairs compared: what the two rounds of the model look at."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from pricing.matching.listing import Ints, Listing, Pairs
from pricing.matching.model.features import NAMES, Matrix, pair_features, rivals
from pricing.matching.model.features.reading import Corpus
from pricing.matching.model.features.rivals import Neighbourhood, Neighbours, rival_features
from pricing.matching.model.word_weights import PairWords, WordWeights

if TYPE_CHECKING:
    from lightgbm import Booster

Floats = npt.NDArray[np.float64]

FIRST_NAMES = (*NAMES, "similarity", *(f"similarity_{name}" for name in rivals.NAMES))
"""What the first round looks at: the pair by itself, and how its similarity stands among that of its rivals."""
SECOND_NAMES = (
    *FIRST_NAMES,
    "words",
    *(name for of in ("first", "joint") for name in (of, *(f"{of}_{rival}" for rival in rivals.NAMES))),
)
"""What the second round looks at: also what the words' weights say of the pair, and what the first round says of it and
of its rivals, by itself and joined with those weights."""


@dataclass(frozen=True)
class Compared:
    """Pairs asked about and those of their neighbourhoods, each compared once.

    `features` has a row of the first round's features for each distinct pair, and `words` what it says; `asked`,
    `of_left` and `of_right` are rows of them.
    """

    pairs: Pairs
    around: Neighbourhood
    features: Matrix
    words: PairWords
    asked: Ints
    of_left: Ints
    of_right: Ints

    @classmethod
    def of(cls, left: Sequence[Listing], right: Sequence[Listing], pairs: Pairs) -> Compared:
        corpus = Corpus(left, right)
        neighbours = Neighbours(corpus)
        around = neighbours.around(pairs)
        width = max(len(right), 1)
        keys = [p.left * width + p.right for p in (pairs, around.of_left, around.of_right)]
        distinct, row = np.unique(np.concatenate(keys), return_inverse=True)
        every = Pairs(distinct // width, distinct % width)
        wider = neighbours.around(every)  # a rival has rivals of its own
        similarity, of_left, of_right = (neighbours.similarity(p) for p in (every, wider.of_left, wider.of_right))
        columns = [similarity, *rival_features(wider, every, similarity, of_left, of_right)]
        features = np.column_stack([pair_features(corpus, every), *columns]).astype(np.float32)
        rows = np.split(row.astype(np.int64), np.cumsum([len(k) for k in keys])[:-1])
        return cls(pairs, around, features, PairWords.of(corpus, every), *rows)

    def first(self) -> Matrix:
        """Features of the first round for the pairs asked about (shape (pairs, FIRST_NAMES))."""
        return self.features[self.asked]

    def second(self, models: Sequence[Booster], weights: WordWeights) -> Matrix:
        """Features of the second round (shape (pairs, SECOND_NAMES)), given the models of the first and the words'
        weights."""
        first, words = _mean_log_odds(models, self.features), weights.log_odds(self.words)
        columns: list[npt.NDArray[np.floating]] = [self.first(), words[self.asked]]
        for score in (_probability(first), _probability((first + words) / 2)):
            asked, of_left, of_right = score[self.asked], score[self.of_left], score[self.of_right]
            columns += [asked, *rival_features(self.around, self.pairs, asked, of_left, of_right)]
        return np.column_stack(columns).astype(np.float32)


def mean_prediction(models: Sequence[Booster], features: Matrix) -> Floats:
    """What the models say of each row, their log odds averaged (shape (pairs,)): one that is at a loss decides little,
    and the mean stays on the scale that each is on."""
    return _probability(_mean_log_odds(models, features))


def _mean_log_odds(models: Sequence[Booster], features: Matrix) -> Floats:
    if not len(features):
        return np.empty(0)
    odds = [np.asarray(model.predict(features, raw_score=True), dtype=np.float64) for model in models]
    return np.asarray(np.mean(odds, axis=0), dtype=np.float64)


def _probability(log_odds: Floats) -> Floats:
    return np.asarray(1 / (1 + np.exp(-log_odds)), dtype=np.float64)
