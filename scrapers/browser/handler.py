"""Scrapy's way to both: plain HTTP for most requests, Chromium for those marked by `rendered`."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar
from weakref import WeakKeyDictionary

from scrapy import Request
from scrapy.http import Response

from scrapers.browser.marks import wants_rendering
from scrapers.spiders.guard import GuardedHandler

if TYPE_CHECKING:
    from scrapy.crawler import Crawler

    from scrapers.browser.rendering import Renderer


class BrowserHandler(GuardedHandler):
    """Download handler of http and https. The browser is started, and Playwright imported, with the first request
    that wants it: a crawl that needs none pays nothing."""

    _renderers: ClassVar[WeakKeyDictionary[Crawler, Renderer]] = WeakKeyDictionary()
    """One browser for a crawl, whatever the scheme: Scrapy makes a handler for each."""

    def __init__(self, crawler: Crawler) -> None:
        super().__init__(crawler)
        self._of = crawler

    async def download_request(self, request: Request) -> Response:
        """Fetch or draw; the errors of either."""
        if not wants_rendering(request):
            return await super().download_request(request)
        if self._of not in self._renderers:
            from scrapers.browser.rendering import Renderer

            self._renderers[self._of] = Renderer(self._of)
        return await self._renderers[self._of].download_request(request)

    async def close(self) -> None:
        """Called by Scrapy at the end."""
        await super().close()
        renderer = self._renderers.pop(self._of, None)
        if renderer is not None:
            await renderer.close()
