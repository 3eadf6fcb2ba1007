"""Saved test pages: what a person confirmed of a page, which every later version must still read.

A page is two files in `corrections/<site>/` of the home folder: `<id>.html.gz`, the page as it came, and `<id>.json`,
its address and the values by field. The id is a hash of both address and page, so a page that has changed since is
another test beside the first. A test that no longer means anything goes by deleting its files.
"""

from __future__ import annotations

import gzip
import json
import os
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from hashlib import sha256
from pathlib import Path
from typing import TypedDict

from scrapers.fetcher import FetchedPage
from scrapers.sites import Site
from warehouse.durable import sync
from warehouse.errors import InputError


class _Facts(TypedDict):
    url: str
    content_type: str
    values: dict[str, str]


_PAGE, _VALUES = ".html.gz", ".json"


@dataclass(frozen=True, slots=True)
class Miss:
    """A confirmed value that is no longer read. `read` is None where nothing is."""

    site: str
    url: str
    field: str
    confirmed: str
    read: str | None
    file: Path

    @property
    def text(self) -> str:
        """What is wrong, for people."""
        found = "not read" if self.read is None else f"read as {self.read}"
        return f"{self.field} is {found}, not {self.confirmed}: {self.url}"


@dataclass(frozen=True, slots=True)
class Checked:
    """What reading a site's saved pages again gave."""

    pages: int
    values: int
    misses: tuple[Miss, ...]


def written(value: object) -> str:
    """A value as it is kept and shown."""
    return f"{value:f}" if isinstance(value, Decimal) else str(value)


def agrees(value: object, confirmed: str) -> bool:
    """Whether a value read is the one confirmed, as `written` wrote it: 12.90 and 12.9 are one price."""
    if isinstance(value, Decimal):
        try:
            return Decimal(confirmed) == value
        except InvalidOperation:
            return False
    return value is not None and str(value).casefold() == confirmed.casefold()


def confirm(folder: Path, page: FetchedPage, values: Mapping[str, object]) -> None:
    """Save a page with what was confirmed of it, in the site's `folder`; earlier values of the same page stay."""
    folder.mkdir(parents=True, exist_ok=True)
    name = sha256(page.url.encode("utf-8", "replace") + b"\n" + page.body).hexdigest()[:16]
    facts = folder / f"{name}{_VALUES}"
    known = _facts(facts)["values"] if facts.exists() else {}
    _write(folder / f"{name}{_PAGE}", gzip.compress(page.body, mtime=0))
    kept = {
        "url": page.url,
        "content_type": page.content_type,
        "values": {**known, **{field: written(value) for field, value in values.items()}},
    }
    _write(facts, json.dumps(kept, ensure_ascii=False, indent=1).encode())


def check(folder: Path, site: Site) -> Checked:
    """Read the saved pages in the site's `folder` as today's crawl of the site would.

    InputError where a file there cannot be used.
    """
    from scrapers.extraction.product import extract

    pages = values = 0
    misses: list[Miss] = []
    for file in sorted(folder.glob(f"*{_VALUES}")):
        facts = _facts(file)
        product = extract(
            _body(file),
            facts["url"],
            content_type=facts["content_type"] or None,
            currency=site.currency,
            selectors=site.selectors,
        )
        pages += 1
        for field, confirmed in facts["values"].items():
            values += 1
            value = getattr(product, field, None)
            if not agrees(value, confirmed):
                read = None if value is None else written(value)
                misses.append(Miss(site.name, facts["url"], field, confirmed, read, file))
    return Checked(pages, values, tuple(misses))


def confirmed_pages(folder: Path) -> Iterator[tuple[str, dict[str, str]]]:
    """The addresses of the saved pages in a site's `folder`, with the values by field."""
    for file in sorted(folder.glob(f"*{_VALUES}")):
        facts = _facts(file)
        yield facts["url"], facts["values"]


def _facts(file: Path) -> _Facts:
    try:
        facts: _Facts = json.loads(file.read_bytes())
        if not (isinstance(facts["url"], str) and isinstance(facts["values"], dict)):
            raise ValueError
    except (OSError, ValueError, KeyError, TypeError):
        raise InputError(f"{file}: this is no saved page's list of values; restore it, or delete it") from None
    return facts


def _body(file: Path) -> bytes:
    from scrapers.extraction.page import LARGEST

    page = file.with_name(file.stem + _PAGE)
    try:
        with gzip.open(page) as packed:
            return packed.read(LARGEST)
    except (OSError, EOFError, zlib.error):
        raise InputError(f"{page}: the saved page cannot be read; restore it, or delete {file}") from None


def _write(path: Path, body: bytes) -> None:
    """There in full, or not at all."""
    half = path.with_name(f".{path.name}.half-{os.getpid()}")
    half.write_bytes(body)
    sync(half)
    half.replace(path)
