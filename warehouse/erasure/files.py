"""Erased customers in the files of the home folder: rejects, exports, fetched files, logs and whatever else lies there.

Of a file of rows (CSV and its like) the rows that name them go, and every other row stays as it was. In other text an
x replaces each letter of their mail, phone and id. A file that is no text is looked into and goes as a whole where it
names them: what else it says of them cannot be told apart.
"""

from __future__ import annotations

import gzip
import os
import tempfile
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import IO

from warehouse.backup.erasures import NAME as BACKUPS
from warehouse.erasure.traces import Traces
from warehouse.settings import Settings

ROWS = frozenset((".csv", ".tsv", ".txt", ".jsonl", ".ndjson"))
"""Files in which a line, or what quotes hold together, is a row."""

_KEPT_APART = ("lake", "artifacts", ".locks", "scratch", "crawls")
"""Folders with a purge of their own, or without data of customers: crawls hold what other shops publish."""

_DATABASE = b"SQLite format 3\0"
_PIECE = 1 << 22
_LONGEST_CELL = 200
"""Lines of a cell in quotes."""
_MOST = 1 << 32
"""Bytes that are unpacked of one file; what unpacks to more counts as unreadable."""


@dataclass
class Cleaned:
    """What was done to files: `rows` went out of files of rows, `masked` had words replaced, `removed` are gone."""

    rows: int = 0
    masked: int = 0
    removed: int = 0


def clean_files(settings: Settings, traces: Traces, erased_before: datetime) -> Cleaned:
    """Take erased customers out of every file below the home folder but the lake, models and databases.

    `erased_before` (aware) is the last erasure's time. Fetched files that are younger are left for their import, which
    knows of the erasure; files that cannot be looked into go where they are older.
    """
    done = Cleaned()
    for path in _files(settings.home):
        with suppress(FileNotFoundError):  # others work here too, and tidy up after themselves
            _clean(path, settings, traces, path.stat().st_mtime < erased_before.timestamp(), done)
    return done


def _clean(path: Path, settings: Settings, traces: Traces, older: bool, done: Cleaned) -> None:
    handed_over = any(path.is_relative_to(f) for f in (settings.rejects, settings.landing, settings.exports))
    if path.is_relative_to(settings.landing) and not older:
        return
    if _is_text(path) and path.suffix.lower() in ROWS:
        done.rows += _without_rows(path, traces)
    elif _is_text(path) and not handed_over:
        done.masked += _mask(path, traces)
    elif _names(path, traces, unless_readable=older and handed_over):
        path.unlink()
        done.removed += 1


def databases(settings: Settings) -> list[Path]:
    """The SQLite files in the home folder."""
    return [path for path in sorted(settings.home.glob("*")) if path.is_file() and _begins(path, _DATABASE)]


def _files(home: Path) -> Iterator[Path]:
    for folder, names, files in os.walk(home):
        here = Path(folder)
        if here == home:
            names[:] = [name for name in names if name not in _KEPT_APART]
            files = [name for name in files if not _is_of_database(here / name)]
        if BACKUPS in files:  # somebody keeps backups here; they go by their own rule
            names.clear()
            continue
        for name in sorted(files):
            path = here / name
            if path.is_file() and not path.is_symlink():
                yield path
    yield from sorted((home / "scratch").glob("*.log"))


def _is_of_database(path: Path) -> bool:
    """Whether a file is a database, or one of those that SQLite keeps beside it."""
    base = path.with_name(path.name.removesuffix("-wal").removesuffix("-shm").removesuffix("-journal"))
    return base.is_file() and _begins(base, _DATABASE)


def _begins(path: Path, magic: bytes) -> bool:
    with path.open("rb") as file:
        return file.read(len(magic)) == magic


def _is_text(path: Path) -> bool:
    with path.open("rb") as file:
        return b"\0" not in file.read(1 << 16) and not _begins(path, b"\x1f\x8b") and not _begins(path, b"PK\x03\x04")


