"""The days of the market: local midnights of the store, the year's season and the weekday pattern."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import cached_property
from zoneinfo import ZoneInfo

import numpy as np

from experiments.market.columns import Floats, Ints
from experiments.market.vocabulary import SHELVES

BEFORE = 730
"""Days before the first one that still have a midnight: accounts are older than the orders we hold."""

AFTER = 30
"""Days after the last one that have a midnight: what runs on the last day ends later."""

WEEKDAYS = np.array([1.06, 0.98, 0.95, 0.96, 0.93, 0.98, 1.14])
"""Share of an average day's demand, Monday first; the mean is 1."""


@dataclass(frozen=True)
class Days:
    """The days from `start` to `end`, both included, counted from 0."""

    start: date
    end: date
    timezone: str = "Europe/Berlin"

    def __len__(self) -> int:
        return (self.end - self.start).days + 1

    @cached_property
    def _midnights(self) -> Ints:
        """Local midnights in microseconds since 1970, from `BEFORE` days before the start to `AFTER` after the end."""
        zone = ZoneInfo(self.timezone)
        epoch = datetime(1970, 1, 1, tzinfo=UTC)
        first = datetime.combine(self.start, datetime.min.time()) - timedelta(days=BEFORE)
        dates = (first + timedelta(days=i) for i in range(BEFORE + len(self) + AFTER))
        return np.array([(d.replace(tzinfo=zone) - epoch) // timedelta(microseconds=1) for d in dates], dtype=np.int64)

    def at(self, day: Ints, fraction: Floats | float = 0.0) -> Ints:
        """The moment (microseconds since 1970, whole seconds) when `fraction` of a local day has passed."""
        begin = self._midnights[day + BEFORE]
        length = self._midnights[day + BEFORE + 1] - begin
        return begin + (length * fraction).astype(np.int64) // 1_000_000 * 1_000_000

    @cached_property
    def dates(self) -> np.ndarray[tuple[int], np.dtype[np.datetime64]]:
        """The days as datetime64[D], shape (days,)."""
        return np.arange(len(self)) + np.datetime64(self.start, "D")

    @cached_property
    def season(self) -> Floats:
        """The factor of the yearly season by day and shelf, shape (days, shelves)."""
        of_year = (self.dates - self.dates.astype("datetime64[Y]")).astype(np.int64)[:, None]
        peak, swing, gifts = (np.array([getattr(s, name) for s in SHELVES]) for name in ("peak", "swing", "gifts"))
        december = np.exp(-(((of_year - 348) / 14.0) ** 2))
        factor: Floats = np.exp(swing * np.cos(2 * np.pi * (of_year - peak) / 365.25) + gifts * december)
        return factor

    @cached_property
    def weekday(self) -> Floats:
        """The factor of the weekday by day, shape (days,)."""
        of_week = (self.dates.astype(np.int64) + 3) % 7  # 1970-01-01 was a Thursday
        factor: Floats = WEEKDAYS[of_week]
        return factor

    def promotions_season(self, day: int) -> bool:
        """Whether the day lies in the second half of November, when promotions crowd."""
        return "11-18" <= str(self.dates[day])[5:] <= "11-30"
