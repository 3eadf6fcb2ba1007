"""The records: what people decide and what must be transactional, in SQLite or PostgreSQL.

`Records` (opening.py) opens them; models.py says what they hold; each topic has a module of small functions that take
the session of a running transaction, so that several decisions can be one commit.
"""

from __future__ import annotations

from warehouse.records.models import (
    AlertState,
    ApiKey,
    AuditEntry,
    Consent,
    Delivery,
    Experiment,
    MatchVerdict,
    PriceRule,
    Release,
    ScheduleState,
    SegmentDefinition,
    Site,
    SourceRecord,
    Store,
    Tombstone,
)
from warehouse.records.opening import Records

__all__ = [
    "AlertState",
    "ApiKey",
    "AuditEntry",
    "Consent",
    "Delivery",
    "Experiment",
    "MatchVerdict",
    "PriceRule",
    "Records",
    "Release",
    "ScheduleState",
    "SegmentDefinition",
    "Site",
    "SourceRecord",
    "Store",
    "Tombstone",
]
