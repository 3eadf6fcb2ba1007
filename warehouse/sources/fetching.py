"""One fetch of a source: what is new lands, is imported, and what became of it is noted."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime, tzinfo
from hashlib import sha256
from pathlib import Path
from shutil import rmtree
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from warehouse.errors import InputError
from warehouse.exclusive import exclusive
from warehouse.imports import ImportResult, import_file
from warehouse.imports.places import default_store, known_places
from warehouse.imports.rejects import RejectedRows
from warehouse.imports.series import HeldBack, Series
from warehouse.progress import Progress, quiet
from warehouse.records.sources import TAKEN, get_source, list_deliveries, note_delivery
from warehouse.records.types import LONGEST_ID
from warehouse.sources.connector import Request, connector_of
from warehouse.sources.definition import Source, read_definition
from warehouse.sources.landing import Arrival, Landing, Missed
from warehouse.sources.ledger import Ledger, Noted

if TYPE_CHECKING:
    from warehouse.house import Warehouse

_PERSONAL = re.compile(r"[^\s'\"<>,;]+@[^\s'\"<>,;]+|\+?\d([ ()/-]*\d){8,}")
"""Mail addresses and phone numbers: a file's own text may stand in the reason why it cannot be read."""


@dataclass(frozen=True)
class Delivered:
    """A file that a fetch found, and what became of it (`outcome`, of records.sources.OUTCOMES)."""

    kind: str
    file: str
    observed_at: datetime
    outcome: str
    late: bool = False
    """Whether something newer was in already."""
    reason: str | None = None
    counts: Mapping[str, int] | None = None
    """Rows read, written, duplicates and rejected, where it was imported."""
    rejects_file: Path | None = None


@dataclass(frozen=True)
class Fetched:
    """What a fetch found. `waiting` are files that were still being written: they are taken the next time."""

    source: str
    deliveries: tuple[Delivered, ...]
    waiting: tuple[str, ...]


def fetch_source(
    warehouse: Warehouse,
    name: str,
    *,
    retry: bool = False,
    may_shrink: bool = False,
    progress: Progress = quiet,
) -> Fetched:
    """Fetch what the source has that is new, and import it; a file that cannot be taken does not stop the others.

    With `retry` files that were not taken before are tried again though they have not changed; with `may_shrink` a
    products snapshot is taken even if it lacks many products.

    Raises:
        NotFound: no such source.
        InputError: it cannot be reached, or is being fetched by someone else.
        ConfigError: a secret it needs is not in the environment.
    """
    with exclusive(warehouse.settings, f"source {name}") as held:
        if not held:
            raise InputError(f"source {name} is being fetched by another process; wait until that is done")
        with warehouse.records.reading() as records:
            record = get_source(records, name)
            source = read_definition(record)
            ledger = Ledger.read(list_deliveries(records, name), defined_at=record.updated_at)
        now = warehouse.clock()
        request = Request(
            source,
            Landing(warehouse.settings.landing, name),
            ledger,
            now,
            time_zone(warehouse, source),
            progress,
            retry=retry,
        )
        deliveries = tuple(_deliveries(warehouse, request, may_shrink))
        if all(delivery.outcome in TAKEN for delivery in deliveries):
            rmtree(request.landing.folder)
        return Fetched(name, deliveries, tuple(request.waiting))


def time_zone(warehouse: Warehouse, source: Source) -> tzinfo:
    """The time zone of the source's file names: its own, that of its store, or UTC."""
    known = known_places(warehouse)
    store = known.get(source.store or default_store(known))
    name = source.timezone or (store.timezone if store else None)
    return ZoneInfo(name) if name else UTC


def reading_options(source: Source, kind: str) -> dict[str, Any]:
    """How `import_file` is to read the source's files of a kind."""
    options = {
        "preset": source.preset,
        "mapping": source.mapping.get(kind),
        "currency": source.currency,
        "timezone": source.timezone,
        "store": source.store,
        "encoding": source.encoding,
        "decimal": source.decimal,
        "dates": source.dates,
        "skip_rejected": source.skip_rejected,
    }
    return {name: value for name, value in options.items() if value is not None}


def listing_of(warehouse: Warehouse, source: str) -> Path:
    """Where the skus of a source's newest products snapshot are kept."""
    return warehouse.settings.listings / f"{source}.parquet"


