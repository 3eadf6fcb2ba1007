"""`purveyor import`: a file into the warehouse."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from purveyor.common import Json, emit, open_warehouse, progress

if TYPE_CHECKING:
    from warehouse.imports import ImportResult


PRESETS = (
    *("shopify", "woocommerce", "magento", "prestashop", "google-merchant", "yml", "ga4", "klaviyo", "mailchimp"),
    *("ecb", "online-retail"),
)
"""Names of presets, written down here so that help costs no import of the warehouse."""


def import_(
    kind: Annotated[
        str,
        typer.Argument(
            help="What the file holds: orders, products, customers, events, offers, consents, product_history, "
            "promotions, spend or fx_rates."
        ),
    ],
    file: Annotated[Path, typer.Argument(help="A CSV, JSON, XML (each .gz too), XLSX or Parquet file.")],
    preset: Annotated[str | None, typer.Option(help=f"A file known by name: {', '.join(PRESETS)}.")] = None,
    map_: Annotated[
        str | None, typer.Option("--map", metavar="FIELD=COLUMN,...", help="Which columns to take, as which fields.")
    ] = None,
    timezone: Annotated[str | None, typer.Option(help="IANA time zone of times that are written without one.")] = None,
    currency: Annotated[str | None, typer.Option(help="ISO 4217 code of rows that name none.")] = None,
    store: Annotated[
        str | None, typer.Option(help="Store of rows that name none; default: the only one, else main.")
    ] = None,
    observed_at: Annotated[
        str | None, typer.Option(help="From when on the prices of a products file hold; default: now.")
    ] = None,
    encoding: Annotated[
        str | None, typer.Option(help="Of a text file, such as windows-1251; default: detected.")
    ] = None,
    sheet: Annotated[str | None, typer.Option(help="Of a workbook; default: the first.")] = None,
    decimal: Annotated[str | None, typer.Option(help="The decimal mark, . or ,; default: detected.")] = None,
    dates: Annotated[
        str | None, typer.Option(help="What 3/4/2026 is: dmy (April) or mdy (March); default: detected.")
    ] = None,
    skip_rejected: Annotated[
        bool, typer.Option("--skip-rejected", help="Write the good rows even if some are rejected.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Import a file: all of its rows, or none where some cannot be taken (unless --skip-rejected).

    Columns named as the warehouse names its fields are taken as they are; name others with --map. Exports of well-known
    platforms need no map: purveyor import orders orders_export.csv --preset shopify

    Example: purveyor import orders sales.csv --map order_id=No,ordered_at=Date,sku=Article,quantity=Qty,amount=Total
    --currency EUR --timezone Europe/Berlin
    """
    from warehouse.imports import import_file, parse_map

    with open_warehouse() as warehouse, progress() as report:
        result = import_file(
            warehouse,
            kind,
            file,
            preset=preset,
            mapping=parse_map(map_) if map_ is not None else None,
            timezone=timezone,
            currency=currency,
            store=store,
            observed_at=_moment(observed_at),
            encoding=encoding,
            sheet=sheet,
            decimal=decimal,
            dates=dates,
            skip_rejected=skip_rejected,
            progress=report,
        )
    emit(asdict(result), as_json, _text(kind, result))


def _moment(text: str | None) -> datetime | None:
    from warehouse.errors import InputError

    if text is None:
        return None
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        raise InputError(f"--observed-at {text!r} is not a time; write it like 2026-11-30T14:05:00Z") from None


def _text(kind: str, result: ImportResult) -> str:
    counts = [
        f"{result.written} written",
        f"{result.duplicates} there already",
        f"{result.rejected} rejected",
    ]
    lines = [f"{kind}: {result.read} rows read, {', '.join(counts)}", _read_as(result)]
    if result.left_out:
        lines.append(f"left out: {', '.join(f'{reason} {count}' for reason, count in result.left_out.items())}")
    if result.returns is not None:
        lines.append(f"returns: {result.returns} lines")
    if result.without_customer is not None:
        lines.append(f"without a customer: {result.without_customer} rows")
    if result.erased:
        lines.append(f"of erased customers, not written: {result.erased} rows")
    if result.ignored_columns:
        lines.append(f"columns not taken, since no field has such a name: {', '.join(result.ignored_columns)} (--map)")
    if result.rejects_file is not None:
        lines.append(f"rejected rows: {result.rejects_file}")
    lines += [_text(other, told) for other, told in result.also.items()]
    return "\n".join(lines)


def _read_as(result: ImportResult) -> str:
    """How the file was read, such as: read as CSV, encoding cp1251, separator ;, decimal ,"""
    said = dict(result.read_as)
    told = [f"{what} {'tab' if value == chr(9) else value}" for what, value in said.items() if what != "format"]
    return ", ".join([f"read as {said['format']}", *told])
