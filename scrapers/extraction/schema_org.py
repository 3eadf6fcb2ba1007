"""The page's main product among schema.org nodes, and its readings (https://schema.org/Product). JSON-LD, microdata and
RDFa write the same vocabulary; each of their readers hands its nodes over to this one."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from scrapers.extraction.lenient_json import Json
from scrapers.extraction.nodes import Node, first, listed, node_of, nodes_in, text_of, types_of, url_of
from scrapers.extraction.offers import StatedOffer, gtin_of, offers_of
from scrapers.extraction.reading import Context, Reading, SellerOffer, Variant, evidence
from scrapers.extraction.short_texts import brand_in, number_in
from scrapers.extraction.subject import absolute

_WEAK = frozenset("book musicalbum movie videogame vehicle car".split())
"""Types that may describe a thing without selling it: they count where they carry an offer."""
PRODUCTS = _WEAK | frozenset("product productgroup individualproduct productmodel someproducts".split())
"""The names of types that may be a shop's product, in small letters."""

_NUMBERS = ("sku", "productid", "mpn", "gtin13", "gtin", "isbn")
_MOST_PRODUCTS = 500
_MOST_VARIANTS = 200
_MOST_IMAGES = 20
_SEVERAL = 2
_OF_VARIANT = 0.75
"""Left of the confidence in a number that is one variant's: a page shows its product's, where that has one."""
_FITS = 0.5
"""The likeness to a title from which a product counts as the page's own."""


def read_products(nodes: Iterable[Node], context: Context, reader: str) -> list[Reading]:
    """Readings of the page's main product among `nodes`; none where no product is among them."""
    products = [node for node in nodes if _is_product(node)][:_MOST_PRODUCTS]
    if not products:
        return []
    product, trust = _main(products, context)
    return list(_readings(_as_group(product, products), context, reader, trust))


def _is_product(node: Node) -> bool:
    types = types_of(node)
    return bool(types & PRODUCTS) and (not types <= _WEAK or "offers" in node)


def _main(products: Sequence[Node], context: Context) -> tuple[Node, float]:
    """The product that the page is about, and how sure that is.

    Pages mark up their recommended products too; the page's own carries its address, its title or its number.
    """
    subject = context.subject
    scored = []
    for product in products:
        likeness = subject.likeness(text_of(product.get("name")))
        url = url_of(product.get("url")) or url_of(product.get("@id"))
        at_home = subject.is_at(absolute(url, context.url))
        numbers = {
            (text_of(product.get(key)) or "").casefold()
            for key in ("sku", "productid", "mpn", "gtin13", "gtin", "isbn")
        }
        score = likeness + 1.0 * at_home + 0.5 * bool(numbers & set(subject.ids)) + 0.5 * bool(product.get("offers"))
        score += 0.25 * bool(product.get("hasvariant"))
        scored.append((score, likeness >= _FITS or at_home or not subject.titles, product))
    best = max(scored, key=lambda entry: entry[0])  # the first of equals
    if best[1]:
        return best[2], 0.95
    return best[2], 0.8 if len(products) == 1 and "name" not in best[2] else 0.5


def _as_group(product: Node, products: Sequence[Node]) -> Node:
    """The product, with what others of its name say besides, as where a theme and an app write one each; where they
    bear numbers of their own, they are its variants, and none of their numbers is its own."""
    name = text_of(product.get("name"))
    alike = [other for other in products if name and text_of(other.get("name")) == name]
    numbers = {number for other in alike if (number := text_of(other.get("sku")))}
    if len(numbers) >= _SEVERAL:
        return {"hasvariant": list(alike), **product}
    return {key: value for other in [*reversed(alike), product] for key, value in other.items() if value}


