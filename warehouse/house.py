"""The warehouse, opened: lake, records and artifacts of one home folder."""

from __future__ import annotations

import os
from datetime import datetime
from types import TracebackType

import pyarrow as pa

from warehouse.artifacts import Artifacts
from warehouse.clock import Clock, utc_now
from warehouse.errors import ConfigError
from warehouse.lake import Lake
from warehouse.records import Records
from warehouse.records.tombstones import add_tombstone, erased_customers
from warehouse.session import Session
from warehouse.settings import Settings
from warehouse.tables import STRING


class Warehouse:
    """Where every room reads and writes. Close it, or use it in a `with` statement."""

    def __init__(self, settings: Settings, lake: Lake, records: Records, artifacts: Artifacts, clock: Clock) -> None:
        self.settings = settings
        self.lake = lake
        self.records = records
        self.artifacts = artifacts
        self.clock = clock

    @classmethod
    def open(cls, settings: Settings | None = None, *, clock: Clock = utc_now) -> Warehouse:
        """Open the home folder, making it and migrating the records where needed."""
        settings = settings or Settings.load()
        try:
            settings.home.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise ConfigError(
                f"home folder {settings.home} cannot be made ({error.strerror}); set PURVEYOR_HOME"
            ) from None
        if not os.access(settings.home, os.W_OK):
            raise ConfigError(f"home folder {settings.home} cannot be written to; set PURVEYOR_HOME to one that can")
        lake = Lake(settings.lake, memory_limit=settings.memory_limit)
        records = Records.open(settings.records)
        return cls(settings, lake, records, Artifacts(settings.artifacts, records, clock), clock)

    def session(self, *, as_of: datetime | None = None, engine: str | None = None) -> Session:
        """A session over the lake as it stands, or stood at `as_of`; erased customers stay erased in either."""
        with self.records.reading() as records:
            erased = pa.table({"customer_id": pa.array(erased_customers(records), STRING)})
        return Session(self.lake, self.settings, erased, as_of=as_of, engine=engine)

    def erase(self, customer_id: str, *, actor: str = "operator") -> None:
        """Hide a customer from every reader at once. What is stored goes with the nightly purge."""
        from warehouse.backup.erasures import note_erasure

        at = self.clock()
        with self.records.transaction() as records:
            add_tombstone(records, customer_id, at, actor=actor)
        note_erasure(self.settings, customer_id, at)

    def close(self) -> None:
        """Let go of the records' connections."""
        self.records.close()

    def __enter__(self) -> Warehouse:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
