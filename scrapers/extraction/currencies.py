"""Currency signs as shops write them, and the ISO 4217 codes they stand for."""

from __future__ import annotations

import re

from warehouse.money import currencies, is_currency

_SIGNS = {
    "€": "EUR",
    "euro": "EUR",
    "euros": "EUR",
    "£": "GBP",
    "₽": "RUB",
    "руб": "RUB",
    "р.": "RUB",
    "₴": "UAH",
    "грн": "UAH",
    "zł": "PLN",
    "kč": "CZK",
    "ft": "HUF",
    "lei": "RON",
    "leu": "RON",
    "лв": "BGN",
    "₺": "TRY",
    "tl": "TRY",
    "₹": "INR",
    "₪": "ILS",
    "₩": "KRW",
    "원": "KRW",
    "円": "JPY",
    "元": "CNY",
    "₫": "VND",
    "đ": "VND",
    "฿": "THB",
    "₱": "PHP",
    "₦": "NGN",
    "₸": "KZT",
    "₾": "GEL",
    "rp": "IDR",
    "rm": "MYR",
    "fr.": "CHF",
    "sfr": "CHF",
    "sfr.": "CHF",
    "r$": "BRL",
    "us$": "USD",
    "a$": "AUD",
    "au$": "AUD",
    "c$": "CAD",
    "ca$": "CAD",
    "cdn$": "CAD",
    "nz$": "NZD",
    "hk$": "HKD",
    "s$": "SGD",
    "nt$": "TWD",
    "mx$": "MXN",
    "ar$": "ARS",
}

_SHARED = {
    "$": frozenset({"USD", "CAD", "AUD", "NZD", "SGD", "HKD", "TWD", "MXN", "ARS", "CLP", "COP", "UYU", "NAD", "JMD"}),
    "¥": frozenset({"JPY", "CNY"}),
    "￥": frozenset({"JPY", "CNY"}),
    "kr": frozenset({"SEK", "NOK", "DKK", "ISK"}),
    "kr.": frozenset({"SEK", "NOK", "DKK", "ISK"}),
    "rs": frozenset({"INR", "PKR", "LKR", "NPR", "MUR"}),
    "rs.": frozenset({"INR", "PKR", "LKR", "NPR", "MUR"}),
}
"""Signs that several currencies share: which one is meant must come from elsewhere on the page."""


_SPELLED = ("eur", "Eur", "usd", "gbp", "chf", "sek", "nok", "dkk", "pln", "czk", "huf", "ron", "bgn", "rub")
"""Codes met in small letters; any other is read in capitals only, since "all 5", "try 2" and "top 10" are words."""

_WORDS = (
    "Euro", "EURO", "Euros", "руб", "руб.", "Руб", "грн", "грн.", "Rs", "Rs.", "zł", "Zł", "ZŁ", "kč", "Kč", "KČ", "Ft",
    "lei", "Lei", "LEI", "leu", "лв", "TL", "Rp", "RM", "Fr.", "fr.", "SFr.", "sFr.", "Sfr.", "SFr", "kr", "kr.", "Kr",
    "Kr.", "KR",
)  # fmt: skip
"""Signs made of letters, as they are spelled: "Ft" is the forint, "ft" a foot."""


def _alternatives() -> str:
    """A pattern of every sign and code, longest first; letters must not run on into further letters."""
    written = {*_WORDS, *_SPELLED, *currencies()}
    written |= {spelling for sign in (*_SIGNS, *_SHARED) if not sign.isalpha() for spelling in (sign, sign.upper())}
    written |= {sign for sign in _SIGNS if len(sign) == 1 or sign.startswith("euro")}
    ordered = [re.escape(sign) for sign in sorted(written, key=lambda s: (-len(s), s))]
    signs = [sign for sign in ordered if not sign[0].isalpha()]
    mixed = [sign for sign in ordered if sign[0].isalpha() and not sign[-1].isalpha()]
    words = [sign for sign in ordered if sign[0].isalpha() and sign[-1].isalpha()]
    letter = r"[^\W\d_]"
    return f"(?:{'|'.join(signs)}|(?<!{letter})(?:{'|'.join(mixed)}|(?:{'|'.join(words)})(?!{letter})))"


CURRENCY_PATTERN = _alternatives()
"""A regular expression that matches one currency as written (case matters)."""


def resolve_currency(written: str | None, hint: str | None = None) -> str | None:
    """The ISO 4217 code for a currency as written, or the sign itself where it is shared and `hint` does not settle it.

    `hint` is the page's or the site's currency. It settles a shared sign only where the sign can mean it ("$" with CAD,
    not "$" with EUR), and stands in where nothing is written.
    """
    hinted = _code(hint)
    if not written or not written.strip():
        return hinted
    sign = written.strip().lower()
    if sign in _SHARED:
        return hinted if hinted in _SHARED[sign] else written.strip()
    return _code(written) or hinted


def _code(written: str | None) -> str | None:
    if not written:
        return None
    sign = written.strip()
    if is_currency(sign.upper()):
        return sign.upper()
    return _SIGNS.get(sign.lower()) or _SIGNS.get(sign.lower().rstrip("."))
