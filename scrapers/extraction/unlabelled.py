"""A product's numbers where no known label stands before them: in elements and attributes that are named after one, in
the form that puts the product into the basket, beside its title, and in the page's address."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from itertools import islice
from operator import itemgetter
from urllib.parse import parse_qsl, unquote, urlsplit

from scrapers.extraction.labels import LABELS, known_label
from scrapers.extraction.page import Element, Page
from scrapers.extraction.reading import Context, Reading, evidence, tidy
from scrapers.extraction.remembered import remembered
from scrapers.extraction.subject import ids_of
from warehouse.gtin import clean_gtin

NAMED = "named"
FORM = "form"
BESIDE = "beside"
ADDRESS = "address"

_MOST_TITLES = 3
_BEFORE, _BEHIND = 60, 400
"""Elements around the title among which named ones are looked at."""
_JUST_BEFORE, _JUST_BEHIND = 15, 60
"""Elements around the title among which a text may be its number, whatever it is called."""
_MOST_FORMS = 300
_MOST_AROUND = 8
"""Elements around the title that may carry the product's number."""
_LONGEST_NAME = 120
_LONGEST_TEXT = 60
_MOST_PARTS = 12
_SURE = {NAMED: 0.9, FORM: 0.65}
_AS_ID = 0.5
"""For what is called an id: of the product, or of the row in a database."""
_IS_LIST = 3
"""Different numbers under one name, from which on they are those of a list of products or of variants."""

_NUMBERS = frozenset({"sku", "mpn", "gtin"})
_VAGUE = frozenset(
    "article number reference referencia codice riferimento symbol indeks code articolo model modell modelo".split()
)
"""Labels that as names of elements say too little: an article may be a text."""
_FIELD_OF_NAME = {
    name: field
    for name, (field, sure) in LABELS.items()
    if field in _NUMBERS and sure == 1 and len(name) >= 3 and name not in _VAGUE
}
_BEGINNINGS = frozenset(name[:3] for name in _FIELD_OF_NAME)
_PRODUCT_IDS = frozenset("product product_id products_id id_product add-to-cart pid goods_id prod_id".split())
"""What the software of shops calls the product in its forms."""
_TELLING = re.compile(r"product|prod|item|article|artikel|sku|asin|\bpid\b|^id$|goods|offer|code", re.IGNORECASE)
_WORD = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])")
_MOST_WORDS = 8

_VALUE = re.compile(r"#?\s*([\w][\w./+\-]*)")
_CODE = re.compile(r"(?P<label>[^\W\d][^\d:：#(]{0,25}[:：.№]|#|\()?\s*(?P<code>[A-Z\d][A-Z\d._/-]{3,23})\)?")
_NO_CODE = re.compile(
    r"(?:\d{1,2}[./-])?(?:19|20)\d\d|\d+[.,]\d{1,2}|\d{1,2}[./-]\d{1,2}[./-]\d{2,4}|0[\d/.-]{7,}|[\d.,X/-]+(?:ML|KG|CM|MM|G|L|W|V|GB|TB|M|OZ)"
)
"""A year, an amount, a date, a telephone number, a measure."""
_AT_END = re.compile(r"(?:^|[-_.,])([A-Za-z]{0,3}\d{3,})$")
_AT_START = re.compile(r"(\d{2,})[-_]")
_CAPITALS = re.compile(r"[A-Z]{2,8}(?:-[A-Z]{1,8}){1,4}")
"""A number without digits, in an element that is named after it."""
_MOST_CODES = 40
_SHORTEST, _AS_GTIN = 5, 12
"""Digits of a number without letters: fewer may be anything, more a GTIN."""
_WORD_LENGTH = 4
"""Letters from which on a part of an address is a word."""
_YEAR = re.compile(r"(?:19|20)\d\d")
_ITSELF_AND_ONE = 2
_OF_SHOP = ("sku", 1.0)
_UNSEEN = frozenset({"option", "script", "style", "noscript"})
_PARAMETER = re.compile(
    r"(?:products?|item|article|artikel|art|prod|goods)[-_]?(?:id|code|no|nr|sku)?|p?id|sku|asin", re.IGNORECASE
)
"""What a query calls the product."""


