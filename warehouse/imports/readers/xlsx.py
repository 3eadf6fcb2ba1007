"""Workbooks as rows of text: the first sheet or a named one, values only (of a formula the result it was saved with).

A row's place is its number in the sheet. Numbers stand as the shortest text that reads back the same float, which is
what a spreadsheet shows (1.1, not 1.1000000000000001), whole ones as digits; dates and times in ISO form.
"""

from __future__ import annotations

import re
import warnings
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime, time
from decimal import Decimal
from itertools import islice
from pathlib import Path
from typing import Any

from warehouse.errors import InputError
from warehouse.imports.readers.source import AMBIGUOUS_NUMBER, LONGEST_LINE, Row, Source, batched, refuse_repeated

_LARGEST = 4_000_000_000
"""Bytes that a workbook may unpack to: a sheet of a million rows and thirty columns is under two."""

_IN_MEMORY = 300_000_000
"""Bytes of what is not read as a stream, such as the table of texts."""

_MOST_PARTS = 10_000
_AT_ONCE = 1_000
_CHUNK = 1 << 20
_ERRORS = ("#N/A", "#REF!", "#VALUE!", "#DIV/0!", "#NAME?", "#NUM!", "#NULL!")
_NO_RESULT = re.compile(
    rb'<(?:\w+:)?c r="(\w+)"(?![^>]* t="str")[^>]*>'
    rb"<(?:\w+:)?f\b[^>]*(?:/>|>[^<]*</(?:\w+:)?f>)"
    rb"(?:<(?:\w+:)?v ?/>|<(?:\w+:)?v></(?:\w+:)?v>)?</(?:\w+:)?c>"
)
"""A cell with a formula and no value: the program that wrote it never computed it."""


def read_xlsx(path: Path, sheet: str | None = None) -> Source:
    """The first visible sheet of a workbook, or the one named; its first row that is not empty is the header."""
    _check_parts(path)
    with _opened(path, sheet) as worksheet:
        name = worksheet.title
        header = _trimmed(next((cells for _, cells in _rows(worksheet) if _trimmed(cells)), ()))
    if not header:
        raise InputError(f"{path.name}: sheet {name!r} is empty; it needs a header row and rows below it")
    columns = tuple((_text(cell) or "").strip() for cell in header)
    if "" in columns:
        raise InputError(
            f"{path.name}: column {columns.index('') + 1} of sheet {name!r} has no name in the header, which is the "
            "first row that is not empty; give every column one, and split merged cells"
        )
    refuse_repeated(path, columns)
    typed: set[int] = set()
    doubtful: set[int] = set()
    batches = batched(_table(path, sheet, len(columns), typed, doubtful), len(columns))
    read_as = {"format": "XLSX", "sheet": name}
    return Source(path, "row", columns, batches, read_as=read_as, typed=typed, doubtful=doubtful)


def _table(path: Path, sheet: str | None, width: int, typed: set[int], doubtful: set[int]) -> Iterator[Row]:
    """The rows below the header, blank ones passed over."""
    with _opened(path, sheet) as worksheet:
        rows = ((number, cells) for number, values in _rows(worksheet) if (cells := _trimmed(values)))
        next(rows)
        for number, cells in rows:
            for place, cell in enumerate(cells[:width]):
                if isinstance(cell, float) and not cell.is_integer():
                    typed.add(place)
                elif isinstance(cell, str) and AMBIGUOUS_NUMBER.fullmatch(cell):
                    doubtful.add(place)
            yield number, _fault(cells, width), [*map(_text, cells[:width]), *[None] * (width - len(cells))]


def _fault(cells: tuple[Any, ...], width: int) -> str | None:
    if len(cells) > width:
        return f"has {len(cells)} cells where the header has {width}"
    wrong = next((cell for cell in cells if cell in _ERRORS), None)
    return f"holds the error {wrong}; mend its formula" if wrong else None


