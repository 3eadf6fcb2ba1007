"""What a crawl has seen so far, on the disk, so that one that is killed is taken up again where it was.

A spool is a folder: `crawl.json` says which crawl it is, `messages.jsonl` is what the crawling process wrote (see
scrapers.messages), `end.json` appears when the crawl is over. What goes to the lake is worked out from these three
alone, so that a write that is tried again writes the same. The folder goes when all is in the lake.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from shutil import rmtree
from typing import Any
from urllib.parse import quote

from filelock import FileLock, Timeout

from scrapers.messages import Message, decode
from warehouse.durable import sync
from warehouse.errors import InputError

_HEADER, _MESSAGES, _END, _LOG, _LOCK = "crawl.json", "messages.jsonl", "end.json", "log.txt", "writer.lock"
_WRITER_SECONDS = 15.0
"""A crawling process whose parent was killed ends within a moment."""
_BLOCK = 1 << 20


@dataclass(frozen=True, slots=True)
class Ended:
    """That a crawl is over: when, what cut it short unless it came to its own end, and the crawling process's log,
    where that process broke down."""

    at: datetime
    cut_short_by: str
    log: Path | None = None


class Spool:
    """The spool in `folder`; see `new` and `unfinished`."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        header = json.loads((folder / _HEADER).read_bytes())
        self.crawl_id: str = header["crawl_id"]
        self.site: str = header["site"]
        self.started_at = datetime.fromisoformat(header["started_at"])
        self.limit: int | None = header["limit"]
        self.tiered: bool = header["tiered"]

    @classmethod
    def new(
        cls, root: Path, crawl_id: str, site: str, started_at: datetime, *, limit: int | None, tiered: bool
    ) -> Spool:
        """A new spool below `root`, which holds those of one site; `tiered` where the crawl reads due pages only."""
        folder = root / quote(crawl_id, safe=" @+")
        folder.mkdir(parents=True)
        (folder / _MESSAGES).touch()
        header = {"crawl_id": crawl_id, "site": site, "started_at": started_at.isoformat()}
        _write_whole(folder / _HEADER, {**header, "limit": limit, "tiered": tiered})
        sync(root)
        return cls(folder)

    @property
    def messages_path(self) -> Path:
        """Where the crawling process appends."""
        return self.folder / _MESSAGES

    @property
    def log_path(self) -> Path:
        """Where the crawling process's own words go."""
        return self.folder / _LOG

    @contextmanager
    def writing(self) -> Iterator[None]:
        """Held by the one process that appends."""
        with FileLock(self.folder / _LOCK):
            yield

    def mend(self) -> int:
        """Cut off a last line that a killed process left half-written; the length that remains.

        InputError where a process still writes: it is one that was left behind, and goes by itself.
        """
        try:
            with FileLock(self.folder / _LOCK, timeout=_WRITER_SECONDS):
                with self.messages_path.open("r+b") as file:
                    whole = _end_of_lines(file.seek(0, os.SEEK_END), file)
                    file.truncate(whole)
                return whole
        except Timeout:
            raise InputError(f"a process still crawls into {self.folder}; end it, then crawl again") from None

    def messages(self) -> Iterator[Message]:
        """All that was written so far, in order. A half-written last line is none."""
        with self.messages_path.open("rb") as file:
            for line in file:
                message = decode(line) if line.endswith(b"\n") else None
                if message is not None:
                    yield message

    @property
    def ended(self) -> Ended | None:
        """What `end` noted; None where the crawl is not over."""
        try:
            noted = json.loads((self.folder / _END).read_bytes())
        except FileNotFoundError:
            return None
        log = None if noted["log"] is None else Path(noted["log"])
        return Ended(datetime.fromisoformat(noted["at"]), noted["cut_short_by"], log)

    def end(self, ended: Ended) -> None:
        """Note that the crawl is over. All of it is on the disk afterwards."""
        sync(self.messages_path)
        log = None if ended.log is None else str(ended.log)
        _write_whole(self.folder / _END, {"at": ended.at.isoformat(), "cut_short_by": ended.cut_short_by, "log": log})

    def remove(self) -> None:
        """Take it away: all is in the lake. Killed meanwhile, what is left is no spool any more."""
        if hasattr(os, "sync"):
            os.sync()  # what the lake wrote reaches the disk before what it was written from goes
        (self.folder / _HEADER).unlink(missing_ok=True)
        rmtree(self.folder, ignore_errors=True)


def unfinished(root: Path) -> list[Spool]:
    """The spools below `root`, oldest first; the rest of half-removed and half-made ones is cleared away."""
    spools = []
    for folder in sorted(root.iterdir()) if root.is_dir() else ():
        if not folder.is_dir():
            continue
        try:
            spools.append(Spool(folder))
        except (FileNotFoundError, ValueError, KeyError):  # it was never begun, or all of it is in the lake
            rmtree(folder, ignore_errors=True)
    return sorted(spools, key=lambda spool: (spool.started_at, spool.crawl_id))


def _end_of_lines(size: int, file: Any) -> int:
    """Where the last whole line of a file ends."""
    at = size
    while at > 0:
        start = max(0, at - _BLOCK)
        file.seek(start)
        found: int = file.read(at - start).rfind(b"\n")
        if found >= 0:
            return start + found + 1
        at = start
    return 0


def _write_whole(path: Path, value: dict[str, Any]) -> None:
    """Write a small file that is there in full or not at all, and on the disk."""
    half = path.with_suffix(".half")
    half.write_text(json.dumps(value), encoding="utf-8")
    sync(half)
    half.replace(path)
    sync(path.parent)
