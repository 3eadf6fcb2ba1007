"""From offers and products to verdicts: people first, then identifiers, then the model.

What a person decided stands. Equal identifiers decide next. For what is left a trained model says how probable each
candidate pair is. What identifiers decided shows how far the model can be believed of titles like these, and corrects
it; rivals are weighed against each other: an offer is one product, and a shop lists a product once. The likeliest pairs
match by themselves as long as the stated precision can be expected of them; what is likely but not enough, or leaves
something open, goes to review with the open point named. What rules a pair out (64 GB is not 128 GB) outweighs the
model.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from pricing.matching.brands import our_names
from pricing.matching.exact import Exact, by_identifier
from pricing.matching.listing import Listing
from pricing.matching.memory import Memory
from pricing.matching.model.scorer import Scorer
from pricing.matching.reasons import counted_words, pack_said, speaks_against, speaks_for
from pricing.matching.scored import score_pairs
from pricing.matching.sides import Sides
from pricing.matching.verdicts.people import Verdicts, by_people
from pricing.matching.weighed import Weighed, weigh_pairs
from warehouse.progress import Progress, quiet

RULES_VERSION = "rules-3"
"""Of what is decided without the model. Raised whenever the rules change what is decided."""

TARGET_PRECISION = 0.99
"""Share of the automatic matches that shall be right."""

REVIEW = 0.2
"""Least probability worth a person's look."""

MOST_CANDIDATES = 3
"""Products proposed for an offer under review."""


@dataclass(frozen=True)
class Decision:
    """One row of `matches`."""

    offer_id: str
    sku: str
    verdict: str
    method: str
    score: float
    reason: str
    model_version: str
    pack_ratio: float | None = None
    speaks_for: str | None = None
    speaks_against: str | None = None


@dataclass(frozen=True)
class Outcome:
    """All decisions, ordered by offer and score; an offer without one resembles nothing of ours.

    `prior` is the share of matches estimated among the pairs that the model judged, `threshold` the least probability
    of an automatic match. `scored`: pairs that were scored in this run.
    """

    decisions: Sequence[Decision]
    prior: float
    threshold: float
    scored: int
    memory: Memory


def decide(
    products: Sequence[Listing],
    offers: Sequence[Listing],
    *,
    scorer: Scorer,
    verdicts: Verdicts | None = None,
    target_precision: float = TARGET_PRECISION,
    memory: Memory | None = None,
    kept: Path | None = None,
    progress: Progress = quiet,
) -> Outcome:
    """Judge every offer. Of a shop at most one offer matches a product by the model; their order plays no part.

    `target_precision` in (0, 1) is expected of the matches that the model makes by itself. `kept` is a file that keeps
    which pairs were compared, for the next run.
    """
    sides = Sides(sorted(products, key=lambda p: p.id), sorted(offers, key=lambda o: o.id))
    people = by_people(sides, verdicts or {})
    sides = sides.renamed(our_names(sides, people.accepted))
    exact = by_identifier(sides, [o for o in range(len(sides.offers)) if o not in people.settled], people.ruled)
    scored, remembered = score_pairs(sides, _forms(sides, exact), scorer, memory, kept=kept, progress=progress)
    progress("decide", 0, None)
    weighed = weigh_pairs(
        sides,
        scored,
        people=people,
        exact=exact,
        trained_share=scorer.trained_share,
        drift=scorer.drift,
        target_precision=target_precision,
    )
    told = _Told(sides)
    decisions = [Decision(**row, model_version=RULES_VERSION) for row in people.rows]
    decisions += told.exact(exact)
    decisions += told.weighed(weighed, scorer.version)
    decisions.sort(key=lambda d: (d.offer_id, -d.score, d.sku))
    return Outcome(decisions, weighed.prior, weighed.threshold, scored.scored, remembered)


def _forms(sides: Sides, exact: Mapping[int, Sequence[Exact]]) -> list[Listing]:
    """The offers as the model sees them: what identifiers decided is scored without them, to learn from."""
    return [replace(offer, gtin=None, mpn=None) if o in exact else offer for o, offer in enumerate(sides.offers)]


