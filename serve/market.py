"""Our prices beside the market's, by store, kept in memory: comparing takes seconds that an answer does not have."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import timedelta
from typing import Generic, TypeVar

import pyarrow as pa

from pricing.position import PricePosition, price_position, read_market
from serve.fresh import Fresh, lake_versions
from warehouse.house import Warehouse
from warehouse.session import Session
from warehouse.tables import FX_RATES, MATCHES, OFFERS, PRODUCT_HISTORY, PRODUCTS, STORES

T = TypeVar("T")

_READ = (STORES, PRODUCTS, PRODUCT_HISTORY, OFFERS, MATCHES, FX_RATES)
_STALE_AFTER = timedelta(minutes=5)
"""Offers age out of the window without any table changing, so what was compared is compared again from time to time."""

_GAPS = 10
"""Products shown in each direction."""

_Version = tuple[int, ...]


class ByStore(Generic[T]):
    """One fresh value for each store."""

    def __init__(self, warehouse: Warehouse, make: Callable[[Session, str], T], *, poll_seconds: float) -> None:
        self._warehouse = warehouse
        self._make = make
        self._poll_seconds = poll_seconds
        self._lock = threading.Lock()
        self._stores: dict[str, Fresh[T, _Version]] = {}

    def of(self, store_id: str) -> T:
        """The value of a store that exists."""
        with self._lock:
            if store_id not in self._stores:
                self._stores[store_id] = Fresh(
                    self._version, lambda _: self._read(store_id), poll_seconds=self._poll_seconds
                )
            kept = self._stores[store_id]
        return kept.get()

    def _read(self, store_id: str) -> T:
        with self._warehouse.session(engine="duckdb") as session:
            return self._make(session, store_id)

    def _version(self) -> _Version:
        period = int(self._warehouse.clock().timestamp() // _STALE_AFTER.total_seconds())
        return (period, *lake_versions(self._warehouse, _READ))


def market_prices(warehouse: Warehouse, *, poll_seconds: float) -> ByStore[pa.Table]:
    """Gives, by store, one row for each product on sale, ordered by sku: the columns of `pricing.position`'s market."""

    def read(session: Session, store_id: str) -> pa.Table:
        return read_market(session, store_id, warehouse.clock()).products.sort_by("sku")

    return ByStore(warehouse, read, poll_seconds=poll_seconds)


def positions(warehouse: Warehouse, *, poll_seconds: float) -> ByStore[PricePosition]:
    """Gives the price position by store."""
    return ByStore(
        warehouse,
        lambda session, store_id: price_position(session, store_id, warehouse.clock(), top=_GAPS),
        poll_seconds=poll_seconds,
    )
