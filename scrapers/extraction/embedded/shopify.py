"""Shopify's product object, as its themes print it (shopify.dev, Liquid: `product | json`) and as its analytics do."""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal

from scrapers.extraction.lenient_json import Json
from scrapers.extraction.nodes import listed, text_of
from scrapers.extraction.offers import amount_of
from scrapers.extraction.page import Page
from scrapers.extraction.reading import Context, Reading, Variant, evidence
from warehouse.gtin import clean_gtin

READER = "shopify"
TRUST = 0.93

_ACTIVE = re.compile(r"""Shopify\.currency\s{0,5}=\s{0,5}\{\s{0,5}["']active["']\s{0,5}:\s{0,5}["']([A-Z]{3})["']""")
_MARKS = frozenset({"public_title", "requires_shipping", "inventory_management", "option1"})
_MOST_VARIANTS = 200


def is_shopify_product(value: Json) -> bool:
    """Whether an object is such a product: variants with prices, named as Shopify names them."""
    if not isinstance(value, dict) or not isinstance(value.get("variants"), list):
        return False
    variant = next(iter(listed(value["variants"])), None)
    return isinstance(variant, dict) and "price" in variant and bool(_MARKS & variant.keys())


def shop_currency(page: Page) -> str | None:
    """The currency that a Shopify page shows its prices in."""
    for script in page.scripts:
        if "Shopify.currency" in script.text:
            match = _ACTIVE.search(script.text)
            return match[1] if match else None
    return None


def readings_of(product: dict[str, Json], context: Context, currency: str | None) -> Iterator[Reading]:
    """What such a product says; the variant that the address names counts, else the first that can be bought."""
    variants = [v for v in listed(product.get("variants"))[:_MOST_VARIANTS] if isinstance(v, dict)]
    named = [v for v in variants if (text_of(v.get("id")) or "-") in context.subject.ids]
    chosen = next(iter(named or [v for v in variants if v.get("available")] or variants))

    def reading(field: str, value: object, sure: float = TRUST) -> Iterator[Reading]:
        if value is not None:
            yield Reading(field, value, READER, sure, evidence(f"Shopify product {field}", value))  # type: ignore[arg-type]

    currency = currency or context.currency
    yield from reading("name", text_of(product.get("title")))
    yield from reading("brand", text_of(product.get("vendor")), 0.8)
    yield from reading("price", _money(chosen.get("price")))
    yield from reading("currency", currency)
    yield from reading("regularPrice", _money(chosen.get("compare_at_price")))
    yield from reading("sku", text_of(chosen.get("sku")))
    yield from reading("gtin", clean_gtin(text_of(chosen.get("barcode"))))
    yield from reading("availability", _stock(chosen))
    if len(variants) > 1:
        yield from (
            Reading("variants", _variant(v, currency), READER, TRUST, evidence("variant", v.get("title")))
            for v in variants
        )


def _variant(variant: dict[str, Json], currency: str | None) -> Variant:
    return Variant(
        name=text_of(variant.get("title")) or text_of(variant.get("public_title")),
        sku=text_of(variant.get("sku")),
        gtin=clean_gtin(text_of(variant.get("barcode"))),
        price=_money(variant.get("price")),
        regularPrice=_money(variant.get("compare_at_price")),
        currency=currency,
        availability=_stock(variant),
    )


def _stock(variant: dict[str, Json]) -> str | None:
    available = variant.get("available")
    return ("in_stock" if available else "out_of_stock") if isinstance(available, bool) else None


def _money(value: Json) -> Decimal | None:
    """Numbers are hundredths in every currency; texts are what they say."""
    if isinstance(value, Decimal):
        value = value / 100 if value == value.to_integral_value() else value
    found = amount_of(value, None)
    return found[0] if found else None
