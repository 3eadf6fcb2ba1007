"""Match every offer against our catalogue and keep what changed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import pyarrow as pa

from pricing.matching.decide import MODEL_VERSION, Decision, Offer, Product, decide
from warehouse.house import Warehouse
from warehouse.progress import Progress, quiet
from warehouse.questions import Question
from warehouse.tables import MATCHES, OFFERS, PRODUCTS

CATALOGUE = Question.read(
    __name__,
    "catalogue.sql",
    result=pa.schema([PRODUCTS.schema.field(n) for n in ("sku", "title", "brand", "gtin", "pack_size", "pack_unit")]),
    key=("sku",),
)
LATEST_OFFERS = Question.read(
    __name__,
    "latest_offers.sql",
    result=pa.schema([OFFERS.schema.field(n) for n in ("offer_id", "site", "title", "brand", "gtin")]),
    key=("offer_id",),
)
STANDING = Question.read(__name__, "standing.sql", result=MATCHES.schema, key=("offer_id", "sku"))

_JUDGED = ("pack_ratio", "score", "verdict", "method", "reason", "model_version")


@dataclass(frozen=True)
class MatchRun:
    """What a run found, in offers. `review`: offers that a person should look at; `changed`: rows written."""

    products: int
    offers: int
    by_gtin: int
    by_title: int
    review: int
    unmatched: int
    changed: int


def run_matching(warehouse: Warehouse, *, progress: Progress = quiet) -> MatchRun:
    """Judge the newest observation of every offer against the products on sale and merge the outcome into `matches`.

    A pair of an earlier run that no longer holds becomes `no_match`. Rows that say the same as before stay untouched,
    `matched_at` with them.
    """
    with warehouse.session() as session:
        products = [Product(**row) for row in session.ask(CATALOGUE).to_pylist()]
        offers = [Offer(**row) for row in session.ask(LATEST_OFFERS).to_pylist()]
        standing = session.ask(STANDING).to_pylist()
    products.sort(key=lambda p: p.sku)
    offers.sort(key=lambda o: o.offer_id)
    decisions = decide(products, offers, progress=progress)
    rows = _changes(decisions, {(row["offer_id"], row["sku"]): row for row in standing})
    if rows:
        at = warehouse.clock()
        for row in rows:
            row["matched_at"] = at
        warehouse.lake.merge(MATCHES, pa.Table.from_pylist(rows, schema=MATCHES.schema))
    return _summary(decisions, len(products), len(offers), len(rows))


def _changes(
    decisions: Iterable[Decision], standing: Mapping[tuple[str, str], Mapping[str, Any]]
) -> list[dict[str, Any]]:
    decided = {(d.offer_id, d.sku): _row(d) for d in decisions}
    gone = [
        {**row, "verdict": "no_match", "reason": "no longer holds: the offer or our catalogue changed"}
        for key, row in standing.items()
        if key not in decided and row["verdict"] != "no_match"
    ]
    changed = [
        row
        for key, row in decided.items()
        if key not in standing or any(row[name] != standing[key][name] for name in _JUDGED)
    ]
    return [{**row, "model_version": MODEL_VERSION} for row in (*changed, *gone)]


def _row(decision: Decision) -> dict[str, Any]:
    return {
        "offer_id": decision.offer_id,
        "sku": decision.sku,
        "pack_ratio": 1.0 if decision.verdict == "match" else None,
        "score": decision.score,
        "verdict": decision.verdict,
        "method": decision.method,
        "reason": decision.reason,
        "model_version": MODEL_VERSION,
    }


def _summary(decisions: Iterable[Decision], products: int, offers: int, changed: int) -> MatchRun:
    verdicts = {d.offer_id: (d.verdict, d.method) for d in decisions}
    count = Counter(verdicts.values())
    review = sum(n for (verdict, _), n in count.items() if verdict == "review")
    return MatchRun(
        products=products,
        offers=offers,
        by_gtin=count["match", "gtin"],
        by_title=count["match", "title"],
        review=review,
        unmatched=offers - len(verdicts),
        changed=changed,
    )
