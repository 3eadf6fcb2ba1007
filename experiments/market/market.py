"""The market as a whole: its size, what a merchant would have of it, and the truth kept apart."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path

import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet as pq

from experiments.market import truth
from experiments.market.simulation import MarketSize, simulate
from experiments.market.trial import Trial
from experiments.market.truth import Truth
from warehouse.errors import InputError

MERCHANT_CSV = ("stores", "products", "customers", "consents")
"""Tables that a merchant exports as CSV; the others come as Parquet."""


@dataclass(frozen=True)
class Market:
    """A simulated market: `tables` by lake table name, of the lake's schemas without the month; and the `truth`."""

    tables: Mapping[str, pa.Table]
    truth: Truth

    def write(self, folder: Path, truth_folder: Path) -> None:
        """Write the files a merchant would have into `folder` (made if missing), and the truth into `truth_folder`.

        stores, products, customers and consents become CSV, the other tables Parquet. The truth becomes Parquet, the
        experiment JSON.

        Raises:
            InputError: `truth_folder` lies in `folder` or is it, where whoever reads the data would find it.
        """
        keep_apart(truth_folder, folder)
        folder.mkdir(parents=True, exist_ok=True)
        truth_folder.mkdir(parents=True, exist_ok=True)
        for name, table in self.tables.items():
            if name in MERCHANT_CSV:
                pyarrow.csv.write_csv(table, folder / f"{name}.csv")
            else:
                pq.write_table(table, folder / f"{name}.parquet")
        for name in truth.TABLES:
            pq.write_table(getattr(self.truth, name), truth_folder / f"{name}.parquet")
        write_trial(self.truth.trial, truth_folder)


def generate(
    size: MarketSize | None = None, *, seed: int, start: date, end: date, trial: Trial | None = None
) -> Market:
    """The market of that size from `start` to `end`, both included, in memory; the same arguments give the same market.

    Raises:
        InputError: `end` is before `start`, the period is over ten years, or the size is out of range.
    """
    test = trial or Trial()
    parts: dict[bool, dict[str, list[pa.Table]]] = {False: defaultdict(list), True: defaultdict(list)}
    for part in simulate(size or MarketSize(), seed=seed, start=start, end=end, trial=test):
        parts[part.secret][part.name].append(part.table)
    shown, hidden = (
        {name: pa.concat_tables(tables).combine_chunks() for name, tables in found.items()} for found in parts.values()
    )
    return Market(shown, Truth(**hidden, trial=test))


def keep_apart(truth_folder: Path, folder: Path) -> None:
    """InputError where `truth_folder` is in `folder` or is it."""
    if truth_folder.resolve().is_relative_to(folder.resolve()):
        raise InputError(f"market: the truth must not lie in {folder}; give it a folder elsewhere")


def write_trial(trial: Trial, truth_folder: Path) -> None:
    """The A/B test's true settings as trial.json."""
    (truth_folder / "trial.json").write_text(json.dumps(asdict(trial), indent=2) + "\n", encoding="utf-8")
