"""Where the time comes from: a clock is passed in, so that every run can be replayed."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

Clock = Callable[[], datetime]
"""Gives the present moment as an aware UTC datetime."""


def utc_now() -> datetime:
    """The machine's clock, in UTC."""
    return datetime.now(UTC)


def is_timezone(name: str) -> bool:
    """Whether `name` is an IANA time zone, such as Europe/Berlin."""
    try:
        ZoneInfo(name)
    except (ValueError, OSError, LookupError):  # a path outside, a folder, an unknown name
        return False
    return True
