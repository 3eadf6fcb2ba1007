"""Every lake table, declared once: columns, types, key, partition and what becomes of it at an erasure.

The Arrow schema, the validation on append, the readers of both engines and the documentation derive from here.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import Literal

import pyarrow as pa

from warehouse.money import PRECISION, SCALE
from warehouse.offer_ids import CONDITIONS

STRING = pa.string()
INTEGER = pa.int64()
FLOAT = pa.float64()
BOOLEAN = pa.bool_()
DAY = pa.date32()
MONEY = pa.decimal128(PRECISION, SCALE)
RATE = pa.decimal128(18, 8)
TIME = pa.timestamp("us", tz="UTC")

MONTH = "month"
"""The partition column, an integer such as 202611 (Spark would turn a string '007' into 7)."""


@dataclass(frozen=True)
class Column:
    """One column. `values` lists what a coded column may hold; `currency` marks ISO 4217 codes."""

    name: str
    type: pa.DataType
    doc: str
    required: bool = False
    values: tuple[str, ...] = ()
    currency: bool = False


@dataclass(frozen=True)
class Table:
    """One lake table.

    `month_of` names the time column whose UTC month partitions the table. `person` names the column that holds a
    customer's id; at an erasure the row is hidden (`on_erase="hide"`) or, where the row is also a fact about the shop,
    stays with `anonymised` columns set to null (`on_erase="anonymise"`).
    """

    name: str
    doc: str
    key: tuple[str, ...]
    columns: tuple[Column, ...]
    month_of: str | None = None
    person: str | None = None
    on_erase: Literal["hide", "anonymise"] = "hide"
    anonymised: tuple[str, ...] = field(default=())

    @cached_property
    def schema(self) -> pa.Schema:
        """The Arrow schema as stored, the partition column last."""
        required = {c.name for c in self.columns if c.required} | set(self.key)
        fields = [pa.field(c.name, c.type, nullable=c.name not in required) for c in self.columns]
        if self.month_of:
            fields.append(pa.field(MONTH, pa.int32(), nullable=False))
        return pa.schema(fields)

    def column(self, name: str) -> Column:
        """The column called `name`; KeyError where there is none."""
        for c in self.columns:
            if c.name == name:
                return c
        raise KeyError(f"{self.name} has no column {name}")


def _currency(doc: str = "ISO 4217 code of the amounts in this row", *, required: bool = False) -> Column:
    return Column("currency", STRING, doc, required=required, currency=True)


STORES = Table(
    "stores",
    "A storefront of ours",
    ("store_id",),
    (
        Column("store_id", STRING, "The merchant's own id of the store"),
        Column("name", STRING, "Name shown to people", required=True),
        Column("country", STRING, "ISO 3166 two-letter code"),
        _currency("ISO 4217 code the store sells in", required=True),
        Column("timezone", STRING, "IANA name; defines what a day is for this store", required=True),
        Column("locale", STRING, "BCP 47 tag, for number and date formats"),
        Column("prices_include_tax", BOOLEAN, "Whether shown prices include VAT or sales tax"),
    ),
)

PRODUCTS = Table(
    "products",
    "A product as it stands now",
    ("sku",),
    (
        Column("sku", STRING, "The merchant's own id"),
        Column("parent_sku", STRING, "The product this is a variant of"),
        Column("title", STRING, "Name shown to shoppers"),
        Column("brand", STRING, "Brand or manufacturer"),
        Column("category", STRING, "Path from general to special, joined with ' > '"),
        Column("gtin", STRING, "EAN, UPC or GTIN-14, digits only"),
        Column("mpn", STRING, "Manufacturer's part number"),
        Column("attributes", STRING, "Further attributes as a JSON object"),
        Column("status", STRING, "Whether it is sold", values=("active", "inactive", "discontinued")),
        Column("launched_on", DAY, "First day on sale"),
        Column("url", STRING, "Its page"),
        Column("image_url", STRING, "Its picture"),
        Column("pack_size", FLOAT, "How much is in it, in pack_unit"),
        Column("pack_unit", STRING, "Unit of pack_size: piece, g, kg, ml, l, m"),
        Column("map_price", MONEY, "Minimum advertised price agreed with the brand"),
        Column("role", STRING, "Part it plays in the price image", values=("kvi", "core", "tail")),
        _currency("ISO 4217 code of map_price"),
    ),
)

PRODUCT_HISTORY = Table(
    "product_history",
    "What a product showed and cost in a store from a moment on",
    ("store_id", "sku", "valid_from"),
    (
        Column("store_id", STRING, "Where"),
        Column("sku", STRING, "Which product"),
        Column("valid_from", TIME, "From when on; the row holds until the next one of the same store and sku"),
        Column("price", MONEY, "Selling price"),
        Column("list_price", MONEY, "Regular or struck-through price"),
        Column("cost", MONEY, "What a unit costs us, without tax"),
        Column("stock", FLOAT, "Units on hand; 0 is out of stock, null is unknown"),
        Column("on_promotion", BOOLEAN, "Whether the price is a promotion's"),
        Column("promotion_id", STRING, "Which promotion"),
        _currency(required=True),
    ),
)

PROMOTIONS = Table(
    "promotions",
    "A product's part in a promotion: the calendar of planned and past promotions",
    ("store_id", "promotion_id", "sku"),
    (
        Column("store_id", STRING, "Where"),
        Column("promotion_id", STRING, "Which promotion, as product_history and the shop name it"),
        Column("sku", STRING, "Which product; * is every product of the store"),
        Column("name", STRING, "Name shown to people"),
        Column("starts_at", TIME, "First moment", required=True),
        Column("ends_at", TIME, "First moment after it; null where no end is set"),
        Column("price", MONEY, "Price while it lasts, where it sets one"),
        Column("discount_percent", FLOAT, "Share taken off, 0 to 100, where it takes one"),
        Column("coupon", STRING, "Code that a shopper must enter; null where it holds for all"),
        _currency("ISO 4217 code of price"),
    ),
)

OFFERS = Table(
    "offers",
    "One observation of a competitor's offer",
    ("crawl_id", "offer_id"),
    (
        Column("crawl_id", STRING, "The crawl that saw it"),
        Column("offer_id", STRING, "sha256 of site, canonical url, seller, variant and condition: the offer over time"),
        Column("site", STRING, "The competitor's site, as named in its site file", required=True),
        Column("url", STRING, "Canonical page address", required=True),
        Column("seller", STRING, "Who sells, where a site has several"),
        Column("variant", STRING, "Which variant of the page's product"),
        Column("condition", STRING, "State of the goods", values=CONDITIONS),
        Column("observed_at", TIME, "When the page was fetched", required=True),
        Column("title", STRING, "Name on the page"),
        Column("brand", STRING, "Brand on the page"),
        Column("gtin", STRING, "GTIN on the page, check digit tested"),
        Column("mpn", STRING, "Manufacturer's part number on the page"),
        Column("price", MONEY, "Selling price; null where none could be read"),
        Column("list_price", MONEY, "Regular or struck-through price"),
        _currency("ISO 4217 code of the prices"),
        Column("tax_included", BOOLEAN, "Whether the price includes tax"),
        Column("shipping", MONEY, "Shipping cost"),
        Column(
            "availability",
            STRING,
            "Whether it can be bought",
            values=("in_stock", "out_of_stock", "pre_order", "discontinued"),
        ),
        Column("source", STRING, "Which reader gave the price"),
        Column("confidence", FLOAT, "0 to 1, how sure the reader is of the price"),
        Column("evidence", STRING, "Where each value stood, a JSON object"),
        Column("read_at", TIME, "When the page, kept since it was fetched, was read again; null where it was not"),
    ),
    month_of="observed_at",
)

CRAWLS = Table(
    "crawls",
    "A crawl of a site and its health",
    ("crawl_id",),
    (
        Column("crawl_id", STRING, "Id of the crawl"),
        Column("site", STRING, "The site crawled", required=True),
        Column("started_at", TIME, "When it began", required=True),
        Column("finished_at", TIME, "When it ended", required=True),
        Column("planned", INTEGER, "Product pages it meant to read"),
        Column("fetched", INTEGER, "Pages answered with 200"),
        Column("offers", INTEGER, "Offers written"),
        Column("priced", INTEGER, "Offers with a price"),
        Column("failures", STRING, "Failed pages by cause, a JSON object of counts"),
        Column("outcome", STRING, "How it ended", required=True, values=("finished", "partial", "failed")),
        Column(
            "scope",
            STRING,
            "Which pages it meant to read: all, those due by their tier, or no more than it was asked for",
            values=("all", "due", "limited"),
        ),
        Column("rendered", INTEGER, "Pages that a browser drew"),
        Column("not_modified", INTEGER, "Pages that the shop said had not changed; their offers are those last read"),
        Column("refused", INTEGER, "Pages that the shop kept from a robot: a captcha, a block, too many requests"),
        Column("gone", INTEGER, "Offers seen in the 8 days before whose page was answered and shows them no more"),
        Column("changed", INTEGER, "Offers whose price is another than when they were last seen"),
        Column("appeared", INTEGER, "Offers not seen in the 35 days before"),
        Column("stale", INTEGER, "Offers last seen 3 to 35 days before whose page it meant to read and could not"),
    ),
)

MATCHES = Table(
    "matches",
    "An offer judged against a product",
    ("offer_id", "sku"),
    (
        Column("offer_id", STRING, "The offer"),
        Column("sku", STRING, "Our product"),
        Column(
            "pack_ratio",
            FLOAT,
            "Our units in one unit of the offer: 12 for a case of twelve; in a review, another pack to be confirmed",
        ),
        Column("score", FLOAT, "Probability that it is the same product; 1 where an identifier or a person says so"),
        Column(
            "verdict",
            STRING,
            "What was decided; other_pack is the same product, compared by unit price; equivalent another one that "
            "competes with it; no_match with a score is the nearest product of an offer that is none of ours",
            required=True,
            values=("match", "no_match", "review", "other_pack", "equivalent"),
        ),
        Column("method", STRING, "What decided: gtin, mpn, model or verdict (a person's)", required=True),
        Column("reason", STRING, "How it was decided and what is open, for people"),
        Column("speaks_for", STRING, "What both sides say, for people"),
        Column("speaks_against", STRING, "What only one side says, or each says otherwise, for people"),
        Column("model_version", STRING, "Version of the matcher", required=True),
        Column("matched_at", TIME, "When", required=True),
    ),
)

FX_RATES = Table(
    "fx_rates",
    "A currency's rate to EUR on a day",
    ("day", "currency"),
    (
        Column("day", DAY, "The day"),
        _currency("ISO 4217 code"),
        Column("eur", RATE, "EUR for one unit of the currency", required=True),
    ),
)

ORDERS = Table(
    "orders",
    "An order line",
    ("store_id", "order_id", "line_id"),
    (
        Column("store_id", STRING, "Where; stores number their orders independently"),
        Column("order_id", STRING, "The merchant's order number"),
        Column("line_id", STRING, "The line's own number, else a content hash and ordinal"),
        Column("ordered_at", TIME, "When it was ordered", required=True),
        Column("customer_id", STRING, "Who, where known"),
        Column("sku", STRING, "What was sold"),
        Column("line_kind", STRING, "What the line is", required=True, values=("product", "shipping", "fee")),
        Column("quantity", FLOAT, "Units sold; negative for a return", required=True),
        Column("amount", MONEY, "Paid for the line: the fact", required=True),
        Column("unit_price", MONEY, "Price of one unit as stated by the source"),
        Column("unit_cost", MONEY, "Cost of one unit at the time"),
        Column("discount", MONEY, "Taken off the line, positive"),
        _currency(required=True),
        Column("coupon", STRING, "Coupon code used"),
        Column("channel", STRING, "Where the order came in: web, app, shop, phone"),
        Column("status", STRING, "State of the order as the source names it"),
        Column("returns_order_id", STRING, "The order that this line returns"),
    ),
    month_of="ordered_at",
    person="customer_id",
    on_erase="anonymise",
    anonymised=("customer_id",),
)

EVENTS = Table(
    "events",
    "A storefront or message event",
    ("event_id",),
    (
        Column("event_id", STRING, "Given by the sender; a retry carries the same"),
        Column("event_type", STRING, "view, add_to_cart, purchase, click, impression, open, ...", required=True),
        Column("occurred_at", TIME, "When it happened", required=True),
        Column("received_at", TIME, "When we got it", required=True),
        Column("customer_id", STRING, "Who, where known"),
        Column("anonymous_id", STRING, "The browser, where the person is unknown"),
        Column("session_id", STRING, "The visit"),
        Column("store_id", STRING, "Where"),
        Column("sku", STRING, "Which product"),
        Column("quantity", FLOAT, "Units"),
        Column("price", MONEY, "Price shown or paid"),
        _currency(),
        Column("request_id", STRING, "The recommendation answer this reacts to"),
        Column("placement", STRING, "Where on the page"),
        Column("campaign", STRING, "The campaign that brought it"),
        Column("properties", STRING, "Anything else, a JSON object"),
    ),
    month_of="occurred_at",
    person="customer_id",
    on_erase="anonymise",
    anonymised=("customer_id", "anonymous_id", "session_id", "properties"),
)

CUSTOMERS = Table(
    "customers",
    "A customer. Personal fields stand here and in the records only",
    ("customer_id",),
    (
        Column("customer_id", STRING, "The merchant's own id"),
        Column("email", STRING, "Mail address"),
        Column("phone", STRING, "Phone number, E.164 where known"),
        Column("first_name", STRING, "Given name"),
        Column("last_name", STRING, "Family name"),
        Column("birth_date", DAY, "Date of birth"),
        Column("country", STRING, "ISO 3166 two-letter code"),
        Column("city", STRING, "City"),
        Column("postal_code", STRING, "Postal code"),
        Column("language", STRING, "BCP 47 tag"),
        Column("timezone", STRING, "IANA name"),
        Column("registered_at", TIME, "When the account was made"),
    ),
    person="customer_id",
)

CONSENTS = Table(
    "consents",
    "History of consent; the records' current state alone gates sending",
    ("customer_id", "channel", "at"),
    (
        Column("customer_id", STRING, "Who"),
        Column("channel", STRING, "For what", values=("email", "sms", "push", "ads")),
        Column("at", TIME, "When it was given or withdrawn"),
        Column("granted", BOOLEAN, "Given or withdrawn", required=True),
        Column("source", STRING, "Where: checkout, preference page, import"),
    ),
    person="customer_id",
)

EXPOSURES = Table(
    "exposures",
    "A unit shown a variant of an experiment for the first time",
    ("experiment", "unit_id"),
    (
        Column("experiment", STRING, "Key of the experiment"),
        Column("unit_id", STRING, "The randomised unit, usually a customer_id"),
        Column("variant", STRING, "What it was shown", required=True),
        Column("exposed_at", TIME, "When first", required=True),
    ),
    person="unit_id",
)

SPEND = Table(
    "spend",
    "Marketing cost",
    ("day", "channel", "campaign"),
    (
        Column("day", DAY, "The day"),
        Column("channel", STRING, "Where it was spent"),
        Column("campaign", STRING, "For which campaign"),
        Column("amount", MONEY, "How much", required=True),
        _currency(required=True),
    ),
)

SEGMENT_MEMBERS = Table(
    "segment_members",
    "Who was in a segment when it was computed",
    ("segment", "version", "customer_id"),
    (
        Column("segment", STRING, "Name of the segment"),
        Column("version", STRING, "The computation: definition, data and time"),
        Column("customer_id", STRING, "The member"),
        Column("computed_at", TIME, "When", required=True),
    ),
    person="customer_id",
)

RELATIONS = Table(
    "relations",
    "How one product relates to another",
    ("relation", "sku", "related_sku", "model_version"),
    (
        Column(
            "relation", STRING, "Kind of relation", values=("bought_together", "complement", "substitute", "up_sell")
        ),
        Column("sku", STRING, "From this product"),
        Column("related_sku", STRING, "To that one"),
        Column("model_version", STRING, "The release that made it"),
        Column("score", FLOAT, "Strength; comparable within a relation and version", required=True),
        Column("orders_together", INTEGER, "Orders that hold both"),
    ),
)

PRICE_PROPOSALS = Table(
    "price_proposals",
    "A proposed price with its reason",
    ("run_id", "store_id", "sku"),
    (
        Column("run_id", STRING, "The proposing run"),
        Column("store_id", STRING, "Where"),
        Column("sku", STRING, "Which product"),
        Column("proposed_at", TIME, "When", required=True),
        Column("price", MONEY, "Price at the time", required=True),
        Column("proposed_price", MONEY, "Price proposed", required=True),
        Column("market_price", MONEY, "The market's price it was made from"),
        Column("cost", MONEY, "Unit cost it was made from"),
        _currency(required=True),
        Column("rule", STRING, "The rule, with its version", required=True),
        Column("reason", STRING, "Why, in words", required=True),
    ),
)

SENT_MESSAGES = Table(
    "sent_messages",
    "A message that left for a customer",
    ("message_id",),
    (
        Column("message_id", STRING, "Id of the message"),
        Column("customer_id", STRING, "To whom", required=True),
        Column("channel", STRING, "How", required=True, values=("email", "sms", "push")),
        Column("campaign", STRING, "The campaign or journey"),
        Column("variant", STRING, "The variant sent"),
        Column("sent_at", TIME, "When", required=True),
        Column("outcome", STRING, "What the channel answered"),
    ),
    person="customer_id",
)

TABLES: dict[str, Table] = {
    t.name: t
    for t in (
        STORES,
        PRODUCTS,
        PRODUCT_HISTORY,
        PROMOTIONS,
        OFFERS,
        CRAWLS,
        MATCHES,
        FX_RATES,
        ORDERS,
        EVENTS,
        CUSTOMERS,
        CONSENTS,
        EXPOSURES,
        SPEND,
        SEGMENT_MEMBERS,
        RELATIONS,
        PRICE_PROPOSALS,
        SENT_MESSAGES,
    )
}
"""All tables by name."""
