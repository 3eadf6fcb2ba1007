"""The storefronts of ours."""

from __future__ import annotations

import re

from sqlalchemy import select
from sqlalchemy.orm import Session

from warehouse.clock import is_timezone
from warehouse.errors import InputError, NotFound
from warehouse.money import is_currency
from warehouse.records.models import Store

_COUNTRY = re.compile("[A-Z]{2}")


def save_store(
    tx: Session,
    store_id: str,
    *,
    name: str,
    currency: str,
    timezone: str,
    country: str | None = None,
    locale: str | None = None,
    prices_include_tax: bool | None = None,
) -> Store:
    """Create the store or replace its details; InputError names what cannot be."""
    if not store_id.strip():
        raise InputError("a store needs an id, such as 'web-de'")
    try:
        check_currency(currency)
        check_timezone(timezone)
        if country is not None:
            check_country(country)
    except InputError as error:
        raise InputError(f"store {store_id!r}: {error}") from None
    store = Store(
        store_id=store_id,
        name=name,
        country=country,
        currency=currency,
        timezone=timezone,
        locale=locale,
        prices_include_tax=prices_include_tax,
    )
    saved = tx.merge(store)
    tx.flush()
    return saved


def find_store(tx: Session, store_id: str) -> Store | None:
    """The store, or None."""
    return tx.get(Store, store_id)


def get_store(tx: Session, store_id: str) -> Store:
    """The store; NotFound names those there are."""
    store = find_store(tx, store_id)
    if store is None:
        known = ", ".join(s.store_id for s in list_stores(tx)) or "none yet"
        raise NotFound(f"there is no store {store_id!r}; known stores: {known}")
    return store


def list_stores(tx: Session) -> list[Store]:
    """All stores by id."""
    return list(tx.scalars(select(Store).order_by(Store.store_id)))


def check_currency(code: str) -> str:
    """The code, where it is a currency's; else InputError."""
    if not is_currency(code):
        raise InputError(f"{code!r} is no currency in use; write an ISO 4217 code such as EUR")
    return code


def check_timezone(name: str) -> str:
    """The name, where it is a time zone's; else InputError."""
    if not is_timezone(name):
        raise InputError(f"{name!r} is no time zone; write an IANA name such as Europe/Berlin")
    return name


def check_country(code: str) -> str:
    """The code, where it has the form of a country's; else InputError."""
    if not _COUNTRY.fullmatch(code):
        raise InputError(f"{code!r} is no country; write an ISO 3166 code such as DE")
    return code
