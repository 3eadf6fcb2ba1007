"""The lake through its public door: commits that are atomic, exact on retry, locked on merge."""

from __future__ import annotations

import json
import os
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pyarrow as pa
import pytest
from deltalake import DeltaTable, write_deltalake
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from warehouse.errors import InputError, LakeError
from warehouse.house import Warehouse
from warehouse.lake import Lake, Merged, Written
from warehouse.settings import Settings
from warehouse.tables import EVENTS, ORDERS, PRODUCTS, SPEND, TABLES

MOMENT = datetime(2026, 5, 31, 23, 59, tzinfo=UTC)


def events(*ids: str, at: datetime = MOMENT) -> pa.Table:
    n = len(ids)
    return pa.table({"event_id": ids, "event_type": ["view"] * n, "occurred_at": [at] * n, "received_at": [at] * n})


def rows(warehouse: Warehouse, sql: str) -> list[dict[str, object]]:
    with warehouse.session() as session:
        return session.query(sql).to_pylist()


def test_every_table_is_empty_and_typed_before_the_first_write(warehouse: Warehouse) -> None:
    with warehouse.session() as session:
        for table in TABLES.values():
            answer = session.query(f"select * from {table.name}")
            assert (answer.num_rows, answer.schema.names) == (0, table.schema.names)
        assert set(session.versions.values()) == {-1}


def test_a_batch_is_written_once_however_often_it_is_tried(warehouse: Warehouse) -> None:
    assert [warehouse.lake.append(EVENTS, events("a", "b"), batch_id="batch-1") for _ in range(3)] == [2, 0, 0]
    assert warehouse.lake.append_new(EVENTS, events("c"), batch_id="batch-1") == Written(0, 0)
    assert rows(warehouse, "select event_id from events order by 1") == [{"event_id": "a"}, {"event_id": "b"}]


def test_append_new_takes_the_first_row_of_a_key_and_leaves_known_keys_alone(warehouse: Warehouse) -> None:
    assert warehouse.lake.append_new(EVENTS, events("a", "b", "a")) == Written(2, 1)
    assert warehouse.lake.append_new(EVENTS, events("b", "c", at=MOMENT + timedelta(days=40))) == Written(1, 1)
    assert rows(warehouse, "select count(*) as n, count(distinct event_id) as ids from events") == [{"n": 3, "ids": 3}]


def test_merge_keeps_what_the_data_does_not_carry(warehouse: Warehouse) -> None:
    lake = warehouse.lake
    assert lake.merge(PRODUCTS, pa.table({"sku": ["1", "2"], "title": ["Kettle", "Cup"]})) == Merged(2, 0, 0)
    assert lake.merge(PRODUCTS, pa.table({"sku": ["1", "1", "3"], "brand": ["x", "Alfi", "Y"]})) == Merged(1, 1, 0)
    assert lake.merge(PRODUCTS, pa.table({"sku": ["1"], "brand": ["Alfi"]})) == Merged(0, 0, 1)
    assert rows(warehouse, "select sku, title, brand from products order by sku") == [
        {"sku": "1", "title": "Kettle", "brand": "Alfi"},
        {"sku": "2", "title": "Cup", "brand": None},
        {"sku": "3", "title": None, "brand": "Y"},
    ]


def test_a_merge_that_changes_nothing_commits_nothing(warehouse: Warehouse) -> None:
    product = pa.table({"sku": ["1"], "title": ["Kettle"]})
    warehouse.lake.merge(PRODUCTS, product)
    version = warehouse.lake.snapshot(PRODUCTS).version
    warehouse.lake.merge(PRODUCTS, product)
    assert warehouse.lake.snapshot(PRODUCTS).version == version