class _Told:
    """Turns what was found about pairs into decisions that say why."""

    def __init__(self, sides: Sides) -> None:
        self._sides = sides
        self._words = counted_words([*sides.ours, *sides.theirs])

    def exact(self, found: Mapping[int, Sequence[Exact]]) -> Iterator[Decision]:
        """Decisions by identifiers: a match where nothing is open."""
        for o, products in found.items():
            for p, method, said, open_point in products:
                verdict = "review" if open_point else "match"
                reason = f"{said}, but {open_point}" if open_point else said
                yield self._decision(p, o, verdict, method, 1.0, reason, RULES_VERSION)

    def weighed(self, pairs: Weighed, model_version: str) -> Iterator[Decision]:
        """Decisions by the model, for each offer that has a candidate: its match, or what is worth a person's look, or
        the nearest product."""
        for o, places in _by_offer(pairs):
            matched = [at for at in places if pairs.automatic[at]]
            likely = matched or _worth_a_look(pairs, [at for at in places if pairs.weight[at] >= REVIEW])
            for at in likely or places[:1]:
                p, weight = int(pairs.product[at]), float(pairs.weight[at])
                verdict = "match" if matched else "review" if likely else "no_match"
                ratio = self._sides.pack_ratio(p, o) if pairs.other_pack[at] and verdict == "review" else None
                if verdict == "match":
                    reason = f"{_percent(weight)} probable"
                elif verdict == "no_match":
                    reason = f"the nearest product, {_percent(weight)} probable"
                elif ratio is not None:
                    reason = f"{_percent(weight)} probable but for the pack: {_packed(ratio)}"
                else:
                    reason = f"{_percent(weight)} probable; open: {'; '.join(self._open(pairs, at, likely))}"
                yield self._decision(p, o, verdict, "model", weight, reason, model_version, ratio)

    def _open(self, pairs: Weighed, at: int, likely: Sequence[int]) -> Iterator[str]:
        """What keeps a likely pair from being a match."""
        if point := pairs.open_points[at]:
            yield point
        rivals = [r for r in likely if r != at and pairs.weight[r] >= pairs.weight[at] / 2]
        if rivals:
            yield f"{self._sides.products[int(pairs.product[rivals[0]])].id} is about as likely"
        if pairs.weight[at] < pairs.threshold:
            yield f"a match takes {_percent(pairs.threshold)}"
        elif not point:
            yield "another offer of the shop is likelier"

    def _decision(
        self,
        p: int,
        o: int,
        verdict: str,
        method: str,
        score: float,
        reason: str,
        model_version: str,
        pack_ratio: float | None = None,
    ) -> Decision:
        sides = self._sides
        words = (sides.products[p], sides.offers[o], sides.ours[p], sides.theirs[o], self._words.__getitem__)
        return Decision(
            sides.offers[o].id,
            sides.products[p].id,
            verdict,
            method,
            round(score, 4),
            reason,
            model_version,
            1.0 if verdict == "match" else pack_ratio,
            speaks_for(*words),
            speaks_against(*words),
        )


def _by_offer(pairs: Weighed) -> Iterator[tuple[int, list[int]]]:
    """Each offer with the places of its pairs, the weightiest first."""
    places: defaultdict[int, list[int]] = defaultdict(list)
    for at in np.lexsort((-pairs.weight, pairs.offer)).tolist():
        places[int(pairs.offer[at])].append(at)
    yield from places.items()


def _packed(ratio: float) -> str:
    return f"{pack_said(ratio)} of ours in one of theirs"


def _worth_a_look(pairs: Weighed, likely: Sequence[int]) -> Sequence[int]:
    """Of an offer's likely pairs those to propose: what something speaks against only where nothing better is, or as
    another pack, which has identifiers of its own."""
    plain = [at for at in likely if pairs.open_points[at] is None]
    return [at for at in likely if not plain or at in plain or pairs.other_pack[at]][:MOST_CANDIDATES]


def _percent(share: float) -> str:
    """A probability in per cent, never rounded to certainty."""
    return "<0.1 %" if share < 0.001 else ">99.9 %" if share > 0.999 else f"{100 * share:.1f} %"
