"""Where a crawl starts, besides a watch list: one module for each way in which a shop lists its products."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from scrapers.spiders.starts.apis import ShopifyStart, WooCommerceStart
from scrapers.spiders.starts.categories import CategoryStart
from scrapers.spiders.starts.feeds import FeedStart
from scrapers.spiders.starts.sitemaps import SitemapStart
from scrapers.spiders.starts.start import Start

if TYPE_CHECKING:
    from scrapers.spiders.product_pages import ProductPages


def starts_of(spider: ProductPages) -> Iterator[Start]:
    """The start points of the spider's site, those that give offers without fetching each page first."""
    site = spider.site
    for kind, urls in (
        (FeedStart, site.feeds),
        (ShopifyStart, site.shopify),
        (WooCommerceStart, site.woocommerce),
        (SitemapStart, site.sitemaps),
        (CategoryStart, site.categories),
    ):
        for url in urls:
            yield kind(spider, url)
