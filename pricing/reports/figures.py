"""How figures, times, links and shades stand in the report. What is not known is a dash, never 0."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

DASH = "–"

_DEARER, _CHEAPER = (201, 92, 32), (24, 118, 158)
_FULL_SHADE = 20.0
"""Index points from 100 at which a cell's shade is deepest."""


def count(value: int) -> str:
    """A whole number with its thousands apart."""
    return f"{value:,}"


def counted(value: int, noun: str) -> str:
    """A number with its noun: 1 product, 2 products."""
    return f"{count(value)} {noun}{'' if value == 1 else 's'}"


def share(part: int, whole: int) -> str:
    """A share in percent; 0 and 100 only where it is exactly that."""
    if not whole:
        return DASH
    percent = 100 * part / whole
    if 0 < percent < 1:
        return "<1 %"
    if 99 < percent < 100:
        return ">99 %"
    return f"{percent:.0f} %"


def percent(value: float | None) -> str:
    """A probability in per cent, never rounded to certainty."""
    if value is None:
        return DASH
    if 0 < value < 0.001 or 0.999 < value < 1:
        return "<0.1 %" if value < 0.5 else ">99.9 %"
    return f"{100 * value:.1f} %"


def index(value: float | None) -> str:
    """A price index, 100 being level with the market."""
    return DASH if value is None else f"{value:.1f}"


def signed(value: float) -> str:
    """A share as a signed percentage with a true minus sign: +12.3 %."""
    return f"{100 * value:+,.1f} %".replace("-", "−")


def money(value: Decimal | None, currency: str) -> str:
    """An amount with its currency, in that currency's decimals."""
    if value is None:
        return DASH
    from babel.numbers import format_currency

    return format_currency(value, currency, locale="en")


def moment(value: datetime | None, timezone: str) -> str:
    """A time to the minute on the store's clock."""
    return DASH if value is None else f"{value.astimezone(ZoneInfo(timezone)):%d %b %Y, %H:%M %Z}"


def age(value: datetime | None, now: datetime) -> str:
    """How old an observation is."""
    if value is None:
        return DASH
    old = max(now - value, timedelta(0))
    if old < timedelta(hours=1):
        return f"{old // timedelta(minutes=1)} min"
    if old < timedelta(hours=48):
        return f"{old // timedelta(hours=1)} h"
    return f"{old // timedelta(days=1)} days"


def web_address(value: str | None) -> str | None:
    """An address fit to be a link: http or https with a host; None for any other, such as javascript:."""
    try:
        parts = urlsplit(value or "")
        return value if parts.scheme.lower() in ("http", "https") and parts.hostname else None
    except ValueError:  # such as an IPv6 host left open
        return None


def shade(value: float | None) -> str:
    """The background of an index cell: the further from 100 the deeper, warm where we are dearer."""
    if value is None:
        return "transparent"
    red, green, blue = _DEARER if value > 100 else _CHEAPER
    return f"rgba({red},{green},{blue},{0.55 * min(abs(value - 100) / _FULL_SHADE, 1):.2f})"


def bar(value: float, *, half_width: float) -> tuple[float, float]:
    """Left edge and width of a bar from the middle line (100), in units of the drawing."""
    reach = min(abs(value - 100) / _FULL_SHADE, 1) * half_width
    return (half_width if value >= 100 else half_width - reach), reach
