"""Every question of every room, on both engines: the same rows by key, and within the SQL subset."""

from __future__ import annotations

import importlib
import math
import pkgutil
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from types import ModuleType

import pyarrow as pa
import pytest

import campaigns
import experiments
import pricing
import recommender
import scrapers
import serve
import warehouse.doctor
import warehouse.sources
from experiments.market import MarketSize, generate
from warehouse.engines.dialect import lint
from warehouse.house import Warehouse
from warehouse.offer_ids import offer_id
from warehouse.questions import QUESTIONS, Question
from warehouse.session import Session
from warehouse.settings import Settings
from warehouse.tables import CRAWLS, FX_RATES, MATCHES, OFFERS, SEGMENT_MEMBERS, TABLES, TIME

ROOMS: tuple[ModuleType, ...] = (
    *(scrapers, pricing, recommender, campaigns, serve, experiments, warehouse.doctor, warehouse.sources),
)
START, END = date(2026, 3, 1), date(2026, 5, 31)
NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)
SIZE = MarketSize(products=60, customers=120, orders_per_customer=20)


def _import_all() -> None:
    for room in ROOMS:
        for module in pkgutil.walk_packages(room.__path__, f"{room.__name__}."):
            importlib.import_module(module.name)


_import_all()


def _offers(market_offers: pa.Table) -> pa.Table:
    """What a crawl would have seen of the competitors' pages, on two days."""
    rows = []
    for row in market_offers.to_pylist():
        url = f"https://{row['site']}.example{row['path']}"
        for crawl, hours in (("first", 30), ("second", 2)):
            rows.append(
                {
                    "crawl_id": crawl,
                    "offer_id": offer_id(row["site"], url, None, None, None),
                    "site": row["site"],
                    "url": url,
                    "observed_at": NOW - timedelta(hours=hours),
                    "title": row["title"],
                    "brand": row["brand"],
                    "gtin": row["gtin"],
                    "price": row["price"],
                    "currency": row["currency"],
                    "availability": row["availability"],
                }
            )
    return pa.Table.from_pylist(rows, schema=OFFERS.schema.remove(OFFERS.schema.get_field_index("month")))


@pytest.fixture(scope="module")
def market_home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Settings]:
    """A lake with rows in every table a question reads, and an erased customer."""
    settings = Settings(home=tmp_path_factory.mktemp("home"), spark_url="local[2]")
    market = generate(SIZE, seed=3, start=START, end=END)
    offers = _offers(market.truth.offers)
    with Warehouse.open(settings, clock=lambda: NOW) as warehouse:
        for name, rows in market.tables.items():
            if name == "events":  # as one commit would have stamped them
                stamp = pa.array([NOW] * rows.num_rows, TIME)
                rows = rows.set_column(rows.schema.get_field_index("received_at"), "received_at", stamp)
            warehouse.lake.append(TABLES[name], rows)
        warehouse.lake.append(OFFERS, offers)
        skus = {row["gtin"]: row["sku"] for row in market.tables["products"].to_pylist() if row["gtin"]}
        matches = {
            offer["offer_id"]: {
                "offer_id": offer["offer_id"],
                "sku": skus[offer["gtin"]],
                "pack_ratio": 1.0,
                "score": 1.0,
                "verdict": ("match", "match", "review", "equivalent", "other_pack")[at % 5],
                "method": "gtin",
                "model_version": "test",
                "matched_at": NOW,
            }
            for at, offer in enumerate(offers.to_pylist())
            if offer["gtin"] in skus
        }
        assert matches
        warehouse.lake.append(MATCHES, pa.Table.from_pylist(list(matches.values()), schema=MATCHES.schema))
        crawls = [
            {
                "crawl_id": crawl,
                "site": site,
                "started_at": NOW - timedelta(hours=3),
                "finished_at": NOW - timedelta(hours=2),
                "planned": 10,
                "fetched": 9,
                "offers": 9,
                "priced": 8,
                "failures": '{"http_404": 1}',
                "outcome": "partial",
            }
            for crawl, site in (("second", "lindenmarkt"), ("third", "kistenhaus"))
        ]
        warehouse.lake.append(CRAWLS, pa.Table.from_pylist(crawls, schema=CRAWLS.schema))
        rates = [{"day": START, "currency": "USD", "eur": Decimal("0.9")}]
        warehouse.lake.append(FX_RATES, pa.Table.from_pylist(rates, schema=FX_RATES.schema))
        members = [
            {"segment": "lapsed", "version": version, "customer_id": row["customer_id"], "computed_at": NOW}
            for version in ("v1", "v2")
            for row in market.tables["customers"].slice(0, 20).to_pylist()
        ]
        warehouse.lake.append(SEGMENT_MEMBERS, pa.Table.from_pylist(members, schema=SEGMENT_MEMBERS.schema))
        warehouse.erase(market.tables["customers"]["customer_id"][3].as_py())
    yield settings


