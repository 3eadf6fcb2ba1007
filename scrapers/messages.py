"""What the crawling process tells its parent: one JSON object per line, written as it happens."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from scrapers.extraction.product import Product
from warehouse.money import is_currency


@dataclass(frozen=True, slots=True)
class Planned:
    """A product page the crawl means to read."""

    url: str


@dataclass(frozen=True, slots=True)
class Fetched:
    """A planned page that was answered with 200: an offer's columns, or the cause why it gave none."""

    url: str
    offer: Mapping[str, Any] | None = None
    cause: str | None = None


@dataclass(frozen=True, slots=True)
class Failed:
    """A page that could not be fetched; `planned` is False for sitemaps and their like."""

    url: str
    cause: str
    planned: bool


@dataclass(frozen=True, slots=True)
class Closed:
    """The crawl came to its own end, for Scrapy's reason ("finished" where nothing was left to do)."""

    reason: str


Message = Planned | Fetched | Failed | Closed
Emit = Callable[[Message], None]

_KINDS: dict[str, type[Message]] = {kind.__name__: kind for kind in (Planned, Fetched, Failed, Closed)}


def encode(message: Message) -> str:
    """One line of ASCII, without the line end: whatever strangers wrote, it can be written and is never cut within a
    character."""
    return json.dumps({"kind": type(message).__name__, **asdict(message)}, ensure_ascii=True)


def decode(line: bytes) -> Message | None:
    """The message of a line; None for a line that a killed process left half-written."""
    try:
        values = json.loads(line)
        return _KINDS[values.pop("kind")](**values)
    except (ValueError, KeyError, TypeError, AttributeError):
        return None


def offer_columns(product: Product, observed_at: datetime) -> dict[str, Any]:
    """A product as columns of the offers table, in JSON's types. A currency known only by a shared sign is unknown."""
    price = product.sources.get("price")
    return {
        "url": product.url,
        "observed_at": observed_at.isoformat(),
        "title": product.name,
        "brand": product.brand,
        "gtin": product.gtin,
        "mpn": product.mpn,
        "price": None if product.price is None else str(product.price),
        "list_price": None if product.regularPrice is None else str(product.regularPrice),
        "currency": product.currency if product.currency and is_currency(product.currency) else None,
        "availability": product.availability,
        "source": price.reader if price else None,
        "confidence": price.confidence if price else None,
        "evidence": json.dumps({name: s.evidence for name, s in product.sources.items()}, ensure_ascii=False),
    }
