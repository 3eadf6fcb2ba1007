"""What one product page says: the frozen item, and the one door that reads it.

Field names follow zyte-common-items, so that whoever knows that vocabulary knows this one; the values are typed
(prices are Decimal, availability is the lake's code).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from types import MappingProxyType

from scrapers.extraction.jsonld import READER as JSONLD
from scrapers.extraction.jsonld import read_jsonld
from scrapers.extraction.labelled import read_labelled
from scrapers.extraction.page import Page
from scrapers.extraction.reading import FIELDS, Reading, Value


@dataclass(frozen=True, slots=True)
class Source:
    """Where a field's value stood: which reader found it, how sure that is (0 to 1), and the place or text itself.

    The confidence orders readings; it is not yet a measured probability.
    """

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
    gtin: str | None = None
    """14 digits, check digit tested."""
    mpn: str | None = None
    sku: str | None = None
    brand: str | None = None
    sources: Mapping[str, Source] = field(default_factory=lambda: MappingProxyType({}))
    """By field name, for every field that is not None."""

    @property
    def is_evident(self) -> bool:
        """Whether the page shows a product at all: a price, a GTIN or Product data. A heading alone is any page's."""
        marked_up = any(source.reader == JSONLD for source in self.sources.values())
        return self.price is not None or self.gtin is not None or marked_up


def extract(html: bytes | str, url: str, *, content_type: str | None = None, currency: str | None = None) -> Product:
    """Read the page's main product.

    `content_type` is the response header, where there was one: it may name the encoding of `html` given as bytes.
    `currency` is the site's own (ISO 4217), for prices that stand without one. Pages come from strangers: a broken,
    huge or hostile one gives fewer fields or none, in bounded time, and raises nothing.
    """
    page = Page.parse(html, url, content_type=content_type)
    readings = [*read_jsonld(page, currency), *read_labelled(page, currency)]
    return _resolve(url, readings)


def _resolve(url: str, readings: Iterable[Reading]) -> Product:
    """The most confident reading of each field wins, the earlier reader on a tie."""
    best: dict[str, Reading] = {}
    seen: dict[str, set[tuple[str, Value]]] = {}
    for reading in readings:
        seen.setdefault(reading.field, set()).add((reading.reader, reading.value))
        held = best.get(reading.field)
        if held is None or reading.confidence > held.confidence:
            best[reading.field] = reading
    values: dict[str, Value] = {name: best[name].value for name in FIELDS if name in best}
    sources = {name: _source(best[name], seen[name]) for name in values}
    price, regular = values.get("price"), values.get("regularPrice")
    if isinstance(regular, Decimal) and (not isinstance(price, Decimal) or regular <= price):
        del values["regularPrice"], sources["regularPrice"]  # no reduction, so no regular price beside the price
    if price is None and "currency" in values:
        del values["currency"], sources["currency"]
    return Product(url=url, sources=MappingProxyType(sources), **values)  # type: ignore[arg-type]  # typed by field


def _source(chosen: Reading, seen: set[tuple[str, Value]]) -> Source:
    """The chosen reading's source: surer where another reader says the same, less sure where it says otherwise."""
    others = {value for reader, value in seen if reader != chosen.reader}
    confidence = chosen.confidence
    if chosen.value in others:
        confidence = 1 - (1 - confidence) / 2
    elif others:
        confidence *= 0.7
    return Source(chosen.reader, round(confidence, 3), chosen.evidence)
