"""The one door for feeds: what a body is, is told by its content."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

from scrapers.extraction.product import Product
from scrapers.feeds.attributes import Terms, products_of
from scrapers.feeds.delimited import read_rows
from scrapers.feeds.products import FeedError, Products
from scrapers.feeds.unpacked import unpacked
from scrapers.feeds.xml_attributes import attributes_of, attributes_of_yml
from scrapers.feeds.xml_records import read_records

_HTML = (b"<!doctype html", b"<html")


def read_feed(
    body: bytes,
    url: str,
    *,
    content_type: str | None = None,
    currency: str | None = None,
    now: datetime | None = None,
) -> Products:
    """The products of a feed: Google Merchant (RSS, Atom, text with tabs), YML, or CSV with names that can be guessed.

    `body` may be gzipped. `currency` is the site's own (ISO 4217), for prices without one; `now` (default: the present)
    decides whether a sale price with dates is in effect. Nothing is read before the first product is asked for, and
    memory holds a few items at a time. FeedError, also halfway, where it is no feed, broken or cut short.
    """
    return Products(_products(body, url, content_type, currency, now or datetime.now(UTC)))


def _products(
    body: bytes, url: str, content_type: str | None, currency: str | None, now: datetime
) -> Iterator[Product | None]:
    file = unpacked(body, url)
    start = file.read(1024).lstrip(b"\xef\xbb\xbf \t\r\n")
    file = unpacked(body, url)
    if start[:20].lower().startswith(_HTML) or start[:1] in (b"{", b"[", b""):
        raise FeedError("not_a_feed", url, "this is no product feed")
    # UTF-16 is told by its mark or by the NUL beside "<".
    if start[:1] == b"<" or start[:4] in (b"\xff\xfe<\x00", b"\xfe\xff\x00<"):
        items = (
            attributes_of_yml(record) if name == "offer" else attributes_of(record)
            for name, record in read_records(file, url)
        )
        found = products_of(items, Terms(url, "feed", currency, now))
    else:
        found = products_of(read_rows(file, url, content_type), Terms(url, "feed", currency, now, None))
    none_yet = True
    for product in found:
        none_yet = none_yet and product is None
        yield product
    if none_yet:
        raise FeedError("not_a_feed", url, "no item of the feed names a product with an address and a price")
