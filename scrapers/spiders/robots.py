"""robots.txt as RFC 9309 has it. Scrapy's own middleware takes an unreachable one for leave to fetch; section 2.3.1.4
says the opposite, so that a shop that struggles is left alone."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from scrapy import Request
from scrapy.exceptions import IgnoreRequest
from scrapy.http.request import NO_CALLBACK
from scrapy.robotstxt import ProtegoRobotParser
from scrapy.utils.httpobj import urlparse_cached

from scrapers.spiders.pace import pace_of

if TYPE_CHECKING:
    from scrapy.crawler import Crawler

_FETCHES_RULES = "purveyor_fetches_robots"
_BEFORE_ALL = 1000
_TOO_MANY_REQUESTS = 429


class RobotsForbidError(IgnoreRequest):
    """The site's robots.txt asks this crawler to leave the page alone."""


class RobotsUnreachableError(IgnoreRequest):
    """The site's robots.txt could not be fetched; `__cause__` says why, where it was the network."""


class ObeyRobots:
    """Downloader middleware: fetches each host's robots.txt once, stops what it forbids, goes as slowly as it asks."""

    def __init__(self, crawler: Crawler, user_agent: str) -> None:
        self._crawler = crawler
        self._user_agent = user_agent
        self._rules: dict[str, asyncio.Task[ProtegoRobotParser]] = {}

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> ObeyRobots:
        """Built by Scrapy."""
        return cls(crawler, crawler.settings["ROBOTSTXT_USER_AGENT"])

    async def process_request(self, request: Request) -> None:
        """Wait for the host's rules; RobotsForbidError or RobotsUnreachableError stops the request."""
        if request.meta.get(_FETCHES_RULES):
            return
        url = urlparse_cached(request)
        origin = f"{url.scheme}://{url.netloc}"
        if origin not in self._rules:
            self._rules[origin] = asyncio.ensure_future(self._fetch(origin))
        rules = await self._rules[origin]
        if not rules.allowed(request.url, self._user_agent):
            raise RobotsForbidError("robots.txt forbids the page")

    def forbids(self, url: str) -> bool:
        """Whether the rules of its host forbid `url`; a host whose rules have not been fetched forbids nothing."""
        parts = urlsplit(url)
        rules = self._rules.get(f"{parts.scheme}://{parts.netloc}")
        if rules is None or not rules.done() or rules.cancelled() or rules.exception():
            return False
        return not rules.result().allowed(url, self._user_agent)

    async def _fetch(self, origin: str) -> ProtegoRobotParser:
        request = Request(
            f"{origin}/robots.txt", priority=_BEFORE_ALL, meta={_FETCHES_RULES: True}, callback=NO_CALLBACK
        )
        assert self._crawler.engine is not None
        try:
            response = await self._crawler.engine.download_async(request)
        except Exception as error:
            raise RobotsUnreachableError("robots.txt could not be fetched") from error
        if response.status >= 500 or response.status == _TOO_MANY_REQUESTS:
            raise RobotsUnreachableError(f"robots.txt was answered with {response.status}")
        # Other errors mean that there is none (section 2.3.1.3), and an error page is no set of rules.
        rules = ProtegoRobotParser(response.body if response.status == 200 else b"", self._crawler.spider)
        if delay := self._delay(rules):
            pace_of(self._crawler).slow_down(request, delay)
        return rules

    def _delay(self, rules: ProtegoRobotParser) -> float:
        """Seconds between two requests that the rules ask for, by Crawl-delay or Request-rate; 0 for none."""
        rate = rules.rp.request_rate(self._user_agent)
        return max(
            rules.rp.crawl_delay(self._user_agent) or 0.0,
            rate.seconds / rate.requests if rate and rate.requests else 0.0,
        )
