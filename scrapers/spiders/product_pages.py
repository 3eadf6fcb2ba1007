"""The spider: from a site's sitemaps or watch list to what its product pages say, one JSON line per outcome."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Iterator
from typing import Any

from scrapy import Request, Spider
from scrapy.http import Response, TextResponse
from twisted.python.failure import Failure

from scrapers.extraction.product import extract
from scrapers.messages import Closed, Emit, Failed, Fetched, Planned, offer_columns
from scrapers.sitemap import LARGEST, read_sitemap
from scrapers.sites import Site
from scrapers.spiders.causes import cause_of
from warehouse.clock import Clock

_DEEPEST_INDEX = 3
_LONGEST_URL = 2083
"""Characters of an address, as browsers had it; Scrapy would drop a longer one silently."""


class ProductPages(Spider):
    """Crawls one site. Every planned page ends as one `Fetched` (with or without an offer) or one `Failed`."""

    name = "product_pages"

    def __init__(self, site: Site, emit: Emit, clock: Clock, limit: int | None = None, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self._site = site
        self._emit = emit
        self._clock = clock
        self._limit = limit
        self._planned: set[str] = set()
        self._is_product = re.compile(site.product_url or "")

    async def start(self) -> AsyncIterator[Request]:
        """The watch list's pages, or the sitemaps."""
        for request in self._pages(self._site.watch):
            yield request
        for url in self._site.sitemaps:
            yield self._sitemap_request(url, depth=1)

    def _sitemap_request(self, url: str, depth: int) -> Request:
        return Request(
            url,
            self._parse_sitemap,
            errback=self._sitemap_failed,
            cb_kwargs={"depth": depth},
            meta={"download_maxsize": LARGEST},
        )

    def _parse_sitemap(self, response: Response, depth: int) -> Iterator[Request]:
        sitemap = read_sitemap(response.body)
        if sitemap is None:
            self._emit(Failed(response.url, "not_a_sitemap", planned=False))
        elif not sitemap.is_index:
            yield from self._pages(sitemap.urls)
        elif depth < _DEEPEST_INDEX:
            yield from (self._sitemap_request(url, depth + 1) for url in sitemap.urls if self._may_visit(url))
        else:
            self._emit(Failed(response.url, "sitemap_too_deep", planned=False))

    def _may_visit(self, url: str) -> bool:
        if self._site.may_visit(url):
            return True
        self._emit(Failed(url, "off_site", planned=False))
        return False

    def _pages(self, urls: tuple[str, ...]) -> Iterator[Request]:
        for url in urls:
            if self._limit is not None and len(self._planned) >= self._limit:
                return
            if url in self._planned or not self._is_product.search(url):
                continue
            self._planned.add(url)
            self._emit(Planned(url))
            if not self._site.may_visit(url) or len(url) > _LONGEST_URL:
                self._emit(Failed(url[:_LONGEST_URL], "off_site", planned=True))
                continue
            # Scrapy's duplicate filter would drop a page silently; the set above keeps them apart.
            yield Request(url, self._parse_product, errback=self._page_failed, dont_filter=True)

    def _parse_product(self, response: Response) -> None:
        if not isinstance(response, TextResponse):
            self._emit(Fetched(response.url, cause="not_html"))
            return
        header = response.headers.get("Content-Type") or b""
        try:
            product = extract(
                response.body, response.url, content_type=header.decode("latin-1"), currency=self._site.currency
            )
            offer = offer_columns(product, self._clock()) if product.is_evident else None
        except Exception:  # whatever a stranger's page does to the reader, the crawl goes on and the page is counted
            self.logger.exception("reading %s failed", response.url)
            self._emit(Fetched(response.url, cause="unreadable"))
            return
        self._emit(Fetched(response.url, offer=offer, cause=None if offer else "no_product"))

    def _page_failed(self, failure: Failure) -> None:
        assert failure.value is not None
        self._emit(Failed(failure.request.url, cause_of(failure.value), planned=True))  # type: ignore[attr-defined]

    def _sitemap_failed(self, failure: Failure) -> None:
        assert failure.value is not None
        self._emit(Failed(failure.request.url, cause_of(failure.value), planned=False))  # type: ignore[attr-defined]

    def closed(self, reason: str) -> None:
        """Called by Scrapy at the end."""
        self._emit(Closed(reason))