@hypothesis_settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(batches=st.lists(st.dictionaries(st.sampled_from("abcd"), st.sampled_from([None, "x", "y"])), max_size=4))
def test_merging_is_updating_a_dictionary(
    batches: list[dict[str, str | None]], tmp_path_factory: pytest.TempPathFactory
) -> None:
    home = Settings(home=tmp_path_factory.mktemp("home"))
    expected: dict[str, str | None] = {}
    with Warehouse.open(home) as warehouse:
        for batch in batches:
            data = pa.table(
                {"sku": pa.array(list(batch), pa.string()), "title": pa.array(list(batch.values()), pa.string())}
            )
            merged = warehouse.lake.merge(PRODUCTS, data)
            assert merged.inserted == len(batch.keys() - expected.keys())
            assert merged.inserted + merged.updated + merged.unchanged == len(batch)
            expected |= batch
        found = {row["sku"]: row["title"] for row in rows(warehouse, "select sku, title from products")}
    assert found == expected


@pytest.mark.parametrize(
    ("data", "message"),
    [
        ({"sku": ["1", None]}, r"products\.sku is empty in row 1"),
        ({"sku": ["1"], "colour": ["red"]}, "products has no column colour"),
        ({"title": ["x"]}, "products needs column sku"),
        ({"sku": ["1"], "status": ["sold"]}, r"products\.status is 'sold' in row 0; use one of active"),
        ({"sku": ["1"], "currency": ["EURO"]}, r"products\.currency is 'EURO' in row 0; use an ISO 4217 code"),
        ({"sku": ["1"], "launched_on": ["soon"]}, r"products\.launched_on cannot become date32"),
    ],
)
def test_what_a_table_does_not_allow_is_named_and_not_written(
    warehouse: Warehouse, data: dict[str, list[object]], message: str
) -> None:
    for write in (warehouse.lake.append, warehouse.lake.append_new, warehouse.lake.merge):
        with pytest.raises(InputError, match=message):
            write(PRODUCTS, pa.table(data))
    assert rows(warehouse, "select * from products") == []


def test_a_time_without_a_zone_is_refused(warehouse: Warehouse) -> None:
    with pytest.raises(InputError, match="without a zone"):
        warehouse.lake.append(EVENTS, events("a", at=datetime(2026, 1, 1)))  # noqa: DTZ001


def test_a_failure_in_the_last_batch_leaves_nothing_behind(warehouse: Warehouse) -> None:
    good = events(*(str(i) for i in range(1000)))
    bad = good.set_column(0, "event_id", pa.nulls(1000, pa.string()))
    with pytest.raises(InputError, match=r"events\.event_id is empty in row 1000"):
        warehouse.lake.append(EVENTS, pa.concat_tables([good, bad]))
    assert rows(warehouse, "select * from events") == []


def test_money_and_days_come_back_exactly(warehouse: Warehouse) -> None:
    data = pa.table(
        {
            "day": [date(2024, 2, 29)],
            "channel": ["ads"],
            "campaign": ["spring"],
            "amount": [Decimal("12345678901234.5678")],
            "currency": ["EUR"],
        }
    )
    warehouse.lake.merge(SPEND, data)
    (row,) = rows(warehouse, "select day, amount from spend")
    assert row == {"day": date(2024, 2, 29), "amount": Decimal("12345678901234.5678")}


def test_a_session_keeps_its_version_while_others_write(warehouse: Warehouse) -> None:
    warehouse.lake.append(EVENTS, events("a"))
    with warehouse.session() as before:
        warehouse.lake.append(EVENTS, events("b"))
        warehouse.lake.compact(EVENTS)
        assert before.query("select event_id from events").to_pylist() == [{"event_id": "a"}]
    assert len(rows(warehouse, "select * from events")) == 2


