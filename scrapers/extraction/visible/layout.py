"""One pass over a page: its short texts, its title, its buy buttons, and where each of them stands."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from itertools import islice
from operator import itemgetter
from typing import NamedTuple

from scrapers.extraction.page import Element, Page
from scrapers.extraction.visible.names import Says, said_by
from scrapers.extraction.visible.phrases import BUY

MOST_TEXTS = 5_000

_UNSEEN = frozenset(
    {"script", "style", "noscript", "template", "svg", "iframe", "head", "title", "meta", "link", "object", "br", "img"}
)
_STRUCK = frozenset({"del", "s", "strike"})
_WHOLE = frozenset({"html", "body", "main"})
"""Their names describe the page ("has-header"), not what they hold."""
_FRAME = frozenset({"header", "footer", "nav", "dialog"})
_CHOSEN = frozenset({"option", "select", "textarea"})
_NAMING = frozenset({"class", "id", "itemprop", "data-testid", "data-test", "data-qa", "data-hook", "data-role"})
_PRESSED = frozenset({"submit", "button", "image"})
_WORD = re.compile(r"\w+")
_LONGEST_NAME = 200
_SHORTEST_TITLE = 8
_NAME_END = re.compile(r"\s+[-–—|·•«»\[(]|\|")
"""Behind a product's name in the title of its page, where the shop's name follows."""
_MOST_HEADINGS = 60
_MOST_PARTS = 60
_MOST_TITLES = 3000
_NEAR_TITLE = 5
"""Elements up from the title that are the product's part of the page, and not the page."""
_BUTTONS_BEFORE, _BUTTONS_BEHIND = 300, 1500
"""Elements around the title in which a buy button may be the product's."""

# Bits of `Says` that what an element holds inherits, unless the title is in there too.
_OUTER = Says.OTHERS | Says.FRAME | Says.CART
_INHERITED = _OUTER | Says.CHOICE | Says.OF_PRODUCT
_OF_PRICE = _INHERITED & ~(Says.OTHERS | Says.FRAME)


class Place(NamedTuple):
    """What an element's own names say about it, and what it inherits from those around it."""

    own: int
    """Bits of `Says` from its own names."""
    around: int
    """Bits of `Says` from the elements that hold it, and its own."""
    names: str
    struck: bool = False
    unseen: bool = False
    hidden: bool = False
    """Not shown at first (display: none, aria-hidden), as variants are, and copies for screen readers."""
    linked: bool = False
    excused: int = 0
    """Bits of `Says` by which the part around the title is called, and so its pieces: `product-modal__price`."""

    @property
    def elsewhere(self) -> bool:
        """Whether it lies in a part of the page about something else than its product, or in none that is seen."""
        return self.unseen or bool(self.around & _OUTER)


_OUTSIDE = Place(0, 0, "")


@dataclass(slots=True)
class Layout:
    """A page as it lies: elements are numbered in document order."""

    texts: list[tuple[int, Element, str]] = field(default_factory=list)
    """Short texts: place in the document, the element they stand in, the text as written."""
    title: Element | None = None
    title_order: int | None = None
    buttons: list[tuple[int, Element]] = field(default_factory=list)
    """Buy buttons about as far from the title as the product's own may be."""
    _places: dict[Element, Place] = field(default_factory=dict)
    _around_title: frozenset[Element] = frozenset()
    _near_title: frozenset[Element] = frozenset()

    def holds_title(self, element: Element) -> bool:
        """Whether the title stands in it."""
        return element is self.title or element in self._around_title

    def place(self, element: Element) -> Place:
        """What the element inherits and adds; each element is looked at once."""
        place = self._places.get(element)
        if place is not None:
            return place
        chain = [element]
        while (outer := chain[-1].getparent()) is not None and (place := self._places.get(outer)) is None:
            chain.append(outer)
        place = place or _OUTSIDE
        for inner in reversed(chain):
            place = self._places[inner] = _place(inner, place, inner in self._around_title, inner in self._near_title)
        return place


def lay_out(page: Page, titles: tuple[str, ...]) -> Layout:
    """Walk the page once. `titles` are the names that the page gives itself (og:title, title)."""
    layout = Layout()
    texts = layout.texts
    for order, element, text, within in page.texts:
        holder = element
        if not within:
            holder = element.getparent()
            if len(element):  # it stands behind all that is in the element
                order = _place_of_last(page, element, order)
        if holder is not None and holder.tag not in _UNSEEN:
            texts.append((order, holder, text))
    texts.sort(key=itemgetter(0))
    del texts[MOST_TEXTS:]
    found = _title(page, titles, layout)
    if found is not None:
        layout.title_order, layout.title = found
        layout._around_title = frozenset(layout.title.iterancestors())
        layout._near_title = frozenset(islice(layout.title.iterancestors(), _NEAR_TITLE))
        layout._places.clear()
    layout.buttons = _buy_buttons(page, layout)
    return layout


def _place_of_last(page: Page, element: Element, order: int) -> int:
    """The place of the last element inside; `order` is the element's own."""
    while (inner := next(element.iterchildren(reversed=True), None)) is not None:
        element = inner
    try:
        return page.elements.index(element, order)
    except ValueError:  # not among those that are looked at
        return len(page.elements)


