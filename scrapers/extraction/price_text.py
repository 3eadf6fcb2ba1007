"""One price out of a short text.

price-parser reads the number itself (which separator is the decimal one); what stands here is where in the text the
price is, which currency goes with it, and the spellings that price-parser does not know.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from decimal import Decimal
from functools import cache

from babel.numbers import get_currency_precision
from price_parser.parser import parse_number

from scrapers.extraction.currencies import CURRENCY_PATTERN, resolve_currency

LONGEST = 300
"""Characters of a text that are looked at: prices stand in short texts, and hostile texts are long."""

_QUOTES = str.maketrans(
    {"’": "'", "‘": "'", "ʼ": "'", "`": "'", "´": "'", "٬": "'", "٫": ".", "−": "-", "–": "-", "—": "-"}
)
_CENT = Decimal("0.0001")
_MOST = Decimal(10) ** 12

# Blanks group digits only by threes, so that "2 x 3,99" and "500 g 3,99" stay apart.
_NUMBER = r"(?:\d{1,3}(?:[ ]\d{3})+(?:[.,]\d{1,2})?|\d+(?:[.,']\d+)*|[.,]\d{1,2})(?![\d])"


@dataclass(frozen=True, slots=True)
class Price:
    """An amount and its currency: an ISO 4217 code, else the sign as written ("$", "kr"), else None."""

    amount: Decimal
    currency: str | None


@cache
def _money() -> re.Pattern[str]:
    sign = CURRENCY_PATTERN
    return re.compile(
        rf"(?P<minus>(?<![\w.,'-])-[ ]?)?"
        rf"(?:(?P<before>{sign})[.]?[ ]?:?[ ]?(?P<minus2>-)?)?"
        rf"(?<![\d.,'])(?P<number>{_NUMBER})"
        rf"(?:[ ]?,?[.]?-+)?"
        rf"(?:[ ]?(?P<after>{sign})(?P<cents>\d\d(?!\d))?)?"
        rf"(?P<percent>[ ]?%)?"
    )


def read_price(
    text: str | None, *, currency_hint: str | None = None, decimal_separator: str | None = None
) -> Price | None:
    """The price that `text` states, or None where it states none.

    Of several numbers the first with a currency beside it is taken, else the first that is no percentage.
    `currency_hint` (the page's or site's currency, code or sign) stands in where none is written and settles a shared
    sign such as "$". `decimal_separator` ("." or ",") settles "1.099"; without it three digits behind a lone separator
    are thousands, except in currencies with three decimals (KWD). The amount keeps its sign and is rounded to 4
    places; "free" alone is 0.
    """
    if not text:
        return None
    clean = _plain(text[:LONGEST])
    found = [m for m in _money().finditer(clean) if not m["percent"]]
    if not found:
        free = clean.strip(" .!").casefold() in _FREE
        return Price(Decimal(0), resolve_currency(None, currency_hint)) if free else None
    best = next((m for m in found if m["before"] or m["after"]), found[0])
    currency = resolve_currency(best["before"] or best["after"], currency_hint)
    amount = _amount(best, decimal_separator, currency)
    return None if amount is None else Price(amount, currency)


_FREE = frozenset({"free", "gratis", "kostenlos", "gratuit", "gratuito", "za darmo", "zdarma", "бесплатно", "無料"})


def _amount(match: re.Match[str], decimal_separator: str | None, currency: str | None) -> Decimal | None:
    number = match["number"].replace("'", "")
    lone = re.fullmatch(r"(\d+)([.,])\d{3}", number)
    if match["cents"] and not match["before"] and not re.search(r"[.,]\d\d$", number):
        number = re.sub(r"[., ]", "", number) + "." + match["cents"]
        decimal_separator = "."
    elif (
        decimal_separator is None and lone and (lone[1] == "0" or (currency and get_currency_precision(currency) == 3))
    ):
        decimal_separator = lone[2]  # no thousands begin with a zero
    amount = parse_number(number, decimal_separator)
    if amount is None:
        return None
    return money(-amount if match["minus"] or match["minus2"] else amount)


def money(amount: Decimal) -> Decimal | None:
    """`amount` rounded to the 4 places the lake keeps; None where it is not a number or beyond any price."""
    if not amount.is_finite() or abs(amount) >= _MOST:
        return None
    if int(amount.as_tuple().exponent) < -4:  # 19.989999999 is how some shop software prints 19.99
        amount = amount.quantize(_CENT).normalize()
        return amount.quantize(Decimal("0.01")) if int(amount.as_tuple().exponent) > -2 else amount
    return amount


def _plain(text: str) -> str:
    """ASCII digits, plain blanks and quotes, whatever script and spacing the shop writes in."""
    folded = text.translate(_QUOTES)
    if not folded.isascii():
        folded = "".join(_ascii(c) for c in folded)
    return re.sub(r"\s+", " ", folded)


def _ascii(character: str) -> str:
    if character.isdecimal():
        return str(unicodedata.decimal(character))
    return "" if unicodedata.category(character) == "Cf" else character
