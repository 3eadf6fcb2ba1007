"""What a table's declaration asks of data on its way in: columns, types, keys, coded values, currencies."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TypeAlias

import pyarrow as pa
import pyarrow.compute as pc

from warehouse.errors import InputError
from warehouse.money import currencies
from warehouse.tables import MONTH, Column, Table

LONGEST_ID = 255
"""Characters of a customer's id: more could be kept here, but not in the records, which must be able to erase it."""

Data: TypeAlias = pa.Table | pa.RecordBatchReader
"""Rows on their way into the lake."""


class Conformed:
    """`data` as a stream in the table's declared columns and types.

    Columns that `data` lacks become null where `complete`, else stay absent. A value is cast only where nothing is lost
    but a float's last binary digits; a time without a zone is refused. InputError names the row (from 0), the column
    and the remedy. It is raised at once for a missing or unknown column, and while the stream is read for a value; a
    consumer in another language may wrap it beyond recognition, so it is kept in `failure` too.
    """

    def __init__(self, table: Table, data: Data, *, complete: bool = True) -> None:
        names = set(data.schema.names)
        unknown = names - {c.name for c in table.columns} - {MONTH}
        if unknown:
            columns = ", ".join(c.name for c in table.columns)
            raise InputError(f"{table.name} has no column {', '.join(sorted(unknown))}; its columns are {columns}")
        needed = {c.name for c in table.columns if c.required and complete} | set(table.key)
        missing = sorted(needed - names)
        if missing:
            raise InputError(f"{table.name} needs column {', '.join(missing)}; add it to the data")
        self.rows = 0
        self.failure: InputError | None = None
        self._table = table
        self._columns = [c for c in table.columns if complete or c.name in names]
        fields = [table.schema.field(c.name) for c in self._columns]
        if table.month_of in {c.name for c in self._columns}:
            fields.append(table.schema.field(MONTH))
        self.schema = pa.schema(fields)
        self.reader = pa.RecordBatchReader.from_batches(self.schema, self._batches(data))

    def _batches(self, data: Data) -> Iterator[pa.RecordBatch]:
        for batch in data.to_batches() if isinstance(data, pa.Table) else data:
            try:
                arrays = {c.name: _column(self._table, c, batch, self.rows) for c in self._columns}
            except InputError as error:
                self.failure = error
                raise
            if self._table.month_of in arrays:
                arrays[MONTH] = _month(arrays[self._table.month_of])
            self.rows += batch.num_rows
            yield pa.RecordBatch.from_arrays([arrays[f.name] for f in self.schema], schema=self.schema)


def _column(table: Table, column: Column, batch: pa.RecordBatch, offset: int) -> pa.Array:
    where = f"{table.name}.{column.name}"
    if column.name not in batch.schema.names:
        return pa.nulls(batch.num_rows, column.type)
    raw = batch.column(batch.schema.get_field_index(column.name))
    if pa.types.is_timestamp(raw.type) and raw.type.tz is None and pa.types.is_timestamp(column.type):
        raise InputError(f"{where} holds times without a zone; give them one (UTC) before writing")
    if pa.types.is_integer(raw.type) and pa.types.is_decimal(column.type):
        raw = raw.cast(pa.decimal128(38, column.type.scale))  # Arrow takes any int64 to need 23 digits
    try:
        array = raw.cast(column.type)
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError) as error:
        cause = str(error).splitlines()[0]
        raise InputError(f"{where} cannot become {column.type} ({cause}); mend the value") from None
    if array.null_count and (column.required or column.name in table.key):
        row = offset + int(pc.index(pc.is_null(array), pa.scalar(True)).as_py())
        raise InputError(f"{where} is empty in row {row}; it must be given")
    if column.name == table.person and (pc.max(pc.utf8_length(array)).as_py() or 0) > LONGEST_ID:
        raise InputError(f"{where} holds an id longer than {LONGEST_ID} characters; shorten it")
    if column.values or column.currency:
        allowed = currencies() if column.currency else column.values
        for value in pc.unique(array).to_pylist():
            if value is not None and value not in allowed:
                row = offset + int(pc.index(array, pa.scalar(value, array.type)).as_py())
                remedy = "use an ISO 4217 code such as EUR" if column.currency else f"use one of {', '.join(allowed)}"
                raise InputError(f"{where} is {value!r} in row {row}; {remedy}")
    return array


def _month(times: pa.Array) -> pa.Array:
    return pc.cast(pc.add(pc.multiply(pc.year(times), 100), pc.month(times)), pa.int32())
