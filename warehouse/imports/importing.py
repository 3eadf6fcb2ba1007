"""One import from end to end: open, stage, check, and only then write."""

from __future__ import annotations

from collections.abc import Container, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from warehouse.errors import InputError
from warehouse.gtin import clean_gtin
from warehouse.imports.defaults import STAMPED, checks, fallbacks
from warehouse.imports.erased import anonymise_erased, leave_erased_out, open_erased
from warehouse.imports.form import Form, read_notations, told_of
from warehouse.imports.kinds import PRICES, Kind, kind_named
from warehouse.imports.mapping import choose_columns
from warehouse.imports.places import Place, Said, default_store, known_places, new_places, open_places
from warehouse.imports.plan import Plan, literal
from warehouse.imports.presets import Preset, presets_named
from warehouse.imports.readers import Source, open_source
from warehouse.imports.rejects import RejectedRows, write_rejects
from warehouse.imports.series import ALONE, Series
from warehouse.imports.shaping import SHAPED, also_fitting, fitting, shape_rows
from warehouse.imports.staging import Staging, staging
from warehouse.imports.writing import write
from warehouse.offer_ids import canonical_url, offer_id
from warehouse.progress import Progress, quiet
from warehouse.records.tombstones import erased_customers

if TYPE_CHECKING:
    from warehouse.house import Warehouse


@dataclass(frozen=True)
class ImportResult:
    """What became of a file's rows: read = written + duplicates + rejected + erased + those left out.

    `duplicates` were there already and changed nothing. `returns` (lines of negative quantity) and `without_customer`
    count the rows that were not rejected; None for kinds that have no such thing. Where a preset brings a file into
    shape, rows are those that it makes of the file's.
    """

    read: int
    written: int
    duplicates: int
    returns: int | None
    without_customer: int | None
    rejected: int
    rejects_file: Path | None
    ignored_columns: tuple[str, ...]
    """Columns of the file that were not taken, where no map or preset chose them: a misspelt one stands here."""
    left_out: Mapping[str, int] = field(default_factory=dict)
    """What the preset's rules left out, such as test orders: how many, by reason."""
    also: Mapping[str, ImportResult] = field(default_factory=dict)
    """What else the file told, by kind."""
    erased: int = 0
    """Rows that tell of nothing but an erased customer, and so were not written. (Orders and events of such customers
    are, without the customer.)"""
    read_as: Mapping[str, str] = field(default_factory=dict)
    """How the file was read: format, encoding, separator, sheet, decimal mark, order of days and months, as each
    applies; detected where it was not told."""


@dataclass(frozen=True)
class _Request:
    """What `import_file` was asked for."""

    warehouse: Warehouse
    path: Path
    preset: str | None
    mapping: Mapping[str, str] | None
    currency: str | None
    timezone: str | None
    store: str | None
    now: datetime
    prices_from: datetime
    skip_rejected: bool
    series: Series
    form: Form
    progress: Progress


@dataclass(frozen=True)
class _Staged:
    """Rows of one kind, ready to be written."""

    kind: Kind
    stage: Staging
    said: Said
    store: str
    opened: list[Place]
    whole_orders: bool
    result: ImportResult
    """As it will be, but for what was written."""


