"""Products that a list's page names in JSON-LD (https://schema.org/ItemList): also where scripts draw its cards."""

from __future__ import annotations

from collections.abc import Iterator

from scrapers.extraction.lenient_json import read_lenient
from scrapers.extraction.nodes import nodes_in, text_of, types_of, url_of
from scrapers.extraction.page import Page
from scrapers.extraction.schema_org import PRODUCTS, entities
from scrapers.listings.links import base_of, resolve

_MOST_NODES = 2_000


def named_products(page: Page) -> Iterator[str]:
    """The absolute addresses of products in any ItemList; breadcrumbs and menus are such lists too."""
    base = base_of(page)
    for script in page.scripts:
        if "ld+json" not in script.type or "ItemList" not in script.text:
            continue
        for node in entities(read_lenient(script.text), _MOST_NODES):
            if "itemlist" in types_of(node):
                for entry in nodes_in(node.get("itemlistelement"))[:_MOST_NODES]:
                    items = nodes_in(entry.get("item")) or [entry]
                    url = resolve(base, url_of(items[0]) or text_of(entry.get("url")))
                    if url and types_of(items[0]) & PRODUCTS:
                        yield url
