"""The doctor: a small shop in good order gives it nothing to say, and each fault is found under its name."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from pricing.position import build
from warehouse.doctor import examine, market
from warehouse.house import Warehouse
from warehouse.records import Release, ScheduleState, Tombstone
from warehouse.records.consents import record_consents
from warehouse.records.sites import save_site
from warehouse.records.sources import note_delivery, save_source
from warehouse.settings import Settings
from warehouse.stores import open_store
from warehouse.tables import (
    CRAWLS,
    CUSTOMERS,
    EVENTS,
    FX_RATES,
    MATCHES,
    OFFERS,
    ORDERS,
    PRODUCT_HISTORY,
    PRODUCTS,
    Table,
)

NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)
GTINS = [f"0400638133393{n}" for n in range(10)]
SITE = "kistenhaus"

Change = Callable[[Warehouse], object]

Found = tuple[str, str, str, str]
"""A finding's code, severity, role and subject."""


def ago(**length: float) -> datetime:
    return NOW - timedelta(**length)


def table_rows(table: Table, rows: list[dict[str, Any]]) -> pa.Table:
    """Rows with what they do not say null, the partition left to the lake."""
    fields = [f for f in table.schema if f.name != "month"]
    return pa.Table.from_pylist(rows, schema=pa.schema(fields))


def order_line(at: datetime, store: str = "main", **more: object) -> dict[str, Any]:
    return {
        "store_id": store,
        "order_id": at.isoformat(),
        "line_id": "1",
        "ordered_at": at,
        "customer_id": "c1",
        "sku": "p0",
        "line_kind": "product",
        "quantity": 1.0,
        "amount": 10,
        "currency": "EUR",
        **more,
    }


def offer(n: int, at: datetime, *, site: str = SITE, currency: str = "EUR", crawl: str = "last") -> dict[str, Any]:
    return {
        "crawl_id": crawl,
        "offer_id": f"{site}-{n}",
        "site": site,
        "url": f"https://{site}.example/{n}",
        "observed_at": at,
        "gtin": GTINS[n % 10],
        "price": 9,
        "currency": currency,
    }


def crawl(
    name: str, at: datetime, *, site: str = SITE, outcome: str = "finished", offers: int = 10, priced: int = 10
) -> dict[str, Any]:
    return {
        "crawl_id": name,
        "site": site,
        "started_at": at - timedelta(minutes=5),
        "finished_at": at,
        "planned": 10,
        "fetched": offers,
        "offers": offers,
        "priced": priced,
        "failures": "{}",
        "outcome": outcome,
    }


def match(n: int) -> dict[str, Any]:
    return {
        "offer_id": f"{SITE}-{n}",
        "sku": f"p{n}",
        "verdict": "match",
        "method": "gtin",
        "model_version": "test",
        "matched_at": ago(hours=6),
    }


