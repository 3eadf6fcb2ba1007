"""How long the real order files take to import, and in how much memory: a process of its own for each."""

from __future__ import annotations

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


def main() -> None:
    """Import each file twice into a fresh home and print what it took."""
    purveyor = Path(sys.executable).with_name("purveyor")
    for name, options in FILES.items():
        path = DATA / name
        if not path.exists():
            print(f"{name}: not here (../shared/data/orders)")
            continue
        with tempfile.TemporaryDirectory() as home:
            for attempt in ("first", "second"):
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
                    f"{name}, {attempt} time: {seconds:.1f} s, peak of all so far {peak:.2f} GB, "
                    f"{result['read']:,} read, {result['written']:,} written"
                )


if __name__ == "__main__":
    main()
