"""Texts with prices, in one spelling: whatever script, spacing and marks a shop writes in."""

from __future__ import annotations

import re
import unicodedata

LONGEST = 1000
"""Characters of a text that are looked at: prices stand in short texts, and hostile texts are long."""

_MARKS = str.maketrans(
    {
        **dict.fromkeys("’‘ʼ`´٬＇", "'"),
        **dict.fromkeys("−–—‒―﹣", "-"),
        **dict.fromkeys("٫·", "·"),  # decimal marks that are nothing else
        **dict.fromkeys("×✕✖╳", "x"),
        **dict.fromkeys("～〜∼", "~"),
        "¼": "·25", "½": "·5", "¾": "·75",
        "،": ",",
        "٪": "%",
    }
)  # fmt: skip
_RAISED = re.compile("(?<=[0-9])[.,]?([⁰¹²³⁴-⁹]{2})(?![⁰¹²³⁴-⁹])|(?<=[0-9][$€£])([⁰¹²³⁴-⁹]{2})|[⁰¹²³⁴-⁹]+")


def plain(text: str) -> str:
    """ASCII digits, plain marks and single blanks, whatever script and spacing the shop writes in.

    Raised digits are cents ("12⁹⁹") or the number of a footnote. More than one blank stays apart as a line end.
    """
    text = text[:LONGEST]
    if not text.isascii():
        text = _RAISED.sub(lambda m: f"·{m[1]}" if m[1] else m[2] or " ", text.translate(_MARKS))
        if not unicodedata.is_normalized("NFKC", text):
            text = unicodedata.normalize("NFKC", text).translate(_MARKS)[:LONGEST]
        text = _FOREIGN.sub(_ascii, text)
    return _BREAKS.sub("\n", text.replace("`", "'")).strip()


_BREAKS = re.compile(r"\s\s+|[^\S ]")
_FOREIGN = re.compile(r"[^\x00-\x7f€£\w]|[^\D0-9]")
"""Digits and signs of other scripts; their letters stay."""


def _ascii(match: re.Match[str]) -> str:
    character = match[0]
    if character.isdecimal():
        return str(unicodedata.decimal(character))
    if character.isspace():
        return " "
    return "" if unicodedata.category(character) == "Cf" else character
