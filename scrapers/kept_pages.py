"""Pages kept as they were fetched, so that a better reader can read them again: WARC files (ISO 28500:2017).

Each process of a crawl appends to a file of its own, one gzip member per page, so that a killed one costs no more than
its last page, and tools for web archives read the files as they are.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO
from urllib.parse import quote, unquote
from uuid import uuid4

from scrapers.extraction.page import LARGEST as LARGEST_PAGE

FOLDER = "pages"
"""Where they lie, below the site's own folder."""

MOST_BYTES = 10_000_000_000
"""Of a site on the disk; the oldest crawls go first."""

_SUFFIX = ".warc.gz"
_LEVEL = 1
"""Of gzip: HTML shrinks to a sixth, and more would take longer than reading the page."""
_LARGEST_RECORD = LARGEST_PAGE + 1_000_000
_BLOCK = 1 << 16
_NOT_KEPT = frozenset(
    ("connection", "content-encoding", "content-length", "keep-alive", "set-cookie", "transfer-encoding")
)
"""Headers that no longer hold for the page as it is kept, or are somebody's secret."""


@dataclass(frozen=True, slots=True)
class KeptPage:
    """A page as it was fetched: its address, when (UTC), and what was sent. `body` is unpacked."""

    url: str
    fetched_at: datetime
    headers: dict[str, str]
    """By name in small letters."""
    body: bytes


class PageFile:
    """A new file of pages for one process of a crawl, below the site's folder."""

    def __init__(self, folder: Path, crawl_id: str) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        name = quote(crawl_id, safe=" @+")
        number = 1
        while (path := folder / f"{name}-{number}{_SUFFIX}").exists():
            number += 1
        self._file: BinaryIO = path.open("xb")

    def keep(self, url: str, headers: Iterable[tuple[str, str]], body: bytes, fetched_at: datetime) -> None:
        """Append a page. It outlives this process from here on."""
        kept = [(name, value) for name, value in headers if name.lower() not in _NOT_KEPT]
        answer = b"HTTP/1.1 200 OK\r\n" + _lines([*kept, ("Content-Length", str(len(body)))]) + b"\r\n" + body
        fields = [
            ("WARC-Type", "response"),
            ("WARC-Record-ID", f"<{uuid4().urn}>"),
            ("WARC-Date", fetched_at.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")),
            ("WARC-Target-URI", url),
            ("Content-Type", "application/http;msgtype=response"),
            ("Content-Length", str(len(answer))),
        ]
        packer = zlib.compressobj(_LEVEL, wbits=31)
        record = b"WARC/1.1\r\n" + _lines(fields) + b"\r\n" + answer + b"\r\n\r\n"
        self._file.write(packer.compress(record) + packer.flush())
        self._file.flush()

    def close(self) -> None:
        """No more pages."""
        self._file.close()


def kept_crawls(folder: Path) -> dict[str, list[Path]]:
    """The files of a site by the crawl whose pages they hold, each crawl's in the order they were written."""
    crawls: dict[str, list[tuple[int, Path]]] = {}
    for path in folder.glob(f"*{_SUFFIX}"):
        name, _, number = path.name.removesuffix(_SUFFIX).rpartition("-")
        if name and number.isdecimal():
            crawls.setdefault(unquote(name), []).append((int(number), path))
    return {crawl_id: [path for _, path in sorted(crawls[crawl_id])] for crawl_id in sorted(crawls)}


def read_pages(path: Path) -> Iterator[KeptPage]:
    """The pages of a file in the order they were kept. What is torn, or too large to be one of ours, ends it."""
    with path.open("rb") as file:
        for record in _members(file):
            page = _page(record)
            if page is None:
                return
            yield page


def forget_old(folder: Path, before: datetime) -> list[Path]:
    """Remove a site's files last written before a time, and the oldest of those that are too much; which."""
    stats = [(path.stat(), path) for path in folder.glob(f"*{_SUFFIX}")]
    files = sorted(((stat.st_mtime, stat.st_size, path) for stat, path in stats), reverse=True)
    gone, held = [], 0
    for changed_at, size, path in files:
        held += size
        if changed_at < before.timestamp() or held > MOST_BYTES:
            path.unlink(missing_ok=True)
            gone.append(path)
    return gone


def _lines(fields: Iterable[tuple[str, str]]) -> bytes:
    """Header lines; a line break within a value would be another header's."""
    text = "".join(f"{name}: {' '.join(value.splitlines())}\r\n" for name, value in fields)
    return text.encode("utf-8", "replace")


def _members(file: BinaryIO) -> Iterator[bytes]:
    """The members of a gzip file, each unpacked; a torn one ends it."""
    rest = b""
    while True:
        unpacker = zlib.decompressobj(wbits=31)
        parts: list[bytes] = []
        size = 0
        while not unpacker.eof:
            data = unpacker.unconsumed_tail or rest or file.read(_BLOCK)
            rest = b""
            if not data:
                return
            try:
                parts.append(unpacker.decompress(data, _LARGEST_RECORD + 1 - size))
            except zlib.error:
                return
            size += len(parts[-1])
            if size > _LARGEST_RECORD:
                return
        rest = unpacker.unused_data
        yield b"".join(parts)


def _page(record: bytes) -> KeptPage | None:
    try:
        head, _, block = record.partition(b"\r\n\r\n")
        fields = _fields(head)
        length = int(fields["content-length"])
        head, _, body = block[:length].partition(b"\r\n\r\n")
        fetched_at = datetime.fromisoformat(fields["warc-date"].replace("Z", "+00:00"))
        return KeptPage(fields["warc-target-uri"], fetched_at, _fields(head), body)
    except (KeyError, ValueError):
        return None


def _fields(head: bytes) -> dict[str, str]:
    pairs = (line.partition(": ") for line in head.decode("utf-8", "replace").split("\r\n")[1:])
    return {name.lower(): value for name, _, value in pairs}
