"""Files as bytes: packed ones unpacked on the way, and damage told as what it is."""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, cast

from warehouse.errors import InputError

_CHUNK = 1 << 20

DAMAGE = (EOFError, gzip.BadGzipFile, zlib.error)
"""What reading a packed file raises where it is cut off or damaged."""


def open_bytes(path: Path) -> BinaryIO:
    """The file's bytes, those of a `.gz` unpacked as they are read."""
    return cast("BinaryIO", gzip.open(path, "rb") if path.suffix == ".gz" else path.open("rb"))


@contextmanager
def whole(path: Path, place: Callable[[], str] = str) -> Iterator[None]:
    """InputError for a file that is cut off, damaged or cannot be read; `place` says near where (" near line 7")."""
    try:
        yield
    except DAMAGE:
        raise InputError(f"{path.name} is cut off or damaged{place()}; fetch the whole file again") from None
    except OSError as error:
        raise InputError(f"{path.name} cannot be read ({error.strerror}); check the file") from None


def refuse_damaged(path: Path) -> None:
    """InputError for a file that is cut off or damaged; reads all of it."""
    with whole(path), open_bytes(path) as file:
        while file.read(_CHUNK):
            pass


def plain_suffix(path: Path) -> str:
    """The ending that names the format, in small letters: ".jsonl" of "a.jsonl.gz"."""
    return Path(path.stem).suffix.lower() if path.suffix == ".gz" else path.suffix.lower()
