"""A stream of rows as Parquet files of a table, and what the table's log says of them.

The Delta library's own writer keeps what it writes in memory until it commits (200 bytes a row and more); here no more
is kept than a bounded number of rows, however long the stream.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from deltalake import BloomFilterProperties, ColumnProperties, WriterProperties
from deltalake.transaction import AddAction

from warehouse.tables import MONTH, STRING, Table

_GROUP_ROWS = 122_880
"""Rows of a row group: what engines read at a time."""

_WAITING_ROWS = 4 * _GROUP_ROWS
"""Rows in memory of all months together."""

_FILE_ROWS = 4_000_000
_FALSE_HITS = 0.01
"""The share of absent ids that a Bloom filter does not tell are absent."""

_LONGEST_TEXT = 32
"""Characters of a smallest or largest text that is noted; longer ones would have to be cut, the largest upwards."""


def write_files(folder: Path, table: Table, reader: pa.RecordBatchReader) -> list[AddAction]:
    """Write the rows to new files in `folder`, which count only once the returned actions are committed.

    Columns are put in the table's order and types, absent ones null. Where the stream breaks off, no file is left.
    """
    files: dict[int | None, _File] = {}
    done: list[_File] = []
    try:
        for batch in reader:
            for month, rows in _by_month(table, batch):
                file = files.setdefault(month, _File(folder, table, month))
                file.add(rows)
                if file.waiting >= _GROUP_ROWS:
                    file.flush()
                elif sum(each.waiting for each in files.values()) >= _WAITING_ROWS:
                    max(files.values(), key=lambda each: each.waiting).flush()
                if file.rows >= _FILE_ROWS:
                    done.append(files.pop(month))
        done += files.values()
        return [file.close() for file in done]
    except BaseException:
        for file in [*done, *files.values()]:
            file.discard()
        raise


class _File:
    """A file on its way: rows that wait for a row group of their own, and those that are written."""

    def __init__(self, folder: Path, table: Table, month: int | None) -> None:
        self.waiting = 0
        self.rows = 0
        self._table = table
        self._month = month
        name = f"part-{uuid4()}.parquet"
        self._name = name if month is None else f"{MONTH}={month}/{name}"
        self._path = folder / self._name
        self._schema = _stored_schema(table)
        self._batches: list[pa.RecordBatch] = []
        self._writer: pq.ParquetWriter | None = None

    def add(self, rows: pa.RecordBatch) -> None:
        """Take rows in, which wait until `flush`."""
        columns = [
            rows.column(field.name).cast(field.type)
            if field.name in rows.schema.names
            else pa.nulls(len(rows), field.type)
            for field in self._schema
        ]
        self._batches.append(pa.RecordBatch.from_arrays(columns, schema=self._schema))
        self.waiting += len(rows)

    def flush(self) -> None:
        """Write the rows that wait."""
        if self._writer is None:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            rows = min(self.waiting, _GROUP_ROWS)
            looked_for = {name: {"ndv": rows, "fpp": _FALSE_HITS} for name in filtered_columns(self._table)}
            self._writer = pq.ParquetWriter(
                self._path,
                self._schema,
                compression="snappy",
                store_decimal_as_integer=True,
                bloom_filter_options=looked_for or None,
            )
        self._writer.write_table(pa.Table.from_batches(self._batches, self._schema), row_group_size=_GROUP_ROWS)
        self.rows += self.waiting
        self.waiting = 0
        self._batches = []

    def close(self) -> AddAction:
        """Finish the file; what the log says of it."""
        if self._batches:
            self.flush()
        assert self._writer is not None
        self._writer.close()
        stat = self._path.stat()
        return AddAction(
            path=self._name,
            size=stat.st_size,
            partition_values={} if self._month is None else {MONTH: str(self._month)},
            modification_time=int(stat.st_mtime * 1000),
            data_change=True,
            stats=json.dumps(_statistics(self._path)),
        )

    def discard(self) -> None:
        """Let go of the file."""
        if self._writer is not None:
            self._writer.close()
        self._path.unlink(missing_ok=True)


def filtered_columns(table: Table) -> list[str]:
    """The columns with Bloom filters, so that a few rows are told from all that are stored without reading those: the
    last of the key, where it is a text."""
    return [name for name in table.key[-1:] if table.column(name).type == STRING]


def writer_properties(table: Table) -> WriterProperties:
    """What the Delta library needs to know to write files of the same sort."""
    filters = BloomFilterProperties(set_bloom_filter_enabled=True, fpp=_FALSE_HITS, ndv=_GROUP_ROWS)
    columns = {name: ColumnProperties(bloom_filter_properties=filters) for name in filtered_columns(table)}
    return WriterProperties(max_row_group_size=_GROUP_ROWS, compression="SNAPPY", column_properties=columns or None)


def _stored_schema(table: Table) -> pa.Schema:
    """The columns in a file: a partition's value stands in its folder's name alone."""
    return pa.schema([field for field in table.schema if field.name != MONTH or not table.month_of])


def _by_month(table: Table, batch: pa.RecordBatch) -> Iterator[tuple[int | None, pa.RecordBatch]]:
    if not table.month_of:
        yield None, batch
        return
    months = batch.column(MONTH)
    found = pc.unique(months).to_pylist()
    for month in sorted(found):
        yield month, batch if len(found) == 1 else batch.filter(pc.equal(months, month))


def _statistics(path: Path) -> dict[str, Any]:
    """Counts of rows and nulls, and the bounds of columns whose type has bounds that JSON holds exactly."""
    metadata = pq.read_metadata(path)
    nulls: dict[str, int] = {}
    lowest: dict[str, Any] = {}
    highest: dict[str, Any] = {}
    for at in range(metadata.num_columns):
        name = metadata.schema.column(at).name
        chunks = [metadata.row_group(group).column(at).statistics for group in range(metadata.num_row_groups)]
        if any(chunk is None or not chunk.has_null_count for chunk in chunks):
            continue
        nulls[name] = sum(chunk.null_count for chunk in chunks)
        # A group of nothing but nulls has no bounds.
        bounds = [(chunk.min, chunk.max) for chunk in chunks if chunk.has_min_max]
        if not bounds or sum(chunk.num_values > 0 for chunk in chunks) > len(bounds):
            continue
        low, high = min(low for low, _ in bounds), max(high for _, high in bounds)
        if (low_noted := _noted(low, up=False)) is not None and (high_noted := _noted(high, up=True)) is not None:
            lowest[name], highest[name] = low_noted, high_noted
    return {"numRecords": metadata.num_rows, "minValues": lowest, "maxValues": highest, "nullCount": nulls}


def _noted(bound: object, *, up: bool) -> str | int | None:
    """A bound as the log has it, times in whole milliseconds; None where it would not be exact."""
    match bound:
        case bool():
            return None
        case int():
            return bound
        case str():
            return bound if len(bound) <= _LONGEST_TEXT else None
        case datetime():
            over = bound.microsecond % 1000
            moment = bound + timedelta(microseconds=1000 - over if up and over else -over)
            return f"{moment:%Y-%m-%dT%H:%M:%S}.{moment.microsecond // 1000:03}Z"
        case date():
            return bound.isoformat()
        case _:
            return None
