"""Whether the page's product can be bought: what is written near its title, price and buy button, and the button."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from operator import itemgetter

from scrapers.extraction.availability import read_availability
from scrapers.extraction.page import Element
from scrapers.extraction.reading import Reading, evidence
from scrapers.extraction.visible import phrases
from scrapers.extraction.visible.layout import Layout, Place
from scrapers.extraction.visible.money import Candidate
from scrapers.extraction.visible.names import Says

_AHEAD, _BEHIND = 30, 150
"""Elements before and behind title, price and button in which a word on stock is about this product."""
_MOST_TEXTS = 400
_BUTTON = 2.5
"""What a buy button that can be pressed weighs beside words: less than a statement where stock is stated."""
_LONGEST = 90
_LONGEST_NAME = 200
_HIDDEN = 2.0
"""What a word loses that is not shown: pages carry what they would say in each case."""
_BADGE = re.compile(r"badge|sticker|ribbon", re.IGNORECASE)
"""Names of what themes write for each case and show in one."""
_BADGED = 1.5
"""What a word against buying loses on such a badge."""
_CHOICE = 30
"""Characters of a text that may be about one of several forms to choose from."""
_PLAIN, _CLOSE = 25, 10
"""Characters of a text, and elements from title, price or button, up to which a word against buying is a plain one."""
_SAID_PLAINLY = 1.0
_HEARD, _HEARD_UNBOUGHT = 1.5, 1.0
"""What a word against buying must weigh: where the product seems to be sold, and where no button offers it."""


@dataclass(frozen=True, slots=True)
class _Word:
    code: str
    weight: float
    note: str
    near: int = 0
    """Elements from title, price or button."""

    @property
    def order(self) -> tuple[float, int]:
        """Of two words that weigh the same the nearer one is about this product."""
        return self.weight, -self.near


def read_stock(layout: Layout, price: Candidate | None, sure: float, reader: str) -> list[Reading]:
    """At most one reading of availability; `price` is the price found, `sure` its probability.

    A page that shows a price and says nothing of stock is taken to sell. The confidences follow the open labelled
    pages: what is said in favour and a plain word against were right on all of them, a faint word against seldom (it
    often stands in a part that a script shows).
    """
    said: dict[str, _Word] = {}
    for word in _words(layout, price):
        if word.code not in said or said[word.code].order < word.order:
            said[word.code] = word
    button = _button(layout, price)
    buyable = said.pop("in_stock", None)
    against = max(said.values(), key=lambda word: word.order, default=None)
    if against and price is not None and against.weight < _heard(against, is_sold=bool(layout.buttons or buyable)):
        against = None
    if button is not None and (buyable is None or buyable.weight < _BUTTON):
        buyable = _Word("in_stock", _BUTTON, f"button {button}")
    if against and (buyable is None or against.order > buyable.order):
        sureness = 0.9 if against.weight > _BUTTON else 0.6
        return [Reading("availability", against.code, reader, sureness, evidence("text", against.note))]
    if buyable:
        return [Reading("availability", "in_stock", reader, 0.95, evidence("text", buyable.note))]
    if price is not None:
        return [Reading("availability", "in_stock", reader, round(0.9 * sure, 3), "a price, and no word on stock")]
    return []


def _heard(word: _Word, *, is_sold: bool) -> float:
    """What a word against buying must weigh on a page that shows a price; a lone one may be any fact's value."""
    return _HEARD if is_sold or " " not in word.note else _HEARD_UNBOUGHT


