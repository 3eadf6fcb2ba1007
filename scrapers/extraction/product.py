"""What one product page says: the frozen item, and the one door that reads it.

Field names follow zyte-common-items, so that whoever knows that vocabulary knows this one; the values are typed
(prices are Decimal, availability is the lake's code).
"""

from __future__ import annotations

import gc
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from decimal import Decimal
from types import MappingProxyType

from scrapers.extraction.branding import read_branding
from scrapers.extraction.currencies import resolve_currency
from scrapers.extraction.embedded import read_embedded
from scrapers.extraction.identifiers import read_identifiers
from scrapers.extraction.jsonld import read_jsonld
from scrapers.extraction.markup import read_markup
from scrapers.extraction.opengraph import read_opengraph
from scrapers.extraction.page import Page, language_of
from scrapers.extraction.reading import Context, Reading, SellerOffer, Variant
from scrapers.extraction.resolve import DATABASE, resolve
from scrapers.extraction.selectors import read_selectors
from scrapers.extraction.subject import Subject
from scrapers.extraction.unlabelled import read_unlabelled
from scrapers.extraction.visible.reader import read_visible

_READERS = (
    read_jsonld, read_markup, read_opengraph, read_embedded, read_identifiers, read_branding,
    read_unlabelled, read_visible,
)  # fmt: skip
_MARKED_UP = frozenset({"jsonld", "microdata", "rdfa", "shopify", "woocommerce"})
"""Readers that read nothing on a page without a product."""
_SHOP_AS_BRAND = 0.6
"""Believed where nothing else says a brand: a shop may sell what it makes."""


@dataclass(frozen=True, slots=True)
class Source:
    """Where a field's value stood: which reader found it, how sure that is (0 to 1), and the place or text itself."""

    reader: str
    confidence: float
    evidence: str


@dataclass(frozen=True, slots=True)
class Product:
    """What a page says about its main product. What was not found is None."""

    url: str
    name: str | None = None
    price: Decimal | None = None
    regularPrice: Decimal | None = None  # noqa: N815 (the vocabulary's spelling)
    currency: str | None = None
    """ISO 4217 code, or the sign as written where nothing on the page settles which currency it means."""
    availability: str | None = None
    """in_stock, out_of_stock, pre_order or discontinued."""
    currencyRaw: str | None = None  # noqa: N815
    """The currency as the page writes it."""
    sku: str | None = None
    mpn: str | None = None
    gtin: str | None = None
    """14 digits, check digit tested."""
    brand: str | None = None
    images: tuple[str, ...] = ()
    """Absolute addresses, the main one first."""
    variants: tuple[Variant, ...] = ()
    shipping: Decimal | None = None
    """In the price's currency; 0 where the page says that it is free."""
    taxIncluded: bool | None = None  # noqa: N815
    condition: str | None = None
    """new, used, refurbished or damaged."""
    seller: str | None = None
    offers: tuple[SellerOffer, ...] = ()
    """Where several sellers stand on the page; the fields above are then those of the offer it shows first."""
    sources: Mapping[str, Source] = field(default_factory=lambda: MappingProxyType({}))
    """By field name, for every field that is not None."""

    @property
    def is_evident(self) -> bool:
        """Whether the page shows a product at all: a price, a GTIN or Product data. A heading alone is any page's."""
        marked_up = any(source.reader in _MARKED_UP for source in self.sources.values())
        return self.price is not None or self.gtin is not None or marked_up


def extract(
    html: bytes | str,
    url: str,
    *,
    content_type: str | None = None,
    currency: str | None = None,
    selectors: Mapping[str, str] | None = None,
) -> Product:
    """Read the page's main product.

    `content_type` is the response header, where there was one: it may name the encoding of `html` given as bytes.
    `currency` is the site's own (ISO 4217), for prices that stand without one; `selectors` its CSS
    selectors by field, which nothing on the page overrules. Pages come from strangers: a broken, huge or hostile one
    gives fewer fields or none, in bounded time, and raises nothing.
    """
    with _uncollected():
        readings = _readings(html, url, content_type, currency, selectors or {})
        return _product(url, readings)


def _readings(
    html: bytes | str, url: str, content_type: str | None, currency: str | None, selectors: Mapping[str, str]
) -> list[Reading]:
    """What is read of the page, which itself is gone again before the garbage collector wakes."""
    return readings_of(Page.parse(html, url, content_type=content_type), currency, selectors)


@contextmanager
def _uncollected() -> Iterator[None]:
    """Without the garbage collector, whose walks over a page's many parts would be in vain: counts free them."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def readings_of(page: Page, currency: str | None, selectors: Mapping[str, str]) -> list[Reading]:
    """What every reader finds on a page."""
    context = Context(page.url, currency, language_of(page), Subject.of(page))
    readings = [_weighed(reading, context.subject) for read in _READERS for reading in read(page, context)]
    return readings + read_selectors(page, context, selectors)


def _weighed(reading: Reading, subject: Subject) -> Reading:
    """A reading, doubted where it is a brand that names the shop: its software says so where it knows no brand."""
    if reading.field != "brand" or reading.reader not in DATABASE or not subject.is_shop(str(reading.value)):
        return reading
    return replace(reading, confidence=round(reading.confidence * _SHOP_AS_BRAND, 3))


def _product(url: str, readings: list[Reading]) -> Product:
    one, several = resolve(readings)
    sources = {
        name: Source(found.reading.reader, found.confidence, found.reading.evidence) for name, found in one.items()
    }
    for name, found in several.items():
        sources[name] = Source(found[0].reader, found[0].confidence, found[0].evidence)
    product = Product(
        url=url,
        sources=MappingProxyType(sources),
        **{name: found.value for name, found in one.items()},  # type: ignore[arg-type]  # typed by field
        **{name: tuple(reading.value for reading in found) for name, found in several.items()},  # type: ignore[arg-type]
    )
    return replace(product, offers=_with_own(product)) if product.offers else product


def _with_own(product: Product) -> tuple[SellerOffer, ...]:
    """The offers of a page's list of sellers, and before them the one it shows above it, of a seller not in the list.
    A sign that they write means the page's currency."""
    offers = tuple(
        replace(offer, currency=resolve_currency(offer.currency, product.currency)) for offer in product.offers
    )
    if product.seller is None or product.price is None or product.seller in {offer.seller for offer in offers}:
        return offers
    own = SellerOffer(
        product.seller, product.price, product.currency, product.condition, product.availability, product.shipping
    )
    return (own, *offers)
