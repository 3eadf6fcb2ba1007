"""Which product pages a crawl reads: each once, whichever start points name it."""

from __future__ import annotations

import re
from collections.abc import Collection
from datetime import datetime

from scrapers.due import Due, page_key
from scrapers.messages import Emit, Failed, Planned
from scrapers.sites import Site

LONGEST_URL = 2083
"""Characters of an address, as browsers had it; Scrapy would drop a longer one silently."""
MOST_PAGES = 500_000
"""Pages of one crawl: more would be a trap, or want several sites."""


class Plan:
    """Takes the addresses that start points find and tells of each page that it is planned."""

    def __init__(
        self,
        site: Site,
        emit: Emit,
        *,
        limit: int | None = None,
        due: Due | None = None,
        done: Collection[str] = (),
    ) -> None:
        self._site = site
        self._emit = emit
        self._limit = limit
        self._overflowed = False
        self._due = due
        self._done = frozenset(map(page_key, done))
        self._planned: set[str] = set()
        self._is_product = re.compile(site.product_url or "")

    @property
    def full(self) -> bool:
        """Whether no further page is taken, so that nobody need look for one."""
        return len(self._planned) >= (MOST_PAGES if self._limit is None else self._limit)

    def take(self, url: str) -> bool:
        """Plan a product page, and whether to go on with it: not where it is planned or done already, or off site."""
        key = page_key(url)
        if key in self._planned:
            return False
        if self.full:
            if self._limit is None and not self._overflowed:
                self._emit(Failed(url[:LONGEST_URL], "too_many_pages", planned=False))
                self._overflowed = True
            return False
        self._planned.add(key)
        if key in self._done:  # by an earlier process of this crawl, and all is said of it
            return False
        self._emit(Planned(url))
        if not self._site.may_visit(url) or len(url) > LONGEST_URL:
            self._emit(Failed(url[:LONGEST_URL], "off_site", planned=True))
            return False
        return True

    def is_due(self, url: str, changed_at: datetime | None = None) -> bool:
        """Whether a page is to be read in this crawl; `changed_at` is when the shop says that it last changed."""
        return self._due is None or self._due.today(url, changed_at)

    def take_found(self, url: str, *, changed_at: datetime | None = None) -> bool:
        """As `take`, for an address among others: only where it looks like a product page's, and is due."""
        return bool(self._is_product.search(url)) and self.is_due(url, changed_at) and self.take(url)
