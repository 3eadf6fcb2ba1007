"""Segments over a small shop whose answer can be counted on fingers, on both engines."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from campaigns.segments import Members, compute, newest_computations, read_segment, rfm, saved_segment
from campaigns.segments.compiler import compile_segment, customers_question, select_fields
from campaigns.segments.scope import look_from
from campaigns.segments.vocabulary import FIELDS
from tests.campaigns.conftest import Line, put
from tests.conftest import FixedClock
from warehouse.engines.dialect import lint
from warehouse.errors import InputError, NotFound
from warehouse.house import Warehouse
from warehouse.stores import open_store

Put = Callable[..., None]


@pytest.fixture
def found(shop: Warehouse, tmp_path: Path) -> Callable[..., Members]:
    """Computes the segment with these conditions (YAML, one a line) and further entries."""

    def compute_(*conditions: str, **entries: str) -> Members:
        file = tmp_path / "segment.yaml"
        lines = ["segment: s", *(f"{name}: {value}" for name, value in entries.items()), "where:"]
        file.write_text("\n".join([*lines, *(f"  {condition}" for condition in conditions)]) + "\n")
        return compute(shop, read_segment(file))

    return compute_


def ids(members: Members) -> list[str]:
    return list(members.rows["customer_id"].to_pylist())


def test_orders_days_and_spend_follow_the_words_of_the_design(
    found: Callable[..., Members], order: Put, customer: Put, line: Line
) -> None:
    order(
        # An order is a distinct order_id with a positive product line: this is one order of two lines, and shipping.
        line("ann", "2026-05-01", "10.00", "o1"),
        line("ann", "2026-05-01", "5.00", "o1"),
        line("ann", "2026-05-01", "4.00", "o1", line_kind="shipping"),
        # Postage alone is no order, a return is none either; both are money.
        line("ann", "2026-05-20", "3.00", "o2", line_kind="shipping"),
        line("ann", "2026-05-25", "-5.00", "o3", quantity=-1.0),
        # 23:30 UTC on 31 March is 1 April in Berlin: 61 calendar days before 1 June.
        line("ben", "2026-03-31T23:30:00+00:00", "100.00"),
        line("ben", "2026-03-30", "50.00"),
        line("cy", "2026-05-31", "-7.00", quantity=-1.0),
        line(None, "2026-05-31", "1000.00"),
        # After the day the segment looks from.
        line("dee", "2026-06-02", "1.00"),
    )
    customer("eve", country="NO")
    members = found("orders: {at_least: 0}", "spend: {at_least: -1000}", "days_since_last_order: {at_least: 0}")
    assert members.rows.drop_columns(["customer_id"]).to_pylist() == [
        {"orders": 1, "spend": 17, "days_since_last_order": 31},
        {"orders": 2, "spend": 150, "days_since_last_order": 61},
    ]
    assert ids(members) == ["ann", "ben"]
    # Never ordered: 0 orders and 0 spent are known, the day of the last order is not.
    assert ids(found("orders: {equals: 0}")) == ["cy", "eve"]
    assert ids(found("country: {is_in: [NO, SE]}")) == ["eve"]
    assert ids(found("days_since_first_order: {more_than: 61}")) == ["ben"]
    assert ids(found("spend: {less_than: 0}")) == ["cy"]


def test_it_looks_from_now_the_newest_order_or_a_date(
    found: Callable[..., Members], order: Put, line: Line, clock: FixedClock
) -> None:
    order(line("ann", "2026-03-01", "1"), line("ann", "2026-01-10", "1"), line("ben", "2026-05-10", "1"))
    assert ids(found("days_since_last_order: {more_than: 90}")) == ["ann"]  # 92 days before 1 June
    assert ids(found("days_since_last_order: {more_than: 90}", as_of="last_order")) == []
    assert ids(found("days_since_last_order: {at_least: 70}", as_of="last_order")) == ["ann"]
    assert ids(found("days_since_last_order: {equals: 21}", as_of="2026-01-31")) == ["ann"]
    assert found("orders: {at_least: 1}", as_of="last_order").days["main"].isoformat() == "2026-05-10"
    clock.forward(days=-30)
    assert ids(found("days_since_last_order: {more_than: 90}")) == []


def test_a_day_is_the_stores_own(shop: Warehouse, found: Callable[..., Members], line: Line) -> None:
    open_store(shop, "tokyo", name="Tokyo", currency="EUR", timezone="Asia/Tokyo")
    open_store(shop, "lima", name="Lima", currency="EUR", timezone="America/Lima")
    moment = "2026-05-31T16:00:00+00:00"  # 1 June in Tokyo, 31 May in Lima; noon UTC on 1 June is 1 June in both
    put(shop, "orders", line("t", moment, "1", store_id="tokyo"), line("l", moment, "1", store_id="lima"))
    assert ids(found("days_since_last_order: {equals: 0}")) == ["t"]
    assert ids(found("days_since_last_order: {equals: 1}")) == ["l"]
    only = found("orders: {at_least: 1}", store="lima")
    assert (ids(only), list(only.days)) == (["l"], ["lima"])
    with pytest.raises(InputError, match="no orders of store 'rome'; there are of: lima, tokyo"):
        found("orders: {at_least: 1}", store="rome")


def test_amounts_of_two_currencies_are_never_added(found: Callable[..., Members], order: Put, line: Line) -> None:
    order(line("ann", "2026-05-01", "10"), line("ann", "2026-05-02", "99", currency="USD"))
    with pytest.raises(InputError, match=r"spend cannot be added over EUR, USD; add 'currency: EUR'"):
        found("spend: {at_least: 1}")
    assert found("spend: {at_least: 1}", currency="USD").rows["spend"].to_pylist() == [99]
    assert ids(found("orders: {equals: 2}")) == ["ann"]  # orders need no currency


def test_consent_is_the_newest_statement(shop: Warehouse, found: Callable[..., Members], clock: FixedClock) -> None:
    def said(customer_id: str, channel: str, granted: bool, days_ago: int) -> dict[str, Any]:
        at = clock.now.replace(day=1, month=5 - days_ago)
        return {"customer_id": customer_id, "channel": channel, "granted": granted, "at": at}

    put(
        shop,
        "consents",
        said("ann", "email", True, 2),
        said("ann", "email", False, 1),
        said("ben", "email", False, 2),
        said("ben", "email", True, 1),
        said("ben", "ads", False, 1),
        said("cy", "ads", True, 1),
    )
    for customer_id in ("ann", "ben", "cy", "dee"):
        put(shop, "customers", {"customer_id": customer_id, "country": "DE"})
    assert ids(found("consent_email: {equals: true}")) == ["ben"]
    # No statement is no answer: neither yes nor no.
    assert ids(found("consent_ads: {equals: false}")) == ["ben"]


def test_scores_cut_the_buyers_into_fifths_and_name_the_cell(
    shop: Warehouse, order: Put, customer: Put, line: Line, clock: FixedClock
) -> None:
    # c0 ordered today, once, least; c9 longest ago, most often, most: recency falls as frequency rises.
    for n in range(10):
        for i in range(n + 1):
            order(line(f"c{n}", f"2026-05-{31 - 2 * n:02}", "10", f"o{n}-{i}"))
    customer("never")
    with shop.session() as session:
        rows = rfm(session, now=clock.now).sort_by("customer_id").to_pylist()
    assert [r["recency_score"] for r in rows] == [5, 5, 4, 4, 3, 3, 2, 2, 1, 1]
    assert [r["frequency_score"] for r in rows] == [1, 1, 2, 2, 3, 3, 4, 4, 5, 5]
    assert [r["monetary_score"] for r in rows] == [1, 1, 2, 2, 3, 3, 4, 4, 5, 5]
    assert [r["rfm_cell"] for r in rows[::2]] == [
        "new",
        "potential_loyalists",
        "need_attention",
        "at_risk",
        "cannot_lose",
    ]
    assert rows[0] | {"spend": 10, "orders": 1, "days_since_last_order": 1, "currency": "EUR"} == rows[0]


def test_computing_again_changes_nothing(
    shop: Warehouse, found: Callable[..., Members], order: Put, line: Line, clock: FixedClock
) -> None:
    order(line("ann", "2026-05-01", "10"), line("ben", "2026-05-01", "10"))
    first = found("orders: {at_least: 1}")
    clock.forward(minutes=5)
    again = found("orders: {at_least: 1}")
    assert (first.written, again.written, first.version) == (2, 0, again.version)
    # Other conditions, other data, another day: each is another version.
    other = found("orders: {at_least: 2}")
    assert (ids(other), other.definition_version, other.version != first.version) == ([], 2, True)
    # The newest computation is the empty one, not the last with members.
    assert [(c.version, c.members, c.definition_version) for c in newest_computations(shop)] == [(other.version, 0, 2)]
    order(line("ann", "2026-05-02", "10"))
    more = found("orders: {at_least: 2}")
    clock.forward(days=1)
    later = found("orders: {at_least: 2}")
    assert len({other.version, more.version, later.version}) == 3
    assert [(c.version, c.members) for c in newest_computations(shop)] == [(later.version, 1)]
    with shop.session() as session:
        kept = session.query(
            "select version, count(*) as n, min(computed_at) as at from segment_members group by version"
        ).to_pylist()
    assert {row["version"]: row["n"] for row in kept} == {first.version: 2, more.version: 1, later.version: 1}
    assert saved_segment(shop, "s") == later.segment


def test_an_erased_customer_is_nobodys_member(
    shop: Warehouse, found: Callable[..., Members], order: Put, line: Line
) -> None:
    order(line("ann", "2026-05-01", "10"), line("ben", "2026-05-01", "10"))
    before = found("orders: {at_least: 1}")
    shop.erase("ann")
    assert [c.members for c in newest_computations(shop)] == [2]
    after = found("orders: {at_least: 1}")
    assert ids(after) == ["ben"]
    assert [(c.version, c.members) for c in newest_computations(shop)] == [(after.version, 1)]
    with shop.session() as session:
        kept = session.query("select version, customer_id from segment_members").to_pylist()
    assert {(row["version"], row["customer_id"]) for row in kept} == {(m.version, "ben") for m in (before, after)}


HOSTILE = ["'; drop table customers; --", "O'Brien", "back\\slash", "\\' or 1=1 --", "$currency", "{x}", "ünï"]


def test_a_value_cannot_become_sql(found: Callable[..., Members], customer: Put) -> None:
    for number, country in enumerate(HOSTILE):
        customer(f"c{number}", country=country)
    for number, country in enumerate(HOSTILE):
        quoted = country.replace("'", "''")
        assert ids(found(f"country: {{equals: '{quoted}'}}")) == [f"c{number}"]


@pytest.mark.spark
def test_both_engines_say_the_same(
    shop: Warehouse, found: Callable[..., Members], order: Put, customer: Put, line: Line, clock: FixedClock
) -> None:
    open_store(shop, "tokyo", name="Tokyo", currency="EUR", timezone="Asia/Tokyo")
    lines = []
    for n in range(23):
        where = {"store_id": "tokyo" if n % 2 else "main"}
        for i in range(n % 7):
            at = (clock.now - timedelta(days=n * 3 + i, hours=n, microseconds=n)).isoformat()
            lines.append(line(f"c{n}", at, f"{n * 7 + i}.{n:02}19", f"o{n}-{i}", **where))
            other = {"quantity": -1.0, "currency": "EUR" if n % 3 else "USD"}
            lines.append(line(f"c{n}", at, "-2.50", f"o{n}-{i}", **where, **other))
    order(*lines)
    put(shop, "customers", *({"customer_id": f"c{n}", "country": country} for n, country in enumerate(HOSTILE)))
    said = [(n, *what) for n in range(7) for what in ((1, "ads", True), (2, "ads", n % 2 == 0), (1, "sms", False))]
    put(
        shop,
        "consents",
        *(
            {"customer_id": f"c{n}", "channel": channel, "granted": granted, "at": clock.now.replace(month=month)}
            for n, month, channel, granted in said
        ),
    )
    everything = customers_question("all", select_fields(FIELDS.values()).sql("duckdb"), FIELDS.values())
    quoted = ", ".join("'" + country.replace("'", "''") + "'" for country in HOSTILE[:-1])
    segment = found(f"country: {{is_in: [{quoted}]}}", "spend: {at_most: 100.0019}", currency="EUR").segment
    answers = []
    for engine in ("duckdb", "spark"):
        with shop.session(engine=engine) as session:
            days = {"store_days": look_from(session, "last_order", now=clock.now).store_days}
            rows = session.ask(everything, inputs=days, currency="EUR").sort_by("customer_id")
            members = session.ask(compile_segment(segment), inputs=days, currency="EUR").sort_by("customer_id")
            answers.append((rows, members))
    (rows, members), spark = answers
    assert spark == (rows, members)
    assert (rows.num_rows, members.num_rows) == (20, 4)
    assert {"new", "at_risk"} <= set(rows["rfm_cell"].to_pylist())
    assert rows["consent_ads"].to_pylist().count(False) == 3


def test_an_empty_lake_has_no_members(found: Callable[..., Members]) -> None:
    members = found("spend: {at_least: 0}", "rfm_cell: {equals: new}", as_of="last_order")
    assert (ids(members), members.days, members.currency) == ([], {}, None)


def test_the_statement_is_one_and_keeps_to_the_subset(found: Callable[..., Members]) -> None:
    assert lint(select_fields(FIELDS.values()).sql("duckdb")) == []
    segment = found("orders: {at_least: 1}", "country: {is_in: [DE]}").segment
    sql = compile_segment(segment).sql
    assert lint(sql) == []
    assert "consents" not in sql and "ntile" not in sql.lower()  # only what the conditions need


def test_an_unknown_segment_is_named_with_those_there_are(shop: Warehouse, found: Callable[..., Members]) -> None:
    found("orders: {at_least: 1}")
    with pytest.raises(NotFound, match="there is no segment 'vip'; known: s"):
        saved_segment(shop, "vip")
