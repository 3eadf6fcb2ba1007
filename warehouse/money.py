"""Currency codes, and how exactly the lake keeps an amount."""

from __future__ import annotations

from functools import cache

PRECISION, SCALE = 18, 4
"""Digits of an amount, and those of them behind the decimal point."""


@cache
def currencies() -> frozenset[str]:
    """ISO 4217 codes that are legal tender somewhere today, from the CLDR data that Babel ships."""
    from babel.core import get_global
    from babel.numbers import get_territory_currencies

    territories = get_global("territory_currencies")
    return frozenset(code for territory in territories for code in get_territory_currencies(territory))


def is_currency(code: str) -> bool:
    """Whether `code` is an ISO 4217 code in use (capital letters)."""
    return code in currencies()
