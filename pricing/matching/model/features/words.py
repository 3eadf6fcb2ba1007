"""What two listings say alike, and what only one of them says, weighed by how rare the words are."""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import lru_cache

from rapidfuzz.distance import OSA, Indel, JaroWinkler

from pricing.matching.model.features.reading import Corpus, Reading

_OF_ONE_SIDE = (
    "covered", "nearly_covered", "covered_by_all", "words", "first_said", "last_said",
    "missing", "missing_rarity", "rarest_missing", "second_missing",
    "unsaid", "unsaid_rarity", "rarest_unsaid", "rarest_word_unsaid", "rarest_number_unsaid", "numbers_unsaid",
    "said_rarity", "rarest_number_said",
)  # fmt: skip
NAMES = (
    "shared_words", "rarest_shared",
    *(f"left_{name}" for name in _OF_ONE_SIDE), *(f"right_{name}" for name in _OF_ONE_SIDE),
    "both_rarest_missing", "both_rarest_unsaid", "missing_nearest",
)  # fmt: skip

_SAID = 0.9
"""How alike a word of the other side must be to count as the same one."""


def word_features(left: Reading, right: Reading, corpus: Corpus) -> tuple[float, ...]:
    shared = left.words & right.words
    ours, ours_missing = _of_one_side(left, right, corpus)
    theirs, theirs_missing = _of_one_side(right, left, corpus)
    missing, unsaid = _OF_ONE_SIDE.index("rarest_missing"), _OF_ONE_SIDE.index("rarest_unsaid")
    return (
        len(shared),
        max(map(corpus.rarity, shared), default=0.0),
        *ours,
        *theirs,
        min(ours[missing], theirs[missing]),
        min(ours[unsaid], theirs[unsaid]),
        _nearest(ours_missing, theirs_missing),
    )


def _of_one_side(mine: Reading, other: Reading, corpus: Corpus) -> tuple[tuple[float, ...], list[str]]:
    """One number per name, and the words that the other's title does not say: `missing`. What the other says nowhere
    else either is `unsaid`."""
    rarity = {word: corpus.rarity(word) for word in mine.head}
    whole = sum(rarity.values()) or 1.0
    alike = {word: _said(word, other) for word in mine.head}
    missing = [word for word in mine.head if alike[word] < _SAID]
    unsaid = [word for word in missing if word not in other.said and (len(word) < 4 or word not in other.squashed)]
    lost = sorted((rarity[word] * (1 - alike[word]) for word in missing), reverse=True)
    numbers = [rarity[word] for word in unsaid if _has_digit(word)]
    found = [word for word in mine.head if alike[word] >= _SAID]
    return (
        sum(rarity[word] for word in mine.head if word in other.words) / whole,
        sum(rarity[word] * alike[word] for word in mine.head) / whole,
        1 - sum(rarity[word] for word in unsaid) / whole,
        len(mine.head),
        alike[mine.head[0]] if mine.head else math.nan,
        alike[mine.head[-1]] if mine.head else math.nan,
        len(missing),
        sum(lost),
        lost[0] if lost else 0.0,
        lost[1] if len(lost) > 1 else 0.0,
        len(unsaid),
        sum(rarity[word] for word in unsaid),
        max((rarity[word] for word in unsaid), default=0.0),
        max((rarity[word] for word in unsaid if not _has_digit(word)), default=0.0),
        max(numbers, default=0.0),
        len(numbers),
        sum(rarity[word] for word in found),
        max((rarity[word] for word in found if _has_digit(word)), default=0.0),
    ), missing


def _said(word: str, other: Reading) -> float:
    """How well the other's title says a word, from 0 to 1."""
    if word in other.words:
        return 1.0
    if len(word) >= 4 and word in other.title.squashed:
        return 0.95
    best = 0.0
    for candidate in other.head:
        alike = _alike(word, candidate)
        if alike > best:
            best = alike
    if best < _SAID and len(word) >= 6 and _composed(word, other.head):
        return 0.95
    return best


@lru_cache(maxsize=200_000)
def _alike(one: str, two: str) -> float:
    """Of two words: 1 for the same number, close to it for another form or a slip, 0 for different ones."""
    if _has_digit(one) or _has_digit(two):
        try:
            return float(float(one) == float(two))
        except ValueError:
            longer = min(len(one), len(two)) >= 4 and (one.startswith(two) or two.startswith(one))
            return 0.8 if longer else 0.0
    short, long = sorted((one, two), key=len)
    if len(short) >= 3 and long.startswith(short):
        return 0.95 if len(long) - len(short) <= 2 else 0.8
    if len(short) >= 5 and OSA.distance(short, long, score_cutoff=1) <= 1:
        return 0.9
    similarity = JaroWinkler.similarity(short, long) if len(short) >= 4 else 0.0
    return _SAID * similarity if similarity >= 0.88 else 0.0


def _composed(word: str, parts: Sequence[str]) -> bool:
    """Whether the word is some of the parts in their order written together."""
    place = 0
    for part in parts:
        if len(part) >= 2 and word.startswith(part, place):
            place += len(part)
    return place == len(word)


def _nearest(left: list[str], right: list[str]) -> float:
    """How alike the most alike two words are that one side lacks each: a slip of the pen, or another variant."""
    if not left or not right:
        return math.nan
    return max(Indel.normalized_similarity(one, two) for one in left[:12] for two in right[:12])


@lru_cache(maxsize=100_000)
def _has_digit(word: str) -> bool:
    return any(c.isdigit() for c in word)
