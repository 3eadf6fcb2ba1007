"""Which pages want the browser: those on which no price can be read before scripts have run; and what was found so."""

from __future__ import annotations

import re
import sqlite3
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path

from scrapers.extraction.product import Product

RECHECKED = timedelta(days=30)
"""How long at most a page that needed the browser is drawn at once, before plain HTTP is tried again."""

GIVEN_UP = timedelta(days=3)
"""How long a page that the browser could not help is not drawn again."""

MOST = 200_000
"""Pages of a site that are remembered; those found longest ago go first."""

_SCRIPT = re.compile(rb"<script\b", re.IGNORECASE)
_OPENS = re.compile(rb"<(script|style|noscript|template|head|svg)\b", re.IGNORECASE)
_TAG = re.compile(rb"<[^<>]*>")
_SHELL_TEXT = 400
"""Bytes of text below which a page with scripts is taken for an empty shell."""


def wants_browser(product: Product, body: bytes) -> bool:
    """Whether a page without a readable price is worth drawing: it shows a product, or is a shell that scripts fill.

    `body` is the page as plain HTTP brought it.
    """
    if product.price is not None or not _SCRIPT.search(body):
        return False
    return product.is_evident or _visible_text(body) < _SHELL_TEXT


def _visible_text(body: bytes) -> int:
    """About how many bytes of the page a visitor without scripts would read, counted up to where that is enough."""
    length = at = 0
    while at < len(body) and length < _SHELL_TEXT:
        opens = _OPENS.search(body, at)
        shown = body[at : opens.start() if opens else None]
        length += len(b" ".join(_TAG.sub(b" ", shown).split()))
        if opens is None:
            break
        closes = re.compile(rb"</" + opens[1] + rb"\s*>", re.IGNORECASE).search(body, opens.end())
        at = closes.end() if closes else len(body)
    return length


class Needs:
    """What plain HTTP and the browser made of each page of a site, in a SQLite file.

    A page that needed the browser goes there at once in the next crawls, and through plain HTTP again now and then; one
    that the browser could not help either is left to plain HTTP for some days. One process at a time writes; a damaged
    file is begun anew.
    """

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            self._connection = _opened(path)
        except sqlite3.DatabaseError:
            path.unlink()
            self._connection = _opened(path)
        # Most pages need no browser: what is not here need not be looked for on the disk.
        self._known = {hash(url) for (url,) in self._connection.execute("select url from pages")}

    def is_drawn_at_once(self, url: str, now: datetime) -> bool:
        """Whether the page is known to show its price only when drawn."""
        found = self._find(url)
        return found is not None and found[0] and now - found[1] < _period(url)

    def may_help(self, url: str, now: datetime) -> bool:
        """Whether drawing the page has not been in vain of late."""
        found = self._find(url)
        return found is None or found[0] or now - found[1] >= GIVEN_UP

    def plain_sufficed(self, url: str) -> None:
        """Plain HTTP brought a price."""
        if hash(url) in self._known:
            self._connection.execute("delete from pages where url = ?", (url,))

    def plain_failed(self, url: str, now: datetime) -> None:
        """Plain HTTP brought no price; the page is about to be drawn."""
        self._known.add(hash(url))
        self._connection.execute(
            "insert into pages (url, helped, checked_at) values (?, 0, ?)"
            " on conflict (url) do update set checked_at = excluded.checked_at",
            (url, now.timestamp()),
        )

    def drawing_helped(self, url: str) -> None:
        """The drawn page showed a price."""
        self._connection.execute("update pages set helped = 1 where url = ?", (url,))

    def close(self) -> None:
        """Forget what is too much, and let go of the file."""
        self._connection.execute(
            "delete from pages where url in (select url from pages order by checked_at desc limit -1 offset ?)", (MOST,)
        )
        self._connection.close()

    def _find(self, url: str) -> tuple[bool, datetime] | None:
        if hash(url) not in self._known:
            return None
        row = self._connection.execute("select helped, checked_at from pages where url = ?", (url,)).fetchone()
        return None if row is None else (bool(row[0]), datetime.fromtimestamp(row[1], UTC))


def _period(url: str) -> timedelta:
    """Each page its own, between half of `RECHECKED` and all of it, so that not all are due in one crawl."""
    share = int.from_bytes(sha256(url.encode("utf-8", "replace")).digest()[:4]) / 2**32
    return RECHECKED * (0.5 + share / 2)


def _opened(path: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(path, isolation_level=None, timeout=10)
    try:
        connection.execute("pragma journal_mode = wal")
        connection.execute("pragma synchronous = normal")
        connection.execute(
            "create table if not exists pages (url text primary key, helped integer not null, checked_at real not null)"
        )
    except sqlite3.DatabaseError:
        connection.close()
        raise
    return connection
