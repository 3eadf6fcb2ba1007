"""Short texts of an element, and the brands and numbers that they state."""

from __future__ import annotations

import re
from collections.abc import Iterator

from scrapers.extraction.page import Element

LONGEST = 60
UNSEEN = frozenset(
    {"script", "style", "noscript", "template", "svg", "option", "iframe", "head", "title", "meta", "link"}
)
"""Tags whose texts nobody sees."""

_MOST_WITHIN = 10
_LONGEST_CLEAN = 120
_NOISE = re.compile(r"^[\s:：#\-–|\u200e\u200f\u200b.]+|[\s:：,;|\u200e\u200f\u200b]+$")

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


_NO_BRAND = re.compile(
    r"unbranded|non[ -]?branded|(?:no|without|ohne|sans|sin|senza|sem|zonder|bez|без|uden|utan|uten)[ -]?"
    r"(?:brand|name|marke|marque|marca|merk|marki|značky|бренда|марки|mærke|märke|merke)",
    re.IGNORECASE,
)
_DATE = re.compile(r"(?<!\d)\d{1,2}[./-]\d{1,2}(?!\d)")


def brand_in(text: str | None, *, most_words: int = 5) -> str | None:
    """The brand that `text` states: a few words with letters in them; "Visit the Acme Store" is Acme."""
    if not text or len(text) > LONGEST or any(pattern.fullmatch(text) for pattern in (_CAPTION, _NO_BRAND)):
        return None
    if _ADDRESS.match(text) or _DATE.search(text):
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


def texts_in(element: Element) -> Iterator[str]:
    """The first texts in an element, those of scripts left out."""
    for count, inner in enumerate(element.iter()):
        if count > _MOST_WITHIN or inner.tag in UNSEEN:
            return
        cleaned = clean(inner.text)
        if cleaned:
            yield cleaned


def clean(text: str | None) -> str:
    """The beginning of a text without the blanks and points around it; empty for none."""
    return _NOISE.sub("", text[:_LONGEST_CLEAN]) if text else ""
