"""Run every slow measurement, or those named: python -m benchmarks [market extraction …]."""

from __future__ import annotations

import runpy
import sys
from pathlib import Path

names = sys.argv[1:] or sorted(path.stem.removeprefix("bench_") for path in Path(__file__).parent.glob("bench_*.py"))
for name in names:
    print(f"== {name}", flush=True)
    sys.argv = [name]
    runpy.run_module(f"benchmarks.bench_{name}", run_name="__main__")
