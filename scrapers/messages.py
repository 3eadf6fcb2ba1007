"""What the crawling process tells its parent: one JSON object per line, written as it happens."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Begun:
    """A crawling process began, the first of the crawl or one that takes it up: it asks its start points, and the pages
    whose failure may have passed."""


@dataclass(frozen=True, slots=True)
class Planned:
    """A product page the crawl means to read. Its address stands for it in what is said of it later, wherever it
    redirects to."""

    url: str


@dataclass(frozen=True, slots=True)
class Fetched:
    """A planned page that was answered: the columns of its offers, or the cause why it gave none."""

    url: str
    offers: tuple[Mapping[str, Any], ...] = ()
    cause: str | None = None
    rendered: bool = False
    """Whether a browser drew the page."""
    not_modified: bool = False
    """Whether the shop answered that nothing changed; `offers` are then those last read."""


@dataclass(frozen=True, slots=True)
class Failed:
    """A page that could not be fetched; `planned` is False for sitemaps and their like."""

    url: str
    cause: str
    planned: bool


@dataclass(frozen=True, slots=True)
class Closed:
    """The crawl came to its own end, for Scrapy's reason ("finished" where nothing was left to do)."""

    reason: str


Message = Begun | Planned | Fetched | Failed | Closed
Emit = Callable[[Message], None]

_KINDS: dict[str, type[Message]] = {kind.__name__: kind for kind in (Begun, Planned, Fetched, Failed, Closed)}


def encode(message: Message) -> bytes:
    """One line of ASCII, without the line end: whatever strangers wrote, it can be written and is never cut within a
    character."""
    values = {name: getattr(message, name) for name in message.__slots__}
    return json.dumps({"kind": type(message).__name__, **values}, ensure_ascii=True).encode()


def decode(line: bytes) -> Message | None:
    """The message of a line; None for a line that a killed process left half-written."""
    try:
        values = json.loads(line)
        return _KINDS[values.pop("kind")](**values)
    except (ValueError, KeyError, TypeError, AttributeError):
        return None
