"""The product in schema.org's JSON-LD (https://schema.org/Product, https://schema.org/Offer)."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from urllib.parse import urljoin, urlsplit

from scrapers.extraction.availability import read_availability
from scrapers.extraction.currencies import resolve_currency
from scrapers.extraction.lenient_json import Json, read_lenient
from scrapers.extraction.page import Page
from scrapers.extraction.price_text import money, read_price
from scrapers.extraction.reading import Reading, evidence, tidy
from warehouse.gtin import clean_gtin

READER = "jsonld"

_PRODUCTS = frozenset({"product", "productgroup", "individualproduct", "productmodel", "book", "vehicle"})
_GTINS = ("gtin13", "gtin14", "gtin12", "gtin8", "gtin", "isbn", "ean", "productid")
_LIST_PRICES = ("listprice", "strikethroughprice", "msrp", "srp")
_MOST_NODES = 5000
Node = dict[str, Json]


def read_jsonld(page: Page, currency: str | None = None) -> list[Reading]:
    """Readings of the page's main product; none where no JSON-LD names one.

    `currency` is the site's own and stands in where an offer names none.
    """
    if page.root is None:
        return []
    products = list(_products(page))
    if not products:
        return []
    product = _main(products, page.url)
    # Beside others the choice may be wrong: lists of recommended products are marked up the same way.
    trust = 0.95 if len(products) == 1 else 0.85
    return [*_identity(product, trust), *_offer(product, trust, currency)]


def _products(page: Page) -> Iterator[Node]:
    for script in page.root.iter("script") if page.root is not None else ():
        if "ld+json" in (script.get("type") or "").lower() and script.text:
            yield from (node for node in _nodes(read_lenient(script.text)) if _types(node) & _PRODUCTS)


def _nodes(value: Json) -> Iterator[Node]:
    """Objects that stand as things of their own: in lists, in @graph, or as a page's main entity."""
    waiting = [value]
    for _ in range(_MOST_NODES):
        if not waiting:
            return
        current = waiting.pop(0)
        if isinstance(current, list):
            waiting[:0] = current[:_MOST_NODES]
        elif isinstance(current, dict):
            node = {key.rsplit("/", 1)[-1].lower(): inner for key, inner in current.items()}
            yield node
            waiting[:0] = [node[key] for key in ("@graph", "mainentity") if key in node]


def _types(node: Node) -> set[str]:
    return {t.rsplit("/", 1)[-1].rsplit(":", 1)[-1].lower() for t in _list(node.get("@type")) if isinstance(t, str)}


def _main(products: list[Node], url: str) -> Node:
    """The product whose address is the page's, else the first with an offer, else the first."""
    here = _path(url)
    for product in products:
        address = product.get("url") or product.get("@id")
        if isinstance(address, str) and _path(urljoin(url, address)) == here and "offers" in product:
            return product
    return next((p for p in products if p.get("offers")), products[0])


def _path(url: str) -> str:
    try:
        return urlsplit(url).path.rstrip("/")
    except ValueError:
        return url


def _identity(product: Node, trust: float) -> Iterator[Reading]:
    brand = _first(product.get("brand")) or _first(product.get("manufacturer"))
    texts = {
        "name": product.get("name"),
        "brand": brand.get("name") if isinstance(brand, dict) else brand,
        "sku": product.get("sku"),
        "mpn": product.get("mpn"),
    }
    for name, value in texts.items():
        text = tidy(_first(value))
        if text:
            yield Reading(name, text, READER, trust, evidence(f"Product.{name}", text))
    gtin = _gtin(product)
    if gtin:
        yield Reading("gtin", gtin[1], READER, trust, evidence(f"Product.{gtin[0]}", gtin[1]))


def _gtin(*nodes: Node) -> tuple[str, str] | None:
    for node in nodes:
        for key in _GTINS:
            text = tidy(_first(node.get(key)))
            gtin = clean_gtin(text.split(":")[-1]) if text else None
            if gtin:
                return key, gtin
    return None


def _offer(product: Node, trust: float, currency: str | None) -> Iterator[Reading]:
    offers = [_lower(o) for o in _list(product.get("offers")) if isinstance(o, dict)]
    # Several offers in one list are several sellers or variants; the first priced one is what the page shows.
    offers += [_lower(inner) for o in offers for inner in _list(o.get("offers")) if isinstance(inner, dict)]
    for offer in offers:
        stated = resolve_currency(tidy(_first(offer.get("pricecurrency"))), currency)
        price, regular, place = _price(offer, stated)
        if price is None:
            continue
        if place == "lowprice" and offer.get("highprice") not in (None, offer.get("lowprice")):
            trust *= 0.8
        yield Reading("price", price[0], READER, trust, evidence(f"Offer.{place}", price[0]))
        if price[1]:
            yield Reading("currency", price[1], READER, trust, evidence("Offer.priceCurrency", price[1]))
        if regular:
            yield Reading("regularPrice", regular, READER, trust, evidence("Offer.priceSpecification", regular))
        break
    for offer in offers:
        stated = tidy(_first(offer.get("availability")))
        code = read_availability(stated)
        if code:
            yield Reading("availability", code, READER, trust, evidence("Offer.availability", stated))
            break
    gtin = _gtin(*offers) if _gtin(product) is None else None
    if gtin:
        yield Reading("gtin", gtin[1], READER, trust, evidence(f"Offer.{gtin[0]}", gtin[1]))
    for name in ("sku", "mpn"):
        text = None if product.get(name) else tidy(next((o[name] for o in offers if o.get(name)), None))
        if text:
            yield Reading(name, text, READER, trust, evidence(f"Offer.{name}", text))


def _price(offer: Node, currency: str | None) -> tuple[tuple[Decimal, str | None] | None, Decimal | None, str]:
    """The offer's selling price with its currency, its regular price, and where the selling price stood."""
    regular = None
    specified = None
    for raw in _list(offer.get("pricespecification")):
        specification = _lower(raw) if isinstance(raw, dict) else {}
        own = resolve_currency(tidy(_first(specification.get("pricecurrency"))), currency)
        amount = _amount(specification.get("price"), own)
        kind = str(_first(specification.get("pricetype")) or "").lower()
        if amount is None or "referencequantity" in specification:  # a price per litre or kilogram
            continue
        if any(word in kind for word in _LIST_PRICES):
            regular = regular or amount[0]
        else:
            specified = specified or amount
    for key in ("price", "lowprice"):
        amount = _amount(offer.get(key), currency)
        if amount:
            return amount, regular, key
    return specified, regular, "priceSpecification"


def _amount(value: Json, currency: str | None) -> tuple[Decimal, str | None] | None:
    """A price above 0: shop software writes 0 where it has no price."""
    value = _first(value)
    if isinstance(value, Decimal):
        amount = money(value)
        return (amount, currency) if amount is not None and amount > 0 else None
    if isinstance(value, str):
        # schema.org asks for a point as decimal separator, but shops that write "1.099" in a string mean thousands as
        # often as not, so the rules for texts apply.
        price = read_price(value, currency_hint=currency)
        return (price.amount, price.currency) if price and price.amount > 0 else None
    return None


def _list(value: Json) -> list[Json]:
    return value if isinstance(value, list) else [] if value is None else [value]


def _first(value: Json) -> Json:
    return next(iter(_list(value)), None)


def _lower(node: Node) -> Node:
    return {key.rsplit("/", 1)[-1].lower(): value for key, value in node.items()}
