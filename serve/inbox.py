"""Deliveries of events on their way into the lake."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import pyarrow as pa

from warehouse.house import Warehouse
from warehouse.questions import Question
from warehouse.tables import EVENTS, STRING, TIME

Delivery = Sequence[dict[str, object]]
"""Rows of `events` that one request brought, without received_at."""

STORED_EVENTS = Question.read(
    __name__,
    "stored_events.sql",
    result=pa.schema([pa.field("event_id", STRING)]),
    key=("event_id",),
    params={"received_at": TIME},
    inputs={"sent": pa.schema([pa.field("event_id", STRING)])},
)

_SCHEMA = pa.schema([EVENTS.schema.field(column.name) for column in EVENTS.columns])


@dataclass(frozen=True)
class Receipt:
    """What became of one delivery: events now in the lake, and events that were there already or stood twice."""

    accepted: int
    duplicates: int


class Inbox:
    """Writes deliveries into the lake, several in one commit."""

    def __init__(self, warehouse: Warehouse) -> None:
        self._warehouse = warehouse
        self._stamp = warehouse.clock()

    def write(self, deliveries: Sequence[Delivery]) -> list[Receipt]:
        """Commit the deliveries together; their receipts in order. An event counts once, for who sent it first."""
        stamp = self._next_stamp()
        rows = [{**row, "received_at": stamp} for delivery in deliveries for row in delivery]
        written = self._warehouse.lake.append_new(EVENTS, pa.Table.from_pylist(rows, schema=_SCHEMA))
        if written.duplicates == 0:
            return [Receipt(len(delivery), 0) for delivery in deliveries]
        new = self._brought_by(stamp, [str(row["event_id"]) for row in rows])
        receipts = []
        for delivery in deliveries:
            accepted = {str(row["event_id"]) for row in delivery} & new
            new -= accepted
            receipts.append(Receipt(len(accepted), len(delivery) - len(accepted)))
        return receipts

    def _brought_by(self, stamp: datetime, ids: Sequence[str]) -> set[str]:
        """Which of these ids the commit with this stamp brought."""
        sent = pa.table({"event_id": pa.array(dict.fromkeys(ids), STRING)})
        with self._warehouse.session(engine="duckdb") as session:
            answer = session.ask(STORED_EVENTS, inputs={"sent": sent}, received_at=stamp)
        return set(answer["event_id"].to_pylist())

    def _next_stamp(self) -> datetime:
        """The time of this commit, later than any before it, so that it tells the commit's own rows from others."""
        self._stamp = max(self._warehouse.clock(), self._stamp + timedelta(microseconds=1))
        return self._stamp
