"""From the model's probabilities to weights that decide: corrected by what the store knows, moved to its share of
matches, weighed against rivals, and cut where the stated precision is expected."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from pricing.matching.assign import assign, weigh
from pricing.matching.conflicts import brands_differ, unsaid
from pricing.matching.exact import Exact, gtins_differ
from pricing.matching.listing import Ints
from pricing.matching.model.prior import Settled, estimate_prior, settle, threshold_for_precision
from pricing.matching.own_calibration import OwnCalibration, evidence, learn, with_probability
from pricing.matching.scored import Scored
from pricing.matching.sides import Sides
from pricing.matching.verdicts.people import People

Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]

_BELIEVED = 100
"""Pairs that it takes to believe their own share of matches as much as the known one."""

_HOPELESS = 1e-3
"""A probability of the model so small that the pair's words are not compared."""
_HOPELESS_WORDS = 2.0
"""Words that each side of such a pair is taken to say alone."""

_LEAST_AUTOMATIC = 0.8
"""Least probability of a match that nobody looks at, however sure the others are that it is counted with."""

_NO_RIVAL = 0.02
"""A probability too small to matter to anything; what speaks against such pairs is not looked up."""


@dataclass(frozen=True)
class Weighed:
    """Pairs of the offers left to the model, one per position of the arrays (all shape (pairs,)).

    `weight` is the probability among rivals (of a store that the model does not know, read as hopefully as its scores
    allow, but for what matches by itself); 0 where the pair is ruled out; of another pack the probability that
    nothing else tells them apart. `open_points` say what keeps a pair from matching by itself. `automatic` pairs do.
    """

    product: Ints
    offer: Ints
    weight: Floats
    other_pack: Flags
    open_points: Sequence[str | None]
    automatic: Flags
    prior: float
    threshold: float


def weigh_pairs(
    sides: Sides,
    scored: Scored,
    *,
    people: People,
    exact: Mapping[int, Sequence[Exact]],
    trained_share: float,
    drift: float,
    target_precision: float,
) -> Weighed:
    """Weigh the pairs of offers that neither people nor identifiers (`exact`) decided, without pairs that people ruled
    on and those whose product has its offer in the shop already."""
    known = people.accepted | {o: owners[0][0] for o, owners in exact.items() if [e[3] for e in owners] == [None]}
    taken = {(sides.offers[o].seller, p) for o, p in known.items()}
    told = _evidence(sides, scored)
    own = _own_calibration(sides, scored, told, known, people.rejected, trained_share)
    left = np.ones(len(sides.offers), dtype=np.bool_)
    left[[*exact, *people.settled]] = False
    keep = left[scored.offer]
    for at in np.flatnonzero(keep).tolist():
        p, o = int(scored.product[at]), int(scored.offer[at])
        keep[at] = (p, o) not in people.ruled and (sides.offers[o].seller, p) not in taken
    product, offer = scored.product[keep], scored.offer[keep]
    probability, single = own(told[keep]), scored.single[keep]
    cautious, hopeful = _readings(probability, own.share, 0.0 if own.learned else drift)
    other_pack = ~np.isnan(single)
    single = own(with_probability(told[keep], np.nan_to_num(single)))
    single = np.where(other_pack, hopeful(single), 0.0)
    ruled_out, open_points = _against(sides, product, offer, np.maximum(hopeful(probability), single))

    slots = _slots(sides, product, offer)
    plain = np.array([point is None for point in open_points], dtype=np.bool_)

    def weights(read: Settled) -> Floats:
        found = np.where(ruled_out | other_pack, 0.0, read(probability))
        # What something speaks against is no rival of what nothing does.
        return np.where(plain, weigh(np.where(plain, found, 0.0), offer, slots), weigh(found, offer, slots))

    weight = weights(cautious)
    free = assign(weight, offer, slots) & plain
    least = min(_LEAST_AUTOMATIC, target_precision)
    threshold = max(threshold_for_precision(weight[free], target_precision), least)
    automatic = free & (weight >= threshold)
    weight = np.where(automatic, weight, weights(hopeful))
    # A pack is only proposed where nothing but the pack speaks against it.
    weight = np.where(ruled_out, 0.0, np.maximum(weight, single))
    return Weighed(product, offer, weight, other_pack, open_points, automatic, cautious.share, threshold)


