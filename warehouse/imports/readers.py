"""Files as streams of text: every cell a string or null, every row with the place it stands at in its file.

CSV and Parquet meet here, so that the same content in either becomes the same rows. A file that cannot be read to its
end is an InputError that names the place; a row that does not fit the header is a fault of that row alone.
"""

from __future__ import annotations

import csv
import gzip
import io
import zlib
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import chain
from pathlib import Path
from typing import TextIO

import pyarrow as pa
import pyarrow.compute as pc

from warehouse.errors import InputError

LINE = "_line"
"""Where a row begins: the physical line (CSV, from 1, the header counted) or the row number (Parquet, from 1)."""

FAULT = "_fault"
"""What is wrong with the shape of a row; null where nothing is."""

_BATCH_ROWS = 50_000
_BATCH_CHARACTERS = 16_000_000
_LONGEST_LINE = 1_000_000
_DELIMITERS = ",;\t"


@dataclass(frozen=True)
class Source:
    """An opened file. `batches` can be read once; cell columns are named by their position: "0", "1", ..."""

    path: Path
    unit: str
    """What a row's place is called: "line" or "row"."""
    columns: tuple[str, ...]
    batches: Iterator[pa.RecordBatch]
    rows: int | None = None
    """How many rows there are, where that is known beforehand."""
    unreadable: dict[str, str] = field(default_factory=dict)
    """Columns that hold no plain values, with their types."""

    @property
    def name(self) -> str:
        """The file's name, for messages."""
        return self.path.name


def open_source(path: Path) -> Source:
    """Open a CSV (`.gz` too) or Parquet file. InputError where there is none or its head cannot be read."""
    try:
        with path.open("rb") as file:
            head = file.read(4)
    except OSError as error:
        raise InputError(f"{path} cannot be read ({error.strerror}); check the path") from None
    if path.suffix in (".parquet", ".pq") or head == b"PAR1":
        return read_parquet(path)
    return read_csv(path)


def read_csv(path: Path) -> Source:
    """A UTF-8 CSV file with a header line; commas, semicolons or tabs between fields, `.gz` for a compressed one."""
    rows = _csv_rows(path)
    _, header = next(rows, (0, None))
    if header is None:
        raise InputError(f"{path.name} is empty; it needs a header line and rows")
    columns = tuple(cell.strip() for cell in header)
    _refuse_repeated(path, columns)
    return Source(path, "line", columns, _csv_batches(rows, len(columns)))


def read_parquet(path: Path) -> Source:
    """A Parquet file, read batch by batch. Columns of lists, structs and the like are named in `unreadable`."""
    import pyarrow.parquet as pq

    with _readable_parquet(path):
        file = pq.ParquetFile(path)
    schema = file.schema_arrow
    plain = [f.name for f in schema if _is_plain(f.type)]
    _refuse_repeated(path, tuple(plain))
    unreadable = {f.name: str(f.type) for f in schema if not _is_plain(f.type)}
    batches = _parquet_batches(path, file.iter_batches(_BATCH_ROWS, columns=plain), plain)
    return Source(path, "row", tuple(plain), batches, file.metadata.num_rows, unreadable)


def _csv_rows(path: Path) -> Iterator[tuple[int, list[str]]]:
    """Each row with the physical line it begins on; blank lines are passed over."""
    start = 1
    try:
        with _text(path) as file:
            lines = _lines(path, file)
            first = next(lines, "")
            delimiter = max(_DELIMITERS, key=first.count)
            # strict: a quote that is never closed is an error, not a field that swallows the rest of the file.
            reader = csv.reader(chain([first] if first else [], lines), delimiter=delimiter, strict=True)
            for row in reader:
                if row:
                    yield start, row
                start = reader.line_num + 1
    except csv.Error as error:
        raise InputError(f"{path.name} line {start} is not valid CSV ({error}); check its quotes") from None
    except UnicodeDecodeError:
        raise InputError(f"{path.name} line {_bad_line(path)} is not UTF-8; save the file as UTF-8") from None
    except (EOFError, gzip.BadGzipFile, zlib.error):
        raise InputError(f"{path.name} is cut off or damaged near line {start}; fetch the whole file again") from None
    except OSError as error:
        raise InputError(f"{path.name} cannot be read ({error.strerror}); check the file") from None


