"""What schema.org's Offer and AggregateOffer state (https://schema.org/Offer), as one frozen value."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from scrapers.extraction.availability import read_availability
from scrapers.extraction.condition import read_condition
from scrapers.extraction.currencies import resolve_currency
from scrapers.extraction.lenient_json import Json
from scrapers.extraction.nodes import Node, first, node_of, nodes_in, text_of, types_of, url_of
from scrapers.extraction.price_text import money, read_price
from scrapers.extraction.reading import tidy
from warehouse.gtin import clean_gtin

GTINS = ("gtin13", "gtin14", "gtin12", "gtin8", "gtin", "isbn", "ean")
_LIST_PRICES = ("listprice", "strikethroughprice", "msrp", "srp", "regularprice")
_DELIVERY = frozenset({"deliverychargespecification", "paymentchargespecification"})
_MOST = 200
"""Offers of a product that are read."""


@dataclass(frozen=True, slots=True)
class StatedOffer:
    """An offer as structured data states it; what it does not state is None."""

    price: Decimal | None = None
    place: str = "price"
    """The property that the price stood in."""
    from_price: bool = False
    """Whether the price is the lowest of several, as an AggregateOffer's is."""
    regular: Decimal | None = None
    currency: str | None = None
    currency_raw: str | None = None
    availability: str | None = None
    condition: str | None = None
    seller: str | None = None
    shipping: Decimal | None = None
    tax_included: bool | None = None
    name: str | None = None
    sku: str | None = None
    mpn: str | None = None
    gtin: tuple[str, str] | None = None
    """The property that a GTIN stood in, and the GTIN."""
    url: str | None = None


def offers_of(product: Node, currency: str | None) -> list[StatedOffer]:
    """The offers of a product, those within an AggregateOffer included, in the order written."""
    return [_offer(node, currency) for node in _flat(product)]


def _flat(product: Node) -> Iterator[Node]:
    for node in nodes_in(product.get("offers"))[:_MOST]:
        yield node
        for inner in nodes_in(node.get("offers"))[:_MOST]:
            # What holds for all of them stands outside.
            yield {**{key: node[key] for key in ("pricecurrency", "itemcondition") if key in node}, **inner}


def _offer(node: Node, currency: str | None) -> StatedOffer:
    raw = text_of(node.get("pricecurrency"))
    specifications = nodes_in(node.get("pricespecification"))
    if raw is None:
        raw = next(filter(None, (text_of(s.get("pricecurrency")) for s in specifications)), None)
    stated = resolve_currency(raw, currency)
    price, regular, place = _price(node, specifications, stated)
    return StatedOffer(
        price=price[0] if price else None,
        place=place,
        from_price=place == "lowprice" and node.get("highprice") not in (None, node.get("lowprice")),
        regular=regular,
        currency=price[1] if price else stated,
        currency_raw=raw,
        availability=read_availability(url_of(node.get("availability"))),
        condition=read_condition(url_of(node.get("itemcondition"))),
        seller=text_of(node.get("seller")) or text_of(node.get("offeredby")),
        shipping=_shipping(node, specifications, stated),
        tax_included=_tax([node, *specifications]),
        name=text_of(node.get("name")),
        sku=text_of(node.get("sku")),
        mpn=text_of(node.get("mpn")),
        gtin=gtin_of(node) or gtin_of(node_of(first(node.get("itemoffered")))),
        url=url_of(node.get("url")),
    )


def _price(
    offer: Node, specifications: list[Node], currency: str | None
) -> tuple[tuple[Decimal, str | None] | None, Decimal | None, str]:
    """The offer's selling price with its currency, its regular price, and where the selling price stood."""
    regular = None
    specified: list[tuple[Decimal, str | None]] = []
    for specification in specifications:
        own = resolve_currency(text_of(specification.get("pricecurrency")), currency)
        found = amount_of(specification.get("price"), own)
        kind = f"{url_of(specification.get('pricetype')) or ''} {text_of(specification.get('name')) or ''}".lower()
        if found is None or "referencequantity" in specification or _DELIVERY & types_of(specification):
            continue  # a price per litre or kilogram, or what delivery costs
        if any(word in kind.replace(" ", "") for word in _LIST_PRICES):
            regular = regular or found[0]
        elif "saleprice" in kind:
            specified.insert(0, found)
        else:
            specified.append(found)
    for key in ("price", "lowprice"):
        found = amount_of(offer.get(key), currency)
        if found:
            return found, regular, key
    return (specified[0] if specified else None), regular, "priceSpecification"


def amount_of(value: Json, currency: str | None) -> tuple[Decimal, str | None] | None:
    """A price above 0, with its currency: shop software writes 0 where it has no price."""
    value = first(value)
    if isinstance(value, dict):
        value = first(node_of(value).get("@value"))
    if isinstance(value, Decimal):
        amount = money(value)
        return (amount, currency) if amount is not None and amount > 0 else None
    if isinstance(value, str):
        # schema.org asks for a point as decimal separator, but shops that write "1.099" in a string mean thousands as
        # often as not, so the rules for texts apply.
        price = read_price(value, currency_hint=currency)
        return (price.amount, price.currency) if price and price.amount > 0 else None
    return None


def _shipping(offer: Node, specifications: list[Node], currency: str | None) -> Decimal | None:
    """What delivery costs, where only one amount is stated: 0 is a statement here."""
    stated: set[Decimal] = set()
    for details in nodes_in(offer.get("shippingdetails")):
        rate = node_of(first(details.get("shippingrate")))
        stated |= _amounts(rate.get("value", rate.get("maxvalue")), currency)
    for specification in specifications:
        if "deliverychargespecification" in types_of(specification):
            stated |= _amounts(specification.get("price"), currency)
    return stated.pop() if len(stated) == 1 else None


def _amounts(value: Json, currency: str | None) -> set[Decimal]:
    text = tidy(first(value))
    price = read_price(text, currency_hint=currency) if text else None
    return {price.amount} if price and price.amount >= 0 else set()


def _tax(nodes: list[Node]) -> bool | None:
    stated = next((first(n["valueaddedtaxincluded"]) for n in nodes if "valueaddedtaxincluded" in n), None)
    word = str(stated).rsplit("/", 1)[-1].lower() if isinstance(stated, str | bool) else None
    return {"true": True, "false": False}.get(word or "")


def gtin_of(node: Node) -> tuple[str, str] | None:
    """The property that holds a GTIN with a right check digit, and the GTIN."""
    for key in (*GTINS, "productid", "sku"):
        text = text_of(node.get(key))
        gtin = clean_gtin(text.rsplit(":", 1)[-1]) if text else None
        # A shop's own number may pass as a short GTIN by chance; one of 13 digits rarely does.
        if gtin and text and (key in GTINS or text.lower().startswith(GTINS) or len(text) >= 13):
            return key, gtin
    return None
