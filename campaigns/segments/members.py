"""Computing a segment: its members, kept in the lake under a version, and the definition kept in the records."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from datetime import date, datetime

import pyarrow as pa

from campaigns.segments.compiler import compile_segment
from campaigns.segments.definition import Segment, segment_from_json
from campaigns.segments.scope import Scope, look_from
from warehouse.house import Warehouse
from warehouse.records import SegmentDefinition
from warehouse.records.audit import add_entry, list_entries
from warehouse.records.definitions import get_definition, list_definitions, save_definition
from warehouse.records.tombstones import erased_customers
from warehouse.session import Session
from warehouse.tables import SEGMENT_MEMBERS

_SOURCES = ("orders", "customers", "consents", "stores")
"""The tables a segment's SQL reads; their versions are part of the version of its members."""

_COMPUTED = "segment computed"


@dataclass(frozen=True)
class Members:
    """A segment as computed.

    `version` names the computation: the same definition over the same data on the same days, with nobody erased in
    between, has the same one. `rows` has `customer_id` and the fields that the conditions speak of, by which one sees
    why each is in. `days` are the calendar days the conditions looked from, by store; `written` how many rows were new
    to the lake.
    """

    segment: Segment
    definition_version: int
    version: str
    computed_at: datetime
    days: dict[str, date]
    currency: str | None
    rows: pa.Table
    written: int


@dataclass(frozen=True)
class Computation:
    """What is known of a segment's newest computation; the members stand in `segment_members` under `version`."""

    segment: str
    definition_version: int
    version: str
    computed_at: datetime
    members: int


def compute(warehouse: Warehouse, segment: Segment, *, engine: str | None = None, actor: str = "command") -> Members:
    """Find the members, keep them and the definition. Doing it again over the same data and days changes nothing.

    Raises:
        InputError: the segment cannot be computed over this data, see `scope`.
    """
    now = warehouse.clock()
    with warehouse.records.reading() as tx:
        # Before the session: whoever is erased in between is out of the rows, and the next computation a new version.
        erased = len(erased_customers(tx))
    with warehouse.session(engine=engine) as session:
        scope = look_from(session, segment.as_of, now=now, store=segment.store)
        needs_currency = any(field.needs_currency for field in segment.fields)
        currency = scope.currency(segment.currency) if needs_currency else None
        version = _version(segment, session, scope, currency, erased)
        question = compile_segment(segment)
        rows = session.ask(question, inputs={"store_days": scope.store_days}, currency=currency).sort_by("customer_id")
    written = _keep(warehouse, segment.name, version, rows, now)
    with warehouse.records.transaction() as tx:
        saved = save_definition(tx, SegmentDefinition, segment.name, segment.as_json(), at=now)
        newest = list_entries(tx, subject=_subject(segment.name), limit=1)
        if not newest or newest[0].detail["version"] != version:
            # The log, not the rows, says which computation is the newest: a segment may have become empty.
            detail = {"version": version, "definition_version": saved.version, "members": rows.num_rows}
            add_entry(tx, at=now, actor=actor, action=_COMPUTED, subject=_subject(segment.name), detail=detail)
    days = {store: day for store, (_, day) in scope.days.items()}
    return Members(segment, saved.version, version, now, days, currency, rows, written)


def saved_segment(warehouse: Warehouse, name: str) -> Segment:
    """The newest definition of a segment that was computed before; NotFound names those there are."""
    with warehouse.records.reading() as tx:
        return segment_from_json(get_definition(tx, SegmentDefinition, name).definition)


def newest_computations(warehouse: Warehouse) -> list[Computation]:
    """The newest computation of every segment, by name."""
    with warehouse.records.reading() as tx:
        found = [
            (definition.name, entry)
            for definition in list_definitions(tx, SegmentDefinition)
            for entry in list_entries(tx, subject=_subject(definition.name), limit=1)
        ]
    return [Computation(segment=name, computed_at=entry.at, **entry.detail) for name, entry in found]


def _subject(name: str) -> str:
    return f"segment {name}"


def _version(segment: Segment, session: Session, scope: Scope, currency: str | None, erased: int) -> str:
    content = {
        "definition": segment.as_json(),
        "tables": {table: session.versions[table] for table in _SOURCES},
        "days": {store: str(day) for store, (_, day) in scope.days.items()},
        "currency": currency,
        "erased": erased,
    }
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()[:16]


def _keep(warehouse: Warehouse, name: str, version: str, rows: pa.Table, now: datetime) -> int:
    members = pa.table(
        {
            "segment": pa.array([name] * rows.num_rows, pa.string()),
            "version": pa.array([version] * rows.num_rows, pa.string()),
            "customer_id": rows["customer_id"],
            "computed_at": pa.array([now] * rows.num_rows, pa.timestamp("us", tz="UTC")),
        }
    )
    return warehouse.lake.append_new(SEGMENT_MEMBERS, members, batch_id=f"segment {name} {version}").written
