"""What the doctor asks the lake."""

from __future__ import annotations

import pyarrow as pa

from warehouse import tables
from warehouse.questions import Question
from warehouse.tables import DAY, FLOAT, INTEGER, STRING, TIME

TOTALS = Question.read(
    __name__,
    "totals.sql",
    result=pa.schema([("name", STRING), ("rows", INTEGER)]),
    key=("name",),
    params={"now": TIME},
)
ORDERS = Question.read(
    __name__,
    "orders.sql",
    result=pa.schema([("store_id", STRING), ("newest", TIME), ("gaps", INTEGER), ("usual_gap", FLOAT)]),
    key=("store_id",),
    params={"now": TIME},
)
PRODUCTS = Question.read(
    __name__,
    "products.sql",
    result=pa.schema(
        [("products", INTEGER), ("with_gtin", INTEGER), ("with_price", INTEGER), ("with_cost", INTEGER)],
    ),
    key=("products",),
)
CRAWLS = Question.read(
    __name__,
    "crawls.sql",
    result=pa.schema(
        [
            *(tables.CRAWLS.schema.field(column.name).with_nullable(True) for column in tables.CRAWLS.columns),
            ("earlier_crawls", INTEGER),
            ("usual_offers", FLOAT),
            ("usual_priced", FLOAT),
            ("earlier_planned", INTEGER),
            ("earlier_fetched", INTEGER),
            ("reach_spread", FLOAT),
            ("earlier_offers", INTEGER),
            ("earlier_priced", INTEGER),
            ("fill_spread", FLOAT),
            ("usual_moved", FLOAT),
        ]
    ),
    key=("site",),
    params={"now": TIME},
)
SITES = Question.read(
    __name__,
    "sites.sql",
    result=pa.schema([("site", STRING), ("newest", TIME)]),
    key=("site",),
    params={"now": TIME},
)
UNJUDGED = Question.read(
    __name__,
    "unjudged.sql",
    result=pa.schema([("offers", INTEGER), ("unjudged", INTEGER)]),
    key=("offers",),
    params={"seen_before": TIME},
)
CURRENCIES = Question.read(
    __name__,
    "currencies.sql",
    result=pa.schema([("currency", STRING), ("stores", INTEGER), ("offers", INTEGER), ("newest", DAY)]),
    key=("currency",),
    params={"since": TIME},
)
