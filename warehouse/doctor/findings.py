"""What the doctor says: findings, and how figures read in them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Literal

Severity = Literal["error", "warning", "note"]
Role = Literal["merchandiser", "marketer", "operator"]

SEVERITIES: tuple[Severity, ...] = ("error", "warning", "note")
"""Worst first. An error: something does not work. A warning: it soon will not, or answers mislead. A note: worth
knowing; nobody is alerted."""


@dataclass(frozen=True)
class Finding:
    """One thing that is not as it should be.

    `code` is its kind and `subject` what it is about (a store, a site, a table; "" for the house), the same for as long
    as it lasts; `role` is who can do something about it; `text` says what is wrong with figures, `remedy` what to do,
    a command where there is one.
    """

    code: str
    severity: Severity
    role: Role
    subject: str
    text: str
    remedy: str


def age(length: timedelta) -> str:
    """A length of time in its largest unit that gives at least two, such as 3 days or 30 hours."""
    for unit, one in (("days", timedelta(days=1)), ("hours", timedelta(hours=1)), ("minutes", timedelta(minutes=1))):
        if length >= 2 * one:
            return f"{length // one} {unit}"
    return "a minute"


def size(count: float) -> str:
    """An amount of bytes in decimal units, such as 1.2 GB."""
    for unit in ("bytes", "kB", "MB", "GB"):
        if count < 1000:
            return f"{count:.3g} {unit}" if count < 100 else f"{count:.0f} {unit}"
        count /= 1000
    return f"{count:.3g} TB" if count < 100 else f"{count:,.0f} TB"


def share(part: int, whole: int) -> str:
    """A share in whole percent; never 0% or 100% where that is not exactly so."""
    percent = round(100 * part / whole)
    if percent == 0 and part:
        return "less than 1%"
    if percent == 100 and part < whole:
        return "more than 99%"
    return f"{percent}%"
