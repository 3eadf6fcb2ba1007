"""Shops whose own interface lists their products, page by page: Shopify and WooCommerce."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from scrapy import Request
from scrapy.http import Response
from twisted.python.failure import Failure

from scrapers.feeds import FeedError, Products, read_shopify_products, read_woo_products
from scrapers.spiders.starts.start import Start
from warehouse.money import is_currency

if TYPE_CHECKING:
    from scrapers.spiders.product_pages import ProductPages

_MOST_PAGES = 2_000


class _PagedStart(Start):
    """A list that is asked for by page number, until a page brings nothing that those before it have not brought."""

    def __init__(self, spider: ProductPages, url: str) -> None:
        super().__init__(spider, url)
        self._listed: set[str] = set()

    def _take(self, products: Products, response: Response, number: int, last: int = _MOST_PAGES) -> bool:
        """Hand on the products of page `number`; whether to ask for the next."""
        before = len(self._listed)
        for product in products:
            self._listed.add(product.url)
            self._spider.offered(product)
        self._note_skipped(response.url, products.skipped)
        if number >= _MOST_PAGES:
            self._fail(response.url, "too_many_pages")
        return len(self._listed) > before and number < min(last, _MOST_PAGES) and not self._spider.plan.full


class ShopifyStart(_PagedStart):
    """`/products.json` of a Shopify shop, or of one collection in it.

    The list names no currency; where the site file does not either, the shop's `/meta.json` is asked first.
    """

    def __init__(self, spider: ProductPages, url: str) -> None:
        super().__init__(spider, url)
        parts = urlsplit(url)
        self._shop = f"{parts.scheme}://{parts.netloc}"
        self._currency = spider.site.currency

    def requests(self) -> Iterator[Request]:
        """The shop's currency where it is not known, else the first page."""
        if self._currency:
            yield self._page(1)
        else:
            yield self._request(f"{self._shop}/meta.json", self._parse_meta).replace(errback=self._without_meta)

    def _parse_meta(self, response: Response) -> Request:
        try:
            currency = json.loads(response.body)["currency"]
        except (ValueError, KeyError, TypeError, RecursionError):
            currency = None
        if isinstance(currency, str) and is_currency(currency):
            self._currency = currency
        return self._page(1)

    def _without_meta(self, failure: Failure) -> Request:
        return self._page(1)  # its prices then stand without a currency

    def _page(self, number: int) -> Request:
        url = f"{self._url.rstrip('/')}/products.json?limit=250&page={number}"
        return self._request(url, self._parse, number=number)

    def _parse(self, response: Response, number: int) -> Iterator[Request]:
        try:
            products = read_shopify_products(response.body, self._shop, currency=self._currency)
        except FeedError as error:
            self._fail(response.url, error.cause)
            return
        if self._take(products, response, number):
            yield self._page(number + 1)


class WooCommerceStart(_PagedStart):
    """The Store API of a WooCommerce shop, as many pages as its answers say.

    https://developer.woocommerce.com/docs/apis/store-api/resources-endpoints/products
    """

    def requests(self) -> Iterator[Request]:
        """The first page."""
        yield self._page(1)

    def _page(self, number: int) -> Request:
        url = f"{self._url.rstrip('/')}/wp-json/wc/store/v1/products?per_page=100&page={number}"
        return self._request(url, self._parse, number=number)

    def _parse(self, response: Response, number: int) -> Iterator[Request]:
        try:
            products = read_woo_products(response.body, response.url)
        except FeedError as error:
            self._fail(response.url, error.cause)
            return
        total = (response.headers.get("X-WP-TotalPages") or b"").decode("latin-1")
        last = int(total[:9]) if total.isascii() and total.isdigit() else _MOST_PAGES
        if self._take(products, response, number, last):
            yield self._page(number + 1)
