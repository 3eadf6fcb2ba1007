"""A nightly file that still names an erased customer brings nothing of them back."""

from __future__ import annotations

from pathlib import Path

from warehouse.duck import database, relation_sql
from warehouse.house import Warehouse
from warehouse.imports import ImportResult, import_file
from warehouse.records.consents import customers_with_consent
from warehouse.tables import CUSTOMERS, EVENTS, ORDERS, Table


def take(warehouse: Warehouse, kind: str, path: Path, content: str, *, skip_rejected: bool = False) -> ImportResult:
    path.write_text(content)
    return import_file(warehouse, kind, path, currency="EUR", timezone="UTC", skip_rejected=skip_rejected)


def stored(warehouse: Warehouse, table: Table, columns: str, scratch: Path) -> list[tuple[object, ...]]:
    """What lies in the lake, erased customers or not."""
    relation = relation_sql(table, warehouse.lake.snapshot(table).files)
    with database(scratch, memory_limit="100MB") as connection:
        return connection.execute(f"select {columns} from ({relation}) order by all").fetchall()


def test_customers_and_consents_are_not_written(warehouse: Warehouse, tmp_path: Path) -> None:
    warehouse.erase("c1")
    customers = "customer_id,email,birth_date\nc1,a@b.example,1990-01-01\nc2,c@d.example,\n c1 ,x@y.example,never\n"
    told = take(warehouse, "customers", tmp_path / "c.csv", customers)
    assert (told.read, told.written, told.erased, told.rejected, told.duplicates) == (3, 1, 2, 0, 0)
    assert stored(warehouse, CUSTOMERS, "customer_id, email", tmp_path) == [("c2", "c@d.example")]
    consents = "customer_id,channel,at,granted\nc1,email,2026-01-05,yes\nc2,email,2026-01-05,yes\n"
    assert take(warehouse, "consents", tmp_path / "s.csv", consents).erased == 1
    with warehouse.records.reading() as records:
        assert customers_with_consent(records, "email") == ["c2"]
    assert take(warehouse, "consents", tmp_path / "s.csv", consents).written == 0


ORDERS_FILE = """\
order_id,ordered_at,sku,quantity,amount,customer_id,note
1,2026-01-05,A,1,10,c1,secret of c1
1,2026-01-05,A,1,10,c2,
2,2026-01-05,B,1,5,c1,
"""


def test_orders_lose_the_customer_and_stay_the_same_orders(warehouse: Warehouse, tmp_path: Path) -> None:
    take(warehouse, "orders", tmp_path / "o.csv", ORDERS_FILE)
    before = stored(warehouse, ORDERS, "order_id, line_id", tmp_path)
    warehouse.erase("c1")
    told = take(warehouse, "orders", tmp_path / "o.csv", ORDERS_FILE)
    assert (told.read, told.erased, told.duplicates + told.written) == (3, 0, 3)
    assert stored(warehouse, ORDERS, "order_id, line_id", tmp_path) == before
    assert stored(warehouse, ORDERS, "order_id, customer_id", tmp_path) == [("1", "c2"), ("1", None), ("2", None)]
    assert take(warehouse, "orders", tmp_path / "o.csv", ORDERS_FILE).written == 0


def test_events_lose_all_that_tells_of_the_customer(warehouse: Warehouse, tmp_path: Path) -> None:
    events = (
        "event_type,occurred_at,customer_id,anonymous_id,session_id,properties,sku\n"
        'view,2026-01-05,c1,a1,s1,"{""q"": 1}",A\nview,2026-01-05,c2,a2,s2,,A\nview,2026-01-05,,a3,s3,,A\n'
    )
    take(warehouse, "events", tmp_path / "e.csv", events)
    warehouse.erase("c1")
    assert take(warehouse, "events", tmp_path / "e.csv", events).written == 0
    more = events.replace("2026-01-05", "2026-01-06")
    assert take(warehouse, "events", tmp_path / "e.csv", more).written == 3
    columns = "customer_id, anonymous_id, session_id, properties, sku"
    found = stored(warehouse, EVENTS, f"day(occurred_at), {columns}", tmp_path)
    assert [row[1:] for row in found if row[0] == 6] == [
        ("c2", "a2", "s2", None, "A"),
        (None, "a3", "s3", None, "A"),
        (None, None, None, None, "A"),
    ]


def test_a_rejected_row_of_an_erased_customer_is_listed_without_its_cells(warehouse: Warehouse, tmp_path: Path) -> None:
    warehouse.erase("c1")
    told = take(warehouse, "orders", tmp_path / "o.csv", ORDERS_FILE.replace("A,1,10", "A,one,10"), skip_rejected=True)
    assert told.rejected == 2
    assert told.rejects_file is not None
    listed = told.rejects_file.read_text()
    assert "secret" not in listed
    assert "quantity 'one' is not a number" in listed
    assert "c2" in listed
