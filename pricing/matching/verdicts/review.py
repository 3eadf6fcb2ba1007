"""What people should look at: offers whose product is not certain, beside the products they could be.

The queue is ordered by what a decision is worth: first the offers whose product was in the most order lines of the last
90 days, since its price is compared most often (lines need no exchange rate, as revenue in several currencies would);
then the pairs nearest to being decided by themselves.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import pyarrow as pa

from warehouse.errors import InputError, NotFound
from warehouse.house import Warehouse
from warehouse.questions import Question
from warehouse.records import MatchVerdict
from warehouse.records.verdicts import standing_verdicts
from warehouse.session import Session
from warehouse.tables import FLOAT, INTEGER, MATCHES, OFFERS, PRODUCT_HISTORY, PRODUCTS, STRING, TIME

SOLD_DAYS = 90
MOST_CANDIDATES = 20
"""Pairs shown of an offer."""

_PAST_ALL = (2**62, 2.0, "")
"""Before the first offer of the queue: as (worth, score, offer_id)."""


@dataclass(frozen=True)
class OfferSeen:
    """A competitor's offer as last observed; what the page does not tell is None."""

    offer_id: str
    site: str | None
    seller: str | None
    variant: str | None
    condition: str | None
    url: str | None
    title: str | None
    brand: str | None
    gtin: str | None
    mpn: str | None
    price: Decimal | None
    currency: str | None
    availability: str | None
    observed_at: datetime | None


@dataclass(frozen=True)
class Candidate:
    """A product of ours that the offer could be, as the pair was judged; `price` is what it costs now.

    `decided` is a person's verdict that stands. Where the pair waits for review nevertheless, the offer's page has
    changed since.
    """

    sku: str
    verdict: str
    score: float | None
    pack_ratio: float | None
    method: str
    reason: str | None
    speaks_for: str | None
    speaks_against: str | None
    title: str | None
    brand: str | None
    gtin: str | None
    mpn: str | None
    url: str | None
    image_url: str | None
    pack_size: float | None
    pack_unit: str | None
    price: Decimal | None
    currency: str | None
    decided: MatchVerdict | None


@dataclass(frozen=True)
class JudgedOffer:
    """An offer and the products it could be, those of the verdict asked for first, the likeliest before the others."""

    offer: OfferSeen
    candidates: Sequence[Candidate]


@dataclass(frozen=True)
class ReviewPage:
    """Some of the queue. `waiting`: offers in all of it; `next_after`: where the next page begins, None on the last."""

    offers: Sequence[JudgedOffer]
    waiting: int
    next_after: str | None


_ASKED = pa.schema([pa.field("offer_id", STRING)])

QUEUE = Question.read(
    __name__,
    "review_queue.sql",
    result=pa.schema(
        [
            pa.field("offer_id", STRING),
            pa.field("worth", INTEGER),
            pa.field("score", FLOAT),
            pa.field("waiting", INTEGER),
        ]
    ),
    key=("offer_id",),
    params={
        "verdict": STRING,
        "since": TIME,
        "after_worth": INTEGER,
        "after_score": FLOAT,
        "after_offer": STRING,
        "most": INTEGER,
    },
)
ASKED_OFFERS = Question.read(
    __name__,
    "asked_offers.sql",
    result=pa.schema([OFFERS.schema.field(field.name) for field in fields(OfferSeen)]),
    key=("offer_id",),
    inputs={"asked": _ASKED},
)
ASKED_PAIRS = Question.read(
    __name__,
    "asked_pairs.sql",
    result=pa.schema(
        [
            *(MATCHES.schema.field(name) for name in ("offer_id", "sku", "verdict", "score", "pack_ratio", "method")),
            *(MATCHES.schema.field(name) for name in ("reason", "speaks_for", "speaks_against", "model_version")),
            *(PRODUCTS.schema.field(name) for name in ("title", "brand", "gtin", "mpn", "url", "image_url")),
            *(PRODUCTS.schema.field(name) for name in ("pack_size", "pack_unit")),
            *(PRODUCT_HISTORY.schema.field(name) for name in ("price", "currency")),
        ]
    ),
    key=("offer_id", "sku"),
    params={"now": TIME, "most": INTEGER},
    inputs={"asked": _ASKED},
)


