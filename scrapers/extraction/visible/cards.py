"""Whether an amount stands in the card of another product: what "you may also like" shows, whatever it is called.

A card is the widest part of a page around an amount in which all links that lead away lead to one address, and which
names a product that the page is not about. Where such cards with prices of their own stand side by side, or one stands
above the title, the page shows other products: their prices are none of its own, also where it shows no other.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import islice

from scrapers.extraction.page import Element
from scrapers.extraction.subject import Subject, absolute, path_of, words
from scrapers.extraction.visible.layout import Layout, leads_away, short_text
from scrapers.extraction.visible.money import Candidate, is_signed

_HIGHEST = 8
"""Elements from an amount up to its card."""
_MOST_PARTS = 80
"""Elements of a card: what holds more is a part of the page."""
_MOST_BESIDE = 6
"""Elements before and behind a card that are looked at."""
_NAMING = ("a", "img", "h2", "h3", "h4", "h5", "h6")
_NAME_WORDS = 2
_LONGEST_NAME, _LONGEST_PRICE = 150, 80
_IMAGE = re.compile(r"\.(?:jpe?g|png|webp|gif|avif)$")
_SAME = 0.7
"""The likeness to a title from which on a name is that of the page's own product."""


def is_of_another(candidate: Candidate, layout: Layout, url: str, subject: Subject) -> bool:
    """Whether an amount stands in another product's card. `url` is the page's own address."""
    card: Element | None = None
    addresses: frozenset[str] = frozenset()
    for element in islice((candidate.leaf, *candidate.leaf.iterancestors()), _HIGHEST):
        parts = [] if layout.holds_title(element) else _parts(element)
        found = _led_to(parts, url, subject)
        if not parts or len(found) > 1:
            break
        if found:
            card, addresses = element, found
    if card is None or not _names_another(_parts(card), subject):
        return False
    if _is_lone(candidate, _parts(card), addresses, layout, path_of(url)):
        return True
    beside = map(_parts, _beside(card))
    return any(
        (others := _led_to(parts, url, subject))
        and others.isdisjoint(addresses)
        and _is_priced(parts)
        and _names_another(parts, subject)
        for parts in beside
    )


def _is_lone(
    candidate: Candidate, parts: Sequence[Element], addresses: frozenset[str], layout: Layout, own: str
) -> bool:
    """Whether a card need not be one of a list: it stands above the title ("our offer of the day"), or shows and leads
    to a page in the folder of this one, whose path is `own` ("replaced by")."""
    if any(button in parts for _, button in layout.buttons) or any(map(_IMAGE.search, addresses)):
        return False
    if layout.title_order is not None and candidate.order < layout.title_order:
        return True
    return any(part.tag == "img" for part in parts) and any(_is_beside(path, own) for path in addresses)


def _is_beside(path: str, own: str) -> bool:
    """Whether two paths are those of pages in one folder."""
    folder = own.rpartition("/")[0]
    return bool(folder) and path.rpartition("/")[0] == folder


def _parts(element: Element) -> Sequence[Element]:
    """The elements in one, itself the first; none where they are too many for a card."""
    parts = list(islice(element.iter(), _MOST_PARTS + 1))
    return parts if len(parts) <= _MOST_PARTS else []


def _led_to(parts: Sequence[Element], url: str, subject: Subject) -> frozenset[str]:
    """The paths that links lead to, without the page's own."""
    links = (href for element in parts if element.tag == "a" and leads_away(href := element.get("href") or "#"))
    addresses = filter(None, (absolute(href, url) for href in links))
    return frozenset(map(path_of, addresses)) - subject.paths


def _beside(card: Element) -> Iterator[Element]:
    """The nearest elements of its kind beside it: of the same tag, and styled by a class in common."""
    own = _classes(card)
    for preceding in (False, True):
        for element in islice(card.itersiblings(card.tag, preceding=preceding), _MOST_BESIDE):
            if own & _classes(element):
                yield element


def _classes(element: Element) -> frozenset[str]:
    return frozenset((element.get("class") or "-").split())


def _names_another(parts: Sequence[Element], subject: Subject) -> bool:
    """Whether a link, heading or picture names what the page is not about."""
    for element in parts:
        if element.tag in _NAMING:
            text = element.get("alt") if element.tag == "img" else short_text(element, _LONGEST_NAME)
            if text and len(words(text)) >= _NAME_WORDS and not is_signed(text) and subject.likeness(text) < _SAME:
                return True
    return False


def _is_priced(parts: Sequence[Element]) -> bool:
    texts = (text for element in parts[:1] for text in islice(element.itertext(), _MOST_PARTS))
    return any(is_signed(text.strip()) for text in texts if len(text) < _LONGEST_PRICE and any(map(str.isdigit, text)))
