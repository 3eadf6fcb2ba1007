"""What holds for any file: splits, repeats, formats, exact money and the clock's two odd hours."""

from __future__ import annotations

import csv
import random
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from tempfile import TemporaryDirectory
from zoneinfo import ZoneInfo

import pyarrow as pa
import pyarrow.csv as pa_csv
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from warehouse.house import Warehouse
from warehouse.imports import import_file
from warehouse.settings import Settings

LATER = datetime(2200, 1, 1, tzinfo=UTC)
"""A present that every day drawn here lies before."""

Line = tuple[str, str, int, Decimal, str | None]

_lines = st.tuples(
    st.sampled_from(["1", "2", "3", "04"]),
    st.sampled_from(["A", "b", 'ü, "x"\ny']),
    st.integers(-3, 3),
    st.decimals("-99.9999", "99.9999", places=4).map(lambda d: d.normalize()),
    st.sampled_from(["c1", None]),
)
SCHEMA = pa.schema(
    {
        "order_id": pa.string(),
        "sku": pa.string(),
        "quantity": pa.int64(),
        "amount": pa.decimal128(18, 4),
        "customer_id": pa.string(),
        "ordered_at": pa.timestamp("us", "UTC"),
    }
)


def table(lines: list[Line]) -> pa.Table:
    moment = datetime(2026, 1, 5, 10, tzinfo=UTC)
    return pa.table([*map(list, zip(*lines, strict=True)), [moment] * len(lines)], schema=SCHEMA)


def imported(parts: list[pa.Table], suffix: str = "csv") -> tuple[list[int], list[dict[str, object]]]:
    """Rows written by importing each part into a new warehouse, and the orders it then holds."""
    with TemporaryDirectory() as folder, Warehouse.open(Settings(home=Path(folder) / "home")) as warehouse:
        written = []
        for number, part in enumerate(parts):
            path = Path(folder) / f"{number}.{suffix}"
            (pa_csv.write_csv if suffix == "csv" else pq.write_table)(part, path)
            result = import_file(warehouse, "orders", path, currency="EUR", timezone="Europe/Berlin")
            assert result.read == part.num_rows == result.written + result.duplicates
            written.append(result.written)
        with warehouse.session() as session:
            return written, session.query("select * from orders order by order_id, line_id").to_pylist()


@settings(max_examples=5, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(lines=st.lists(_lines, min_size=1, max_size=30), rnd=st.randoms(use_true_random=False))
def test_however_a_file_is_cut_into_imports_the_orders_are_the_same(lines: list[Line], rnd: random.Random) -> None:
    whole = table(lines)
    (written,), orders = imported([whole])
    assert written == len(lines)
    # Cut between orders (an order's lines stay together), rows shuffled, every part twice.
    parts = []
    for order_ids in ({"1", "3"}, {"2"}, {"04"}):
        own = [line for line in lines if line[0] in order_ids]
        rnd.shuffle(own)
        parts += [table(own)] * 2 if own else []
    counts, cut = imported(parts)
    assert cut == orders
    assert [counts[n] for n in range(1, len(counts), 2)] == [0] * (len(counts) // 2)


def test_csv_and_parquet_of_the_same_content_agree() -> None:
    lines: list[Line] = [
        ("1", "A", 1, Decimal("0.1"), "c1"),
        ("1", "A", 1, Decimal("0.1"), "c1"),
        ("04", 'ü, "x"\ny', 0, Decimal("-99.9999"), None),
        ("04", " b ", -2, Decimal("0"), None),
    ]
    written, orders = imported([table(lines)])
    assert (written, orders) == imported([table(lines)], "parquet")
    assert [row["sku"] for row in orders if row["order_id"] == "04"] in (['ü, "x"\ny', "b"], ["b", 'ü, "x"\ny'])


def test_money_is_exact(warehouse: Warehouse, tmp_path: Path) -> None:
    rnd = random.Random(7)
    texts = [f"{rnd.choice(['', '-', '+'])}{rnd.randrange(10**14)}.{rnd.randrange(10**4):04}" for _ in range(500)]
    texts += [str(rnd.randrange(10**14)) for _ in range(50)] + ["0.10", ".5", "7.", "-0", "1e3", "1.5E-1", "00012.3000"]
    path = tmp_path / "orders.csv"
    with path.open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["order_id", "ordered_at", "sku", "quantity", "amount"])
        writer.writerows([number, "2026-01-05", "A", 1, text] for number, text in enumerate(texts))
    import_file(warehouse, "orders", path, currency="EUR", timezone="UTC")
    with warehouse.session() as session:
        orders = session.query("select order_id, amount from orders").to_pylist()
    assert {int(row["order_id"]): row["amount"] for row in orders} == dict(enumerate(map(Decimal, texts)))


@pytest.mark.parametrize(
    ("zone", "days"),
    [
        ("Europe/London", ["2011-03-27", "2011-10-30", "2026-06-01"]),
        ("America/New_York", ["2017-03-12", "2017-11-05"]),
        ("America/Sao_Paulo", ["2018-11-04", "2018-02-18"]),  # the clock jumps at midnight
        ("Australia/Lord_Howe", ["2020-04-05", "2020-10-04"]),  # by half an hour
        ("Pacific/Apia", ["2011-12-30"]),  # a day that never was
        ("Asia/Kathmandu", ["2020-01-01"]),
    ],
)
def test_wall_clocks_become_moments_as_pep_495_says(tmp_path: Path, zone: str, days: list[str]) -> None:
    """Against Python's zoneinfo with fold = 0, around every kind of clock change."""
    walls = [
        datetime.fromisoformat(day) + timedelta(minutes=minutes) for day in days for minutes in range(-1440, 2880, 15)
    ]
    path = tmp_path / "events.csv"
    path.write_text("event_id,event_type,occurred_at\n" + "".join(f"{n},view,{w}\n" for n, w in enumerate(walls)))
    with Warehouse.open(Settings(home=tmp_path / "home"), clock=lambda: LATER) as warehouse:
        import_file(warehouse, "events", path, timezone=zone)
        with warehouse.session() as session:
            events = session.query("select event_id, occurred_at from events").to_pylist()
    found = {int(row["event_id"]): row["occurred_at"] for row in events}
    assert found == {n: wall.replace(tzinfo=ZoneInfo(zone)).astimezone(UTC) for n, wall in enumerate(walls)}
