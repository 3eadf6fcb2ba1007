"""Released models and other artifacts: immutable folders; the records say what each must hold and which is current.

A release is written into a folder beside its place, gets a manifest with the SHA-256 of each file, is renamed into
place in one step and only then recorded. Killed at any point, it becomes current as a whole or not at all.
"""

from __future__ import annotations

import hashlib
import json
import math
import re
import shutil
from collections.abc import Callable, Iterator, Mapping
from collections.abc import Set as AbstractSet
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version as installed_version
from pathlib import Path
from typing import Any
from uuid import uuid4

from filelock import FileLock

from warehouse.clock import Clock
from warehouse.durable import sha256_of, sync, sync_below
from warehouse.errors import ConfigError, InputError, NotFound
from warehouse.records import Records, Release
from warehouse.records.releases import (
    add_release,
    current_release,
    get_release,
    list_releases,
    make_current,
    remove_release,
)

MANIFEST = "manifest.json"
_UNFINISHED = ".unfinished-"
_KIND = re.compile(r"[a-z][a-z0-9_-]{0,60}")


@dataclass(frozen=True)
class ReleaseInfo:
    """A release. `manifest` has `released_at`, `code` (Purveyor's version), `trained_on` (lake table -> version),
    `metrics` (None where one is not known), `people` (JSON file -> its list of customers' ids) and `files` (path ->
    {"sha256", "bytes"})."""

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
        people: Mapping[str, str] | None = None,
        current: bool = True,
    ) -> ReleaseInfo:
        """Let `write` fill an empty folder, and make what it wrote a release of its kind, the `current` one or not.

        `people` says in which JSON files, under which name, a list of customers' ids stands: an erasure makes null of
        an id there. Versions sort by the time of release. InputError for a kind that cannot name a folder; whatever
        `write` raises leaves the former release current.
        """
        if not _KIND.fullmatch(kind):
            raise InputError(f"{kind!r} cannot name a kind of artifact; use small letters, digits, - and _")
        with self._held(kind) as home, self._unfinished(home) as folder:
            write(folder)
            at = self._clock().astimezone(UTC)
            manifest = _manifest(folder, at, metrics, trained_on, people or {})
            version = _finish(folder, manifest)
            with self._records.transaction() as tx:
                return self._info(add_release(tx, kind, version, manifest=manifest, at=at, current=current))

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

    def prune(self, kind: str, *, keep: int) -> list[str]:
        """Remove all but the newest `keep` releases and the current one; return the versions that went.

        Who has a release open has read it whole; who is just opening one that goes gets NotFound, and finds the current
        one at the next try.
        """
        with self._held(kind) as home:
            known = self.history(kind)
            current = self.current(kind)
            gone = [info.version for info in known[keep:] if current is None or info.version != current.version]
            for version in gone:
                self._remove(home, kind, version)
            self._remove_unknown(home, kind)
        return gone

    def forget_people(self, erased: AbstractSet[str]) -> list[str]:
        """Take customers' ids out of every release; return the versions that named some of them.

        A current release is replaced by one that is the same but for these ids; another one that names them is removed.
        """
        changed = []
        for kind in sorted(path.name for path in self._root.glob("*") if path.is_dir()):
            with self._held(kind) as home:
                current = self.current(kind)
                for info in self.history(kind):
                    without = _without(info, erased)
                    if not without:
                        continue
                    if current is not None and info.version == current.version:
                        self._replace(home, info, without)
                    else:
                        self._remove(home, kind, info.version)
                    changed.append(info.version)
                self._remove_unknown(home, kind)
        return changed

    @contextmanager
    def _held(self, kind: str) -> Iterator[Path]:
        """The folder of a kind, held against every other writer; what killed ones left unfinished is removed."""
        home = self._root / kind
        home.mkdir(parents=True, exist_ok=True)
        with FileLock(home / ".lock"):
            for left in home.glob(f"{_UNFINISHED}*"):
                shutil.rmtree(left)
            yield home

    @staticmethod
    @contextmanager
    def _unfinished(home: Path) -> Iterator[Path]:
        """An empty folder to write a release into; gone at the end unless it was renamed into place."""
        folder = home / f"{_UNFINISHED}{uuid4().hex}"
        folder.mkdir()
        try:
            yield folder
        finally:
            shutil.rmtree(folder, ignore_errors=True)

    def _replace(self, home: Path, info: ReleaseInfo, without: Mapping[str, Any]) -> None:
        """Make a copy of the current release current, with other contents in some JSON files, and remove it."""
        with self._unfinished(home) as folder:
            shutil.copytree(info.folder, folder, dirs_exist_ok=True, ignore=shutil.ignore_patterns(MANIFEST))
            for name, content in without.items():
                (folder / name).write_text(json.dumps(content, ensure_ascii=False), encoding="utf-8")
            manifest = {**info.manifest, "files": _listed(folder)}
            version = _finish(folder, manifest)
            at = datetime.fromisoformat(info.manifest["released_at"])
            with self._records.transaction() as tx:
                add_release(tx, info.kind, version, manifest=manifest, at=at)
        self._remove(home, info.kind, info.version)

    def _remove(self, home: Path, kind: str, version: str) -> None:
        with self._records.transaction() as tx:
            remove_release(tx, kind, version)
        self._remove_folder(home, version)

    @staticmethod
    def _remove_folder(home: Path, version: str) -> None:
        going = home / f"{_UNFINISHED}{version}"
        (home / version).rename(going)  # so that nobody opens a half of it
        shutil.rmtree(going)

    def _remove_unknown(self, home: Path, kind: str) -> None:
        """Remove the folders that the records do not know: of releases or removals that were killed half-way."""
        known = {info.version for info in self.history(kind)}
        for path in home.iterdir():
            if path.is_dir() and path.name not in known:
                self._remove_folder(home, path.name)

    def _info(self, release: Release) -> ReleaseInfo:
        folder = self._root / release.kind / release.version
        return ReleaseInfo(release.kind, release.version, folder, release.manifest)


