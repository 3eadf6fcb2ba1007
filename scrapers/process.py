"""The crawling process: started by scrapers.child, one at a time for a crawl.

Twisted's reactor cannot start twice, so a crawl gets a process of its own. The first line of standard input is the job
as JSON; the end of standard input means that the parent is gone, and the crawl ends with it.
"""

from __future__ import annotations

import json
import os
import sys
import threading
import time
from contextlib import ExitStack, closing
from datetime import datetime, timedelta
from pathlib import Path
from typing import BinaryIO

import scrapy.core.downloader.contextfactory  # noqa: F401  (it looks at all its importers: here they are few)
from scrapy.crawler import AsyncCrawlerProcess

from scrapers.browser.need import Needs
from scrapers.due import Due
from scrapers.kept_pages import FOLDER as PAGES
from scrapers.kept_pages import PageFile
from scrapers.messages import Begun, Emit, Message, encode
from scrapers.sites import Site
from scrapers.spiders.product_pages import ProductPages
from scrapers.spiders.settings import crawl_settings
from scrapers.spool import Spool
from scrapers.tally import Tally
from scrapers.validators import Validators
from warehouse.clock import Clock

_SYNC_SECONDS = 1.0
"""How much of a crawl a power failure may cost: those pages are fetched again."""


def main() -> None:
    """Run the job that scrapers.child wrote."""
    job = json.loads(sys.stdin.readline())
    threading.Thread(target=_end_with_parent, daemon=True).start()
    site, spool = Site.from_json(job["site"]), Spool(Path(job["spool"]))
    now = datetime.fromisoformat(job["now"])
    seen = {url: datetime.fromisoformat(at) for url, at in job["last_seen"].items()}
    with ExitStack() as open_files:
        open_files.enter_context(spool.writing())
        emit = _emit_to(open_files.enter_context(spool.messages_path.open("ab")))
        emit(Begun())
        folder = Path(job["folder"])
        validators = open_files.enter_context(closing(Validators(folder / "validators.db", site)))
        needs = open_files.enter_context(closing(Needs(folder / "needs.db")))
        pages = None
        if site.keep_pages:
            pages = open_files.enter_context(closing(PageFile(folder / PAGES, spool.crawl_id)))
        process = AsyncCrawlerProcess(crawl_settings(site))
        process.crawl(
            ProductPages,
            site=site,
            emit=emit,
            clock=_clock_from(now),
            limit=job["limit"],
            due=Due(site.tiers, seen, now) if site.tiers else None,
            done=_settled(spool),
            validators=validators,
            needs=needs,
            pages=pages,
        )
        process.start()


def _settled(spool: Spool) -> frozenset[str]:
    """The pages that need not be asked for again: an earlier process of this crawl has told their end."""
    tally = Tally()
    for message in spool.messages():
        tally.take(message)
    return tally.settled_pages()


def _emit_to(output: BinaryIO) -> Emit:
    """Writes each message at once, where it outlives this process; a thread brings them to the disk now and then."""
    written = threading.Event()

    def emit(message: Message) -> None:
        output.write(encode(message) + b"\n")
        output.flush()
        written.set()

    def bring_to_disk() -> None:
        while True:
            written.wait()
            written.clear()
            os.fsync(output.fileno())
            time.sleep(_SYNC_SECONDS)

    threading.Thread(target=bring_to_disk, daemon=True).start()
    return emit


def _clock_from(now: datetime) -> Clock:
    """The parent's clock, carried on: what it was at the start, and the seconds since."""
    then = time.monotonic()
    return lambda: now + timedelta(seconds=time.monotonic() - then)


def _end_with_parent() -> None:
    sys.stdin.read()
    os._exit(1)  # the reactor may be busy, and nobody is left to hear a farewell
