"""From a value that a person sees on a page to the CSS selector that finds its like on every page of the shop.

She says "the price is 12,99 €"; the elements that say so are found, each is named in several ways (by what the shop
calls it, before by where it stands), and the name that holds best on the shop's other pages wins.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain, islice

from lxml.cssselect import CSSSelector

from scrapers.corrections import agrees
from scrapers.extraction.page import Element, Page
from scrapers.extraction.reading import Context, Value
from scrapers.extraction.selectors import read_selectors, read_stated, stated_texts
from warehouse.errors import InputError

_MOST_ELEMENTS = 50_000
_LONGEST_TEXT = 200
"""Characters of an element's text: what states one value is shorter."""
_MOST_PLACES = 25
_MOST_TRIED = 40
_MOST_NAMES = 10
"""Of one element."""
_MOST_NAMED = 1000
"""Selectors that are tried on the page itself."""
_HIGHEST = 5
"""How many ancestors may help to name an element."""

_NAMED_BY = ("itemprop", "property", "data-testid", "data-test", "data-qa", "data-role", "data-hook", "data-automation")
"""Attributes whose values say what an element is, and stay when its looks change."""
_MADE_UP = re.compile(
    r"(?:^|[-_])(?=[^-_]*\d)(?=[^-_]*[a-z])[^-_]{4,}(?:$|[-_])|\d{3,}|^(?:css|sc|jsx|jss|svelte|emotion|ember)-|^_|__?[A-Za-z\d]{5}$"
)
"""Names that a build tool or a database made up: the next build, or the next product, has others."""
_IDENTIFIER = re.compile(r"-?[A-Za-z_][\w-]*")
_MISREAD = "\\"
"""What the CSS parser unescapes twice; no shop means anything by it."""
_UNSEEN = frozenset({"script", "style", "noscript", "template"})


@dataclass(frozen=True, slots=True)
class Selection:
    """A selector with how well it holds: `found_on` counts the pages it gives a value on, of `pages`."""

    field: str
    value: Value
    selector: str
    found_on: int
    pages: int


@dataclass(frozen=True, slots=True)
class _Named:
    """One way to name an element; `made_up` and `placed` are what a person would rather not rely on."""

    selector: str
    made_up: bool = False
    placed: bool = False


def select(
    field: str,
    text: str,
    page: Page,
    others: Sequence[Page],
    *,
    currency: str | None = None,
    confirmed: Mapping[str, str] | None = None,
) -> Selection:
    """The best selector for the `field` that reads `text` on `page`; `others` are further pages of the shop.

    `currency` is the site's own; `confirmed` holds by address what the field is known to be on others. InputError where
    the text states no value for the field, or stands nowhere, or no selector fits all that is known.
    """
    context = Context(page.url, currency)
    wanted = read_stated(field, text, context)
    if wanted is None:
        raise InputError(f"{text!r} cannot be read as {field}; write it as it stands on the page")
    places = _places(page, field, wanted, context)
    if not places:
        raise InputError(
            f"no part of {page.url} says {text!r} as its {field}; write it as it stands there, or give a selector"
        )
    best: tuple[tuple[object, ...], Selection] | None = None
    for named in _ranked(page, places, field, wanted, context)[:_MOST_TRIED]:
        readings = [read_selectors(other, Context(other.url, currency), {field: named.selector}) for other in others]
        if any(
            not reading or not agrees(reading[0].value, known)
            for other, reading in zip(others, readings, strict=True)
            if (known := (confirmed or {}).get(other.url)) is not None
        ):
            continue
        found = sum(map(bool, readings))
        crowded = sum(len(CSSSelector(named.selector)(p.root)) > 1 for p in (page, *others) if p.root is not None)
        order = (-found if not named.placed else 1, named.placed, named.made_up, crowded, len(named.selector))
        if best is None or order < best[0]:
            best = order, Selection(field, wanted, named.selector, found + 1, len(others) + 1)
    if best is None:
        raise InputError(
            f"no selector fits both the {field} {text!r} of {page.url} and what is known of the other pages; "
            "give one yourself"
        )
    return best[1]


def holds(field: str, selector: str, pages: Sequence[Page], *, currency: str | None = None) -> Selection:
    """How well a selector that she wrote holds; InputError where it gives nothing on the first page."""
    readings = [read_selectors(page, Context(page.url, currency), {field: selector}) for page in pages]
    if not readings[0]:
        raise InputError(
            f"the selector {selector!r} finds no {field} on {pages[0].url}; try it in a browser's inspector"
        )
    return Selection(field, readings[0][0].value, selector, sum(map(bool, readings)), len(pages))