def _rows(worksheet: Any) -> Iterator[tuple[int, tuple[Any, ...]]]:
    """Each row's number and values."""
    # What the file says of its size is often wrong.
    worksheet.reset_dimensions()
    rows = enumerate(worksheet.iter_rows(values_only=True), 1)
    while True:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of dates out of range, which become the error #VALUE!
            some = list(islice(rows, _AT_ONCE))
        if not some:
            return
        yield from some


@contextmanager
def _opened(path: Path, sheet: str | None) -> Iterator[Any]:
    """The sheet, opened read-only (openpyxl gives such sheets no type of their own)."""
    from openpyxl import load_workbook

    with _readable(path):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of styles and extensions, none of which is read
            workbook = load_workbook(path, read_only=True, data_only=True, keep_links=False)
        try:
            sheets = {worksheet.title: worksheet for worksheet in workbook.worksheets}
            if sheet is not None and sheet not in sheets:
                raise InputError(f"{path.name} has no sheet {sheet!r}; its sheets are {', '.join(map(repr, sheets))}")
            visible = [title for title, worksheet in sheets.items() if worksheet.sheet_state == "visible"]
            if not sheets:
                raise InputError(f"{path.name} has no sheet of cells")
            yield sheets[sheet or (visible or list(sheets))[0]]
        finally:
            workbook.close()


@contextmanager
def _readable(path: Path) -> Iterator[None]:
    try:
        yield
    except InputError:
        raise
    # Whatever goes wrong inside a damaged workbook comes through the library: KeyError, errors of XML and ZIP, ...
    except Exception as error:
        reason = (str(error).splitlines() or [type(error).__name__])[0]
        raise InputError(
            f"{path.name} is not a whole XLSX workbook ({reason}); save it again, or save the sheet as CSV"
        ) from None


def _check_parts(path: Path) -> None:
    """Refuse what is no workbook, unpacks to too much, declares a document type, or has formulas without results."""
    with _readable(path), zipfile.ZipFile(path) as archive:
        parts = archive.infolist()
        if "[Content_Types].xml" not in archive.namelist():
            raise InputError(f"{path.name} is a ZIP archive and no workbook; unpack it first")
        sheets = [part for part in parts if re.search(r"worksheets/[^/]+\.xml$", part.filename)]
        in_memory = sum(
            part.file_size for part in parts if part not in sheets and part.filename.endswith((".xml", "s"))
        )
        if len(parts) > _MOST_PARTS or sum(part.file_size for part in parts) > _LARGEST or in_memory > _IN_MEMORY:
            raise InputError(f"{path.name} unpacks to more than is read of a workbook; save the sheet as CSV")
        for part in parts:
            with archive.open(part) as file:
                if b"<!DOCTYPE" in file.read(LONGEST_LINE):
                    raise InputError(f"{path.name} declares a document type, which no workbook does; save it again")
        for part in sheets:
            with archive.open(part) as file:
                _refuse_uncomputed(path, file)


def _refuse_uncomputed(path: Path, file: Any) -> None:
    left = b""
    while chunk := file.read(_CHUNK):
        text = left + chunk
        if found := _NO_RESULT.search(text):
            cell = found[1].decode()
            raise InputError(
                f"{path.name}: cell {cell} holds a formula without its result; open the file in a spreadsheet program "
                "and save it there"
            )
        left = text[-_UNFINISHED:]


_UNFINISHED = 20_000
"""Bytes of a cell that may stand on both sides of what is read at a time: a formula has 8,192 characters at most."""


def _trimmed(cells: tuple[Any, ...]) -> tuple[Any, ...]:
    """The cells without empty ones at the end."""
    end = len(cells)
    while end and cells[end - 1] in (None, ""):
        end -= 1
    return cells[:end]


def _text(value: Any) -> str | None:
    match value:
        case None:
            return None
        case bool():
            return "true" if value else "false"
        case float():
            return format(Decimal(repr(value)), "f") if not value.is_integer() else str(int(value))
        case datetime():
            return value.isoformat(" ")
        case date() | time():
            return value.isoformat()
        case _:
            return str(value)
