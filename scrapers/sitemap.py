"""Sitemaps (https://www.sitemaps.org/protocol.html), plain or gzipped, from strangers."""

from __future__ import annotations

import zlib
from dataclasses import dataclass
from io import BytesIO

from lxml import etree

LARGEST = 50 * 1024 * 1024
"""Bytes of an unpacked sitemap: the protocol's own limit."""


@dataclass(frozen=True, slots=True)
class Sitemap:
    """The addresses a sitemap lists: of further sitemaps where `is_index`, else of pages."""

    is_index: bool
    urls: tuple[str, ...]


def read_sitemap(body: bytes) -> Sitemap | None:
    """The sitemap, or None where `body` is none. What stands behind 50 MB, or behind broken XML, is not read."""
    if body[:2] == b"\x1f\x8b":
        try:
            body = zlib.decompressobj(wbits=31).decompress(body, LARGEST)
        except zlib.error:
            return None
    root: str | None = None
    urls: list[str] = []
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
                urls.append(element.text.strip())
            elif tag in ("url", "sitemap"):
                element.clear()
    except (etree.LxmlError, ValueError):
        pass
    if root not in ("urlset", "sitemapindex"):
        return None
    return Sitemap(root == "sitemapindex", tuple(dict.fromkeys(urls)))
