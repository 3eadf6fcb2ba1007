"""A fetch that is killed with SIGKILL while it writes: the next one leaves the warehouse as one alone would have."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

from warehouse.house import Warehouse
from warehouse.settings import Settings
from warehouse.sources import keeping
from warehouse.sources.definition import new_source
from warehouse.sources.fetching import fetch_source
from warehouse.stores import open_store

FETCH = """
import sys
from pathlib import Path
from warehouse.house import Warehouse
from warehouse.settings import Settings
from warehouse.sources.fetching import fetch_source

with Warehouse.open(Settings(home=Path(sys.argv[1]))) as warehouse:
    fetch_source(warehouse, "erp", progress=lambda stage, done, total: print(stage, flush=True))
print("done", flush=True)
"""

CONTENT = """
    select (select count(*) from products), (select count(*) from orders), (select sum(amount) from orders),
        (select count(*) from product_history), (select sum(price) from product_history)"""


def content(warehouse: Warehouse) -> list[object]:
    with warehouse.session() as session:
        return list(session.query(CONTENT).to_pylist()[0].values())


def put(path: Path, content: str) -> None:
    path.write_text(content)
    os.utime(path, (1_780_000_000, 1_780_000_000))


def define(home: Path, folder: Path) -> Warehouse:
    warehouse = Warehouse.open(Settings(home=home))
    open_store(warehouse, "main", currency="EUR", timezone="Europe/Berlin")
    files = {"products": "products-{date}.csv", "orders": "orders-{date}.csv"}
    keeping.define(warehouse, new_source(name="erp", type="folder", place=str(folder), files=files, snapshot=True))
    return warehouse


def test_a_killed_fetch_is_made_good_by_the_next(tmp_path: Path) -> None:
    folder = tmp_path / "export"
    folder.mkdir()
    for day in (1, 2):
        prices = "".join(f"S{number},{number + day}\n" for number in range(3000))
        put(folder / f"products-2026-05-0{day}.csv", "sku,price\n" + prices)
    sold = "".join(f"{number // 3},2026-05-01,S{number % 7},1,5\n" for number in range(3000))
    put(folder / "orders-2026-05-02.csv", "order_id,ordered_at,sku,quantity,amount\n" + sold)
    killed = define(tmp_path / "killed", folder)
    arguments = [sys.executable, "-c", FETCH, str(tmp_path / "killed")]
    with subprocess.Popen(arguments, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        writing = 0
        for line in process.stdout:
            writing += line.strip() == "writing"
            if writing == 2:  # the first file is noted, the second in the middle
                break
        process.send_signal(signal.SIGKILL)
        process.wait()
    assert writing == 2, "the fetch must have come as far as it is killed"
    with killed, define(tmp_path / "alone", folder) as alone:
        fetch_source(killed, "erp")
        fetch_source(alone, "erp")
        assert content(killed) == content(alone)
        assert not (killed.settings.landing / "erp").exists()
        assert fetch_source(killed, "erp").deliveries == ()
