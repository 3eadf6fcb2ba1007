"""Product feeds: offers from one file, without fetching each page."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import aclosing

from scrapy import Request
from scrapy.http import Response

from scrapers.feeds import LARGEST, FeedError, read_feed
from scrapers.spiders.apart import read_apart
from scrapers.spiders.starts.start import Start, content_type

_SECONDS = 600
"""For the download: a feed is as large as a thousand pages."""


class FeedStart(Start):
    """Every product of a feed."""

    def requests(self) -> Iterator[Request]:
        """The feed itself."""
        request = self._request(self._url, self._parse)
        request.meta.update(download_maxsize=LARGEST, download_timeout=_SECONDS)
        yield request

    async def _parse(self, response: Response) -> None:
        products = read_feed(
            response.body,
            response.url,
            content_type=content_type(response),
            currency=self._spider.site.currency,
            now=self._spider.clock(),
        )
        try:
            async with aclosing(read_apart(products)) as apart:
                async for product in apart:
                    was_full = self._spider.plan.full
                    self._spider.offered(product)  # also one too many, of which the plan tells
                    if was_full:
                        break
        except FeedError as error:  # what was read before it counts
            self._fail(response.url, error.cause)
        else:
            self._note_skipped(response.url, products.skipped)
