"""`/v1/prices`: our prices beside the market's, by product."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

import pyarrow as pa
import pyarrow.compute as pc
from fastapi import APIRouter, Query
from pydantic import BaseModel, ConfigDict, Field

from serve.access import scoped
from serve.amounts import Amount
from serve.problems import documented
from serve.state import Serving
from warehouse.stores import chosen_store

router = APIRouter(tags=["prices"])


class PriceAnswer(BaseModel):
    """One product on sale. All prices are in `currency`; what no competitor told is null."""

    sku: str
    title: str | None
    category: str = Field(description="Its top category")
    currency: str
    price: Amount = Field(description="Our price now")
    market_price: Amount | None = Field(description="The median over the competitors' fresh, usable offers")
    index: float | None = Field(description="100 * price / market_price: above 100 we are dearer")
    lowest_price: Amount | None = Field(description="The lowest of those offers")
    lowest_site: str | None = Field(description="Who asks it")
    competitors: int = Field(description="How many competitors the market price is made from")
    observed_at: datetime | None = Field(description="When the newest of those offers was seen")


class PricesAnswer(BaseModel):
    """One page of products, ordered by sku."""

    model_config = ConfigDict(
        json_schema_extra={
            "example": {
                "store_id": "main",
                "items": [
                    {
                        "sku": "MUG-BLUE",
                        "title": "Mug, blue",
                        "category": "Kitchen",
                        "currency": "EUR",
                        "price": "7.90",
                        "market_price": "7.45",
                        "index": 106.04,
                        "lowest_price": "6.99",
                        "lowest_site": "alpha-shop",
                        "competitors": 3,
                        "observed_at": "2026-05-04T06:12:00Z",
                    }
                ],
                "next_after": "MUG-BLUE",
            }
        }
    )

    store_id: str
    items: list[PriceAnswer]
    next_after: str | None = Field(description="Send it as `after` for the next page; null on the last one")


@router.get(
    "/v1/prices", dependencies=[scoped("prices")], responses=documented(404), summary="Compare prices with the market"
)
def list_prices(
    serving: Serving,
    sku: Annotated[
        list[str] | None, Query(max_length=1000, description="Only these products; repeat for several")
    ] = None,
    store_id: Annotated[str | None, Query(description="Which store; needed only where there are several")] = None,
    after: Annotated[str, Query(description="The last sku of the page before")] = "",
    limit: Annotated[int, Query(ge=1, le=1000, description="Products on a page")] = 100,
) -> PricesAnswer:
    """Products on sale with a price in the store's currency; others, and skus that do not exist, are left out.

    The market's price is the median over competitors, each at its cheapest offer that is fresh, new, in stock and
    comparable. New offers and prices show within seconds.
    """
    store = chosen_store(serving.warehouse, store_id)
    rows = serving.prices.of(store)
    if sku is not None:
        rows = rows.filter(pc.is_in(rows["sku"], pa.array(sku, pa.string())))
    rows = rows.filter(pc.greater(rows["sku"], after)).slice(0, limit + 1)
    page = rows.slice(0, limit)
    ours, market = (page[name].cast(pa.float64()) for name in ("price", "median_price"))
    page = page.append_column("index", pc.multiply(pc.divide(ours, market), 100.0))
    items = [
        PriceAnswer(
            sku=row["sku"],
            title=row["title"],
            category=row["category"],
            currency=row["currency"],
            price=row["price"],
            market_price=row["median_price"],
            index=row["index"],
            lowest_price=row["lowest_price"],
            lowest_site=row["lowest_site"],
            competitors=row["shops"],
            observed_at=row["newest"],
        )
        for row in page.to_pylist()
    ]
    return PricesAnswer(store_id=store, items=items, next_after=items[-1].sku if rows.num_rows > limit else None)