def _words(layout: Layout, price: Candidate | None) -> list[_Word]:
    """What the texts in reach of the product say."""
    anchors = _anchors(layout, price)
    if not anchors:
        return []
    start = bisect_left(layout.texts, min(anchors) - _AHEAD, key=itemgetter(0))
    end = bisect_right(layout.texts, max(anchors) + _BEHIND, key=itemgetter(0))
    found = []
    looked = 0
    text = ""
    for order, element, raw in layout.texts[start:end]:
        before, text = text, " ".join(raw.split())
        if not 2 <= len(text) <= _LONGEST:
            continue
        looked += 1
        if looked > _MOST_TEXTS:
            break
        code = read_availability(text)
        if code is None or phrases.NO_STATEMENT.is_in(text):
            continue
        place = layout.place(element)
        if place.elsewhere or place.struck:
            continue
        if code == "in_stock" and (element.get("disabled") is not None or text.endswith(":")):
            continue  # "buy", on a button that cannot be pressed, or before how many
        near = min(abs(order - anchor) for anchor in anchors)
        labelled = phrases.STOCK_LABEL.is_in(text) or (before.endswith(":") and phrases.STOCK_LABEL.is_in(before))
        weight = _weight(element, text, place, layout, near, labelled)
        if code != "in_stock" and _is_badge(element):
            weight -= _BADGED
        elif _is_plainly_against(code, text, near):
            weight += _SAID_PLAINLY
        found.append(_Word(code, weight, text, near))
    return found + list(_on_buttons(layout, anchors))


def _on_buttons(layout: Layout, anchors: list[int]) -> Iterator[_Word]:
    """What is written on buy buttons that are fields of a form, where it speaks against buying: "Sold out"."""
    for order, button in layout.buttons:
        near = min(abs(order - anchor) for anchor in anchors)
        if button.tag == "input" and near <= _BEHIND and not layout.place(button).elsewhere:
            text = (button.get("value") or "")[:_LONGEST]
            code = read_availability(text)
            if code not in (None, "in_stock"):
                yield _Word(str(code), _BUTTON, text, near)


def _is_plainly_against(code: str, text: str, near: int) -> bool:
    """Whether it says in short words, at the price, that it cannot be bought: the button there is the template's."""
    return code != "in_stock" and len(text) <= _PLAIN and near <= _CLOSE


def _is_badge(element: Element) -> bool:
    """Whether it or what holds it is named a badge."""
    holder = element.getparent()
    names = (e.get("class") or "" for e in (element, holder) if e is not None)
    return any(_BADGE.search(name[:_LONGEST_NAME]) for name in names)


def _weight(element: Element, text: str, place: Place, layout: Layout, near: int, labelled: bool) -> float:
    weight = 1.0 + 0.5 * (len(text) <= 30) - 0.5 * (len(text) > 60) + 0.5 * (near <= 30) - 0.5 * (near > 80)
    if labelled or _is_named_stock(element, layout):
        weight += 1.5
    if place.hidden:
        weight -= _HIDDEN
    is_choice = place.around & Says.CHOICE and len(text) <= _CHOICE  # a sentence is about all of them
    if is_choice or (element.tag == "li" and not labelled):  # one of several forms, by itself
        weight -= 1.0
    if phrases.IN_A_BRANCH.is_in(text):
        weight -= 1.5
    return weight


def _is_named_stock(element: Element, layout: Layout) -> bool:
    """Whether it or one of the two around it is named after the stock."""
    for _ in range(3):
        if element is None or element.tag in ("body", "html", "main", "button"):  # a button offers, it does not tell
            return False
        if layout.place(element).own & Says.STOCK:
            return True
        element = element.getparent()
    return False


def _anchors(layout: Layout, price: Candidate | None) -> list[int]:
    anchors = [] if layout.title_order is None else [layout.title_order]
    if price is not None:
        anchors.append(price.order)
    after = [order for order, _ in layout.buttons if not anchors or order >= min(anchors)]
    return anchors + after[:1]


def _button(layout: Layout, price: Candidate | None) -> str | None:
    """The words on the buy button next to the product, where it can be pressed."""
    anchors = _anchors(layout, price)
    for order, button in layout.buttons:
        place = layout.place(button)
        if place.elsewhere or (anchors and min(abs(order - a) for a in anchors) > _BEHIND):
            continue
        if button.get("disabled") is None and "disabled" not in (button.get("class") or ""):
            written = " ".join("".join(button.itertext()).split())[:40] or button.get("value") or "buy"
            if read_availability(written) in (None, "in_stock"):
                return written
    return None
