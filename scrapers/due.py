"""Which pages are due: those of the daily tier in every crawl, the others once a week or when they changed."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime, timedelta

from scrapers.sites import Tiers
from warehouse.offer_ids import canonical_url

_A_WEEK = timedelta(days=7) - timedelta(hours=12)
"""A crawl that begins every night begins a little earlier or later."""


def page_key(url: str) -> str:
    """What tells pages apart: the canonical address, or what is written where that is none."""
    try:
        return canonical_url(url)
    except ValueError:
        return url


class Due:
    """Which pages of a tiered site are due at a moment."""

    def __init__(self, tiers: Tiers, last_seen: Mapping[str, datetime], now: datetime) -> None:
        self._daily = frozenset(map(page_key, tiers.daily))
        self._daily_url = re.compile(tiers.daily_url) if tiers.daily_url else None
        self._last_seen = last_seen
        self._now = now

    def today(self, url: str, changed_at: datetime | None = None) -> bool:
        """Whether the page is due; `changed_at` is when the shop says that it last changed."""
        if self._daily_url and self._daily_url.search(url):
            return True
        key = page_key(url)
        seen = self._last_seen.get(key)
        if seen is None or key in self._daily or self._now - seen >= _A_WEEK:
            return True
        return changed_at is not None and changed_at > seen