def _readings(product: Node, context: Context, reader: str, trust: float) -> Iterator[Reading]:
    variants = nodes_in(product.get("hasvariant"))[:_MOST_VARIANTS]
    chosen = _chosen_variant(variants, context)
    yield from _identity(product, chosen, context, reader, trust)
    offers = offers_of(product, context.currency) or offers_of(chosen, context.currency)
    if offers:
        yield from _offer(offers, context, reader, trust)
        yield from _from_offers(product, chosen, offers, reader, trust)
    yield from (Reading("variants", v, reader, trust, evidence("Product.hasVariant", v.name))
                for v in (_variant(node, context) for node in variants) if v != Variant())  # fmt: skip
    sellers = _sellers(offers)
    yield from (Reading("offers", offer, reader, trust, evidence("Offer.seller", offer.seller)) for offer in sellers)
    if not variants and not sellers:
        yield from _variants_of_offers(offers, context, reader, trust)


def _chosen_variant(variants: list[Node], context: Context) -> Node:
    """The variant that the page's address names, else the first; empty where there is none."""
    for variant in variants:
        number = (text_of(variant.get("sku")) or "").casefold()
        stated = [url_of(variant.get("url")), *(url_of(o.get("url")) for o in nodes_in(variant.get("offers")))]
        if number in context.subject.ids or context.url in {absolute(url, context.url) for url in stated}:
            return variant
    return variants[0] if variants else {}


def _identity(product: Node, chosen: Node, context: Context, reader: str, trust: float) -> Iterator[Reading]:
    def reading(field: str, place: str, text: str | None, sure: float = trust) -> Iterator[Reading]:
        if text:
            yield Reading(field, text, reader, round(sure, 3), evidence(place, text))

    yield from reading("name", "Product.name", text_of(product.get("name")))
    brand = brand_in(text_of(product.get("brand")))
    yield from reading("brand", "Product.brand", brand)
    if brand is None:
        yield from reading("brand", "Product.manufacturer", brand_in(text_of(product.get("manufacturer"))), trust * 0.8)
    sku = number_in(text_of(product.get("sku")) or text_of(chosen.get("sku")))
    variants = {text_of(variant.get("sku")) for variant in nodes_in(product.get("hasvariant"))}
    of_variant = len(variants) >= _SEVERAL and text_of(product.get("sku")) in {None, *variants}
    yield from reading("sku", "Product.sku", sku, trust * (_OF_VARIANT if of_variant else 1))
    kind, number = _numbered(number_in(text_of(product.get("productid"))))
    yield from reading(kind, "Product.productID", number, trust * (0.6 if sku else 0.8))
    mpn = text_of(product.get("mpn")) or text_of(chosen.get("mpn"))
    yield from reading("mpn", "Product.mpn", mpn)
    model = text_of(product.get("model")) if isinstance(first(product.get("model")), str) else None
    if mpn is None and model and any(c.isdigit() for c in model):  # else it is a name
        yield from reading("mpn", "Product.model", model, trust * 0.6)
    gtin = gtin_of(product) or gtin_of(chosen)
    if gtin:
        yield from reading("gtin", f"Product.{gtin[0]}", gtin[1])
    for image in _images(product, chosen, context):
        yield Reading("images", image, reader, trust, evidence("Product.image", image))


def _numbered(product_id: str | None) -> tuple[str, str | None]:
    """A productID as field and value: "mpn:925872" says what it is, a bare one is the shop's own number."""
    kind, _, number = (product_id or "").partition(":")
    if kind.lower() in ("sku", "mpn") and number:
        return kind.lower(), number.strip()
    return "sku", None if number else kind or None


def _images(product: Node, chosen: Node, context: Context) -> list[str]:
    stated = (listed(product.get("image")) or listed(chosen.get("image")))[:_MOST_IMAGES]
    return list(dict.fromkeys(url for image in stated if (url := absolute(url_of(image), context.url))))


