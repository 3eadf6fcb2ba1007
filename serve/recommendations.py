"""`/v1/recommendations`: what to show a customer, or beside the products on a page or in a basket."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import APIRouter, Query
from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator
from ulid import ULID

from serve.access import scoped
from serve.problems import documented
from serve.state import Serving
from warehouse.records.models import Tombstone

router = APIRouter(tags=["recommendations"])

Id = Annotated[str, StringConstraints(min_length=1, max_length=200)]


class RecommendationRequest(BaseModel):
    """What to answer, for whom."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={"example": {"placement": "bought_together", "skus": ["MUG-BLUE"], "limit": 4}},
    )

    placement: Literal["for_you", "bought_together"] = Field(
        description="`for_you`: what this customer may buy next; `bought_together`: what goes with `skus`"
    )
    customer_id: Id | None = Field(default=None, description="Who looks; an unknown customer gets what is popular")
    skus: list[Id] = Field(
        default=[], max_length=100, description="The products on the page or in the basket; never recommended"
    )
    limit: int = Field(default=10, ge=1, le=100, description="At most so many products")
    purchased: Literal["include", "exclude"] = Field(
        default="include", description="Whether `for_you` may name what the customer bought before"
    )

    @model_validator(mode="after")
    def _something_to_go_with(self) -> RecommendationRequest:
        if self.placement == "bought_together" and not self.skus:
            raise ValueError("bought_together needs skus: the products to go with")
        return self


class RecommendedItem(BaseModel):
    """One product of an answer."""

    sku: str = Field(description="The product")
    title: str | None = Field(description="Its name, where the products table knows it")
    score: float = Field(description="Comparable within one answer only")
    reason: str = Field(description="Why it is here, in words")
    source: str = Field(description="The part of the model that put it here; `popularity` is the fallback")


class RecommendationsAnswer(BaseModel):
    """Products, best first."""

    model_config = ConfigDict(
        json_schema_extra={
            "example": {
                "request_id": "01JTC4XZ0B7M4Q1T8N5V9W2K3H",
                "placement": "bought_together",
                "model_version": "20260504T020000Z-3f2a91c0",
                "fallback": False,
                "items": [
                    {
                        "sku": "SAUCER-BLUE",
                        "title": "Saucer, blue",
                        "score": 0.42,
                        "reason": "bought together with MUG-BLUE",
                        "source": "bought_together",
                    }
                ],
            }
        }
    )

    request_id: str = Field(description="Send it back as `request_id` with the events this answer leads to")
    placement: str = Field(description="As asked")
    model_version: str = Field(description="The release that answered")
    fallback: bool = Field(description="True where nothing was known to answer from and all items are the popular ones")
    items: list[RecommendedItem]


def _answer(asked: RecommendationRequest, serving: Serving) -> RecommendationsAnswer:
    model = serving.model.get()
    customer = asked.customer_id
    if customer is not None:
        # The model may have been trained before this person was erased: to us they are a stranger from then on.
        with serving.warehouse.records.reading() as tx:
            customer = None if tx.get(Tombstone, customer) else customer
    found = model.recommend(
        asked.placement, customer_id=customer, skus=asked.skus, limit=asked.limit, purchased=asked.purchased
    )
    titles = serving.titles.get()
    return RecommendationsAnswer(
        request_id=str(ULID.from_datetime(serving.warehouse.clock())),
        placement=asked.placement,
        model_version=model.version,
        fallback=bool(found) and all(item.source == "popularity" for item in found),
        items=[
            RecommendedItem(
                sku=item.sku, title=titles.get(item.sku), score=item.score, reason=item.reason, source=item.source
            )
            for item in found
        ],
    )


@router.get(
    "/v1/recommendations",
    dependencies=[scoped("recommend")],
    responses=documented(503),
    summary="Recommend products",
)
def recommend(asked: Annotated[RecommendationRequest, Query()], serving: Serving) -> RecommendationsAnswer:
    """Answers from the current release; a new one is taken up within seconds. Repeat `skus` for several products."""
    return _answer(asked, serving)


@router.post(
    "/v1/recommendations",
    dependencies=[scoped("recommend")],
    responses=documented(400, 413, 503),
    summary="Recommend products (body instead of query)",
)
def recommend_from_body(asked: RecommendationRequest, serving: Serving) -> RecommendationsAnswer:
    """The same as GET, for baskets too long for an address, and for ids that must stay out of proxies' logs."""
    return _answer(asked, serving)
