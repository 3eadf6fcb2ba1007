"""The stores: where they sell, in which currency, and what a store carries of the catalogue."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from experiments.market.catalogue import Catalogue
from experiments.market.columns import Floats, Ints, generator, lake_table, picked
from experiments.market.days import Days
from warehouse.tables import DAY, RATE

NEVER = 1 << 40
"""The launch day of a product that a store does not carry."""


@dataclass(frozen=True)
class Store:
    """A store of ours.

    `euros` is what one unit of its currency is worth when its prices are set, `level` its prices beside those of the
    first store, `carries` the share of the catalogue it sells, `customers` its weight among the customers' homes. All
    prices include value-added tax at `vat` percent.
    """

    store_id: str
    name: str
    country: str
    currency: str
    timezone: str
    locale: str
    vat: float
    euros: float
    level: float
    carries: float
    customers: float

    def local(self, cents: int) -> int:
        """An amount of euro cents as a round amount of the store's currency."""
        return round(cents / self.euros / 10) * 10


STORES = (
    Store("main", "Main store", "DE", "EUR", "Europe/Berlin", "de-DE", 19, 1.0, 1.0, 1.0, 0.6),
    Store("uk", "UK store", "GB", "GBP", "Europe/London", "en-GB", 20, 1.16, 1.06, 0.6, 0.25),
    Store("se", "Swedish store", "SE", "SEK", "Europe/Stockholm", "sv-SE", 25, 0.088, 1.04, 0.4, 0.15),
)
DRIFT, PULL = 0.004, 0.01
"""Daily spread of the log exchange rate, and how strongly it returns to where it was."""


@dataclass(frozen=True)
class Assortment:
    """What a store sells, one entry per product of the catalogue; prices in the store's currency.

    `reference` is the price at which demand is stated, `share` the product's share of purchases that start a basket
    line, `launch` the first day on sale (`NEVER` for what the store does not carry), `euros` the worth of one unit of
    the currency by day as the books take it: the rate of the month's first day.
    """

    store: Store
    catalogue: Catalogue
    reference: Floats
    share: Floats
    launch: Ints
    euros: Floats

    @property
    def joined(self) -> Floats:
        """Purchases that come as a complement of another product, by purchases that start a line."""
        return self.catalogue.joined(self.share)


def stores_table(stores: Sequence[Store]) -> pa.Table:
    """The stores as the lake holds them."""
    names = ("store_id", "name", "country", "currency", "timezone", "locale")
    columns = {name: pa.array([getattr(store, name) for store in stores]) for name in names}
    return lake_table("stores", {**columns, "prices_include_tax": pa.array([True] * len(stores))})


def exchange_rates(stores: Sequence[Store], seed: int, days: Days) -> Floats:
    """EUR for one unit of each store's currency, shape (days, stores): a walk that returns to `Store.euros`."""
    rng = generator(seed, "exchange rates")
    logs = np.zeros((len(days), len(STORES)))
    steps = rng.normal(0, DRIFT, logs.shape)
    for day in range(1, len(days)):
        logs[day] = (1 - PULL) * logs[day - 1] + steps[day]
    foreign = np.array([store.currency != "EUR" for store in STORES])
    rates: Floats = np.round(np.array([store.euros for store in STORES]) * np.exp(logs * foreign), 8)
    return rates[:, : len(stores)]


def rates_table(stores: Sequence[Store], rates: Floats, days: Days) -> pa.Table:
    """A row per day and foreign currency."""
    foreign = [s for s, store in enumerate(stores) if store.currency != "EUR"]
    return lake_table(
        "fx_rates",
        {
            "day": pa.array(np.repeat(days.dates, len(foreign))).cast(DAY),
            "currency": picked([stores[s].currency for s in foreign], np.tile(np.arange(len(foreign)), len(days))),
            "eur": pa.array(rates[:, foreign].ravel()).cast(RATE),
        },
    )


def assortment(store: Store, catalogue: Catalogue, rates: Floats, seed: int, days: Days) -> Assortment:
    """What the store sells; `rates` are those of its currency by day."""
    rng = generator(seed, f"assortment {store.store_id}")
    carried = rng.random(len(catalogue.base)) < store.carries
    share = catalogue.base * carried
    months = days.dates.astype("datetime64[M]")
    return Assortment(
        store=store,
        catalogue=catalogue,
        reference=catalogue.reference * store.level / store.euros,
        share=share / share.sum(),
        launch=np.where(carried, catalogue.launch, NEVER),
        euros=rates[np.searchsorted(months, months, side="left")],
    )
