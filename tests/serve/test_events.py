"""Events: acknowledged only when durable, stored once, refused with their place."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from decimal import Decimal

import httpx
import pyarrow as pa
import pytest

from tests.conftest import FixedClock
from warehouse.house import Warehouse
from warehouse.settings import Settings
from warehouse.tables import EVENTS

VIEW = {"event_id": "e-1", "event_type": "view", "occurred_at": "2026-06-01T11:59:00+02:00", "sku": "MUG"}


def stored(settings: Settings) -> list[dict[str, object]]:
    """What a process that knows nothing of the server finds in the lake."""
    with Warehouse.open(settings) as other, other.session() as session:
        rows: list[dict[str, object]] = session.query("select * from events order by event_id").to_pylist()
    return rows


def test_an_acknowledged_event_is_in_the_lake(keyed: httpx.Client, settings: Settings) -> None:
    sent = {
        **VIEW,
        "customer_id": "C-1",
        "quantity": 2,
        "price": "7.9",
        "currency": "EUR",
        "properties": {"colour": "blue", "tags": [1, None]},
    }
    answer = keyed.post("/v1/events", json=sent)
    assert answer.status_code == 202
    assert answer.json() == {"accepted": 1, "duplicates": 0, "event_ids": ["e-1"]}
    (row,) = stored(settings)
    assert row["occurred_at"] == datetime(2026, 6, 1, 9, 59, tzinfo=UTC)
    assert row["received_at"] is not None
    assert (row["price"], row["currency"], row["quantity"]) == (Decimal("7.9000"), "EUR", 2.0)
    assert row["properties"] == '{"colour": "blue", "tags": [1, null]}'
    assert row["anonymous_id"] is None


def test_a_retry_is_stored_once(keyed: httpx.Client, settings: Settings) -> None:
    batch = [{**VIEW, "event_id": f"e-{n}"} for n in range(3)]
    assert keyed.post("/v1/events", json=batch).json()["accepted"] == 3
    again = keyed.post("/v1/events", json=[*batch, {**VIEW, "event_id": "e-3"}, {**VIEW, "event_id": "e-3"}])
    assert again.status_code == 202
    assert (again.json()["accepted"], again.json()["duplicates"]) == (1, 4)
    assert [row["event_id"] for row in stored(settings)] == ["e-0", "e-1", "e-2", "e-3"]


def test_an_event_without_an_id_gets_one(keyed: httpx.Client, settings: Settings) -> None:
    bare = {"event_type": "view", "occurred_at": "2026-06-01T09:00:00Z"}
    first, second = keyed.post("/v1/events", json=[bare, bare]).json()["event_ids"]
    assert first != second and len(first) == 26
    assert {row["event_id"] for row in stored(settings)} == {first, second}


def test_many_senders_at_once_each_learn_what_became_of_theirs(keyed: httpx.Client, settings: Settings) -> None:
    """Every id is sent by two senders: exactly one of them is told that it was new."""
    batches = [[{**VIEW, "event_id": f"e-{n}-{m}"} for m in range(5)] for n in range(10)] * 2

    with ThreadPoolExecutor(20) as pool:
        answers = list(pool.map(lambda batch: keyed.post("/v1/events", json=batch), batches))
    assert {answer.status_code for answer in answers} == {202}
    counts = [(answer.json()["accepted"], answer.json()["duplicates"]) for answer in answers]
    assert sum(accepted for accepted, _ in counts) == 50
    assert all(sorted((counts[n], counts[n + 10])) == [(0, 5), (5, 0)] for n in range(10))
    assert len(stored(settings)) == 50


def test_nothing_is_acknowledged_when_the_lake_cannot_be_written(
    keyed: httpx.Client, settings: Settings, warehouse: Warehouse
) -> None:
    settings.lake.mkdir(parents=True, exist_ok=True)
    in_the_way = settings.lake / "events"
    in_the_way.write_text("not a table")
    answer = keyed.post("/v1/events", json=VIEW)
    assert answer.status_code == 503
    assert answer.headers["content-type"] == "application/problem+json"
    assert str(settings.home) not in answer.text
    in_the_way.unlink()
    assert keyed.post("/v1/events", json=VIEW).json()["accepted"] == 1
    assert len(stored(settings)) == 1


@pytest.mark.parametrize(
    ("change", "place", "says"),
    [
        ({"occurred_at": "2026-06-01T09:00:00"}, "body.0.occurred_at", "timezone"),
        ({"occurred_at": 1780000000}, "body.0.occurred_at", "ISO 8601"),
        ({"occurred_at": "1780000000"}, "body.0.occurred_at", "ISO 8601"),
        ({"occurred_at": "0001-01-01T00:00:00+14:00"}, "body.0.occurred_at", "before the year 2000"),
        ({"occurred_at": "2026-06-02T12:00:01Z"}, "body.0.occurred_at", "ahead"),
        ({"event_type": "View"}, "body.0.event_type", "pattern"),
        ({"event_id": ""}, "body.0.event_id", "at least 1"),
        ({"price": "7.90"}, "body.0", "needs a currency"),
        ({"price": "-1", "currency": "EUR"}, "body.0.price", "greater than or equal to 0"),
        ({"price": "0.00001", "currency": "EUR"}, "body.0.price", "decimal places"),
        ({"price": "1e30", "currency": "EUR"}, "body.0.price", "digits"),
        ({"price": "NaN", "currency": "EUR"}, "body.0.price", "finite"),
        ({"currency": "XYZ"}, "body.0.currency", "ISO 4217"),
        ({"sku": "x" * 201}, "body.0.sku", "at most 200"),
        ({"sku": "\ud800"}, "body.0.sku", "unicode"),
        ({"properties": {"x": "y" * 10_000}}, "body.0.properties", "longer than 10000"),
        ({"colour": "blue"}, "body.0.colour", "not permitted"),
    ],
)
def test_a_fault_names_its_place_and_nothing_is_stored(
    bare_keyed: httpx.Client, bare_house: Warehouse, change: dict[str, object], place: str, says: str
) -> None:
    body = json.dumps({**VIEW, **change})  # escapes the lone surrogate, as JSON allows
    answer = bare_keyed.post("/v1/events", content=body, headers={"Content-Type": "application/json"})
    assert answer.status_code == 422, answer.text
    (fault,) = answer.json()["errors"]
    assert fault["place"] == place
    assert says in fault["detail"]
    assert stored(bare_house.settings) == []


def test_one_bad_event_refuses_the_request_and_says_which(bare_keyed: httpx.Client, bare_house: Warehouse) -> None:
    batch = [VIEW, {**VIEW, "event_id": "e-2", "currency": "XYZ"}]
    answer = bare_keyed.post("/v1/events", json=batch)
    assert [fault["place"] for fault in answer.json()["errors"]] == ["body.1.currency"]
    assert stored(bare_house.settings) == []


@pytest.mark.parametrize("body", ["[]", "17", "null", '"view"', "[[]]"])
def test_a_body_that_is_no_event_is_refused(bare_keyed: httpx.Client, body: str) -> None:
    answer = bare_keyed.post("/v1/events", content=body, headers={"Content-Type": "application/json"})
    assert answer.status_code == 422
    assert answer.json()["errors"]


def test_a_list_may_hold_a_thousand_events_and_no_more(keyed: httpx.Client, settings: Settings) -> None:
    batch = [{**VIEW, "event_id": f"e-{n}"} for n in range(1001)]
    assert keyed.post("/v1/events", json=batch).status_code == 422
    assert stored(settings) == []
    assert keyed.post("/v1/events", json=batch[1:]).json()["accepted"] == 1000


def test_an_erased_customer_is_not_seen_in_later_events(
    keyed: httpx.Client, settings: Settings, warehouse: Warehouse, clock: FixedClock
) -> None:
    warehouse.erase("C-1")
    assert keyed.post("/v1/events", json={**VIEW, "customer_id": "C-1"}).status_code == 202
    assert [row["customer_id"] for row in stored(settings)] == [None]


def test_the_schema_of_the_lake_and_of_the_api_agree() -> None:
    from serve.events import Event

    assert set(Event.model_fields) | {"received_at"} == {column.name for column in EVENTS.columns}
    assert EVENTS.schema.field("occurred_at").type == pa.timestamp("us", tz="UTC")
