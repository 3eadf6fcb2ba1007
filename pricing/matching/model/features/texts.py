"""Whole texts of two listings compared: cosines of words and letters, rapidfuzz ratios, brands, categories."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt

from pricing.matching.listing import Pairs
from pricing.matching.model.features.reading import Corpus, Reading, cosines

Floats = npt.NDArray[np.float64]

NAMES = (
    "word_cosine", "letter_cosine", "run_cosine", "said_cosine", "description_cosine", "category_cosine",
    "ratio", "partial_ratio", "token_sort_ratio", "token_set_ratio", "partial_token_sort_ratio",
    "run_ratio", "description_ratio", "left_described", "right_described",
    "brand_ratio", "left_brand_said", "right_brand_said",
)  # fmt: skip


def text_features(corpus: Corpus, pairs: Pairs) -> list[Floats]:
    """One array per name, each of shape (pairs,)."""
    from rapidfuzz import fuzz
    from rapidfuzz.process import cpdist

    lefts, rights = [corpus.left[i] for i in pairs.left], [corpus.right[i] for i in pairs.right]
    others = len(corpus.left) + pairs.right

    def ratio(scorer: Callable[..., float], of: Callable[[Reading], str]) -> Floats:
        values = cpdist([of(r) for r in lefts], [of(r) for r in rights], scorer=scorer, dtype=np.float64)
        both = np.array([bool(of(one) and of(two)) for one, two in zip(lefts, rights, strict=True)], dtype=bool)
        return np.where(both, values / 100, np.nan)

    def known(values: Floats, of: Callable[[Reading], object]) -> Floats:
        both = np.array([bool(of(one) and of(two)) for one, two in zip(lefts, rights, strict=True)], dtype=bool)
        return np.where(both, values, np.nan)

    return [
        cosines(corpus.words, pairs.left, others),
        cosines(corpus.letters, pairs.left, others),
        cosines(corpus.runs, pairs.left, others),
        cosines(corpus.said, pairs.left, others),
        known(cosines(corpus.descriptions, pairs.left, others), lambda r: r.described),
        known(cosines(corpus.categories, pairs.left, others), lambda r: r.category),
        *(
            ratio(scorer, lambda r: r.title.text)
            for scorer in (
                fuzz.ratio,
                fuzz.partial_ratio,
                fuzz.token_sort_ratio,
                fuzz.token_set_ratio,
                fuzz.partial_token_sort_ratio,
            )
        ),
        ratio(fuzz.ratio, lambda r: r.title.squashed),
        ratio(fuzz.token_set_ratio, lambda r: (r.listing.description or "")[:400]),
        np.array([len(r.described) for r in lefts], dtype=np.float64),
        np.array([len(r.described) for r in rights], dtype=np.float64),
        ratio(fuzz.partial_ratio, lambda r: r.brand),
        _said([r.brand for r in lefts], [r.squashed for r in rights]),
        _said([r.brand for r in rights], [r.squashed for r in lefts]),
    ]


def _said(brands: list[str], texts: list[str]) -> Floats:
    """Whether the other listing names the brand anywhere; null where there is none."""
    return np.array([float(b in t) if b else np.nan for b, t in zip(brands, texts, strict=True)], dtype=np.float64)
