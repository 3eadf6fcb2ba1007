"""What the records hold, one class per table."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, ClassVar

from sqlalchemy import JSON, BigInteger, Index, Integer, MetaData, text
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column
from sqlalchemy.types import TypeEngine

from warehouse.records.types import LONGEST_ID, Text, UtcTime

Name = Annotated[str, mapped_column(Text(LONGEST_ID))]
"""An id or name: short enough to be a key on both engines."""

Key = Annotated[str, mapped_column(Text(LONGEST_ID), primary_key=True)]

Json = dict[str, Any]


class Model(DeclarativeBase):
    """The base of all; constraints get names, so that a migration can find them again."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_name)s",
            "uq": "uq_%(table_name)s_%(column_0_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map: ClassVar[dict[Any, TypeEngine[Any]]] = {
        str: Text(),
        datetime: UtcTime(),
        Json: JSON(),
        list[str]: JSON(),
        list[Json]: JSON(),
    }


class Store(Model):
    """A storefront of ours. `timezone` (an IANA name) defines its day."""

    __tablename__ = "stores"

    store_id: Mapped[Key]
    name: Mapped[str]
    country: Mapped[str | None]
    currency: Mapped[str]
    timezone: Mapped[str]
    locale: Mapped[str | None]
    prices_include_tax: Mapped[bool | None]


class Site(Model):
    """A competitor's site and how to crawl it."""

    __tablename__ = "sites"

    site: Mapped[Key]
    definition: Mapped[Json]
    updated_at: Mapped[datetime]


class SourceRecord(Model):
    """A place that files come from by themselves, and how to read them."""

    __tablename__ = "sources"

    name: Mapped[Key]
    definition: Mapped[Json]
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]


class Delivery(Model):
    """What one source handed over at one time, and what became of it. `content_hash` is the SHA-256 of its bytes."""

    __tablename__ = "deliveries"

    source: Mapped[Key]
    delivery: Mapped[Key]
    content_hash: Mapped[Name]
    fetched_at: Mapped[datetime] = mapped_column(index=True)
    imported_at: Mapped[datetime | None]
    outcome: Mapped[Name]
    detail: Mapped[Json]


class ScheduleState(Model):
    """How far a job's schedule is dealt with, per subject, and whether a person has paused it (subject "").

    Of `rule`, the cron and its time zone, the times up to `known_since` are past: run, skipped, or before it was known.
    """

    __tablename__ = "schedule_states"

    job: Mapped[Key]
    subject: Mapped[Key]
    rule: Mapped[str]
    known_since: Mapped[datetime]
    paused: Mapped[bool]


class AlertState(Model):
    """An open finding that a role is told of on a channel, so that it is told once. `detail` is the finding itself."""

    __tablename__ = "alert_states"

    finding: Mapped[Key]
    role: Mapped[Key]
    channel: Mapped[Key]
    detail: Mapped[Json]
    raised_at: Mapped[datetime]
    sent_at: Mapped[datetime | None]


class Definition:
    """A named thing people define in versions; a version never changes. (Shared columns, not a table.)"""

    name: Mapped[Key]
    version: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    definition: Mapped[Json]
    created_at: Mapped[datetime]


class PriceRule(Definition, Model):
    """One version of a rule that proposes prices."""

    __tablename__ = "price_rules"


class SegmentDefinition(Definition, Model):
    """One version of a segment's rule."""

    __tablename__ = "segment_definitions"


class MatchVerdict(Model):
    """What a person decided about an offer and a product. Rows are only ever added; of a pair the last number stands.

    `verdict` is one of `verdicts.VERDICTS`; `pack_ratio` is our units in one unit of the offer. What the offer said
    then is kept beside it, so that a page that turns into another product is noticed.
    """

    __tablename__ = "match_verdicts"

    offer_id: Mapped[Key]
    sku: Mapped[Key]
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    verdict: Mapped[Name]
    pack_ratio: Mapped[float | None]
    note: Mapped[str | None]
    decided_by: Mapped[Name]
    decided_at: Mapped[datetime] = mapped_column(index=True)
    offer_title: Mapped[str | None]
    offer_brand: Mapped[str | None]
    offer_gtin: Mapped[str | None]


class Consent(Model):
    """What a customer allows on a channel now: the newest statement. The history is in the lake."""

    __tablename__ = "consents"

    customer_id: Mapped[Key]
    channel: Mapped[Key]
    granted: Mapped[bool]
    at: Mapped[datetime]
    source: Mapped[str | None]


class Tombstone(Model):
    """A customer whose data was erased: every reader hides what may still stand elsewhere."""

    __tablename__ = "tombstones"

    customer_id: Mapped[Key]
    erased_at: Mapped[datetime]
    purged_at: Mapped[datetime | None]
    """When the nightly purge had removed the last stored byte."""


class Experiment(Model):
    """An A/B test. `variants` is a list of {"name", "weight"}; `status` is draft, running or stopped."""

    __tablename__ = "experiments"

    key: Mapped[Key]
    salt: Mapped[Name]
    variants: Mapped[list[Json]]
    metric: Mapped[Json]
    status: Mapped[Name]
    started_at: Mapped[datetime | None]


class Release(Model):
    """A released artifact; at most one of a kind is current. `manifest` is what its folder must hold."""

    __tablename__ = "releases"
    __table_args__ = (
        Index(
            "uq_releases_current", "kind", unique=True, sqlite_where=text("current"), postgresql_where=text("current")
        ),
    )

    kind: Mapped[Key]
    version: Mapped[Key]
    manifest: Mapped[Json]
    released_at: Mapped[datetime]
    current: Mapped[bool]


class ApiKey(Model):
    """A key to the API. Only the SHA-256 of the secret is kept."""

    __tablename__ = "api_keys"

    key_id: Mapped[Key]
    key_hash: Mapped[Name]
    scopes: Mapped[list[str]]
    label: Mapped[str]
    created_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]


class AuditEntry(Model):
    """Who did what to which thing, and when. The database refuses to change or delete entries."""

    __tablename__ = "audit_entries"

    # SQLite numbers rows by itself only in a column that is INTEGER, no wider.
    id: Mapped[int] = mapped_column(BigInteger().with_variant(Integer, "sqlite"), primary_key=True)
    at: Mapped[datetime] = mapped_column(index=True)
    actor: Mapped[Name]
    action: Mapped[Name]
    subject: Mapped[Name] = mapped_column(index=True)
    detail: Mapped[Json]
