"""`purveyor init`: a shop's folder with its shop file, or a store in the home folder there is."""

from __future__ import annotations

import os
import shlex
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from purveyor.common import Json, emit, open_warehouse

if TYPE_CHECKING:
    from warehouse.house import Warehouse
    from warehouse.records import Store
    from warehouse.settings import Settings

Given = dict[str, str | bool | None]
"""A store's details by name; None is not given."""

_NEXT = "purveyor import orders FILE --map order_id=…,ordered_at=…,sku=…,quantity=…,amount=…"


def init(
    folder: Annotated[Path | None, typer.Argument(help="Make this folder, with a purveyor.yaml to edit.")] = None,
    store: Annotated[str | None, typer.Option(help="The store's id, as your shop system names it; at first main.")] = (
        None
    ),
    name: Annotated[str | None, typer.Option(help="Name shown to people; default: the id.")] = None,
    currency: Annotated[str | None, typer.Option(help="ISO 4217 code the store sells in; at first EUR.")] = None,
    timezone: Annotated[str | None, typer.Option(help="IANA time zone; defines a day; at first UTC.")] = None,
    country: Annotated[str | None, typer.Option(help="ISO 3166 two-letter code.")] = None,
    prices_include_tax: Annotated[
        bool | None, typer.Option("--prices-with-tax/--prices-without-tax", help="Whether shown prices include tax.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Make a folder for a shop, with its shop file purveyor.yaml; on a terminal it asks what is not given.

    Run again in that folder, it takes over what was changed below `stores:`. Without a folder and a shop file it makes
    the home folder (PURVEYOR_HOME, default ./.purveyor) and a store in it, or changes what is given.

    Example: purveyor init myshop --store web --currency GBP --timezone Europe/London --prices-with-tax
    """
    given: Given = {
        "name": name,
        "currency": currency,
        "timezone": timezone,
        "country": country,
        "prices_include_tax": prices_include_tax,
    }
    if folder is not None:
        _new_shop(folder, store, given, as_json)
        return
    with open_warehouse() as warehouse:
        if _lists_stores(warehouse):
            _refuse_options(warehouse.settings.shop_file, store, given)
            _apply(warehouse, as_json)
        else:
            _one_store(warehouse, store or "main", given, as_json)


def _new_shop(folder: Path, store: str | None, given: Given, as_json: bool) -> None:
    from purveyor.shop_template import shop_file_text
    from warehouse.errors import ConfigError, InputError, PurveyorError
    from warehouse.house import Warehouse
    from warehouse.settings import Settings
    from warehouse.shop_file import NAME

    for variable in ("PURVEYOR_HOME", "PURVEYOR_SHOP_FILE"):
        if os.environ.get(variable):
            raise ConfigError(
                f"{variable} is set to {os.environ[variable]} and would win over the new shop's own; unset it first"
            )
    file = folder.absolute() / NAME
    if file.exists():
        _refuse_options(file, store, given)
    else:
        _refuse_demo(file.parent / ".purveyor")
        store_id, details = _asked(store, given) if sys.stdin.isatty() else _required(store, given)
        title = folder.absolute().name
        text = shop_file_text(title if title.isprintable() else store_id, store_id, details)
        try:
            file.parent.mkdir(parents=True, exist_ok=True)
            with file.open("x", encoding="utf-8") as opened:
                opened.write(text)
        except OSError as error:
            raise InputError(f"{file} cannot be written ({error.strerror}); name another folder") from None
        try:
            Settings.load(file.parent)
        except PurveyorError:
            file.unlink()
            raise
    with Warehouse.open(Settings.load(file.parent)) as warehouse:
        _refuse_demo(warehouse.settings.home)
        _apply(warehouse, as_json)


def _lists_stores(warehouse: Warehouse) -> bool:
    from warehouse.shop_file import section

    return section(warehouse.settings, "stores") is not None


def _refuse_options(file: Path | None, store: str | None, given: Given) -> None:
    from warehouse.errors import InputError

    if store is not None or any(value is not None for value in given.values()):
        raise InputError(f"the stores are listed in {file}; edit it and run `purveyor init` there without options")


def _refuse_demo(home: Path) -> None:
    from purveyor.demo import MARKER
    from warehouse.errors import ConfigError

    if (home / MARKER).exists():
        raise ConfigError(f"{home} belongs to the demo, which empties it; choose another folder or home")


def _required(store: str | None, given: Given) -> tuple[str, Given]:
    """The details from the options alone: there is nobody to ask."""
    from warehouse.errors import InputError

    options = {
        "currency": "--currency",
        "timezone": "--timezone",
        "prices_include_tax": "--prices-with-tax or --prices-without-tax",
    }
    missing = [option for name, option in options.items() if given[name] is None]
    if missing:
        raise InputError(f"there is no terminal to ask on; give {', '.join(missing)}")
    store_id = _checked_id(store or "main")
    for name, check in _checks().items():
        if given[name] is not None:
            check(str(given[name]))
    return store_id, {**given, "name": given["name"] or store_id}


def _asked(store: str | None, given: Given) -> tuple[str, Given]:
    """The details, those not given asked for on the terminal with the machine's own as defaults."""
    from purveyor.machine import suggest

    suggested = suggest()
    checks = _checks()
    store_id = _checked_id(store) if store is not None else _ask("Id of the store", "main", _checked_id)

    def detail(name: str, question: str, default: str | None) -> str:
        value = given[name]
        return checks[name](str(value)) if value is not None else _ask(question, default, checks[name])

    name = detail("name", "Its name", store_id)
    currency = detail("currency", "Currency it sells in (ISO 4217, such as EUR)", suggested.currency)
    timezone = detail("timezone", "Time zone, which defines its day (such as Europe/Berlin)", suggested.timezone)
    country = detail("country", "Country (ISO 3166, such as DE)", suggested.country)
    tax = given["prices_include_tax"]
    if tax is None:
        tax = typer.confirm("Do its prices include tax?", default=suggested.prices_include_tax, err=True)
    return store_id, {
        "name": name,
        "currency": currency,
        "timezone": timezone,
        "country": country,
        "prices_include_tax": tax,
    }


def _ask(question: str, default: str | None, check: Callable[[str], str]) -> str:
    """The answer to a question, asked again until it can be used."""
    from warehouse.errors import InputError

    while True:
        answer = str(typer.prompt(question, default=default, err=True)).strip()
        try:
            return check(answer)
        except InputError as error:
            typer.echo(f"  {error}", err=True)


def _checks() -> dict[str, Callable[[str], str]]:
    from warehouse.records.stores import check_country, check_currency, check_timezone

    return {"name": _printable, "currency": check_currency, "timezone": check_timezone, "country": check_country}


def _printable(text: str) -> str:
    from warehouse.errors import InputError

    if not text.strip() or not text.isprintable():
        raise InputError(f"{text!r} is no name; write one line of text")
    return text


def _checked_id(text: str) -> str:
    from warehouse.records.types import LONGEST_ID

    return _printable(text)[:LONGEST_ID]


def _apply(warehouse: Warehouse, as_json: bool) -> None:
    """Bring the records in line with the shop file, and say what changed."""
    from warehouse.listed_stores import apply_listed_stores
    from warehouse.records.stores import list_stores

    changed = [store.store_id for store in apply_listed_stores(warehouse)]
    with warehouse.records.reading() as records:
        stores = list_stores(records)
    settings = warehouse.settings
    lines = [f"{settings.home} is ready, set up by {settings.shop_file}"]
    lines += [f"store {_line(store)}{' (new or changed)' if store.store_id in changed else ''}" for store in stores]
    emit(
        {
            "shop_file": settings.shop_file,
            "home": settings.home,
            "stores": [_details(store) for store in stores],
            "changed": changed,
        },
        as_json,
        "\n".join([*lines, _next(settings)]),
    )


def _one_store(warehouse: Warehouse, store: str, given: Given, as_json: bool) -> None:
    """A store in a home that no shop file governs."""
    from warehouse.stores import open_store

    row = open_store(
        warehouse,
        store,
        name=_text(given["name"]),
        currency=_text(given["currency"]),
        timezone=_text(given["timezone"]),
        country=_text(given["country"]),
        prices_include_tax=bool(given["prices_include_tax"]) if given["prices_include_tax"] is not None else None,
    )
    home = warehouse.settings.home
    emit({"home": home, **_details(row)}, as_json, f"{home} is ready: store {_line(row)}\n{_next(warehouse.settings)}")


def _next(settings: Settings) -> str:
    """What to do next; commands find a shop file only in its folder or below it."""
    folder = settings.shop_file.parent if settings.shop_file else Path.cwd()
    away = not Path.cwd().is_relative_to(folder)
    return f"next: {f'cd {shlex.quote(str(folder))}, then ' if away else ''}{_NEXT}"


def _text(value: str | bool | None) -> str | None:
    return None if value is None else str(value)


def _line(store: Store) -> str:
    return f"{store.store_id}, {store.currency}, {store.timezone}"


def _details(store: Store) -> dict[str, object]:
    return {
        "store_id": store.store_id,
        "name": store.name,
        "currency": store.currency,
        "timezone": store.timezone,
        "country": store.country,
        "prices_include_tax": store.prices_include_tax,
    }
