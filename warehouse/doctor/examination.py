"""One examination: the house, the moment, and one view of the lake that all checks share."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from functools import cached_property

from sqlalchemy.orm import Session as RecordsSession

from warehouse.doctor.findings import Finding
from warehouse.doctor.questions import TOTALS
from warehouse.house import Warehouse
from warehouse.jobs.job import Job
from warehouse.session import Session


class Examination:
    """What a check may look at. `jobs` are all there are, where the caller knows them."""

    def __init__(self, warehouse: Warehouse, records: RecordsSession, jobs: Sequence[Job] = ()) -> None:
        self.warehouse = warehouse
        self.settings = warehouse.settings
        self.records = records
        self.jobs = jobs
        self.now: datetime = warehouse.clock()

    @cached_property
    def session(self) -> Session:
        """The lake as it stands. Opened when first needed: LakeError where it cannot be."""
        # Small questions: another engine would take longer to start than they take to answer.
        return self.warehouse.session(engine="duckdb")

    @cached_property
    def totals(self) -> dict[str, int]:
        """How many rows there are, by what they are (see totals.sql)."""
        return {row["name"]: row["rows"] for row in self.session.ask(TOTALS, now=self.now).to_pylist()}

    def close(self) -> None:
        """Let go of the lake, where it was opened."""
        if "session" in self.__dict__:
            self.session.close()


Check = Callable[[Examination], Iterator[Finding]]
"""Looks at one thing; finds nothing where all is well."""
