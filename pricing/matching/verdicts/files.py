"""Verdicts out to a CSV file or workbook that people edit, and in again.

Who decided and when goes along, so that verdicts can move to another house. A row that says what stands changes
nothing; one that was decided before what stands is older news and changes nothing either; any other is a new verdict.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from pricing.matching.verdicts.giving import ASKED_PRODUCTS, Known, asked_products, decide_pairs
from pricing.matching.verdicts.review import ASKED_OFFERS, asked
from warehouse.csv_file import as_written, write_csv
from warehouse.errors import InputError
from warehouse.house import Warehouse
from warehouse.imports.readers import FAULT, LINE, Source, open_source
from warehouse.records import MatchVerdict
from warehouse.records.verdicts import Ruling, WrongRuling, newest_verdicts, standing_verdicts
from warehouse.xlsx_file import write_xlsx

_NEEDED = ("offer_id", "sku", "verdict")
_READ = (
    *(*_NEEDED, "pack_ratio", "note", "decided_by", "decided_at"),
    *("offer_title", "offer_brand", "offer_gtin"),
)
"""Columns of a row that are its verdict."""

_COLUMNS = (*_READ, "product_title", "site", "url")
"""Columns of an exported file; the last ones are for the eye alone."""

_AHEAD = timedelta(days=1)
"""How far a decision may lie ahead of the clock: clocks and time zones differ."""


@dataclass(frozen=True)
class VerdictImport:
    """What became of a file's rows: new verdicts, those that stood already, and those older than what stands."""

    written: int
    unchanged: int
    outdated: int


def export_verdicts(warehouse: Warehouse, path: Path) -> int:
    """Write the verdicts that stand to `path`, a workbook where it ends in .xlsx, CSV where in .csv; how many.

    InputError where it ends otherwise: an .xls or .ods that holds CSV opens in no program as it should.
    """
    if path.suffix.lower() not in (".csv", ".xlsx"):
        raise InputError(f"{path}: verdicts are written as .csv or .xlsx; let its name end so")
    with warehouse.records.reading() as tx:
        standing = standing_verdicts(tx)
    with warehouse.session(engine="duckdb") as session:
        offers = session.ask(ASKED_OFFERS, inputs=asked({offer_id for offer_id, _ in standing})).to_pylist()
        products = session.ask(ASKED_PRODUCTS, inputs=asked_products({sku for _, sku in standing})).to_pylist()
    seen = {row["offer_id"]: row for row in offers}
    titled = {row["sku"]: row["title"] for row in products}
    rows = []
    for verdict in standing.values():
        offer = seen.get(verdict.offer_id, {})
        told = {name: getattr(verdict, name) for name in _READ} | {"decided_at": verdict.decided_at.isoformat()}
        rows.append([*told.values(), titled.get(verdict.sku), offer.get("site"), offer.get("url")])
    write = write_xlsx if path.suffix.lower() == ".xlsx" else write_csv
    write(path, _COLUMNS, rows)
    return len(rows)


def import_verdicts(warehouse: Warehouse, path: Path, *, by: str) -> VerdictImport:
    """Take the verdicts of such a file in, all or none; those without `decided_by` and `decided_at` are given by `by`.

    Columns offer_id, sku and verdict must be there, and pack_ratio for verdicts that have one. InputError names the
    line and column of the first fault.
    """
    rows = _read(open_source(path), latest=warehouse.clock() + _AHEAD)
    with warehouse.records.reading() as tx:
        newest = newest_verdicts(tx, {ruling.offer_id for _, ruling in rows})
    new: list[tuple[str, Ruling]] = []
    outdated = 0
    for place, ruling in rows:
        stands = newest.get((ruling.offer_id, ruling.sku))
        if stands is not None and _same(stands, ruling):
            continue
        if stands is not None and ruling.decided_at is not None and ruling.decided_at < stands.decided_at:
            outdated += 1
            continue
        new.append((place, _edited(ruling, stands)))
    with warehouse.session(engine="duckdb") as session:
        known = Known.of(session, {(ruling.offer_id, ruling.sku) for _, ruling in new})
    for place, ruling in new:
        if (lack := known.lacks(ruling)) is not None:
            raise InputError(f"{place}, column {lack[0]}: {lack[1]}; correct it, or leave the row out")
    written = len(decide_pairs(warehouse, [ruling for _, ruling in new], by=by))
    return VerdictImport(written, unchanged=len(rows) - outdated - written, outdated=outdated)


