"""Shops small enough to know what is right to recommend."""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

from recommender import release
from recommender.answers import KIND, Recommender
from recommender.interactions import CATALOGUE, INTERACTIONS, Interactions
from recommender.training import Trained, train
from tests.conftest import FixedClock
from warehouse.house import Warehouse
from warehouse.settings import Settings
from warehouse.tables import ORDERS, PRODUCTS

NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)
FIRST = datetime(2026, 1, 1, tzinfo=UTC)
SEED = 7


@dataclass(frozen=True)
class Purchase:
    """One product in one order; days count from 1 January 2026."""

    order: str
    customer: str | None
    sku: str
    day: float


def purchases(rows: Iterable[Purchase]) -> pa.Table:
    """As INTERACTIONS would give them."""
    return pa.Table.from_pylist(
        [
            {
                "store_id": "main",
                "order_id": row.order,
                "sku": row.sku,
                "customer_id": row.customer,
                "ordered_at": FIRST + timedelta(days=row.day),
            }
            for row in rows
        ],
        schema=INTERACTIONS.result,
    )


def interactions(rows: Iterable[Purchase]) -> Interactions:
    """The same, as the models take them."""
    return Interactions.read(purchases(rows))


def two_tastes(*, customers: int = 160, days: int = 150, seed: int = SEED) -> list[Purchase]:
    """Customers who like tea and customers who like coffee, each buying every two weeks or so.

    A customer has a staple that returns again and again, and now and then tries another product of the same taste;
    'bags', the best-seller, is for everyone. Nobody buys across tastes.
    """
    rng = np.random.default_rng(seed)
    rows = []
    for number in range(customers):
        taste = ("tea", "coffee")[number % 2]
        staple = f"{taste}-{rng.integers(10)}"
        day, order = rng.uniform(0, 14), 0
        while day < days:
            basket = {staple, *(f"{taste}-{n}" for n in rng.integers(0, 20, size=rng.integers(1, 4)))}
            if rng.random() < 0.4:
                basket.add("bags")
            rows += [Purchase(f"{number}-{order}", f"C{number:03}", sku, day) for sku in sorted(basket)]
            day, order = day + rng.uniform(7, 21), order + 1
    return rows


def order_lines(rows: Iterable[Purchase]) -> pa.Table:
    """Rows for the lake's orders."""
    lines = [
        {
            "order_id": row.order,
            "line_id": row.sku,
            "ordered_at": FIRST + timedelta(days=row.day),
            "store_id": "main",
            "customer_id": row.customer,
            "sku": row.sku,
            "line_kind": "product",
            "quantity": 1.0,
            "amount": Decimal(5),
            "currency": "EUR",
        }
        for row in rows
    ]
    return pa.Table.from_pylist(lines, schema=pa.schema([ORDERS.schema.field(name) for name in lines[0]]))


def release_recommender(warehouse: Warehouse) -> None:
    """Train on the warehouse's orders and release, without tracking the run."""
    with warehouse.session() as session:
        found = Interactions.read(session.ask(INTERACTIONS, before=warehouse.clock(), store_id=None))
        titles, sellable = release.titles_and_sellable(session.ask(CATALOGUE, before=warehouse.clock()), found)
    trained = train(found, sellable, seed=SEED)
    warehouse.artifacts.release(
        KIND,
        lambda folder: release.write(folder, trained, found, titles),
        metrics={},
        trained_on={},
        people=release.PEOPLE,
    )


@pytest.fixture(scope="session")
def shop() -> Interactions:
    """The shop of two tastes."""
    return interactions(two_tastes())


@pytest.fixture(scope="session")
def trained(shop: Interactions) -> Trained:
    """Trained on it, everything sellable."""
    return train(shop, np.ones(len(shop.skus), dtype=np.bool_), seed=SEED)


@pytest.fixture(scope="session")
def released_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home that has sold and released: 'tea-0' was withdrawn, 'tea-1' has a title."""
    home = tmp_path_factory.mktemp("released") / "home"
    products = [
        {"sku": "tea-0", "title": "Old tea", "status": "discontinued"},
        {"sku": "tea-1", "title": "Green tea", "status": "active"},
    ]
    with Warehouse.open(Settings(home=home), clock=FixedClock(NOW)) as warehouse:
        warehouse.lake.append(ORDERS, order_lines(two_tastes()))
        schema = pa.schema([PRODUCTS.schema.field(name) for name in products[0]])
        warehouse.lake.append(PRODUCTS, pa.Table.from_pylist(products, schema=schema))
        release_recommender(warehouse)
    return home


@pytest.fixture
def released(released_home: Path, tmp_path: Path) -> Iterator[Warehouse]:
    """A copy of that home, so that a test may change it."""
    shutil.copytree(released_home, tmp_path / "home", dirs_exist_ok=True)
    with Warehouse.open(Settings(home=tmp_path / "home"), clock=FixedClock(NOW)) as warehouse:
        yield warehouse


@pytest.fixture
def recommender(released: Warehouse) -> Recommender:
    """The released recommender."""
    return Recommender.open(released.artifacts)
