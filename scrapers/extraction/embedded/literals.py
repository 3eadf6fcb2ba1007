"""The JSON that a page's scripts carry: whole scripts of JSON, values assigned to variables, and what is pushed or
passed to a function; and objects in attributes."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from html import unescape as unescape_html

from scrapers.extraction.lenient_json import Json, read_lenient, read_literal, read_strict, unescape
from scrapers.extraction.page import Page

_TELLING = ("rice", "PRICE", "sku", "Sku", "SKU", "ecomm_", "product_id", "productId", "item_id", "gtin", "content_ids")
"""What a product's state holds one of."""
_TELLING_BYTES = tuple(word.encode() for word in _TELLING)
_MOST_CHARACTERS = 3_000_000
"""Of all scripts of a page together."""
_MOST_PLACES = 500
_LONGEST_LENIENT = 20_000
_MOST_ATTRIBUTES = 100
_ATTRIBUTE_OPENS = b'="{&quot;'
_BEFORE = 3000
"""Characters before a telling word within which the literal that holds it begins; or else at the script's start."""
_HEAD = 500

_START = re.compile(r"""[=(,]\s{0,9}(?=[{\[]\s{0,40}["'\w$\[{])|JSON\.parse\(\s{0,9}(?=["'])""")
_NAME = re.compile(r"""\s{0,9}["'\]]{0,2}([\w$.]{1,60})""")
"""Read backwards, from where the value begins."""
_STRINGS = {quote: re.compile(rf"{quote}(?:[^{quote}\\]|\\.)*+", re.DOTALL) for quote in "\"'"}
_DATA = re.compile(r"""[{\[]\s{0,40}(?:["'{\[\d]|[\w$]{1,60}\s{0,9}:)""")
_CODE = re.compile(r"function\b|=>|\(\)")
_FLIGHT = re.compile(r"^[0-9a-f]{1,6}:(?=[\[{])", re.MULTILINE)


def values_in(page: Page) -> Iterator[tuple[str, Json]]:
    """Every value that may hold a product, with the name of what holds it."""
    scan = _Scan()
    left = _MOST_CHARACTERS
    for script in page.scripts:
        if "ld+json" in script.type or not any(word in script.text for word in _TELLING):
            continue
        left -= len(script.text)
        if left < 0:
            return
        if "json" in script.type or script.type == "text/x-magento-init":
            yield script.id or script.type, read_lenient(script.text)
        elif not script.type or "javascript" in script.type or script.type == "module":
            yield from scan.literals(script.text)
    yield from _in_attributes(page)


def _in_attributes(page: Page) -> Iterator[tuple[str, Json]]:
    """The objects that attributes carry, as for a tag manager: data-product="{&quot;name&quot;: …}".

    They are looked for in the source, which takes a fraction of the time that looking at every attribute does.
    """
    source = page.source
    start = source.find(_ATTRIBUTE_OPENS)
    for _ in range(_MOST_ATTRIBUTES):
        if start < 0:
            return
        end = source.find(b'"', start + 2, start + _LONGEST_LENIENT)
        written = source[start + 2 : end] if end > 0 else b""
        if any(word in written for word in _TELLING_BYTES):
            value = unescape_html(written.decode("utf-8", "replace"))
            yield _name(source[max(0, start - 80) : start].decode("utf-8", "replace"), 80), read_strict(value, 0)[0]
        start = source.find(_ATTRIBUTE_OPENS, start + 2)


@dataclass(slots=True)
class _Scan:
    """The search for literals in a page's programs, with what it may still spend."""

    starts: int = 3000
    lenient: int = 25

    def literals(self, text: str) -> Iterator[tuple[str, Json]]:
        """The literals of a program that hold a telling word."""
        done = 0
        for telling in _telling_places(text):
            if telling < done:
                continue
            # It begins at the head of the program, or not far before the word.
            for position, until in ((done, min(_HEAD, telling)), (max(done, telling - _BEFORE), telling)):
                value, start, end = self._around(text, max(position, done), until, telling)
                done = max(done, end)
                if end > telling:
                    yield from ((_name(text, start), inner) for inner in _with_flight(value))
                    break
            done = max(done, telling + 1)

    def _around(self, text: str, position: int, until: int, telling: int) -> tuple[Json, int, int]:
        """The literal that begins between `position` and `until` and holds the telling word: value, start, end.

        Where none does, the end of the last one that was read.
        """
        done = 0
        while position < until and self.starts > 0 and (start := _START.search(text, position, until + 1)):
            self.starts -= 1
            position = start.end()
            leniently = self.lenient > 0 and telling - position < _BEFORE
            value, end = _literal(text, position, telling if leniently else None)
            if end > position:
                self.lenient -= leniently
                position = done = end
                if end > telling:
                    return value, start.start(), end
        return None, 0, done


def _telling_places(text: str) -> list[int]:
    places: list[int] = []
    for word in _TELLING:
        place = text.find(word)
        while place >= 0 and len(places) < _MOST_PLACES:
            places.append(place)
            place = text.find(word, place + _HEAD)
    return sorted(places)


def _literal(text: str, start: int, telling: int | None) -> tuple[Json, int]:
    """The value at `start` and where it ends: at `start` itself where there is none worth reading.

    Given the place of a telling word, what leads there may be no strict JSON, but no program either.
    """
    if text[start] in "\"'":
        string = _STRINGS[text[start]].match(text, start)
        return (read_lenient(unescape(string[0][1:])), string.end()) if string else (None, start)
    value, end = read_strict(text, start)
    if end == start and telling is not None and _DATA.match(text, start) and not _CODE.search(text, start, telling):
        return read_literal(text, start, _LONGEST_LENIENT)
    return value, end


def _name(text: str, end: int) -> str:
    name = _NAME.match(text[max(0, end - 80) : end][::-1])
    return name[1][::-1] if name else "script"


def _with_flight(value: Json) -> Iterator[Json]:
    """A value; what Next.js streams ([1, "…lines of id:JSON…"]) is taken out of its string."""
    if not (isinstance(value, list) and len(value) == 2 and isinstance(value[1], str)):
        yield value
    elif any(word in value[1] for word in _TELLING):
        for line in _FLIGHT.finditer(value[1]):
            yield read_strict(value[1], line.end())[0]
