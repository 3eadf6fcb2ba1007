"""The product in a page's meta tags: Open Graph and its product tags (https://ogp.me, Meta's catalogue tags), Twitter
cards."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import chain

from scrapers.extraction.availability import read_availability
from scrapers.extraction.condition import read_condition
from scrapers.extraction.currencies import resolve_currency
from scrapers.extraction.offers import amount_of
from scrapers.extraction.page import Page
from scrapers.extraction.reading import Context, Reading, Value, evidence, tidy
from scrapers.extraction.subject import absolute
from warehouse.gtin import clean_gtin

READER = "opengraph"

_MOST_METAS = 500
_MOST_IMAGES = 20
_AMOUNTS = ("product:sale_price:amount", "product:price:amount", "og:price:amount", "product:price", "og:price")
_REGULAR = ("product:original_price:amount", "og:price:standard_amount", "product:original_price")
_CURRENCIES = (
    "product:sale_price:currency", "product:price:currency", "og:price:currency", "product:currency", "og:currency",
)  # fmt: skip
_STOCK = ("product:availability", "og:availability")
_TEXTS = {
    "brand": ("product:brand", "og:brand"),
    "sku": ("product:retailer_item_id", "product:sku", "og:sku", "product:retailer_part_no"),
    "mpn": ("product:mfr_part_no", "product:mpn"),
}
_GTINS = ("product:gtin", "product:ean", "product:upc", "product:isbn", "og:upc", "og:ean", "og:isbn")
_TRUST = 0.9


def read_opengraph(page: Page, context: Context) -> list[Reading]:
    """Readings of what the meta tags say. A name and images alone are any page's, so they are less sure."""
    stated: dict[str, list[str]] = {}
    for _, element in page.tagged("meta")[:_MOST_METAS]:
        name = (element.get("property") or element.get("name") or "").lower().strip()
        text = tidy(element.get("content"))
        if name and text:
            stated.setdefault(name, []).append(text)
    return list(_readings(stated, context))


def _readings(stated: dict[str, list[str]], context: Context) -> Iterator[Reading]:
    def reading(
        field: str, names: tuple[str, ...], value_of: Callable[[str], Value | None] = tidy, sure: float = _TRUST
    ) -> Iterator[Reading]:
        for name in names:
            for text in stated.get(name, ())[:1]:
                value = value_of(text)
                if value is not None:
                    yield Reading(field, value, READER, sure, evidence(name, text))
                    return

    raw = next((stated[name][0] for name in _CURRENCIES if name in stated), None)
    currency = resolve_currency(raw, context.currency)

    def amount(text: str) -> Value | None:
        found = amount_of(text, currency)
        return found[0] if found else None

    yield from reading("name", ("og:title", "twitter:title"), sure=0.5)
    price = next(chain(reading("price", _AMOUNTS, amount), _twitter_price(stated, currency)), None)
    if price:
        yield price
        if currency:
            yield Reading("currency", currency, READER, _TRUST, evidence("currency", raw or currency))
        if raw:
            yield Reading("currencyRaw", raw, READER, _TRUST, evidence("currency", raw))
    yield from reading("regularPrice", _REGULAR, amount)
    yield from reading("availability", _STOCK, read_availability)
    yield from reading("condition", ("product:condition", "og:condition"), read_condition)
    yield from reading("gtin", _GTINS, clean_gtin)
    for field, names in _TEXTS.items():
        yield from reading(field, names)
    images = stated.get("og:image", stated.get("twitter:image", []))[:_MOST_IMAGES]
    for url in dict.fromkeys(absolute(image, context.url) for image in images):
        if url:
            yield Reading("images", url, READER, 0.6, evidence("og:image", url))


def _twitter_price(stated: dict[str, list[str]], currency: str | None) -> Iterator[Reading]:
    """A product card's labelled data: twitter:label1 "Price", twitter:data1 "$12"."""
    for number in "12":
        label, data = stated.get(f"twitter:label{number}", [""])[0], stated.get(f"twitter:data{number}", [""])[0]
        if label.lower() in ("price", "preis", "prix", "precio", "prezzo", "preço", "prijs", "cena", "pris", "цена"):
            found = amount_of(data, currency)
            if found:
                yield Reading("price", found[0], READER, 0.7, evidence(f"twitter:data{number}", data))
