"""How long order files take to import, and in how much memory: a process of its own for each.

The real files by default; `python -m benchmarks.bench_imports --gigabytes 5` makes a CSV of that size and imports it.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

DATA = Path(__file__).parents[2] / "shared" / "data" / "orders"
JOURNEY = (
    "order_id=basket_id,customer_id=household_id,sku=product_id,ordered_at=transaction_timestamp,"
    "quantity=quantity,amount=sales_value"
)
FILES = {
    "online_retail.parquet": ("--preset", "online-retail"),
    "complete_journey_transactions.parquet": (
        "--map", JOURNEY, "--currency", "USD", "--timezone", "America/New_York",
    ),
}  # fmt: skip


LARGE = """
copy (
    select
        'SO-' || i // 3 as order_id,
        strftime(timestamp '2023-01-01' + to_seconds(i // 3 * 94608000 // ({rows} // 3 + 1)), '%Y-%m-%d %H:%M:%S')
            as ordered_at,
        case when hash(i // 3) % 10 < 8 then 'C' || hash(i // 3) % 1000003 end as customer_id,
        'SKU-' || lpad((hash(i) % 100000)::varchar, 6, '0') as sku,
        case when hash(i) % 50 = 0 then 'Größe L, rot' else 'Artikel größer ' || hash(i) % 100000 end as title,
        1 + hash(i, 1) % 3 as quantity,
        (hash(i, 2) % 9000 + 100) / 100 as unit_price,
        cast(quantity * unit_price as decimal(18, 2)) as amount,
        case hash(i // 3, 3) % 3 when 0 then 'web' when 1 then 'app' else 'shop' end as channel,
        case when hash(i // 3, 4) % 7 = 0 then 'WELCOME10' end as coupon
    from range({rows}) r(i))
to '{path}' (header)
"""
"""Order lines of three years, in the order of their time; every fiftieth has a quoted title."""

LARGE_ROW = 92
"""Bytes of a line."""


def large(gigabytes: float) -> None:
    """Make a CSV of order lines, import it into a fresh home and print what it took."""
    import duckdb

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "orders.csv"
        rows = int(gigabytes * 1e9 / LARGE_ROW)
        with duckdb.connect(config={"memory_limit": "800MB", "temp_directory": folder}) as connection:
            connection.execute(LARGE.format(rows=rows, path=path))
        print(f"{path.stat().st_size / 1e9:.2f} GB of CSV made")
        _import(path, ("--currency", "EUR", "--timezone", "Europe/Berlin"), str(Path(folder) / "home"), "first time")


def main() -> None:
    """Import each file twice into a fresh home and print what it took."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--gigabytes", type=float, help="import a CSV of this size instead of the real files")
    gigabytes = parser.parse_args().gigabytes
    if gigabytes:
        large(gigabytes)
        return
    for name, options in FILES.items():
        path = DATA / name
        if not path.exists():
            print(f"{name}: not here (../shared/data/orders)")
            continue
        with tempfile.TemporaryDirectory() as home:
            for attempt in ("first", "second"):
                _import(path, options, home, f"{attempt} time")


def _import(path: Path, options: tuple[str, ...], home: str, which: str) -> None:
    purveyor = Path(sys.executable).with_name("purveyor")
    began = time.perf_counter()
    finished = subprocess.run(
        [purveyor, "import", "orders", path, *options, "--json"],
        env=os.environ | {"PURVEYOR_HOME": home},
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        check=True,
    )
    seconds = time.perf_counter() - began
    # The largest of the children so far, in kB on Linux.
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1e6
    result = json.loads(finished.stdout)
    print(
        f"{path.name}, {which}: {seconds:.1f} s, peak of all so far {peak:.2f} GB, "
        f"{result['read']:,} read, {result['written']:,} written"
    )


if __name__ == "__main__":
    main()