def read_unlabelled(page: Page, context: Context) -> list[Reading]:
    """Readings of sku, and of mpn and gtin where an element is named after them."""
    titles = page.places.get("h1", ())[:_MOST_TITLES]
    beside = _beside(page, titles, context)
    return [*_named(page, titles or (0,)), *_in_forms(page, context), *beside, *_in_address(context)]


def _named(page: Page, titles: Sequence[int]) -> Iterator[Reading]:
    """What elements and attributes around the title hold that are named after a number."""
    found: dict[tuple[str, str, str], dict[str, str]] = {}
    for element in page.around(titles, _BEFORE, _BEHIND):
        for attribute, value in element.items():
            if attribute in ("class", "id"):
                reader, name, stated = NAMED, value, None
            elif attribute.startswith("data-") and len(value) <= _LONGEST_TEXT:
                reader, name, stated = FORM, attribute[5:], value
            else:
                continue
            field = _number_named(name)
            number = (_number_in(element) if stated is None else _plain(stated)) if field else None
            if field == "sku" and number is None and stated is None and _CAPITALS.fullmatch(element.text or ""):
                number = element.text
            if field and number:
                found.setdefault((reader, field, name), {})[number] = stated or number
    for (reader, field, name), numbers in found.items():
        if len(numbers) < _IS_LIST:
            number, written = next(iter(numbers.items()))
            value = clean_gtin(number) if field == "gtin" else number
            if value:
                sure = _AS_ID if name.lower().endswith("id") else _SURE[reader]
                yield Reading(field, value, reader, sure, evidence(name, written))


@remembered  # a page names its elements from a small stock of classes
def _number_named(names: str) -> str | None:
    """The number that an element's name speaks of, as a label would: "product-sku", "js-articleNumber", "ean_value"."""
    if len(names) > _LONGEST_NAME:
        return None
    for name in names.split():
        words = _WORD.findall(name)[:_MOST_WORDS]
        for start in range(len(words)):
            if "".join(words[start : start + 3])[:3].lower() not in _BEGINNINGS:
                continue
            for end in range(len(words), start, -1):
                field = _FIELD_OF_NAME.get("".join(words[start:end]).lower())
                if field:
                    return field
    return None


def _number_in(element: Element) -> str | None:
    """The number that a short element's text is or ends with."""
    text = tidy(" ".join(islice(element.itertext(), _MOST_PARTS))) or ""
    if len(text) > _LONGEST_TEXT or "|" in text:  # several facts in one
        return None
    last = re.split(r"[\s:：#(]", text.rstrip(" )."))[-1]
    return _plain(last)


def _plain(value: str) -> str | None:
    found = _VALUE.fullmatch(value.strip())
    return found[1] if found and any(c.isdigit() for c in value) else None


def _in_forms(page: Page, context: Context) -> Iterator[Reading]:
    """What a form, a button or what holds the title calls the product: surely so where the page's address does too."""
    numbers = frozenset(context.subject.ids)
    alone: dict[str, list[str]] = {}
    for _, element in page.tagged("input", "button", "form")[:_MOST_FORMS]:
        name = element.get("name") or ""
        for attribute, value in element.items():
            if not value or len(value) > _LONGEST_TEXT or not (attribute == "value" or attribute.startswith("data-")):
                continue
            called = name if attribute == "value" else attribute
            if value.casefold() in numbers:
                sure = 0.8 if _TELLING.search(called) else 0.55
                yield Reading("sku", value, FORM, sure, evidence(f"{element.tag} {called}", value))
            elif (called.lower() in _PRODUCT_IDS or _number_named(called) == "sku") and _plain(value):
                alone.setdefault(called, []).append(value)
    for place in page.places.get("h1", ())[:1]:
        for element in islice(page.elements[place].iterancestors(), _MOST_AROUND):
            for attribute, value in element.items():
                if attribute.startswith("data-") and attribute[5:].replace("-", "_") in _PRODUCT_IDS and _plain(value):
                    alone.setdefault(attribute, []).append(value)
    for called, values in alone.items():
        if len(set(values)) == 1 and not _number_at_end(context.url) and not _is_row(values[0]):
            yield Reading("sku", values[0], FORM, 0.65, evidence(f"form {called}", values[0]))


