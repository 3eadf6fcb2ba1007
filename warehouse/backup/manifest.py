"""What a backup holds and what every file in it must be."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path, PurePosixPath
from typing import Annotated

from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, Field, ValidationError

from warehouse.durable import sha256_of, sync
from warehouse.errors import ConfigError, InputError
from warehouse.progress import Progress, quiet

FORMAT = 1
"""Raised when an older Purveyor could no longer restore what this one writes."""

NAME = "manifest.json"

_LARGEST = 500_000_000
"""Bytes; some two million files."""


def _inside(name: str) -> str:
    path = PurePosixPath(name)
    if path.is_absolute() or ".." in path.parts or set(name) & {"\\", "\0"} or str(path) != name or name in (".", NAME):
        raise ValueError(f"{name!r} does not lie in the backup")
    return name


Inside = Annotated[str, AfterValidator(_inside)]
"""A path below the backup's folder, with slashes."""


class _Model(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class KeptFile(_Model):
    """One file."""

    sha256: str = Field(pattern=r"^[0-9a-f]{64}$")
    bytes: int = Field(ge=0)


class KeptTable(_Model):
    """A lake table: the version that was pinned, and its rows as stored (erased customers are hidden later)."""

    version: int = Field(ge=0)
    rows: int = Field(ge=0)


class Manifest(_Model):
    """The content of `manifest.json`. `made_at` is when the backup began; nothing in it is older."""

    format: int
    purveyor: str
    made_at: AwareDatetime
    home: str
    lake_format: int
    records_revision: str
    tables: Mapping[str, KeptTable]
    records: Mapping[str, int]
    files: Mapping[Inside, KeptFile]

    @property
    def bytes(self) -> int:
        """The size of all files."""
        return sum(file.bytes for file in self.files.values())


def write_manifest(folder: Path, manifest: Manifest) -> None:
    """Write the manifest, with a hash of its own, and bring it to the disk."""
    body = manifest.model_dump(mode="json")
    (folder / NAME).write_text(json.dumps({"sha256": _digest(body), "manifest": body}, indent=1) + "\n", "utf-8")
    (folder / NAME).chmod(0o600)
    sync(folder / NAME)
    sync(folder)


def read_manifest(folder: Path) -> Manifest:
    """The manifest of a backup.

    Raises:
        InputError: the folder is no backup or an unfinished one, or its manifest is damaged.
        ConfigError: a newer Purveyor made it.
    """
    path = folder / NAME
    try:
        if path.stat().st_size > _LARGEST:
            raise InputError(f"{path} is larger than {_LARGEST:,} bytes, which no manifest is; name another backup")
        whole = json.loads(path.read_bytes())
        body = whole["manifest"]
        made_with = int(body["format"])
    except FileNotFoundError:
        raise InputError(
            f"{folder} is no backup, or one that was never finished: it has no {NAME}; name a folder that "
            "`purveyor backup` made"
        ) from None
    except OSError as error:
        raise InputError(f"{path} cannot be read ({error.strerror}); name another backup") from None
    except (ValueError, KeyError, TypeError, RecursionError):
        raise InputError(f"{path} is damaged; name another backup") from None
    if made_with > FORMAT:
        raise ConfigError(
            f"{folder} was made by a newer Purveyor (backup format {made_with}, this one knows {FORMAT}); "
            "upgrade Purveyor"
        )
    if whole.get("sha256") != _digest(body):
        raise InputError(f"{path} is damaged: it does not have the hash it was written with; name another backup")
    try:
        return Manifest.model_validate(body)
    except ValidationError as error:
        said = error.errors()[0]["msg"].removeprefix("Value error, ")
        raise InputError(f"{path} is damaged: {said}; name another backup") from None


def verify(folder: Path, manifest: Manifest, progress: Progress = quiet) -> None:
    """Read every file and compare it with the manifest; InputError names the first that is not as it was written."""
    done = 0
    for name, kept in manifest.files.items():
        progress("checking the backup", done, manifest.bytes)
        path = folder / name
        try:
            if (size := path.stat().st_size) != kept.bytes:
                raise InputError(
                    f"{path} is damaged: {size:,} bytes instead of {kept.bytes:,}; nothing was restored, name another "
                    "backup"
                )
            found = sha256_of(path)
        except OSError as error:
            raise InputError(
                f"{path} cannot be read ({error.strerror}); nothing was restored, name another backup"
            ) from None
        if found != kept.sha256:
            raise InputError(
                f"{path} is damaged: it does not have the hash it was written with; nothing was restored, name another "
                "backup"
            )
        done += kept.bytes


def made_name(at: datetime) -> str:
    """The folder of a backup begun at `at` (UTC); names sort by time."""
    return f"{at:%Y%m%dT%H%M%S.%fZ}"


def _digest(body: object) -> str:
    return hashlib.sha256(json.dumps(body, sort_keys=True).encode()).hexdigest()
