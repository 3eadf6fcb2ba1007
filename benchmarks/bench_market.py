"""How long the simulated market takes, at the size of the demo and at its largest.

Run: python benchmarks/bench_market.py
"""

from __future__ import annotations

import resource
import tempfile
import time
from datetime import date
from pathlib import Path

from experiments.market import MarketSize, generate

SIZES = (MarketSize(), MarketSize(products=5000, customers=50_000))


def main() -> None:
    """Print seconds, rows and peak memory by size."""
    for size in SIZES:
        began = time.perf_counter()
        market = generate(size, seed=1, start=date(2025, 1, 1), end=date(2025, 12, 31))
        generated = time.perf_counter()
        with tempfile.TemporaryDirectory() as folder:
            market.write(Path(folder) / "shop", Path(folder) / "truth")
        written = time.perf_counter()
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        rows = ", ".join(f"{name} {table.num_rows:,}" for name, table in market.tables.items())
        print(f"{size.products:,} products, {size.customers:,} customers, one year:")
        print(f"  generated in {generated - began:.1f} s, written in {written - generated:.1f} s, peak {peak:,.0f} MB")
        print(f"  {rows}")


if __name__ == "__main__":
    main()
