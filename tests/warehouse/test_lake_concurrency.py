"""Two processes append while a third merges and a fourth reads: nothing lost, doubled or torn."""

from __future__ import annotations

import multiprocessing as mp
import traceback
from datetime import UTC, datetime
from pathlib import Path

import pyarrow as pa
import pytest

from warehouse.lake import Lake
from warehouse.session import Session
from warehouse.settings import Settings
from warehouse.tables import EVENTS, PRODUCTS, STRING

BATCHES = 12
ROWS = 40
PRODUCTS_MERGED = 20
MOMENT = datetime(2026, 6, 1, tzinfo=UTC)


def append_events(home: Path, writer: str) -> None:
    lake = Lake(Settings(home=home).lake)
    for batch in range(BATCHES):
        data = pa.table(
            {
                "event_id": [f"{writer}-{batch}-{i}" for i in range(ROWS)],
                "event_type": ["view"] * ROWS,
                "occurred_at": [MOMENT] * ROWS,
                "received_at": [MOMENT] * ROWS,
                "request_id": [f"{writer}-{batch}"] * ROWS,
            }
        )
        for _ in range(2):  # every batch is sent twice, as a client does that lost the answer
            lake.append(EVENTS, data, batch_id=f"{writer}-{batch}")
        products = pa.table({"sku": [f"{writer}-{batch}"], "title": ["appended"]})
        lake.append(PRODUCTS, products)


def merge_products(home: Path) -> None:
    lake = Lake(Settings(home=home).lake)
    for version in range(BATCHES):
        skus = [f"merged-{i}" for i in range(PRODUCTS_MERGED)]
        lake.merge(PRODUCTS, pa.table({"sku": skus, "title": [str(version)] * PRODUCTS_MERGED}))


def read_events(home: Path, stop: mp.synchronize.Event, torn: mp.Queue[str]) -> None:
    settings = Settings(home=home)
    nobody = pa.table({"customer_id": pa.array([], STRING)})
    try:
        while not stop.is_set():
            with Session(Lake(settings.lake), settings, nobody) as session:
                for row in session.query("select request_id, count(*) as n from events group by 1").to_pylist():
                    if row["n"] != ROWS:
                        torn.put(f"batch {row['request_id']} showed {row['n']} rows")
                titles = session.query("select count(distinct title) as n from products where sku like 'merged-%'")
                if titles.to_pylist()[0]["n"] > 1:
                    torn.put("a merge was seen half done")
    except Exception:
        torn.put(traceback.format_exc())


@pytest.mark.timeout(180)
def test_nothing_is_lost_doubled_or_torn(tmp_path: Path) -> None:
    spawn = mp.get_context("spawn")
    stop, torn = spawn.Event(), spawn.Queue()
    writers = [
        spawn.Process(target=append_events, args=(tmp_path, "a")),
        spawn.Process(target=append_events, args=(tmp_path, "b")),
        spawn.Process(target=merge_products, args=(tmp_path,)),
    ]
    reader = spawn.Process(target=read_events, args=(tmp_path, stop, torn))
    for process in (*writers, reader):
        process.start()
    for process in writers:
        process.join()
    stop.set()
    reader.join()
    problems = [torn.get() for _ in iter(torn.empty, True)]
    assert problems == []
    assert [process.exitcode for process in (*writers, reader)] == [0, 0, 0, 0]

    settings = Settings(home=tmp_path)
    with Session(Lake(settings.lake), settings, pa.table({"customer_id": pa.array([], STRING)})) as session:
        (events,) = session.query("select count(*) as n, count(distinct event_id) as ids from events").to_pylist()
        assert events == {"n": 2 * BATCHES * ROWS, "ids": 2 * BATCHES * ROWS}
        (products,) = session.query(
            "select count(*) as n, count(distinct sku) as skus, "
            f"count(*) filter (where title = '{BATCHES - 1}') as last from products"
        ).to_pylist()
        expected = 2 * BATCHES + PRODUCTS_MERGED
        assert products == {"n": expected, "skus": expected, "last": PRODUCTS_MERGED}
