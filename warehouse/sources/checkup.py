"""A source tried out: its newest files are imported into a house of their own, which is thrown away."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from warehouse.errors import InputError
from warehouse.house import Warehouse
from warehouse.imports import ImportResult, import_file
from warehouse.imports.kinds import KINDS
from warehouse.imports.mapping import choose_columns
from warehouse.imports.readers import open_source
from warehouse.progress import Progress, quiet
from warehouse.records.stores import list_stores
from warehouse.scratch import scratch_folder
from warehouse.sources.connector import Request, connector_of
from warehouse.sources.definition import Source
from warehouse.sources.fetching import masked, reading_options, time_zone
from warehouse.sources.landing import Arrival, Landing, Missed
from warehouse.sources.ledger import Ledger
from warehouse.sources.readiness import TOPICS, Remark, readiness
from warehouse.stores import open_store

if TYPE_CHECKING:
    from warehouse.session import Session

_ROWS = 5
_PERSONAL = ("email", "phone", "first_name", "last_name", "birth_date", "city", "postal_code")
_TABLES = {
    "products": "select p.*, h.price, h.list_price, h.cost, h.stock "
    "from products p left join product_history h using (sku)"
}


@dataclass(frozen=True)
class Sampled:
    """What trying out a file gave. `columns` is field to column where the file's own columns are taken; `rows` are a
    few of what it becomes, personal fields masked; `problem` is why it cannot be taken, None where it can."""

    kind: str
    file: str
    columns: Mapping[str, str]
    result: ImportResult | None
    rows: list[dict[str, Any]]
    problem: str | None


@dataclass(frozen=True)
class Checkup:
    """What a source brings as it is defined, and what could be done with it and what is there already."""

    source: str
    files: tuple[Sampled, ...]
    remarks: tuple[Remark, ...]


def try_source(warehouse: Warehouse, source: Source, *, progress: Progress = quiet) -> Checkup:
    """Fetch what the source has now (of products snapshots the newest, of interfaces the first page) and try it out.

    Nothing is written, but for a scratch folder that is removed. InputError where the source cannot be reached,
    ConfigError where a secret is not in the environment.
    """
    with scratch_folder(warehouse.settings.scratch, "check") as folder:
        folder.chmod(0o700)
        settings = warehouse.settings.model_copy(
            update={"home": folder / "home", "records_url": None, "engine": "duckdb"}
        )
        with Warehouse.open(settings, clock=warehouse.clock) as trial:
            _copy_stores(warehouse, trial)
            now = warehouse.clock()
            request = Request(
                source,
                Landing(folder / "landing", source.name),
                Ledger((), defined_at=now),
                now,
                time_zone(warehouse, source),
                progress,
                sample=True,
            )
            sampled = tuple(_try(trial, request, found) for found in connector_of(source)(request))
            brought = {table for one in sampled if one.result for table in (one.kind, *one.result.also)}
            with trial.session(engine="duckdb") as tried, warehouse.session(engine="duckdb") as here:
                rows = tuple(replace(one, rows=_rows(tried, one)) for one in sampled)
                remarks = [
                    *readiness(tried, now=now, topics=brought),
                    *readiness(here, now=now, topics=set(TOPICS) - brought),
                ]
    return Checkup(source.name, rows, tuple(remarks))


def _copy_stores(warehouse: Warehouse, trial: Warehouse) -> None:
    with warehouse.records.reading() as records:
        stores = list_stores(records)
    for store in stores:
        open_store(
            trial,
            store.store_id,
            name=store.name,
            currency=store.currency,
            timezone=store.timezone,
            country=store.country,
            locale=store.locale,
            prices_include_tax=store.prices_include_tax,
        )


def _try(trial: Warehouse, request: Request, found: Arrival | Missed) -> Sampled:
    sampled = Sampled(found.kind, found.file, {}, None, [], None)
    if isinstance(found, Missed):
        return replace(sampled, problem=found.reason)
    if found.rows == 0:
        return sampled
    options = reading_options(request.source, found.kind)
    try:
        if "preset" not in options:
            sampled = replace(sampled, columns=_columns(found, options))
        result = import_file(
            trial, found.kind, found.path, observed_at=found.observed_at, progress=request.progress, **options
        )
    except InputError as error:
        # Without the place of the rejects file, which goes with the scratch folder.
        return replace(sampled, problem=masked(str(error).partition(", listed in ")[0]))
    return replace(sampled, result=result)


def _columns(found: Arrival, options: Mapping[str, Any]) -> dict[str, str]:
    file = open_source(found.path, **{name: options[name] for name in ("encoding",) if name in options})
    chosen = choose_columns(KINDS[found.kind], file, options.get("mapping"), None)
    return {field: file.columns[int(place)] for field, place in chosen.items()}


def _rows(session: Session, sampled: Sampled) -> list[dict[str, Any]]:
    if sampled.result is None:
        return []
    rows = session.query(f"{_TABLES.get(sampled.kind, f'select * from {sampled.kind}')} limit {_ROWS}").to_pylist()
    told = [
        name for name in (rows[0] if rows else ()) if name != "month" and any(row[name] is not None for row in rows)
    ]
    return [{name: _masked(name, row[name]) for name in told} for row in rows]


def _masked(name: str, value: Any) -> Any:
    return f"{str(value)[:1]}…" if name in _PERSONAL and value is not None else value
