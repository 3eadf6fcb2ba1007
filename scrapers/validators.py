"""What a shop said of when its pages change, for conditional requests (RFC 9110, section 13).

A shop that answers "304 Not Modified" sends no page, so what was read last is kept beside its ETag and Last-Modified.
It counts only for a while and only for the reader that read it: a shop whose server always says 304 would otherwise
never be read again, and what a better reader finds would never be found.
"""

from __future__ import annotations

import hashlib
import json
import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

from scrapers.sites import Site

BELIEVED = timedelta(days=7)
"""How long after a page was read in full an answer 304 is taken for the same page."""

MOST = 200_000
"""Pages of a site that are remembered from one crawl to the next; those read longest ago go first."""

_LONGEST = 1_000
"""Characters of an ETag or a date: a longer one is not one to send back."""

_VERSION = 1


@dataclass(frozen=True, slots=True)
class Known:
    """A page as it was last read in full: what the shop called that state, and the offers read (as in `Fetched`)."""

    etag: str | None
    last_modified: str | None
    offers: tuple[Mapping[str, Any], ...]

    def seen_again(self, now: datetime) -> tuple[Mapping[str, Any], ...]:
        """The offers as observed now, when the shop said that the page is still the same."""
        return tuple({**offer, "observed_at": now.isoformat()} for offer in self.offers)

    @property
    def headers(self) -> dict[str, str]:
        """What to send with the next request."""
        named = {"If-None-Match": self.etag, "If-Modified-Since": self.last_modified}
        return {name: value for name, value in named.items() if value is not None}


class Validators:
    """The pages of one site, in a SQLite file. One process at a time writes; a killed one loses nothing but its last
    second. A file that is damaged is begun anew: all it costs is that pages are sent in full."""

    def __init__(self, path: Path, site: Site) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            self._connection = _opened(path, _reader_of(site))
        except sqlite3.DatabaseError:
            path.unlink()
            self._connection = _opened(path, _reader_of(site))
        # Most shops name no states of their pages: what is not here need not be looked for on the disk.
        self._known = {hash(url) for (url,) in self._connection.execute("select url from pages")}

    def get(self, url: str, now: datetime) -> Known | None:
        """What is known of a page that was read within the last days; None where it must be read in full."""
        if hash(url) not in self._known:
            return None
        row = self._connection.execute(
            "select etag, last_modified, offers from pages where url = ? and read_at > ?",
            (url, (now - BELIEVED).timestamp()),
        ).fetchone()
        return None if row is None else Known(row[0], row[1], tuple(json.loads(row[2])))

    def put(
        self, url: str, etag: str | None, last_modified: str | None, offers: Sequence[Mapping[str, Any]], now: datetime
    ) -> None:
        """Note a page just read in full. One that cannot be asked about, or whose prices were not all read, is
        forgotten: it shall be sent in full the next time."""
        etag, last_modified = _usable(etag), _usable(last_modified)
        priced = bool(offers) and all(offer.get("price") is not None for offer in offers)
        if not priced or (etag is None and last_modified is None):
            if hash(url) in self._known:
                self._connection.execute("delete from pages where url = ?", (url,))
            return
        self._known.add(hash(url))
        self._connection.execute(
            "insert or replace into pages (url, etag, last_modified, offers, read_at) values (?, ?, ?, ?, ?)",
            (url, etag, last_modified, json.dumps(list(offers)), now.timestamp()),
        )

    def close(self) -> None:
        """Let go of the file."""
        self._connection.close()


def _opened(path: Path, reader: str) -> sqlite3.Connection:
    connection = sqlite3.connect(path, isolation_level=None, timeout=10)
    try:
        connection.execute("pragma journal_mode = wal")
        connection.execute("pragma synchronous = normal")
        connection.execute("create table if not exists reader (name text primary key) without rowid")
        connection.execute(
            "create table if not exists pages (url text primary key, etag text, last_modified text,"
            " offers text not null, read_at real not null)"
        )
        connection.execute("create index if not exists pages_read_at on pages (read_at)")
        if connection.execute("select name from reader").fetchall() != [(reader,)]:
            connection.execute("begin immediate")
            connection.execute("delete from pages")
            connection.execute("delete from reader")
            connection.execute("insert into reader values (?)", (reader,))
            connection.execute("commit")
        connection.execute(
            "delete from pages where url in (select url from pages order by read_at desc limit -1 offset ?)", (MOST,)
        )
    except sqlite3.DatabaseError:
        connection.close()
        raise
    return connection


def _usable(value: str | None) -> str | None:
    return value if value and len(value) <= _LONGEST and value.isprintable() else None


def _reader_of(site: Site) -> str:
    """What decides how a page is read: the site's own settings and the code of the readers."""
    settings = json.loads(site.to_json())
    matters = {name: settings.get(name) for name in ("name", "currency", "selectors", "shipping", "tax_included")}
    return hashlib.sha256(f"{_VERSION} {json.dumps(matters, sort_keys=True)} {_code()}".encode()).hexdigest()


@cache
def _code() -> str:
    digest = hashlib.sha256((files("scrapers") / "offers.py").read_bytes())
    folders = [files("scrapers.extraction")]
    while folders:
        for entry in sorted(folders.pop().iterdir(), key=lambda entry: entry.name):
            if entry.is_dir():
                if entry.name != "__pycache__":
                    folders.append(entry)
            else:
                digest.update(entry.read_bytes())
    return digest.hexdigest()
