"""Identifiers of two listings compared: GTIN, manufacturer's part number, and model numbers wherever they stand."""

from __future__ import annotations

import math
from collections.abc import Iterable

from rapidfuzz.distance import Indel, Prefix

from pricing.matching.model.features.reading import Corpus, Reading

NAMES = (
    "gtin", "mpn", "mpn_in_left", "mpn_in_right",
    "models_shared", "model_longest_shared", "model_rarest_shared", "left_models_missing", "right_models_missing",
    "left_model_missing_longest", "right_model_missing_longest",
    "models_nearest", "models_prefix", "left_model_told", "right_model_told", "models_known",
)  # fmt: skip


def identifier_features(left: Reading, right: Reading, corpus: Corpus) -> tuple[float, ...]:
    left_said, left_missing = _apart(left.models, right)
    right_said, right_missing = _apart(right.models, left)
    shared = left_said | right_said
    return (
        _same(left.gtin, right.gtin),
        Indel.normalized_similarity(left.mpn, right.mpn) if left.mpn and right.mpn else math.nan,
        _stands(right.mpn, left),
        _stands(left.mpn, right),
        len(shared),
        max(map(len, shared), default=0),
        max(map(corpus.rarity, shared), default=0.0),
        len(left_missing),
        len(right_missing),
        max(map(len, left_missing), default=0),
        max(map(len, right_missing), default=0),
        _nearest(left_missing, right_missing),
        _prefix(left_missing, right_missing),
        _told(left.models, right),
        _told(right.models, left),
        (1 if left.models else 0) + (2 if right.models else 0),
    )


def _apart(models: Iterable[str], other: Reading) -> tuple[set[str], set[str]]:
    """The model numbers that the other listing has, whole or within a longer one, and those it has not."""
    said: set[str] = set()
    missing: set[str] = set()
    for model in models:
        (said if model in other.models or (len(model) >= 4 and model in other.squashed) else missing).add(model)
    return said, missing


def _same(one: str | None, two: str | None) -> float:
    return math.nan if one is None or two is None else float(one == two)


def _stands(number: str, other: Reading) -> float:
    return math.nan if len(number) < 3 else float(number in other.squashed)


def _nearest(left: set[str], right: set[str]) -> float:
    if not left or not right:
        return math.nan
    return max(Indel.normalized_similarity(one, two) for one in left for two in right)


def _prefix(left: set[str], right: set[str]) -> float:
    """The longest beginning that two of them share, as a part of the shorter one: "kxtg6700b" and "kxtg6700"."""
    if not left or not right:
        return math.nan
    return max(Prefix.similarity(one, two) / min(len(one), len(two)) for one in left for two in right)


def _told(models: frozenset[str], other: Reading) -> float:
    """Whether the other's description names one of the model numbers."""
    if not models or not other.told:
        return math.nan
    return float(not models.isdisjoint(other.told))
