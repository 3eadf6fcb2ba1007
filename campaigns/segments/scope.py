"""From where and when a segment looks: the stores in scope, what day it is in each, and the currency of spend."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

import pyarrow as pa

from campaigns.segments.definition import AsOf
from warehouse.errors import InputError
from warehouse.questions import Question
from warehouse.session import Session
from warehouse.tables import DAY, STRING, TIME

STORE_DAYS = pa.schema([("store_id", STRING), ("timezone", STRING), ("today", DAY)])
"""The relation `store_days` that the segment's SQL reads: the day each store in scope has."""

SCOPE = Question.read(
    __name__,
    "scope.sql",
    result=pa.schema([("store_id", STRING), ("currency", STRING), ("timezone", STRING), ("last_ordered_at", TIME)]),
    key=("store_id", "currency"),
)


@dataclass(frozen=True)
class Scope:
    """`days` maps a store to its timezone and day; `currencies` are those its orders are in."""

    days: dict[str, tuple[str, date]]
    currencies: tuple[str, ...]

    @property
    def store_days(self) -> pa.Table:
        """The days as the relation the SQL reads."""
        rows = [{"store_id": store, "timezone": zone, "today": day} for store, (zone, day) in self.days.items()]
        return pa.Table.from_pylist(rows, schema=STORE_DAYS)

    def currency(self, wanted: str | None) -> str | None:
        """The currency of spend: the one wanted, else the only one there is; None where there are no orders.

        Raises:
            InputError: orders are in several currencies and none was chosen; amounts of several cannot be added.
        """
        if wanted is not None:
            return wanted
        if len(self.currencies) > 1:
            raise InputError(
                f"spend cannot be added over {', '.join(self.currencies)}; add 'currency: {self.currencies[0]}' to "
                "count what was paid in one of them, or 'store:' to look at one store"
            )
        return self.currencies[0] if self.currencies else None


def look_from(session: Session, as_of: AsOf, *, now: datetime, store: str | None = None) -> Scope:
    """The scope of a segment whose conditions look from `as_of`, at the aware time `now`.

    Raises:
        InputError: there are no orders of `store`.
    """
    rows = session.ask(SCOPE).to_pylist()
    if store is not None:
        known = sorted({row["store_id"] for row in rows})
        rows = [row for row in rows if row["store_id"] == store]
        if not rows:
            raise InputError(f"there are no orders of store {store!r}; there are of: {', '.join(known) or 'none'}")
    last = max((row["last_ordered_at"] for row in rows if row["last_ordered_at"] is not None), default=now)
    days: dict[str, tuple[str, date]] = {}
    for row in sorted(rows, key=lambda row: str(row["store_id"])):
        moment = last if as_of == "last_order" else now
        day = as_of if isinstance(as_of, date) else moment.astimezone(ZoneInfo(row["timezone"])).date()
        days[row["store_id"]] = (row["timezone"], day)
    return Scope(days, tuple(sorted({row["currency"] for row in rows})))