def _same(stands: MatchVerdict, ruling: Ruling) -> bool:
    told = (ruling.verdict, ruling.pack_ratio, ruling.note)
    return told == (stands.verdict, stands.pack_ratio, stands.note)


def _edited(ruling: Ruling, stands: MatchVerdict | None) -> Ruling:
    """A row of an exported file that was edited is decided anew: now, by who brings it, about the page as it is."""
    if stands is None or ruling.decided_at != stands.decided_at:
        return ruling
    return replace(ruling, decided_by=None, decided_at=None, offer_title=None, offer_brand=None, offer_gtin=None)


def _read(source: Source, *, latest: datetime) -> list[tuple[str, Ruling]]:
    """The rows in order, each with its place; a pair stands in one row only."""
    named = {column: at for at, column in enumerate(source.columns) if column in _READ}
    for column in _NEEDED:
        if column not in named:
            raise InputError(
                f"{source.name} has no column {column}; its columns are {', '.join(source.columns[:40])}; write one as "
                "an example with: purveyor match verdicts --output FILE"
            )
    places: dict[tuple[str, str], str] = {}
    found = []
    for place, cells in _rows(source, named):
        ruling = _ruling(place, cells, latest)
        pair = (ruling.offer_id, ruling.sku)
        if pair in places:
            raise InputError(f"{place}, column sku: this pair stands at {places[pair]} too; keep one of the two rows")
        places[pair] = place
        found.append((place, ruling))
    return found


def _rows(source: Source, named: Mapping[str, int]) -> Iterator[tuple[str, dict[str, str | None]]]:
    rows: list[tuple[Any, ...]] = []
    for batch in source.batches:
        lines, faults = batch.column(LINE).to_pylist(), batch.column(FAULT).to_pylist()
        cells = [batch.column(str(at)).to_pylist() for at in named.values()]
        rows += zip(lines, faults, *cells, strict=True)
    rows.sort(key=lambda row: row[0])  # a reader may give those with quotes in them last
    for line, fault, *texts in rows:
        place = f"{source.name} {source.unit} {line}"
        if fault is not None:
            raise InputError(f"{place} {fault}; mend the row")
        cleaned = [as_written(text.strip()) or None if text else None for text in texts]
        if any(cleaned):
            yield place, dict(zip(named, cleaned, strict=True))


def _ruling(place: str, cells: Mapping[str, str | None], latest: datetime) -> Ruling:
    for column in _NEEDED:
        if cells[column] is None:
            raise InputError(f"{place}, column {column}: it is empty")
    told: dict[str, Any] = {column: cells.get(column) for column in _READ}
    try:
        told["pack_ratio"] = _ratio(cells.get("pack_ratio"))
        told["decided_at"] = _moment(cells.get("decided_at"), latest)
        return Ruling(**told)
    except WrongRuling as wrong:
        raise InputError(f"{place}, column {wrong.field}: {wrong.fault}") from None


def _ratio(text: str | None) -> float | None:
    try:
        return float(text.replace(",", ".")) if text else None
    except ValueError:
        raise WrongRuling("pack_ratio", f"{text!r} is no number; write one such as 12 or 0.5") from None


def _moment(text: str | None, latest: datetime) -> datetime | None:
    if not text:
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise WrongRuling("decided_at", f"{text!r} is no time; write 2026-06-01T12:00:00Z, or leave it empty") from None
    if moment.tzinfo is None:
        raise WrongRuling("decided_at", f"{text} has no time zone; add one, such as Z for UTC")
    if moment > latest:
        raise WrongRuling("decided_at", f"{text} is yet to come; correct it, or leave it empty")
    return moment
