"""One page off the web, read: through the same guarded and polite crawler as whole shops."""

from __future__ import annotations

import tempfile
from pathlib import Path
from urllib.parse import urlsplit

from scrapers.browser.need import wants_browser
from scrapers.extraction.product import Product, extract
from scrapers.fetcher import FetchedPage, fetcher
from scrapers.sites import Site
from scrapers.sites.hosts import host_of
from warehouse.crawl_causes import in_words
from warehouse.errors import InputError

_NOT_THERE = frozenset({"http_404", "http_410", "unknown_host", "connection_refused"})


def read_address(url: str, *, allow_private: bool = False) -> Product:
    """Fetch the page at `url` and read its product; with the browser where nothing can be read without it.

    `allow_private` lets the address lie on a private network. InputError where it is none or cannot be fetched.
    """
    if host_of(url) is None:
        raise InputError(f"{url!r} is no address of a page; give a whole one, such as https://www.example.com/p/1")
    host = urlsplit(url).netloc.lower().removeprefix("www.")
    site = Site(name="one-page", sitemaps=(), watch=(url,), hosts=(host,), allow_private=allow_private)
    with tempfile.TemporaryDirectory(prefix="purveyor-") as folder, fetcher(site, Path(folder)) as fetching:
        page = fetching.fetch([url])[0]
        if page.cause:
            remedy = "look at the address" if page.cause in _NOT_THERE else "save it from a browser and give the file"
            raise InputError(f"{url} could not be fetched ({in_words(page.cause)}); {remedy}")
        product = _read(page)
        if not wants_browser(product, page.body):
            return product
        drawn = fetching.fetch([url], render=True)[0]
        return product if drawn.cause else _read(drawn)


def _read(page: FetchedPage) -> Product:
    return extract(page.body, page.url, content_type=page.content_type)
