"""The brand in elements, links and pictures around the title that are named after brands, or lead to one's page."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice

from scrapers.extraction.labels import known_label
from scrapers.extraction.page import Element, Page
from scrapers.extraction.reading import Context, Reading, evidence, tidy
from scrapers.extraction.remembered import remembered
from scrapers.extraction.short_texts import brand_in, texts_in
from scrapers.extraction.subject import Subject, path_of, words

READER = "branding"

_MOST_TITLES = 3
_MOST_NAMES = 60
_LONGEST = 120
_BEFORE, _BEHIND = 200, 600
"""Elements around the title among which the brand is looked for."""
_BESIDE = 8
"""Elements before and behind a title in which a link to a brand's page is about this product."""
_IN_TITLE, _BY_TITLE = ("brand", "link"), ("brand", "by the title")
_INLINE = frozenset({"span", "a", "b", "strong", "small", "em"})
_SHORT_BRAND = 3
"""Words at the most of a brand that leads a title, and at the least of what follows."""
_JOINING = frozenset(":,;.)")
_MOST_TEXTS = 2
"""Texts of a branded element of which one is the brand: a caption may stand before it."""
_BRANDS = (
    "brand", "byline", "manufacturer", "marke", "marque", "hersteller", "supplier", "producer", "marka", "marca",
    "merk", "producent", "znacka", "gyarto", "fabricant", "fabricante", "brend", "vendor",
)  # fmt: skip
_ANY_BRAND = "|".join(_BRANDS)
_NAMES_BRAND = re.compile(
    rf"(?:(?<![A-Za-z])(?i:{_ANY_BRAND})|(?<=[a-z])(?=[A-Z])(?i:{_ANY_BRAND}))"
    r"(?:\s|$|-(?!\w*(?:desc|stor))|_|(?i:name|link|logo|title|info|container))"
)
_ELSEWHERE = re.compile(
    r"brands|list|filter|slider|carousel|menu|nav|footer|header|related|recommend|descr|story|about|follow|button|module|"
    r"part[-_]?n|num|code|sku|"  # what a maker calls it by
    r"brand[-_]?(?:colou?r|bg|primary|secondary|text|font)",  # these paint in the shop's own colours
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


def read_branding(page: Page, context: Context) -> list[Reading]:
    """Readings of the brand."""
    return list(_brands(page, context.subject))


def _brands(page: Page, subject: Subject) -> Iterator[Reading]:
    branded: dict[str, list[Reading]] = {}
    for title in page.places.get("h1", ())[:_MOST_TITLES]:
        yield from _leading(page.elements[title])
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
                found += (reading for reading in _branded(element, name) if not _is_title(str(reading.value), subject))
    if " ".join(_IN_TITLE) in branded:
        branded.pop(" ".join(_BY_TITLE), None)
    for found in branded.values():
        if len({reading.value for reading in found}) < _IS_LIST:
            yield from found


def _is_title(text: str, subject: Subject) -> bool:
    """Whether a text of several words is a title of the page: themes name a title's parts after the brand too."""
    return len(words(text)) > 1 and words(text) in subject.titles


def _leading(title: Element) -> Iterator[Reading]:
    """The first part of a title, set apart from a longer rest, as shops for fashion write brand and name."""
    first = next(iter(title), None)
    if first is None or first.tag not in _INLINE or (title.text and not title.text.isspace()):
        return
    text, whole = tidy("".join(first.itertext())), tidy("".join(title.itertext()))
    rest = whole.removeprefix(text).strip() if whole and text else ""
    brand = brand_in(text, most_words=_SHORT_BRAND)
    if brand and not known_label(brand) and len(rest.split()) >= _SHORT_BRAND and not {brand[-1], rest[0]} & _JOINING:
        yield Reading("brand", brand, READER, 0.6, evidence("title", whole))


def _leads_to_brand(link: Element, subject: Subject, is_beside: bool) -> tuple[str, str] | None:
    """How a link leads to a brand's page: one that a title names, or beside a title to the page of its own text."""
    address = (link.get("href") or "")[:_LONGEST].lower()
    if not _LEADS_TO_BRAND.search(address):
        return None
    named = words(" ".join(texts_in(link)))
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
    for text in (*islice(texts_in(element), _MOST_TEXTS), image.get("alt") if image is not None else None):
        label, _, rest = text.replace("：", ":").partition(":") if text else ("", "", "")
        value = tidy(rest if rest and known_label(label) else text)
        brand = brand_in(value, most_words=4) if value and not known_label(value) else None
        if brand:
            yield Reading("brand", brand, READER, 0.7, evidence(names, text))
            return
