"""What the newest crawl says of a site, against the site's own history: loud when it breaks, quiet when it is well."""

from __future__ import annotations

import json
import os
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from warehouse.doctor import examine
from warehouse.doctor.crawls import SiteHealth, site_healths, unlikely_drop
from warehouse.house import Warehouse
from warehouse.tables import CRAWLS

if TYPE_CHECKING:
    from tests.conftest import FixedClock

GOOD = {"planned": 1000, "fetched": 990, "offers": 980, "priced": 960, "outcome": "partial", "scope": "all"}


def health(warehouse: Warehouse, *crawls: dict[str, Any]) -> SiteHealth:
    """The site's health after these crawls, a day between two, the last an hour ago."""
    rows = []
    for number, crawl in enumerate(reversed(crawls)):
        ended = warehouse.clock() - timedelta(hours=1, days=number)
        rows.append(
            {
                "crawl_id": f"c{number}",
                "site": "shop",
                "started_at": ended - timedelta(minutes=10),
                "finished_at": ended,
                **GOOD,
                "failures": "{}",
                **crawl,
            }
        )
    warehouse.lake.append(CRAWLS, pa.Table.from_pylist(rows, schema=CRAWLS.schema))
    with warehouse.session(engine="duckdb") as session:
        (found,) = site_healths(session, warehouse.clock())
    return found


HISTORY: tuple[dict[str, Any], ...] = ({}, {"priced": 955, "fetched": 985}, {"priced": 963}, {"priced": 958})


@pytest.mark.parametrize(
    ("newest", "code", "text"),
    [
        ({"outcome": "failed", "fetched": 0, "offers": 0, "failures": '{"timeout": 9}'}, "crawl_failed", "in time: 9"),
        ({"fetched": 600, "refused": 400}, "site_refuses", "kept from 400 of 1,000 pages"),
        ({"outcome": "failed", "fetched": 0, "offers": 0, "refused": 1000}, "site_refuses", "1,000 of 1,000"),
        ({"planned": 300, "fetched": 300, "offers": 290, "priced": 280}, "coverage_dropped", "290 offers, usually 980"),
        ({"offers": 980, "priced": 400}, "coverage_dropped", "gave 400 prices, usually 959"),
        ({"fetched": 800, "offers": 790, "priced": 770}, "pages_failing", "fetched 80.0% of its pages, usually 98.9%"),
        ({"priced": 860}, "prices_missing", "from 87.8% of its offers, usually 97.9%"),
    ],
)  # fmt: skip
def test_a_broken_site_is_told_with_its_cause(
    warehouse: Warehouse, newest: dict[str, Any], code: str, text: str
) -> None:
    found = health(warehouse, *HISTORY, newest)
    assert found.trouble is not None and found.verdict == "broken"
    assert found.trouble.code == code
    assert text in found.trouble.text
    told = [finding for finding in examine(warehouse) if finding.subject == "shop"]
    assert [(finding.code, finding.severity, finding.role) for finding in told] == [(code, "warning", "merchandiser")]


@pytest.mark.parametrize(
    "newest",
    [
        {},
        {"priced": 945},  # 96.4% of them, two points less: no matter
        {"gone": 700, "changed": 900, "stale": 12},
        {"planned": 1300, "fetched": 1290, "offers": 1270, "priced": 1240},
        {"refused": 3},
    ],
)
def test_a_site_that_is_well_is_left_in_peace(warehouse: Warehouse, newest: dict[str, Any]) -> None:
    found = health(warehouse, *HISTORY, newest)
    assert (found.verdict, found.trouble) == ("well", None)
    assert found.usual_fill == pytest.approx(3836 / 3920)
    assert [finding for finding in examine(warehouse) if finding.subject == "shop"] == []


NIGHTS: tuple[dict[str, Any], ...] = tuple({"appeared": 10, "changed": changed} for changed in (20, 0, 45))


@pytest.mark.parametrize(
    ("newest", "code"),
    [
        ({"appeared": 10, "changed": 960}, "prices_moved"),
        ({"appeared": 10, "changed": 460}, None),  # less than half of them
        ({"appeared": 950, "changed": 30}, "prices_moved"),
        ({"appeared": 975, "changed": 5}, None),  # of five known ones
    ],
)
def test_prices_that_all_move_at_once_may_be_something_else(
    warehouse: Warehouse, newest: dict[str, Any], code: str | None
) -> None:
    """A price that vanished leaves others on the page to be read in its place, which no share tells."""
    trouble = health(warehouse, *NIGHTS, newest).trouble
    assert (trouble and trouble.code) == code
    assert trouble is None or "usually for 2%" in trouble.text


