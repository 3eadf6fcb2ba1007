"""WooCommerce's Store API, `/wp-json/wc/store/v1/products`.

https://developer.woocommerce.com/docs/apis/store-api/resources-endpoints/products
"""

from __future__ import annotations

import html
import re
from decimal import Decimal

from scrapers.extraction.lenient_json import Json
from scrapers.extraction.nodes import listed, text_of
from scrapers.extraction.price_text import money
from scrapers.extraction.product import Product
from scrapers.feeds.json_body import read_json
from scrapers.feeds.products import FeedError, Products, absolute, product_of
from warehouse.gtin import clean_gtin
from warehouse.money import is_currency

_READER = "woocommerce_list"
_MOST_IMAGES = 20
_BRANDS = frozenset({"brand", "marke", "marque", "marca", "merk", "manufacturer", "hersteller"})


def read_woo_products(body: bytes, url: str) -> Products:
    """The products of one page of the list. FeedError where `body` is no such list.

    Prices stand in the currency's minor unit, which the answer names; one of several variations is the lowest.
    """
    answer = read_json(body, url)
    if not isinstance(answer, list):
        raise FeedError("not_a_feed", url, "the answer lists no products as WooCommerce does")
    return Products(_product(product, url) for product in answer)


def _product(product: Json, url: str) -> Product | None:
    if not isinstance(product, dict):
        return None
    prices = product.get("prices")
    prices = prices if isinstance(prices, dict) else {}
    price, regular = _amount(prices, "price"), _amount(prices, "regular_price")
    code = (text_of(prices.get("currency_code")) or "").upper()
    images = (absolute(url, image.get("src")) for image in listed(product.get("images")) if isinstance(image, dict))
    return product_of(
        absolute(url, product.get("permalink")),
        _READER,
        {},
        name=_plain(product.get("name")),
        price=price,
        regularPrice=regular if regular and price and regular > price else None,
        currency=code if is_currency(code) else None,
        availability=_availability(product),
        sku=text_of(product.get("sku")),
        gtin=clean_gtin(text_of(product.get("global_unique_id"))),
        brand=_brand(product),
        images=tuple(image for image in images if image)[:_MOST_IMAGES],
    )


def _availability(product: dict[str, Json]) -> str | None:
    in_stock = product.get("is_in_stock")
    if not isinstance(in_stock, bool):
        return None
    if in_stock and product.get("is_on_backorder") is True:
        return "pre_order"
    return "in_stock" if in_stock else "out_of_stock"


def _amount(prices: dict[str, Json], name: str) -> Decimal | None:
    """A price above 0, out of minor units: "1299" with a unit of 2 is 12.99."""
    digits, unit = text_of(prices.get(name)), prices.get("currency_minor_unit")
    if (
        digits is None
        or not re.fullmatch(r"[0-9]{1,15}", digits)
        or not isinstance(unit, Decimal)
        or not 0 <= unit <= 4
    ):
        return None
    amount = money(Decimal(digits).scaleb(-int(unit)))
    return amount if amount else None


def _brand(product: dict[str, Json]) -> str | None:
    """The product's brand: a list of its own, else an attribute that is called so."""
    for brand in listed(product.get("brands")):
        if isinstance(brand, dict) and (name := _plain(brand.get("name"))):
            return name
    for attribute in listed(product.get("attributes")):
        if isinstance(attribute, dict) and (text_of(attribute.get("name")) or "").casefold() in _BRANDS:
            return next((name for term in listed(attribute.get("terms")) if (name := _plain(term))), None)
    return None


def _plain(value: Json) -> str | None:
    """A name, which the interface writes as HTML."""
    text = text_of(value)
    return text_of(html.unescape(re.sub(r"<[^<>]*>", "", text))) if text else None
