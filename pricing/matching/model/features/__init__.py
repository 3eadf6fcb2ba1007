"""What can be said about pairs of listings in numbers; null (NaN) where one side is silent."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from pricing.matching.listing import Pairs
from pricing.matching.model.features import amounts, identifiers, texts, words
from pricing.matching.model.features.reading import Corpus

Matrix = npt.NDArray[np.float32]

NAMES = (*words.NAMES, *identifiers.NAMES, *amounts.NAMES, *texts.NAMES)

_AT_ONCE = 20_000


def pair_features(corpus: Corpus, pairs: Pairs) -> Matrix:
    """What the two listings of each pair say of each other: a row per pair, a column per name of NAMES."""
    found = np.empty((len(pairs), len(NAMES)), dtype=np.float32)
    for start in range(0, len(pairs), _AT_ONCE):
        some = Pairs(pairs.left[start : start + _AT_ONCE], pairs.right[start : start + _AT_ONCE])
        both = [(corpus.left[i], corpus.right[j]) for i, j in zip(some.left, some.right, strict=True)]
        singly = [
            (
                *words.word_features(left, right, corpus),
                *identifiers.identifier_features(left, right, corpus),
                *amounts.amount_features(left, right),
            )
            for left, right in both
        ]
        found[start : start + len(some)] = np.column_stack(
            [np.array(singly, dtype=np.float32), *texts.text_features(corpus, some)]
        )
    return found
