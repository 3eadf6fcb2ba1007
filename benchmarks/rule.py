"""When a value counts as right: the rule of Zyte's product extraction benchmark."""

from __future__ import annotations

from decimal import Decimal

from scrapers.extraction.currencies import resolve_currency

STOCK = {"in_stock": "InStock", "out_of_stock": "OutOfStock"}
"""Availability as the labels write it."""


def is_right(name: str, value: str, accepted: tuple[str, ...]) -> bool:
    """Whether a value, written as the labels write it, equals an accepted one."""
    if name == "price":
        return any(Decimal(value) == Decimal(right) for right in accepted)
    if name == "gtin":
        return any(value == right.zfill(14) for right in accepted)
    if name == "currency":  # labelled as written on the page ("$"); an ISO code is asked for, one that it can mean
        return len(value) == 3 and value in {resolve_currency(right, value) for right in accepted}
    return value.casefold() in {right.casefold() for right in accepted}
