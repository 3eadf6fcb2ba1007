"""JSON answers of a shop's own interface, from strangers: bounded in size, numbers as Decimal."""

from __future__ import annotations

from scrapers.extraction.lenient_json import Json, read_strict
from scrapers.feeds.products import FeedError

_LARGEST = 32 * 1024 * 1024
"""Bytes: a hundred times what a page of products takes."""


def read_json(body: bytes, url: str) -> Json:
    """The body's JSON value, an object or a list; FeedError where it is none."""
    if len(body) > _LARGEST:
        raise FeedError("too_large", url, f"the answer is over {_LARGEST >> 20} MB")
    text = body.decode("utf-8-sig", "replace").strip()
    if text[:1] not in ("{", "["):
        raise FeedError("not_a_feed", url, "the answer is no JSON")
    value, end = read_strict(text, 0)
    if value is None or text[end:].strip():
        raise FeedError("unreadable", url, "the answer is broken JSON")
    return value
