"""Match every offer against our catalogue and keep what changed."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import pyarrow as pa

from pricing.matching.decide import TARGET_PRECISION, Decision, Outcome, decide
from pricing.matching.listing import Listing
from pricing.matching.memory import read_memory, write_memory
from pricing.matching.model.scorer import Scorer
from pricing.matching.verdicts.giving import METHOD
from pricing.matching.verdicts.learned import open_scorer
from warehouse.house import Warehouse
from warehouse.progress import Progress, quiet
from warehouse.questions import Question
from warehouse.records.verdicts import decided_since, standing_verdicts
from warehouse.session import Session
from warehouse.settings import Settings
from warehouse.shop_file import section
from warehouse.tables import FLOAT, MATCHES, STRING

_TEXTS = ("id", "title", "brand", "mpn", "gtin")

CATALOGUE = Question.read(
    __name__,
    "catalogue.sql",
    result=pa.schema(
        [
            *((name, STRING) for name in _TEXTS),
            ("price", FLOAT),
            ("currency", STRING),
            ("category", STRING),
            ("pack_size", FLOAT),
            ("pack_unit", STRING),
        ]
    ),
    key=("id",),
)
LATEST_OFFERS = Question.read(
    __name__,
    "latest_offers.sql",
    result=pa.schema(
        [*((name, STRING) for name in _TEXTS), ("price", FLOAT), ("currency", STRING), ("seller", STRING)]
    ),
    key=("id",),
)
STANDING = Question.read(__name__, "standing.sql", result=MATCHES.schema, key=("offer_id", "sku"))

LEAST_PRECISION, MOST_PRECISION = 0.5, 0.9999
"""Between these a target precision can be stated."""

_SAME_SCORE = 0.01
"""A probability that moves by less is the same: rows that say nothing new are not written again."""


@dataclass(frozen=True)
class MatchRun:
    """What a run found, in offers: matched by each method, other packs and equivalents that people named, `review` (a
    person should look; `changed_pages` of them because the page is another since a verdict), `unmatched`.

    `scored`: pairs scored in this run. `share` and `threshold`: of matches among the pairs that the model judged, and
    the least probability of an automatic match. `expected_precision` of the matches that the model made; None where it
    made none. `changed`: rows written. `model_version` is that of the model that judged.
    """

    products: int
    offers: int
    by_gtin: int
    by_mpn: int
    by_model: int
    by_people: int
    other_pack: int
    equivalent: int
    review: int
    changed_pages: int
    unmatched: int
    changed: int
    scored: int
    share: float
    threshold: float
    expected_precision: float | None
    model_version: str


def stated_precision(settings: Settings) -> float:
    """The target precision that the shop file states, else the default. InputError for one that is no share."""
    written = section(settings, "matching")
    place = None if written is None else written.entries().get("target_precision")
    if place is None:
        return TARGET_PRECISION
    stated = float(place.number())
    if not LEAST_PRECISION <= stated <= MOST_PRECISION:
        raise place.error(f"{stated:g} cannot be; write a share from {LEAST_PRECISION} to {MOST_PRECISION}")
    return stated


def run_matching(
    warehouse: Warehouse,
    *,
    target_precision: float | None = None,
    scorer: Scorer | None = None,
    progress: Progress = quiet,
) -> MatchRun:
    """Judge the newest observation of every offer against the products on sale and merge the outcome into `matches`.

    A pair of an earlier run that no longer holds becomes `no_match`. Rows that say the same as before stay untouched,
    `matched_at` with them. Without a target precision, that of the shop file holds; without a scorer, the store's own
    model judges where one was released, else the one that comes with Purveyor.
    """
    if target_precision is None:
        target_precision = stated_precision(warehouse.settings)
    scorer = scorer or open_scorer(warehouse)
    with warehouse.session() as session:
        products, offers = read_listings(session)
        standing = session.ask(STANDING).to_pylist()
    with warehouse.records.reading() as tx:
        verdicts = standing_verdicts(tx)
    outcome = decide(
        products,
        offers,
        scorer=scorer,
        verdicts=verdicts,
        target_precision=target_precision,
        memory=read_memory(warehouse.settings.match_scores, scorer.version),
        kept=warehouse.settings.match_candidates,
        progress=progress,
    )
    rows = _changes(outcome.decisions, {(row["offer_id"], row["sku"]): row for row in standing})
    with warehouse.records.reading() as tx:
        meanwhile = decided_since(tx, verdicts)  # those rows are as people left them
    rows = [row for row in rows if row["offer_id"] not in meanwhile]
    if rows:
        at = warehouse.clock()
        rows = [{**row, "matched_at": at} for row in rows]
        warehouse.lake.merge(MATCHES, pa.Table.from_pylist(rows, schema=MATCHES.schema))
    write_memory(warehouse.settings.match_scores, outcome.memory)
    return _summary(outcome, len(products), len(offers), len(rows), scorer.version)


def read_listings(session: Session) -> tuple[list[Listing], list[Listing]]:
    """Our products on sale, and the newest observation of every offer."""
    products = [_listing(row) for row in session.ask(CATALOGUE).to_pylist()]
    return products, [_listing(row) for row in session.ask(LATEST_OFFERS).to_pylist()]


def _listing(row: Mapping[str, Any]) -> Listing:
    """A listing of a row. Its price has two digits: one that moves by a per cent makes no other listing of it."""
    price = row["price"]
    return Listing(**{**row, "price": None if price is None else float(f"{price:.2g}")})


def _changes(
    decisions: Iterable[Decision], standing: Mapping[tuple[str, str], Mapping[str, Any]]
) -> list[Mapping[str, Any]]:
    decided = {(d.offer_id, d.sku): asdict(d) for d in decisions}
    gone = [
        {
            **row,
            "verdict": "no_match",
            "pack_ratio": None,
            "reason": "no longer holds: the offer or our catalogue changed, or another product is likelier",
        }
        for key, row in standing.items()
        if key not in decided and row["verdict"] != "no_match"
    ]
    changed = [row for key, row in decided.items() if key not in standing or _differ(row, standing[key])]
    return [*changed, *gone]


def _differ(row: Mapping[str, Any], before: Mapping[str, Any]) -> bool:
    """Whether a row says something new; its reasons alone, which count the same words anew, are nothing new."""
    told = ["pack_ratio", "verdict", "method"]
    if row["method"] != METHOD:
        told.append("model_version")
    return any(row[name] != before[name] for name in told) or not math.isclose(
        row["score"], before["score"] if before["score"] is not None else math.nan, abs_tol=_SAME_SCORE
    )


def _summary(outcome: Outcome, products: int, offers: int, changed: int, model_version: str) -> MatchRun:
    decided = {(d.offer_id, d.verdict, d.method) for d in outcome.decisions}
    count = Counter((verdict, method) for _, verdict, method in decided)
    modelled = [d.score for d in outcome.decisions if (d.verdict, d.method) == ("match", "model")]
    return MatchRun(
        products=products,
        offers=offers,
        by_gtin=count["match", "gtin"],
        by_mpn=count["match", "mpn"],
        by_model=count["match", "model"],
        by_people=count["match", "verdict"],
        other_pack=_offers(outcome.decisions, "other_pack"),
        equivalent=_offers(outcome.decisions, "equivalent"),
        review=_offers(outcome.decisions, "review"),
        changed_pages=count["review", "verdict"],
        unmatched=offers - len({d.offer_id for d in outcome.decisions if d.verdict != "no_match"}),
        changed=changed,
        scored=outcome.scored,
        share=outcome.prior,
        threshold=outcome.threshold,
        expected_precision=sum(modelled) / len(modelled) if modelled else None,
        model_version=model_version,
    )


def _offers(decisions: Sequence[Decision], verdict: str) -> int:
    return len({d.offer_id for d in decisions if d.verdict == verdict})