def _without_rows(path: Path, traces: Traces) -> int:
    """Remove the rows that name an erased customer; return how many. The others stay byte for byte."""
    if not any(traces.named_in(record) for record in _records(path)):
        return 0
    gone = 0
    descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(descriptor, "wb") as rest:
            for record in _records(path):
                if traces.named_in(record):
                    gone += 1
                else:
                    rest.write(record.encode("latin-1"))
            rest.flush()
            os.fsync(rest.fileno())
        times = path.stat()
        os.utime(name, ns=(times.st_atime_ns, times.st_mtime_ns))  # its age still says when it was made
        Path(name).replace(path)
    finally:
        Path(name).unlink(missing_ok=True)
    return gone


def _records(path: Path) -> Iterator[str]:
    """The rows of a file, each with its line end; a quoted cell may hold line ends."""
    rows_of_json = path.suffix.lower() in (".jsonl", ".ndjson")
    with path.open("rb") as file:
        lines: list[str] = []
        quotes = 0
        for line in iter(lambda: file.readline(_PIECE), b""):
            lines.append(line.decode("latin-1"))
            quotes += line.count(b'"')
            if rows_of_json or quotes % 2 == 0:
                yield "".join(lines)
            elif len(lines) == _LONGEST_CELL:  # a quote that stands alone holds nothing together
                yield from lines
            else:
                continue
            lines, quotes = [], 0
        yield from lines


def _mask(path: Path, traces: Traces) -> bool:
    """Replace what names an erased customer, in place: whoever writes to the file goes on where it is."""
    changed = False
    with path.open("r+b") as file:
        start = 0
        for line in iter(lambda: file.readline(_PIECE), b""):
            text = line.decode("latin-1")
            for begin, end in traces.spans(text):
                file.seek(start + begin)
                file.write(b"x" * (end - begin))
                changed = True
            start += len(line)
            file.seek(start)
    return changed


def _names(path: Path, traces: Traces, *, unless_readable: bool) -> bool:
    """Whether a file that is not plain rows names an erased customer; `unless_readable` where it cannot be told."""
    try:
        return any(traces.named_in(text) for text in _texts(path))
    except (OSError, EOFError, ValueError, zlib.error, zipfile.BadZipFile, RuntimeError, NotImplementedError):
        return unless_readable


def _texts(path: Path) -> Iterator[str]:
    """All that a file says, piece by piece. ValueError where it unpacks to too much."""
    if _begins(path, b"PAR1"):
        yield from _parquet_texts(path)
    elif _begins(path, b"PK\x03\x04"):
        with zipfile.ZipFile(path) as archive:
            for member in archive.infolist():
                with archive.open(member) as file:
                    yield from _pieces(file)
    elif _begins(path, b"\x1f\x8b"):
        with gzip.open(path) as unpacked:
            yield from _pieces(unpacked)
    else:
        with path.open("rb") as plain:
            yield from _pieces(plain)


def _pieces(file: IO[bytes] | gzip.GzipFile) -> Iterator[str]:
    """Text in pieces that overlap, so that no word is cut in all of them; without NUL too, which is UTF-16's ASCII."""
    tail, seen = b"", 0
    for block in iter(lambda: file.read(_PIECE), b""):
        seen += len(block)
        if seen > _MOST:
            raise ValueError("unpacks to too much")
        piece = tail + block
        yield piece.decode("latin-1")
        if b"\0" in piece:
            yield piece.replace(b"\0", b"").decode("latin-1")
        tail = piece[-4096:]


def _parquet_texts(path: Path) -> Iterator[str]:
    import pyarrow as pa
    import pyarrow.parquet as pq

    with pq.ParquetFile(path) as file:
        for batch in file.iter_batches(10_000):
            for column in batch.columns:
                if pa.types.is_string(column.type) or pa.types.is_large_string(column.type):
                    words = "\n".join(value for value in column.to_pylist() if value)
                elif pa.types.is_integer(column.type):
                    words = "\n".join(str(value) for value in column.to_pylist() if value is not None)
                else:
                    continue
                yield words.encode(errors="surrogatepass").decode("latin-1")
