"""An import that ends badly leaves the warehouse as it was, and no files behind."""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path

import pytest

from warehouse.house import Warehouse
from warehouse.imports import import_file
from warehouse.settings import Settings

GOOD = "order_id,ordered_at,sku,quantity,amount\n" + "".join(f"{n},2026-01-05,A,1,1\n" for n in range(1000))

KILLED = """
import os, signal, sys
from pathlib import Path
from warehouse.house import Warehouse
from warehouse.imports import import_file
from warehouse.settings import Settings

def die(stage, done, total):
    if stage == sys.argv[3]:
        os.kill(os.getpid(), signal.SIGKILL)

with Warehouse.open(Settings(home=Path(sys.argv[1]))) as warehouse:
    import_file(warehouse, "orders", Path(sys.argv[2]), currency="EUR", timezone="UTC", progress=die)
"""


class BrokenOffError(Exception):
    """What a test throws in the middle."""


@pytest.fixture
def orders(tmp_path: Path) -> Path:
    path = tmp_path / "orders.csv"
    path.write_text(GOOD)
    return path


def left(settings: Settings) -> list[str]:
    return sorted(path.name for path in settings.scratch.iterdir())


def written(warehouse: Warehouse) -> dict[str, int]:
    with warehouse.session() as session:
        return {name: version for name, version in session.versions.items() if version != -1}


@pytest.mark.parametrize("stage", ["reading orders.csv", "checking", "writing"])
def test_an_import_that_breaks_off(warehouse: Warehouse, orders: Path, stage: str) -> None:
    def stop(reached: str, done: int, total: int | None) -> None:
        if reached == stage:
            raise BrokenOffError

    with pytest.raises(BrokenOffError):
        import_file(warehouse, "orders", orders, currency="EUR", timezone="UTC", progress=stop)
    assert written(warehouse) == {}
    assert left(warehouse.settings) == []
    assert import_file(warehouse, "orders", orders, currency="EUR", timezone="UTC").written == 1000


@pytest.mark.parametrize("stage", ["checking", "writing"])
def test_an_import_that_is_killed(warehouse: Warehouse, orders: Path, stage: str) -> None:
    home = warehouse.settings.home
    child = subprocess.run([sys.executable, "-c", KILLED, home, orders, stage], check=False, timeout=120)
    assert child.returncode == -signal.SIGKILL
    assert written(warehouse) == {}
    assert len(left(warehouse.settings)) == 2
    # The next import clears away what the killed one left.
    assert import_file(warehouse, "orders", orders, currency="EUR", timezone="UTC").written == 1000
    assert left(warehouse.settings) == []


def test_a_file_larger_than_the_memory_it_may_take(settings: Settings, tmp_path: Path) -> None:
    path = tmp_path / "orders.csv"
    with path.open("w") as file:
        file.write("order_id,ordered_at,sku,quantity,amount,note\n")
        for number in range(200_000):
            file.write(f"{number},2026-01-05 10:00:00,SKU-{number},1,1.5,{number:0350}\n")
    assert path.stat().st_size > 70_000_000
    small = settings.model_copy(update={"memory_limit": "60MB"})
    with Warehouse.open(small) as warehouse:
        assert import_file(warehouse, "orders", path, currency="EUR", timezone="UTC").written == 200_000