def test_as_of_shows_the_lake_as_it_stood(warehouse: Warehouse) -> None:
    import time

    start = datetime.now(UTC) - timedelta(seconds=1)
    warehouse.lake.append(EVENTS, events("a"))
    time.sleep(0.05)
    between = datetime.now(UTC)
    time.sleep(0.05)
    warehouse.lake.append(EVENTS, events("b"))
    counts = []
    for moment in (start, between, datetime.now(UTC)):
        with warehouse.session(as_of=moment) as session:
            counts.append(session.query("select count(*) as n from events").to_pylist()[0]["n"])
    assert counts == [0, 1, 2]
    with pytest.raises(InputError, match="has no zone"):
        warehouse.session(as_of=datetime(2026, 1, 1))  # noqa: DTZ001


def test_months_are_partitions_of_whole_numbers(warehouse: Warehouse) -> None:
    warehouse.lake.append(EVENTS, events("may"))
    warehouse.lake.append(EVENTS, events("june", at=MOMENT + timedelta(minutes=1)))
    assert rows(warehouse, "select event_id, month from events order by month") == [
        {"event_id": "may", "month": 202605},
        {"event_id": "june", "month": 202606},
    ]


def test_compaction_changes_files_and_no_rows(warehouse: Warehouse) -> None:
    for i in range(5):
        warehouse.lake.append(EVENTS, events(str(i)))
    assert warehouse.lake.compact(EVENTS) == 5
    assert len(warehouse.lake.snapshot(EVENTS).files) == 1
    assert len(rows(warehouse, "select * from events")) == 5


def test_a_column_added_to_a_declaration_reads_null_in_old_rows(warehouse: Warehouse) -> None:
    # what an older Purveyor wrote: the same table without its later columns
    old = EVENTS.schema.empty_table().select(["event_id", "event_type", "occurred_at", "received_at", "month"])
    write_deltalake(warehouse.settings.lake / "events", old, partition_by=["month"])
    warehouse.lake.append_new(EVENTS, events("a"))
    assert rows(warehouse, "select event_id, campaign from events") == [{"event_id": "a", "campaign": None}]


def test_an_erased_customer_is_hidden_and_the_sale_stays(warehouse: Warehouse) -> None:
    warehouse.lake.append(
        ORDERS,
        pa.table(
            {
                "order_id": ["1", "2"],
                "line_id": ["1", "1"],
                "ordered_at": [MOMENT] * 2,
                "store_id": ["main"] * 2,
                "customer_id": ["gone", "here"],
                "line_kind": ["product"] * 2,
                "quantity": [1.0, 1.0],
                "amount": [Decimal(5), Decimal(7)],
                "currency": ["EUR"] * 2,
            }
        ),
    )
    customers = pa.table({"customer_id": ["gone", "here"], "email": ["g@example.com", "h@example.com"]})
    warehouse.lake.merge(TABLES["customers"], customers)
    warehouse.erase("gone")
    assert rows(warehouse, "select customer_id from customers") == [{"customer_id": "here"}]
    assert rows(warehouse, "select customer_id, amount from orders order by order_id") == [
        {"customer_id": None, "amount": Decimal(5)},
        {"customer_id": "here", "amount": Decimal(7)},
    ]
    with warehouse.session(as_of=datetime.now(UTC)) as earlier:
        assert earlier.query("select count(*) as n from customers").to_pylist() == [{"n": 1}]
    warehouse.lake.merge(TABLES["customers"], customers)  # a later import brings the same customer again
    assert rows(warehouse, "select customer_id from customers") == [{"customer_id": "here"}]


def test_delete_takes_rows_away(warehouse: Warehouse) -> None:
    warehouse.lake.append(EVENTS, events("a", "b"))
    assert warehouse.lake.delete(EVENTS, "event_id = 'a'") == 1
    assert rows(warehouse, "select event_id from events") == [{"event_id": "b"}]


def test_a_lake_of_a_newer_purveyor_is_refused(warehouse: Warehouse) -> None:
    warehouse.lake.append(EVENTS, events("a"))
    (warehouse.settings.lake / "purveyor-lake.json").write_text('{"format": 99}')
    with pytest.raises(LakeError, match=r"newer Purveyor.*upgrade"):
        Lake(warehouse.settings.lake)


