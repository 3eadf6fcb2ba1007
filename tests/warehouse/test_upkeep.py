"""The lake stays compact, old versions go when the retention says so, and leftovers go."""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pyarrow as pa
import pytest
from deltalake import DeltaTable

from warehouse.errors import InputError
from warehouse.house import Warehouse
from warehouse.jobs.job import Run
from warehouse.progress import quiet
from warehouse.settings import Settings
from warehouse.tables import PRODUCTS
from warehouse.upkeep import keep_up


class MovedClock:
    days = 0.0

    def __call__(self) -> datetime:
        return datetime.now(UTC) + timedelta(days=self.days)


@pytest.fixture
def later() -> MovedClock:
    return MovedClock()


@pytest.fixture
def house(tmp_path: Path, later: MovedClock) -> Iterator[Warehouse]:
    with Warehouse.open(Settings(home=tmp_path / "home", history_days=7, files_days=30), clock=later) as opened:
        yield opened


def put(house: Warehouse, *skus: str, title: str = "Tea") -> None:
    house.lake.merge(PRODUCTS, pa.table({"sku": skus, "title": [title] * len(skus)}))


def titles(house: Warehouse, as_of: datetime | None = None) -> list[tuple[str, str]]:
    with house.session(as_of=as_of) as session:
        return [
            (r["sku"], r["title"]) for r in session.query("select sku, title from products order by all").to_pylist()
        ]


def run(house: Warehouse) -> dict[str, int]:
    return keep_up(house, Run("r", "compact", "", house.clock()), quiet)


def parquet(house: Warehouse) -> int:
    return len(list((house.settings.lake / "products").rglob("*.parquet"))) - len(
        list((house.settings.lake / "products" / "_delta_log").glob("*.parquet"))
    )


def test_within_the_retention_every_version_and_every_reader_stays(house: Warehouse, later: MovedClock) -> None:
    moments = []
    for number in range(5):
        put(house, f"A{number}")
        moments.append(datetime.now(UTC))
    seen = [titles(house, moment) for moment in moments]
    with house.session() as reader:
        assert run(house)["files_joined"] == 5
        later.days = 6.9
        assert run(house)["versions_forgotten"] == 0
        assert reader.query("select count(*) as n from products").to_pylist() == [{"n": 5}]
    assert [titles(house, moment) for moment in moments] == seen
    assert parquet(house) == 6


def test_after_it_only_the_present_is_left(house: Warehouse, later: MovedClock) -> None:
    for number in range(5):
        put(house, f"A{number}", "same", title=f"Tea {number}")
    present = titles(house)
    run(house)
    compacted = datetime.now(UTC)
    later.days = 7.1
    version = DeltaTable(house.settings.lake / "products").version()
    stored = parquet(house)
    assert stored >= 5
    done = run(house)
    assert done["versions_forgotten"] == version >= 5
    assert done["lake_files_removed"] == stored - 1
    assert done["lake_bytes_freed"] > 0
    assert parquet(house) == 1
    assert titles(house) == titles(house, compacted) == present
    with house.session(as_of=compacted - timedelta(days=1)) as session:
        assert session.query("select count(*) as n from orders").to_pylist() == [{"n": 0}]
        with pytest.raises(InputError, match="table products still remembers"):
            session.query("select * from products")
    put(house, "later")  # and it can be written to, and compacted, as ever
    assert len(titles(house)) == 7
    run(house)
    assert parquet(house) == 1


def test_the_version_at_the_edge_of_the_retention_is_kept(house: Warehouse) -> None:
    put(house, "A", title="old")
    put(house, "A", title="middle")
    edge = datetime.now(UTC)
    put(house, "A", title="new")
    gone = house.lake.forget(PRODUCTS, before=edge)
    assert gone.versions == 2  # the empty table and "old"
    assert titles(house, edge) == [("A", "middle")]
    assert titles(house) == [("A", "new")]
    assert DeltaTable(house.settings.lake / "products").version() == 3


def test_a_batch_is_known_after_its_log_is_gone(house: Warehouse) -> None:
    row = pa.table({"sku": ["A"], "title": ["Tea"]})
    assert house.lake.append(PRODUCTS, row, batch_id="once") == 1
    put(house, "B")
    house.lake.forget(PRODUCTS)
    assert house.lake.append(PRODUCTS, row, batch_id="once") == 0
    assert len(titles(house)) == 2


def test_what_killed_writes_left_goes_once_it_is_old(house: Warehouse) -> None:
    put(house, "A")
    folder = house.settings.lake / "products"
    left = [
        folder / "part-00000-killed.parquet",
        folder / "part-1.parquet#1",
        folder / "_delta_log" / f"{9:020}.json#1",
    ]
    for path in left:
        path.write_bytes(b"half")
    edge = datetime.now(UTC) - timedelta(hours=1)
    house.lake.forget(PRODUCTS, before=edge)
    assert all(path.exists() for path in left)  # a writer may be at it
    for path in left:
        os.utime(path, (edge.timestamp() - 1,) * 2)
    house.lake.forget(PRODUCTS, before=edge)
    assert not any(path.exists() for path in left)
    assert titles(house) == [("A", "Tea")]


def test_leftovers_go(house: Warehouse, later: MovedClock) -> None:
    settings = house.settings
    dead = settings.scratch / "import-dead"
    dead.mkdir(parents=True)
    dead.with_suffix(".lock").touch()
    kept = [settings.home / "price-report.html", settings.scratch / "notes.txt"]
    old = [
        *(folder / "file.csv" for folder in (settings.rejects, settings.exports, settings.landing, settings.logs)),
        settings.scratch / "crawl-01.log",
        settings.crawls / "shop" / "pages" / "one-1.warc.gz",
    ]
    kept.append(settings.crawls / "shop" / "validators.db")
    for path in [*old, *kept]:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
    assert (run(house)["scratch_folders_removed"], dead.exists()) == (1, False)
    assert all(path.exists() for path in old)
    later.days = 30.1
    assert run(house)["old_files_removed"] == 6
    assert not any(path.exists() for path in old)
    assert all(path.exists() for path in kept)


def test_an_empty_house(house: Warehouse) -> None:
    assert set(run(house).values()) == {0}
