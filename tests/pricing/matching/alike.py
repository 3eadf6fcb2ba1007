"""A scorer for tests of what is decided from probabilities: plain, so that a reader can foresee what it says."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from pricing.matching.conflicts import unsaid
from pricing.matching.listing import Listing, Pairs
from pricing.matching.model.scorer import Floats, Scorer
from pricing.matching.titles import read_title


class Alike(Scorer):
    """Probable is what says the same words: 0.997 where nothing is said by one side alone, 0.5 for one word in four.

    `asked` grows by the ids of every pair scored.
    """

    def __init__(self) -> None:
        self.version = "alike"
        self.trained_share = 0.2
        self.drift = 0.0
        self.asked: list[tuple[str, str]] = []

    def score(self, left: Sequence[Listing], right: Sequence[Listing], pairs: Pairs) -> Floats:
        scores = []
        for p, o in zip(pairs.left, pairs.right, strict=True):
            self.asked.append((left[p].id, right[o].id))
            ours, theirs = (read_title(x.title, brand=x.brand) for x in (left[p], right[o]))
            alone = len(unsaid(ours, theirs)) + len(unsaid(theirs, ours))
            scores.append(alone / max(1, len(set(ours.words)) + len(set(theirs.words))))
        return np.asarray(1 / (1 + np.exp(24 * (np.array(scores) - 0.25))), dtype=np.float64)
