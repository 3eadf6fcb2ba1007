"""How fast a host is asked: Scrapy's AutoThrottle, held back by what the host itself asks for."""

from __future__ import annotations

import time

from scrapy import Request, Spider
from scrapy.crawler import Crawler
from scrapy.extensions.throttle import AutoThrottle
from scrapy.http import Response

LONGEST = 300.0
"""Seconds; a host that asks for more between two requests, or before the next one, gets this much."""

_FIRST = 0.5
"""Seconds of the first pause, where the site's own delay is less."""
_LEAST = 0.1
"""Seconds, where the host asks for none."""
_SOME = 0.001
"""Scrapy looks at when a slot was last used only where the slot has some delay."""


class Pace(AutoThrottle):
    """The delay between two requests to a host: never below its robots.txt's, and none is sent while it is paused.

    Both act on the downloader's slot of that host, so other hosts of the crawl go on.
    """

    crawler: Crawler
    pauses_in_a_row = 0
    """How often the crawl had to pause since the last answer that was none of those that pass."""

    def slow_down(self, request: Request, seconds: float) -> None:
        """From now on leave at least `seconds` between two requests to the request's host."""
        assert self.crawler.engine is not None
        downloader = self.crawler.engine.downloader
        key = downloader.get_slot_key(request)
        seconds = min(seconds, LONGEST)
        # Without jitter: half of a delay that the host asked for is too little. Scrapy forgets idle slots, not these.
        downloader.per_slot_settings[key] = {"delay": max(seconds, self.mindelay), "jitter": 0.0}
        if slot := downloader.slots.get(key):
            slot.delay, slot.jitter = max(slot.delay, seconds), 0.0

    def pause(self, request: Request, seconds: float | None = None) -> None:
        """Send nothing to the request's host for so long; without a number, for longer than the last time, unless it is
        paused already."""
        assert self.crawler.engine is not None
        downloader = self.crawler.engine.downloader
        slot = downloader.slots.get(downloader.get_slot_key(request))
        if slot is None:
            return
        now = time.monotonic()
        if slot.lastseen <= now:
            self.pauses_in_a_row += 1
        elif seconds is None:  # others of the same moment have failed as well
            return
        if seconds is None:
            seconds = max(_FIRST, self.mindelay) * 2 ** min(self.pauses_in_a_row - 1, 20)
        slot.delay = slot.delay or _SOME
        slot.lastseen = max(slot.lastseen, now + min(max(seconds, _LEAST), LONGEST))

    def note_answer(self) -> None:
        """The shop answers again."""
        self.pauses_in_a_row = 0

    def _response_downloaded(self, response: Response, request: Request, spider: Spider) -> None:
        super()._response_downloaded(response, request, spider)
        assert self.crawler.engine is not None
        asked = self.crawler.engine.downloader.per_slot_settings
        key, slot = self._get_slot(request, spider)
        if slot and key in asked:
            slot.delay = max(slot.delay, asked[key]["delay"])


def pace_of(crawler: Crawler) -> Pace:
    """The crawl's own."""
    pace = crawler.get_extension(Pace)
    assert pace is not None
    return pace
