"""Files into a new backup: hashed as they are copied, or linked from the backup before."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable
from pathlib import Path

from warehouse.backup.manifest import KeptFile, Manifest
from warehouse.durable import sha256_of, sync

_CHUNK = 1 << 20
_NEW = os.O_CREAT | os.O_EXCL | os.O_WRONLY


class Copier:
    """Fills the folder of one backup and notes what it put there.

    `before` is the backup before it and what that holds. Folders get mode 0700, files 0600.
    """

    def __init__(self, folder: Path, before: tuple[Path, Manifest] | None) -> None:
        self.folder = folder
        self.files: dict[str, KeptFile] = {}
        self._new: set[str] = set()
        self._before = before

    def copy(self, source: Path, name: str, *, immutable: bool = False) -> None:
        """Copy a file as `name`; FileNotFoundError where it is not there (any more).

        An `immutable` one (never changed under its name, as Parquet files of the lake) becomes a link to the same file
        of the backup before, once that has been read and has its hash: rot there does not spread.
        """
        target = self._place(name)
        if immutable and (kept := self._linked(source.stat().st_size, name, target)):
            self.files[name] = kept
            return
        self._note(name, copy_file(source, target))

    def make(self, name: str, write: Callable[[Path], object]) -> None:
        """Let `write` make the file `name`."""
        target = self._place(name)
        write(target)
        target.chmod(0o600)
        self._note(name, KeptFile(sha256=sha256_of(target), bytes=target.stat().st_size))

    def forget(self, name: str) -> None:
        """Remove a file that was copied, or all below a folder."""
        for copied in [copied for copied in self.files if copied == name or copied.startswith(f"{name}/")]:
            (self.folder / copied).unlink()
            del self.files[copied]
            self._new.discard(copied)

    def sync(self) -> None:
        """Bring what was copied to the disk; what was linked has been there since the backup before."""
        for name in self._new:
            sync(self.folder / name)
        for path in self.folder.rglob("*"):
            if path.is_dir():
                sync(path)

    @property
    def new_bytes(self) -> int:
        """The size of what was copied and not linked."""
        return sum(self.files[name].bytes for name in self._new)

    def _note(self, name: str, kept: KeptFile) -> None:
        self.files[name] = kept
        self._new.add(name)

    def _place(self, name: str) -> Path:
        target = self.folder / name
        for folder in reversed(target.relative_to(self.folder).parents):
            (self.folder / folder).mkdir(mode=0o700, exist_ok=True)
        return target

    def _linked(self, size: int, name: str, target: Path) -> KeptFile | None:
        if self._before is None:
            return None
        folder, manifest = self._before
        kept = manifest.files.get(name)
        try:
            if kept is None or kept.bytes != size or sha256_of(folder / name) != kept.sha256:
                return None
            os.link(folder / name, target)
        except OSError:  # not there, or a file system without links
            return None
        return kept


def copy_file(source: Path, target: Path) -> KeptFile:
    """Copy a file to a new one with mode 0600; what was written."""
    digest, size = hashlib.sha256(), 0
    with source.open("rb") as read, os.fdopen(os.open(target, _NEW, 0o600), "wb") as written:
        while chunk := read.read(_CHUNK):
            digest.update(chunk)
            written.write(chunk)
            size += len(chunk)
        found = os.fstat(read.fileno())
    os.utime(target, ns=(found.st_atime_ns, found.st_mtime_ns))  # the lake forgets its past by the age of files too
    return KeptFile(sha256=digest.hexdigest(), bytes=size)