def _deliveries(warehouse: Warehouse, request: Request, may_shrink: bool) -> Iterator[Delivered]:
    for found in connector_of(request.source)(request):
        delivered, content_hash = _take(warehouse, request, found, may_shrink)
        _note(warehouse, request, found, delivered, content_hash)
        yield delivered


def _take(warehouse: Warehouse, request: Request, found: Arrival | Missed, may_shrink: bool) -> tuple[Delivered, str]:
    if isinstance(found, Missed):
        return Delivered(found.kind, found.file, found.observed_at, "failed", reason=masked(found.reason)), ""
    snapshot = found.kind == "products" and bool(request.source.snapshot)
    ledger, moment = request.ledger, found.observed_at
    delivered = Delivered(found.kind, found.file, moment, "imported", late=_is_late(ledger, found))
    if found.rows == 0:
        delivered = replace(delivered, counts=dict.fromkeys(("read", "written", "duplicates", "rejected"), 0))
    elif ledger.is_in(found.kind, found.file, found.content_hash, moment, of_its_moment=found.kind == "products"):
        delivered = replace(delivered, outcome="repeated")
    else:
        series = Series(
            ledger.followed_at(found.kind, moment),
            listing_of(warehouse, request.source.name) if snapshot else None,
            may_shrink,
        )
        delivered = _import(warehouse, request, found, series, delivered)
    if delivered.outcome in TAKEN:
        found.path.unlink()
    return delivered, found.content_hash


def _is_late(ledger: Ledger, found: Arrival) -> bool:
    return ledger.followed_at(found.kind, found.observed_at) is not None


def _import(warehouse: Warehouse, request: Request, found: Arrival, series: Series, delivered: Delivered) -> Delivered:
    try:
        result = import_file(
            warehouse,
            found.kind,
            found.path,
            observed_at=found.observed_at,
            series=series,
            progress=request.progress,
            **reading_options(request.source, found.kind),
        )
    except RejectedRows as error:
        # Without the row's own words, which may be personal: those stand in the rejects file.
        reason = f"{error.count:,} rows cannot be taken; mend them, or define the source with --skip-rejected"
        return replace(delivered, outcome="rejected", reason=reason, rejects_file=error.path)
    except HeldBack as error:
        reason = f"{error}; let it through with: purveyor sources accept {request.source.name}"
        return replace(delivered, outcome="held", reason=reason)
    except InputError as error:
        return replace(delivered, outcome="failed", reason=masked(str(error)))
    return replace(delivered, counts=_counts(result), rejects_file=result.rejects_file)


def _counts(result: ImportResult) -> dict[str, int]:
    parts = [result, *result.also.values()]
    names = ("read", "written", "duplicates", "rejected")
    return {name: sum(getattr(part, name) for part in parts) for name in names}


def _note(
    warehouse: Warehouse, request: Request, found: Arrival | Missed, delivered: Delivered, content_hash: str
) -> None:
    """Put what became of a file on record, and into the ledger of this fetch."""
    at = warehouse.clock()
    detail = {name: value for name, value in asdict(delivered).items() if value is not None and name != "outcome"}
    detail |= {"observed_at": delivered.observed_at.astimezone(UTC).isoformat(), "state": dict(found.state)}
    if delivered.rejects_file is not None:
        detail["rejects_file"] = str(delivered.rejects_file)
    with warehouse.records.transaction() as records:
        note_delivery(
            records,
            request.source.name,
            _delivery_id(at, delivered),
            content_hash=content_hash,
            fetched_at=at,
            imported_at=at if delivered.outcome == "imported" else None,
            outcome=delivered.outcome,
            detail=detail,
        )
    request.ledger.add(
        Noted(
            delivered.kind,
            delivered.file,
            content_hash,
            at,
            delivered.observed_at,
            delivered.outcome,
            found.state,
        )
    )


def _delivery_id(at: datetime, delivered: Delivered) -> str:
    """Sorts by time; a name too long for the records is cut and told from others by its hash."""
    name = f"{at:%Y-%m-%dT%H%M%S.%f} {delivered.kind} {delivered.file}"
    if len(name) <= LONGEST_ID:
        return name
    return f"{name[: LONGEST_ID - 17]} {sha256(delivered.file.encode()).hexdigest()[:16]}"


def masked(reason: str) -> str:
    """The reason without mail addresses and phone numbers."""
    return _PERSONAL.sub("…", reason)
