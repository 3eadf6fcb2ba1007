"""Saved pages read one by one: a manifest of them in, a line of JSON out for each."""

from __future__ import annotations

import gzip
import json
import logging
import os
import time
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from scrapers.extraction.as_json import as_json
from scrapers.extraction.page import LARGEST
from scrapers.extraction.product import extract
from warehouse.errors import InputError
from warehouse.progress import Progress, quiet

_LINE = '{"id": …, "path": "page.html.gz", "url": "https://…"}'
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Extracted:
    """How a batch went: pages asked for, those that could not be read, and what became of the first of these."""

    pages: int
    failed: int
    first_failure: str | None = None


def read_saved(path: Path) -> bytes:
    """A saved page, unpacked where its name ends in .gz: its first 8 MB. InputError where it cannot be read."""
    try:
        with gzip.open(path) if path.suffix == ".gz" else path.open("rb") as file:
            return file.read(LARGEST)
    except (OSError, EOFError, zlib.error, ValueError) as error:  # ValueError: a path with NUL in it
        what = (
            "is no whole gzip file" if isinstance(error, EOFError | zlib.error | gzip.BadGzipFile) else "cannot be read"
        )
        raise InputError(f"{path} {what} ({_reason(error)}); save the page again or correct its path") from None


def extract_batch(manifest: Path, output: Path, progress: Progress = quiet) -> Extracted:
    """Read the pages that `manifest` lists and write one line for each to `output`, which appears once it is whole.

    A line in is {"id", "path", "url"}, the path relative to the manifest; a line out {"id", "product", "seconds"}, or
    {"id", "product": null, "error"} where the page or the line itself could not be read. Blank lines are none.
    InputError where the manifest cannot be read or the output cannot be written.
    """
    try:
        with manifest.open("rb") as lines:
            total = sum(1 for line in lines if line.strip())
    except (OSError, ValueError) as error:
        raise InputError(
            f"the manifest {manifest} cannot be read ({_reason(error)}); name a file of JSON lines"
        ) from None
    failures: list[str] = []
    done = 0
    with manifest.open("rb") as lines, _written_whole(output) as out:
        for number, line in enumerate(lines, start=1):
            if not line.strip():
                continue
            answer = _answer(line, manifest.parent)
            if answer["product"] is None:
                failures.append(f"line {number}: {answer['error']}")
            out.write(json.dumps(answer).encode() + b"\n")
            done += 1
            progress("extract", done, total)
    return Extracted(done, len(failures), failures[0] if failures else None)


def _answer(line: bytes, folder: Path) -> dict[str, Any]:
    """The line out for one line in."""
    page: dict[str, Any] = {"id": None}
    try:
        page |= _object(line)
        _check(page)
        html = read_saved(folder / page["path"])
        begun = time.perf_counter()
        product = as_json(extract(html, page["url"]))
        return {"id": page["id"], "product": product, "seconds": round(time.perf_counter() - begun, 6)}
    except InputError as error:
        return {"id": page["id"], "product": None, "error": str(error)}
    except Exception as error:  # whatever a stranger's page does to the reader, the other pages are read
        _log.exception("reading %s failed", page.get("path"))
        return {"id": page["id"], "product": None, "error": f"the page broke the reader ({_reason(error)}); report it"}


def _object(line: bytes) -> dict[str, Any]:
    try:
        page = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise InputError(f"this is no JSON ({_reason(error)}); write {_LINE}") from None
    if not isinstance(page, dict):
        raise InputError(f"this is no JSON object; write {_LINE}")
    return page


def _check(page: dict[str, Any]) -> None:
    for name in ("path", "url"):
        if not isinstance(page.get(name), str):
            raise InputError(f"{name} is missing or no text; write {_LINE}")


@contextmanager
def _written_whole(output: Path) -> Iterator[IO[bytes]]:
    """A file beside `output` that takes its place at the end, and goes away where the end is not reached."""
    partial = output.with_name(f".{output.name}.{os.getpid()}")
    try:
        with partial.open("wb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        partial.replace(output)
    except OSError as error:
        raise InputError(
            f"{output} cannot be written ({_reason(error)}); name a file in a folder that is there"
        ) from None
    finally:
        partial.unlink(missing_ok=True)


def _reason(error: Exception) -> str:
    return getattr(error, "strerror", None) or str(error) or type(error).__name__
