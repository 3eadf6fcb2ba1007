"""What stands under labels on the visible page ("Art.-Nr.: 123", dl lists, table rows): a product's numbers, brand,
condition, seller and shipping."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from decimal import Decimal
from itertools import islice

from scrapers.extraction.condition import read_condition
from scrapers.extraction.labels import LONGEST_LABEL, known_label, may_begin_label
from scrapers.extraction.page import Element, Page
from scrapers.extraction.price_text import read_price
from scrapers.extraction.reading import Context, Reading, Value, evidence, tidy
from scrapers.extraction.short_texts import UNSEEN, brand_in, clean, texts_in
from warehouse.gtin import clean_gtin

READER = "labels"

_MOST_READINGS = 60
_SHORT = 60
_LONGEST = 120
_MOST_STEPS = 3
_TEXTLESS = frozenset({"link", "meta"})
_BULLETS = " \t\r\n-–•*|(\u200e\u200f\xa0"

_NUMBERED = re.compile(r"(?P<label>[^\d:：]{2,30}?)[\s.:№]*(?P<value>(?=[\w./-]{0,20}\d)[A-Z\d][\w./-]{2,})\s*\)?")
_DIGIT = re.compile(r"\d").search
_CAPITALS = re.compile(r"(?=.{4,25}\Z)[A-Z]{2,12}(?:-[A-Z]+){0,3}")
"""A number without digits, behind a label that leaves no doubt."""
_FACTS = re.compile(r"\s[|•·–—]\s|[;,]\s+|\u3000")
"""What stands between several facts in one text: "SKU: 12-3 | EAN: 4006381333931"."""
_PARTED = re.compile("[|•·\u3000]").search
_LABEL_WITHIN = re.compile(r"\s([^\s:：]{2,20})[:：]")
"""Or nothing but the next label: "MPN: 77 SKU: 12-3"."""
_NUMBER = re.compile(r"[\w#][\w./+\-# ]*")
_IS_LIST = 3
"""Different numbers under one label, from which on they are those of a list of products or parts."""
_OF_LIST = 0.6
"""Left of the confidence in the first of such numbers."""
_NUMBERS = frozenset({"sku", "mpn", "gtin"})


def read_identifiers(page: Page, context: Context) -> list[Reading]:
    """Readings of sku, mpn, gtin, brand, condition, seller and shipping. `context` is taken as all readers take it."""
    readings: list[Reading] = []
    for _, element, written, within in page.texts:
        if len(written) < _LONGEST and may_begin_label((text := written.strip(_BULLETS))[:3]):
            readings += [reading for fact in _facts(text) for reading in _labelled(fact.strip(), element, within)]
            if len(readings) > _MOST_READINGS:
                break
    return list(_without_lists(readings))


def _without_lists(readings: Sequence[Reading]) -> Iterator[Reading]:
    """The readings; of numbers under one label that are those of a list of products or parts, the first, in doubt; of
    sellers the first: those that follow ask other prices; and no costs of shipping, where there are several."""
    numbers: dict[tuple[str, str], dict[Value, Reading]] = {}
    has_seller = False
    sends_alike = len({reading.value for reading in readings if reading.field == "shipping"}) == 1
    for reading in readings:
        if reading.field == "seller":
            if has_seller:
                continue
            has_seller = True
        if reading.field == "shipping" and not sends_alike:
            continue
        if reading.field in _NUMBERS:
            label = reading.evidence.partition(":")[0]
            numbers.setdefault((reading.field, label), {}).setdefault(reading.value, reading)
        else:
            yield reading
    for found in numbers.values():
        if len(found) < _IS_LIST:
            yield from found.values()
        else:
            first = next(iter(found.values()))
            yield replace(first, confidence=round(first.confidence * _OF_LIST, 3))


def _facts(text: str) -> Iterator[str]:
    """The facts that one text states: "SKU: 12-3 | EAN: 4006381333931", "MPN: 77 SKU: 12-3"."""
    if text.count(":") + text.count("：") < 2 and not _PARTED(text):
        yield text
        return
    for part in _FACTS.split(text):
        start = 0
        for label in _LABEL_WITHIN.finditer(part):
            if (known_label(label[1]) or ("", 0))[1] == 1:
                yield part[start : label.start()]
                start = label.start()
        yield part[start:]


def _labelled(text: str, element: Element, inside: bool) -> Iterator[Reading]:
    """A label with its value behind it: in one text, or in the next one."""
    head, colon, rest = text.partition(":") if ":" in text else text.partition("：")
    known = known_label(head) if len(head) <= LONGEST_LABEL and element.tag not in UNSEEN else None
    if known is None:
        numbered = _NUMBERED.fullmatch(text) if not colon and len(text) <= _SHORT and _DIGIT(text) else None
        known = known_label(numbered["label"]) if numbered else None
        if numbered and known and known[0] in _NUMBERS:
            yield from _value(known, numbered["label"], numbered["value"], 0.75)
        return
    value = clean(rest)
    if value:
        yield from _value(known, head, value, 0.85)
        return
    leads_away = inside and not colon and _is_in_link(element)  # it names where it leads, and not what follows
    following = None if leads_away else next(_behind(element, inside), None)
    if following:
        yield from _value(known, head, following, 0.85 if colon or element.tag in ("th", "dt") else 0.75)


def _is_in_link(element: Element) -> bool:
    parent = element.getparent()
    return element.tag == "a" or (parent is not None and parent.tag == "a")


def _behind(element: Element, inside: bool) -> Iterator[str]:
    """The texts behind a label: within its element, behind it, and behind what holds it, a few steps up."""
    if inside:
        for child in element:
            yield from texts_in(child)
            yield from filter(None, (clean(child.tail),))
        yield from filter(None, (clean(element.tail),))
    for _ in range(_MOST_STEPS):
        following = next((e for e in islice(element.itersiblings(), _MOST_STEPS) if e.tag not in _TEXTLESS), None)
        if following is not None:
            if element.tag != "th" or following.tag != "th":  # else both are heads of columns
                yield from texts_in(following)
            return
        element = element.getparent()
        if element is None or element.tag in ("body", "table", "ul", "dl"):
            return
        yield from filter(None, (clean(element.tail),))


def _value(known: tuple[str, float], label: str, text: str, sure: float) -> Iterator[Reading]:
    field, certain = known
    value: Value | None = tidy(text)
    if not isinstance(value, str) or len(value) > _SHORT or known_label(value):
        return
    if field == "brand":
        value = brand_in(value)
    elif field == "gtin":
        value = clean_gtin(value)
    elif field == "condition":
        value = read_condition(value)
    elif field == "shipping":
        value = _amount(value)
    elif field != "seller" and not _is_number(value, field) and not (certain == 1 and _CAPITALS.fullmatch(value)):
        return
    elif field == "mpn" and certain < 1 and not (_DIGIT(value) and len(value.split()) == 1):
        return  # "Model: Alto" is a name, and so is "Galaxy S21"
    if value is not None:
        yield Reading(field, value, READER, round(sure * certain, 3), evidence(f"label {label.strip()}", text))


def _amount(text: str) -> Decimal | None:
    """What sending costs: an amount with its currency, or 0 where it is said to be free; "2-3 days" is neither."""
    price = read_price(text)
    return price.amount if price and price.amount >= 0 and (price.currency or not price.amount) else None


def _is_number(value: str, field: str) -> bool:
    """Whether a text can be a product's number: short, with a digit, in few parts; a model may be a name."""
    if field == "mpn":
        return len(value) <= 40 and len(value.split()) <= 4
    return _NUMBER.fullmatch(value) is not None and any(c.isdigit() for c in value) and len(value.split()) <= 3
