"""Shopify's public list of products, `/products.json`."""

from __future__ import annotations

from decimal import Decimal
from itertools import islice
from urllib.parse import quote

from scrapers.extraction.lenient_json import Json
from scrapers.extraction.nodes import listed, text_of
from scrapers.extraction.price_text import read_price
from scrapers.extraction.product import Product
from scrapers.extraction.reading import Variant
from scrapers.feeds.attributes import MOST_VARIANTS
from scrapers.feeds.json_body import read_json
from scrapers.feeds.products import FeedError, Products, absolute, product_of
from warehouse.gtin import clean_gtin

_READER = "shopify_list"
_MOST_IMAGES = 20


def read_shopify_products(body: bytes, base_url: str, *, currency: str | None = None) -> Products:
    """The products of one page of the list, each with its variants; without an end, the list has no products left.

    A product's own price, stock and numbers are those of the first variant that can be bought, as the shop's page
    shows. The list does not say its `currency` (ISO 4217): the shop's `/meta.json` does. FeedError where `body` is no
    such list.
    """
    answer = read_json(body, base_url)
    products = answer.get("products") if isinstance(answer, dict) else None
    if not isinstance(products, list):
        raise FeedError("not_a_feed", base_url, "the answer lists no products as Shopify does")
    return Products(_product(product, base_url, currency) for product in products)


def _product(product: Json, base_url: str, currency: str | None) -> Product | None:
    if not isinstance(product, dict) or not (handle := text_of(product.get("handle"))):
        return None
    given = islice((v for v in listed(product.get("variants")) if isinstance(v, dict)), MOST_VARIANTS)
    variants = [_variant(variant, currency) for variant in given]
    shown = next((v for v in variants if v.availability == "in_stock"), variants[0] if variants else Variant())
    images = (
        absolute(base_url, image.get("src")) for image in listed(product.get("images")) if isinstance(image, dict)
    )
    return product_of(
        absolute(base_url, f"/products/{quote(handle)}"),
        _READER,
        {},
        name=text_of(product.get("title")),
        brand=text_of(product.get("vendor")),
        price=shown.price,
        regularPrice=shown.regularPrice,
        currency=currency,
        availability=shown.availability,
        sku=shown.sku,
        gtin=shown.gtin,
        images=tuple(image for image in images if image)[:_MOST_IMAGES],
        variants=tuple(variants) if len(variants) > 1 else (),
    )


def _variant(variant: dict[str, Json], currency: str | None) -> Variant:
    price, regular = _amount(variant.get("price")), _amount(variant.get("compare_at_price"))
    available = variant.get("available")
    return Variant(
        name=text_of(variant.get("title")),
        sku=text_of(variant.get("sku")),
        gtin=clean_gtin(text_of(variant.get("barcode"))),
        price=price,
        regularPrice=regular if regular and price and regular > price else None,
        currency=currency if price else None,
        availability=("in_stock" if available else "out_of_stock") if isinstance(available, bool) else None,
    )


def _amount(value: Json) -> Decimal | None:
    """A price above 0; the list writes them as texts with a point."""
    price = read_price(text_of(value), decimal_separator=".")
    return price.amount if price and price.amount > 0 else None
