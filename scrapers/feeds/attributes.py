"""An item of a feed, as attributes named in Google Merchant's vocabulary, to a product.

Attributes: support.google.com/merchants, "Product data specification". Other formats are first put into its words.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from decimal import Decimal
from itertools import groupby

from scrapers.extraction.availability import read_availability
from scrapers.extraction.condition import read_condition
from scrapers.extraction.currencies import resolve_currency
from scrapers.extraction.price_text import Price, read_price
from scrapers.extraction.product import Product
from scrapers.extraction.reading import Variant, tidy
from scrapers.feeds.products import absolute, product_of
from warehouse.gtin import clean_gtin

Attributes = Mapping[str, Sequence[str]]
"""Texts by attribute name; several where it is repeated."""

MOST_VARIANTS = 500
_MOST_IMAGES = 20
_VARIANT_NAMES = ("color", "size", "material", "pattern", "variant")


@dataclass(frozen=True, slots=True)
class Terms:
    """How a feed's items are to be understood."""

    url: str
    """The feed's own, from which relative addresses go."""
    reader: str
    currency: str | None
    """For prices without one."""
    now: datetime
    """The moment that decides whether a sale price is in effect."""
    decimal_separator: str | None = "."
    """What a lone mark before three digits is; None where the format does not say."""


def products_of(items: Iterable[Attributes], terms: Terms) -> Iterator[Product | None]:
    """A product for each item; None for one that cannot be read.

    Neighbours of one item group that share an address are variants of one product: apart, they would be one offer.
    """
    for (address, group), members in groupby(items, lambda item: (_first(item, "link"), _first(item, "item_group_id"))):
        if address is None or group is None:
            yield from (_product(item, terms) for item in members)
            continue
        yield from _family(members, terms)


def _family(members: Iterator[Attributes], terms: Terms) -> Iterator[Product | None]:
    first: Product | None = None
    variants: list[Variant] = []
    for item in members:
        product = _product(item, terms)
        if product is None:
            yield None
            continue
        first = first or product
        variants.append(_variant(product, item))
        if len(variants) == MOST_VARIANTS:
            yield replace(first, variants=tuple(variants))
            first, variants = None, []
    if first is not None:
        yield replace(first, variants=tuple(variants)) if len(variants) > 1 else first


def _variant(product: Product, item: Attributes) -> Variant:
    options = [text for name in _VARIANT_NAMES if (text := tidy(_first(item, name)))]
    return Variant(
        name=" / ".join(options) or product.name,
        sku=product.sku,
        gtin=product.gtin,
        price=product.price,
        regularPrice=product.regularPrice,
        currency=product.currency,
        availability=product.availability,
    )


def _product(item: Attributes, terms: Terms) -> Product | None:
    prices = {name: _price(item, name, terms) for name in ("price", "sale_price", "was_price")}
    asked, before = "price", "was_price"
    if prices["sale_price"] and _in_effect(item, terms.now):
        asked, before = "sale_price", ("price" if prices["price"] else "was_price")
    price, regular = prices[asked], prices[before]
    if price is None and not item.get("availability"):
        return None
    currency = price.currency if price else None
    is_reduced = price and regular and regular.currency == currency and regular.amount > price.amount
    pictures = (
        absolute(terms.url, text) for text in (*item.get("image_link", ()), *item.get("additional_image_link", ()))
    )
    return product_of(
        absolute(terms.url, _first(item, "link")),
        terms.reader,
        {
            name: " ".join(item.get(attribute, ()))
            for name, attribute in {**_STANDS_IN, "price": asked, "regularPrice": before}.items()
        },
        name=tidy(_first(item, "title")),
        price=price.amount if price else None,
        regularPrice=regular.amount if regular and is_reduced else None,
        currency=currency,
        availability=_availability(_first(item, "availability")),
        sku=tidy(_first(item, "id")),
        mpn=tidy(_first(item, "mpn")),
        gtin=next((code for text in item.get("gtin", ()) if (code := clean_gtin(text))), None),
        brand=tidy(_first(item, "brand")),
        images=tuple(dict.fromkeys(picture for picture in pictures if picture))[:_MOST_IMAGES],
        shipping=_shipping(item, currency, terms),
        condition=read_condition(_first(item, "condition")),
    )


_STANDS_IN = {
    "name": "title", "availability": "availability", "sku": "id", "gtin": "gtin", "mpn": "mpn", "brand": "brand",
    "shipping": "shipping", "condition": "condition", "images": "image_link",
}  # fmt: skip


def _first(item: Attributes, name: str) -> str | None:
    return next((text for text in item.get(name, ()) if text.strip()), None)


def _availability(text: str | None) -> str | None:
    """A term, a yes or no, or how many there are."""
    plain = (text or "").strip().lower()
    if plain in ("true", "yes", "y", "ja", "oui", "да") or (plain.isdecimal() and plain.strip("0")):
        return "in_stock"
    if plain in ("false", "no", "n", "nein", "non", "нет") or (plain.isdecimal() and not plain.strip("0")):
        return "out_of_stock"
    return read_availability(text)


def _price(item: Attributes, name: str, terms: Terms) -> Price | None:
    """A price above 0: shop software writes 0 where it has none."""
    stated = resolve_currency(_first(item, "currency"), terms.currency)
    price = read_price(_first(item, name), currency_hint=stated, decimal_separator=terms.decimal_separator)
    return price if price and price.amount > 0 else None


def _in_effect(item: Attributes, now: datetime) -> bool:
    """Whether the sale price counts `now`: its dates are "start/end" in ISO 8601, and none means always."""
    start, _, end = (_first(item, "sale_price_effective_date") or "").partition("/")
    begins, ends = _moment(start), _moment(end)
    return (begins is None or begins <= now) and (ends is None or now <= ends)


def _moment(text: str) -> datetime | None:
    try:
        moment = datetime.fromisoformat(text.strip())
    except ValueError:
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _shipping(item: Attributes, currency: str | None, terms: Terms) -> Decimal | None:
    """What shipping costs, where the item names one cost only: several are of several countries or services."""
    costs = {
        price.amount
        for text in item.get("shipping", ())
        if (
            price := read_price(
                text.rsplit(":", 1)[-1], currency_hint=currency, decimal_separator=terms.decimal_separator
            )
        )
        and price.currency == currency
    }
    return costs.pop() if len(costs) == 1 else None
