"""A crawl from the outside: run the crawling process, gather what it saw, and write it to the lake with its health."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Generator, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any, Literal

import pyarrow as pa
from ulid import ULID

from scrapers.messages import Closed, Failed, Fetched, Message, Planned, decode
from scrapers.sites import Site
from warehouse.errors import InputError
from warehouse.exclusive import exclusive
from warehouse.house import Warehouse
from warehouse.offer_ids import canonical_url, offer_id
from warehouse.progress import Progress, quiet
from warehouse.scratch import scratch_folder
from warehouse.tables import CRAWLS, OFFERS

_POLL_SECONDS = 0.05
_GRACE_SECONDS = 10.0
_WAIT_SECONDS = 5.0
"""For the lock of a crawl that is just ending."""


@dataclass(frozen=True, slots=True)
class CrawlHealth:
    """How a crawl went: a row of the crawls table.

    `outcome` is finished (every planned page was answered), partial (some were not, or the crawl was cut short) or
    failed (no product page was answered). `failures` counts pages by cause, also those answered that gave no offer;
    "unanswered" are planned pages whose end is unknown. What cut the whole crawl short counts once: "interrupted" or
    "crawler_broke_down".
    """

    crawl_id: str
    site: str
    started_at: datetime
    finished_at: datetime
    planned: int
    fetched: int
    offers: int
    priced: int
    failures: Mapping[str, int]
    outcome: Literal["finished", "partial", "failed"]
    log: Path | None = None
    """The crawling process's log, kept where that process broke down."""


@dataclass(slots=True)
class _Tally:
    """What the messages add up to."""

    planned: int = 0
    fetched: int = 0
    settled: int = 0
    """Planned pages whose end is known, good or bad."""
    failures: Counter[str] = field(default_factory=Counter)
    offers: dict[str, dict[str, Any]] = field(default_factory=dict)
    closed: str | None = None

    def take(self, message: Message, crawl_id: str, site: str) -> None:
        match message:
            case Planned():
                self.planned += 1
            case Failed(cause=cause, planned=planned):
                self.failures[cause] += 1
                self.settled += planned
            case Closed(reason=reason):
                self.closed = reason
            case Fetched(offer=offer, cause=cause):
                self.fetched += 1
                self.settled += 1
                if offer is None:
                    self.failures[cause or "no_product"] += 1
                    return
                row = _offer_row(offer, crawl_id, site)
                if row["offer_id"] in self.offers:  # two addresses that redirect to one page
                    self.failures["duplicate"] += 1
                self.offers.setdefault(row["offer_id"], row)

    def end(self, cut_short_by: str | None) -> None:
        """Nothing more will come: count what cut the crawl short, and the pages that nothing was heard of."""
        if cut_short_by:
            self.failures[cut_short_by] += 1
        if self.settled < self.planned:
            self.failures["unanswered"] += self.planned - self.settled

    @property
    def outcome(self) -> Literal["finished", "partial", "failed"]:
        if not self.fetched:
            return "failed"
        unfetched = sum(self.failures.values()) - sum(self.failures[cause] for cause in _ANSWERED)
        complete = self.closed == "finished" and self.settled == self.planned
        return "finished" if complete and not unfetched else "partial"


_ANSWERED = ("no_product", "not_html", "unreadable", "duplicate")
"""Causes of pages that were answered with 200 all the same."""


def crawl(
    site: Site,
    warehouse: Warehouse,
    *,
    crawl_id: str | None = None,
    progress: Progress = quiet,
    limit: int | None = None,
) -> CrawlHealth:
    """Crawl `site` and write what was seen: rows of `offers` in one commit, and one row of `crawls` in any case.

    At most `limit` product pages are read; `crawl_id` is a new ULID unless given. A crawl that is cut short writes what
    it has before that goes on: by an interrupt, by SIGTERM (in the main thread it raises KeyboardInterrupt meanwhile),
    or by any error. InputError where another process is crawling the site: politeness is owed to a shop by all of ours
    together. LakeError where the lake cannot be written.
    """
    with exclusive(warehouse.settings, f"crawl {site.name}", wait=_WAIT_SECONDS) as held:
        if not held:
            raise InputError(f"{site.name} is being crawled by another process; wait for it to end")
        return _crawl(site, warehouse, crawl_id, progress, limit)


