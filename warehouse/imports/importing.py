"""One import from end to end: open, stage, check, and only then write."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from warehouse.errors import InputError
from warehouse.gtin import clean_gtin
from warehouse.imports.defaults import STAMPED, checks, fallbacks
from warehouse.imports.kinds import PRICES, Kind, kind_named
from warehouse.imports.mapping import choose_columns
from warehouse.imports.places import DEFAULT_STORE, Said, known_places, new_places, open_places
from warehouse.imports.plan import Plan, literal
from warehouse.imports.presets import Preset, preset_named
from warehouse.imports.readers import Source, open_source
from warehouse.imports.rejects import write_rejects
from warehouse.imports.staging import Staging, staging
from warehouse.imports.writing import write
from warehouse.offer_ids import canonical_url, offer_id
from warehouse.progress import Progress, quiet

if TYPE_CHECKING:
    from warehouse.house import Warehouse


@dataclass(frozen=True)
class ImportResult:
    """What became of a file's rows: read = written + duplicates + rejected.

    `duplicates` were there already and changed nothing. `returns` (lines of negative quantity) and `without_customer`
    count the rows that were not rejected; None for kinds that have no such thing.
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
    progress: Progress = quiet,
) -> ImportResult:
    """Import a CSV or Parquet file of one of `KINDS`.

    `mapping` is field to column. `timezone` (IANA) is that of times written without one, `currency` (ISO 4217) that of
    rows that name none, `store` the store of rows that name none ("main" by default); a store not known yet is opened
    with them. `observed_at` (aware; default: now) is from when on the prices of a products file hold.

    InputError, with nothing written, where the file cannot be read to its end, lacks a column, or has rows that cannot
    be taken. Those are listed in a file in `rejects` of the home folder; with `skip_rejected` the others are written.
    """
    wanted = kind_named(kind)
    known_as = preset_named(preset, wanted) if preset else None
    said = _said(known_as, currency, timezone)
    now = warehouse.clock()
    prices_from = observed_at or now
    if prices_from.tzinfo is None:
        raise InputError(f"observed-at {prices_from.isoformat()} has no time zone; write it like 2026-11-30T14:05:00Z")
    source = open_source(path)
    positions = choose_columns(wanted, source, mapping, known_as)
    known = known_places(warehouse)
    home = store or (DEFAULT_STORE if _needs_store(wanted, positions) or DEFAULT_STORE in known else None)
    plan = Plan(
        wanted,
        positions,
        zone=literal(said.timezone) if said.timezone else "s.timezone",
        store=literal(home),
        derived=known_as.derived if known_as else {},
        fallbacks=fallbacks(kind, positions, said, home, now),
        checks=checks(kind, positions, now),
        time_format=known_as.time_format if known_as else None,
    )
    with staging(warehouse.settings) as stage:
        read = stage.load(source, progress)
        progress("checking", 0, None)
        opened = new_places(_stores(stage, plan, home), known, said)
        for field, function in (("gtin", clean_gtin), ("url", _canonical_url)):
            if field in plan.lookups:
                stage.look_up(plan, field, function)
        stage.convert(plan, [*known.values(), *opened])
        _stage_rows(stage, plan, source)
        rejected, rejects_file = _reject(stage, source, warehouse.settings.home / "rejects", now, skip_rejected)
        stage.forget_file()
        progress("writing", 0, None)
        open_places(warehouse, opened, said)
        written = write(warehouse, stage, wanted, home or DEFAULT_STORE, prices_from)
        return ImportResult(
            read=read,
            written=written,
            duplicates=read - written - rejected,
            returns=stage.count("staged", "quantity < 0") if kind == "orders" else None,
            without_customer=_without_customer(stage) if kind in ("orders", "events") else None,
            rejected=rejected,
            rejects_file=rejects_file,
            ignored_columns=() if mapping or preset else _ignored(source, positions),
        )


def _said(preset: Preset | None, currency: str | None, timezone: str | None) -> Said:
    said = Said(
        currency or (preset.currency if preset else None),
        timezone or (preset.timezone if preset else None),
        preset.country if preset else None,
    )
    said.check()
    return said


def _needs_store(kind: Kind, positions: Mapping[str, int]) -> bool:
    return kind.into_store == "always" or any(field.name in positions for field in PRICES if field in kind.beside)


def _stores(stage: Staging, plan: Plan, home: str | None) -> list[str]:
    """The stores that the rows name, and the one of those that name none."""
    if "store_id" not in plan.positions:
        return [home] if home is not None else []
    named = stage.distinct_texts(plan, "store_id")
    return [*named, *([home] if home is not None and stage.has_empty_text(plan, "store_id") else [])]


def _stage_rows(stage: Staging, plan: Plan, source: Source) -> None:
    """Give the good rows the ids they lack, and take each once."""
    kind = plan.kind
    content = [field for field in plan.fields if field.name != STAMPED.get(kind.name)]
    if kind.numbered and kind.numbered not in plan.positions:
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
        raise InputError(
            f"{source.name} {source.unit} {rejected.line}: {rejected.reason}; {rows} rejected, listed in {path}; "
            "mend them, or import the rest with --skip-rejected"
        )
    return rejected.count, path


def _without_customer(stage: Staging) -> int:
    if "customer_id" not in stage.columns("staged"):
        return stage.count("staged")
    return stage.count("staged", "customer_id is null")


def _ignored(source: Source, positions: Mapping[str, int]) -> tuple[str, ...]:
    taken = set(positions.values())
    return tuple(name for place, name in enumerate(source.columns) if place not in taken)


def _canonical_url(text: str) -> str | None:
    try:
        return canonical_url(text)
    except ValueError:
        return None
