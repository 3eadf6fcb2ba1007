"""CSV files as rows of text, whatever their encoding and separator.

Python's csv module reads what has quotes in it. Lines without any are read by Arrow, many times faster: one row a line,
as many fields in each as in the header, so that both would read them alike.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import TextIO

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pa_csv

from warehouse.errors import InputError
from warehouse.imports.readers.encodings import detect_encoding
from warehouse.imports.readers.files import open_bytes, refuse_damaged, whole
from warehouse.imports.readers.source import LONGEST_LINE, Row, Source, batched, refuse_repeated, with_places

_SEPARATORS = ("\t", ";", "|", ",")
"""Of two that explain a file equally well the first stands: a comma is part of numbers and prose more often."""

_SAMPLE_LINES = 200
_BLOCK = 1 << 22
"""Characters read at a time."""


def read_csv(path: Path, encoding: str | None = None) -> Source:
    """A CSV file with a header line; tabs, semicolons, bars or commas between fields, `.gz` for a compressed one.

    `encoding` is the file's; detected where it is not told.
    """
    encoding = encoding or detect_encoding(path)
    separator = _separator(path, encoding)
    with _opened(path, encoding) as lines:
        header = next(_rows(lines, separator), None)
    if header is None:
        raise InputError(f"{path.name} is empty; it needs a header line and rows")
    columns = tuple(cell.strip() for cell in header[1])
    refuse_repeated(path, columns)
    read_as = {"format": "CSV", "encoding": encoding.removesuffix("-sig"), "separator": separator}
    return Source(path, "line", columns, _batches(path, encoding, separator, len(columns)), read_as=read_as)


class _Lines:
    """The physical lines of a file, each of bounded length and without NUL, which neither CSV nor the lake can carry;
    or blocks of whole lines, unchecked."""

    def __init__(self, path: Path, file: TextIO) -> None:
        self.number = 0
        """How many lines were given out."""
        self.row = 1
        """The line where the row that is being read begins."""
        self._path = path
        self._file = file
        self._again = io.StringIO()
        self._left = 0

    def __iter__(self) -> _Lines:
        return self

    def __next__(self) -> str:
        line = (self._again if self._left else self._file).readline(LONGEST_LINE)
        self._left = max(self._left - len(line), 0)
        if not line:
            raise StopIteration
        self.number += 1
        if "\0" in line:
            raise InputError(f"{self._path.name} line {self.number} holds a NUL byte; {_NUL_REMEDY}")
        if len(line) == LONGEST_LINE:
            raise InputError(
                f"{self._path.name} line {self.number} has over {LONGEST_LINE} characters; check its line ends"
            )
        return line

    def block(self) -> str:
        """The next lines as one text, empty at the end of the file."""
        return self._file.read(_BLOCK) + self._file.readline(LONGEST_LINE)

    def again(self, block: str) -> None:
        """Give out the lines of a block one by one, before those that follow it."""
        self._again, self._left = io.StringIO(block, newline=""), len(block)

    @property
    def within_block(self) -> bool:
        """Whether lines of a block given again are left."""
        return self._left > 0


_NUL_REMEDY = "it is not a text file, is damaged, or is in an encoding to be named with --encoding"


@contextmanager
def _opened(path: Path, encoding: str) -> Iterator[_Lines]:
    """The file's lines; what is wrong with it becomes an InputError that names the line."""
    with (
        whole(path, lambda: f" near line {lines.row}"),
        open_bytes(path) as binary,
        io.TextIOWrapper(binary, encoding=encoding, newline="") as text,
    ):
        lines = _Lines(path, text)
        try:
            yield lines
        except csv.Error as error:
            raise InputError(f"{path.name} line {lines.row} is not valid CSV ({error}); check its quotes") from None
        except UnicodeDecodeError:
            # Which encoding it is cannot be told of a packed file that breaks off.
            refuse_damaged(path)
            raise InputError(
                f"{path.name} line {_bad_line(path, encoding)} is not {encoding.removesuffix('-sig')}; "
                "name the file's encoding with --encoding, or save it as UTF-8"
            ) from None


def _bad_line(path: Path, encoding: str) -> int:
    """The number of the first line that is not of this encoding."""
    number = 0
    with open_bytes(path) as binary, io.TextIOWrapper(binary, encoding, errors="replace", newline="") as text:
        while line := text.readline(LONGEST_LINE):
            number += 1
            if "\N{REPLACEMENT CHARACTER}" in line:
                break
    return number


def _separator(path: Path, encoding: str) -> str:
    """The separator by which most rows of a sample have as many fields as the header, and more than one."""
    with _opened(path, encoding) as lines:
        sample = list(islice(lines, _SAMPLE_LINES))

    def rank(separator: str) -> tuple[bool, float, int]:
        widths: list[int] = []
        try:
            for row in csv.reader(sample, delimiter=separator, strict=True):
                widths += [len(row)] if row else []
        except csv.Error:
            # A field that goes on beyond the sample, or quotes that this separator makes no sense of.
            widths.append(0)
        header, *others = widths or [0]
        return header > 1, (1 + others.count(header)) / len(widths or [0]), header

    best = max(_SEPARATORS, key=rank)
    return best if rank(best)[0] else ","


