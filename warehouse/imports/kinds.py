"""What can be imported: for each kind of file its table, what the file must bring and what can be told without it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from warehouse.errors import InputError
from warehouse.tables import (
    BOOLEAN,
    CONSENTS,
    CUSTOMERS,
    EVENTS,
    FLOAT,
    FX_RATES,
    MONEY,
    OFFERS,
    ORDERS,
    PRODUCT_HISTORY,
    PRODUCTS,
    PROMOTIONS,
    SPEND,
    STRING,
    Column,
    Table,
)

PRICES = (
    Column("price", MONEY, "Selling price; a change becomes a row of product_history, as do the fields below"),
    Column("list_price", MONEY, "Regular or struck-through price"),
    Column("cost", MONEY, "What a unit costs us, without tax"),
    Column("stock", FLOAT, "Units on hand"),
    Column("on_promotion", BOOLEAN, "Whether the price is a promotion's"),
    Column("promotion_id", STRING, "Which promotion"),
)
"""Fields of a products file that belong to product_history."""


@dataclass(frozen=True)
class Kind:
    """A kind of file.

    `needs` are the fields that must have a column. `beside` are fields that go to another table than `table`.
    `into_store` says whether rows belong to a store of ours: always, or only where one is named or known.
    """

    table: Table
    needs: tuple[str, ...]
    beside: tuple[Column, ...] = ()
    into_store: Literal["always", "if known"] = "if known"
    numbered: str | None = None
    """The id that is made from a row's content where the file has none."""
    identity: tuple[str, ...] = ()
    """The fields that id is made from; none: all of the row. A sale stays the same sale when a later export tells more
    about it, such as its coupon."""

    @property
    def name(self) -> str:
        """What it is called on the command line."""
        return self.table.name

    @property
    def fields(self) -> tuple[Column, ...]:
        """Every field a file may bring."""
        return (*self.table.columns, *self.beside)


KINDS = {
    kind.name: kind
    for kind in (
        Kind(
            ORDERS,
            ("order_id", "ordered_at", "sku", "quantity", "amount"),
            beside=(Column("title", STRING, "The product's name, for products not known yet"),),
            into_store="always",
            numbered="line_id",
            identity=("store_id", "order_id", "ordered_at", "sku", "line_kind", "quantity", "amount", "currency"),
        ),
        Kind(PRODUCTS, ("sku",), beside=PRICES),
        Kind(CUSTOMERS, ("customer_id",)),
        Kind(EVENTS, ("event_type", "occurred_at"), numbered="event_id"),
        Kind(OFFERS, ("site", "url", "observed_at")),
        Kind(CONSENTS, ("customer_id", "channel", "at", "granted")),
        Kind(PRODUCT_HISTORY, ("sku", "valid_from"), into_store="always"),
        Kind(PROMOTIONS, ("promotion_id", "sku", "starts_at"), into_store="always"),
        Kind(SPEND, ("day", "channel", "campaign", "amount")),
        Kind(FX_RATES, ("day", "currency", "eur")),
    )
}
"""The kinds by name."""


def kind_named(name: str) -> Kind:
    """The kind called `name`; InputError lists those there are."""
    if name not in KINDS:
        raise InputError(f"{name!r} cannot be imported; import one of {', '.join(KINDS)}")
    return KINDS[name]
