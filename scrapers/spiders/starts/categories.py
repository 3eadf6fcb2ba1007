"""Category pages: the products they list, over all pages of the list."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from scrapy import Request
from scrapy.http import Response, TextResponse

from scrapers.browser.marks import is_rendered, rendered
from scrapers.browser.need import wants_browser
from scrapers.extraction.product import Product
from scrapers.listings import Listing, read_listing
from scrapers.spiders.refusals import refusal
from scrapers.spiders.starts.start import Start, content_type
from warehouse.offer_ids import canonical_url

if TYPE_CHECKING:
    from scrapers.spiders.product_pages import ProductPages

_MOST_PAGES = 1_000
"""Of one list."""


class CategoryStart(Start):
    """Every product of a list. It ends where a page brings nothing that the pages before it have not brought."""

    def __init__(self, spider: ProductPages, url: str) -> None:
        super().__init__(spider, url)
        self._asked: set[str] = set()
        self._listed: set[str] = set()

    def requests(self) -> Iterator[Request]:
        """The list's first page."""
        yield from self._pages((self._url,))

    def _pages(self, urls: tuple[str, ...]) -> Iterator[Request]:
        for url in urls:
            key = canonical_url(url)
            if key in self._asked:
                continue
            if len(self._asked) >= _MOST_PAGES:
                self._fail(url, "too_many_pages")
                return
            self._asked.add(key)
            request = self._request(url, self._parse)
            yield rendered(request) if self._spider.site.render == "always" else request

    def _parse(self, response: Response) -> Iterator[Request]:
        listing = self._read(response)
        if not listing.products and (cause := self._why_none(response)):
            if cause == "not_drawn":
                assert response.request is not None
                yield rendered(response.request)
            else:
                self._fail(response.url, cause)
            return
        new = [url for url in listing.products if url not in self._listed]
        self._listed.update(new)
        yield from self._spider.pages(new)
        if new and not self._spider.plan.full:
            yield from self._pages(listing.further)

    def _read(self, response: Response) -> Listing:
        return read_listing(
            response.body,
            response.url,
            may_visit=self._spider.site.may_visit,
            content_type=content_type(response),
            product_url=self._spider.site.product_url,
        )

    def _why_none(self, response: Response) -> str | None:
        """Why a page lists no products; None where it is the empty end of a list."""
        if not isinstance(response, TextResponse):
            return "not_html"
        if cause := refusal(response):
            return cause
        drawn = is_rendered(response)
        if self._spider.site.render == "auto" and not drawn and wants_browser(Product(response.url), response.body):
            return "not_drawn"
        return None if self._listed else "no_products_listed"
