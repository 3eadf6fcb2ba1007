"""What a reader gives: columns by name, and rows as batches of text with the place each row stands at in its file."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pyarrow as pa

from warehouse.errors import InputError

LINE = "_line"
"""Where a row begins: the physical line (text files, from 1, a header counted) or the row number (tables)."""

FAULT = "_fault"
"""What is wrong with the shape of a row; null where nothing is."""

BATCH_ROWS = 50_000
LONGEST_LINE = 1_000_000
"""Characters of one line, or of one record: more is no row of a shop but a damaged file."""

MOST_COLUMNS = 2_000
_BATCH_CHARACTERS = 16_000_000

AMBIGUOUS_NUMBER = re.compile(r"\s*[+-]?[1-9]\d{0,2}[.,]\d{3}\s*")
"""Texts that are one number with a decimal mark and another with a thousands separator."""

Row = tuple[int, str | None, Sequence[str | None]]
"""Place, fault and cells of one row."""


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
    unreadable: Mapping[str, str] = field(default_factory=dict)
    """Columns that hold no plain values, with their types."""
    read_as: Mapping[str, str] = field(default_factory=dict)
    """What was detected on opening: "format", and where they apply "encoding", "separator", "sheet"."""
    typed: set[int] = field(default_factory=set)
    """Columns in which numbers with decimals stand, not texts of them: the reader wrote them with a decimal point.
    Complete once `batches` is read to its end, as is `doubtful`."""
    doubtful: set[int] = field(default_factory=set)
    """Columns in which a text stands that is ambiguous as a number, such as "1.234" in quotes."""

    @property
    def name(self) -> str:
        """The file's name, for messages."""
        return self.path.name


def batched(rows: Iterable[Row], width: int) -> Iterator[pa.RecordBatch]:
    """Rows of `width` cells as batches of bounded size."""
    starts: list[int] = []
    faults: list[str | None] = []
    cells: list[Sequence[str | None]] = []
    size = 0
    for start, fault, row in rows:
        starts.append(start)
        faults.append(fault)
        cells.append(row)
        size += sum(len(cell) for cell in row if cell)
        if len(starts) == BATCH_ROWS or size > _BATCH_CHARACTERS:
            yield _batch(starts, faults, cells, width)
            starts, faults, cells, size = [], [], [], 0
    if starts:
        yield _batch(starts, faults, cells, width)


def with_places(lines: pa.Array, faults: pa.Array, columns: Sequence[pa.Array]) -> pa.RecordBatch:
    """A batch of cell columns, each row with its place and fault."""
    names = [LINE, FAULT, *(str(place) for place in range(len(columns)))]
    return pa.RecordBatch.from_arrays([lines, faults, *columns], names=names)


def refuse_repeated(path: Path, columns: Sequence[str]) -> None:
    """InputError where two columns have the same name."""
    if len(columns) > MOST_COLUMNS:
        raise InputError(f"{path.name} has {len(columns)} columns, over {MOST_COLUMNS}; it is not a table of rows")
    seen: set[str] = set()
    for column in columns:
        if column and column in seen:
            raise InputError(f"{path.name} has two columns called {column!r}; rename one")
        seen.add(column)


def _batch(
    starts: list[int], faults: list[str | None], cells: list[Sequence[str | None]], width: int
) -> pa.RecordBatch:
    texts = zip(*cells, strict=True) if width else ()
    columns = [pa.array(column, pa.string()) for column in texts]
    return with_places(pa.array(starts, pa.int64()), pa.array(faults, pa.string()), columns)
