"""What a page says that a field could be: the readers' own readings, and every value that stands on it for eyes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from scrapers.corrections import written
from scrapers.extraction.page import Element, Page
from scrapers.extraction.product import readings_of
from scrapers.extraction.reading import Context, Value, evidence
from scrapers.extraction.selectors import SELECTABLE, read_stated

_ON_SIGHT = ("price", "regularPrice", "availability", "gtin")
"""Fields whose values are told by how they are written; others need a label or markup."""
_LONGEST = {"price": 40, "regularPrice": 40, "availability": 80, "gtin": 40}
"""Characters of a text that states one value and little else."""
_MOST_ELEMENTS = 50_000
_MOST = 30
_UNSEEN = frozenset({"script", "style", "noscript", "template", "head"})


@dataclass(frozen=True, slots=True)
class Candidate:
    """One value that a field could have, as it is kept; `where` says who found it, and the text it stands in."""

    field: str
    value: str
    reader: str
    where: str


def candidates(page: Page, currency: str | None, selectors: Mapping[str, str]) -> list[Candidate]:
    """At most 30 different values for each field that can be set, the readers' first."""
    found: dict[tuple[str, str], Candidate] = {}
    counts = dict.fromkeys(SELECTABLE, 0)

    def add(field: str, value: Value, reader: str, where: str) -> None:
        key = field, written(value)
        if key not in found and counts[field] < _MOST:
            counts[field] += 1
            found[key] = Candidate(field, key[1], reader, where)

    for reading in sorted(readings_of(page, currency, selectors), key=lambda reading: -reading.confidence):
        if reading.field in counts and reading.field != "images":
            add(reading.field, reading.value, reading.reader, reading.evidence)
    context = Context(page.url, currency)
    for element, text in _texts(page):
        for field in _ON_SIGHT:
            if len(text) <= _LONGEST[field] and (value := read_stated(field, text, context)) is not None:
                add(field, value, "page", evidence(_called(element), text))
    return list(found.values())


def _texts(page: Page) -> Iterator[tuple[Element, str]]:
    """The short texts of the page, each with the innermost element that holds all of it."""
    if page.root is None:
        return
    longest = max(_LONGEST.values())
    waiting, seen = [page.root], 0
    while waiting and seen < _MOST_ELEMENTS:
        element = waiting.pop()
        seen += 1
        if not isinstance(element.tag, str) or element.tag in _UNSEEN:
            continue
        text = _short(element, longest)
        if text:
            yield element, text
        waiting.extend(reversed(element))


def _short(element: Element, limit: int) -> str | None:
    parts: list[str] = []
    length = 0
    for part in element.itertext():
        parts.append(part)
        length += len(part.strip())
        if length > limit or len(parts) > limit:
            return None
    return " ".join("".join(parts).split())


def _called(element: Element) -> str:
    """What the shop calls the element, or the one around it."""
    for one in (element, *element.iterancestors()):
        if name := one.get("itemprop") or one.get("class") or one.get("id"):
            return f"{one.tag}.{name}"
    return str(element.tag)
