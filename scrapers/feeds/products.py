"""What every reader of feeds gives: products one by one, a count of bad items, and one error for a bad feed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Any
from urllib.parse import urljoin, urlsplit

from scrapers.extraction.product import Product, Source
from scrapers.extraction.reading import evidence
from warehouse.errors import InputError

LARGEST = 200 * 1024 * 1024
"""Bytes of a feed as it is sent."""

_LONGEST_URL = 2083
_SURE = 0.98


class FeedError(InputError):
    """A feed that cannot be read, or not to its end; `cause` says why in one word, as crawls count their failures.

    not_a_feed, unreadable (broken XML or JSON), cut_short (it ends before its end), too_large.
    """

    def __init__(self, cause: str, url: str, detail: str) -> None:
        super().__init__(f"{url}: {detail}")
        self.cause = cause


class Products(Iterator[Product]):
    """The products of a feed, read as they are asked for; what was read before a FeedError counts."""

    def __init__(self, items: Iterator[Product | None]) -> None:
        self._items = items
        self.skipped = 0
        """Items so far that name no address, or neither a name nor a price."""

    def __next__(self) -> Product:
        for product in self._items:
            if product is not None:
                return product
            self.skipped += 1
        raise StopIteration


def product_of(url: str | None, reader: str, stated: Mapping[str, str], **fields: Any) -> Product | None:
    """A product with its sources; None without an address, or with neither a name nor a price.

    `stated` holds by field what the feed writes there, for the evidence.
    """
    if url is None or (fields.get("name") is None and fields.get("price") is None):
        return None
    if fields.get("price") is None:
        fields["currency"] = fields["regularPrice"] = None
    fields = {name: value for name, value in fields.items() if value is not None and value != ()}
    sources = {name: Source(reader, _SURE, evidence(name, stated.get(name) or value)) for name, value in fields.items()}
    return Product(url=url, sources=MappingProxyType(sources), **fields)


def absolute(base: str, address: object) -> str | None:
    """An http(s) address as a feed writes it, on its own or from `base`; None for anything else."""
    if not isinstance(address, str) or not 0 < len(address.strip()) <= _LONGEST_URL:
        return None
    try:
        url = urljoin(base, address.strip())
        parts = urlsplit(url)
        sound = parts.scheme in ("http", "https") and bool(parts.hostname) and (parts.port or 1) > 0
    except ValueError:
        return None
    return url if sound else None
