"""A small house with something of everything, and ways to look at all it holds."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import uuid4

import psycopg
import pyarrow as pa
import pytest
from psycopg import sql
from sqlalchemy import select

from tests.conftest import FixedClock
from warehouse.backup.making import Made, make_backup
from warehouse.house import Warehouse
from warehouse.records import PriceRule, Records, Tombstone
from warehouse.records.consents import record_consents
from warehouse.records.definitions import save_definition
from warehouse.records.keys import create_key
from warehouse.records.models import Model
from warehouse.settings import Settings
from warehouse.stores import open_store
from warehouse.tables import CUSTOMERS, EVENTS, ORDERS, PRODUCTS, Table

NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)
ANSWERS = (
    "select store_id, name, currency from stores order by all",
    "select sku, title from products order by all",
    "select order_id, customer_id, sum(amount) as amount, count(*) as lines from orders group by all order by all",
    "select customer_id, email, phone from customers order by all",
    "select event_id, customer_id from events order by all",
)


def rows(table: Table, *found: dict[str, Any]) -> pa.Table:
    return pa.Table.from_pylist(list(found), schema=pa.schema([table.schema.field(name) for name in found[0]]))


def order(number: int, customer: str | None = None, *, month: int = 5) -> dict[str, Any]:
    return {
        "order_id": f"O{number}",
        "line_id": "1",
        "ordered_at": datetime(2026, month, 1 + number % 28, tzinfo=UTC),
        "store_id": "main",
        "customer_id": customer or f"C{number % 3}",
        "sku": f"sku-{number % 4}",
        "line_kind": "product",
        "quantity": 1.0,
        "amount": Decimal(number),
        "currency": "EUR",
    }


def event(name: str) -> dict[str, Any]:
    return {"event_id": name, "event_type": "view", "occurred_at": NOW, "received_at": NOW, "customer_id": "C1"}


def furnish(warehouse: Warehouse) -> None:
    """Put something of everything into a house: three customers who bought twelve times."""
    open_store(warehouse, "main", name="Tea & more", currency="EUR")
    lake = warehouse.lake
    lake.append(ORDERS, rows(ORDERS, *(order(n, month=4 + n % 2) for n in range(12))))
    lake.append(PRODUCTS, rows(PRODUCTS, *({"sku": f"sku-{n}", "title": f"Tea {n}"} for n in range(4))))
    lake.merge(PRODUCTS, rows(PRODUCTS, {"sku": "sku-1", "title": "Better tea"}))
    lake.append(EVENTS, rows(EVENTS, *(event(f"e{n}") for n in range(5))))
    lake.append(
        CUSTOMERS,
        rows(
            CUSTOMERS,
            *(
                {"customer_id": f"C{n}", "email": f"person{n}@mail.example", "phone": f"+4366012345{n}"}
                for n in range(3)
            ),
        ),
    )
    with warehouse.records.transaction() as tx:
        save_definition(tx, PriceRule, "märgin ✓", {"least": 0.1, "none": None}, at=NOW)
        create_key(tx, label="storefront", scopes=["recommend"], at=NOW)
        statement = {"channel": "email", "granted": True, "at": NOW}
        record_consents(tx, [{"customer_id": f"C{n}", **statement} for n in range(3)], now=NOW)  # type: ignore[typeddict-item]
    warehouse.artifacts.release(
        "words", lambda folder: (folder / "model.json").write_text("{}") and None, metrics={}, trained_on={}
    )


def everything(warehouse: Warehouse) -> dict[str, list[tuple[object, ...]]]:
    """All rows of the records, and the answers to some questions to the lake."""
    with warehouse.records.reading() as tx:
        found = {
            table.name: sorted(
                (
                    tuple(json.dumps(v) if isinstance(v, dict | list) else v for v in row)
                    for row in tx.execute(select(table))
                ),
                key=str,
            )
            for table in Model.metadata.sorted_tables
        }
    with warehouse.session() as session:
        return found | {asked: [tuple(row.values()) for row in session.query(asked).to_pylist()] for asked in ANSWERS}


def bytes_of(folder: Path) -> bytes:
    return b"".join(path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file())


@pytest.fixture(scope="session")
def furnished_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The home of such a house."""
    home = tmp_path_factory.mktemp("furnished") / "home"
    with Warehouse.open(Settings(home=home), clock=FixedClock(NOW)) as opened:
        furnish(opened)
    return home


@pytest.fixture
def furnished(furnished_home: Path, settings: Settings, clock: FixedClock) -> Iterator[Warehouse]:
    """A copy of the house, so that a test may change it."""
    shutil.copytree(furnished_home, settings.home, dirs_exist_ok=True)
    with Warehouse.open(settings, clock=clock) as opened:
        yield opened


@pytest.fixture
def backups(tmp_path: Path) -> Path:
    """Where backups go."""
    return tmp_path / "backups"


@pytest.fixture
def back_up(furnished: Warehouse, backups: Path, clock: FixedClock) -> Callable[..., Made]:
    """Makes a backup of the house, a minute after the one before."""

    def make(**options: Any) -> Made:
        clock.forward(minutes=1)
        return make_backup(furnished, backups, **options)

    return make


@pytest.fixture
def elsewhere(tmp_path: Path) -> Settings:
    """The settings of a home that is not there yet."""
    return Settings(home=tmp_path / "elsewhere")


@pytest.fixture
def database(request: pytest.FixtureRequest) -> Iterator[Callable[[str], str | None]]:
    """Makes an empty database of an engine: its URL, None for SQLite in the home."""
    made = []

    def make(engine: str) -> str | None:
        if engine == "sqlite":
            return None
        uri = request.getfixturevalue("postgres")
        name = f"house_{uuid4().hex}"
        with psycopg.connect(uri, autocommit=True) as connection:
            connection.execute(sql.SQL("create database {}").format(sql.Identifier(name)))
        made.append((uri, name))
        return str(uri.replace("/postgres?", f"/{name}?"))

    yield make
    for uri, name in made:
        with psycopg.connect(uri, autocommit=True) as connection:
            connection.execute(sql.SQL("drop database {} with (force)").format(sql.Identifier(name)))


def erased_in(records: Records) -> set[str]:
    with records.reading() as tx:
        return set(tx.scalars(select(Tombstone.customer_id)))