def _is_row(text: str) -> bool:
    """Whether a number is so long that it can only be a row's in a database, as Shopify's are, or a GTIN."""
    return text.isdigit() and len(text) >= _AS_GTIN and clean_gtin(text) is None


def _bare(code: str) -> str:
    return "".join(filter(str.isalnum, code.casefold()))


def _beside(page: Page, titles: Iterable[int], context: Context) -> Iterator[Reading]:
    """A text by the title that is a code, and one that the page knows in more places."""
    spans = [(title - _JUST_BEFORE, title + _JUST_BEHIND) for title in titles]
    if not spans:
        return
    seen: set[str] = set()
    labelled: dict[str, list[Reading]] = {}
    numbers = frozenset(map(_bare, context.subject.ids))
    before = ""
    begin, end = (bisect_left(page.texts, place, key=itemgetter(0)) for place in (spans[0][0], spans[-1][1] + 1))
    for order, element, written, _ in page.texts[begin:end]:
        if len(seen) > _MOST_CODES:
            break
        if not any(start <= order <= end for start, end in spans) or element.tag in _UNSEEN:
            continue
        found = _CODE.fullmatch(" ".join(written.split())) if len(written) <= _LONGEST_TEXT else None
        label = (found["label"] if found else None) or (before if before.endswith((":", "：", "#")) else "")
        before = written.strip()
        code = found["code"] if found else ""
        if code in seen or not _is_code(code) or (known_label(label) or _OF_SHOP)[0] != "sku":
            continue
        seen.add(code)
        repeated = page.source.count(code.encode()) > _ITSELF_AND_ONE or _bare(code) in numbers
        if label or repeated:
            sure = 0.9 if label and repeated else 0.8
            reading = Reading("sku", code, BESIDE, sure, evidence("beside the title", written))
            labelled.setdefault(label or code, []).append(reading)
    yield from (reading for found in labelled.values() if len(found) < _IS_LIST for reading in found)


def _is_code(text: str) -> bool:
    """Whether a text may be a shop's number; a GTIN is none."""
    if text.isdigit() and (len(text) < _SHORTEST or (len(text) >= _AS_GTIN and clean_gtin(text))):
        return False
    return sum(c.isdigit() for c in text) >= 2 and not _NO_CODE.fullmatch(text)


def _in_address(context: Context) -> Iterator[Reading]:
    """The number that the page's address names or ends with, for pages that show none."""
    number = _number_at_end(context.url)
    if number:
        yield Reading("sku", number, ADDRESS, 0.55, evidence("address", context.url))


@lru_cache(maxsize=16)
def _number_at_end(url: str) -> str | None:
    """A number that the query names, else the last of five digits or more, else what the path ends or begins with."""
    numbers = [n for n in ids_of(url) if len(n) <= 20 and _may_be_number(n)]
    try:
        parts = urlsplit(url[:2083])
        asked = [(name, value) for name, value in parse_qsl(parts.query[:500]) if len(value) > 1 and _plain(value)]
        named = [value for name, value in asked if _PARAMETER.fullmatch(name)]
    except ValueError:
        return None
    if named:
        return named[-1]
    if numbers:
        return min(numbers, key=lambda n: not n.isalnum()).upper()
    last = re.sub(r"\.\w{2,5}$", "", unquote(parts.path).rstrip("/").rpartition("/")[2])
    found = _AT_END.search(last) or _AT_START.match(last)
    return found[1].upper() if found and not _YEAR.fullmatch(found[1]) else None


def _may_be_number(text: str) -> bool:
    """Whether a part of an address may be a number, not words with figures: "board-130-2026", "17e-256gb-black"."""
    parts = [part for part in re.split(r"[-_.]", text) if not _YEAR.fullmatch(part)]
    if max((len(part) for part in parts if part.isdigit()), default=0) >= _SHORTEST:
        return True
    is_slug = any(part.isalpha() and len(part) >= _WORD_LENGTH for part in parts)
    return not is_slug and sum(c.isdigit() for part in parts for c in part) >= _SHORTEST
