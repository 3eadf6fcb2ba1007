"""Writing a CSV file whole or not at all, with nothing in it that a spreadsheet would run."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import NamedTemporaryFile

from warehouse.errors import InputError

_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def write_csv(path: Path, header: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """Write `rows` to `path` (UTF-8, comma, LF), replacing what was there only once all is written.

    Text that a spreadsheet would take for a formula gets an apostrophe before it; None is an empty cell. Only the
    user who wrote it can read the file.

    Raises:
        InputError: the place cannot be written to.
    """
    with whole_file(path) as unfinished, unfinished.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(header)
        writer.writerows([harmless(cell) for cell in row] for row in rows)


@contextmanager
def whole_file(path: Path) -> Iterator[Path]:
    """A file to write beside `path`, which takes its place once the block ends well; its owner alone may read it.

    Raises:
        InputError: the place cannot be written to.
    """
    unfinished: Path | None = None
    try:
        with NamedTemporaryFile(dir=path.parent, prefix=f".{path.name}.", delete=False) as file:
            unfinished = Path(file.name)
        yield unfinished
        unfinished.replace(path)
    except OSError as problem:
        raise InputError(f"{path}: cannot be written ({problem.strerror}); name a file in an existing folder") from None
    finally:
        if unfinished is not None:
            unfinished.unlink(missing_ok=True)


def harmless(cell: object) -> object:
    """A cell that no spreadsheet runs: an apostrophe before text that begins like a formula."""
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(_FORMULA) else cell


def as_written(text: str) -> str:
    """The text before `harmless` had its way with it."""
    return text[1:] if text.startswith("'") and text[1:].startswith(_FORMULA) else text
