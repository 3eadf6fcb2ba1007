"""Sitemaps (https://www.sitemaps.org/protocol.html), XML or text, plain or gzipped, from strangers."""

from __future__ import annotations

import zlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from io import BytesIO

from lxml import etree

LARGEST = 50 * 1024 * 1024
"""Bytes of an unpacked sitemap: the protocol's own limit."""


@dataclass(frozen=True, slots=True)
class Sitemap:
    """The addresses a sitemap lists: of further sitemaps where `is_index`, else of pages."""

    is_index: bool
    urls: tuple[str, ...]
    changed_at: Mapping[str, datetime] = field(default_factory=dict)
    """When an address last changed, for those of which the sitemap says so."""


def read_sitemap(body: bytes) -> Sitemap | None:
    """The sitemap, or None where `body` is none. What stands behind 50 MB, or behind broken XML, is not read."""
    if body[:2] == b"\x1f\x8b":
        try:
            body = zlib.decompressobj(wbits=31).decompress(body, LARGEST)
        except zlib.error:
            return None
    return _read_text(body) if body.lstrip()[:4].lower() == b"http" else _read_xml(body)


def _read_text(body: bytes) -> Sitemap:
    lines = (line.strip() for line in body.decode("utf-8", "replace").splitlines())
    return Sitemap(False, tuple(dict.fromkeys(line for line in lines if line)))


def _read_xml(body: bytes) -> Sitemap | None:
    root: str | None = None
    urls: dict[str, None] = {}
    changed_at: dict[str, datetime] = {}
    url: str | None = None
    try:
        # Entities are not resolved and nothing is fetched: both are ways to attack whoever reads XML.
        events = etree.iterparse(
            BytesIO(body),
            events=("start", "end"),
            resolve_entities=False,
            no_network=True,
            recover=True,
            huge_tree=False,
        )
        for event, element in events:
            tag = etree.QName(element).localname if isinstance(element.tag, str) else ""
            if event == "start":
                root = root or tag
            elif tag == "loc" and element.text:
                url = element.text.strip()
                urls[url] = None
            elif tag == "lastmod" and url and (moment := _moment(element.text)):
                changed_at[url] = moment
            elif tag in ("url", "sitemap"):
                url = None
                element.clear()
    except (etree.LxmlError, ValueError):
        pass
    if root not in ("urlset", "sitemapindex"):
        return None
    return Sitemap(root == "sitemapindex", tuple(urls), changed_at)


def _moment(text: str | None) -> datetime | None:
    """A W3C date or time; a date alone counts from its end, since the change may have come at any hour of it."""
    try:
        moment = datetime.fromisoformat((text or "").strip())
    except ValueError:
        return None
    if len((text or "").strip()) == len("2026-01-01"):
        moment = moment.replace(hour=23, minute=59, second=59)
    return moment.replace(tzinfo=moment.tzinfo or UTC)
