"""Publishing: what people decide stands in the records, and what SQL needs of it in the lake, with a version.

Whoever decides publishes at once. This brings the lake up to date where a process died between the two: it compares,
and writes only what differs.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import asdict
from itertools import islice
from typing import Any

import pyarrow as pa
from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from warehouse.house import Warehouse
from warehouse.jobs.job import Run
from warehouse.progress import Progress
from warehouse.records.models import Consent, Store, Tombstone
from warehouse.tables import CONSENTS, STORES, Table

_BATCH_ROWS = 50_000


def publish(warehouse: Warehouse, run: Run, progress: Progress) -> dict[str, Any]:
    """Bring the lake to what the records say; for each table: the rows written, and the version SQL sees from now."""
    done: dict[str, Any] = {}
    for number, (table, rows) in enumerate(PUBLISHED.items()):
        progress("publishing", number, len(PUBLISHED))
        with warehouse.records.reading() as tx:
            merged = warehouse.lake.merge(table, _reader(table, rows(tx)))
        done[table.name] = {**asdict(merged), "version": warehouse.lake.snapshot(table).version}
    return done


def _stores(tx: Session) -> Iterator[tuple[Any, ...]]:
    yield from _streamed(tx, select(*(getattr(Store, column.name) for column in STORES.columns)))


def _consents(tx: Session) -> Iterator[tuple[Any, ...]]:
    """What each customer allows now: a statement of the history, which the lake may lack."""
    erased = exists().where(Tombstone.customer_id == Consent.customer_id)
    yield from _streamed(tx, select(*(getattr(Consent, column.name) for column in CONSENTS.columns)).where(~erased))


PUBLISHED: dict[Table, Callable[[Session], Iterator[tuple[Any, ...]]]] = {STORES: _stores, CONSENTS: _consents}
"""What is published: the rows of each table, in the order of its columns."""


def _streamed(tx: Session, asked: Any) -> Iterator[tuple[Any, ...]]:
    yield from tx.execute(asked.execution_options(yield_per=_BATCH_ROWS))


def _reader(table: Table, rows: Iterator[tuple[Any, ...]]) -> pa.RecordBatchReader:
    """The rows as a stream, so that millions need not fit in memory."""

    def batches() -> Iterator[pa.RecordBatch]:
        while part := list(islice(rows, _BATCH_ROWS)):
            columns = [
                pa.array(values, f.type) for values, f in zip(zip(*part, strict=True), table.schema, strict=True)
            ]
            yield pa.record_batch(columns, table.schema)

    return pa.RecordBatchReader.from_batches(table.schema, batches())
