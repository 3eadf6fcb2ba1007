"""A house that another version of Purveyor has written: an older one goes forward by itself, a newer one is refused."""

from __future__ import annotations

import json
import shutil
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import pyarrow as pa
import pytest
from alembic import command
from deltalake import write_deltalake
from sqlalchemy import create_engine, text
from typer.testing import CliRunner

from purveyor.main import app
from warehouse import lake as lakes
from warehouse.errors import PurveyorError
from warehouse.house import Warehouse
from warehouse.lake import LAKE_FORMAT, STAMP, Lake
from warehouse.records.schema import config
from warehouse.settings import Settings
from warehouse.tables import EVENTS, ORDERS, PRODUCTS, Table

MOMENT = datetime(2026, 5, 1, tzinfo=UTC)


def write_old_records(path: Path) -> None:
    """Records of the first revision, with a store and an erased customer."""
    engine = create_engine(f"sqlite:///{path}")
    with engine.begin() as connection:
        command.upgrade(config(connection), "r0001")
        connection.execute(text("insert into stores values ('main', 'Old', null, 'EUR', 'UTC', null, null)"))
        connection.execute(text("insert into tombstones values ('C1', '2026-05-01 00:00:00.000000')"))
    engine.dispose()


def write_old_table(root: Path, table: Table, row: dict[str, object]) -> None:
    """A table with one row and only the columns that this row has."""
    row = {**row, **({"month": 202605} if table.month_of else {})}
    schema = pa.schema([field for field in table.schema if field.name in row])
    partitions = ["month"] if table.month_of else None
    write_deltalake(root / table.name, pa.Table.from_pylist([row], schema=schema), partition_by=partitions)


def write_old_event(root: Path) -> None:
    """An event from before customers were noted with it."""
    event = {"event_id": "old", "event_type": "view", "occurred_at": MOMENT, "received_at": MOMENT}
    write_old_table(root, EVENTS, event)


@pytest.fixture
def old_home(settings: Settings) -> Path:
    """The home of the version before this one."""
    (settings.home / "records.db").unlink()
    write_old_records(settings.home / "records.db")
    write_old_event(settings.lake)
    write_old_table(settings.lake, PRODUCTS, {"sku": "tea", "title": "Old tea"})
    line = {
        "order_id": "1", "line_id": "1", "ordered_at": MOMENT, "store_id": "main", "customer_id": "C1", "sku": "tea",
        "line_kind": "product", "quantity": 1.0, "amount": Decimal(5), "currency": "EUR",
    }  # fmt: skip
    write_old_table(settings.lake, ORDERS, line)
    (settings.lake / STAMP).write_text('{"format": 1}\n')
    return settings.home


def test_an_older_home_goes_forward_by_itself(old_home: Path, settings: Settings) -> None:
    with Warehouse.open(settings) as house:
        (order,) = house.session().query("select sku, customer_id, coupon from orders").to_pylist()
        assert order == {"sku": "tea", "customer_id": None, "coupon": None}  # C1 was erased then
        merged = house.lake.merge(PRODUCTS, pa.table({"sku": ["tea"], "brand": ["Hill"]}))
        assert merged.updated == 1
        house.lake.append(
            EVENTS,
            pa.table(
                {
                    "event_id": ["new"],
                    "event_type": ["view"],
                    "occurred_at": [MOMENT],
                    "received_at": [MOMENT],
                    "customer_id": ["C2"],
                }
            ),
        )
        house.erase("C2")
        with house.session() as session:
            assert session.query("select title, brand from products").to_pylist() == [
                {"title": "Old tea", "brand": "Hill"}
            ]
            found = session.query("select event_id, customer_id from events order by 1").to_pylist()
            assert found == [{"event_id": "new", "customer_id": None}, {"event_id": "old", "customer_id": None}]


def test_the_first_write_notes_the_format_it_writes(
    old_home: Path, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lakes, "LAKE_FORMAT", LAKE_FORMAT + 1)
    newer = Lake(settings.lake)
    newer.snapshot(PRODUCTS)
    assert json.loads((settings.lake / STAMP).read_text()) == {"format": LAKE_FORMAT}
    newer.merge(PRODUCTS, pa.table({"sku": ["tea"], "title": ["New tea"]}))
    assert json.loads((settings.lake / STAMP).read_text()) == {"format": LAKE_FORMAT + 1}
    monkeypatch.undo()
    with pytest.raises(PurveyorError, match="upgrade Purveyor"):
        Lake(settings.lake)


@pytest.mark.parametrize("what", ["lake", "records"])
@pytest.mark.parametrize(
    "door",
    ["query 'select 1'", "serve --port 0", "worker", "jobs list", "backup ../backups", "erase C1", "key list"],
)
def test_a_newer_house_is_refused_at_every_door(
    what: str, door: str, newer_homes: dict[str, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copytree(newer_homes[what], tmp_path / "home")
    before = {path: path.read_bytes() for path in sorted((tmp_path / "home").rglob("*")) if path.is_file()}
    monkeypatch.setenv("PURVEYOR_HOME", str(tmp_path / "home"))
    monkeypatch.chdir(tmp_path)
    result = CliRunner().invoke(app, door.replace("'", "").split(maxsplit=1) if "'" in door else door.split())
    assert isinstance(result.exception, PurveyorError), result.output
    said = str(result.exception)
    assert "newer" in said
    assert said.endswith("upgrade Purveyor")
    assert "\n" not in said
    for path, content in before.items():
        assert path.read_bytes() == content, path


@pytest.fixture(scope="module")
def newer_homes(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Homes that a newer Purveyor has changed: the lake of one, the records of the other."""
    homes = {}
    for what in ("lake", "records"):
        homes[what] = tmp_path_factory.mktemp("newer") / what
        with Warehouse.open(Settings(home=homes[what])) as house:
            house.lake.merge(PRODUCTS, pa.table({"sku": ["tea"], "title": ["Tea"]}))
            if what == "records":
                with house.records.transaction() as tx:
                    tx.execute(text("update alembic_version set version_num = 'r9999'"))
    (homes["lake"] / "lake" / STAMP).write_text(f'{{"format": {LAKE_FORMAT + 1}}}\n')
    return homes