def _offer(offers: list[StatedOffer], context: Context, reader: str, trust: float) -> Iterator[Reading]:
    """What the offers say: the one at the page's own address, else the first that has a price."""
    priced = [offer for offer in offers if offer.price is not None]
    at_home = [offer for offer in priced if absolute(offer.url, context.url) == context.url]
    main = next(iter(at_home or priced), offers[0])
    if (len({offer.price for offer in priced}) > 1 and not at_home) or main.from_price:
        trust *= 0.8  # of several prices the page shows one, and which one is a guess

    def reading(field: str, value: object, place: str) -> Iterator[Reading]:
        if value is not None:
            yield Reading(field, value, reader, round(trust, 3), evidence(f"Offer.{place}", value))  # type: ignore[arg-type]

    yield from reading("price", main.price, main.place)
    if main.price is not None:
        yield from reading("currency", main.currency, "priceCurrency")
        yield from reading("currencyRaw", main.currency_raw, "priceCurrency")
    yield from reading("regularPrice", main.regular, "priceSpecification")
    stated = next((offer for offer in [main, *offers] if offer.availability), main)
    yield from reading("availability", stated.availability, "availability")
    yield from reading("condition", next((o.condition for o in [main, *offers] if o.condition), None), "itemCondition")
    yield from reading("seller", main.seller, "seller")
    yield from reading("shipping", main.shipping, "shippingDetails")
    yield from reading("taxIncluded", main.tax_included, "valueAddedTaxIncluded")


def _from_offers(
    product: Node, chosen: Node, offers: list[StatedOffer], reader: str, trust: float
) -> Iterator[Reading]:
    """Numbers that stand in an offer and not in the product: those of one variant, where there are several."""
    sure = trust * (1.0 if len(offers) == 1 else 0.7)
    stated = {"sku": [o.sku for o in offers], "mpn": [o.mpn for o in offers]}
    for field, values in stated.items():
        value = next(filter(None, values), None)
        if value and not (product.get(field) or chosen.get(field)):
            yield Reading(field, value, reader, round(sure, 3), evidence(f"Offer.{field}", value))
    gtin = next((offer.gtin for offer in offers if offer.gtin), None)
    if gtin and gtin_of(product) is None and gtin_of(chosen) is None:
        yield Reading("gtin", gtin[1], reader, round(sure, 3), evidence(f"Offer.{gtin[0]}", gtin[1]))


def _sellers(offers: list[StatedOffer]) -> list[SellerOffer]:
    """The offers by seller, where several sellers stand on the page."""
    named = [
        SellerOffer(o.seller, o.price, o.currency, o.condition, o.availability, o.shipping) for o in offers if o.seller
    ]
    return list(dict.fromkeys(named)) if len({offer.seller for offer in named}) > 1 else []


def _variant(node: Node, context: Context) -> Variant:
    offer = next(iter(offers_of(node, context.currency)), StatedOffer())
    return _as_variant(
        offer,
        context,
        name=text_of(node.get("name")),
        sku=text_of(node.get("sku")) or offer.sku,
        gtin=(gtin_of(node) or offer.gtin or ("", None))[1],
        url=url_of(node.get("url")) or offer.url,
    )


def _as_variant(
    offer: StatedOffer, context: Context, *, name: str | None, sku: str | None, gtin: str | None, url: str | None
) -> Variant:
    address = absolute(url, context.url)
    return Variant(name, sku, gtin, offer.price, offer.regular, offer.currency, offer.availability, address)


def _variants_of_offers(offers: list[StatedOffer], context: Context, reader: str, trust: float) -> Iterator[Reading]:
    """Offers of one seller that differ in name or number are variants, as Shopify's themes write them."""
    numbered = [offer for offer in offers if offer.price is not None and (offer.sku or offer.name)]
    if len({(offer.sku, offer.name) for offer in numbered}) < 2:
        return
    for offer in numbered[:_MOST_VARIANTS]:
        gtin = offer.gtin[1] if offer.gtin else None
        variant = _as_variant(offer, context, name=offer.name, sku=offer.sku, gtin=gtin, url=offer.url)
        yield Reading("variants", variant, reader, trust, evidence("Offer", offer.name or offer.sku))


def entities(value: Json, most: int) -> Iterator[Node]:
    """Objects that stand as things of their own (in lists, in @graph, as a main entity), `most` at the most."""
    waiting = [value]
    for _ in range(most):
        if not waiting:
            return
        current = waiting.pop()
        if isinstance(current, list):
            waiting += reversed(current[:most])
        elif isinstance(current, dict):
            node = node_of(current)
            yield node
            waiting += [
                node[key]
                for key in ("mainentity", "@graph", "mainentityofpage")
                if isinstance(node.get(key), list | dict)
            ]