def _manifest(
    folder: Path, at: datetime, metrics: Mapping[str, float], trained_on: Mapping[str, int], people: Mapping[str, str]
) -> dict[str, Any]:
    return {
        "released_at": at.isoformat(),
        "code": installed_version("purveyor"),
        "trained_on": {table: int(version) for table, version in trained_on.items()},
        "metrics": {name: float(value) if math.isfinite(value) else None for name, value in metrics.items()},
        "people": dict(people),
        "files": _listed(folder),
    }


def _listed(folder: Path) -> dict[str, dict[str, Any]]:
    """The files of a release with what they must hold."""
    files = {path.relative_to(folder).as_posix(): path for path in sorted(folder.rglob("*")) if not path.is_dir()}
    if not files or MANIFEST in files or any(path.is_symlink() for path in files.values()):
        raise ValueError(f"an artifact needs files of its own, none a link or called {MANIFEST}; it has {list(files)}")
    return {name: {"sha256": sha256_of(path), "bytes": path.stat().st_size} for name, path in files.items()}


def _finish(folder: Path, manifest: Mapping[str, Any]) -> str:
    """Rename a written folder into its place, once all of it is on the disk; return the version it became."""
    at = datetime.fromisoformat(manifest["released_at"])
    version = f"{at:%Y%m%dT%H%M%S.%fZ}-{_fingerprint(manifest)[:8]}"
    (folder / MANIFEST).write_text(json.dumps(manifest, indent=2), "utf-8")
    sync_below(folder)
    if not (folder.parent / version).exists():  # else the very same was released at this very moment
        folder.rename(folder.parent / version)
        sync(folder.parent)
    return version


def _without(info: ReleaseInfo, erased: AbstractSet[str]) -> dict[str, Any]:
    """The JSON files of a release that name erased customers, with null in their places."""
    changed = {}
    for name, field in info.manifest.get("people", {}).items():
        try:
            content = json.loads((info.folder / name).read_text(encoding="utf-8"))
        except FileNotFoundError:  # a damaged release names nobody
            continue
        if not erased.isdisjoint(content[field]):
            content[field] = [None if customer in erased else customer for customer in content[field]]
            changed[name] = content
    return changed


def _fingerprint(manifest: Mapping[str, Any]) -> str:
    return hashlib.sha256(json.dumps(manifest, sort_keys=True).encode()).hexdigest()


def _verify(release: ReleaseInfo) -> None:
    """Compare every file with the records, which an intruder in the folder cannot have changed too."""
    name = f"release {release.version} of {release.kind}"
    remedy = "make another release current or train again"
    for file, expected in release.manifest["files"].items():
        try:
            found = sha256_of(release.folder / file)
        except FileNotFoundError:
            raise NotFound(f"{name} lacks its file {file} in {release.folder}; {remedy}") from None
        except OSError as error:
            raise ConfigError(f"{name}: {release.folder / file} cannot be read ({error.strerror}); {remedy}") from None
        if found != expected["sha256"]:
            raise ConfigError(f"{name}: {release.folder / file} is not as it was released; {remedy}")
