"""When jobs are due: the laws of cron, time zones and the shop file."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from warehouse.errors import InputError
from warehouse.jobs.job import Job
from warehouse.jobs.schedule import Schedule, checked, readable_schedules, schedules
from warehouse.settings import Settings

JOB = Job("crawl", "Crawls", "nothing:here", cron="0 3 * * *")

ZONES = ("UTC", "Europe/Berlin", "America/New_York", "Asia/Kolkata", "Australia/Lord_Howe", "America/St_Johns")

minutes = st.integers(0, 59).map(str) | st.sampled_from(["*/30", "*/15", "0,20"])
hours = st.integers(0, 23).map(str) | st.sampled_from(["*", "*/6", "1,2,3", "1-3"])
crons = st.builds(lambda minute, hour: f"{minute} {hour} * * *", minutes, hours)
# Around the nights in which clocks change, as often as not.
changes = st.sampled_from(["2026-03-08T07:00Z", "2026-03-29T01:00Z", "2026-10-25T01:00Z", "2026-11-01T06:00Z"])
moments = st.builds(
    lambda start, minute: datetime.fromisoformat(start) + timedelta(minutes=minute),
    changes | st.just("2026-06-01T00:00Z"),
    st.integers(-2000, 2000),
)


@given(cron=crons, zone=st.sampled_from(ZONES), after=moments)
@settings(max_examples=100, deadline=None)
def test_the_latest_due_time_is_the_last_of_those_that_come_one_after_another(
    cron: str, zone: str, after: datetime
) -> None:
    schedule = Schedule(JOB, cron, zone)
    until = after + timedelta(hours=30)
    passed = [after]
    while (following := schedule.next_due(passed[-1])) and following <= until:
        assert following > passed[-1]
        passed.append(following)
    assert schedule.latest_due(after, until) == (passed[-1] if len(passed) > 1 else None)
    for moment in passed[1:]:
        assert schedule.latest_due(moment - timedelta(seconds=1), moment) == moment
        assert schedule.latest_due(moment, moment) is None


@given(cron=crons, zone=st.sampled_from(ZONES), after=moments)
@settings(max_examples=100, deadline=None)
def test_a_due_time_stands_in_the_cron_or_takes_the_place_of_one_that_the_clocks_left_out(
    cron: str, zone: str, after: datetime
) -> None:
    due = Schedule(JOB, cron, zone).next_due(after)
    assert due is not None and due.tzinfo is UTC
    local = due.astimezone(ZoneInfo(zone))
    minute, hour = cron.split()[:2]
    stands = _meets(minute, local.minute) and _meets(hour, local.hour)
    moved = local.utcoffset() != (local - timedelta(hours=2)).replace(fold=0).utcoffset()
    assert stands or moved


def _meets(field: str, value: int) -> bool:
    if field.startswith("*"):
        return value % int(field[2:] or 1) == 0
    if "-" in field:
        first, last = field.split("-")
        return int(first) <= value <= int(last)
    return str(value) in field.split(",")


@pytest.mark.parametrize(
    ("cron", "after", "expected"),
    [
        # 2:30 does not come on this night: at the moment when clocks go forward, and at 2:30 again the night after.
        ("30 2 * * *", "2026-03-29T00:00Z", ["2026-03-29T01:00Z", "2026-03-30T00:30Z"]),
        # 2:30 comes twice on this night: once is enough.
        ("30 2 * * *", "2026-10-25T00:00Z", ["2026-10-25T00:30Z", "2026-10-26T01:30Z"]),
        # What runs all the time goes on all the time.
        ("*/30 * * * *", "2026-10-25T00:15Z", ["2026-10-25T00:30Z", "2026-10-25T01:00Z", "2026-10-25T01:30Z"]),
        ("*/30 * * * *", "2026-03-29T00:15Z", ["2026-03-29T00:30Z", "2026-03-29T01:00Z", "2026-03-29T01:30Z"]),
    ],
)
def test_nights_in_which_clocks_change(cron: str, after: str, expected: list[str]) -> None:
    schedule, moment = Schedule(JOB, cron, "Europe/Berlin"), datetime.fromisoformat(after)
    for due in map(datetime.fromisoformat, expected):
        assert schedule.next_due(moment) == due
        assert schedule.latest_due(moment, due + timedelta(minutes=1)) == due
        moment = due


def test_a_house_that_was_off_for_years_is_asked_at_once() -> None:
    schedule = Schedule(JOB, "* * * * *", "Europe/Berlin")
    now = datetime(2026, 6, 1, 12, 0, 30, tzinfo=UTC)
    assert schedule.latest_due(now - timedelta(days=3000), now) == now.replace(second=0)


@pytest.mark.parametrize(
    "cron",
    [
        "",
        "daily",
        "@daily",
        "0 3 * *",
        "0 3 * * * *",
        "61 3 * * *",
        "0 0 31 2 *",
        "H 3 * * *",
        "0 R * * *",
        "a b c d e",
    ],
)
def test_what_is_no_cron_is_refused_with_an_example(cron: str) -> None:
    with pytest.raises(InputError, match="write five fields such as '0 3 \\* \\* \\*'"):
        checked(cron)


def test_the_shop_file_says_when_and_may_say_off(tmp_path: Path) -> None:
    other = Job("match", "Matches", "nothing:here", cron="0 6 * * *")
    asked = Job("repair", "Repairs", "nothing:here")
    file = tmp_path / "purveyor.yaml"
    file.write_text("timezone: Europe/Berlin\nschedule:\n  crawl: '15  4 * * mon-fri'\n  match: off\n")
    found = schedules(Settings(home=tmp_path, shop_file=file, timezone="Europe/Berlin"), (JOB, other, asked))
    assert [schedule.cron for schedule in found] == ["15 4 * * mon-fri", None, None]
    assert {schedule.timezone for schedule in found} == {"Europe/Berlin"}
    assert found[1].next_due(datetime(2026, 6, 1, tzinfo=UTC)) is None


@pytest.mark.parametrize(
    ("line", "complaint"),
    [
        ("crowl: '0 3 * * *'", "line 2, schedule.crowl: no such job; did you mean 'crawl'"),
        ("crawl: sometimes", "line 2, schedule.crawl: 'sometimes' is no cron; write five fields"),
    ],
)
def test_a_slip_in_the_shop_file_is_named_by_its_line(tmp_path: Path, line: str, complaint: str) -> None:
    file = tmp_path / "purveyor.yaml"
    file.write_text(f"schedule:\n  {line}\n")
    with pytest.raises(InputError) as error:
        schedules(Settings(home=tmp_path, shop_file=file), (JOB,))
    assert complaint in str(error.value)


def test_a_slip_stops_only_the_job_it_stands_for(tmp_path: Path) -> None:
    file = tmp_path / "purveyor.yaml"
    file.write_text("schedule:\n  crawl: sometimes\n  tidy: '0 4 * * *'\n  crowl: 'off'\n")
    tidy = Job("tidy", "Tidies up", "a:b", cron="0 1 * * *")
    found, faults = readable_schedules(Settings(home=tmp_path, shop_file=file), (JOB, tidy))
    assert [(schedule.job.name, schedule.cron) for schedule in found] == [("tidy", "0 4 * * *")]
    assert [str(fault).split(",")[1] for fault in faults] == [" line 2", " line 4"]
