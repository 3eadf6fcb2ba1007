"""Released models and other artifacts: immutable folders; the records say what each must hold and which is current.

A release is written into a folder beside its place, gets a manifest with the SHA-256 of each file, is renamed into
place in one step and only then recorded. Killed at any point, it becomes current as a whole or not at all.
"""

from __future__ import annotations

import hashlib
import json
import math
import os
import re
import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version as installed_version
from pathlib import Path
from typing import Any
from uuid import uuid4

from filelock import FileLock

from warehouse.clock import Clock
from warehouse.errors import ConfigError, InputError, NotFound
from warehouse.records import Records, Release
from warehouse.records.releases import add_release, current_release, get_release, list_releases, make_current

MANIFEST = "manifest.json"
_UNFINISHED = ".unfinished-"
_KIND = re.compile(r"[a-z][a-z0-9_-]{0,60}")


@dataclass(frozen=True)
class ReleaseInfo:
    """A release. `manifest` has `released_at`, `code` (Purveyor's version), `trained_on` (lake table -> version),
    `metrics` (None where one is not known) and `files` (path -> {"sha256", "bytes"})."""

    kind: str
    version: str
    folder: Path
    manifest: Mapping[str, Any]


class Artifacts:
    """The released artifacts below one folder, `<root>/<kind>/<version>/`."""

    def __init__(self, root: Path, records: Records, clock: Clock) -> None:
        self._root = root
        self._records = records
        self._clock = clock

    def release(
        self,
        kind: str,
        write: Callable[[Path], None],
        *,
        metrics: Mapping[str, float],
        trained_on: Mapping[str, int],
    ) -> ReleaseInfo:
        """Let `write` fill an empty folder, and make what it wrote the current release of its kind.

        Versions sort by the time of release. InputError for a kind that cannot name a folder; whatever `write` raises
        leaves the former release current.
        """
        if not _KIND.fullmatch(kind):
            raise InputError(f"{kind!r} cannot name a kind of artifact; use small letters, digits, - and _")
        home = self._root / kind
        home.mkdir(parents=True, exist_ok=True)
        with FileLock(home / ".lock"):
            for left in home.glob(f"{_UNFINISHED}*"):  # we hold the lock, so whoever wrote it is dead
                shutil.rmtree(left)
            folder = home / f"{_UNFINISHED}{uuid4().hex}"
            folder.mkdir()
            try:
                write(folder)
                at = self._clock().astimezone(UTC)
                manifest = _manifest(folder, at, metrics, trained_on)
                version = f"{at:%Y%m%dT%H%M%S.%fZ}-{_fingerprint(manifest)[:8]}"
                (folder / MANIFEST).write_text(json.dumps(manifest, indent=2), "utf-8")
                _sync(folder)
                if not (home / version).exists():  # else the very same was released at this very moment
                    folder.rename(home / version)
                    _sync_one(home)
            finally:
                shutil.rmtree(folder, ignore_errors=True)
            with self._records.transaction() as tx:
                return self._info(add_release(tx, kind, version, manifest=manifest, at=at))

    def current(self, kind: str) -> ReleaseInfo | None:
        """The current release of a kind, unverified; None where nothing was released."""
        with self._records.reading() as tx:
            found = current_release(tx, kind)
        return None if found is None else self._info(found)

    def open(self, kind: str) -> ReleaseInfo:
        """The current release, every file of it checked against the records.

        NotFound where nothing was released or a file is missing; ConfigError where one is not as it was released.
        """
        found = self.current(kind)
        if found is None:
            raise NotFound(f"no {kind} has been released yet; train and release one first")
        _verify(found)
        return found

    def history(self, kind: str) -> list[ReleaseInfo]:
        """All releases of a kind, newest first."""
        with self._records.reading() as tx:
            return [self._info(release) for release in list_releases(tx, kind)]

    def make_current(self, kind: str, version: str) -> ReleaseInfo:
        """Go back (or forth) to another release, once its files have been checked as `open` does."""
        with self._records.transaction() as tx:
            chosen = self._info(get_release(tx, kind, version))
            _verify(chosen)
            make_current(tx, kind, version)
        return chosen

    def _info(self, release: Release) -> ReleaseInfo:
        folder = self._root / release.kind / release.version
        return ReleaseInfo(release.kind, release.version, folder, release.manifest)


def _manifest(
    folder: Path, at: datetime, metrics: Mapping[str, float], trained_on: Mapping[str, int]
) -> dict[str, Any]:
    files = {path.relative_to(folder).as_posix(): path for path in sorted(folder.rglob("*")) if not path.is_dir()}
    if not files or MANIFEST in files or any(path.is_symlink() for path in files.values()):
        raise ValueError(f"an artifact needs files of its own, none a link or called {MANIFEST}; it has {list(files)}")
    return {
        "released_at": at.isoformat(),
        "code": installed_version("purveyor"),
        "trained_on": {table: int(version) for table, version in trained_on.items()},
        "metrics": {name: float(value) if math.isfinite(value) else None for name, value in metrics.items()},
        "files": {name: {"sha256": _sha256(path), "bytes": path.stat().st_size} for name, path in files.items()},
    }


def _fingerprint(manifest: Mapping[str, Any]) -> str:
    return hashlib.sha256(json.dumps(manifest, sort_keys=True).encode()).hexdigest()


def _verify(release: ReleaseInfo) -> None:
    """Compare every file with the records, which an intruder in the folder cannot have changed too."""
    name = f"release {release.version} of {release.kind}"
    remedy = "make another release current or train again"
    for file, expected in release.manifest["files"].items():
        try:
            found = _sha256(release.folder / file)
        except FileNotFoundError:
            raise NotFound(f"{name} lacks its file {file} in {release.folder}; {remedy}") from None
        except OSError as error:
            raise ConfigError(f"{name}: {release.folder / file} cannot be read ({error.strerror}); {remedy}") from None
        if found != expected["sha256"]:
            raise ConfigError(f"{name}: {release.folder / file} is not as it was released; {remedy}")


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _sync(folder: Path) -> None:
    """Bring all below a folder to the disk, so that the rename cannot outlive what it names."""
    for path in folder.rglob("*"):
        _sync_one(path)
    _sync_one(folder)


def _sync_one(path: Path) -> None:
    if os.name == "nt":  # there neither a folder nor a file open for reading can be synced
        return
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
