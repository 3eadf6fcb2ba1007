"""What a reader found: one value for one field, with where it stood."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal

Value = str | Decimal

FIELDS = ("name", "price", "regularPrice", "currency", "availability", "gtin", "mpn", "sku", "brand")
"""The fields a reader may fill, named as in zyte-common-items."""

_EVIDENCE = 120
_TEXT = 500
_UNWRITABLE = re.compile("[\x00\ud800-\udfff]")
"""NUL, and halves of surrogate pairs: JSON can spell them, UTF-8 cannot write the halves, and stores refuse NUL."""


@dataclass(frozen=True, slots=True)
class Reading:
    """One candidate for one field. `confidence` orders candidates; it is not a measured probability."""

    field: str
    value: Value
    reader: str
    confidence: float
    evidence: str


def evidence(place: str, text: object) -> str:
    """A short note of where something stood and what was written there."""
    return f"{_one_line(place)}: {_one_line(text)}"[:_EVIDENCE]


def tidy(text: object) -> str | None:
    """`text` on one line, at most 500 characters; None where it is no text or blank."""
    if isinstance(text, bool) or not isinstance(text, str | int | Decimal):
        return None
    return _one_line(text)[:_TEXT].strip() or None


def _one_line(text: object) -> str:
    return " ".join(_UNWRITABLE.sub("", str(text)).split())