def _title(page: Page, titles: tuple[str, ...], layout: Layout) -> tuple[int, Element] | None:
    """The heading, else any short text, that repeats the name which the page gives itself; else its first h1."""
    named = [words for title in titles if (words := _words(title))]
    whole = {" ".join(_NAME_END.split(title, maxsplit=1)[0].split()) for title in titles}
    best: tuple[int, Element] | None = None
    best_score = 0.0
    for level in ("h1", "h2", "h3", "h4"):
        for order, heading in page.tagged(level)[:_MOST_HEADINGS]:
            score = _likeness(short_text(heading, 300) or "", named)
            if level == "h1":
                score += 0.5 if score or not named else 0.0  # one that says something else heads the shop, not the page
            if score > best_score and (level == "h1" or score >= 0.6) and not layout.place(heading).unseen:
                if layout.place(heading).around & Says.OTHERS:
                    score -= 0.3
                if score > best_score:
                    best, best_score = (order, heading), score
        if best_score >= 1:
            return best
    for order, element, text in layout.texts[:_MOST_TITLES] if named else ():
        if len(text) < _SHORTEST_TITLE:
            continue
        score = 1.0 if " ".join(text.split()) in whole else _likeness(text, named)
        if score > max(best_score, 0.8) and not layout.place(element).elsewhere:
            best, best_score = (order, element), score
    return best or _lone_heading(page, layout)


def _lone_heading(page: Page, layout: Layout) -> tuple[int, Element] | None:
    """The page's only h1 within what it shows of its own: shops forget their titles ("Buy cheap lamps online")."""
    headings = page.tagged("h1")
    own = len(headings) == 1 and not layout.place(headings[0][1]).elsewhere and short_text(headings[0][1], 300)
    return headings[0] if own else None


def _likeness(text: str, named: list[frozenset[str]]) -> float:
    """How much of the text the names hold, from 0 to 1; less for a text of one or two words."""
    own = _words(text)
    return max((len(own & name) / len(own) * min(len(own), 4) / 4 for name in named), default=0.0) if own else 0.0


def _words(text: str) -> frozenset[str]:
    return frozenset(_WORD.findall(text.casefold()[:400]))


def _buy_buttons(page: Page, layout: Layout) -> list[tuple[int, Element]]:
    title = layout.title_order
    if title is None:
        pressed = page.tagged("button", "input", "a")
    else:
        start, stop = max(0, title - _BUTTONS_BEFORE), title + _BUTTONS_BEHIND + 1
        pressed = page.tagged("button", "input", "a", start=start, stop=stop)
    return [(o, e) for o, e in pressed[:_BUTTONS_BEHIND] if _buys(e) and not layout.place(e).unseen]


def _buys(element: Element) -> bool:
    tag = element.tag
    if tag == "input" and element.get("type") not in _PRESSED:  # what is sent along: a number, how many of them
        return False
    names = f"{element.get('id', '')} {element.get('class', '')} {element.get('name', '')}"[:_LONGEST_NAME]
    said = said_by(names) if len(names) > 2 else 0
    if said & Says.BUY:
        return True
    if tag == "input":
        written = element.get("value") or element.get("alt") or element.get("title") or ""
    elif tag == "a" and not said & Says.BUTTON:
        return False  # a button made of a link is styled as one
    else:
        written = short_text(element, 60) or element.get("title") or element.get("aria-label") or ""
    return BUY.is_in(written)


def short_text(element: Element, limit: int) -> str | None:
    """The element's text on one line, or None where it is longer than `limit`; long ones are not gathered whole."""
    if not len(element):
        text = element.text
        if not text:
            return ""
        return " ".join(text.split()) if len(text) <= limit * 4 else None
    if is_large(element):
        return None
    parts: list[str] = []
    length = 0
    for part in element.itertext():
        part = part.strip()
        if part:
            parts.append(part)
            length += len(part)
        if length > limit:
            return None
    return " ".join(" ".join(parts).split())


def is_large(element: Element) -> bool:
    """Whether it holds so many elements that it is no label, price or button; counted no further than need be."""
    return next(islice(element.iter(), _MOST_PARTS, None), None) is not None


def _place(element: Element, parent: Place, holds_title: bool, near_title: bool) -> Place:
    tag = element.tag
    _, around, _, struck, unseen, hidden, linked, excused = parent
    names = ""
    for name, value in element.items():  # all at once: each is as dear to look up in the tree
        if name in _NAMING:
            names = f"{names} {value}" if names else value
        elif name == "style":
            struck = struck or "line-through" in value
            hidden = hidden or _is_squeezed_out(value)
        elif name == "href":
            linked = linked or (tag == "a" and leads_away(value))
        elif name == "hidden" or (name == "aria-hidden" and value == "true"):
            hidden = True
    names = names[:_LONGEST_NAME]
    own = said_by(names) if names and tag not in _WHOLE else 0
    if own and not holds_title:  # what is itself called a price holds no products or menus: "product-card-price"
        around |= own & (_OF_PRICE if own & Says.PRICE else _INHERITED) & ~excused
    if not holds_title:
        if tag in _FRAME:
            around |= Says.FRAME
        elif tag == "aside":
            around |= Says.OTHERS
        elif tag in _CHOSEN or (tag == "label" and element.find("input") is not None):
            around |= Says.CHOICE
    struck = struck or tag in _STRUCK or bool(own & Says.STRUCK)
    if near_title:
        excused |= own & (Says.OTHERS | Says.FRAME)
    return Place(own, around, names, struck, unseen or tag in _UNSEEN, hidden, linked, excused)


def _is_squeezed_out(style: str) -> bool:
    squeezed = style.replace(" ", "")
    return "display:none" in squeezed or "visibility:hidden" in squeezed


def leads_away(href: str) -> bool:
    """Whether a link leads to another page, as far as its address alone says."""
    return not href.startswith(("#", "javascript:"))
