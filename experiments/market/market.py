"""The market as a whole: its size, what a merchant would have of it, and the truth kept apart."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from datetime import date
from pathlib import Path

import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet as pq

from experiments.market import catalogue, economy, ledger, people, storefront
from experiments.market.columns import lake_table
from experiments.market.days import TIMEZONE, Days
from experiments.market.trial import Trial, expose
from experiments.market.truth import Truth, tell
from experiments.market.vocabulary import SHELVES
from warehouse.errors import InputError

MERCHANT_CSV = ("stores", "products", "customers", "consents")
MERCHANT_PARQUET = ("product_history", "orders", "events", "exposures")


@dataclass(frozen=True)
class MarketSize:
    """How big the market is; `orders_per_customer` is the mean number of orders a year of a customer who stays."""

    products: int = 600
    customers: int = 4000
    orders_per_customer: float = 6.0

    def __post_init__(self) -> None:
        least = 2 * len(SHELVES)
        if not least <= self.products <= 5000:
            raise InputError(f"market: {self.products} products; give a number from {least} to 5000")
        if not 1 <= self.customers <= 50_000:
            raise InputError(f"market: {self.customers} customers; give a number from 1 to 50000")
        if not 0 < self.orders_per_customer <= 100:
            raise InputError(f"market: {self.orders_per_customer} orders a customer; give a number above 0 up to 100")


@dataclass(frozen=True)
class Market:
    """A simulated market: `tables` by lake table name, of the lake's schemas without the month; and the `truth`."""

    tables: Mapping[str, pa.Table]
    truth: Truth

    def write(self, folder: Path, truth_folder: Path) -> None:
        """Write the files a merchant would have into `folder` (made if missing), and the truth into `truth_folder`.

        stores, products, customers and consents become CSV, product_history, orders, events and exposures Parquet. The
        truth becomes Parquet, the experiment JSON.

        Raises:
            InputError: `truth_folder` lies in `folder` or is it, where whoever reads the data would find it.
        """
        if truth_folder.resolve().is_relative_to(folder.resolve()):
            raise InputError(f"market: the truth must not lie in {folder}; give it a folder elsewhere")
        folder.mkdir(parents=True, exist_ok=True)
        truth_folder.mkdir(parents=True, exist_ok=True)
        for name in MERCHANT_CSV:
            pyarrow.csv.write_csv(self.tables[name], folder / f"{name}.csv")
        for name in MERCHANT_PARQUET:
            pq.write_table(self.tables[name], folder / f"{name}.parquet")
        for part in fields(self.truth):
            value = getattr(self.truth, part.name)
            if isinstance(value, pa.Table):
                pq.write_table(value, truth_folder / f"{part.name}.parquet")
        (truth_folder / "trial.json").write_text(
            json.dumps(asdict(self.truth.trial), indent=2) + "\n", encoding="utf-8"
        )


def generate(
    size: MarketSize | None = None, *, seed: int, start: date, end: date, trial: Trial | None = None
) -> Market:
    """The market of that size from `start` to `end`, both included; the same arguments give the same market.

    Raises:
        InputError: `end` is before `start`, the period is over ten years, or the size is out of range.
    """
    if not 0 <= (end - start).days <= 3660:
        raise InputError(f"market: the period from {start} to {end} must be 1 day to 10 years long")
    size, test, days = size or MarketSize(), trial or Trial(), Days(start, end)
    goods = catalogue.build(size.products, seed, days)
    crowd = people.build(size.customers, seed, days)
    exposed = expose(test, crowd, seed, days)
    course = economy.run(goods, crowd, exposed, size.orders_per_customer, seed, days)
    tables = {
        "stores": _store(),
        "products": goods.table,
        "product_history": ledger.history(course, goods, days),
        "orders": ledger.orders(course, goods, crowd, seed, days),
        "customers": crowd.customers,
        "consents": crowd.consents,
        "events": storefront.events(course, goods, crowd, seed, days),
        "exposures": exposed.table,
    }
    return Market(tables, tell(goods, crowd, course, test, exposed, seed, days))


def _store() -> pa.Table:
    store = {
        "store_id": ledger.STORE_ID,
        "name": "Main store",
        "country": "DE",
        "currency": ledger.CURRENCY,
        "timezone": TIMEZONE,
        "locale": "de-DE",
        "prices_include_tax": True,
    }
    return lake_table("stores", {name: pa.array([value]) for name, value in store.items()})
