"""Writing a workbook of one sheet whole or not at all, with nothing in it that a spreadsheet would run."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from pathlib import Path

from warehouse.csv_file import harmless, whole_file
from warehouse.errors import InputError

_MOST_ROWS = 1_048_576
"""Rows of a sheet, the header counted."""
_LONGEST = 32_767
"""Characters of a cell."""


def write_xlsx(path: Path, header: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """Write `rows` to the one sheet of a workbook, texts as texts, so that no id becomes a number.

    As `write_csv` does with formulas, and with what was there; characters that a workbook cannot hold are left out.
    InputError where there are more rows than a sheet has, or the place cannot be written to.
    """
    from openpyxl import Workbook
    from openpyxl.cell import WriteOnlyCell
    from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
    from openpyxl.styles import Font

    book = Workbook(write_only=True)
    sheet = book.create_sheet()
    sheet.freeze_panes = "A2"
    cells = [WriteOnlyCell(sheet, name) for name in header]
    for cell in cells:
        cell.font = Font(bold=True)
    sheet.append(cells)
    for number, row in enumerate(rows, start=2):
        if number > _MOST_ROWS:
            raise InputError(f"{path}: a sheet has {_MOST_ROWS:,} rows at most; write a .csv file")
        sheet.append([_held(harmless(value), ILLEGAL_CHARACTERS_RE) for value in row])
    with whole_file(path) as unfinished:
        book.save(unfinished)


def _held(cell: object, illegal: re.Pattern[str]) -> object:
    return illegal.sub("", cell)[:_LONGEST] if isinstance(cell, str) else cell
