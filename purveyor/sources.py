"""`purveyor sources`: what comes by itself, and what became of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from purveyor.common import Json, emit, open_warehouse, progress
from purveyor.connect import print_checkup

if TYPE_CHECKING:
    from warehouse.sources.fetching import Fetched

app = typer.Typer(help="See, try, fetch and remove sources.", no_args_is_help=True)

Name = Annotated[str, typer.Argument(help="The source, as `purveyor sources list` names it.")]

_SHOWN = 30


@app.command("list")
def list_(as_json: Json = False) -> None:
    """List the sources, and when each last brought something new.

    Example: purveyor sources list
    """
    from warehouse.records.sources import last_delivery, late_sources, list_sources

    with open_warehouse() as warehouse, warehouse.records.reading() as records:
        late = {source.name for source in late_sources(records, warehouse.clock())}
        sources: list[dict[str, Any]] = []
        for record in list_sources(records):
            last = last_delivery(records, record.name)
            sources.append(
                {
                    "name": record.name,
                    "type": record.definition["type"],
                    "kinds": list(record.definition["files"]),
                    "imported_at": last.imported_at if last else None,
                    "late": record.name in late,
                }
            )
    text = "\n".join(
        f"{s['name']:<16} {s['type']:<14} {', '.join(s['kinds']):<30} "
        + (f"last import {s['imported_at']:%Y-%m-%d %H:%M} UTC" if s["imported_at"] else "nothing imported yet")
        + (", LATE" if s["late"] else "")
        for s in sources
    )
    emit({"sources": sources}, as_json, text or "no sources yet; define one with: purveyor connect")


@app.command()
def show(name: Name, as_json: Json = False) -> None:
    """Show how a source is defined, and what became of the files that it brought last.

    Example: purveyor sources show erp
    """
    from warehouse.records.sources import get_source, list_deliveries

    with open_warehouse() as warehouse, warehouse.records.reading() as records:
        definition = get_source(records, name).definition
        deliveries = list_deliveries(records, name, limit=_SHOWN)
    shown: list[dict[str, Any]] = [
        {"fetched_at": d.fetched_at, "outcome": d.outcome, **{k: v for k, v in d.detail.items() if k != "state"}}
        for d in deliveries
    ]
    lines = [f"{field.replace('_', ' ')}: {value}" for field, value in definition.items()]
    lines += [
        f"{d['fetched_at']:%Y-%m-%d %H:%M} {d['outcome']:<9} {d['kind']} {d['file']}"
        + (", late" if d.get("late") else "")
        + (f", {d['counts']['written']:,} of {d['counts']['read']:,} rows new" if d.get("counts") else "")
        + (f": {d['reason']}" if d.get("reason") else "")
        for d in shown
    ]
    emit({"name": name, "definition": definition, "deliveries": shown}, as_json, "\n".join(lines))


@app.command()
def check(name: Name, as_json: Json = False) -> None:
    """Try a source out: what it brings, and what can be done with that and what is there. Writes nothing.

    Example: purveyor sources check erp
    """
    from warehouse.sources.checkup import try_source
    from warehouse.sources.definition import load_source

    with open_warehouse() as warehouse, progress() as report:
        with warehouse.records.reading() as records:
            source = load_source(records, name)
        checkup = try_source(warehouse, source, progress=report)
    print_checkup(checkup, as_json)


@app.command()
def fetch(name: Name, as_json: Json = False) -> None:
    """Fetch a source now: what is new, and what could not be taken before.

    Example: purveyor sources fetch erp
    """
    from warehouse.sources.fetching import fetch_source

    with open_warehouse() as warehouse, progress() as report:
        fetched = fetch_source(warehouse, name, retry=True, progress=report)
    _print_fetched(fetched, as_json)


@app.command()
def accept(name: Name, as_json: Json = False) -> None:
    """Take what was held back, such as a snapshot that lacks many products.

    Example: purveyor sources accept erp
    """
    from warehouse.sources import keeping

    with open_warehouse() as warehouse, progress() as report:
        fetched = keeping.accept(warehouse, name, progress=report)
    _print_fetched(fetched, as_json)


@app.command()
def remove(name: Name, as_json: Json = False) -> None:
    """Forget a source. What it brought stays.

    Example: purveyor sources remove erp
    """
    from warehouse.sources import keeping

    with open_warehouse() as warehouse:
        keeping.remove(warehouse, name)
    emit({"source": name}, as_json, f"source {name} is removed; what it brought stays")


def _print_fetched(fetched: Fetched, as_json: bool) -> None:
    from dataclasses import asdict

    from warehouse.records.sources import TAKEN

    lines = [
        f"{d.outcome}: {d.kind} {d.file}"
        + (", older than what was there" if d.late else "")
        + (f", {d.counts['written']:,} of {d.counts['read']:,} rows new" if d.counts else "")
        + (f": {d.reason}" if d.reason else "")
        + (f" (rejected rows: {d.rejects_file})" if d.rejects_file else "")
        for d in fetched.deliveries
    ]
    lines += [f"still being written, taken next time: {file}" for file in fetched.waiting]
    emit(asdict(fetched), as_json, "\n".join(lines) or "nothing new")
    if any(d.outcome not in TAKEN for d in fetched.deliveries):
        raise typer.Exit(1)
