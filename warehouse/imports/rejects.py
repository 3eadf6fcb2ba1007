"""Rejected rows, kept in a file for people to mend: never silently away."""

from __future__ import annotations

import csv
import re
from datetime import datetime
from pathlib import Path

from warehouse.imports.readers import Source
from warehouse.imports.staging import Staging

_FORMULA = re.compile(r"[=+\-@\t\r]")
_NUMBER = re.compile(r"[+-]?[\d.,\s]+")


def write_rejects(staging: Staging, source: Source, folder: Path, now: datetime) -> Path:
    """Write place, reason and original cells of every rejected row to a new CSV file in `folder`; return its path.

    The file may hold personal data and text from outside: its owner alone may read it, and no cell of it is a formula
    to a spreadsheet.
    """
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{now:%Y%m%dT%H%M%S%f}-{source.path.stem.removesuffix('.csv')}.csv"
    cells = ", ".join(f'raw."{place}"' for place in range(len(source.columns)))
    rows = staging.stream(
        f"select rejected._line, rejected.reason, {cells} from rejected join raw using (_line) order by rejected._line"
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