def import_file(
    warehouse: Warehouse,
    kind: str,
    path: Path,
    *,
    preset: str | None = None,
    mapping: Mapping[str, str] | None = None,
    timezone: str | None = None,
    currency: str | None = None,
    store: str | None = None,
    observed_at: datetime | None = None,
    skip_rejected: bool = False,
    series: Series = ALONE,
    encoding: str | None = None,
    sheet: str | None = None,
    decimal: str | None = None,
    dates: str | None = None,
    progress: Progress = quiet,
) -> ImportResult:
    """Import a file of one of `KINDS`, and what else its preset finds in it.

    `preset` names a well-known file (`PRESETS`); `mapping` is field to column. `timezone` (IANA) is that of times
    written without one, `currency` (ISO 4217) that of rows that name none, `store` the store of rows that name none (by
    default the only one there is, else "main"); a store not known yet is opened with them. `observed_at` (aware;
    default: now) is from when on the prices of a products file hold. `series` says where the file stands among others
    of its source.

    How the file is written is detected, and told in `read_as`; `encoding`, `sheet` (of a workbook), `decimal` ("." or
    ",") and `dates` ("dmy" or "mdy") say it where that is needed.

    InputError, with nothing written, where the file cannot be read to its end, lacks a column, or has rows that cannot
    be taken. Those are listed in a file in `rejects` of the home folder; with `skip_rejected` the others are written.
    """
    wanted = kind_named(kind)
    form = Form.told(encoding, sheet, decimal, dates)
    forms = presets_named(preset, kind) if preset else []
    now = warehouse.clock()
    prices_from = observed_at or now
    if prices_from.tzinfo is None:
        raise InputError(f"observed-at {prices_from.isoformat()} has no time zone; write it like 2026-11-30T14:05:00Z")
    asked = _Request(
        warehouse,
        path,
        preset,
        mapping,
        currency,
        timezone,
        store,
        now,
        prices_from,
        skip_rejected,
        series,
        form,
        progress,
    )
    with ExitStack() as stages:
        source = _open(asked)
        known_as = fitting(forms, source) if forms else None
        first = _prepare(asked, wanted, known_as, source, stages)
        others = [
            _prepare(asked, kind_named(other.kind), other, _open(asked), stages)
            for other in (also_fitting(known_as, source) if known_as else ())
        ]
        result = _write(asked, first)
        return replace(result, also={other.kind.name: _write(asked, other) for other in others})


def _open(asked: _Request) -> Source:
    return open_source(asked.path, encoding=asked.form.encoding, sheet=asked.form.sheet)


def _prepare(asked: _Request, kind: Kind, known_as: Preset | None, source: Source, stages: ExitStack) -> _Staged:
    """Read and check the file as one kind."""
    warehouse, now = asked.warehouse, asked.now
    said = _said(known_as, asked.currency, asked.timezone)
    shape = known_as.shape if known_as else None
    if shape is not None and asked.mapping:
        raise InputError(f"preset {asked.preset} knows where everything stands; leave --map away")
    cells = choose_columns(kind, source, asked.mapping, known_as) if shape is None else {}
    known = known_places(warehouse)
    usual = asked.store or default_store(known)
    stage = stages.enter_context(staging(warehouse.settings))
    stage.open_stores(known.values())
    with warehouse.records.reading() as records:
        open_erased(stage, erased_customers(records))
    read = stage.load(source, asked.progress)
    asked.progress("checking", 0, None)
    left_out: Mapping[str, int] = {}
    read_as = dict(source.read_as)
    if shape is not None:
        shaped = shape_rows(
            warehouse,
            stage,
            shape,
            source,
            kind,
            store=usual,
            now=asked.prices_from,
            decimal=asked.form.decimal,
        )
        cells, left_out = {name: name for name in shaped.fields}, shaped.left_out
        read_as |= told_of("decimal", shaped.decimals)
        read = stage.count(SHAPED) + sum(left_out.values())
    home = usual if asked.store or usual in known or _needs_store(kind, cells) else None
    plan = Plan(
        kind,
        cells,
        zone=literal(said.timezone) if said.timezone else "s.timezone",
        store=literal(home),
        derived=known_as.derived if known_as else {},
        fallbacks=fallbacks(kind.name, cells, said, home, now),
        checks=checks(kind.name, cells, now),
        time_format=known_as.time_format if known_as else None,
        relation=SHAPED if shape is not None else "raw",
    )
    plan, notations = read_notations(stage, plan, source, asked.form)
    opened = new_places(_stores(stage, plan, home), known, said)
    stage.open_stores(opened)
    for field_name, function in (("gtin", clean_gtin), ("url", _canonical_url)):
        if field_name in plan.lookups:
            stage.look_up(plan, field_name, function)
    stage.convert(plan)
    erased = leave_erased_out(stage, kind.table)
    _stage_rows(stage, plan, source)
    anonymise_erased(stage, kind.table)
    rejected, rejects_file = _reject(stage, source, warehouse.settings.home / "rejects", now, asked.skip_rejected)
    stage.forget_file()
    result = ImportResult(
        read=read,
        written=0,
        duplicates=read - rejected - erased - sum(left_out.values()),
        returns=stage.count("staged", "quantity < 0") if kind.name == "orders" else None,
        without_customer=_without_customer(stage) if kind.name in ("orders", "events") else None,
        rejected=rejected,
        rejects_file=rejects_file,
        ignored_columns=() if asked.mapping or known_as else _ignored(source, cells),
        left_out=left_out,
        erased=erased,
        read_as=read_as | notations,
    )
    whole_orders = shape is not None and shape.whole_orders
    return _Staged(kind, stage, said, usual, opened, whole_orders, result)


