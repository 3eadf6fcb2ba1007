"""Cents that stand apart from their number: 12 99 €, 12 €99, 12 zł 99 gr, and alone: 99p."""

from __future__ import annotations

import re

from scrapers.extraction.currencies import ends_with_currency, spellings, starts_with_currency
from scrapers.extraction.money_words import speaks_of_price_alone

HUNDREDTHS = re.compile(r"[ ]?(p|¢|pence|cents?)(?!\w)", re.IGNORECASE)
OF_HUNDREDTHS = {"p": "£", "pence": "£", "¢": "$"}
"""Hundredths that stand alone, and their currency where there is one: 99p, 50 cents."""

_WHOLE = re.compile(r"\d+|\d{1,3}(?:[ .,']\d{3})+")
_TWO = re.compile(r"\d\d")
_DIGIT = re.compile(r"\d")
_SMALLER_TYPE = re.compile(r" ?[.,] ?| ")
_GOES_ON = re.compile(r"[,;)]|\Z")
_NEXT_WORD = re.compile(r" ?([^\W\d_]+)\.?")
_NAMES = {
    "PLN": "gr groszy", "EUR": "ct cent cents centimes", "RUB": "коп", "UAH": "коп", "BYN": "коп", "RON": "bani",
}  # fmt: skip


def is_set_apart(
    text: str, done: int, start: int, whole: re.Match[str], following: re.Match[str], before: str | None
) -> bool:
    """Whether the number behind a whole one is its cents in smaller type: "12 99 €", "Was €5 99, now …".

    `before` is the currency in front, which begins at `start`; the number before that ends at `done`. Unless the
    currency touches the number, nothing but words of price and other prices may stand around: "500 g 3,99 €",
    "Size 42 39 €" and "38 40 42 €" are no such.
    """
    gap = text[whole.end() : following.start()]
    if not following["number"] or not _TWO.fullmatch(following["number"]):
        return False
    if not _SMALLER_TYPE.fullmatch(gap) or not _WHOLE.fullmatch(whole["number"]):
        return False
    rest = text[following.end() :]
    if before and gap == " " and not text[whole.start() - 1].isspace() and _GOES_ON.match(rest):
        return True
    behind = None if before else starts_with_currency(rest.lstrip()[:20])
    if not before and not behind and gap != ". ":
        return False
    if done and not ends_with_currency(text[:done]):
        return False
    rest = rest.lstrip().removeprefix(behind or "")
    digit = _DIGIT.search(rest)
    if digit and (before or behind or " ") not in rest:
        return False
    return speaks_of_price_alone(f"{text[done:start]} {rest[: digit.start()] if digit else rest}".lower())


def end_of_cents(text: str, digits: str, currency: str, end: int, following: re.Match[str]) -> int | None:
    """Where the cents of "12 €99" or "12 zł 99 gr" end; None where the number that follows `currency` is no cents.

    `end` is where the whole number ends. Cents touch the currency or end the text, or are called by their name.
    """
    if not _WHOLE.fullmatch(digits) or not _TWO.fullmatch(following["number"]):
        return None
    word = _NEXT_WORD.match(text, following.end())
    if word and any(word[1] in _NAMES.get(code, "").split() for code in spellings()[currency]):
        return word.end()
    rest = text[following.end() :]
    touches = text[end : following.start()] in (currency, f" {currency}", f"{currency} ")
    if rest.startswith(("%", "x")) or starts_with_currency(rest[:20].lstrip()):
        return None
    return following.end() if touches or not rest else None
