"""A folder source through its public doors: what is taken, held, repeated, refused, and what is never kept."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from warehouse.errors import ConfigError, InputError, NotFound
from warehouse.exclusive import exclusive
from warehouse.house import Warehouse
from warehouse.records.audit import list_entries
from warehouse.records.sources import late_sources, list_deliveries, open_troubles
from warehouse.sources import fetching, keeping
from warehouse.sources.checkup import try_source
from warehouse.sources.definition import load_source, new_source
from warehouse.sources.fetching import Fetched, fetch_source
from warehouse.stores import open_store

Define = Callable[..., None]
Put = Callable[..., Path]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "export"
    made.mkdir()
    return made


@pytest.fixture
def define(warehouse: Warehouse, folder: Path) -> Define:
    """Defines the source erp on the folder; the main store sells in EUR and stands in Berlin."""
    open_store(warehouse, "main", currency="EUR", timezone="Europe/Berlin")

    def make(**fields: Any) -> None:
        keeping.define(warehouse, new_source(**{"name": "erp", "type": "folder", "place": str(folder), **fields}))

    return make


@pytest.fixture
def put(folder: Path) -> Put:
    """Writes a file into the folder, as finished at a time."""

    def write(name: str, content: str | bytes, at: datetime = datetime(2026, 5, 31, tzinfo=UTC)) -> Path:
        path = folder / name
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        os.utime(path, (at.timestamp(), at.timestamp()))
        return path

    return write


def outcomes(fetched: Fetched) -> list[tuple[str, str]]:
    return [(delivery.file, delivery.outcome) for delivery in fetched.deliveries]


def rows(warehouse: Warehouse, sql: str) -> list[tuple[object, ...]]:
    with warehouse.session() as session:
        return [tuple(row.values()) for row in session.query(sql).to_pylist()]


ORDERS = "order_id,line_id,ordered_at,sku,quantity,amount,status\n"


def test_files_are_taken_in_order_once_and_stay(warehouse: Warehouse, define: Define, put: Put, folder: Path) -> None:
    define(files={"orders": "orders-{date}.csv"})
    put("orders-2026-05-02.csv", ORDERS + "1,1,2026-05-01,A,1,10,paid\n")
    put("orders-2026-05-01.csv", ORDERS + "1,1,2026-05-01,A,1,10,new\n2,1,2026-05-01,A,1,10,new\n")
    put("notes.csv", "not,meant\n")
    (folder / "orders-2026-05-03.csv").symlink_to(folder / "notes.csv")
    first = fetch_source(warehouse, "erp")
    assert outcomes(first) == [("orders-2026-05-01.csv", "imported"), ("orders-2026-05-02.csv", "imported")]
    assert rows(warehouse, "select order_id, status from orders order by 1") == [("1", "paid"), ("2", "new")]
    assert fetch_source(warehouse, "erp").deliveries == ()
    put("orders-2026-05-04.csv", ORDERS + "1,1,2026-05-01,A,1,10,paid\n")
    assert outcomes(fetch_source(warehouse, "erp")) == [("orders-2026-05-04.csv", "repeated")]
    assert sorted(path.name for path in folder.iterdir()) == [
        *("notes.csv", "orders-2026-05-01.csv", "orders-2026-05-02.csv", "orders-2026-05-03.csv"),
        "orders-2026-05-04.csv",
    ]


def test_what_is_said_again_after_something_else_is_news(
    warehouse: Warehouse, define: Define, put: Put, clock: Any
) -> None:
    define(files={"products": "prices-{date}.csv", "orders": "orders.csv"}, snapshot=False)
    for day, (price, status) in enumerate([("10", "new"), ("8", "paid"), ("10", "new")], start=1):
        put(f"prices-2026-05-0{day}.csv", f"sku,price\nA,{price}\n", datetime(2026, 5, day, tzinfo=UTC))
        put("orders.csv", f"{ORDERS}1,1,2026-05-01,A,1,10,{status}\n", datetime(2026, 5, day, tzinfo=UTC))
        fetched = fetch_source(warehouse, "erp")
        assert [delivery.outcome for delivery in fetched.deliveries] == ["imported", "imported"]
        assert rows(warehouse, "select status from orders") == [(status,)]
        clock.forward(hours=1)
    told = rows(warehouse, "select cast(price as integer) from product_history order by valid_from")
    assert told == [(10,), (8,), (10,)]


def test_a_name_that_is_no_text_or_no_day_stops_no_other(
    warehouse: Warehouse, define: Define, put: Put, folder: Path
) -> None:
    define(files={"orders": "orders-{date}*.csv"})
    put("orders-2026-05-01.csv", ORDERS + "1,1,2026-05-01,A,1,10,paid\n")
    put("orders-0001-01-01.csv", ORDERS + "2,1,2026-05-01,A,1,10,paid\n")
    put(os.fsdecode("orders-2026-05-02-май.csv".encode("cp1251")), ORDERS + "3,1,2026-05-01,A,1,10,paid\n")
    found = {delivery.outcome: delivery for delivery in fetch_source(warehouse, "erp").deliveries}
    told = outcomes(fetch_source(warehouse, "erp"))
    assert rows(warehouse, "select order_id from orders") == [("1",)]
    assert set(found) == {"imported", "failed"}
    assert told == [("orders-2026-05-02-\ufffd\ufffd\ufffd.csv", "failed")], "said until it is mended"


def test_a_late_file_adds_what_is_new_and_sets_nothing_back(warehouse: Warehouse, define: Define, put: Put) -> None:
    define(files={"orders": "orders-{date}.csv", "products": "products-{date}.csv"}, snapshot=True)
    put("orders-2026-05-02.csv", ORDERS + "1,1,2026-05-01,A,1,10,paid\n")
    put("products-2026-05-02.csv", "sku,title\nA,Apple new\n")
    fetch_source(warehouse, "erp")
    put("orders-2026-05-01.csv", ORDERS + "1,1,2026-05-01,A,1,10,new\n2,1,2026-05-01,A,1,10,new\n")
    put("products-2026-05-01.csv", "sku,title\nA,Apple\nB,Bread\n")
    assert [delivery.late for delivery in fetch_source(warehouse, "erp").deliveries] == [True, True]
    assert rows(warehouse, "select order_id, status from orders order by 1") == [("1", "paid"), ("2", "new")]
    assert rows(warehouse, "select sku, title, status from products order by 1") == [
        ("A", "Apple new", "active"),
        ("B", "Bread", "inactive"),
    ]


def test_a_snapshot_that_shrank_too_much_is_held_until_accepted(
    warehouse: Warehouse, define: Define, put: Put, clock: Any
) -> None:
    define(files={"products": "products.csv"}, snapshot=True)
    put("products.csv", "sku,price\n" + "".join(f"S{n},1\n" for n in range(10)), datetime(2026, 5, 1, tzinfo=UTC))
    fetch_source(warehouse, "erp")
    with pytest.raises(InputError, match="nothing of source erp is held back"):
        keeping.accept(warehouse, "erp")
    clock.forward(hours=1)
    put("products.csv", "sku,price\nS0,2\n", datetime(2026, 5, 2, tzinfo=UTC))
    (held,) = fetch_source(warehouse, "erp").deliveries
    assert held.outcome == "held"
    assert "1 products where the last snapshot listed 10" in str(held.reason)
    assert "purveyor sources accept erp" in str(held.reason)
    assert rows(warehouse, "select count(*) from products where status = 'active'") == [(10,)]
    assert rows(warehouse, "select count(*) from product_history") == [(10,)]
    clock.forward(hours=1)
    assert fetch_source(warehouse, "erp").deliveries == (), "what is held is not tried every night"
    (accepted,) = keeping.accept(warehouse, "erp").deliveries
    assert accepted.outcome == "imported"
    assert rows(warehouse, "select sku from products where status = 'active'") == [("S0",)]
    with warehouse.records.reading() as records:
        assert open_troubles(records, since=datetime(2026, 1, 1, tzinfo=UTC)) == []
        assert [entry.action for entry in list_entries(records, subject="source erp")] == [
            *("delivery accepted", "source defined"),
        ]


def test_a_product_that_comes_back_is_offered_again(warehouse: Warehouse, define: Define, put: Put, clock: Any) -> None:
    define(files={"products": "products-{date}.csv"}, snapshot=True)
    for day, skus in ((1, "ABCDE"), (2, "ABCD"), (3, "ABCDE")):
        put(f"products-2026-05-0{day}.csv", "sku,price\n" + "".join(f"{sku},1\n" for sku in skus))
        fetch_source(warehouse, "erp")
        clock.forward(minutes=1)
        offered = rows(warehouse, "select sku from products where status = 'active' order by sku")
        assert "".join(str(sku) for (sku,) in offered) == skus


def test_a_delta_says_nothing_of_what_it_lacks(warehouse: Warehouse, define: Define, put: Put) -> None:
    define(files={"products": "products-{date}.csv"}, snapshot=False)
    put("products-2026-05-01.csv", "sku,price\nA,1\nB,1\n")
    put("products-2026-05-02.csv", "sku,price\nB,2\n")
    fetch_source(warehouse, "erp")
    assert rows(warehouse, "select sku, status from products order by 1") == [("A", None), ("B", None)]


def test_rejected_rows_are_reported_without_what_they_say(
    warehouse: Warehouse, define: Define, put: Put, clock: Any
) -> None:
    define(files={"customers": "customers*.csv"})
    put("customers.csv", "customer_id,email,birth_date\nC1,ann@example.org,someday\nC2,bob@example.org,2000-01-01\n")
    (delivery,) = fetch_source(warehouse, "erp").deliveries
    assert delivery.outcome == "rejected"
    assert delivery.rejects_file is not None
    assert delivery.rejects_file.exists()
    with warehouse.records.reading() as records:
        (noted,) = list_deliveries(records, "erp")
    assert "someday" not in str(noted.detail)
    assert "ann@" not in str(noted.detail)
    assert rows(warehouse, "select count(*) from customers") == [(0,)]
    landed = warehouse.settings.landing / "erp" / "customers" / "customers.csv"
    assert landed.stat().st_mode & 0o777 == 0o600
    assert landed.parent.stat().st_mode & 0o077 == 0
    # Defined anew, the same file is looked at anew.
    clock.forward(minutes=1)
    define(files={"customers": "customers*.csv"}, skip_rejected=True)
    (again,) = fetch_source(warehouse, "erp").deliveries
    assert (again.outcome, dict(again.counts or {})["rejected"]) == ("imported", 1)
    assert not landed.exists()


def test_a_file_being_written_waits_for_the_next_time(warehouse: Warehouse, define: Define, folder: Path) -> None:
    define(files={"customers": "customers*.csv"})
    path = folder / "customers.csv"
    (folder / "customers-2.csv.part").write_text("customer_id\nX\n")
    stop = threading.Event()

    def write() -> None:
        with path.open("w") as file:
            file.write("customer_id\n")
            number = 0
            while not stop.is_set():
                file.write(f"C{number}\n")
                file.flush()
                number += 1
                time.sleep(0.05)

    writer = threading.Thread(target=write)
    writer.start()
    time.sleep(0.2)
    fetched = fetch_source(warehouse, "erp")
    stop.set()
    writer.join()
    assert (fetched.deliveries, fetched.waiting) == ((), ("customers.csv",))
    os.utime(path, (1_780_000_000, 1_780_000_000))
    assert outcomes(fetch_source(warehouse, "erp")) == [("customers.csv", "imported")]


def test_a_fetch_that_died_before_it_noted_writes_nothing_twice(
    warehouse: Warehouse, define: Define, put: Put, monkeypatch: pytest.MonkeyPatch
) -> None:
    define(files={"products": "products-{date}.csv", "orders": "orders-{date}.csv"}, snapshot=True)
    put("products-2026-05-01.csv", "sku,price\nA,1\n")
    put("orders-2026-05-01.csv", "order_id,ordered_at,sku,quantity,amount\n1,2026-05-01,A,1,10\n1,2026-05-01,A,1,10\n")

    def killed(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    for _ in range(2):
        with monkeypatch.context() as patch:
            patch.setattr(fetching, "note_delivery", killed)
            with pytest.raises(KeyboardInterrupt):
                fetch_source(warehouse, "erp")
    fetch_source(warehouse, "erp")
    assert rows(warehouse, "select (select count(*) from product_history), (select count(*) from orders)") == [(1, 2)]


def test_one_fetch_at_a_time(warehouse: Warehouse, define: Define, put: Put) -> None:
    define(files={"orders": "*.csv"})
    with (
        exclusive(warehouse.settings, "source erp") as held,
        pytest.raises(InputError, match="being fetched by another process"),
    ):
        assert held
        fetch_source(warehouse, "erp")


def test_what_is_removed_is_forgotten(warehouse: Warehouse, define: Define, put: Put, clock: Any) -> None:
    define(files={"products": "products-{date}.csv"}, snapshot=True)
    put("products-2026-05-01.csv", "sku,price\nA,1\n")
    fetch_source(warehouse, "erp")
    clock.forward(hours=37)
    with warehouse.records.reading() as records:
        assert [late.name for late in late_sources(records, clock())] == ["erp"]
    keeping.remove(warehouse, "erp")
    with warehouse.records.reading() as records:
        assert late_sources(records, clock()) == []
        assert list_deliveries(records, "erp") == []
    assert rows(warehouse, "select count(*) from products") == [(1,)]
    with pytest.raises(NotFound, match="no source 'erp'; known: none yet"):
        fetch_source(warehouse, "erp")


@pytest.mark.parametrize(
    ("fields", "problem"),
    [
        ({"name": "../x", "files": {"orders": "*"}}, "cannot be a source's name"),
        ({"files": {}}, "say what it brings"),
        ({"files": {"products": "*.csv"}}, "--snapshot"),
        ({"files": {"orders": "../*.csv"}}, "no pattern of file names"),
        ({"files": {"orders": "{day}.csv"}}, r"\{day\} is not known"),
        ({"files": {"cats": "*.csv"}}, "'cats' cannot be imported"),
        ({"files": {"orders": "*.csv"}, "preset": "nosuch"}, "no preset 'nosuch'"),
        ({"files": {"orders": "*.csv"}, "currency": "XYZ"}, "--currency"),
        ({"files": {"orders": "*.csv"}, "decimal": "x"}, "--decimal"),
        ({"files": {"orders": "*.csv"}, "freshness_hours": 0}, "--freshness-hours"),
        ({"files": {"orders": "*.csv"}, "secrets": {"token": "shpat_f00!"}}, "by the name of the environment variable"),
        ({"type": "http", "files": {"orders": "ftp://x/y"}}, "no web address"),
        ({"type": "http", "files": {"orders": "https://me:secret@shop.example/y"}}, "holds a user or password"),
    ],
)
def test_a_definition_that_cannot_work_is_refused(fields: dict[str, Any], problem: str) -> None:
    with pytest.raises(InputError, match=problem) as refused:
        new_source(**{"name": "erp", "type": "folder", "place": "/x", **fields})
    assert "shpat_f00" not in str(refused.value)
    assert "secret@" not in str(refused.value)


def test_names_that_tell_no_day_are_missed(warehouse: Warehouse, define: Define, put: Put) -> None:
    define(files={"orders": "orders-{date}.csv"})
    put("orders-20260231.csv", "x")
    put("orders-20990101.csv", "x")
    reasons = [str(delivery.reason) for delivery in fetch_source(warehouse, "erp").deliveries]
    assert "no day of the calendar" in reasons[0]
    assert "yet to come" in reasons[1]


def test_a_folder_that_is_not_there_is_one_clear_error(warehouse: Warehouse, define: Define) -> None:
    define(files={"orders": "*.csv"}, place="/nowhere/at/all")
    with pytest.raises(InputError, match="source erp: folder /nowhere/at/all cannot be read"):
        fetch_source(warehouse, "erp")


@pytest.fixture
def tried(warehouse: Warehouse, define: Define, put: Put) -> Iterator[Any]:
    define(
        files={"customers": "customers.csv", "products": "products-{date}.csv"},
        mapping={"customers": {"customer_id": "No", "email": "Mail"}},
        snapshot=True,
    )
    put("customers.csv", "No;Mail;Shoe size\n1;ann@example.org;39\n")
    put("products-2026-05-01.csv", "sku,price\nA,1\n")
    put("products-2026-05-02.csv", "sku,price,cost,gtin\nA,1,,4006381333931\nB,1,0.5,\n")
    with warehouse.records.reading() as records:
        source = load_source(records, "erp")
    yield try_source(warehouse, source)


def test_trying_out_shows_what_would_be_and_writes_nothing(warehouse: Warehouse, tried: Any) -> None:
    files = {sampled.file: sampled for sampled in tried.files}
    assert files.keys() == {"customers.csv", "products-2026-05-02.csv"}, "of snapshots only the newest is tried"
    assert files["customers.csv"].columns == {"customer_id": "No", "email": "Mail"}
    assert files["customers.csv"].rows == [{"customer_id": "1", "email": "a…"}]
    assert files["products-2026-05-02.csv"].result.read == 2
    remarks = [remark.text for remark in tried.remarks]
    assert any(text.startswith("no cost on 50% of products") for text in remarks)
    assert any(text.startswith("no GTIN on 50% of products") for text in remarks)
    assert any(text.startswith("no orders") for text in remarks)
    assert rows(warehouse, "select (select count(*) from products), (select count(*) from customers)") == [(0, 0)]
    assert not any(path.is_dir() for path in warehouse.settings.scratch.iterdir())
    with warehouse.records.reading() as records:
        assert list_deliveries(records, "erp") == []


def test_a_secret_that_is_not_there_is_named(warehouse: Warehouse, define: Define) -> None:
    define(type="http", files={"orders": "https://127.0.0.1:1/x.csv"}, secrets={"token": "NO_SUCH_VARIABLE"})
    with pytest.raises(ConfigError, match="environment variable NO_SUCH_VARIABLE is not set; set it to the token"):
        fetch_source(warehouse, "erp")
