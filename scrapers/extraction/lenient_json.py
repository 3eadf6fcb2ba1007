"""JSON as shops write it: with comments, trailing commas, raw line breaks, CDATA wraps and a semicolon at the end."""

from __future__ import annotations

import json
import re
from decimal import Decimal

Json = dict[str, "Json"] | list["Json"] | str | Decimal | bool | None
"""Numbers are Decimal, so that a price never passes through a float."""

LARGEST = 2 * 1024 * 1024

# Every alternative takes what it began to the end of the text where its end is missing, and none takes blanks before it
# knows what follows: both would let a hostile text be scanned over and over.
_STRING = r'"(?:[^"\\]|\\.)*+(?:"|\Z|\\\Z)'
_WRAPS_AND_COMMENTS = re.compile(
    rf"{_STRING}|(?://|/\*)?<!\[CDATA\[(?:\*/)?|<!--|-->|\]\]>|//[^\n]*|/\*.*?(?:\*/|\Z)", re.DOTALL
)
_LAST_COMMAS = re.compile(rf"{_STRING}|,(?=\s*[}}\]])", re.DOTALL)


def read_lenient(text: str) -> Json:
    """The first JSON value in `text`; None where there is none, or it is larger than 2 MB or nested too deep."""
    if len(text) > LARGEST:
        return None
    try:
        return _first_value(text)
    except ValueError:
        pass
    except RecursionError:
        return None
    mended = _LAST_COMMAS.sub(_keep_strings, _WRAPS_AND_COMMENTS.sub(_keep_strings, text))
    try:
        return _first_value(mended)
    except (ValueError, RecursionError):
        return None


def _keep_strings(match: re.Match[str]) -> str:
    return match[0] if match[0].startswith('"') else ""


def _first_value(text: str) -> Json:
    start = re.search(r"[\[{]", text)
    if start is None:
        raise ValueError("no object or list")
    value, _ = _DECODER.raw_decode(text, start.start())
    return value  # type: ignore[no-any-return]  # the decoder's hooks give Json


def _number(digits: str) -> Decimal | None:
    # An exponent of a million is valid JSON and a trap for whoever adds to it.
    return Decimal(digits) if len(digits) <= 40 and "e" not in digits.lower() else None


_DECODER = json.JSONDecoder(strict=False, parse_float=_number, parse_int=_number, parse_constant=lambda _: None)
