"""A crawl from the outside: run the crawling process, gather what it saw, and write it to the lake with its health.

Whatever is killed, nothing observed is lost or doubled. What was seen stands in a spool on the disk before it is
counted; the next crawl of the site takes up the unfinished one, and what is written is read from the spool.
"""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import timedelta
from pathlib import Path

from ulid import ULID

from scrapers.child import run
from scrapers.health import CrawlHealth
from scrapers.keeping import keep
from scrapers.kept_pages import FOLDER as PAGES
from scrapers.kept_pages import forget_old
from scrapers.last_seen import last_seen
from scrapers.sites import Site
from scrapers.sites.proxy import proxy_of
from scrapers.spool import Ended, Spool, unfinished
from scrapers.tally import Tally
from warehouse.errors import InputError
from warehouse.exclusive import exclusive
from warehouse.house import Warehouse
from warehouse.progress import Progress, quiet

__all__ = ["CrawlHealth", "crawl"]

TAKEN_UP_WITHIN = timedelta(hours=24)
"""Since its beginning; what an older unfinished crawl saw is written, and a new one begun."""

_WAIT_SECONDS = 5.0
"""For the lock of a crawl that is just ending."""
_RESTARTS = 3
"""How often a crawling process that dies is started again, to go on where it was."""


def crawl(
    site: Site,
    warehouse: Warehouse,
    *,
    crawl_id: str | None = None,
    progress: Progress = quiet,
    limit: int | None = None,
) -> CrawlHealth:
    """Crawl `site` and write what was seen: rows of `offers` in one commit, and one row of `crawls` in any case.

    At most `limit` product pages are read; `crawl_id` is a new ULID unless given. A crawl of the site that was killed
    is taken up where it was, under its own id, where it has the same id or limit; pages it has done with are not
    fetched again. One that is cut short writes what it has before that goes on: by an interrupt, by SIGTERM (in the
    main thread it raises KeyboardInterrupt meanwhile), or by any error. InputError where another process is crawling
    the site: politeness is owed to a shop by all of ours together. ConfigError where its proxy is not set. LakeError
    where the lake cannot be written: the next crawl of the site writes it then.
    """
    proxy_of(site)  # which may not be set: that is the caller's to hear, before anything begins
    with exclusive(warehouse.settings, f"crawl {site.name}", wait=_WAIT_SECONDS) as held:
        if not held:
            raise InputError(f"{site.name} is being crawled by another process; wait for it to end")
        root = warehouse.settings.crawls / site.name / "unfinished"
        now = warehouse.clock()
        taken_up = None
        for left in unfinished(root):
            if left.ended is not None:  # all but written
                health = keep(warehouse, left)
                if left.crawl_id == crawl_id:
                    return health
            elif left.crawl_id == crawl_id or (left.limit == limit and now - left.started_at < TAKEN_UP_WITHIN):
                taken_up = left
            else:
                _abandon(warehouse, left)
        crawl_id = crawl_id or str(ULID.from_datetime(now))
        spool = taken_up or Spool.new(root, crawl_id, site.name, now, limit=limit, tiered=site.tiers is not None)
        return _crawl(site, warehouse, spool, progress)


def _crawl(site: Site, warehouse: Warehouse, spool: Spool, progress: Progress) -> CrawlHealth:
    log: Path | None = None
    with _sigterm_interrupts():
        try:
            if not _observe(site, warehouse, spool, progress):
                log = _kept_log(warehouse, spool)
        finally:
            spool.end(Ended(warehouse.clock(), "crawler_broke_down" if log else "interrupted", log))
            health = keep(warehouse, spool)
    forget_old(
        warehouse.settings.crawls / site.name / PAGES, warehouse.clock() - timedelta(days=warehouse.settings.files_days)
    )
    return health


def _observe(site: Site, warehouse: Warehouse, spool: Spool, progress: Progress) -> bool:
    """Bring the spool to the crawl's own end; False where the crawling process keeps breaking down before it."""
    tally = Tally()
    for message in spool.messages():  # what earlier processes saw
        tally.take(message)
    for _ in range(1 + _RESTARTS):
        if tally.closed is not None:
            break
        seen = last_seen(warehouse, site) if site.tiers else {}
        folder = warehouse.settings.crawls / site.name
        scratch = warehouse.settings.scratch
        now = warehouse.clock()
        with closing(run(site, spool, folder=folder, scratch=scratch, now=now, last_seen=seen)) as messages:
            for message in messages:
                tally.take(message)
                progress(f"crawl {site.name}", tally.settled, tally.planned)
    return tally.closed is not None


def _abandon(warehouse: Warehouse, spool: Spool) -> None:
    """Write what an unfinished crawl saw that is not taken up."""
    tally = Tally()
    for message in spool.messages():
        tally.take(message)
    spool.end(Ended(tally.latest or spool.started_at, "interrupted"))
    keep(warehouse, spool)


def _kept_log(warehouse: Warehouse, spool: Spool) -> Path:
    scratch = warehouse.settings.scratch
    scratch.mkdir(parents=True, exist_ok=True)
    return spool.log_path.replace(scratch / f"crawl-{spool.folder.name}.log")


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
