"""WooCommerce's variations: a form of a variable product carries them all in one attribute."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from itertools import islice

from scrapers.extraction.lenient_json import Json, read_lenient
from scrapers.extraction.nodes import listed, text_of
from scrapers.extraction.offers import amount_of
from scrapers.extraction.page import Page
from scrapers.extraction.reading import Context, Reading, Variant, evidence
from warehouse.gtin import clean_gtin

READER = "woocommerce"

_MOST_VARIANTS = 200


def read_variations(page: Page, context: Context) -> Iterator[Reading]:
    """The variants, and the price where it is one for all of them."""
    forms = page.tagged("form")
    for text in islice(filter(None, (form.get("data-product_variations") for _, form in forms)), 1):
        variants = [_variant(v, context) for v in listed(read_lenient(text))[:_MOST_VARIANTS] if isinstance(v, dict)]
        yield from (Reading("variants", v, READER, 0.9, evidence("variation", v.name)) for v in variants)
        prices = [v.price for v in variants if v.price is not None]
        if prices:  # the page shows "from" the lowest
            sure = 0.9 if len(set(prices)) == 1 else 0.6
            yield Reading("price", min(prices), READER, sure, evidence("data-product_variations", min(prices)))
        stock = {v.availability for v in variants if v.availability}
        if stock:
            code = "in_stock" if "in_stock" in stock else "out_of_stock"
            yield Reading("availability", code, READER, 0.8, evidence("is_in_stock", code))


def _variant(variation: dict[str, Json], context: Context) -> Variant:
    attributes = variation.get("attributes")
    named = [text_of(v) for v in attributes.values()] if isinstance(attributes, dict) else []
    price, regular = _amount(variation.get("display_price")), _amount(variation.get("display_regular_price"))
    in_stock = variation.get("is_in_stock")
    return Variant(
        name=" ".join(filter(None, named)) or None,
        sku=text_of(variation.get("sku")),
        gtin=clean_gtin(text_of(variation.get("global_unique_id"))),
        price=price,
        regularPrice=regular if price and regular and regular > price else None,
        currency=context.currency,
        availability=("in_stock" if in_stock else "out_of_stock") if isinstance(in_stock, bool) else None,
    )


def _amount(value: Json) -> Decimal | None:
    found = amount_of(value, None)
    return found[0] if found else None
