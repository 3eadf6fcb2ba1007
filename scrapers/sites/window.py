"""The hours in which a shop may be crawled."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, time
from zoneinfo import ZoneInfo

from warehouse.clock import is_timezone

_WRITTEN = re.compile(r"(\d{1,2}):(\d\d)\s*-\s*(\d{1,2}):(\d\d)\s+(\S+)")


@dataclass(frozen=True, slots=True)
class Window:
    """From `opens` (inclusive) to `closes` (exclusive) by the clocks of `timezone`; past midnight where it closes
    earlier than it opens."""

    opens: time
    closes: time
    timezone: ZoneInfo

    @classmethod
    def read(cls, text: str) -> Window:
        """The window written as "22:00-06:00 Europe/Berlin". ValueError says what is wrong."""
        found = _WRITTEN.fullmatch(text.strip())
        if found is None:
            raise ValueError('write it as "22:00-06:00 Europe/Berlin"')
        *numbers, name = found.groups()
        opens_hour, opens_minute, closes_hour, closes_minute = map(int, numbers)
        if not is_timezone(name):
            raise ValueError(f"{name!r} is no time zone; write one such as Europe/Berlin")
        if (closes_hour, closes_minute) == (24, 0):  # how people write the end of a day
            closes_hour = 0
        try:
            opens, closes = time(opens_hour, opens_minute), time(closes_hour, closes_minute)
        except ValueError:
            raise ValueError("an hour is 0 to 23 and a minute 0 to 59") from None
        if opens == closes:
            raise ValueError("it opens and closes at the same time; leave it out to crawl at any hour")
        return cls(opens, closes, ZoneInfo(name))

    def opens_on(self, day: datetime, clocks: ZoneInfo) -> time:
        """When the shop may be crawled on the day of a moment (aware), by other clocks than its own."""
        return datetime.combine(day.astimezone(self.timezone), self.opens, self.timezone).astimezone(clocks).time()

    def is_open(self, moment: datetime) -> bool:
        """Whether the shop may be crawled at this moment (aware)."""
        here = moment.astimezone(self.timezone).time()
        if self.opens < self.closes:
            return self.opens <= here < self.closes
        return here >= self.opens or here < self.closes
