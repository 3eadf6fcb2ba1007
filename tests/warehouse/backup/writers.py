"""Processes that work in a house without end, in a module that is quick to import."""

from __future__ import annotations

import multiprocessing as mp
import time
import traceback
from datetime import UTC, datetime, timedelta

from tests.warehouse.backup.conftest import NOW, event, order, rows
from warehouse.house import Warehouse
from warehouse.lake import Lake
from warehouse.records import PriceRule
from warehouse.records.definitions import save_definition
from warehouse.settings import Settings
from warehouse.tables import EVENTS, ORDERS, PRODUCTS

LINES = 50
PAUSE = 0.1
"""Seconds; the test wants them to work meanwhile, not to take the machine."""


def append(settings: Settings, stop: mp.synchronize.Event, problems: mp.Queue[str]) -> None:
    try:
        lake = Lake(settings.lake)
        batch = 0
        while not stop.is_set():
            batch += 1
            time.sleep(PAUSE)
            first = batch * LINES
            lake.append(ORDERS, rows(ORDERS, *(order(first + n, f"N{n}") for n in range(LINES))), batch_id=f"o{batch}")
            lake.append(EVENTS, rows(EVENTS, *(event(f"{batch}-{n}") for n in range(LINES))), batch_id=f"e{batch}")
            if batch % 5 == 0:
                lake.compact(EVENTS)
    except Exception:
        problems.put(traceback.format_exc())


def change(settings: Settings, stop: mp.synchronize.Event, problems: mp.Queue[str]) -> None:
    try:
        with Warehouse.open(settings) as house:
            turn = 0
            while not stop.is_set():
                turn += 1
                time.sleep(PAUSE)
                titles = [{"sku": f"tea-{n}", "title": f"Tea {n}, turn {turn}"} for n in range(20)]
                house.lake.merge(PRODUCTS, rows(PRODUCTS, *titles))
                with house.records.transaction() as tx:
                    save_definition(tx, PriceRule, "rule", {"turn": turn}, at=NOW)
                if turn % 3 == 0:
                    house.erase(f"C{turn:03}")
                if turn % 7 == 0:
                    house.lake.forget(PRODUCTS, before=datetime.now(UTC) - timedelta(seconds=60))
    except Exception:
        problems.put(traceback.format_exc())
