"""The stores that the shop file lists, and bringing the records and the lake in line with it."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from warehouse.errors import InputError
from warehouse.records import Store
from warehouse.records.stores import check_country, check_currency, check_timezone, find_store, save_store
from warehouse.settings import Settings
from warehouse.shop_file import section
from warehouse.tables import STORES
from warehouse.yaml_file import Place

if TYPE_CHECKING:
    from warehouse.house import Warehouse

_REQUIRED = ("currency", "timezone")


def listed_stores(settings: Settings) -> list[Store]:
    """The stores in the shop file, in the order written; none where it lists none.

    What a store leaves out is null, its name its id. InputError names the line that cannot be used.
    """
    written = section(settings, "stores")
    return [] if written is None else [_store(place, name) for name, place in written.entries().items()]


def differing_stores(warehouse: Warehouse) -> list[Store]:
    """The listed stores that the records know otherwise or not at all."""
    with warehouse.records.reading() as records:
        return [
            store
            for store in listed_stores(warehouse.settings)
            if (known := find_store(records, store.store_id)) is None or _row(known) != _row(store)
        ]


def apply_listed_stores(warehouse: Warehouse) -> list[Store]:
    """Make the records and the lake hold the listed stores as the file describes them; returns those that changed.

    A store that the file no longer lists stays: its orders are still there.
    """
    listed = listed_stores(warehouse.settings)
    changed = differing_stores(warehouse)
    with warehouse.records.transaction() as records:
        for store in changed:
            save_store(records, **_row(store))
    if listed:  # all of them: an earlier run may have been stopped between the records and the lake
        warehouse.lake.merge(STORES, pa.Table.from_pylist([_row(store) for store in listed], schema=STORES.schema))
    return changed


def _row(store: Store) -> dict[str, Any]:
    return {column.name: getattr(store, column.name) for column in STORES.columns}


def _store(place: Place, store_id: str) -> Store:
    given = place.entries()
    for name in _REQUIRED:
        if name not in given:
            raise place.error(f"{name!r} is missing; add it")
    if not store_id.strip():
        raise place.error("a store needs an id, such as web-de")

    def text(name: str, check: Callable[[str], str] = str) -> str | None:
        if name not in given or given[name].scalar() is None:
            return None
        written = given[name].text()
        try:
            return check(written)
        except InputError as error:
            raise given[name].error(str(error)) from None

    return Store(
        store_id=store_id,
        name=text("name") or store_id,
        currency=text("currency", check_currency),
        timezone=text("timezone", check_timezone),
        country=text("country", check_country),
        locale=text("locale"),
        prices_include_tax=given["prices_include_tax"].yes_no() if text("prices_include_tax") else None,
    )
