"""What every command shares: opening the warehouse, one way to print a result, one way to show progress."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from rich.table import Table

    from warehouse.house import Warehouse
    from warehouse.progress import Progress

Json = Annotated[bool, typer.Option("--json", help="Print the result as JSON, for machines.")]
"""The --json option."""


def open_warehouse() -> Warehouse:
    """The warehouse that the environment names."""
    from warehouse.house import Warehouse

    return Warehouse.open()


def emit(payload: Mapping[str, object], as_json: bool, text: str) -> None:
    """Print the result: `payload` as one JSON object, or `text` for people."""
    typer.echo(json.dumps(payload, default=plain, ensure_ascii=False) if as_json else text)


def in_columns(table: Table) -> str:
    """A table as wide as the terminal; into a pipe or file in full, for there is none to fold it to."""
    from io import StringIO

    from rich.console import Console

    terminal, text = Console(), StringIO()
    Console(file=text, width=terminal.width if terminal.is_terminal else 10_000).print(table, crop=False)
    return "\n".join(line.rstrip() for line in text.getvalue().splitlines())


def plain(value: object) -> object:
    """What JSON cannot hold, as text: decimals, times, paths."""
    if isinstance(value, Decimal | Path):
        return str(value)
    if isinstance(value, datetime | date):
        return value.isoformat()
    raise TypeError(f"{type(value).__name__} has no JSON form")


@contextmanager
def progress() -> Iterator[Progress]:
    """A progress bar on a terminal; a line per stage on standard error elsewhere."""
    if not sys.stderr.isatty():
        stages: set[str] = set()

        def line(stage: str, done: int, total: int | None) -> None:
            if stage not in stages:
                stages.add(stage)
                typer.echo(f"{stage} …", err=True)

        yield line
        return

    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeElapsedColumn
    from rich.progress import Progress as Bars

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Bars(*columns, console=Console(stderr=True), transient=True) as bars:
        tasks = {}

        def bar(stage: str, done: int, total: int | None) -> None:
            if stage not in tasks:
                tasks[stage] = bars.add_task(stage, total=total)
            bars.update(tasks[stage], completed=done, total=total)

        yield bar
