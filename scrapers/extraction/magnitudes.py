"""Numbers written with words for a thousand and more: 1.2k, 3 lakh, 2,5 Mio., 1万2,800."""

from __future__ import annotations

import re

_WORDS = {
    3: "k тыс тысяч тис nghìn ngàn rb ribu 千 천",
    4: "万 萬 만",
    5: "lakh lakhs lac lacs",
    6: "m mio mln million millions millionen millones milhões milioni млн triệu tr jt juta",
    7: "crore crores cr",
    8: "億 亿 억",
    9: "mrd bn billion billions млрд tỷ",
}
_POWERS = {word: power for power, words in _WORDS.items() for word in words.split()}
"""The power of ten of each word."""
_LETTERS = "|".join(sorted((word for word in _POWERS if len(word) > 1), key=len, reverse=True))
# A letter stands right behind its number; a small "m" is a metre.
_MULTIPLE = re.compile(
    rf"(?P<letter>k|(?-i:M))(?!\w) | [ ]?(?P<word>{_LETTERS})\b\.? | [ ]?(?P<signs>[千천]?[万萬만億亿억]|[千천])",
    re.IGNORECASE | re.VERBOSE,
)
_REST = re.compile(r"(?:(?<=[천만억])[ ])?(\d+(?:,\d{3})*)(?![.,]?\d)")
"""What is added behind the sign in 1万2,800; Koreans put a blank in between."""

Part = tuple[str, int]
"""Digits, and the power of ten that they count."""


def multiplied(text: str, digits: str, end: int) -> tuple[tuple[Part, ...], int]:
    """What adds up to the number whose first digits end at `end`, and where it ends; nothing if it is no multiple."""
    parts: list[Part] = []
    while multiple := _MULTIPLE.match(text, end):
        words = multiple["signs"] or [(multiple["letter"] or multiple["word"]).lower()]
        parts.append((digits, sum(_POWERS[word] for word in words)))
        end = multiple.end()
        rest = _REST.match(text, end) if multiple["signs"] else None
        if rest is None:
            return tuple(parts), end
        digits, end = rest[1], rest.end()
    return ((*parts, (digits, 0)), end) if parts else ((), end)