def _crawl(
    site: Site, warehouse: Warehouse, crawl_id: str | None, progress: Progress, limit: int | None
) -> CrawlHealth:
    started = warehouse.clock()
    crawl_id = crawl_id or str(ULID.from_datetime(started))
    scratch = warehouse.settings.scratch
    tally = _Tally()
    log: Path | None = None
    with _sigterm_interrupts():
        try:
            with scratch_folder(scratch, "crawl") as folder, closing(_run(site, folder, limit, started)) as messages:
                for message in messages:
                    tally.take(message, crawl_id, site.name)
                    progress(f"crawl {site.name}", tally.settled, tally.planned)
                if tally.closed is None:
                    log = (folder / "log.txt").rename(scratch / f"crawl-{crawl_id}.log")
        finally:
            if tally.closed is None:
                tally.end("crawler_broke_down" if log else "interrupted")
            else:  # Scrapy's reason, such as memusage_exceeded: a crawl that stops early says why
                tally.end(None if tally.closed == "finished" else tally.closed)
            health = CrawlHealth(
                crawl_id=crawl_id,
                site=site.name,
                started_at=started,
                finished_at=warehouse.clock(),
                planned=tally.planned,
                fetched=tally.fetched,
                offers=len(tally.offers),
                priced=sum(row["price"] is not None for row in tally.offers.values()),
                failures=dict(sorted(tally.failures.items())),
                outcome=tally.outcome,
                log=log,
            )
            _write(warehouse, health, list(tally.offers.values()))
    return health


@contextmanager
def _sigterm_interrupts() -> Iterator[None]:
    """SIGTERM, by which cron and systemd stop a process, raises KeyboardInterrupt meanwhile, as Ctrl-C does.

    Only the main thread may set handlers; a SIGTERM that is ignored, or handled outside Python, stays so.
    """
    in_main = threading.current_thread() is threading.main_thread()
    previous = signal.getsignal(signal.SIGTERM)
    if not in_main or previous in (None, signal.SIG_IGN):
        yield
        return
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, previous)


def _run(site: Site, folder: Path, limit: int | None, started: datetime) -> Generator[Message, None, None]:
    """Run the crawling process; yield its messages as they come."""
    output = folder / "messages.jsonl"
    output.touch()
    job = {"site": site.to_json(), "output": str(output), "limit": limit, "started_at": started.isoformat()}
    with (folder / "log.txt").open("wb") as log:
        # A session of its own keeps Ctrl-C from reaching the child before the parent has decided what to do.
        process = subprocess.Popen(
            [sys.executable, "-m", "scrapers.process"],
            stdin=subprocess.PIPE,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
        assert process.stdin is not None
        try:
            process.stdin.write(json.dumps(job).encode() + b"\n")
            process.stdin.flush()
            for line in _lines(output, process):
                message = decode(line)
                if message is not None:
                    yield message
                if isinstance(message, Closed):
                    return  # all is said; the process would spend a second on farewells to its connections
        finally:
            process.kill()
            process.stdin.close()
            process.wait(_GRACE_SECONDS)


def _lines(path: Path, process: subprocess.Popen[bytes]) -> Iterator[bytes]:
    """The whole lines of a file that a process is still writing; ends when the process has."""
    rest = b""
    with path.open("rb") as file:
        while True:
            ended = process.poll() is not None  # asked before reading, so that its last words are read too
            text = file.read()
            *lines, rest = (rest + text).split(b"\n")
            yield from lines
            if ended and not text:
                return
            if not text:
                time.sleep(_POLL_SECONDS)


def _offer_row(offer: Mapping[str, Any], crawl_id: str, site: str) -> dict[str, Any]:
    url = canonical_url(offer["url"])
    return {
        **offer,
        "crawl_id": crawl_id,
        "offer_id": offer_id(site, url, None, None, None),
        "site": site,
        "url": url,
        "observed_at": datetime.fromisoformat(offer["observed_at"]),
        "price": _decimal(offer["price"]),
        "list_price": _decimal(offer["list_price"]),
    }


def _decimal(text: str | None) -> Decimal | None:
    return None if text is None else Decimal(text)


def _write(warehouse: Warehouse, health: CrawlHealth, offers: list[dict[str, Any]]) -> None:
    """Offers first: a crawls row never speaks of offers that are not there."""
    if offers:
        schema = pa.schema([f for f in OFFERS.schema if f.name in offers[0]])
        warehouse.lake.append(OFFERS, pa.Table.from_pylist(offers, schema=schema), batch_id=health.crawl_id)
    row = {name: getattr(health, name) for name in CRAWLS.schema.names if name != "failures"}
    row["failures"] = json.dumps(health.failures)
    warehouse.lake.append(CRAWLS, pa.Table.from_pylist([row], schema=CRAWLS.schema), batch_id=health.crawl_id)
