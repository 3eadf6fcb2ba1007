"""Rejected rows, kept in a file for people to mend: never silently away."""

from __future__ import annotations

import csv
import re
from datetime import datetime
from pathlib import Path

from warehouse.errors import InputError
from warehouse.imports.erased import ERASED_LINES
from warehouse.imports.readers import Source
from warehouse.imports.staging import Staging

_FORMULA = re.compile(r"[=+\-@\t\r]")
_NUMBER = re.compile(r"[+-]?[\d.,\s]+")


class RejectedRows(InputError):
    """A file of which nothing was written, since rows of it cannot be taken: `count` of them, listed in `path`."""

    def __init__(self, message: str, count: int, path: Path) -> None:
        super().__init__(message)
        self.count = count
        self.path = path


def write_rejects(staging: Staging, source: Source, folder: Path, now: datetime) -> Path:
    """Write place, reason and original cells of every rejected row to a new CSV file in `folder`; return its path.

    The file may hold personal data and text from outside: its owner alone may read it, and no cell of it is a formula
    to a spreadsheet.
    """
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{now:%Y%m%dT%H%M%S%f}-{source.path.stem.removesuffix('.csv')}.csv"
    # Of an erased customer the place and the reason are kept alone: the file lies about for weeks.
    cells = ", ".join(
        f'case when raw._line not in (from {ERASED_LINES}) then raw."{place}" end'
        for place in range(len(source.columns))
    )
    rows = staging.stream(
        # A preset may make several rows of one; it is listed once, with all that is wrong with it.
        f"select _line, reason, {cells} from raw join (select _line, string_agg(distinct reason, '; ') as reason "
        "from rejected group by _line) using (_line) order by _line"
    )
    path.touch(mode=0o600)
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow([source.unit, "reason", *map(_harmless, source.columns)])
        for batch in rows:
            for line, *texts in zip(*(column.to_pylist() for column in batch.columns), strict=True):
                writer.writerow([line, *map(_harmless, texts)])
    return path


def _harmless(text: str | None) -> str | None:
    """A cell that no spreadsheet runs: an apostrophe before what begins like a formula and is no number."""
    return f"'{text}" if text and _FORMULA.match(text) and not _NUMBER.fullmatch(text) else text
