"""What a site's own CSS selectors point at. A person chose them, so nothing else on the page overrules them."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache

from cssselect import SelectorError
from lxml import etree
from lxml.cssselect import CSSSelector

from scrapers.extraction.availability import read_availability
from scrapers.extraction.page import Element, Page
from scrapers.extraction.price_text import read_price
from scrapers.extraction.reading import FIELDS, Context, Reading, Value, evidence, tidy
from scrapers.extraction.subject import absolute
from warehouse.errors import InputError
from warehouse.gtin import clean_gtin

READER = "selector"
SELECTABLE = (*(name for name in FIELDS if name not in ("currencyRaw", "taxIncluded")), "images")
"""The fields that a site's selectors may name."""

_MOST_IMAGES = 20


def check_selector(selector: str) -> None:
    """InputError where `selector` is no CSS selector."""
    try:
        CSSSelector(selector)
    except SelectorError as error:
        raise InputError(f"{selector!r} is no CSS selector: {error}; correct it") from None


def read_selectors(page: Page, context: Context, selectors: Mapping[str, str]) -> list[Reading]:
    """Readings of the first element that each field's selector finds and that states a value for it."""
    if page.root is None:
        return []
    return [
        Reading(field, value, READER, 1.0, evidence(selector, value))
        for field, selector in selectors.items()
        for value in _values(page.root, field, selector, context)
    ]


def _values(root: Element, field: str, selector: str, context: Context) -> list[Value]:
    wanted = _MOST_IMAGES if field == "images" else 1
    found: list[Value] = []
    for element in _compiled(selector)(root)[:_MOST_IMAGES]:
        for text in stated_texts(element):
            value = read_stated(field, text, context)
            if value is not None:
                found.append(value)
                break
        if len(found) == wanted:
            break
    return found


@lru_cache(maxsize=256)
def _compiled(selector: str) -> etree.XPath:
    return CSSSelector(selector)


def stated_texts(element: Element) -> list[str]:
    """What an element may state: for machines first, then for visitors."""
    stated = [element.get(name) for name in ("content", "src", "data-src", "value") if element.get(name)]
    return [*stated, "".join(element.itertext())]


def read_stated(field: str, text: str, context: Context) -> Value | None:
    """The field's value as `text` states it; None where it states none."""
    match field:
        case "price" | "regularPrice" | "shipping":
            price = read_price(text, currency_hint=context.currency)
            return price.amount if price and (price.amount > 0 or field == "shipping") else None
        case "currency":
            price = read_price(f"1 {text}", currency_hint=context.currency)
            return price.currency if price else None
        case "availability":
            return read_availability(text)
        case "gtin":
            return clean_gtin(text)
        case "images":
            return absolute(text, context.url)
        case _:
            return tidy(text)
