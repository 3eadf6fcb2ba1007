"""From numpy columns to the Arrow columns of the lake's tables."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, TypeAlias
from zlib import crc32

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from warehouse.tables import MONEY, MONTH, STRING, TABLES, TIME

Ints: TypeAlias = NDArray[np.int64]
Floats: TypeAlias = NDArray[np.float64]
Bools: TypeAlias = NDArray[np.bool_]
Column: TypeAlias = "pa.Array[Any]"


def generator(seed: int, part: str) -> np.random.Generator:
    """The random numbers of one part of the market, so that a change in one part leaves the others as they were."""
    return np.random.default_rng([seed, crc32(part.encode())])


def money(cents: NDArray[Any], known: Bools | None = None) -> Column:
    """Whole cents as decimal(18, 4), null where not `known`.

    Arrow has no exact cast that also shifts the point, so the sixteen little-endian bytes of each decimal are laid out
    here: the value in ten-thousandths and its sign.
    """
    raw = np.empty((len(cents), 2), dtype="<i8")
    raw[:, 0] = cents.astype(np.int64) * 100
    raw[:, 1] = raw[:, 0] >> 63
    present = None if known is None else pa.py_buffer(np.packbits(known, bitorder="little").tobytes())
    return pa.Array.from_buffers(MONEY, len(cents), [present, pa.py_buffer(raw.tobytes())])


def instants(micros: Ints) -> Column:
    """Microseconds since 1970 in UTC as the lake's time."""
    return pa.array(micros).cast(TIME)


def numbered(numbers: Ints, width: int, prefix: str = "") -> Column:
    """Ids such as prefix + 0000042."""
    digits = pc.utf8_lpad(pa.array(numbers).cast(STRING), width, "0")
    return pc.binary_join_element_wise(pa.scalar(prefix), digits, "")


def same(text: str, rows: int) -> Column:
    """The same text in every row."""
    return pa.repeat(pa.scalar(text, STRING), rows)


def picked(values: Sequence[str | None] | Column, index: NDArray[Any], known: Bools | None = None) -> Column:
    """values[index], null where not `known`."""
    places = pa.array(index.astype(np.int64), mask=None if known is None else ~known)
    return (values if isinstance(values, pa.Array) else pa.array(values, STRING)).take(places)


def coded(values: Sequence[str], index: NDArray[Any]) -> Column:
    """values[index] as an Arrow dictionary: for long columns of few values."""
    return pa.DictionaryArray.from_arrays(pa.array(index.astype(np.int32)), pa.array(values, STRING))


def lake_schema(name: str) -> pa.Schema:
    """The declared schema of a lake table without the derived partition column."""
    return pa.schema([field for field in TABLES[name].schema if field.name != MONTH])


def lake_table(name: str, columns: Mapping[str, Column]) -> pa.Table:
    """The columns as a table of the lake's declared schema; columns not given are null."""
    schema = lake_schema(name)
    unknown = columns.keys() - set(schema.names)
    if unknown:
        raise KeyError(f"{name} has no column {sorted(unknown)[0]}")
    rows = len(next(iter(columns.values())))
    arrays = [columns[f.name].cast(f.type) if f.name in columns else pa.nulls(rows, f.type) for f in schema]
    return pa.Table.from_arrays(arrays, schema=schema)