def _evidence(sides: Sides, scored: Scored) -> Floats:
    """What is known of every pair (see `own_calibration.evidence`), packs set aside; of hopeless ones no words."""
    ours, theirs = np.full(len(scored.product), _HOPELESS_WORDS), np.full(len(scored.product), _HOPELESS_WORDS)
    for at in np.flatnonzero(np.fmax(scored.probability, scored.single) >= _HOPELESS).tolist():
        mine, other = sides.ours[scored.product[at]], sides.theirs[scored.offer[at]]
        ours[at], theirs[at] = len(unsaid(mine, other)), len(unsaid(other, mine))
    return evidence(scored.probability, ours, theirs)


def _own_calibration(
    sides: Sides,
    scored: Scored,
    told: Floats,
    known: Mapping[int, int],
    rejected: Collection[tuple[int, int]],
    trained_share: float,
) -> OwnCalibration:
    """Learned from the offers whose product is `known`, from pairs that people rejected, and from GTINs that differ."""
    places, labels = [], []
    for at in np.flatnonzero(np.isnan(scored.single)).tolist():
        p, o = int(scored.product[at]), int(scored.offer[at])
        if o not in known and (p, o) not in rejected and not gtins_differ(sides.products[p], sides.offers[o]):
            continue
        if scored.probability[at] < _NO_RIVAL or not _is_ruled_out(sides, p, o):
            places.append(at)
            labels.append(known.get(o) == p)
    return learn(told[places], np.array(labels, dtype=np.bool_), trained_share)


def _readings(probability: Floats, share: float, drift: float) -> tuple[Settled, Settled]:
    """How to read the probabilities for what matches by itself, and for what a person shall look at.

    By the share of matches among these pairs; of few pairs it is hardly another than is known. With a `drift`, matches
    may look worse or better here than the model knows: worse is reason to look, but not to match.
    """
    n = len(probability)
    own = (n * estimate_prior(probability, share) + _BELIEVED * share) / (n + _BELIEVED)
    by_share, settled = settle(probability, share, 0.0, told=own), settle(probability, share, drift)
    cautious, hopeful = sorted((by_share, settled), key=lambda read: read.shift)
    return (cautious, hopeful) if drift else (by_share, by_share)


def _against(sides: Sides, product: Ints, offer: Ints, probability: Floats) -> tuple[Flags, list[str | None]]:
    """Which pairs are ruled out, and what is open about the others."""
    ruled_out = np.zeros(len(probability), dtype=np.bool_)
    open_points: list[str | None] = [None] * len(probability)
    for at in np.flatnonzero(probability >= _NO_RIVAL).tolist():
        p, o = int(product[at]), int(offer[at])
        ours, theirs = sides.products[p], sides.offers[o]
        ruled_out[at] = _is_ruled_out(sides, p, o)
        if brands_differ(ours.brand, theirs.brand, sides.ours[p], sides.theirs[o]):
            open_points[at] = f"brand {ours.brand} against {theirs.brand}"
        open_points[at] = gtins_differ(ours, theirs) or open_points[at]
    return ruled_out, open_points


def _is_ruled_out(sides: Sides, p: int, o: int) -> bool:
    return any(conflict.rules_out and conflict.about != "pack" for conflict in sides.conflicts(p, o))


def _slots(sides: Sides, product: Ints, offer: Ints) -> Ints:
    """A number for each product in each shop."""
    sellers = {seller: at for at, seller in enumerate(sorted({o.seller or "" for o in sides.offers}))}
    shop = np.array([sellers[o.seller or ""] for o in sides.offers], dtype=np.int64)
    _, slots = np.unique(shop[offer] * len(sides.products) + product, return_inverse=True)
    return np.asarray(slots, dtype=np.int64)
