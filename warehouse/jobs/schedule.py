"""When jobs are due: the cron of each, from the shop file or the job itself, in the house's time zone."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from warehouse.errors import InputError
from warehouse.jobs.job import Job
from warehouse.settings import Settings
from warehouse.shop_file import section
from warehouse.yaml_file import Place, nearest

_OFF = ("off", "false", "no")

_EXAMPLE = "write five fields such as '0 3 * * *' (every night at three), or off"


@dataclass(frozen=True)
class Schedule:
    """A job and its cron (None: only when asked). Times are those of wall clocks in `timezone`.

    In the night when clocks go forward, a time that is left out is due at the moment of the change. When they go back,
    a time that comes twice is due the first time; only crons that run in every hour run in both.
    """

    job: Job
    cron: str | None
    timezone: str

    @property
    def rule(self) -> str:
        """Cron and time zone: when this changes, it is another schedule."""
        return f"{self.cron} {self.timezone}"

    def next_due(self, after: datetime) -> datetime | None:
        """The first time after a moment, in UTC; None where it only runs when asked."""
        if self.cron is None:
            return None
        return _walk(self.cron, self.timezone, after, forward=True)

    def latest_due(self, after: datetime, until: datetime) -> datetime | None:
        """The last time after one moment and not after another, in UTC; those before it were missed."""
        if self.cron is None:
            return None
        latest = _walk(self.cron, self.timezone, until + timedelta(seconds=1), forward=False)
        return latest if after < latest <= until else None


def schedules(settings: Settings, jobs: Sequence[Job]) -> list[Schedule]:
    """The schedule of each job as the shop file says now, else by the job's own default.

    InputError names the line of a job that does not exist or of a cron that cannot be.
    """
    found, faults = readable_schedules(settings, jobs)
    if faults:
        raise faults[0]
    return found


def readable_schedules(settings: Settings, jobs: Sequence[Job]) -> tuple[list[Schedule], list[InputError]]:
    """The schedules that can be read, and what is wrong with the others: one slip of the pen stops one job alone."""
    written = section(settings, "schedule")
    crons = {job.name: job.cron for job in jobs}
    faults: list[InputError] = []
    for name, place in ({} if written is None else written.entries()).items():
        try:
            if name not in crons:
                raise place.error(f"no such job{nearest(name, crons)}")
            crons[name] = read_cron(place)
        except InputError as error:
            crons.pop(name, None)
            faults.append(error)
    return [Schedule(job, crons[job.name], settings.timezone) for job in jobs if job.name in crons], faults


def read_cron(place: Place) -> str | None:
    """The cron that a file has in this place; None where it says off. InputError names the place."""
    text = place.text()
    try:
        return None if text.lower() in _OFF else checked(text)
    except InputError as error:
        raise place.error(str(error)) from None


def checked(cron: str) -> str:
    """The cron with single spaces; InputError says what is wrong with it."""
    from croniter import CroniterBadDateError, CroniterError, croniter

    fields = cron.split()
    # Five plain fields: the library also knows seconds, years, random and hashed values, which we promise nobody.
    if len(fields) != 5 or not all(re.fullmatch(r"[0-9A-Za-z*/,#-]{1,100}", field) for field in fields):
        raise InputError(f"{cron!r} is no cron; {_EXAMPLE}")
    if any(re.search(r"(?<![A-Z])[HR](?![A-Z])", field.upper()) for field in fields):
        raise InputError(f"{cron!r} is no cron of fixed times; {_EXAMPLE}")
    try:
        croniter(" ".join(fields), datetime(2026, 1, 1, tzinfo=UTC)).get_next(datetime)
    except CroniterBadDateError:
        raise InputError(f"{cron!r} never comes; {_EXAMPLE}") from None
    except (CroniterError, ValueError, KeyError):
        raise InputError(f"{cron!r} is no cron; {_EXAMPLE}") from None
    return " ".join(fields)


def _walk(cron: str, timezone: str, start: datetime, *, forward: bool) -> datetime:
    """The nearest time of the cron strictly after `start`, or before it."""
    from croniter import croniter

    zone = ZoneInfo(timezone)
    # Whole seconds: a cron's times are whole minutes, and the library rounds.
    times = croniter(cron, start.astimezone(zone).replace(microsecond=0))
    every_hour = cron.split()[1].startswith("*")
    while True:
        found: datetime = (times.get_next(datetime) if forward else times.get_prev(datetime)).astimezone(UTC)
        # Asked by way of UTC, as the library marks times as the second of two that are the only one.
        if every_hour or not found.astimezone(zone).fold:
            return found
