"""The stores that rows belong to: known ones, and new ones that the import will open."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING
from zoneinfo import available_timezones

from warehouse.errors import InputError
from warehouse.money import is_currency
from warehouse.records.stores import list_stores
from warehouse.stores import open_store

if TYPE_CHECKING:
    from warehouse.house import Warehouse

DEFAULT_STORE = "main"
"""The id of a shop's first store, where nobody gave it another."""


@dataclass(frozen=True)
class Place:
    """A store: its currency, the time zone of its clocks, and whether its prices include tax."""

    store_id: str
    currency: str
    timezone: str
    prices_include_tax: bool | None = None


@dataclass(frozen=True)
class Said:
    """What the command or the preset said about the rows; None where neither did."""

    currency: str | None = None
    timezone: str | None = None
    country: str | None = None

    def check(self) -> None:
        """InputError where a currency or time zone does not exist."""
        if self.currency is not None and not is_currency(self.currency):
            raise InputError(f"--currency: {self.currency!r} is no currency in use; write an ISO 4217 code such as EUR")
        # 'localtime' is whatever this machine is set to, and so nothing to store.
        if self.timezone is not None and self.timezone not in available_timezones() - {"localtime"}:
            raise InputError(f"--timezone: {self.timezone!r} is no time zone; write an IANA name such as Europe/Berlin")


def known_places(warehouse: Warehouse) -> dict[str, Place]:
    """The stores on record, by id."""
    with warehouse.records.reading() as records:
        return {
            s.store_id: Place(s.store_id, s.currency, s.timezone, s.prices_include_tax) for s in list_stores(records)
        }


def default_store(known: Mapping[str, Place]) -> str:
    """The store of rows that name none, where the command names none either: the only one there is, else `main`."""
    return next(iter(known)) if len(known) == 1 else DEFAULT_STORE


def new_places(store_ids: Iterable[str], known: dict[str, Place], said: Said) -> list[Place]:
    """The stores that are not on record yet, as they would be opened; InputError where too little is said of them."""
    places = []
    for store_id in store_ids:
        if store_id in known:
            continue
        missing = []
        if said.currency is None:
            missing.append("--currency (such as EUR)")
        if said.timezone is None:
            missing.append("--timezone (such as Europe/Berlin)")
        if said.currency is None or said.timezone is None:
            others = f"; the stores there are: {', '.join(sorted(known))} (--store)" if known else ""
            raise InputError(
                f"store {store_id!r} is new; say {' and '.join(missing)}, or make it with purveyor init{others}"
            )
        places.append(Place(store_id, said.currency, said.timezone))
    return places


def open_places(warehouse: Warehouse, places: Iterable[Place], said: Said) -> None:
    """Open the new stores, in the records and in the lake."""
    for place in places:
        open_store(warehouse, place.store_id, currency=place.currency, timezone=place.timezone, country=said.country)
