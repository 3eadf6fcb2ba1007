"""The product in state that a page carries for its own scripts: shop software's objects, tag managers' data layers."""

from __future__ import annotations

from scrapers.extraction.embedded import shopify
from scrapers.extraction.embedded.literals import values_in
from scrapers.extraction.embedded.objects import Found, objects_in, readings_of
from scrapers.extraction.embedded.woocommerce import read_variations
from scrapers.extraction.lenient_json import Json
from scrapers.extraction.page import Page
from scrapers.extraction.reading import Context, Reading

_MOST_VALUES = 60_000
"""Of a page's state that are looked at."""


def read_embedded(page: Page, context: Context) -> list[Reading]:
    """Readings of the page's own product; other products in the state are told apart by name and number."""
    if page.root is None:
        return []
    readings = list(read_variations(page, context))
    found: list[Found] = []
    budget = _MOST_VALUES
    for place, value in values_in(page):
        product = _shopify_product(value)
        if product is not None and context.subject.likeness(str(product.get("title"))) >= 0.5:
            readings += shopify.readings_of(product, context, shopify.shop_currency(page))
            continue
        objects, budget = objects_in(place, value, context, budget)
        found += objects
    for one in sorted(found, key=lambda f: -f.fit)[:8]:
        readings += readings_of(one, context)
    return readings


def _shopify_product(value: Json) -> dict[str, Json] | None:
    """A Shopify product that is the value, or stands under "product" in it."""
    for candidate in (value, value.get("product") if isinstance(value, dict) else None):
        if isinstance(candidate, dict) and shopify.is_shopify_product(candidate):
            return candidate
    return None