def _places(page: Page, field: str, wanted: Value, context: Context) -> list[Element]:
    """The innermost elements that state the value, in document order."""
    if page.root is None:
        return []
    found: dict[Element, None] = {}
    for number, element in enumerate(page.root.iter()):
        if number > _MOST_ELEMENTS or len(found) >= _MOST_PLACES:
            break
        if element.tag in _UNSEEN or not _is_short(element):
            continue
        if any(_same(read_stated(field, text, context), wanted) for text in stated_texts(element)):
            for above in element.iterancestors():
                found.pop(above, None)
            found[element] = None
    return list(found)


def _same(read: Value | None, wanted: Value) -> bool:
    if isinstance(read, str) and isinstance(wanted, str):
        return read.casefold() == wanted.casefold()
    return read == wanted


def _is_short(element: Element) -> bool:
    length = 0
    for part in element.itertext():
        length += len(part.strip())
        if length > _LONGEST_TEXT:
            return False
    return True


def _ranked(page: Page, places: Sequence[Element], field: str, wanted: Value, context: Context) -> list[_Named]:
    """The names that give the wanted value on this page, those that need the least luck first."""
    tried: set[str] = set()
    found: list[tuple[tuple[object, ...], _Named]] = []
    # Bounded for each place, since there are pages whose elements bear hundreds of names.
    most = _MOST_NAMED // max(1, len(places))
    for named in chain.from_iterable(islice(_names(place), most) for place in places):
        if named.selector in tried:
            continue
        tried.add(named.selector)
        readings = read_selectors(page, context, {field: named.selector})
        if readings and _same(readings[0].value, wanted):
            matches = len(CSSSelector(named.selector)(page.root))
            found.append(((named.placed, named.made_up, matches > 1, len(named.selector)), named))
    return [named for _, named in sorted(found, key=lambda ranked: ranked[0])]


def _names(element: Element) -> Iterator[_Named]:
    """An element by its own names, by an ancestor's and its own, and at last by its place below a named ancestor."""
    own = list(islice(_simple(element), _MOST_NAMES))
    yield from own
    tail = own or [_Named(element.tag)]
    steps = _step(element)
    for height, ancestor in enumerate(element.iterancestors()):
        if ancestor.tag == "body":
            yield _Named(f"body > {steps}", placed=True)
            return
        for above in islice(_simple(ancestor), _MOST_NAMES if height < _HIGHEST else 0):
            for below in tail:
                yield _Named(f"{above.selector} {below.selector}", above.made_up or below.made_up)
            yield _Named(f"{above.selector} > {steps}", above.made_up, placed=True)
        steps = f"{_step(ancestor)} > {steps}"


def _simple(element: Element) -> Iterator[_Named]:
    """What the shop calls the element."""
    if not isinstance(element.tag, str) or element.tag in ("html", "body"):
        return
    for attribute in _NAMED_BY:
        if (value := element.get(attribute)) and _MISREAD not in value:
            yield _Named(f"{element.tag if attribute == 'property' else ''}[{attribute}={_quoted(value)}]")
    for attribute in element.attrib:
        if attribute.startswith("data-") and attribute not in _NAMED_BY and _IDENTIFIER.fullmatch(attribute):
            yield _Named(f"{element.tag}[{attribute}]")
    if (name := element.get("id")) and _MISREAD not in name:
        # A number in an id is the product's, more often than not.
        yield _Named(_by("id", "#", name), made_up=bool(_MADE_UP.search(name) or re.search(r"\d", name)))
    for name in dict.fromkeys((element.get("class") or "").split()):
        if _MISREAD in name:
            continue
        yield _Named(_by("class", ".", name), made_up=bool(_MADE_UP.search(name)))


def _by(attribute: str, sign: str, name: str) -> str:
    if _IDENTIFIER.fullmatch(name):
        return sign + name
    return f"[{attribute}{'~' if attribute == 'class' else ''}={_quoted(name)}]"


def _quoted(value: str) -> str:
    return '"' + re.sub(r"[^\w .:/@+-]", lambda found: f"\\{ord(found[0]):x} ", value) + '"'


def _step(element: Element) -> str:
    """The element by its place among its parent's children of its kind."""
    place = 1 + sum(sibling.tag == element.tag for sibling in element.itersiblings(preceding=True))
    return f"{element.tag}:nth-of-type({place})"
