"""`purveyor query`: one SELECT over the lake, for people and scripts."""

from __future__ import annotations

import csv
import json
import sys
from datetime import UTC, datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

from purveyor.common import Json, in_columns, open_warehouse, plain

if TYPE_CHECKING:
    import pyarrow as pa

_SHOWN_ROWS = 50


class Format(StrEnum):
    """How rows are printed."""

    table = "table"
    csv = "csv"
    json = "json"


def query(
    sql: Annotated[str, typer.Argument(help="One SELECT in DuckDB's dialect over the lake's tables.")],
    engine: Annotated[str | None, typer.Option(help="duckdb or spark; default: PURVEYOR_ENGINE.")] = None,
    as_of: Annotated[str | None, typer.Option(help="See the lake as it stood then, e.g. 2026-06-01T12:00Z.")] = None,
    format: Annotated[Format, typer.Option(help="How to print the rows.")] = Format.table,
    as_json: Json = False,
) -> None:
    """Ask the lake a question in SQL.

    Example: purveyor query "select count(*) from orders" --format json
    """
    with open_warehouse() as warehouse, warehouse.session(as_of=_moment(as_of), engine=engine) as session:
        rows = session.query(sql)
    if as_json or format is Format.json:
        # One object a line: a pipe can start before the last row is there.
        for row in rows.to_pylist():
            typer.echo(json.dumps(row, default=plain, ensure_ascii=False))
    elif format is Format.csv:
        writer = csv.writer(sys.stdout, lineterminator="\n")
        writer.writerow(rows.schema.names)
        writer.writerows([plain_cell(v) for v in row.values()] for row in rows.to_pylist())
    else:
        _print_table(rows)


def plain_cell(value: object) -> object:
    """A value as CSV holds it: times in ISO format, null empty."""
    return value.isoformat() if isinstance(value, datetime) else value


def _moment(text: str | None) -> datetime | None:
    from warehouse.errors import InputError

    if text is None:
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise InputError(f"--as-of {text!r} is not a time; write it like 2026-06-01T12:00Z") from None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _print_table(rows: pa.Table) -> None:
    from rich.table import Table
    from rich.text import Text

    table = Table(box=None, header_style="bold")
    for name in rows.schema.names:
        table.add_column(Text(name), overflow="fold")
    for row in rows.slice(0, _SHOWN_ROWS).to_pylist():
        # Text, not markup: a product's title may hold square brackets.
        table.add_row(*("–" if v is None else Text(str(plain_cell(v))) for v in row.values()))
    typer.echo(in_columns(table))
    if not rows.num_rows:
        typer.echo("no rows")
    if rows.num_rows > _SHOWN_ROWS:
        typer.echo(f"{_SHOWN_ROWS} of {rows.num_rows} rows shown; use --format csv for all")
