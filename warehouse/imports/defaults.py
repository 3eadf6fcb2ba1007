"""What a file leaves unsaid: the values of fields it has no column for, or no value in a row."""

from __future__ import annotations

from collections.abc import Container
from datetime import datetime

from warehouse.duck import quoted
from warehouse.imports.kinds import PRICES
from warehouse.imports.places import Said
from warehouse.imports.plan import literal
from warehouse.records.consents import AHEAD

STAMPED = {"events": "received_at"}
"""Fields that take the time of the import, and so are no part of a row's content."""


_HAPPENED = {"orders": "ordered_at", "events": "occurred_at", "offers": "observed_at", "consents": "at"}
"""When what a row tells of took place."""

_PRICED = {
    "products": ("price", "list_price", "cost", "map_price"),
    "product_history": ("price", "list_price", "cost"),
    "promotions": ("price",),
    "offers": ("price", "list_price", "shipping"),
}
"""Amounts that cannot be negative."""


def checks(kind: str, brought: Container[str], now: datetime) -> tuple[tuple[str, str], ...]:
    """Conditions over values (SQL) that spoil a row, with what to say of it.

    `brought` are the fields the file brings; `now` is the present (aware).
    """
    latest = literal((now + AHEAD).isoformat())
    spoiled: list[tuple[str, str]] = []
    if kind in _HAPPENED:
        # One moment from the future would stand as the newest for years: of consents, it would silence a withdrawal.
        name = _HAPPENED[kind]
        spoiled.append((f"{quoted(name)} > timestamptz {latest}", f"{name} is yet to come; correct the time"))
    if kind in _PRICED:
        spoiled += [(f"{name} < 0", f"{name} is negative; correct it") for name in _PRICED[kind] if name in brought]
    if kind == "promotions":
        if "ends_at" in brought:
            spoiled.append(("ends_at <= starts_at", "ends_at is not after starts_at; correct one"))
        if "discount_percent" in brought:
            share = "discount_percent is not between 0 and 100; write 20 for 20 %"
            spoiled.append(("discount_percent not between 0 and 100", share))
    if kind == "offers" and "price" in brought:
        spoiled.append(("price is not null and currency is null", "price has no currency; add --currency"))
    return tuple(spoiled)


def fallbacks(kind: str, brought: Container[str], said: Said, store: str | None, now: datetime) -> dict[str, str]:
    """SQL for each field that has a value without the file; `brought` are the fields the file does bring."""
    currency = literal(said.currency) if said.currency else "store_currency"
    given: dict[str, str] = {}
    match kind:
        case "orders":
            given = {"store_id": literal(store), "line_kind": literal("product"), "currency": currency}
        case "product_history":
            given = {"store_id": literal(store), "currency": currency}
        case "promotions":
            given = {"store_id": literal(store)}
            if "price" in brought:
                given["currency"] = f"case when price is not null then {currency} end"
        case "spend":
            given = {"currency": currency}
        case "products" if "map_price" in brought or any(field.name in brought for field in PRICES):
            given = {"currency": currency}
        case "events":
            given = {"received_at": f"timestamptz {literal(now.isoformat())}"}
            if store is not None:
                given["store_id"] = literal(store)
            if "price" in brought:
                given["currency"] = f"case when price is not null then {currency} end"
        case "offers":
            # A competitor's currency is never taken from our own store.
            given = {"source": literal("import")}
            if said.currency:
                given["currency"] = literal(said.currency)
    return given
