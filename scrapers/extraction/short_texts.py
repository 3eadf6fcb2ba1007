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
_CAPTION = re.compile(
    r"(?:view|see|show|shop|browse|discover|more|other|all|about|mehr|weitere|andere|alle|voir|plus|tous|toutes|autres|"
    r"ver|más|otros|todos|vedi|altri|tutti|mais|outros|bekijk|meer|zobacz|więcej|visa|fler|vis|flere|näytä|все|ещё|другие)"
    r"\b.{0,40}?\b(?:all|by|from|of|products?|items|brands?|von|dieser?|produkte|artikel|marke|tous|toutes|produits|"
    r"marque|de|todos|todo|productos|marca|tutti|prodotti|di|produtos|da|alles|van|producten|merk|wszystkie|produkty|"
    r"marki|alla|från|produkter|fra|tuotteet|товары|бренда)\b.{0,40}|"
    r"(?:\w+ ){0,2}\w*(?:infos?|information(?:en)?)|logo",
    re.IGNORECASE,
)
"""What stands on a link to a brand's products, or over what is told of it."""
_LOGO = re.compile(r"^logo[ :-]+(?:(?:of|der|von|de|du|di|da|van) )?|[ -]+logo$", re.IGNORECASE)
"""What a picture of a brand is called beside its name."""
_ADDRESS = re.compile(r"(?:https?:)?/|.*[?=].*|.*\.(?:html?|php|aspx?|com)\b.*", re.IGNORECASE)


def brand_in(text: str | None, *, most_words: int = 5) -> str | None:
    """The brand that `text` states: a few words with letters in them; "Visit the Acme Store" is Acme."""
    if not text or len(text) > LONGEST or _CAPTION.fullmatch(text) or _ADDRESS.match(text):
        return None
    visit = _VISIT.fullmatch(text)
    name = _LOGO.sub("", visit["name"] if visit else text)
    return name if len(name.split()) <= most_words and any(c.isalpha() for c in name) else None


def number_in(text: str | None) -> str | None:
    """The number that `text` states, without words behind it: "TE502955 Chair cover, grey" is TE502955."""
    if not text or len(text) > LONGEST:
        return None
    first, *others = text.split()
    words_follow = any(c.isdigit() for c in first) and not any(c.isdigit() for word in others for c in word)
    return first if others and words_follow else text
