"""The questions behind the price position. `compared` and `market_rows` are asked once and feed the others."""

from __future__ import annotations

import pyarrow as pa

from warehouse.questions import Question
from warehouse.tables import BOOLEAN, DAY, FLOAT, INTEGER, MONEY, STRING, TIME

COMPARED = Question.read(
    __name__,
    "compared.sql",
    result=pa.schema(
        [
            ("sku", STRING),
            ("title", STRING),
            ("category", STRING),
            ("url", STRING),
            ("map_price", MONEY),
            ("map_unclear", BOOLEAN),
            ("price", MONEY),
            ("cost", MONEY),
            ("currency", STRING),
            ("offer_id", STRING),
            ("site", STRING),
            ("offer_url", STRING),
            ("offer_title", STRING),
            ("observed_at", TIME),
            ("market_price", MONEY),
            ("landed_price", MONEY),
            ("equivalent", BOOLEAN),
            ("left_out", STRING),
            ("used", BOOLEAN),
        ]
    ),
    key=("sku", "offer_id"),
    params={"store_id": STRING, "as_of": TIME, "fresh_since": TIME, "rates_since": DAY},
)

MARKET = Question.read(
    __name__,
    "market.sql",
    result=pa.schema(
        [
            ("sku", STRING),
            ("title", STRING),
            ("category", STRING),
            ("url", STRING),
            ("map_price", MONEY),
            ("map_unclear", BOOLEAN),
            ("price", MONEY),
            ("cost", MONEY),
            ("currency", STRING),
            ("matched_offers", INTEGER),
            ("fresh_offers", INTEGER),
            ("shops", INTEGER),
            ("median_price", MONEY),
            ("lowest_price", MONEY),
            ("newest", TIME),
            ("oldest", TIME),
            ("lowest_site", STRING),
            ("lowest_url", STRING),
            ("lowest_landed", MONEY),
        ]
    ),
    key=("sku",),
    inputs={"compared": COMPARED.result},
)

_COMPARED_INPUT = {"compared": COMPARED.result}
_MARKET_INPUT = {"market_rows": MARKET.result}

PRICE_INDEX = Question.read(
    __name__,
    "price_index.sql",
    result=pa.schema(
        [
            ("category", STRING),
            ("site", STRING),
            ("products", INTEGER),
            ("our_sum", MONEY),
            ("their_sum", MONEY),
            ("price_index", FLOAT),
        ]
    ),
    key=("category", "site"),
    inputs=_COMPARED_INPUT | _MARKET_INPUT,
)

GAPS = Question.read(
    __name__,
    "gaps.sql",
    result=pa.schema(
        [
            ("sku", STRING),
            ("title", STRING),
            ("category", STRING),
            ("url", STRING),
            ("price", MONEY),
            ("cost", MONEY),
            ("median_price", MONEY),
            ("lowest_price", MONEY),
            ("lowest_landed", MONEY),
            ("lowest_site", STRING),
            ("lowest_url", STRING),
            ("shops", INTEGER),
            ("newest", TIME),
            ("gap", FLOAT),
        ]
    ),
    key=("sku",),
    params={"top": INTEGER, "least": FLOAT},
    inputs=_MARKET_INPUT,
)

EQUIVALENTS = Question.read(
    __name__,
    "equivalents.sql",
    result=pa.schema(
        [
            ("sku", STRING),
            ("title", STRING),
            ("url", STRING),
            ("price", MONEY),
            ("site", STRING),
            ("offer_url", STRING),
            ("offer_title", STRING),
            ("market_price", MONEY),
            ("observed_at", TIME),
            ("difference", FLOAT),
        ]
    ),
    key=("sku", "site"),
    params={"top": INTEGER},
    inputs=_COMPARED_INPUT,
)

COVERAGE = Question.read(
    __name__,
    "coverage.sql",
    result=pa.schema(
        [
            ("category", STRING),
            ("products", INTEGER),
            ("matched", INTEGER),
            ("fresh", INTEGER),
            ("compared", INTEGER),
            ("without_cost", INTEGER),
        ]
    ),
    key=("category",),
    inputs=_MARKET_INPUT,
)

SITES = Question.read(
    __name__,
    "sites.sql",
    result=pa.schema(
        [
            ("site", STRING),
            ("offers", INTEGER),
            ("matched", INTEGER),
            ("review", INTEGER),
            ("stale", INTEGER),
            ("newest", TIME),
        ]
    ),
    key=("site",),
    params={"as_of": TIME, "fresh_since": TIME},
)

LEFT_OUT = Question.read(
    __name__,
    "left_out.sql",
    result=pa.schema([("site", STRING), ("cause", STRING), ("offers", INTEGER)]),
    key=("site", "cause"),
    inputs=_COMPARED_INPUT,
)

ASSORTMENT = Question.read(
    __name__,
    "assortment.sql",
    result=pa.schema(
        [
            ("store_id", STRING),
            ("name", STRING),
            ("currency", STRING),
            ("timezone", STRING),
            ("locale", STRING),
            ("prices_include_tax", BOOLEAN),
            ("active", INTEGER),
            ("on_sale", INTEGER),
        ]
    ),
    key=("store_id",),
    params={"store_id": STRING, "as_of": TIME},
)
