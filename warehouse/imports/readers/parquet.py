"""Parquet files as rows of text."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from warehouse.errors import InputError
from warehouse.imports.readers.source import BATCH_ROWS, Source, refuse_repeated, with_places


def read_parquet(path: Path) -> Source:
    """A Parquet file, read batch by batch. Columns of lists, structs and the like are named in `unreadable`."""
    import pyarrow.parquet as pq

    with _readable(path):
        file = pq.ParquetFile(path)
    schema = file.schema_arrow
    plain = [f.name for f in schema if _is_plain(f.type)]
    refuse_repeated(path, plain)
    return Source(
        path,
        "row",
        tuple(plain),
        _batches(path, file.iter_batches(BATCH_ROWS, columns=plain), plain),
        file.metadata.num_rows,
        {f.name: str(f.type) for f in schema if not _is_plain(f.type)},
        {"format": "Parquet"},
        {place for place, name in enumerate(plain) if _has_decimals(schema.field(name).type)},
    )


@contextmanager
def _readable(path: Path, row: int = 0) -> Iterator[None]:
    try:
        yield
    except (pa.ArrowException, OSError) as error:
        reason = (str(error).splitlines() or ["unknown cause"])[0]
        place = f" after row {row}" if row else ""
        raise InputError(f"{path.name} is not a whole Parquet file{place} ({reason}); fetch it again") from None


def _batches(path: Path, batches: Iterator[pa.RecordBatch], plain: list[str]) -> Iterator[pa.RecordBatch]:
    row = 0
    while True:
        with _readable(path, row):
            batch = next(batches, None)
            if batch is None:
                return
            columns = [_as_text(batch.column(name)) for name in plain]
        lines = pa.array(range(row + 1, row + batch.num_rows + 1), pa.int64())
        row += batch.num_rows
        yield with_places(lines, pa.nulls(batch.num_rows, pa.string()), columns)


def _is_plain(kind: pa.DataType) -> bool:
    if pa.types.is_dictionary(kind):
        return _is_plain(kind.value_type)
    return any(is_kind(kind) for is_kind in _PLAIN)


def _has_decimals(kind: pa.DataType) -> bool:
    if pa.types.is_dictionary(kind):
        return _has_decimals(kind.value_type)
    return bool(pa.types.is_floating(kind) or pa.types.is_decimal(kind))


_PLAIN: tuple[Callable[[pa.DataType], bool], ...] = (
    pa.types.is_null,
    pa.types.is_boolean,
    pa.types.is_integer,
    pa.types.is_floating,
    pa.types.is_decimal,
    pa.types.is_date,
    pa.types.is_timestamp,
    pa.types.is_string,
    pa.types.is_large_string,
    pa.types.is_string_view,
    pa.types.is_binary,
    pa.types.is_large_binary,
)


def _as_text(array: pa.Array) -> pa.Array:
    kind = array.type
    if pa.types.is_dictionary(kind):
        return _as_text(array.dictionary_decode())
    if pa.types.is_floating(kind):
        return _float_text(array)
    if pa.types.is_timestamp(kind):
        # Cut, not rounded, to the microseconds the lake keeps; a zoned time is written with its offset.
        return array.cast(pa.timestamp("us", kind.tz), safe=False).cast(pa.string())
    if pa.types.is_date(kind):
        return array.cast(pa.date32()).cast(pa.string())
    return array.cast(pa.string())


def _float_text(array: pa.Array) -> pa.Array:
    """Floats as the shortest text that reads back the same; whole ones as digits ("17850", not "17850.0"); NaN null."""
    if pa.types.is_float16(array.type):
        array = array.cast(pa.float32())
    whole = pc.and_(pc.equal(pc.floor(array), array), pc.less(pc.abs(array), 2.0**53))
    digits = pc.if_else(whole, array, pa.scalar(0, array.type)).cast(pa.int64()).cast(pa.string())
    text = pc.if_else(whole, digits, array.cast(pa.string()))
    return pc.if_else(pc.is_nan(array), pa.scalar(None, pa.string()), text)
