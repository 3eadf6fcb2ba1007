"""Backups while processes append, merge, compact and erase; each restored elsewhere answers as the house did then."""

from __future__ import annotations

import multiprocessing as mp
import shutil
import subprocess
import sys
import time
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import unquote

import pyarrow as pa
import pytest
from deltalake import DeltaTable

from recommender.answers import Recommender
from recommender.interactions import CATALOGUE, INTERACTIONS
from tests.recommender.conftest import order_lines, release_recommender, two_tastes
from tests.warehouse.backup.conftest import erased_in
from tests.warehouse.backup.writers import LINES, append, change
from warehouse.backup.making import Made, finished, make_backup
from warehouse.backup.restoring import restore
from warehouse.errors import InputError
from warehouse.house import Warehouse
from warehouse.lake import Lake
from warehouse.session import Session
from warehouse.settings import Settings
from warehouse.snapshot import Snapshot
from warehouse.tables import EVENTS, ORDERS, PRODUCTS, STRING, Table

BACKUPS = 3
AFTER = datetime(2026, 7, 1, tzinfo=UTC)


class Pinned(Lake):
    """The lake as it stood at given versions."""

    def __init__(self, root: Path, versions: Mapping[str, int]) -> None:
        super().__init__(root)
        self._versions = versions

    def snapshot(self, table: Table, *, as_of: datetime | None = None) -> Snapshot:
        version = self._versions.get(table.name, -1)
        files = DeltaTable(self.root / table.name, version=version).file_uris() if version >= 0 else []
        return Snapshot(table, version, tuple(unquote(file) for file in files))


def answers(session: Session) -> dict[str, list[dict[str, object]]]:
    """What a few questions say, in an order of its own."""
    tables = {
        "interactions": session.ask(INTERACTIONS, before=AFTER, store_id=None),
        "catalogue": session.ask(CATALOGUE, before=AFTER),
        "customers": session.query(
            "select customer_id, count(distinct order_id) as orders, sum(amount) as spent from orders group by 1"
        ),
        "events": session.query(
            "select event_type, count(*) as n, count(distinct event_id) as ids from events group by 1"
        ),
    }
    return {name: sorted(table.to_pylist(), key=str) for name, table in tables.items()}


def stands(house: Warehouse) -> tuple[int, int]:
    """The versions of the tables that the writers write."""
    return house.lake.snapshot(PRODUCTS).version, house.lake.snapshot(EVENTS).version


@pytest.mark.timeout(240)
def test_each_backup_restores_to_what_the_house_said_then(tmp_path: Path) -> None:
    (tmp_path / "purveyor.yaml").write_text("backup: {folder: backups}\n")
    settings = Settings(home=tmp_path / "home", shop_file=tmp_path / "purveyor.yaml")
    spawn = mp.get_context("spawn")
    stop, problems = spawn.Event(), spawn.Queue()
    writers = [spawn.Process(target=work, args=(settings, stop, problems)) for work in (append, change)]
    made: list[Made] = []
    with Warehouse.open(settings) as house:
        house.lake.append(ORDERS, order_lines(two_tastes(customers=40, days=100)))
        release_recommender(house)
        for writer in writers:
            writer.start()
        for _ in range(BACKUPS):
            before = stands(house)
            while min(stands(house)) < 1 or stands(house) == before:
                assert all(writer.is_alive() for writer in writers), problems.get()
                time.sleep(0.05)
            made.append(make_backup(house, tmp_path / "backups"))
        stop.set()
        for writer in writers:
            writer.join()
        assert [problems.get() for _ in iter(problems.empty, True)] == []
        erased = pa.table({"customer_id": pa.array(sorted(erased_in(house.records)), STRING)})
        assert erased.num_rows
        recommender = Recommender.open(house.artifacts)
        recommended = {customer: recommender.for_you(customer, 5) for customer in ("C001", "C002", "nobody")}
    versions = [{name: kept.version for name, kept in m.manifest.tables.items()} for m in made]
    assert len({tuple(found.values()) for found in versions}) == BACKUPS

    for number, (backup, pinned) in enumerate(zip(made, versions, strict=True)):
        elsewhere = Settings(home=tmp_path / f"restored-{number}")
        restored = restore(backup.folder, elsewhere)
        with (
            Warehouse.open(elsewhere) as house,
            house.session() as session,
            Session(Pinned(settings.lake, pinned), settings, erased) as then,
        ):
            assert {name: v for name, v in session.versions.items() if v >= 0} == pinned
            assert answers(session) == answers(then)
            (events,) = session.query("select count(*) as n, count(distinct event_id) as ids from events").to_pylist()
            assert events["n"] == events["ids"] == backup.manifest.tables["events"].rows
            assert events["n"] % LINES == 0
            assert erased_in(house.records) == set(erased["customer_id"].to_pylist())
            recommender = Recommender.open(house.artifacts)
            assert {customer: recommender.for_you(customer, 5) for customer in recommended} == recommended
        assert sum(restored.erasures.values()) == erased.num_rows - backup.manifest.records["tombstones"]


KILLED = """
import sys
from pathlib import Path
from warehouse.backup.making import make_backup
from warehouse.house import Warehouse
from warehouse.settings import Settings

with Warehouse.open(Settings(home=Path(sys.argv[1]))) as house:
    while True:
        make_backup(house, Path(sys.argv[2]))
"""


def test_killed_in_the_middle_every_backup_with_a_name_is_whole(furnished_home: Path, tmp_path: Path) -> None:
    home, backups = tmp_path / "home", tmp_path / "backups"
    shutil.copytree(furnished_home, home)
    process = subprocess.Popen([sys.executable, "-c", KILLED, home, backups], cwd=Path(__file__).parents[3])
    while not backups.exists() or len(finished(backups)) < 2:
        assert process.poll() is None
        time.sleep(0.01)
    while not list(backups.glob(".unfinished-*")):
        time.sleep(0.001)
    process.kill()
    process.wait()
    for number, backup in enumerate(finished(backups)[-2:]):
        restore(backup, Settings(home=tmp_path / f"restored-{number}"))
    left = list(backups.glob(".unfinished-*"))
    with Warehouse.open(Settings(home=home)) as house:
        newest = make_backup(house, backups)
    assert not [path for path in left if path.exists()]
    with pytest.raises(InputError, match="never finished"):
        (newest.folder / "manifest.json").unlink()
        restore(newest.folder, Settings(home=tmp_path / "unfinished"))
