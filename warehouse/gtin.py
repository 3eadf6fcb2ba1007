"""GTINs (EAN, UPC): cleaned and check digit tested, as GS1's General Specifications lay down (section 7.9)."""

from __future__ import annotations

import re

_SEPARATORS = re.compile(r"[\s\-]")
_LENGTHS = (8, 12, 13, 14)


def clean_gtin(text: str | None) -> str | None:
    """The GTIN as 14 digits, zero-padded, or None where `text` is not one.

    Spaces and hyphens are dropped. A wrong length, a wrong check digit or all zeros gives None: such a number
    identifies nothing, and a match made by it would be wrong.
    """
    if text is None:
        return None
    digits = _SEPARATORS.sub("", text)
    if not (digits.isascii() and digits.isdigit()) or len(digits) not in _LENGTHS or not digits.strip("0"):
        return None
    padded = digits.zfill(14)
    weighted = sum(int(d) * (3 if place % 2 == 0 else 1) for place, d in enumerate(padded))
    return padded if weighted % 10 == 0 else None
