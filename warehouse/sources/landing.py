"""Files on their way in: landed in the home folder, readable by their owner alone, gone once they are imported."""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from shutil import rmtree
from typing import Any, BinaryIO

_UNSAFE = re.compile(r"[^A-Za-z0-9._-]+")
_LONGEST_NAME = 100


@dataclass(frozen=True)
class Arrival:
    """A file that a source handed over: what it holds, its name there, and where it landed.

    `observed_at` (aware) is the moment that its content tells of; `state` is what the connector remembers of it for the
    next time. `rows` is 0 where the source had nothing new to say.
    """

    kind: str
    file: str
    path: Path
    content_hash: str
    observed_at: datetime
    state: Mapping[str, Any] = field(default_factory=dict)
    rows: int | None = None


@dataclass(frozen=True)
class Missed:
    """A file that a source has but that could not be fetched, and why."""

    kind: str
    file: str
    observed_at: datetime
    reason: str
    state: Mapping[str, Any] = field(default_factory=dict)


class Landed:
    """A file being written: `write` takes its bytes, `content_hash` is the SHA-256 of them so far."""

    def __init__(self, path: Path, file: BinaryIO) -> None:
        self.path = path
        self.size = 0
        self._file = file
        self._hash = hashlib.sha256()

    def write(self, data: bytes) -> int:
        """Add bytes."""
        self._file.write(data)
        self._hash.update(data)
        self.size += len(data)
        return len(data)

    def start_again(self) -> None:
        """Forget what was written."""
        self._file.seek(0)
        self._file.truncate()
        self._hash = hashlib.sha256()
        self.size = 0

    @property
    def content_hash(self) -> str:
        """64 hex digits."""
        return self._hash.hexdigest()


class Landing:
    """The landing folder of one source. What a fetch before left there is removed: it is fetched again."""

    def __init__(self, root: Path, source: str) -> None:
        root.mkdir(parents=True, exist_ok=True, mode=0o700)
        self.folder = root / source
        rmtree(self.folder, ignore_errors=True)
        self.folder.mkdir(mode=0o700)

    @contextmanager
    def open(self, kind: str, file: str) -> Iterator[Landed]:
        """A new file for one of this name at the source."""
        folder = self.folder / kind
        folder.mkdir(mode=0o700, exist_ok=True)
        path = folder / safe_name(file)
        path.unlink(missing_ok=True)
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "wb") as opened:
            yield Landed(path, opened)


def safe_name(file: str) -> str:
    """A file name made of harmless characters that ends as `file` does; endings say how to read a file."""
    name = _UNSAFE.sub("_", file.rsplit("/", 1)[-1]).lstrip(".")
    return name[-_LONGEST_NAME:].lstrip(".") or "file"