def _write(asked: _Request, staged: _Staged) -> ImportResult:
    asked.progress("writing", 0, None)
    open_places(asked.warehouse, staged.opened, staged.said)
    staged.stage.give_way()
    written = write(
        asked.warehouse,
        staged.stage,
        staged.kind,
        staged.store,
        asked.prices_from,
        whole_orders=staged.whole_orders,
        series=asked.series,
    )
    return replace(staged.result, written=written, duplicates=staged.result.duplicates - written)


def _said(preset: Preset | None, currency: str | None, timezone: str | None) -> Said:
    said = Said(
        currency or (preset.currency if preset else None),
        timezone or (preset.timezone if preset else None),
        preset.country if preset else None,
    )
    said.check()
    return said


def _needs_store(kind: Kind, fields: Container[str]) -> bool:
    return kind.into_store == "always" or any(price.name in fields for price in PRICES if price in kind.beside)


def _stores(stage: Staging, plan: Plan, home: str | None) -> list[str]:
    """The stores that the rows name, and the one of those that name none."""
    if "store_id" not in plan.cells:
        return [home] if home is not None else []
    named = stage.distinct_texts(plan, "store_id")
    return [*named, *([home] if home is not None and stage.has_empty_text(plan, "store_id") else [])]


def _stage_rows(stage: Staging, plan: Plan, source: Source) -> None:
    """Give the good rows the ids they lack, and take each once."""
    kind = plan.kind
    content = [field for field in plan.fields if field.name != STAMPED.get(kind.name)]
    if kind.numbered and kind.numbered not in plan.cells:
        identity = [field for field in content if not kind.identity or field.name in kind.identity]
        stage.stage_numbered(kind.numbered, identity, [field for field in content if field not in identity])
        return
    if kind.name == "offers":
        stage.identify(offer_id, ("site", "url", "seller", "variant", "condition"), "offer_id")
        # By the moment of observation: a corrected file replaces what it corrects.
        stage.fill("crawl_id", "'import-' || strftime(observed_at, '%Y%m%dT%H%M%S')")
    stage.stage_keyed(kind.table.key, source.unit)


def _reject(
    stage: Staging, source: Source, folder: Path, now: datetime, skip_rejected: bool
) -> tuple[int, Path | None]:
    """List the rejected rows in a file, where there are any; refuse to go on unless they may be skipped."""
    rejected = stage.rejected()
    if rejected is None:
        return 0, None
    path = write_rejects(stage, source, folder, now)
    if not skip_rejected:
        rows = "1 row" if rejected.count == 1 else f"{rejected.count} rows"
        raise RejectedRows(
            f"{source.name} {source.unit} {rejected.line}: {rejected.reason}; {rows} rejected, listed in {path}; "
            "mend them, or import the rest with --skip-rejected",
            rejected.count,
            path,
        )
    return rejected.count, path


def _without_customer(stage: Staging) -> int:
    if "customer_id" not in stage.columns("staged"):
        return stage.count("staged")
    return stage.count("staged", "customer_id is null")


def _ignored(source: Source, cells: Mapping[str, str]) -> tuple[str, ...]:
    taken = set(cells.values())
    return tuple(name for place, name in enumerate(source.columns) if str(place) not in taken)


def _canonical_url(text: str) -> str | None:
    try:
        return canonical_url(text)
    except ValueError:
        return None
