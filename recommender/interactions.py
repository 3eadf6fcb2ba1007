"""What customers bought: read from the lake once, held as columns, cut off at any time for temporal hold-outs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from warehouse.errors import NotEnoughData
from warehouse.questions import Question
from warehouse.tables import BOOLEAN, STRING, TIME

Ints = npt.NDArray[np.int32]
Floats = npt.NDArray[np.float32]

INTERACTIONS = Question.read(
    __name__,
    "interactions.sql",
    result=pa.schema(
        [
            ("store_id", STRING),
            ("order_id", STRING),
            ("sku", STRING),
            ("customer_id", STRING),
            ("ordered_at", TIME),
        ]
    ),
    key=("store_id", "order_id", "sku"),
    params={"before": TIME, "store_id": STRING},
)
"""Purchases before a time, in one store or (null) all: one row per order and sku; a guest's `customer_id` is null."""

CATALOGUE = Question.read(
    __name__,
    "catalogue.sql",
    result=pa.schema([("sku", STRING), ("title", STRING), ("sellable", BOOLEAN)]),
    key=("sku",),
    params={"before": TIME},
)
"""Products by name, and whether they can be sold at a time."""

_DAY = 86_400_000_000


@dataclass(frozen=True)
class Interactions:
    """Purchases as columns, sorted by customer, sku and time; guests' (customer -1) stand first.

    `customers` and `skus` are sorted ids; `customer` and `sku` index them; `order` numbers the orders from 0; `day` is
    the time as days since 1970, UTC, with fraction.
    """

    customers: list[str]
    skus: list[str]
    customer: Ints
    sku: Ints
    order: Ints
    day: npt.NDArray[np.float64]

    @classmethod
    def read(cls, rows: pa.Table) -> Interactions:
        """From the rows of INTERACTIONS, in any order. NotEnoughData where there are none."""
        if rows.num_rows == 0:
            raise NotEnoughData("there are no orders with products to learn from; import orders first")
        customers, customer = _coded(rows["customer_id"])
        skus, sku = _coded(rows["sku"])
        # Stores number their orders independently.
        _, order = _coded(pc.binary_join_element_wise(rows["store_id"], rows["order_id"], "\x1f"))
        day = rows["ordered_at"].cast(pa.int64()).to_numpy() / _DAY
        by = np.lexsort((order, day, sku, customer))
        return cls(customers, skus, customer[by], sku[by], order[by], day[by])

    @property
    def first_day(self) -> float:
        """The day of the first purchase."""
        return float(self.day.min())

    @property
    def end_day(self) -> int:
        """The first whole day after the last purchase."""
        return int(np.floor(self.day.max())) + 1


def moment_of(day: float) -> datetime:
    """The time of a day since 1970, UTC."""
    return datetime.fromtimestamp(day * 86_400, UTC)


def positions(ids: Sequence[str], wanted: Sequence[str]) -> Ints:
    """Where each of `wanted` stands in `ids`; -1 where it does not."""
    index = pc.index_in(pa.array(wanted, STRING), value_set=pa.array(ids, STRING))
    return np.asarray(index.fill_null(-1), dtype=np.int32)


def _coded(column: pa.ChunkedArray) -> tuple[list[str], Ints]:
    """Sorted distinct values, and each row's place among them (-1 for null)."""
    encoded = column.combine_chunks().dictionary_encode()
    if isinstance(encoded, pa.ChunkedArray):
        encoded = encoded.combine_chunks()
    values = encoded.dictionary
    by = pc.sort_indices(values).to_numpy()
    place = np.full(len(by) + 1, -1, dtype=np.int32)  # the last is null's, whose code -1 finds it
    place[by] = np.arange(len(by), dtype=np.int32)
    return values.take(pa.array(by)).to_pylist(), place[encoded.indices.fill_null(-1).to_numpy()]
