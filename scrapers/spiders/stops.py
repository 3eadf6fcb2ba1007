"""When a crawl asks no more: outside the shop's hours, or where the shop keeps it out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol, runtime_checkable

from scrapy import Request
from scrapy.exceptions import IgnoreRequest

from scrapers.spiders.pace import pace_of

if TYPE_CHECKING:
    from scrapy.crawler import Crawler

GIVEN_UP = "given_up"
IN_A_ROW = 10
"""After so many refusals, or pauses for a shop that is too busy, it has said what there is to say."""


class StopError(IgnoreRequest):
    """The request is not sent, for the cause given."""

    def __init__(self, cause: str) -> None:
        super().__init__(cause)
        self.cause = cause


@runtime_checkable
class Stoppable(Protocol):
    """A spider that knows when to stop."""

    def stop_cause(self) -> str | None:
        """Why nothing more may be asked for now; None while all is well."""


class Stops:
    """Downloader middleware: once there is a cause to stop, every page left ends with it, and the crawl with them."""

    def __init__(self, crawler: Crawler) -> None:
        self._crawler = crawler

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Stops:
        """Built by Scrapy."""
        return cls(crawler)

    def process_request(self, request: Request) -> None:
        """StopError where the crawl asks no more."""
        spider = self._crawler.spider
        if isinstance(spider, Stoppable) and (cause := spider.stop_cause()):
            raise StopError(cause)
        if pace_of(self._crawler).pauses_in_a_row >= IN_A_ROW:
            raise StopError(GIVEN_UP)
