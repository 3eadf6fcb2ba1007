"""Candidate pairs with their probabilities: those of before where nothing changed, the rest from the model."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np
import numpy.typing as npt

from pricing.matching.blocking.candidates import find_candidates
from pricing.matching.blocking.remembered import remembered_candidates
from pricing.matching.listing import Ints, Listing, Pairs
from pricing.matching.memory import MOST_NEW, Memory, Score, fingerprint
from pricing.matching.model.scorer import Scorer
from pricing.matching.sides import Sides, single
from warehouse.progress import Progress, quiet

Floats = npt.NDArray[np.float64]

TOP = 5
FLOOR = 0.2
"""Products scored for an offer at most, and the least similarity of a pair worth scoring. They keep 0.98, 0.98 and 1.00
of the labelled matches of Abt-Buy, Amazon-Google and Walmart-Amazon."""


@dataclass(frozen=True)
class Scored:
    """Pairs, one per position of the arrays (all shape (pairs,)): places of product and offer, and probabilities at the
    share of matches that the model was trained on.

    `single` is the probability if both were sold singly, where their packs differ, else NaN. `scored` pairs were scored
    now, the others before.
    """

    product: Ints
    offer: Ints
    probability: Floats
    single: Floats
    scored: int


def score_pairs(
    sides: Sides,
    forms: Sequence[Listing],
    scorer: Scorer,
    memory: Memory | None = None,
    *,
    kept: Path | None = None,
    progress: Progress = quiet,
) -> tuple[Scored, Memory]:
    """Score the candidates of all offers, and what to remember of them for the next run.

    `forms` are the offers as the model shall see them, in the order of the offers. `kept` is a file that keeps the
    candidates themselves between runs.
    """
    memory = memory or Memory(scorer.version)
    pairs = _candidates(sides, kept, progress)
    products, offers = ([fingerprint(x) for x in listings] for listings in (sides.products, forms))
    prints = [products[p] + offers[o] for p, o in zip(pairs.left, pairs.right, strict=True)]
    keys = [(sides.products[p].id, sides.offers[o].id) for p, o in zip(pairs.left, pairs.right, strict=True)]
    found = [memory.score(sides.products[p], sides.offers[o], prints[at]) for at, (p, o) in enumerate(_places(pairs))]
    unknown = np.array([score is None for score in found], dtype=np.bool_)
    new = memory.new + int(unknown.sum())
    if new > MOST_NEW * len(pairs):
        unknown, new = np.ones(len(pairs), dtype=np.bool_), 0
    asked = np.flatnonzero(_beside(pairs, unknown))
    progress("score pairs", 0, len(asked))
    scored_now = _score(sides, forms, scorer, Pairs(pairs.left[asked], pairs.right[asked]))
    for at, score in zip(asked.tolist(), scored_now, strict=True):
        found[at] = score
    progress("score pairs", len(asked), len(asked))
    scores = [score for score in found if score is not None]
    both = np.array(scores, dtype=np.float64).reshape(-1, 2)
    remembered = dict(zip(keys, zip(prints, scores, strict=True), strict=True))
    return (
        Scored(pairs.left, pairs.right, both[:, 0].copy(), both[:, 1].copy(), len(asked)),
        Memory(scorer.version, remembered, new),
    )


def _beside(pairs: Pairs, new: npt.NDArray[np.bool_]) -> npt.NDArray[np.bool_]:
    """The new pairs and those that share a listing with one: the model weighs a pair against its rivals."""
    return np.isin(pairs.left, pairs.left[new]) | np.isin(pairs.right, pairs.right[new])


def _candidates(sides: Sides, kept: Path | None, progress: Progress) -> Pairs:
    find = find_candidates if kept is None else partial(remembered_candidates, kept)
    found = find(
        sides.products, sides.offers, top=TOP, report=lambda done, total: progress("find candidates", done, total)
    )
    near = found.similarity >= FLOOR
    return Pairs(found.left[near], found.right[near])


def _score(sides: Sides, forms: Sequence[Listing], scorer: Scorer, pairs: Pairs) -> list[Score]:
    """Probabilities as the listings stand; where packs differ, also as if both were sold singly."""
    if not len(pairs):
        return []
    packed = [at for at, (p, o) in enumerate(_places(pairs)) if sides.pack_ratio(p, o) != 1]
    left, left_place = _singles(sides.products, [t.pack for t in sides.ours], pairs.left[packed])
    right, right_place = _singles(forms, [t.pack for t in sides.theirs], pairs.right[packed])
    both = Pairs(np.concatenate([pairs.left, left_place]), np.concatenate([pairs.right, right_place]))
    probabilities = scorer.score(left, right, both)
    singles = np.full(len(pairs), np.nan)
    singles[packed] = probabilities[len(pairs) :]
    return list(zip(probabilities[: len(pairs)].tolist(), singles.tolist(), strict=True))


def _singles(listings: Sequence[Listing], packs: Sequence[int | None], places: Ints) -> tuple[list[Listing], Ints]:
    """The listings with the single forms of some of them after them, and where each of `places` has its single form."""
    of, back = np.unique(places, return_inverse=True)
    return [*listings, *(single(listings[at], packs[at]) for at in of)], (len(listings) + back).astype(np.int64)


def _places(pairs: Pairs) -> list[tuple[int, int]]:
    return list(zip(pairs.left.tolist(), pairs.right.tolist(), strict=True))
