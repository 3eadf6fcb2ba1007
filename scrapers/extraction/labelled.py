"""A simple reading of the visible page: values that stand under a name or label meaning price, number or stock.

An element counts by its own names (itemprop, class, id, data-* test names) or by the label before it ("Preis:"). What
is struck through, and what its names or text call shipping, per unit, instalment, saving or recommendation, is left
out.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache

from lxml import etree

from scrapers.extraction.availability import read_availability
from scrapers.extraction.currencies import resolve_currency
from scrapers.extraction.page import Element, Page
from scrapers.extraction.price_text import read_price
from scrapers.extraction.reading import Reading, evidence, tidy
from scrapers.extraction.vocabulary import (
    LABELLED_TEXT,
    LABELS,
    OTHER_MONEY,
    OTHER_PRODUCTS,
    PER_UNIT_TEXT,
    PRICE,
    REGULAR,
    SHIPPING_TEXT,
    STOCK,
)
from warehouse.gtin import clean_gtin

READER = "labelled"

_MOST_ELEMENTS = 50_000
_MOST_READINGS = 1000
_SHORT = 60
"""Characters: a text that states one price is shorter; a longer one is a sentence or a list."""

_SKIPPED = frozenset({"script", "style", "noscript", "template", "svg", "iframe", "select", "textarea", "head", "nav"})
_STRUCK = frozenset({"del", "s", "strike"})
_FRAME = frozenset({"header", "footer", "aside"})
_NAMING = frozenset({"itemprop", "class", "id", "data-testid", "data-test", "data-qa", "data-role"})
_WHOLE = frozenset({"html", "body", "main"})
"""Their names describe the page ("has-header"), not what they hold."""


_NUMBERS = re.compile(r"\d[\d.,' ’]*")
_STANDING = etree.XPath("descendant::text()[not(ancestor::s or ancestor::del or ancestor::strike)]")
"""The texts in an element that are not struck through."""


@dataclass(frozen=True, slots=True)
class _Place:
    """An element on the way: what its names say, and whether it lies in a part of the page about something else."""

    names: str
    struck: bool = False
    elsewhere: bool = False


_NOWHERE = _Place("")


def read_labelled(page: Page, currency: str | None = None) -> list[Reading]:
    """Readings from names and labels on the visible page. `currency` is the site's own."""
    if page.root is None:
        return []
    stated = _stated_currency(page.root)
    hint = resolve_currency(stated, currency)
    readings: list[Reading] = []
    titled = False
    for element, place in _walk(page.root):
        if element.tag == "h1" and not titled:
            titled = True
            name = tidy(_text(element))
            if name:
                readings.append(Reading("name", name, READER, 0.8, evidence("h1", name)))
        if place.elsewhere or len(readings) > _MOST_READINGS:
            continue
        # The product's own values stand behind its title; what comes before is the shop's frame.
        trust = 1.0 if titled else 0.9
        readings += (_scaled(r, trust) for r in (*_named(element, place, hint), *_beside_label(element, hint)))
    return _with_currency(readings, stated)


def _walk(root: Element) -> Iterator[tuple[Element, _Place]]:
    """Every element in document order with what it inherits; parts that no visitor sees are left out whole."""
    places: dict[Element, _Place] = {}
    waiting = [root]
    while waiting and len(places) < _MOST_ELEMENTS:
        element = waiting.pop()
        if element.tag in _SKIPPED or element.get("hidden") is not None:
            continue
        place = _place(element, places.get(element.getparent(), _NOWHERE))
        places[element] = place
        yield element, place
        waiting.extend(reversed(element))


def _place(element: Element, parent: _Place) -> _Place:
    if parent.elsewhere:
        return parent
    tag = element.tag
    names = _names(element) if element.attrib else ""
    return _Place(
        names,
        struck=parent.struck or tag in _STRUCK or "line-through" in element.get("style", ""),
        elsewhere=tag in _FRAME or (names != "" and tag not in _WHOLE and _is_about_others(names)),
    )


def _names(element: Element) -> str:
    """The element's own names as words in small letters: "productPrice" and "product_price" are "product-price"."""
    written = [value for name, value in element.attrib.items() if name in _NAMING]
    return _spelled(" ".join(written)[: _SHORT * 5]) if written else ""


@lru_cache(maxsize=4096)  # a page names its elements from a small stock of classes
def _spelled(written: str) -> str:
    return " ".join(re.sub(r"(?<=[a-z])(?=[A-Z])|_", "-", written).lower().split())


@lru_cache(maxsize=4096)
def _is_about_others(names: str) -> bool:
    return OTHER_PRODUCTS.search(names) is not None


def _text(element: Element) -> str:
    return " ".join("".join(element.itertext()).split())


def _short_text(element: Element, limit: int = _SHORT) -> str | None:
    """The element's text on one line, or None where it is longer than `limit`; long ones are not gathered whole."""
    parts: list[str] = []
    length = 0
    for part in element.itertext():
        parts.append(part)
        length += len(part.strip())
        if length > limit or len(parts) > limit:
            return None
    return " ".join("".join(parts).split())