def test_a_shop_whose_prices_always_move_is_left_in_peace(warehouse: Warehouse) -> None:
    assert (
        health(warehouse, *({"appeared": 0, "changed": changed} for changed in (700, 600, 20, 800, 900))).trouble
        is None
    )


@pytest.mark.parametrize(
    ("failures", "text", "remedy"),
    [
        ({"captcha": 1}, "read no page (a captcha in front: 1)", "ask the shop for leave or a feed"),
        ({"robots_forbid": 2, "timeout": 1}, "read no page (forbidden by robots.txt: 2", "purveyor sites remove shop"),
        ({}, "read no page", "open the shop in a browser"),
    ],
)
def test_a_crawl_that_read_nothing_says_what_to_do(
    warehouse: Warehouse, failures: dict[str, int], text: str, remedy: str
) -> None:
    nothing = {"outcome": "failed", "planned": 0, "fetched": 0, "offers": 0, "failures": json.dumps(failures)}
    trouble = health(warehouse, nothing).trouble
    assert trouble is not None and text in trouble.text and remedy in trouble.remedy


def test_without_history_nothing_is_compared(warehouse: Warehouse) -> None:
    found = health(warehouse, {}, {}, {"priced": 10})
    assert (found.verdict, found.earlier_crawls, found.usual_fill) == ("no history", 2, None)


def test_a_restless_site_needs_a_larger_drop(warehouse: Warehouse) -> None:
    """Where shares differ from day to day by more than chance, another such day is no alarm."""
    restless = ({"priced": 970}, {"priced": 700}, {"priced": 960}, {"priced": 720}, {"priced": 965})
    assert health(warehouse, *restless, {"priced": 760}).trouble is None


def test_trials_and_tiers_are_no_drop(warehouse: Warehouse, clock: FixedClock) -> None:
    trial = {"planned": 20, "fetched": 20, "offers": 20, "priced": 3, "scope": "limited"}
    found = health(warehouse, *HISTORY, trial)
    assert found.figures["crawl_id"] == "c1"  # the trial is passed over
    clock.forward(days=30)
    due = {"planned": 50, "fetched": 50, "offers": 50, "priced": 49, "scope": "due"}
    week = {"planned": 950, "fetched": 940, "offers": 940, "priced": 920, "scope": "due"}
    tiered = [dict(crawl, crawl_id=f"t{n}") for n, crawl in enumerate((due, week, due, week, due))]
    assert health(warehouse, *tiered).verdict == "well"


def test_a_killed_crawl_that_nobody_takes_up_is_told(warehouse: Warehouse) -> None:
    """It would be a gap, and a silent one."""
    spools = warehouse.settings.crawls / "shop" / "unfinished"
    for name, hours in (("old", 31), ("new", 2)):
        messages = spools / name / "messages.jsonl"
        messages.parent.mkdir(parents=True)
        messages.touch()
        at = (warehouse.clock() - timedelta(hours=hours)).timestamp()
        os.utime(messages, (at, at))
    (told,) = [finding for finding in examine(warehouse) if finding.subject == "shop"]
    assert (told.code, told.remedy) == ("crawl_unfinished", "purveyor crawl shop")
    assert "was killed 31 hours ago" in told.text


COUNTS = st.tuples(st.integers(0, 3000), st.integers(0, 3000)).map(sorted)


@settings(deadline=None)
@given(COUNTS, COUNTS, st.floats(1, 50))
def test_fewer_hits_are_never_less_of_a_drop(now: list[int], earlier: list[int], spread: float) -> None:
    hits, of = now
    before, before_of = earlier
    if unlikely_drop(hits, of, before, before_of, spread):
        assert hits / of < before / before_of
        assert all(unlikely_drop(fewer, of, before, before_of, spread) for fewer in {0, hits // 2, max(0, hits - 1)})


def test_chance_alone_seldom_alarms_and_a_real_drop_does() -> None:
    rng = np.random.default_rng(5)
    size, share, nights = 300, 0.9, 2000
    earlier = rng.binomial(size, share, (nights, 10)).sum(axis=1)
    calm = [unlikely_drop(int(rng.binomial(size, share)), size, int(hits), 10 * size, 1) for hits in earlier]
    ill = [unlikely_drop(int(rng.binomial(size, share - 0.1)), size, int(hits), 10 * size, 1) for hits in earlier]
    assert sum(calm) <= 0.003 * nights
    assert sum(ill) >= 0.95 * nights


def test_failures_are_told_as_they_were_counted(warehouse: Warehouse) -> None:
    found = health(warehouse, *HISTORY, {"failures": json.dumps({"http_404": 8, "captcha": 2})})
    assert found.figures["failures"] == {"http_404": 8, "captcha": 2}