def test_a_table_with_unknown_reader_features_is_refused(warehouse: Warehouse) -> None:
    warehouse.lake.append(EVENTS, events("a"))
    log = warehouse.settings.lake / "events" / "_delta_log" / f"{warehouse.lake.snapshot(EVENTS).version + 1:020}.json"
    protocol = {
        "minReaderVersion": 3,
        "minWriterVersion": 7,
        "readerFeatures": ["deletionVectors"],
        "writerFeatures": ["deletionVectors"],
    }
    log.write_text(json.dumps({"protocol": protocol}) + "\n")
    with pytest.raises(LakeError, match=r"events uses Delta features.*deletionVectors"):
        warehouse.session()


@pytest.mark.parametrize("name", ["My Shop", "jürgen", "a+b, c'd"])
def test_a_home_may_have_any_ordinary_name(tmp_path: Path, name: str) -> None:
    with Warehouse.open(Settings(home=tmp_path / name)) as warehouse:
        warehouse.lake.append(EVENTS, events("a"))
        assert rows(warehouse, "select event_id from events") == [{"event_id": "a"}]


def test_as_of_goes_by_the_commits_not_by_their_files_age(warehouse: Warehouse) -> None:
    import time

    moments = []
    for name in "abc":
        warehouse.lake.append(EVENTS, events(name))
        moments.append(datetime.now(UTC))
        time.sleep(0.02)
    for log in (warehouse.settings.lake / "events" / "_delta_log").iterdir():
        os.utime(log, (0, 0))  # what a restore without times leaves
    counts = []
    for moment in moments:
        with warehouse.session(as_of=moment) as session:
            counts.append(session.query("select count(*) as n from events").to_pylist()[0]["n"])
    assert counts == [1, 2, 3]


def test_as_of_before_what_the_log_remembers_is_an_error(warehouse: Warehouse) -> None:
    for name in "abc":
        warehouse.lake.append(EVENTS, events(name))
    DeltaTable(warehouse.settings.lake / "events").create_checkpoint()
    for log in sorted((warehouse.settings.lake / "events" / "_delta_log").glob("*.json"))[:2]:
        log.unlink()
    with warehouse.session(as_of=datetime(2020, 1, 1, tzinfo=UTC)) as session:
        with pytest.raises(InputError, match="table events still remembers"):
            session.query("select count(*) from stores, events")
        assert session.query("select count(*) as n from customers").to_pylist() == [{"n": 0}]


def order_lines(store: str, amount: int) -> pa.Table:
    return pa.table(
        {
            "store_id": [store],
            "order_id": ["1001"],
            "line_id": ["1"],
            "ordered_at": [MOMENT],
            "line_kind": ["product"],
            "quantity": [1.0],
            "amount": [amount],
            "currency": ["EUR"],
        }
    )


def test_two_stores_may_use_the_same_order_numbers(warehouse: Warehouse) -> None:
    assert warehouse.lake.merge(ORDERS, order_lines("de", 10)) == Merged(1, 0, 0)
    assert warehouse.lake.merge(ORDERS, order_lines("fr", 20)) == Merged(1, 0, 0)
    assert warehouse.lake.merge(ORDERS, order_lines("de", 12)) == Merged(0, 1, 0)
    assert rows(warehouse, "select store_id, amount from orders order by 1") == [
        {"store_id": "de", "amount": Decimal(12)},
        {"store_id": "fr", "amount": Decimal(20)},
    ]


def test_a_new_row_of_a_merge_needs_what_every_row_needs(warehouse: Warehouse) -> None:
    with pytest.raises(InputError, match="need column amount, currency"):
        warehouse.lake.merge(ORDERS, order_lines("de", 10).drop_columns(["amount", "currency"]))
    assert rows(warehouse, "select * from orders") == []
