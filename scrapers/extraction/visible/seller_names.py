"""Who sells in each row of a list of offers.

A label says so ("Sold by"), a column's head, the names of the element around it, or a logo in a list that is named
after offers, or the row's first words in a list that is named after sellers: the way that tells most rows apart is
taken for all of them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

from scrapers.extraction.availability import read_availability
from scrapers.extraction.condition import read_condition
from scrapers.extraction.labels import known_label
from scrapers.extraction.page import Element
from scrapers.extraction.visible import phrases
from scrapers.extraction.visible.layout import Layout, short_text
from scrapers.extraction.visible.money import is_signed
from scrapers.extraction.visible.names import Says

_MOST_PARTS = 150
"""Elements of one row: what holds more is a part of the page, not a line of a list."""
LONGEST_NAME, _MOST_WORDS = 60, 6
_LONGEST_ADDRESS = 200
_NAMED_NAME = re.compile(r"name|logo|title", re.I)
_NAMED_SHOP = re.compile(r"vendor|shop(?!ify)|store|logo", re.I)
"""Who sells, in a list of offers; elsewhere the words name brands, and the software."""
_LOGO = re.compile(r"\blogo\b", re.I)
_RATING = re.compile(r"\s*[★☆⭐(].*|\s+\d{1,3}(?:[.,]\d{1,2})? ?(?:%|/).*|\s+\d[.,]\d{1,2}\Z")
"""What others think of a shop, behind its name."""
_LEADING = frozenset({"a", "b", "strong", "h2", "h3", "h4", "h5", "h6"})
_WAYS = ("label", "column", "named", "logo", "first")
"""How a row's seller is told, the surest first."""

Way = tuple[str, str]
"""One of `_WAYS`, and which column or names of elements it is."""


@dataclass(slots=True)
class Row:
    """A part of a list."""

    element: Element
    _parts: list[Element] | None = None

    @property
    def parts(self) -> list[Element]:
        """The elements in it; none where it holds too many to be a line of a list."""
        if self._parts is None:
            found = list(islice(self.element.iter(), _MOST_PARTS + 1))
            self._parts = found if len(found) <= _MOST_PARTS else []
        return self._parts


def sellers_in(rows: Sequence[Row], layout: Layout) -> dict[int, str]:
    """The seller of each row, by the row's place: told in the way that tells most of them apart."""
    told: dict[Way, dict[int, str]] = {}
    for at, row in enumerate(rows):
        for way, name in _told(row, layout):
            told.setdefault(way, {}).setdefault(at, name)
        if at == 1 and not told:
            return {}
    fit = {way: names for way, names in told.items() if len(set(names.values())) > 1 and len(names) * 2 > len(rows)}
    if not fit:
        return {}
    best = max(fit, key=lambda way: (len(fit[way]), -_WAYS.index(way[0]), bool(_NAMED_NAME.search(way[1])),
                                     -sum(map(len, fit[way].values()))))  # fmt: skip
    return fit[best]


def _told(row: Row, layout: Layout) -> Iterator[tuple[Way, str]]:
    """What may be the seller's name in a row, with the way in which it is told."""
    for text in _behind_labels(row):
        if name := _name(text):
            yield ("label", ""), name
    in_offers = is_of_offers(row.element, layout)
    for element in row.parts:
        place = layout.place(element)
        is_named = place.own & Says.SELLER or (in_offers and _NAMED_SHOP.search(place.names))
        if is_named and not place.own & (Says.OTHER_MONEY | Says.BUTTON):
            if name := _shown(element, short_text(element, LONGEST_NAME)):
                yield ("named", f"{element.tag} {place.names}"), name
        elif in_offers and _is_logo(element) and (name := _shown(element, None)):
            yield ("logo", ""), name
    for at, cell, head in cells_of(row.element):
        is_seller = phrases.SELLER_HEAD.is_in(head) or field_of(head) == "seller"
        if is_seller and (name := _shown(cell, short_text(cell, LONGEST_NAME))):
            yield ("column", str(at)), name
    around = row.element.getparent()
    if around is not None and layout.place(around).own & Says.SELLER:
        first = next((element for element in row.parts if (element.text or "").strip()), None)
        if first is not None and first.tag in _LEADING and (name := _shown(first, short_text(first, LONGEST_NAME))):
            yield ("first", ""), name


def field_of(label: str) -> str | None:
    """The field that a label names, if it is one."""
    known = known_label(label)
    return known[0] if known else None


def _is_logo(element: Element) -> bool:
    return element.tag == "img" and "logo" in (element.get("src") or "")[-_LONGEST_ADDRESS:].lower()


def is_of_offers(element: Element, layout: Layout) -> bool:
    """Whether a row or one of the two elements around it is named after offers or sellers."""
    for _ in range(3):
        if element is None or element.tag in ("html", "body", "main"):
            return False
        if layout.place(element).own & (Says.OFFERS | Says.SELLER):
            return True
        element = element.getparent()
    return False


def _behind_labels(row: Row) -> Iterator[str]:
    """What stands behind a seller's label, in one text or in the next one."""
    labelled = False
    for written in row.element.itertext() if row.parts else ():
        text = written.strip()
        if not text or len(text) > LONGEST_NAME:
            continue
        if labelled:
            yield text
        rest = _behind_label(text)
        if rest:
            yield rest
        labelled = rest == ""


def _behind_label(text: str) -> str | None:
    """What follows a seller's label at the text's beginning, "" where nothing does; None where there is no label."""
    head, colon, rest = text.partition(":")
    if colon:
        return rest.strip() if field_of(head) == "seller" else None
    parts = text.split()
    for count in range(min(len(parts), 4), 0, -1):
        if field_of(" ".join(parts[:count])) == "seller" and (count > 1 or count == len(parts)):
            return " ".join(parts[count:])
    return None


def cells_of(row: Element) -> Iterator[tuple[int, Element, str]]:
    """The cells of a table's row by number, each with the head of its column."""
    table = next(row.iterancestors("table"), None) if row.tag == "tr" else None
    head = next(table.iter("tr"), None) if table is not None else None
    if head is None or head is row:
        return
    cells = [cell for cell in row if cell.tag in ("td", "th")]
    for at, (cell, over) in enumerate(zip(cells, head, strict=False)):
        yield at, cell, (short_text(over, LONGEST_NAME) or "").strip(" :")


def _shown(element: Element, text: str | None) -> str | None:
    """The name that an element shows: its text, else what its picture is called."""
    if text:
        return _name(_behind_label(text) or text)
    image = element if element.tag == "img" else next(element.iter("img"), None)
    if image is None:
        return None
    return _name(_LOGO.sub(" ", image.get("alt") or image.get("title") or ""))


def _name(text: str) -> str | None:
    """A text that may be a seller's name, on one line; None for amounts, statements of stock and what buttons say."""
    name = _RATING.sub("", " ".join(text.split())).strip(" :-–|")
    if not 2 <= len(name) <= LONGEST_NAME or len(name.split()) > _MOST_WORDS or not any(c.isalpha() for c in name):
        return None
    if is_signed(name) or phrases.BUY.is_in(name) or read_availability(name) or read_condition(name):
        return None
    return None if known_label(name) else name
