"""Thirty nights of a shop's own exports, as the simulated market makes them: late, twice and damaged among them."""

from __future__ import annotations

import csv
import gzip
import io
import os
from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any, Protocol
from zoneinfo import ZoneInfo

import pytest

from experiments.market import MarketSize, generate
from warehouse.house import Warehouse
from warehouse.jobs.job import Run
from warehouse.records.sources import late_sources, list_deliveries, open_troubles, save_source
from warehouse.sources.definition import new_source
from warehouse.sources.job import import_source, source_names
from warehouse.stores import open_store

BERLIN = ZoneInfo("Europe/Berlin")
FIRST, NIGHTS = date(2026, 4, 20), 30
LATE, REPEATED, CORRUPT = 9, 14, 19
FIELDS = ("price", "list_price", "cost", "stock")

Values = tuple[Any, ...]
Night = Mapping[str, tuple[Values, str]]
"""What a night's export tells: of each sku its values and its title."""


class Clock(Protocol):
    now: datetime


def day(night: int) -> date:
    return FIRST + timedelta(days=night)


def midnight(night: int) -> datetime:
    return datetime.combine(day(night), time(), BERLIN).astimezone(UTC)


@pytest.fixture(scope="module")
def market() -> Mapping[str, list[dict[str, Any]]]:
    tables = generate(
        MarketSize(products=60, customers=60, orders_per_customer=40), seed=8, start=FIRST, end=day(NIGHTS - 1)
    ).tables
    return {name: tables[name].to_pylist() for name in ("product_history", "products")}


def nights_of(market: Mapping[str, list[dict[str, Any]]]) -> list[Night]:
    """What the shop would export each night: every product there is by then, as it is in the morning."""
    titles = {row["sku"]: row["title"] for row in market["products"]}
    rows = sorted(market["product_history"], key=lambda row: row["valid_from"])
    nights = []
    for night in range(NIGHTS):
        newest = {row["sku"]: row for row in rows if row["valid_from"] <= midnight(night)}
        nights.append({sku: (tuple(row[f] for f in FIELDS), titles[sku]) for sku, row in newest.items()})
    return nights


def changes_of(nights: Mapping[int, Night]) -> dict[tuple[str, datetime], Values]:
    """The change points that these nights tell, worked out apart from the warehouse."""
    last: dict[str, Values] = {}
    found = {}
    for night in sorted(nights):
        for sku, (values, _) in nights[night].items():
            if last.get(sku) != values:
                found[sku, midnight(night)] = last[sku] = values
    return found


def export(night: Night) -> bytes:
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(["sku", "title", *FIELDS])
    writer.writerows([sku, title, *values] for sku, (values, title) in night.items())
    return gzip.compress(text.getvalue().encode(), mtime=0)


def put(folder: Path, night: int, content: bytes, written: datetime) -> None:
    """Leave an export in the shop's folder, finished well before anyone looks."""
    path = folder / f"products-{day(night)}.csv.gz"
    path.write_bytes(content)
    os.utime(path, (written.timestamp(), written.timestamp()))


def history(warehouse: Warehouse) -> dict[tuple[str, datetime], Values]:
    with warehouse.session() as session:
        rows = session.query(f"select sku, valid_from, {', '.join(FIELDS)} from product_history").to_pylist()
    found = {(row["sku"], row["valid_from"].astimezone(UTC)): tuple(row[f] for f in FIELDS) for row in rows}
    assert len(found) == len(rows)
    return found


def truth_of(market: Mapping[str, list[dict[str, Any]]]) -> dict[tuple[str, datetime], Values]:
    """The market's own book of what changed when, without changes of what a shop's export does not tell."""
    found: dict[tuple[str, datetime], Values] = {}
    last: dict[str, Values] = {}
    for row in sorted(market["product_history"], key=lambda row: row["valid_from"]):
        values = tuple(row[f] for f in FIELDS)
        if last.get(row["sku"]) != values:
            found[row["sku"], row["valid_from"].astimezone(UTC)] = last[row["sku"]] = values
    return found


def outcomes(deliveries: Iterable[Any]) -> list[tuple[str, str, bool]]:
    return [(d.detail["file"], d.outcome, d.detail["late"]) for d in deliveries]


def test_thirty_nights_make_the_true_history(
    warehouse: Warehouse, clock: Clock, tmp_path: Path, market: Mapping[str, list[dict[str, Any]]]
) -> None:
    nights = nights_of(market)
    assert len(nights[-1]) > len(nights[0]), "the market must launch something meanwhile"
    folder = tmp_path / "from the shop"
    folder.mkdir()
    clock.now = midnight(0)
    open_store(warehouse, "main", currency="EUR", timezone="Europe/Berlin")
    source = new_source(
        name="erp",
        type="folder",
        place=str(folder),
        files={"products": "products-{date}.csv.gz"},
        snapshot=True,
        freshness_hours=25,
    )
    with warehouse.records.transaction() as records:
        save_source(records, "erp", source.model_dump(mode="json"), at=clock.now)
    assert source_names(warehouse) == ["erp"]

    reports = []
    for night in range(NIGHTS):
        clock.now = midnight(night) + timedelta(hours=2, minutes=15)
        written = clock.now - timedelta(minutes=15)
        if night not in (LATE, CORRUPT):
            put(folder, night, export(nights[night]), written)
        if night == LATE + 2:
            put(folder, LATE, export(nights[LATE]), written)
        if night == REPEATED + 1:
            put(folder, REPEATED, export(nights[REPEATED]), written)
        if night == CORRUPT:
            put(folder, CORRUPT, export(nights[CORRUPT])[:-400], written)
        if night == CORRUPT + 3:
            assert history(warehouse) == changes_of({n: nights[n] for n in range(night) if n != CORRUPT})
            put(folder, CORRUPT, export(nights[CORRUPT]), written)
        run = Run(f"import erp {night}", "import", "erp", clock.now)
        reports.append(import_source(warehouse, run, lambda stage, done, total: None))
        if night in (LATE, LATE + 1):
            with warehouse.records.reading() as records:  # as the check at seven does
                alarmed = [late.name for late in late_sources(records, clock.now + timedelta(hours=5))]
            assert alarmed == ["erp"] * (night == LATE)

    assert history(warehouse) == changes_of(dict(enumerate(nights))) == truth_of(market)
    assert sum(report.get("imported", 0) for report in reports) == NIGHTS
    assert [night for night, report in enumerate(reports) if report["late"]] == [LATE + 2, CORRUPT + 3]
    assert [night for night, report in enumerate(reports) if report.get("repeated")] == [REPEATED + 1]
    (trouble,) = reports[CORRUPT]["troubles"]
    assert f"{day(CORRUPT)}.csv.gz" in trouble
    assert "cut off or damaged" in trouble
    with warehouse.records.reading() as records:
        noted = outcomes(list_deliveries(records, "erp"))
        assert open_troubles(records, since=midnight(0)) == []
    late, again, damaged = (f"products-{day(night)}.csv.gz" for night in (LATE, REPEATED, CORRUPT))
    assert [(o, is_late) for file, o, is_late in noted if file == late] == [("imported", True)]
    assert [(o, is_late) for file, o, is_late in noted if file == again] == [("repeated", False), ("imported", False)]
    assert [(o, is_late) for file, o, is_late in noted if file == damaged] == [("imported", True), ("failed", False)]
    assert len(noted) == NIGHTS + 2
    assert not (warehouse.settings.landing / "erp").exists(), "what was imported must not stay in the landing folder"
    assert len(list(folder.iterdir())) == NIGHTS, "the shop's folder is the shop's"
