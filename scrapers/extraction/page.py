"""One parse per page, which every reader shares."""

from __future__ import annotations

import codecs
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

from lxml import etree
from w3lib.encoding import html_body_declared_encoding, html_to_unicode, http_content_type_encoding, read_bom

from scrapers.extraction.floods import without_floods

LARGEST = 8 * 1024 * 1024
"""Bytes (or characters) of a page that are read: what stands behind them is not looked at."""
MOST_ELEMENTS = 50_000
LONGEST_TEXT = 250
"""Characters of a short text: what is longer is a paragraph, or a program."""

_PIECE = 16 * 1024
"""Bytes of a page that are tried at a time, so that what they decode to stays small, and in the processor's cache."""

_LONGEST_LANGUAGE = 35
"""Characters of a language tag, as RFC 5646 (section 4.4.1) advises."""

Element = Any
"""An lxml element; lxml ships no types."""

Text = tuple[int, Element, str, bool]
"""A text as it is written: an element's place among the page's, the element, the text, and whether it stands within the
element (before what that holds) or behind it."""


@dataclass(frozen=True, slots=True)
class Script:
    """A script's text as it stands in the page, with its type ("application/json", "" where none is given) and id."""

    type: str
    id: str
    text: str


@dataclass(frozen=True, slots=True)
class Page:
    """A parsed page. `root` is None where there is nothing to read."""

    url: str
    root: Element | None
    elements: Sequence[Element] = ()
    """Every element in document order, the first 50,000; kept, since lxml makes each anew for whoever asks."""
    places: Mapping[str, Sequence[int]] = field(default_factory=dict)
    """By tag: the places of its elements among them all."""
    texts: Sequence[Text] = ()
    """Every short text that is not blank."""
    scripts: Sequence[Script] = ()
    """Those that carry text, in the page's order."""
    source: bytes = b""
    """The page as it was parsed, in UTF-8: what is nowhere in it need not be looked for."""

    @classmethod
    def parse(cls, html: bytes | str, url: str, *, content_type: str | None = None) -> Page:
        """Parse as browsers do: byte-order mark, then header, then meta tag name the encoding, else it is tried; but
        what can be UTF-8 is, whatever its tag says."""
        body = without_floods(_utf8(html[:LARGEST], content_type))
        # huge_tree off keeps libxml2's own bounds (256 levels, 10 MB per text), so a bomb of tags costs nothing. Nobody
        # asks for an element by its id, and what stands twice would be an error each time.
        parser = etree.HTMLParser(
            encoding="utf-8",
            huge_tree=False,
            no_network=True,
            remove_comments=True,
            remove_pis=True,
            collect_ids=False,
        )
        try:
            root = etree.fromstring(body, parser)
        except (etree.LxmlError, ValueError):
            root = None
        if root is None:
            return cls(url, None)
        elements: list[Element] = []
        places: defaultdict[str, list[int]] = defaultdict(list)
        texts: list[Text] = []
        scripts: list[Script] = []
        for order, element in enumerate(islice(root.iter(), MOST_ELEMENTS)):  # each once, while it is near
            elements.append(element)
            tag = element.tag
            places[tag].append(order)
            if tag == "script":
                if text := element.text:
                    scripts.append(_script(element, text))
            elif tag != "style" and (text := element.text) and not text.isspace() and len(text) <= LONGEST_TEXT:
                texts.append((order, element, text, True))
            if (text := element.tail) and not text.isspace() and len(text) <= LONGEST_TEXT:
                texts.append((order, element, text, False))
        return cls(url, root, elements, dict(places), texts, scripts, body)

    def tagged(self, *tags: str, start: int = 0, stop: int = MOST_ELEMENTS) -> list[tuple[int, Element]]:
        """The elements with these tags in document order, each with its place: from `start` up to `stop`."""
        found: list[int] = []
        for tag in tags:
            places = self.places.get(tag, ())
            found += places[bisect_left(places, start) : bisect_left(places, stop)]
        return [(place, self.elements[place]) for place in (sorted(found) if len(tags) > 1 else found)]

    def around(self, places: Sequence[int], before: int, behind: int) -> Iterator[Element]:
        """The elements that stand so near to one of these places, which rise, in document order."""
        done = 0
        for place in places:
            yield from self.elements[max(done, place - before) : place + behind]
            done = max(done, place + behind)


def _script(element: Element, text: str) -> Script:
    return Script((element.get("type") or "").lower(), element.get("id") or "", text)


def language_of(page: Page) -> str | None:
    """The language that the page's html element names, such as "de" or "pt-BR"."""
    stated = page.root.get("lang", "") if page.root is not None else ""
    return stated.strip()[:_LONGEST_LANGUAGE].replace("_", "-") or None


def _utf8(html: bytes | str, content_type: str | None) -> bytes:
    """The page in UTF-8, which the parser is told it is, without NUL, which would end the document there."""
    if isinstance(html, bytes):
        declared = read_bom(html)[0] or http_content_type_encoding(content_type)
        if declared is None and html.isascii():
            declared = html_body_declared_encoding(html)  # which for other bytes is wrong where they are UTF-8:
        if declared in (None, "utf-8") and _is_utf8(html):  # a page saved anew keeps its tag, and no text is both
            return html.replace(b"\x00", b"")
        _, html = html_to_unicode(content_type, html, auto_detect_fun=_guess_encoding)
    return html.replace("\x00", "").encode("utf-8", "replace")


def _guess_encoding(body: bytes) -> str:
    return "utf-8" if _is_utf8(body) else "cp1252"


def _is_utf8(body: bytes) -> bool:
    decoder = codecs.getincrementaldecoder("utf-8")()
    try:
        for start in range(0, len(body), _PIECE):
            decoder.decode(body[start : start + _PIECE])
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True
