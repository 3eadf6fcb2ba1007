"""Files at web addresses, such as a feed or an export that the shop renews every night."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from pathlib import Path

import httpx

from warehouse.errors import InputError
from warehouse.sources.connector import Request
from warehouse.sources.definition import Source
from warehouse.sources.landing import Arrival, Landed, Missed
from warehouse.sources.ledger import Noted
from warehouse.sources.web import Web, web_address

_LARGEST = 20_000_000_000
"""Bytes of a file, unpacked: a server must not fill the disk."""

_LONGEST = 4 * 3600.0
"""Seconds that a file may take."""

_ENDINGS = {
    "application/xml": ".xml",
    "text/xml": ".xml",
    "application/rss+xml": ".xml",
    "application/atom+xml": ".xml",
    "application/json": ".json",
    "application/x-ndjson": ".jsonl",
    "text/tab-separated-values": ".tsv",
}
"""How a file is to be read where its address, such as feed.php, does not say."""

_READ = (*_ENDINGS.values(), ".csv", ".txt", ".yml", ".ndjson", ".xlsx", ".xlsm", ".parquet", ".pq")
_REMEMBERED = {"etag": "If-None-Match", "last-modified": "If-Modified-Since"}


def arrivals(request: Request) -> Iterator[Arrival | Missed]:
    """Each file that has changed since it was last taken, by its ETag or Last-Modified."""
    with Web(request.source.name, headers=_headers(request.source), auth=_auth(request.source)) as web:
        for kind in request.source.kinds:
            address = request.source.files[kind]
            name = web_address(address).path.rsplit("/", 1)[-1] or kind
            try:
                arrival = _fetch(request, web, kind, address, name)
            except InputError as error:
                yield Missed(kind, name, request.now, str(error))
                continue
            if arrival is not None:
                yield arrival


def _fetch(request: Request, web: Web, kind: str, address: str, name: str) -> Arrival | None:
    last = request.ledger.last_of(kind, name)
    asked = _conditions(last) if last is not None and request.done_with(last) else {}
    until = time.monotonic() + _LONGEST
    with request.landing.open(kind, name) as landed:

        def save(response: httpx.Response) -> int:
            landed.start_again()
            for part in response.iter_bytes(1 << 20):
                landed.write(part)
                if landed.size > _LARGEST:
                    raise web.error(address, f"is larger than {_LARGEST:,} bytes")
                if time.monotonic() > until:
                    raise web.error(address, f"takes longer than {_LONGEST / 3600:.0f} hours")
            return response.status_code

        status, headers = web.ask("GET", address, save, headers=asked)
    if status == 304:
        landed.path.unlink()
        return None
    return _arrival(request, kind, name, landed, headers)


def _arrival(request: Request, kind: str, name: str, landed: Landed, headers: httpx.Headers) -> Arrival:
    state = {field: headers[field] for field in _REMEMBERED if field in headers}
    moment = min(_modified(headers) or request.now, request.now)
    path = _named_as_it_is(landed.path, headers.get("content-type", "").partition(";")[0].strip().lower())
    return Arrival(kind, name, path, landed.content_hash, moment, state)


def _named_as_it_is(path: Path, content_type: str) -> Path:
    """The file under a name that says how to read it: servers unpack what they send, or name a script."""
    with path.open("rb") as file:
        packed = file.read(2) == b"\x1f\x8b"
    name = path.name.removesuffix(".gz")
    if Path(name).suffix.lower() not in _READ and content_type in _ENDINGS:
        name += _ENDINGS[content_type]
    return path.rename(path.with_name(f"{name}.gz" if packed else name))


def _conditions(last: Noted) -> dict[str, str]:
    return {_REMEMBERED[field]: str(value) for field, value in last.state.items() if field in _REMEMBERED}


def _modified(headers: httpx.Headers) -> datetime | None:
    try:
        moment = parsedate_to_datetime(headers["last-modified"])
    except (KeyError, TypeError, ValueError):
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _headers(source: Source) -> dict[str, str]:
    token = source.secret("token")
    return {"Authorization": f"Bearer {token}"} if token else {}


def _auth(source: Source) -> tuple[str, str] | None:
    password = source.secret("password")
    return (source.user or "", password) if password else None
