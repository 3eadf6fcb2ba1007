"""What stands under labels on the visible page ("Art.-Nr.: 123", dl lists, table rows): a product's numbers, brand,
condition, seller and shipping. Brands also in elements that are named so."""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal
from itertools import islice

from scrapers.extraction.condition import read_condition
from scrapers.extraction.labels import LONGEST_LABEL, known_label, may_begin_label
from scrapers.extraction.page import Element, Page
from scrapers.extraction.price_text import read_price
from scrapers.extraction.reading import Context, Reading, Value, evidence, tidy
from scrapers.extraction.remembered import remembered
from scrapers.extraction.short_texts import brand_in
from scrapers.extraction.subject import Subject, path_of, words
from warehouse.gtin import clean_gtin

READER = "labels"
BRANDING = "branding"

_MOST_READINGS = 60
_MOST_NAMES = 60
_UNSEEN = frozenset(
    {"script", "style", "noscript", "template", "svg", "option", "iframe", "head", "title", "meta", "link"}
)
_MOST_TITLES = 3
_BEFORE, _BEHIND = 200, 600
"""Elements around the title among which the brand is looked for."""
_BESIDE = 8
"""Elements before and behind a title in which a link to a brand's page is about this product."""
_IN_TITLE, _BY_TITLE = ("brand", "link"), ("brand", "by the title")
_MOST_TEXTS = 2
"""Texts of a branded element of which one is the brand: a caption may stand before it."""
_SHORT = 60
_LONGEST = 120
_MOST_STEPS = 3
_BULLETS = " \t\r\n-–•*|(\u200e\u200f\xa0"

_NUMBERED = re.compile(r"(?P<label>[^\d:：]{2,30}?)[\s.:№]*(?P<value>(?=[\w./-]{0,20}\d)[A-Z\d][\w./-]{2,})\s*\)?")
_DIGIT = re.compile(r"\d").search
_NOISE = re.compile(r"^[\s:：#\-–|\u200e\u200f\u200b.]+|[\s:：,;|\u200e\u200f\u200b]+$")
_CAPITALS = re.compile(r"(?=.{4,25}\Z)[A-Z]{2,12}(?:-[A-Z]+){0,3}")
"""A number without digits, behind a label that leaves no doubt."""
_FACTS = re.compile(r"\s[|•·–—]\s|[;,]\s+|\u3000")
"""What stands between several facts in one text: "SKU: 12-3 | EAN: 4006381333931"."""
_PARTED = re.compile("[|•·\u3000]").search
_LABEL_WITHIN = re.compile(r"\s([^\s:：]{2,20})[:：]")
"""Or nothing but the next label: "MPN: 77 SKU: 12-3"."""
_NUMBER = re.compile(r"[\w#][\w./+\-# ]*")
_BRANDS = (
    "brand", "byline", "manufacturer", "marke", "marque", "hersteller", "supplier", "producer", "marka", "marca",
    "merk", "producent", "znacka", "gyarto", "fabricant", "fabricante", "brend",
)  # fmt: skip
_NAMES_BRAND = re.compile(
    rf"(?<![a-z])(?:{'|'.join(_BRANDS)})(?:\s|$|-(?!\w*(?:desc|stor))|_|name|link|logo|title|info)",
    re.IGNORECASE,
)
_ELSEWHERE = re.compile(
    r"brands|list|filter|slider|carousel|menu|nav|footer|header|related|recommend|descr|story|about|follow|button|module",
    re.IGNORECASE,
)
_LEADS_TO_BRAND = re.compile(
    r"(?:brands?|marken?|marques?|marcas?|marche|merken|manufacturers?|hersteller|fabricants?|produttori|producent|"
    r"producers?|vendors?|varumarken|znacky|proizvoditel|brendy?)(?:[/=]|_id=|-[\w-]{1,40}/?$)"
)
_BRAND_FOLDERS = (
    "manufacturer",
    "manufacturers",
    "brand",
    "brands",
    "producers",
    "vendors",
    "marken",
    "marques",
    "marcas",
)
_IS_LIST = 3
"""Different brands in elements of one name, from which on they are a list of other products."""


def read_identifiers(page: Page, context: Context) -> list[Reading]:
    """Readings of sku, mpn, gtin, brand, condition, seller and shipping."""
    readings: list[Reading] = []
    for _, element, written, within in page.texts:
        if len(written) < _LONGEST and may_begin_label((text := written.strip(_BULLETS))[:3]):
            readings += [reading for fact in _facts(text) for reading in _labelled(fact.strip(), element, within)]
            if len(readings) > _MOST_READINGS:
                break
    return [*readings, *_brands(page, context.subject)]


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


