"""`purveyor init`: a home folder with one store in it."""

from __future__ import annotations

from typing import Annotated

import typer

from purveyor.common import Json, emit, open_warehouse


def init(
    store: Annotated[str, typer.Option(help="The store's id, as your shop system names it.")] = "main",
    name: Annotated[str | None, typer.Option(help="Name shown to people; default: the id.")] = None,
    currency: Annotated[str | None, typer.Option(help="ISO 4217 code the store sells in; at first EUR.")] = None,
    timezone: Annotated[str | None, typer.Option(help="IANA time zone; defines a day; at first UTC.")] = None,
    country: Annotated[str | None, typer.Option(help="ISO 3166 two-letter code.")] = None,
    prices_include_tax: Annotated[
        bool | None, typer.Option("--prices-with-tax/--prices-without-tax", help="Whether shown prices include tax.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Make the home folder (PURVEYOR_HOME, default ./.purveyor) and a store in it; run again, it changes what is given.

    Example: purveyor init --store main --currency GBP --timezone Europe/London
    """
    from warehouse.stores import open_store

    with open_warehouse() as warehouse:
        store_row = open_store(
            warehouse,
            store,
            name=name,
            currency=currency,
            timezone=timezone,
            country=country,
            prices_include_tax=prices_include_tax,
        )
        home = warehouse.settings.home
    emit(
        {
            "home": home,
            "store_id": store_row.store_id,
            "name": store_row.name,
            "currency": store_row.currency,
            "timezone": store_row.timezone,
            "country": store_row.country,
            "prices_include_tax": store_row.prices_include_tax,
        },
        as_json,
        f"{home} is ready: store {store_row.store_id}, {store_row.currency}, {store_row.timezone}\n"
        "next: purveyor import orders FILE --map order_id=…,ordered_at=…,sku=…,quantity=…,amount=…",
    )
