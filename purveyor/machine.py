"""What this machine's own settings suggest about a shop that is run on it."""

from __future__ import annotations

from dataclasses import dataclass

_WITHOUT_TAX = ("CA", "US")
"""Where shops show prices before sales tax."""


@dataclass(frozen=True)
class Suggested:
    """Defaults to offer; None where the machine tells nothing (its zone is UTC, say)."""

    timezone: str
    country: str | None
    currency: str | None
    prices_include_tax: bool | None


def suggest() -> Suggested:
    """From the time zone, which most often says where a machine stands; its language seldom does."""
    from babel.core import get_global
    from babel.localtime import LOCALTZ
    from babel.numbers import get_territory_currencies

    from warehouse.clock import is_timezone

    zone = str(getattr(LOCALTZ, "key", None) or "UTC")
    country = get_global("zone_territories").get(zone)
    if country is None or len(country) != 2 or country == "ZZ" or not is_timezone(zone):  # such as UTC
        return Suggested(zone if is_timezone(zone) else "UTC", None, None, None)
    currencies = get_territory_currencies(country)
    return Suggested(zone, country, currencies[0] if currencies else None, country not in _WITHOUT_TAX)
