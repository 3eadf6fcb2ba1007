"""How long a backup of a lake of some size takes, a second one where little is new, and a restore."""

from __future__ import annotations

import sys
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pyarrow as pa

from warehouse.backup.making import make_backup
from warehouse.backup.restoring import restore
from warehouse.house import Warehouse
from warehouse.settings import Settings
from warehouse.tables import EVENTS

BATCH = 500_000
FIRST = datetime(2026, 1, 1, tzinfo=UTC)


def events(batch: int) -> pa.Table:
    """Half a million events with ids that do not compress."""
    rng = np.random.default_rng(batch)
    ids = pa.array([value.hex() for value in np.frombuffer(rng.bytes(BATCH * 16), "S16").tolist()])
    times = pa.array([FIRST + timedelta(days=batch % 30)] * BATCH, EVENTS.schema.field("occurred_at").type)
    kinds = pa.array(["view"] * BATCH)
    return pa.table({"event_id": ids, "event_type": kinds, "occurred_at": times, "received_at": times})


def timed(what: str, act: Callable[[], object]) -> None:
    """Do it and print how long it took."""
    began = time.perf_counter()
    said = act()
    print(f"{what}: {time.perf_counter() - began:.1f} s{said or ''}", flush=True)


def main(batches: int) -> None:
    """Fill a lake, back it up twice and restore it."""
    with tempfile.TemporaryDirectory() as name:
        root = Path(name)
        with Warehouse.open(Settings(home=root / "home")) as house:
            for batch in range(batches):
                house.lake.append(EVENTS, events(batch))

            def back_up() -> str:
                made = make_backup(house, root / "backups")
                return f", {made.manifest.bytes / 1e9:.2f} GB of which {made.new_bytes / 1e9:.2f} GB are new"

            timed("first backup", back_up)
            house.lake.append(EVENTS, events(batches))
            timed("second backup", back_up)
        newest = max((root / "backups").glob("2*"))
        timed("restore", lambda: restore(newest, Settings(home=root / "elsewhere")) and None)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 60)