def _named(element: Element, place: _Place, currency: str | None) -> Iterator[Reading]:
    """What the element's own names (itemprop, class, id) say it is."""
    itemprop = (element.get("itemprop") or "").lower()
    if itemprop in _ITEMPROPS:
        yield from _itemprop(element, itemprop, place)
    if PRICE.search(place.names):
        yield from _price(element, place, currency)
    elif element.tag in _STRUCK:
        yield from _amount("regularPrice", _short_text(element), place, currency, 0.5)
    elif STOCK.search(place.names):
        text = _short_text(element)
        code = read_availability(text)
        if code:
            yield Reading("availability", code, READER, 0.65, evidence(place.names, text))


_ITEMPROPS = {
    "sku": "sku", "mpn": "mpn", "brand": "brand", "gtin13": "gtin", "gtin": "gtin", "gtin8": "gtin", "gtin12": "gtin",
    "gtin14": "gtin", "availability": "availability",
}  # fmt: skip


def _itemprop(element: Element, itemprop: str, place: _Place) -> Iterator[Reading]:
    value = tidy(element.get("content") or element.get("href") or _short_text(element, 160) or "")
    field = _ITEMPROPS[itemprop]
    if field == "gtin":
        value = clean_gtin(value)
    elif field == "availability":
        value = read_availability(value)
    if value:
        yield Reading(field, value, READER, 0.85, evidence(f"itemprop={itemprop}", value))


def _price(element: Element, place: _Place, currency: str | None) -> Iterator[Reading]:
    content = element.get("content") if "price" in (element.get("itemprop") or "").lower() else None
    if content is None and OTHER_MONEY.search(place.names):
        return
    for struck in element.iter(*_STRUCK) if content is None and not place.struck else ():
        yield from _amount("regularPrice", _short_text(struck), place, currency, 0.6)
    text = content or _short_text(element)
    if text and content is None and not place.struck:
        text = " ".join("".join(_STANDING(element)).split())
        if len(_NUMBERS.findall(text)) > 1:
            return  # several prices in one element: its children tell them apart
    if place.struck or REGULAR.search(place.names):
        yield from _amount("regularPrice", text, place, currency, 0.6)
    elif element.get("itemprop"):
        yield from _amount("price", text, place, currency, 0.85)
    else:
        written = read_price(text)
        yield from _amount("price", text, place, currency, 0.7 if written and written.currency else 0.45)


def _amount(field: str, text: str | None, place: _Place, currency: str | None, sure: float) -> Iterator[Reading]:
    """A price above 0: a page that waits for a script shows 0.00."""
    if not text or PER_UNIT_TEXT.search(text) or SHIPPING_TEXT.search(text):
        return
    price = read_price(text, currency_hint=currency)
    if price is None or price.amount <= 0:
        return
    note = evidence(place.names or field, text)
    yield Reading(field, price.amount, READER, sure, note)
    if field == "price" and price.currency:
        yield Reading("currency", price.currency, READER, sure, note)


def _beside_label(element: Element, currency: str | None) -> Iterator[Reading]:
    """A label and its value: in one text ("Preis: 12 €"), or in an element and the next one (dt and dd, th and td)."""
    text = _short_text(element, 200)
    if not text:
        return
    whole = LABELLED_TEXT.fullmatch(text) if len(element) < 4 else None
    if whole:
        yield from _labelled(whole[1], whole[2], currency)
        return
    following = element.getnext()
    if following is not None and len(text) <= 40:
        value = _short_text(following, 160)
        if value:
            yield from _labelled(text.rstrip(" :："), value, currency)


def _labelled(label: str, value: str, currency: str | None) -> Iterator[Reading]:
    field = next((name for name, pattern in LABELS.items() if pattern.fullmatch(label)), None)
    note = evidence(f"label {label}", value)
    if field in ("price", "regularPrice"):
        yield from _amount(field, value, _Place(f"label {label}"), currency, 0.6)
    elif field == "gtin":
        gtin = clean_gtin(value)
        if gtin:
            yield Reading("gtin", gtin, READER, 0.8, note)
    elif field == "availability":
        code = read_availability(value)
        if code:
            yield Reading("availability", code, READER, 0.7, note)
    elif field:
        text = tidy(value)
        if text and len(text) <= _SHORT:
            yield Reading(field, text, READER, 0.6, note)


def _stated_currency(root: Element) -> str | None:
    for element in root.iter("meta", "span", "link"):
        if (element.get("itemprop") or "").lower() == "pricecurrency":
            return tidy(element.get("content") or element.text)
    return None


def _scaled(reading: Reading, trust: float) -> Reading:
    return Reading(reading.field, reading.value, reading.reader, round(reading.confidence * trust, 3), reading.evidence)


def _with_currency(readings: list[Reading], stated: str | None) -> list[Reading]:
    """An itemprop currency counts where a price was read."""
    code = resolve_currency(stated)
    if code and any(isinstance(r.value, Decimal) for r in readings):
        return [*readings, Reading("currency", code, READER, 0.85, evidence("itemprop=priceCurrency", stated))]
    return readings
