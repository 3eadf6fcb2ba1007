"""`/v1/matches`: competitors' offers beside the products they could be, and people's verdicts on them."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from fastapi import APIRouter, Query
from pydantic import BaseModel, ConfigDict, Field, FiniteFloat, StringConstraints, model_validator

from pricing.matching.verdicts.giving import decide_pairs
from pricing.matching.verdicts.review import Candidate, JudgedOffer, review_page
from serve.access import key_name, scoped
from serve.amounts import Amount
from serve.problems import documented
from serve.state import Serving
from warehouse.records import ApiKey, MatchVerdict
from warehouse.records.verdicts import MOST_PACK, Ruling, WrongRuling

router = APIRouter(tags=["matches"])

MOST_VERDICTS = 1000

Id = Annotated[str, StringConstraints(min_length=1, max_length=255)]
Keyholder = Annotated[ApiKey, scoped("matches")]


class VerdictAnswer(BaseModel):
    """What a person decided of a pair."""

    verdict: str = Field(description="accept, reject, other_pack or equivalent")
    pack_ratio: float | None = Field(description="Our units in one unit of the offer")
    note: str | None
    decided_by: str
    decided_at: datetime


class CandidateAnswer(BaseModel):
    """A product of ours that the offer could be."""

    sku: str
    title: str | None
    brand: str | None
    gtin: str | None
    mpn: str | None
    url: str | None
    image_url: str | None
    price: Amount | None = Field(description="Our price now, in `currency`")
    currency: str | None
    verdict: str = Field(description="match, no_match, review, other_pack or equivalent")
    probability: float | None = Field(description="That it is the same product, from 0 to 1")
    pack_ratio: float | None = Field(description="Our units in one unit of the offer; in a review, to be confirmed")
    method: str = Field(description="What decided: gtin, mpn, model, or verdict (a person's)")
    reason: str | None = Field(description="How it was decided, and what is open")
    speaks_for: str | None = Field(description="What both sides say")
    speaks_against: str | None = Field(description="What only one side says, or each says otherwise")
    decided: VerdictAnswer | None = Field(
        description="A person's verdict that stands; where the pair is up for review all the same, the page has changed"
    )


class OfferAnswer(BaseModel):
    """A competitor's offer as last seen, and the products it could be, the likeliest first."""

    offer_id: str
    site: str | None
    seller: str | None
    url: str | None
    title: str | None
    brand: str | None
    gtin: str | None
    mpn: str | None
    price: Amount | None
    currency: str | None
    availability: str | None
    observed_at: datetime | None
    candidates: list[CandidateAnswer]


class MatchesAnswer(BaseModel):
    """One page of offers; those first whose products stand in the most orders of the last 90 days."""

    model_config = ConfigDict(
        json_schema_extra={
            "example": {
                "offers": [
                    {
                        "offer_id": "9c1f2b7a40d3e586",
                        "site": "alpha-shop",
                        "seller": "Alpha",
                        "url": "https://alpha-shop.example/mug-case",
                        "title": "Acme mug blue 0.3 l, case of 12",
                        "brand": "Acme",
                        "gtin": "4006381333931",
                        "mpn": "MB-300",
                        "price": "69.90",
                        "currency": "EUR",
                        "availability": "in_stock",
                        "observed_at": "2026-05-04T06:12:00Z",
                        "candidates": [
                            {
                                "sku": "MUG-BLUE",
                                "title": "Mug, blue, 300 ml",
                                "brand": "Acme",
                                "gtin": "4006381333931",
                                "mpn": "MB-300",
                                "url": "https://shop.example/mug-blue",
                                "image_url": "https://shop.example/mug-blue.jpg",
                                "price": "7.90",
                                "currency": "EUR",
                                "verdict": "review",
                                "probability": 0.91,
                                "pack_ratio": 12.0,
                                "method": "gtin",
                                "reason": "same GTIN 4006381333931, but the packs differ",
                                "speaks_for": "same GTIN 4006381333931; same brand Acme",
                                "speaks_against": "pack not named against 12",
                                "decided": {
                                    "verdict": "accept",
                                    "pack_ratio": 1.0,
                                    "note": "seen in the shop",
                                    "decided_by": "ann",
                                    "decided_at": "2026-03-02T09:30:00Z",
                                },
                            }
                        ],
                    }
                ],
                "waiting": 41,
                "next_after": "12,0.91,9c1f2b7a40d3e586",
            }
        }
    )

    offers: list[OfferAnswer]
    waiting: int = Field(description="Offers with such a pair, on all pages")
    next_after: str | None = Field(description="Send it as `after` for the next page; null on the last one")


