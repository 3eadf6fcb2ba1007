"""A crawling process without the spider: fetches or draws addresses and says what became of each.

`python -m tests.scrapers.guarded_fetches` reads a job as JSON and writes {address: cause or status} as JSON. What keeps
requests on the site's hosts and obeys robots.txt is switched off, so that nothing but the guard at the connection
stands between an address and the machine's own services. `names` makes a resolver of {host: [addresses, ...]}, each
answer used once and the last one for good; `public` lists addresses that count as public; `settings` are Scrapy's.
"""

from __future__ import annotations

import json
import sys
from collections.abc import AsyncIterator
from typing import Any

from scrapy import Request, Spider
from scrapy.crawler import AsyncCrawlerProcess
from scrapy.http import Response
from scrapy.resolver import dnscache
from twisted.internet import asyncioreactor
from twisted.internet.address import IPv4Address
from twisted.internet.interfaces import IHostnameResolver
from twisted.python.failure import Failure
from zope.interface import implementer

from scrapers.browser.marks import rendered
from scrapers.sites import Site
from scrapers.spiders import guard
from scrapers.spiders.causes import cause_of
from scrapers.spiders.settings import crawl_settings


@implementer(IHostnameResolver)
class Names:
    """Answers from a list; whatever is not on it goes to the machine's own resolver."""

    def __init__(self, names: dict[str, list[list[str]]], otherwise: Any) -> None:
        self._names, self._otherwise = names, otherwise

    def resolveHostName(self, receiver: Any, host: str, port: int = 0, *more: Any) -> Any:
        answers = self._names.get(host)
        if answers is None:
            return self._otherwise.resolveHostName(receiver, host, port, *more)
        receiver.resolutionBegan(receiver)
        for address in answers.pop(0) if len(answers) > 1 else answers[0]:
            receiver.addressResolved(IPv4Address("TCP", address, port))
        receiver.resolutionComplete()
        return receiver


class Fetches(Spider):
    name = "fetches"

    def __init__(self, urls: list[str], draw: bool, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.urls, self.draw = urls, draw
        self.outcomes: dict[str, str] = {}

    async def start(self) -> AsyncIterator[Request]:
        for place, url in enumerate(self.urls):
            request = Request(
                url, self.came, errback=self.failed, dont_filter=True, priority=-place, cb_kwargs={"asked": url}
            )
            yield rendered(request) if self.draw else request

    def came(self, response: Response, asked: str) -> None:
        self._end(asked, str(response.status))

    def failed(self, failure: Failure) -> None:
        self._end(failure.request.cb_kwargs["asked"], cause_of(failure.value))  # type: ignore

    def _end(self, asked: str, outcome: str) -> None:
        self.outcomes[asked] = outcome
        dnscache.clear()  # the next request asks for its name again


def main() -> None:
    job = json.load(sys.stdin)
    asyncioreactor.install()
    from twisted.internet import reactor

    really_public = guard.is_public
    guard.is_public = lambda address: address in job["public"] or really_public(address)
    reactor.installNameResolver(Names(job["names"], reactor.nameResolver))
    site = Site.from_json(job["site"])
    settings = crawl_settings(site) | {
        "DOWNLOADER_MIDDLEWARES": {
            "scrapy.downloadermiddlewares.offsite.OffsiteMiddleware": None,
            "scrapy.downloadermiddlewares.robotstxt.RobotsTxtMiddleware": None,
        },
        "RETRY_ENABLED": False,
        "AUTOTHROTTLE_ENABLED": False,
        "LOG_LEVEL": "CRITICAL",
        **job["settings"],
    }
    process = AsyncCrawlerProcess(settings)
    crawler = process.create_crawler(Fetches)
    process.crawl(crawler, urls=job["urls"], draw=job["draw"])
    process.start()
    spider = crawler.spider
    assert isinstance(spider, Fetches)
    json.dump(spider.outcomes, sys.stdout)


if __name__ == "__main__":
    main()