def _rows(lines: _Lines, separator: str) -> Iterator[tuple[int, list[str]]]:
    """Each row with the physical line it begins on; blank lines are passed over."""
    # strict: a quote that is never closed is an error, not a field that swallows the rest of the file.
    for row in csv.reader(lines, delimiter=separator, strict=True):
        if row:
            yield lines.row, row
        lines.row = lines.number + 1


def _batches(path: Path, encoding: str, separator: str, width: int) -> Iterator[pa.RecordBatch]:
    """The rows below the header; those of a batch with quotes in them come after the others."""
    with _opened(path, encoding) as lines:
        next(_rows(lines, separator))
        rest = ""
        while block := rest + lines.block():
            first = lines.number + 1
            read = _read_fast(block, separator, width, first)
            if read is None:
                rest, lines.row = "", first
                lines.again(block)
                yield from batched(_rows_of_block(lines, separator, width), width)
            else:
                yield from read.batches
                rest = read.rest
                lines.number += read.lines


@dataclass(frozen=True)
class _Read:
    """What was read of a block: its rows, how many lines they take, and the lines of a row that goes on beyond it."""

    batches: list[pa.RecordBatch]
    lines: int
    rest: str


def _read_fast(block: str, separator: str, width: int, first: int) -> _Read | None:
    """A block of lines most of which have no quotes, the first of them the file's line `first`; None where it is not,
    or something in it is not as it should be."""
    if not block.endswith("\n") or "\0" in block or block.count("\r") != block.count("\r\n"):
        return None
    texts = block.split("\n")[:-1]
    quoted = [at for at, text in enumerate(texts) if '"' in text]
    if 2 * len(quoted) > len(texts):
        return None
    rows: list[Row] = []
    taken: set[int] = set()
    rest = ""
    for at in quoted:
        if at in taken:
            continue
        reader = csv.reader((f"{texts[n]}\n" for n in range(at, len(texts))), delimiter=separator, strict=True)
        try:
            row = next(reader)
        except csv.Error:
            # The row goes on in the next block, or its quotes are wrong: the next block tells, or the slow way.
            rest = "\n".join([*texts[at:], ""])
            if at == 0 or len(rest) > _BLOCK:
                return None
            del texts[at:]
            break
        rows.append(_row(first + at, row, width))
        taken.update(range(at, at + reader.line_num))
    plain = [at for at in range(len(texts)) if at not in taken] if taken else range(len(texts))
    columns = _columns([texts[at] for at in plain], separator, width)
    if columns is None:
        return None
    places = pa.array([first + at for at in plain], pa.int64())
    batch = with_places(places, pa.nulls(len(plain), pa.string()), columns)
    return _Read([batch, *batched(rows, width)], len(texts), rest)


def _columns(texts: list[str], separator: str, width: int) -> list[pa.Array] | None:
    """The fields of lines without quotes; None where one is not a row of that width."""
    if not texts:
        return [pa.array([], pa.string())] * width
    content = "\n".join([*texts, ""]).encode()
    names = [str(place) for place in range(width)]
    try:
        table = pa_csv.read_csv(
            pa.py_buffer(content),
            pa_csv.ReadOptions(use_threads=False, block_size=len(content) + 1, column_names=names),
            pa_csv.ParseOptions(delimiter=separator, quote_char=False),
            pa_csv.ConvertOptions(column_types=dict.fromkeys(names, pa.string())),
        )
    except pa.ArrowInvalid:
        return None
    columns = [column.combine_chunks() for column in table.columns]
    longest = max(pc.max(pc.binary_length(column)).as_py() or 0 for column in columns)
    # Arrow passes blank lines over, too, and has no limit to a field's length.
    return columns if table.num_rows == len(texts) and longest <= csv.field_size_limit() else None


def _rows_of_block(lines: _Lines, separator: str, width: int) -> Iterator[Row]:
    """The rows that begin in the block given again; the last may end beyond it."""
    for start, row in _rows(lines, separator):
        yield _row(start, row, width)
        if not lines.within_block:
            return


def _row(start: int, row: list[str], width: int) -> Row:
    """The row in `width` cells: missing ones null, surplus ones kept in the last, so that a rejects file shows them."""
    if len(row) == width:
        return start, None, row
    fault = f"has {len(row)} field{'s' * (len(row) != 1)} where the header has {width}"
    if len(row) > width:
        return start, fault, [*row[: width - 1], ",".join(row[width - 1 :])]
    return start, fault, [*row, *[None] * (width - len(row))]
