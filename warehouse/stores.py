"""Stores of ours: kept in the records, published to the lake where questions need them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pyarrow as pa

from warehouse.errors import InputError, NotFound
from warehouse.records import Store
from warehouse.records.stores import find_store, get_store, list_stores, save_store
from warehouse.tables import STORES

if TYPE_CHECKING:
    from warehouse.house import Warehouse


def open_store(
    warehouse: Warehouse,
    store_id: str,
    *,
    name: str | None = None,
    currency: str | None = None,
    timezone: str | None = None,
    country: str | None = None,
    locale: str | None = None,
    prices_include_tax: bool | None = None,
) -> Store:
    """Create the store, or give the one there is these details; what is None keeps what it holds, at first EUR and UTC.

    InputError names a currency, time zone or country that does not exist.
    """
    with warehouse.records.transaction() as records:
        known = find_store(records, store_id)
        store = save_store(
            records,
            store_id,
            name=name or (known.name if known else store_id),
            currency=currency or (known.currency if known else "EUR"),
            timezone=timezone or (known.timezone if known else "UTC"),
            country=country or (known.country if known else None),
            locale=locale or (known.locale if known else None),
            prices_include_tax=prices_include_tax
            if prices_include_tax is not None
            else (known.prices_include_tax if known else None),
        )
        row = {column.name: getattr(store, column.name) for column in STORES.columns}
    warehouse.lake.merge(STORES, pa.Table.from_pylist([row], schema=STORES.schema))
    return store


def chosen_store(warehouse: Warehouse, asked: str | None) -> str:
    """The id of the store asked for, or of the only one there is.

    Raises:
        NotFound: no such store, or none at all.
        InputError: several stores and none asked for.
    """
    with warehouse.records.reading() as records:
        known = [store.store_id for store in list_stores(records)]
        if not known:
            raise NotFound("there is no store yet; make one with `purveyor init --store main`")
        if asked is not None:
            return get_store(records, asked).store_id
    if len(known) > 1:
        raise InputError(
            f"there are several stores, {', '.join(known)}; say which with --store (command) or store_id (API)"
        )
    return known[0]
