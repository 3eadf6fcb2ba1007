"""What the messages of a crawl add up to: each page once, whatever was heard of it how often."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from scrapers.health import CrawlHealth, Outcome
from scrapers.messages import Begun, Closed, Failed, Fetched, Message, Planned
from scrapers.spool import Ended, Spool

ANSWERED = frozenset(("no_product", "not_html", "unreadable", "duplicate"))
"""Causes of pages that were answered as asked and gave no offer of their own all the same."""

REFUSED = frozenset(("captcha", "blocked", "http_401", "http_403", "http_429"))
"""Causes by which a shop keeps a robot out."""

_GONE = frozenset(("http_404", "http_410"))
"""Causes that are an answer too: the page is no more."""

_PASSING = frozenset(
    "connection connection_refused crashed given_up outside_window proxy robots_unreachable timeout unknown_host "
    "http_408 http_429 http_500 http_502 http_503 http_504 http_522 http_524".split()
)
"""Causes that may be gone later. A crawl that is taken up asks for these pages again."""

_PENDING = "?"
_GIVEN = ""
_LONGEST_URL = 2083


@dataclass(slots=True)
class Tally:
    """Takes messages in their order; what is said of a page after its end is ignored, but for failures that may have
    passed when the crawl was taken up."""

    settled: int = 0
    """Planned pages whose end is known, good or bad."""
    fetched: int = 0
    rendered: int = 0
    not_modified: int = 0
    offers: int = 0
    priced: int = 0
    closed: str | None = None
    latest: datetime | None = None
    """When the last offer was observed."""
    _pages: dict[str, str] = field(default_factory=dict)
    """By address: pending, given (an offer), or the cause why it gave none."""
    _others: dict[str, str] = field(default_factory=dict)
    """Sitemaps and their like that failed, and why."""
    _seen: set[bytes] = field(default_factory=set)
    """The ids of the offers."""
    _cut_short_by: str | None = None

    @property
    def planned(self) -> int:
        """Product pages it means to read."""
        return len(self._pages)

    def take(self, message: Message) -> list[Mapping[str, Any]]:
        """Count a message; the offers in it that were not seen before."""
        match message:
            case Begun():
                self._take_up()
            case Planned(url=url):
                self._pages.setdefault(url[:_LONGEST_URL], _PENDING)
            case Failed(url=url, cause=cause, planned=True):
                self._settle(url, cause)
            case Failed(url=url, cause=cause):
                self._others[url[:_LONGEST_URL]] = cause
            case Closed(reason=reason):
                self.closed = reason
            case Fetched():
                return self._take_page(message)
        return []

    def _take_up(self) -> None:
        """Forget what failed for now, and what was wrong with start points: it is asked for anew."""
        self._others.clear()
        for url, cause in self._pages.items():
            if cause in _PASSING:
                self._pages[url] = _PENDING
                self.settled -= 1

    def _take_page(self, page: Fetched) -> list[Mapping[str, Any]]:
        fresh: dict[bytes, Mapping[str, Any]] = {}
        for offer in page.offers:
            key = bytes.fromhex(offer["offer_id"])
            if key not in self._seen:
                fresh.setdefault(key, offer)
        # Two addresses that redirect to one page are one page's offers.
        cause = page.cause or (_GIVEN if fresh else "duplicate" if page.offers else "no_product")
        if not self._settle(page.url, cause):
            return []
        self.fetched += 1
        self.rendered += page.rendered
        self.not_modified += page.not_modified
        self._seen.update(fresh)
        self.offers += len(fresh)
        self.priced += sum(offer["price"] is not None for offer in fresh.values())
        if page.offers:
            self.latest = datetime.fromisoformat(page.offers[0]["observed_at"])
        return list(fresh.values())

    def _settle(self, url: str, cause: str) -> bool:
        url = url[:_LONGEST_URL]
        if self._pages.get(url, _PENDING) != _PENDING:
            return False
        self._pages[url] = cause
        self.settled += 1
        return True

    def health(self, spool: Spool, ended: Ended) -> CrawlHealth:
        """How the crawl of this spool went, now that all is heard."""
        if self.closed != "finished":  # Scrapy's reason, such as memusage_exceeded: a crawl that stops early says why
            self._cut_short_by = self.closed or ended.cut_short_by
        limited = spool.limit is not None and self.planned >= spool.limit
        failures = self.failures
        return CrawlHealth(
            crawl_id=spool.crawl_id,
            site=spool.site,
            started_at=spool.started_at,
            finished_at=ended.at,
            scope="limited" if limited else "due" if spool.tiered else "all",
            planned=self.planned,
            fetched=self.fetched,
            offers=self.offers,
            priced=self.priced,
            failures=failures,
            outcome=self.outcome,
            rendered=self.rendered,
            not_modified=self.not_modified,
            refused=sum(count for cause, count in failures.items() if cause in REFUSED),
            log=ended.log,
        )

    @property
    def failures(self) -> dict[str, int]:
        """How many pages, and other addresses asked, failed by which cause."""
        counts = Counter(cause for cause in self._pages.values() if cause not in (_PENDING, _GIVEN))
        counts.update(self._others.values())
        if self._cut_short_by:
            counts[self._cut_short_by] += 1
        if self.settled < self.planned:
            counts["unanswered"] += self.planned - self.settled
        return dict(sorted(counts.items()))

    @property
    def outcome(self) -> Outcome:
        """Whether every planned page was answered; see `CrawlHealth`."""
        if not self.fetched:
            return "failed"
        complete = self.closed == "finished" and self.settled == self.planned
        return "finished" if complete and self.failures.keys() <= ANSWERED else "partial"

    def settled_pages(self) -> frozenset[str]:
        """The planned pages whose end is known."""
        return frozenset(url for url, cause in self._pages.items() if cause != _PENDING)

    def pages(self) -> Iterator[tuple[str, bool]]:
        """The pages planned, each with whether the shop answered what is on it (or that it is no more)."""
        for url, cause in self._pages.items():
            yield url, cause == _GIVEN or cause in ANSWERED or cause in _GONE
