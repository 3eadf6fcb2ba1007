"""A folder of this machine. It is the shop's: nothing in it is moved, changed or removed."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from pathlib import Path
from shutil import copyfileobj

from warehouse.errors import InputError
from warehouse.sources.connector import Request
from warehouse.sources.files import Look, new_files
from warehouse.sources.landing import Arrival, Landed, Missed


def arrivals(request: Request) -> Iterator[Arrival | Missed]:
    """Copies of the folder's new files. InputError where there is no such folder."""
    folder = Path(request.source.place)

    def listing() -> dict[str, Look]:
        try:
            with os.scandir(folder) as entries:
                # A link could lead to a file that whoever may write into the folder could not read himself.
                found = {entry.name: entry.stat(follow_symlinks=False) for entry in entries}
        except OSError as error:
            raise InputError(
                f"source {request.source.name}: folder {folder} cannot be read ({error.strerror}); check the path"
            ) from None
        return {name: Look(s.st_size, s.st_mtime) for name, s in found.items() if stat.S_ISREG(s.st_mode)}

    def copy(name: str, landed: Landed) -> None:
        try:
            with os.fdopen(os.open(folder / name, os.O_RDONLY | os.O_NOFOLLOW), "rb") as file:
                copyfileobj(file, landed, 1 << 20)
        except OSError as error:
            raise InputError(f"{name} cannot be read ({error.strerror}); check its permissions") from None

    return new_files(request, listing, copy)