PARAMETERS: dict[str, object] = {
    "run": "second",
    "crawl_id": "second",
    "site": "lindenmarkt",
    "started_at": NOW - timedelta(hours=3),
    "gone_since": NOW - timedelta(days=8),
    "stale_before": NOW - timedelta(days=3),
    "after": "",
    "after_offer": "",
    "after_score": 2.0,
    "after_worth": 2**62,
    "as_of": NOW,
    "before": NOW,
    "currency": "EUR",
    "experiment": "checkout-banner",
    "fresh_since": NOW - timedelta(days=7),
    "most": 1000,
    "now": NOW,
    "least": 0.0,
    "rates_since": END - timedelta(days=100),
    "received_at": NOW,
    "seen_before": NOW,
    "since": NOW - timedelta(days=60),
    "segment": "lapsed",
    "store_id": "main",
    "top": 10,
    "verdict": "match",
    "version": "v1",
    "within_days": 14,
}
"""A value for each parameter name that questions use; a new name needs one here."""


_OFFER_COLUMNS = ", ".join(
    "cast(price + 1 as decimal(18, 4)) as price" if column.name == "price" else column.name for column in OFFERS.columns
)

LAKE_ROWS = {
    "asked": "select distinct offer_id from offers",
    "asked_products": "select sku from products",
    "fetched": "select distinct observed_at from offers where crawl_id = 'second'",
    "pages": "select distinct url, true as answered from offers",
    "read_again": f"select {_OFFER_COLUMNS} from offers where crawl_id = 'second' order by offer_id limit 20",
    "consented": "select customer_id from customers order by 1 limit 50",
    "members": "select customer_id from customers order by 1 limit 80",
    "sent": "select event_id from events order by 1 limit 50",
    "store_days": f"select store_id, timezone, date '{END}' as today from stores",
    "true_offers": (
        "select distinct o.site, o.url, m.sku, o.price, o.availability"
        " from offers o left join matches m on m.offer_id = o.offer_id"
    ),
}
"""Relations that questions read beside the lake, as rows of the lake; others are the results of other questions."""


def _inputs(question: Question, session: Session) -> dict[str, pa.Table]:
    return {name: _rows_for(name, schema, session) for name, schema in question.inputs.items()}


def _rows_for(name: str, schema: pa.Schema, session: Session) -> pa.Table:
    if name in LAKE_ROWS:
        return session.query(LAKE_ROWS[name])
    (maker,) = (q for q in QUESTIONS.values() if q.result.equals(schema))
    return session.ask(maker, inputs=_inputs(maker, session), **_values(maker))


def _values(question: Question) -> dict[str, object]:
    return {parameter: PARAMETERS[parameter] for parameter in question.params}


PARTS = {f"campaigns.segments:{part}.sql" for part in ("facts", "permissions", "scores")}
"""SQL that is no question by itself: segments put it together, and their own tests run that on both engines."""


def test_every_sql_file_is_a_question() -> None:
    """A .sql file that no Question reads would escape the comparison below."""
    root = Path(__file__).parents[2]
    files = {
        f"{'.'.join(path.relative_to(root).parts[:-1])}:{path.name}"
        for room in ROOMS
        for path in root.joinpath(*room.__name__.split(".")).rglob("*.sql")
    }
    assert files - PARTS == {name for name in QUESTIONS if name.endswith(".sql")}


@pytest.mark.parametrize("name", sorted(QUESTIONS))
def test_every_question_keeps_to_the_subset(name: str) -> None:
    assert lint(QUESTIONS[name].sql) == []


@pytest.mark.timeout(600)
@pytest.mark.spark
def test_both_engines_answer_alike(market_home: Settings) -> None:
    empty = []
    with (
        Warehouse.open(market_home, clock=lambda: NOW) as warehouse,
        warehouse.session(engine="duckdb") as duckdb,
        warehouse.session(engine="spark") as spark,
    ):
        for name, question in sorted(QUESTIONS.items()):
            inputs, values = _inputs(question, duckdb), _values(question)
            one = duckdb.ask(question, inputs=inputs, **values)
            other = spark.ask(question, inputs=inputs, **values)
            _same(name, question.key, one, other)
            if not one.num_rows:
                empty.append(name)
    assert empty == [], "questions that gave no rows compare nothing"


def _same(name: str, key: tuple[str, ...], one: pa.Table, other: pa.Table) -> None:
    assert one.schema == other.schema, name
    rows, others = _by_key(name, key, one), _by_key(name, key, other)
    assert rows.keys() == others.keys(), name
    for row_key, row in rows.items():
        for column, value in row.items():
            against = others[row_key][column]
            if isinstance(value, float) and isinstance(against, float):
                assert math.isclose(value, against, rel_tol=1e-9, abs_tol=1e-12), (name, row_key, column)
            else:
                assert value == against, (name, row_key, column)


def _by_key(name: str, key: tuple[str, ...], rows: pa.Table) -> dict[tuple[object, ...], dict[str, object]]:
    found = {tuple(row[column] for column in key): row for row in rows.to_pylist()}
    assert len(found) == rows.num_rows, f"{name}: the declared key {key} is not unique"
    return found