class VerdictGiven(BaseModel):
    """A verdict on an offer and a product. It stands until the next one on the pair; both are kept."""

    model_config = ConfigDict(extra="forbid")

    offer_id: Id
    sku: Id
    verdict: Literal["accept", "reject", "other_pack", "equivalent", "withdrawn"] = Field(
        description="accept: the same product; other_pack: the same in another pack, compared by unit price; "
        "equivalent: another brand's for the same use; reject: another product; withdrawn: open again"
    )
    pack_ratio: FiniteFloat | None = Field(
        default=None, gt=0, le=MOST_PACK, description="For other_pack: our units in one of the offer, 12 for a case"
    )
    note: Annotated[str, StringConstraints(max_length=2000)] | None = Field(default=None, description="Why, for people")

    @model_validator(mode="after")
    def _possible(self) -> VerdictGiven:
        try:
            self.ruling()
        except WrongRuling as wrong:
            raise ValueError(str(wrong)) from None
        return self

    def ruling(self) -> Ruling:
        """The verdict as the records take it."""
        return Ruling(self.offer_id, self.sku, self.verdict, pack_ratio=self.pack_ratio, note=self.note)


class VerdictsGiven(BaseModel):
    """Verdicts of one person or program, all taken or none."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "example": {
                "verdicts": [
                    {"offer_id": "9c1f2b7a40d3e586", "sku": "MUG-BLUE", "verdict": "other_pack", "pack_ratio": 12},
                    {"offer_id": "51d07aa3c9e84b12", "sku": "PLATE", "verdict": "reject", "note": "theirs is oval"},
                ]
            }
        },
    )

    verdicts: list[VerdictGiven] = Field(min_length=1, max_length=MOST_VERDICTS)


class VerdictsAnswer(BaseModel):
    """What became of the verdicts."""

    model_config = ConfigDict(json_schema_extra={"example": {"written": 1, "unchanged": 0}})

    written: int = Field(description="Verdicts that say what did not stand yet; they show in `/v1/matches` at once")
    unchanged: int = Field(description="Verdicts that stood already")


@router.get("/v1/matches", dependencies=[scoped("matches")], summary="List offers to review, or matched ones")
def list_matches(
    serving: Serving,
    verdict: Annotated[
        Literal["match", "no_match", "review", "other_pack", "equivalent"],
        Query(description="Offers with a pair that was judged so"),
    ] = "review",
    after: Annotated[str | None, Query(max_length=400, description="The `next_after` of the page before")] = None,
    limit: Annotated[int, Query(ge=1, le=200, description="Offers on a page")] = 50,
) -> MatchesAnswer:
    """Offers with a pair of this verdict, what decisions are worth most about first, and all the products each could
    be."""
    page = review_page(serving.warehouse, verdict=verdict, after=after, limit=limit)
    return MatchesAnswer(
        offers=[_offer(judged) for judged in page.offers], waiting=page.waiting, next_after=page.next_after
    )


@router.post("/v1/matches/verdicts", responses=documented(404), summary="Decide offers")
def give_verdicts(key: Keyholder, serving: Serving, given: VerdictsGiven) -> VerdictsAnswer:
    """Keep verdicts under the key's name. An offer that is accepted as a product is no other one any more; what is
    rejected never returns by itself. 404 for an offer that no crawl has seen, or a product that does not exist."""
    rulings = [verdict.ruling() for verdict in given.verdicts]
    written = len(decide_pairs(serving.warehouse, rulings, by=key_name(key)))
    return VerdictsAnswer(written=written, unchanged=len(rulings) - written)


def _offer(judged: JudgedOffer) -> OfferAnswer:
    told = {name: value for name, value in vars(judged.offer).items() if name in OfferAnswer.model_fields}
    return OfferAnswer(**told, candidates=[_candidate(candidate) for candidate in judged.candidates])


def _candidate(candidate: Candidate) -> CandidateAnswer:
    told = {name: value for name, value in vars(candidate).items() if name in CandidateAnswer.model_fields}
    decided = _verdict(candidate.decided) if candidate.decided else None
    return CandidateAnswer(**{**told, "probability": candidate.score, "decided": decided})


def _verdict(row: MatchVerdict) -> VerdictAnswer:
    return VerdictAnswer(**{name: getattr(row, name) for name in VerdictAnswer.model_fields})