@contextmanager
def _text(path: Path) -> Iterator[TextIO]:
    with _binary(path) as binary, io.TextIOWrapper(binary, encoding="utf-8-sig", newline="") as text:
        yield text


def _binary(path: Path) -> io.BufferedReader | gzip.GzipFile:
    return gzip.open(path, "rb") if path.suffix == ".gz" else path.open("rb")


def _lines(path: Path, file: TextIO) -> Iterator[str]:
    """The physical lines, each of bounded length and without NUL, which neither CSV nor the lake can carry."""
    number = 0
    while line := file.readline(_LONGEST_LINE):
        number += 1
        if "\0" in line:
            raise InputError(f"{path.name} line {number} holds a NUL byte; it is not a text file or is damaged")
        if len(line) == _LONGEST_LINE:
            raise InputError(f"{path.name} line {number} has over {_LONGEST_LINE} characters; check its line ends")
        yield line


def _bad_line(path: Path) -> int:
    """The number of the first line that is not UTF-8."""
    number = 0
    with _binary(path) as binary:
        for number, line in enumerate(binary, 1):
            try:
                line.decode("utf-8")
            except UnicodeDecodeError:
                return number
    return number


def _csv_batches(rows: Iterable[tuple[int, list[str]]], width: int) -> Iterator[pa.RecordBatch]:
    starts: list[int] = []
    faults: list[str | None] = []
    cells: list[list[str | None]] = []
    size = 0
    for start, row in rows:
        starts.append(start)
        faults.append(None if len(row) == width else _misshapen(len(row), width))
        cells.append(_fitted(row, width))
        size += sum(map(len, row))
        if len(starts) == _BATCH_ROWS or size > _BATCH_CHARACTERS:
            yield _batch(starts, faults, cells)
            starts, faults, cells, size = [], [], [], 0
    if starts:
        yield _batch(starts, faults, cells)


def _misshapen(cells: int, width: int) -> str:
    return f"has {cells} field{'s' * (cells != 1)} where the header has {width}"


def _fitted(row: list[str], width: int) -> list[str | None]:
    """The row in `width` cells: missing ones null, surplus ones kept in the last, so that a rejects file shows them."""
    if len(row) > width:
        return [*row[: width - 1], ",".join(row[width - 1 :])]
    return [*row, *[None] * (width - len(row))]


def _batch(starts: list[int], faults: list[str | None], cells: list[list[str | None]]) -> pa.RecordBatch:
    columns = [pa.array(column, pa.string()) for column in zip(*cells, strict=True)]
    return _with_places(pa.array(starts, pa.int64()), pa.array(faults, pa.string()), columns)


def _with_places(lines: pa.Array, faults: pa.Array, columns: list[pa.Array]) -> pa.RecordBatch:
    names = [LINE, FAULT, *(str(place) for place in range(len(columns)))]
    return pa.RecordBatch.from_arrays([lines, faults, *columns], names=names)


def _refuse_repeated(path: Path, columns: tuple[str, ...]) -> None:
    for column in columns:
        if column and columns.count(column) > 1:
            raise InputError(f"{path.name} has two columns called {column!r}; rename one")


@contextmanager
def _readable_parquet(path: Path, row: int = 0) -> Iterator[None]:
    try:
        yield
    except (pa.ArrowException, OSError) as error:
        reason = (str(error).splitlines() or ["unknown cause"])[0]
        place = f" after row {row}" if row else ""
        raise InputError(f"{path.name} is not a whole Parquet file{place} ({reason}); fetch it again") from None


def _parquet_batches(path: Path, batches: Iterator[pa.RecordBatch], plain: list[str]) -> Iterator[pa.RecordBatch]:
    row = 0
    while True:
        with _readable_parquet(path, row):
            batch = next(batches, None)
            if batch is None:
                return
            columns = [_as_text(batch.column(name)) for name in plain]
        lines = pa.array(range(row + 1, row + batch.num_rows + 1), pa.int64())
        row += batch.num_rows
        yield _with_places(lines, pa.nulls(batch.num_rows, pa.string()), columns)


def _is_plain(kind: pa.DataType) -> bool:
    if pa.types.is_dictionary(kind):
        return _is_plain(kind.value_type)
    return any(is_kind(kind) for is_kind in _PLAIN)


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