@pytest.fixture(scope="module")
def healthy_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small shop in good order: nothing missing, nothing old."""
    home = tmp_path_factory.mktemp("healthy") / "home"
    with Warehouse.open(Settings(home=home), clock=lambda: NOW) as warehouse:
        lake = warehouse.lake
        open_store(warehouse, "main", currency="EUR", timezone="Europe/Vienna", prices_include_tax=True)
        lake.append(PRODUCTS, table_rows(PRODUCTS, [{"sku": f"p{n}", "gtin": GTINS[n]} for n in range(10)]))
        prices = [
            {"store_id": "main", "sku": f"p{n}", "valid_from": ago(days=30), "price": 10, "cost": 5, "currency": "EUR"}
            for n in range(10)
        ]
        lake.append(PRODUCT_HISTORY, table_rows(PRODUCT_HISTORY, prices))
        lake.append(ORDERS, table_rows(ORDERS, [order_line(ago(days=d, hours=20)) for d in range(30)]))
        lake.append(CUSTOMERS, table_rows(CUSTOMERS, [{"customer_id": "c1", "email": "a@b.example"}]))
        view = {"event_id": "e", "event_type": "view", "occurred_at": ago(hours=1), "received_at": ago(hours=1)}
        lake.append(EVENTS, table_rows(EVENTS, [view]))
        lake.append(OFFERS, table_rows(OFFERS, [offer(n, ago(hours=9)) for n in range(10)]))
        lake.append(CRAWLS, table_rows(CRAWLS, [crawl(f"c{d}", ago(days=d, hours=9)) for d in range(5)]))
        lake.append(MATCHES, table_rows(MATCHES, [match(n) for n in range(10)]))
        with warehouse.records.transaction() as tx:
            record_consents(
                tx, [{"customer_id": "c1", "channel": "email", "granted": True, "at": ago(days=3)}], now=NOW
            )
            tx.add(Release(kind="recommender", version="1", manifest={}, released_at=ago(days=3), current=True))
    return home


@pytest.fixture
def shop(healthy_home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Warehouse]:
    """The healthy shop, a copy for each test."""
    plenty(monkeypatch)
    shutil.copytree(healthy_home, tmp_path / "home")
    with Warehouse.open(Settings(home=tmp_path / "home"), clock=lambda: NOW) as warehouse:
        yield warehouse


def plenty(monkeypatch: pytest.MonkeyPatch) -> None:
    """Room on the disk: a machine that has little would have a finding of its own."""
    roomy = shutil.disk_usage("/")._replace(free=10**12)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: roomy)


def found(warehouse: Warehouse) -> list[Found]:
    return [(f.code, f.severity, f.role, f.subject) for f in examine(warehouse)]


def test_a_shop_in_good_order_gives_nothing_to_say(shop: Warehouse) -> None:
    assert found(shop) == []


def test_a_new_home_is_told_the_first_step_only(warehouse: Warehouse, monkeypatch: pytest.MonkeyPatch) -> None:
    plenty(monkeypatch)
    assert found(warehouse) == [("no_stores", "error", "operator", "")]
    open_store(warehouse, "main")
    assert {code for code, *_ in found(warehouse)} == {"no_orders", "no_products", "no_offers"}


def orders(*rows: dict[str, Any]) -> Change:
    return lambda w: w.lake.append(ORDERS, table_rows(ORDERS, list(rows)))


def delete(table: Table) -> Change:
    return lambda w: w.lake.delete(table, "true")


def offers(*rows: dict[str, Any]) -> Change:
    return lambda w: w.lake.append(OFFERS, table_rows(OFFERS, list(rows)))


def recorded(write: Callable[[Any], object]) -> Change:
    def change(warehouse: Warehouse) -> None:
        with warehouse.records.transaction() as tx:
            write(tx)

    return change


def registered(site: str, at: datetime) -> Change:
    return recorded(lambda tx: save_site(tx, site, {"site": site}, at=at))


def source(name: str, at: datetime) -> Change:
    return recorded(lambda tx: save_source(tx, name, {"freshness_hours": 30}, at=at))


def delivery(source: str, outcome: str, at: datetime) -> Change:
    return recorded(
        lambda tx: note_delivery(
            tx,
            source,
            at.isoformat(),
            content_hash="x",
            fetched_at=at,
            imported_at=at if outcome == "imported" else None,
            outcome=outcome,
            detail={"kind": "orders", "file": "orders.csv", "reason": "3 rows cannot be taken"},
        )
    )


def files(folder: str, count: int, at: datetime, bytes_each: int = 1) -> Change:
    def change(warehouse: Warehouse) -> None:
        place = warehouse.settings.home / folder
        place.mkdir(exist_ok=True)
        for number in range(count):
            path = place / f"left-{number}"
            with path.open("wb") as file:
                file.truncate(bytes_each)
            os.utime(path, (at.timestamp(), at.timestamp()))

    return change


def erased(customer: str, at: datetime, *, purged_at: datetime | None = None) -> Change:
    return recorded(lambda tx: tx.add(Tombstone(customer_id=customer, erased_at=at, purged_at=purged_at)))


def crawls(*rows: dict[str, Any]) -> Change:
    return lambda w: w.lake.append(CRAWLS, table_rows(CRAWLS, list(rows)))


def rate(currency: str, day: datetime) -> Change:
    row = {"day": day.date(), "currency": currency, "eur": 1}
    return lambda w: w.lake.append(FX_RATES, table_rows(FX_RATES, [row]))


def without_newest_orders(since: datetime) -> Change:
    return lambda w: w.lake.delete(ORDERS, f"order_id > '{since.isoformat()}'")  # an order's id is its time


def costs_unknown(count: int) -> Change:
    """A new price, and with it no cost, for some of the products."""
    rows = [
        {"store_id": "main", "sku": f"p{n}", "valid_from": ago(days=1), "price": 11, "currency": "EUR"}
        for n in range(count)
    ]
    return lambda w: w.lake.append(PRODUCT_HISTORY, table_rows(PRODUCT_HISTORY, rows))


Fault = tuple[Change, Found, str]
"""What happens, the finding it gives, and a part of its text."""

STALE: list[Fault] = [
    (
        without_newest_orders(ago(days=3)),
        ("orders_stale", "warning", "operator", "main"),
        "3 days old (2026-05-28 16:00 UTC); usually it sells every 1 day(s)",
    ),
    (
        lambda w: (open_store(w, "weekly"), orders(*(order_line(ago(days=9 + 7 * n), "weekly") for n in range(8)))(w)),
        ("orders_stale", "warning", "operator", "weekly"),
        "every 7 day(s)",
    ),
    (costs_unknown(5), ("cost_missing", "note", "merchandiser", "products"), "50% of 10 products have no cost"),
    (
        crawls(crawl("x", ago(hours=1), outcome="failed", offers=0, priced=0)),
        ("crawl_failed", "warning", "merchandiser", SITE),
        "that ended 2026-06-01 11:00 UTC read none of 10 pages",
    ),
    (
        offers(offer(1, ago(days=5), site="lindenmarkt")),
        ("offers_stale", "warning", "merchandiser", "lindenmarkt"),
        "5 days old",
    ),
    (
        offers(*(offer(n, ago(days=2), site="marktplatz") for n in range(8))),
        ("matches_stale", "warning", "merchandiser", "matches"),
        "9 of 9 offers",
    ),
    (
        offers(offer(1, ago(hours=9), currency="GBP", crawl="gb")),
        ("rates_missing", "warning", "merchandiser", "GBP"),
        "1 fresh offers are in GBP, and none is known",
    ),
    (
        source("erp", ago(days=2)),
        ("source_late", "warning", "operator", "erp"),
        "has never brought anything; it should every 30 hours",
    ),
    (
        recorded(
            lambda tx: tx.add(
                ScheduleState(job="crawl", subject="", rule="0 3 * * * UTC", known_since=ago(days=1), paused=True)
            )
        ),
        ("no_worker", "error", "operator", ""),
        "no worker runs",
    ),
    (lambda _: None, ("job_paused", "note", "operator", "crawl"), "the schedule of job crawl is paused"),
    (
        erased("x", ago(days=10)),
        ("erasure_unfinished", "warning", "operator", ""),
        "1 erased customer(s) are hidden but still stored, the oldest for 10 days",
    ),
    (
        recorded(lambda tx: tx.delete(tx.get(Release, ("recommender", "1")))),
        ("no_recommender", "note", "marketer", "recommender"),
        "recommendations answer nothing",
    ),
    (files("rejects", 10, ago(days=2)), ("rejects", "warning", "operator", "rejects"), "10 imports of the last 7 days"),
    (files("scratch", 2, ago(days=3), 10**9), ("scratch_left", "warning", "operator", "scratch"), "2 GB"),
    (files("lake", 2, ago(days=3), 10**9), ("old_versions", "warning", "operator", "lake"), "takes 2 GB on the disk"),
]
MISSING: list[Fault] = [
    (
        lambda w: w.lake.merge(PRODUCTS, pa.table({"sku": ["p0"], "gtin": pa.nulls(1, pa.string())})),
        ("gtin_missing", "note", "merchandiser", "products"),
        "10% of 10 products have no GTIN",
    ),
    (
        orders(order_line(NOW + timedelta(days=1))),
        ("clock_ahead", "warning", "operator", "orders_ahead"),
        "1 order lines were placed after now (2026-06-01 12:00 UTC)",
    ),
    (delete(CUSTOMERS), ("no_customers", "note", "marketer", "customers"), "no address"),
    (delete(EVENTS), ("no_events", "note", "marketer", "events"), "sends no events"),
    (delete(PRODUCT_HISTORY), ("no_prices", "warning", "operator", "product_history"), "none of 10 products"),
    (
        crawls(crawl("x", ago(hours=1), priced=5)),
        ("coverage_dropped", "warning", "merchandiser", SITE),
        "5 prices, usually 10",
    ),
    (
        registered("lindenmarkt", ago(days=7)),
        ("never_crawled", "warning", "merchandiser", "lindenmarkt"),
        "7 days ago",
    ),
    (
        offers(offer(1, ago(days=5), site="dropped")),  # where others are registered, it was dropped on purpose
        ("offers_stale", "note", "merchandiser", "dropped"),
        "5 days old",
    ),
    (
        lambda w: (offers(offer(1, ago(hours=9), currency="GBP", crawl="gb"))(w), rate("GBP", ago(days=9))(w)),
        ("rates_missing", "warning", "merchandiser", "GBP"),
        "the newest is of 2026-05-23",
    ),
    (
        lambda w: (source("erp", ago(days=9))(w), delivery("erp", "imported", ago(hours=48))(w)),
        ("source_late", "warning", "operator", "erp"),
        "nothing new for 2 days",
    ),
    (
        lambda w: (
            source("pim", ago(days=9))(w),
            delivery("pim", "imported", ago(hours=20))(w),
            delivery("pim", "rejected", ago(hours=2))(w),
        ),
        ("delivery_failed", "warning", "operator", "pim"),
        "orders.csv of source pim, fetched 2026-06-01 10:00 UTC, is rejected: 3 rows cannot be taken",
    ),
    (erased("x", ago(days=31)), ("erasure_unfinished", "error", "operator", ""), "the limit is 30 days"),
    (
        recorded(lambda tx: setattr(tx.get(Release, ("recommender", "1")), "released_at", ago(days=22))),
        ("recommender_old", "warning", "marketer", "recommender"),
        "21 days of orders",
    ),
]
NO_PRODUCTS: list[Fault] = [
    (delete(PRODUCTS), ("no_products", "warning", "operator", "products"), "no product on sale"),
]


@pytest.mark.parametrize("faults", [STALE, MISSING, NO_PRODUCTS], ids=["stale", "missing", "no products"])
def test_each_fault_is_found_and_nothing_else(shop: Warehouse, faults: list[Fault]) -> None:
    for change, _, _ in faults:
        change(shop)
    findings: dict[Found, str] = {(f.code, f.severity, f.role, f.subject): f.text for f in examine(shop)}
    assert sorted(findings) == sorted(expected for _, expected, _ in faults)
    for _, expected, text in faults:
        assert text in findings[expected]


def test_what_only_resembles_a_fault_is_none(shop: Warehouse) -> None:
    without_newest_orders(ago(hours=40))(shop)  # the evening before yesterday, and the import is not due yet
    open_store(shop, "weekly")
    orders(*(order_line(ago(days=5 + 7 * n), "weekly") for n in range(8)))(shop)
    orders(order_line(ago(days=400), "once"))(shop)  # no rhythm is known
    withdrawn = [{"sku": f"x{n}", "status": "discontinued"} for n in range(9)]
    shop.lake.append(PRODUCTS, table_rows(PRODUCTS, withdrawn))
    crawls(crawl("a", ago(days=1), site="new"), crawl("b", ago(hours=1), site="new", offers=1))(shop)  # no usual yet
    registered("lindenmarkt", ago(hours=2))(shop)
    offers(*(offer(n, ago(hours=9), site="marktplatz") for n in range(8)))(shop)  # matching comes after the crawl
    offers(offer(1, ago(hours=9), currency="GBP", crawl="gb"))(shop)
    rate("GBP", ago(days=3))(shop)
    source("erp", ago(days=9))(shop)
    delivery("erp", "rejected", ago(hours=20))(shop)
    delivery("erp", "imported", ago(hours=2))(shop)
    erased("purged", ago(days=99), purged_at=ago(days=98))(shop)
    erased("yesterday", ago(days=1))(shop)
    files("rejects", 10, ago(days=30))(shop)
    files("scratch", 2, ago(hours=1), 10**9)(shop)
    assert found(shop) == []


def test_what_no_longer_counts_is_what_the_price_position_leaves_out() -> None:
    assert (market.OFFERS_FRESH, market.RATES_FRESH) == (build.WINDOW, build.RATE_AGE)
