"""The crawling process: `python -m scrapers.process`, started by scrapers.crawl, one crawl each.

Twisted's reactor cannot start twice, so a crawl gets a process of its own. The first line of standard input is the job
as JSON; the end of standard input means that the parent is gone, and the crawl ends with it.
"""

from __future__ import annotations

import json
import os
import sys
import threading
import time
from datetime import datetime, timedelta
from pathlib import Path

from scrapy.crawler import AsyncCrawlerProcess

from scrapers.messages import Message, encode
from scrapers.sites import Site
from scrapers.spiders.product_pages import ProductPages
from scrapers.spiders.settings import crawl_settings
from warehouse.clock import Clock


def main() -> None:
    """Run the job, an object of `site` (as JSON text), `output` (path of the JSON lines), `limit` (pages or null) and
    `started_at` (the parent's time)."""
    job = json.loads(sys.stdin.readline())
    threading.Thread(target=_end_with_parent, daemon=True).start()
    site = Site.from_json(job["site"])
    with Path(job["output"]).open("w", encoding="utf-8") as output:

        def emit(message: Message) -> None:
            output.write(encode(message) + "\n")
            output.flush()

        process = AsyncCrawlerProcess(crawl_settings(site))
        process.crawl(ProductPages, site=site, emit=emit, clock=_clock_from(job["started_at"]), limit=job["limit"])
        process.start()


def _clock_from(started_at: str) -> Clock:
    """The parent's clock, carried on: what it was at the start, and the seconds since."""
    started, then = datetime.fromisoformat(started_at), time.monotonic()
    return lambda: started + timedelta(seconds=time.monotonic() - then)


def _end_with_parent() -> None:
    sys.stdin.read()
    os._exit(1)  # the reactor may be busy, and nobody is left to hear a farewell


if __name__ == "__main__":
    main()