def _brands(page: Page, subject: Subject) -> Iterator[Reading]:
    """The brand in elements that are named after it, around the title."""
    branded: dict[str, list[Reading]] = {}
    for element, is_beside in _around_titles(page):
        names = element.get("class") or "", element.get("id") or ""
        if element.tag == "a":
            names = _leads_to_brand(element, subject, is_beside) or names
        elif element.tag == "img" and _shows_brand(element):
            names = "brand", "picture"
        if _is_branding(names[0]) or _is_branding(names[1]):
            name = " ".join(names).strip()
            found = branded.setdefault(name, [])
            if len(branded) < _MOST_NAMES and len(found) < _MOST_NAMES and not _ELSEWHERE.search(name):
                found += _branded(element, name)
    if " ".join(_IN_TITLE) in branded:
        branded.pop(" ".join(_BY_TITLE), None)
    for found in branded.values():
        if len({reading.value for reading in found}) < _IS_LIST:
            yield from found


def _leads_to_brand(link: Element, subject: Subject, is_beside: bool) -> tuple[str, str] | None:
    """How a link leads to a brand's page: one that a title names, or beside a title to the page of its own text."""
    address = (link.get("href") or "")[:_LONGEST].lower()
    if not _LEADS_TO_BRAND.search(address):
        return None
    named = words(" ".join(_texts(link)))
    if named and any(named < title for title in subject.titles):
        return _IN_TITLE
    is_own = is_beside and named and named == words(path_of(address).rpartition("/")[2].replace("-", " "))
    return _BY_TITLE if is_own else None


def _shows_brand(image: Element) -> bool:
    """Whether a picture lies where a shop keeps those of brands, and tells in words what it shows."""
    address = (image.get("data-src") or image.get("src") or "")[:_LONGEST].lower()
    return bool(image.get("alt")) and any(f"/{folder}/" in address for folder in _BRAND_FOLDERS)


def _around_titles(page: Page) -> Iterator[tuple[Element, bool]]:
    """The elements around the titles, each with whether it stands right beside one."""
    titles = page.places.get("h1", ())[:_MOST_TITLES]
    beside = frozenset(page.around(titles, _BESIDE, _BESIDE))
    return ((element, element in beside) for element in page.around(titles or (0,), _BEFORE, _BEHIND))


def _labelled(text: str, element: Element, inside: bool) -> Iterator[Reading]:
    """A label with its value behind it: in one text, or in the next one."""
    head, colon, rest = text.partition(":") if ":" in text else text.partition("：")
    known = known_label(head) if len(head) <= LONGEST_LABEL and element.tag not in _UNSEEN else None
    if known is None:
        numbered = _NUMBERED.fullmatch(text) if not colon and len(text) <= _SHORT and _DIGIT(text) else None
        known = known_label(numbered["label"]) if numbered else None
        if numbered and known and known[0] in ("sku", "mpn", "gtin"):
            yield from _value(known, numbered["label"], numbered["value"], 0.75)
        return
    value = _clean(rest)
    if value:
        yield from _value(known, head, value, 0.85)
        return
    following = next(_behind(element, inside), None)
    if following:
        yield from _value(known, head, following, 0.85 if colon or element.tag in ("th", "dt") else 0.75)


def _behind(element: Element, inside: bool) -> Iterator[str]:
    """The texts behind a label: within its element, behind it, and behind what holds it, a few steps up."""
    if inside:
        for child in element:
            yield from _texts(child)
            yield from filter(None, (_clean(child.tail),))
        yield from filter(None, (_clean(element.tail),))
    for _ in range(_MOST_STEPS):
        following = element.getnext()
        if following is not None:
            yield from _texts(following)
            return
        element = element.getparent()
        if element is None or element.tag in ("body", "table", "ul", "dl"):
            return
        yield from filter(None, (_clean(element.tail),))


def _texts(element: Element) -> Iterator[str]:
    """The first texts in an element, those of scripts left out."""
    for count, inner in enumerate(element.iter()):
        if count > 10 or inner.tag in _UNSEEN:
            return
        cleaned = _clean(inner.text)
        if cleaned:
            yield cleaned


def _clean(text: str | None) -> str:
    return _NOISE.sub("", text[:_LONGEST]) if text else ""


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


@remembered  # a page names its elements from a small stock of classes
def _is_branding(names: str) -> bool:
    if len(names) < 300:
        lowered = names.lower()
        for word in _BRANDS:  # of thousands of names: a loop takes half of what a generator does
            if word in lowered:
                return _NAMES_BRAND.search(names) is not None
    return False


def _branded(element: Element, names: str) -> Iterator[Reading]:
    """The text, link or picture of an element that is named after the brand."""
    image = element if element.tag == "img" else element.find(".//img")
    for text in (*islice(_texts(element), _MOST_TEXTS), image.get("alt") if image is not None else None):
        label, _, rest = text.replace("：", ":").partition(":") if text else ("", "", "")
        value = tidy(rest if rest and known_label(label) else text)
        brand = brand_in(value, most_words=4) if value and not known_label(value) else None
        if brand:
            yield Reading("brand", brand, BRANDING, 0.7, evidence(names, text))
            return
