"""A product page as rows of the offers table: one for each seller or variant with a price of its own, else one."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from scrapers.extraction.product import Product
from scrapers.extraction.reading import SellerOffer, Variant
from scrapers.sites import Site
from warehouse.money import PRECISION, SCALE, is_currency
from warehouse.offer_ids import CONDITIONS, canonical_url, offer_id

MOST = 200
"""Rows of one page: a page with more is a catalogue, or a trap."""

_CENT = Decimal(1).scaleb(-SCALE)
_TOO_MUCH = Decimal(10) ** (PRECISION - SCALE)


def offer_rows(product: Product, observed_at: datetime, site: Site) -> list[dict[str, Any]]:
    """The offers of a page fetched at `observed_at`, as columns of the offers table without the crawl, in JSON's types.

    Where several sellers or variants stand on the page there is a row for each; a single seller's name is noted, but
    is no part of the offer's identity, since pages leave it out now and then. Neither is "new", which is what goods are
    of which nothing is said. A currency known only by a shared sign is unknown. Shipping is what the page states, else
    what the site file says of the shop, else unknown.
    """
    rows: dict[str, dict[str, Any]] = {}
    for row in _rows(product, observed_at, site):
        rows.setdefault(row["offer_id"], row)  # a seller who stands there twice is read where he stands first
        if len(rows) == MOST:
            break
    return list(rows.values())


_OF_VARIANTS = frozenset({"name", "brand", "taxIncluded"})
"""What a page says of its product in whatever variant."""
_OF_SELLERS = _OF_VARIANTS | {"gtin", "mpn", "sku"}
"""What it says of its product whoever sells it."""


def _rows(product: Product, observed_at: datetime, site: Site) -> Iterator[dict[str, Any]]:
    page = _page_row(product, observed_at, site)
    variants = [variant for variant in product.variants if variant.price is not None and _key(variant)]
    if len(product.offers) > 1:
        for offer in product.offers:
            yield _seller_row(page, product, offer, site)
    elif len(variants) > 1:
        for variant in variants:
            yield _variant_row(page, product, variant, site)
    else:
        condition = None if page["condition"] == "new" else page["condition"]
        yield {
            **page,
            "offer_id": offer_id(site.name, page["url"], None, None, condition),
            "shipping": _text(_shipping(product.shipping, product.price, page["currency"], site)),
        }


def _page_row(product: Product, observed_at: datetime, site: Site) -> dict[str, Any]:
    """What every offer of the page starts from."""
    price = product.sources.get("price")
    return {
        "site": site.name,
        "url": canonical_url(product.url),
        "seller": product.seller,
        "variant": None,
        "condition": _condition(product.condition),
        "observed_at": observed_at.isoformat(),
        "title": product.name,
        "brand": product.brand,
        "gtin": product.gtin,
        "mpn": product.mpn,
        "price": _text(product.price),
        "list_price": _text(product.regularPrice),
        "currency": _currency(product.currency, product.price, site),
        "tax_included": site.tax_included if product.taxIncluded is None else product.taxIncluded,
        "shipping": None,
        "availability": product.availability,
        "source": price.reader if price else None,
        "confidence": price.confidence if price else None,
        "evidence": _evidence(product),
    }


def _evidence(
    product: Product, of_all: Collection[str] | None = None, one_of: str = "", price: Decimal | None = None
) -> str:
    """Where each value stood, as JSON; for one of several offers only what the page says of all, and its own price."""
    stood = {name: source.evidence for name, source in product.sources.items() if of_all is None or name in of_all}
    return json.dumps(stood | ({"price": f"{one_of}, {price}"} if price is not None else {}), ensure_ascii=False)


def _seller_row(page: dict[str, Any], product: Product, offer: SellerOffer, site: Site) -> dict[str, Any]:
    condition = _condition(offer.condition or product.condition)
    source = product.sources.get("offers")
    return {
        **page,
        "offer_id": offer_id(site.name, page["url"], offer.seller, None, None if condition == "new" else condition),
        "seller": offer.seller,
        "condition": condition,
        "price": _text(offer.price),
        "list_price": None,  # the page's is its first offer's
        "currency": _currency(offer.currency or product.currency, offer.price, site),
        "availability": offer.availability,
        "shipping": _text(offer.shipping),  # each seller sends on terms of his own
        "source": source.reader if source else page["source"],
        "confidence": source.confidence if source else page["confidence"],
        "evidence": _evidence(
            product, _OF_SELLERS, f"one of {len(product.offers)} sellers: {offer.seller}", offer.price
        ),
    }


def _variant_row(page: dict[str, Any], product: Product, variant: Variant, site: Site) -> dict[str, Any]:
    key = _key(variant)
    url = canonical_url(variant.url) if variant.url and site.may_visit(variant.url) else page["url"]
    condition = None if page["condition"] == "new" else page["condition"]
    currency = _currency(variant.currency or product.currency, variant.price, site)
    source = product.sources.get("variants")
    return {
        **page,
        "offer_id": offer_id(site.name, url, None, key, condition),
        "url": url,
        "variant": key,
        "title": _variant_title(product.name, variant.name),
        "gtin": variant.gtin,
        "mpn": None,  # the page's may be another variant's
        "price": _text(variant.price),
        "list_price": _text(variant.regularPrice),
        "currency": currency,
        "availability": variant.availability,
        "shipping": _text(_shipping(product.shipping, variant.price, currency, site)),
        "source": source.reader if source else page["source"],
        "confidence": source.confidence if source else page["confidence"],
        "evidence": _evidence(product, _OF_VARIANTS, f"one of {len(product.variants)} variants: {key}", variant.price),
    }


def _key(variant: Variant) -> str | None:
    """What names the variant on its page, the most lasting first."""
    return variant.sku or variant.gtin or variant.name


def _variant_title(product: str | None, variant: str | None) -> str | None:
    if product is None or variant is None or variant.casefold() in product.casefold():
        return product or variant
    return variant if product.casefold() in variant.casefold() else f"{product} {variant}"


def _shipping(stated: Decimal | None, price: Decimal | None, currency: str | None, site: Site) -> Decimal | None:
    """What sending a single one costs."""
    if stated is not None or site.shipping is None:
        return stated
    if currency is None or (site.currency is not None and currency != site.currency):
        return None
    if site.shipping.free_from is None:
        return site.shipping.cost
    if price is None:
        return None
    return Decimal(0) if price >= site.shipping.free_from else site.shipping.cost


def _text(amount: Decimal | None) -> str | None:
    """An amount as the lake can hold it; None for one that it cannot, which no page asks in earnest."""
    if amount is None or not amount.is_finite() or not 0 <= amount < _TOO_MUCH:
        return None
    return str(amount.quantize(_CENT, ROUND_HALF_UP).normalize() + 0) if amount else "0"


def _currency(written: str | None, price: Decimal | None, site: Site) -> str | None:
    """The currency of a price: the site's own where the price stands without any."""
    if written is None:
        return site.currency if price is not None else None
    return written if is_currency(written) else None


def _condition(condition: str | None) -> str | None:
    return condition if condition in CONDITIONS else None
