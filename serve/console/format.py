"""How figures and times read on the pages. What is not known is a dash, never 0."""

from __future__ import annotations

from datetime import UTC, datetime

from warehouse.jobs.runs import RunRecord

DASH = "–"


def count(value: int | None) -> str:
    """A whole number with its thousands apart: 1,234,567."""
    return DASH if value is None else f"{value:,}"


def percent(value: float | None) -> str:
    """A share as a whole percentage; never 100% while something is missing, never 0% while something is there."""
    if value is None:
        return DASH
    if 0 < value < 0.01:
        return "<1%"
    if 0.99 < value < 1:
        return ">99%"
    return f"{value:.0%}"


def figure(value: float | None) -> str:
    """A figure between 0 and 1: 0.123."""
    return DASH if value is None else f"{value:.3f}"


def gain(value: float | None) -> str:
    """A signed difference of such figures, with a true minus sign: +0.012."""
    return DASH if value is None else f"{value:+.3f}".replace("-", "\N{MINUS SIGN}")


def index(value: float | None) -> str:
    """A price index: 100 is the market's level."""
    return DASH if value is None else f"{value:.1f}"


def change(value: float) -> str:
    """A difference as a signed percentage, with a true minus sign: +12.3%, −4.0%."""
    return f"{value:+.1%}".replace("-", "\N{MINUS SIGN}")


def moment(value: datetime | None) -> str:
    """A time to the minute, in UTC."""
    return DASH if value is None else f"{value.astimezone(UTC):%Y-%m-%d %H:%M} UTC"


def ago(value: datetime | None, now: datetime) -> str:
    """How long ago, in the largest unit that fits; the day itself once it is more than a month ago."""
    if value is None:
        return DASH
    seconds = (now - value).total_seconds()
    if seconds < 0:
        return f"{value.astimezone(UTC):%Y-%m-%d %H:%M}"
    for limit, unit, name in ((60, 1, "s"), (3600, 60, "min"), (86_400, 3600, "h"), (31 * 86_400, 86_400, "day")):
        if seconds < limit:
            whole = int(seconds // unit)
            return "just now" if whole == 0 else f"{whole} {name}{'s' if name == 'day' and whole > 1 else ''} ago"
    return f"{value.astimezone(UTC):%Y-%m-%d}"


def took(run: RunRecord) -> str:
    """How long a run took: 4 s, 12 min, 3 h."""
    if run.started_at is None or run.ended_at is None:
        return DASH
    seconds = (run.ended_at - run.started_at).total_seconds()
    for limit, unit, name in ((120, 1, "s"), (7200, 60, "min")):
        if seconds < limit:
            return f"{seconds / unit:.0f} {name}"
    return f"{seconds / 3600:.0f} h"
