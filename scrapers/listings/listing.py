"""Reading one page that lists products."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import urlsplit

from scrapers.extraction.page import Page
from scrapers.listings.cards import product_links
from scrapers.listings.item_lists import named_products
from scrapers.listings.links import links_of
from scrapers.listings.paging import further_pages


@dataclass(frozen=True, slots=True)
class Listing:
    """Where a list's page leads: to products, and to further pages of the same list. Absolute addresses, each once."""

    products: tuple[str, ...]
    further: tuple[str, ...]


def read_listing(
    html: bytes,
    url: str,
    *,
    may_visit: Callable[[str], bool],
    content_type: str | None = None,
    product_url: str | None = None,
) -> Listing:
    """Read a page that lists products.

    `may_visit` says which addresses are the site's. `product_url` is a regular expression that is found in addresses of
    products, and then alone tells them; without it they are told by the cards they stand in. Pages come from strangers:
    a broken or hostile one gives fewer links or none, in bounded time, and raises nothing.
    """
    page = Page.parse(html, url, content_type=content_type)
    links = list(links_of(page, may_visit))
    further = further_pages(page, links)
    if product_url:
        pattern = re.compile(product_url)
        found = dict.fromkeys(link.url for link in links if link.element.tag == "a" and pattern.search(link.url))
        products = tuple(found)
    else:
        shown = product_links(page, [link for link in links if link.url not in further])
        paths = {urlsplit(url).path for url in shown}
        named = (url for url in named_products(page) if may_visit(url) and urlsplit(url).path not in paths)
        products = tuple(dict.fromkeys((*shown, *named)))
    return Listing(products, further)
