"""How long the simulated market takes: in memory at the demo's size and ten times that, and its largest form in a lake.

The largest form needs 6 GB of disk while it runs. Run: python -m benchmarks market, or one form alone with
python -m benchmarks.bench_market demo | large | largest
"""

from __future__ import annotations

import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from pathlib import Path

from experiments.market import MarketSize, generate, write_to
from warehouse.house import Warehouse
from warehouse.settings import Settings

START, END = date(2025, 1, 1), date(2025, 12, 31)


def in_memory(size: MarketSize, folder: Path) -> Mapping[str, int]:
    """Generate the market and write its files."""
    market = generate(size, seed=1, start=START, end=END)
    market.write(folder / "shop", folder / "truth")
    return {name: table.num_rows for name, table in market.tables.items()}


def in_a_lake(size: MarketSize, folder: Path) -> Mapping[str, int]:
    """Write the market straight into a new lake."""
    with Warehouse.open(Settings(home=folder / "home")) as warehouse:
        return write_to(warehouse, folder / "truth", size, seed=1, start=START, end=END)


FORMS: Mapping[str, tuple[Callable[[MarketSize, Path], Mapping[str, int]], MarketSize]] = {
    "demo": (in_memory, MarketSize()),
    "large": (in_memory, MarketSize(products=5000, customers=50_000)),
    "largest": (in_a_lake, MarketSize(100_000, 1_000_000, 9.0, stores=3, competitors=10, crawls=15)),
}


def measure(form: str) -> None:
    """Make a market and print what it took, in this process."""
    make, size = FORMS[form]
    with tempfile.TemporaryDirectory() as folder:
        began = time.perf_counter()
        rows = make(size, Path(folder))
        seconds = time.perf_counter() - began
        disk = sum(file.stat().st_size for file in Path(folder).rglob("*") if file.is_file())
    used = resource.getrusage(resource.RUSAGE_SELF)
    print(f"{size.products:,} products, {size.customers:,} customers, one year, {make.__name__.replace('_', ' ')}:")
    print(
        f"  {seconds:,.0f} s ({used.ru_utime + used.ru_stime:,.0f} s of processor time), "
        f"peak {used.ru_maxrss / 1024:,.0f} MB, {disk / 1e9:.1f} GB on disk"
    )
    print(f"  {', '.join(f'{name} {count:,}' for name, count in rows.items())}", flush=True)


def main(forms: Sequence[str]) -> None:
    """Measure each form in a process of its own, so that each has its own peak."""
    if len(forms) == 1:
        measure(forms[0])
        return
    for form in forms or FORMS:
        subprocess.run([sys.executable, "-m", "benchmarks.bench_market", form], check=True)


if __name__ == "__main__":
    main(sys.argv[1:])
