"""Files in a folder, here or on another machine: which of them are new, and whole."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial

from warehouse.errors import InputError
from warehouse.sources.connector import Request
from warehouse.sources.landing import Arrival, Landed, Missed
from warehouse.sources.patterns import FilePattern

_YOUNG = 60.0
"""Seconds: a file changed so recently may still be being written, and is looked at twice."""

_BETWEEN_LOOKS = 2.0
"""Seconds."""

_AHEAD = timedelta(days=1)


@dataclass(frozen=True)
class Look:
    """A file at a glance: its size in bytes and when it was last changed, in seconds since 1970."""

    size: int
    changed: float

    @property
    def state(self) -> dict[str, float]:
        """As the ledger remembers it."""
        return {"size": self.size, "changed": self.changed}


def new_files(
    request: Request, listing: Callable[[], Mapping[str, Look]], copy: Callable[[str, Landed], None]
) -> Iterator[Arrival | Missed]:
    """Land the files of a folder that are new or have changed, in the order of their names.

    `listing` gives the folder's regular files, `copy` copies one. A file is whole when two looks, a while apart, and a
    third after it was copied find the same size and time; it stays where it is, and is known by them and its content.
    """
    for kind in request.source.kinds:
        pattern = FilePattern.parse(request.source.files[kind])
        found = _settled(request, partial(_unseen, request, kind, pattern, listing))
        if request.sample and kind == "products" and request.source.snapshot:
            found = dict(list(found.items())[-1:])
        for name, look in found.items():
            if (shown := _shown(name)) != name:
                yield Missed(kind, shown, request.now, f"the name {shown} is not UTF-8; rename the file", look.state)
                continue
            try:
                moment = _moment(request, pattern, name, look)
                with request.landing.open(kind, name) as landed:
                    copy(name, landed)
                if listing().get(name) != look or landed.size != look.size:
                    landed.path.unlink()
                    request.waiting.append(name)
                    continue
            except InputError as error:
                yield Missed(kind, name, request.now, str(error), look.state)
                continue
            yield Arrival(kind, name, landed.path, landed.content_hash, moment, look.state)


def _unseen(
    request: Request, kind: str, pattern: FilePattern, listing: Callable[[], Mapping[str, Look]]
) -> dict[str, Look]:
    files, unseen = listing(), {}
    for name in sorted(files):
        if not pattern.matches(name):
            continue
        last = request.ledger.last_of(kind, name)
        if last is None or last.state != files[name].state or not request.done_with(last):
            unseen[name] = files[name]
    return unseen


def _settled(request: Request, look: Callable[[], dict[str, Look]]) -> dict[str, Look]:
    first = look()
    if all(time.time() - file.changed > _YOUNG for file in first.values()):
        return first
    time.sleep(_BETWEEN_LOOKS)
    second = look()
    request.waiting.extend(_shown(name) for name, file in first.items() if second.get(name) != file)
    return {name: file for name, file in first.items() if second.get(name) == file}


def _shown(name: str) -> str:
    """A name as text: a disk keeps any bytes as one."""
    return name.encode(errors="surrogateescape").decode(errors="replace")


def _moment(request: Request, pattern: FilePattern, name: str, look: Look) -> datetime:
    told = pattern.moment(name, request.zone)
    if told is None:
        return min(datetime.fromtimestamp(look.changed, UTC), request.now)
    if told > request.now + _AHEAD:
        raise InputError(f"the name {name} tells a day that is yet to come; rename the file")
    return told
