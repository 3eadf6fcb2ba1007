"""Brands and numbers out of short texts."""

from __future__ import annotations

import re

LONGEST = 60

_VISIT = re.compile(
    r"(?:visit the|brand|marke|marque|marca|merk|besuche? den|besuchen sie den|visiter la boutique|"
    r"visita lo store di|visita la tienda de|visite a loja|bezoek de)"
    r"\s*:?\s+(?P<name>\S.{1,40}?)(?:[ -](?:store|shop))?",
    re.IGNORECASE,
)


def brand_in(text: str | None, *, most_words: int = 5) -> str | None:
    """The brand that `text` states: a few words with letters in them; "Visit the Acme Store" is Acme."""
    if not text or len(text) > LONGEST:
        return None
    visit = _VISIT.fullmatch(text)
    name = visit["name"] if visit else text
    return name if len(name.split()) <= most_words and any(c.isalpha() for c in name) else None


def number_in(text: str | None) -> str | None:
    """The number that `text` states, without words behind it: "TE502955 Chair cover, grey" is TE502955."""
    if not text or len(text) > LONGEST:
        return None
    first, *others = text.split()
    words_follow = any(c.isdigit() for c in first) and not any(c.isdigit() for word in others for c in word)
    return first if others and words_follow else text