def review_page(
    warehouse: Warehouse, *, verdict: str = "review", after: str | None = None, limit: int = 20
) -> ReviewPage:
    """The next `limit` offers with a pair of this verdict, with all the products they could be.

    `after` is the `next_after` of the page before. InputError for an unknown verdict or place.
    """
    known = MATCHES.column("verdict").values
    if verdict not in known:
        raise InputError(f"there is no verdict {verdict!r}; choose from {', '.join(known)}")
    worth, score, offer = _PAST_ALL if after is None else _place(after)
    with warehouse.session(engine="duckdb") as session:
        rows = session.ask(
            QUEUE,
            verdict=verdict,
            since=warehouse.clock() - timedelta(days=SOLD_DAYS),
            after_worth=worth,
            after_score=score,
            after_offer=offer,
            most=limit + 1,
        ).to_pylist()
        rows.sort(key=lambda row: (-row["worth"], -row["score"], row["offer_id"]))
        shown = rows[:limit]
        offers = _judged(warehouse, session, [row["offer_id"] for row in shown], first=verdict)
    last = shown[-1] if len(rows) > limit else None
    return ReviewPage(
        offers=offers,
        waiting=rows[0]["waiting"] if rows else 0,
        next_after=f"{last['worth']},{last['score']!r},{last['offer_id']}" if last else None,
    )


def judged_offer(warehouse: Warehouse, offer_id: str) -> JudgedOffer:
    """One offer and the products it could be; NotFound where no crawl has seen it."""
    with warehouse.session(engine="duckdb") as session:
        (found,) = _judged(warehouse, session, [offer_id], first="review")
    if found.offer.observed_at is None:
        raise NotFound(f"no crawl has seen an offer {offer_id!r}")
    return found


def asked(offer_ids: Collection[str]) -> dict[str, pa.Table]:
    """The input of the questions about some offers."""
    return {"asked": pa.table({"offer_id": pa.array(sorted(offer_ids), STRING)})}


def _judged(warehouse: Warehouse, session: Session, offer_ids: Sequence[str], *, first: str) -> list[JudgedOffer]:
    """The offers in the order given; one that no crawl has seen has nothing but its id."""
    if not offer_ids:
        return []
    inputs = asked(offer_ids)
    seen = {row["offer_id"]: row for row in session.ask(ASKED_OFFERS, inputs=inputs).to_pylist()}
    pairs = session.ask(ASKED_PAIRS, inputs=inputs, now=warehouse.clock(), most=MOST_CANDIDATES).to_pylist()
    with warehouse.records.reading() as tx:
        standing = standing_verdicts(tx, offer_ids)
    pairs.sort(
        key=lambda row: (row["verdict"] != first, row["verdict"] == "no_match", -(row["score"] or 0), row["sku"])
    )
    candidates: dict[str, list[Candidate]] = {offer_id: [] for offer_id in offer_ids}
    for row in pairs:
        candidates[row["offer_id"]].append(_candidate(row, standing.get((row["offer_id"], row["sku"]))))
    unseen = dict.fromkeys(ASKED_OFFERS.result.names)
    return [
        JudgedOffer(OfferSeen(**seen.get(offer_id, {**unseen, "offer_id": offer_id})), candidates[offer_id])
        for offer_id in offer_ids
    ]


def _candidate(row: Mapping[str, Any], decided: MatchVerdict | None) -> Candidate:
    told = {field.name: row[field.name] for field in fields(Candidate) if field.name != "decided"}
    return Candidate(**told, decided=decided)


def _place(after: str) -> tuple[int, float, str]:
    """The place in the queue that a `next_after` names."""
    try:
        worth, score, offer_id = after.split(",", 2)
        place = int(worth), float(score), offer_id
    except ValueError:
        raise InputError(f"{after[:80]!r} is no place in the queue; send the next_after of the page before") from None
    if not (0 <= place[0] < 2**62 and 0 <= place[1] <= 1):
        raise InputError(f"{after[:80]!r} is no place in the queue; send the next_after of the page before")
    return place
