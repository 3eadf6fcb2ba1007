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


def import_(
    kind: Annotated[
        str,
        typer.Argument(
            help="What the file holds: orders, products, customers, events, offers, consents, product_history, spend "
            "or fx_rates."
        ),
    ],
    file: Annotated[Path, typer.Argument(help="A CSV (.gz too) or Parquet file.")],
    preset: Annotated[str | None, typer.Option(help="A file known by name: online-retail.")] = None,
    map_: Annotated[
        str | None, typer.Option("--map", metavar="FIELD=COLUMN,...", help="Which columns to take, as which fields.")
    ] = None,
    timezone: Annotated[str | None, typer.Option(help="IANA time zone of times that are written without one.")] = None,
    currency: Annotated[str | None, typer.Option(help="ISO 4217 code of rows that name none.")] = None,
    store: Annotated[str | None, typer.Option(help="Store of rows that name none; default: main.")] = None,
    observed_at: Annotated[
        str | None, typer.Option(help="From when on the prices of a products file hold; default: now.")
    ] = None,
    skip_rejected: Annotated[
        bool, typer.Option("--skip-rejected", help="Write the good rows even if some are rejected.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Import a file: all of its rows, or none where some cannot be taken (unless --skip-rejected).

    Columns named as the warehouse names its fields are taken as they are; name others with --map.

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
    lines = [f"{kind}: {result.read} rows read, {', '.join(counts)}"]
    if result.returns is not None:
        lines.append(f"returns: {result.returns} lines")
    if result.without_customer is not None:
        lines.append(f"without a customer: {result.without_customer} rows")
    if result.ignored_columns:
        lines.append(f"columns not taken, since no field has such a name: {', '.join(result.ignored_columns)} (--map)")
    if result.rejects_file is not None:
        lines.append(f"rejected rows: {result.rejects_file}")
    return "\n".join(lines)
