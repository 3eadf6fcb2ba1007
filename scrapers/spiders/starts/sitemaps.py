"""Sitemaps, and indexes of sitemaps."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

from scrapy import Request
from scrapy.http import Response

from scrapers.sitemap import LARGEST, read_sitemap
from scrapers.spiders.starts.start import Start

_DEEPEST_INDEX = 3
_MOST_SITEMAPS = 5_000
"""Of one index: a shop of five million pages has a hundred."""
_LONG_AGO = datetime.min.replace(tzinfo=UTC)


class SitemapStart(Start):
    """Every page that a sitemap lists."""

    def requests(self) -> Iterator[Request]:
        """The sitemap itself."""
        yield self._sitemap(self._url, depth=1)

    def _sitemap(self, url: str, depth: int) -> Request:
        request = self._request(url, self._parse, depth=depth)
        request.meta["download_maxsize"] = LARGEST
        return request

    def _parse(self, response: Response, depth: int) -> Iterator[Request]:
        sitemap = read_sitemap(response.body)
        if sitemap is None:
            self._fail(response.url, "not_a_sitemap")
        elif not sitemap.is_index:
            # What changed last comes first: a crawl that is cut short has then missed what matters least.
            newest_first = sorted(sitemap.urls, key=lambda url: sitemap.changed_at.get(url, _LONG_AGO), reverse=True)
            yield from self._spider.pages(newest_first, sitemap.changed_at)
        elif depth < _DEEPEST_INDEX:
            if len(sitemap.urls) > _MOST_SITEMAPS:
                self._fail(response.url, "too_many_sitemaps")
            for url in sitemap.urls[:_MOST_SITEMAPS]:
                if self._spider.plan.full:
                    return
                if self._spider.site.may_visit(url):
                    yield self._sitemap(url, depth + 1)
                else:
                    self._fail(url, "off_site")
        else:
            self._fail(response.url, "sitemap_too_deep")
