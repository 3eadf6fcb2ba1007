"""The fetching process: started by scrapers.fetcher.

Standard input brings the job (`site` as JSON text, `folder`) on its first line and one ask on each line after it;
standard output answers, one line for each ask. The end of standard input means that nobody waits any more.
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
import threading
from dataclasses import asdict
from pathlib import Path

import scrapy.core.downloader.contextfactory  # noqa: F401  (it looks at all its importers: here they are few)
from scrapy.crawler import AsyncCrawlerProcess

from scrapers.fetcher import Answer, Ask
from scrapers.sites import Site
from scrapers.spiders.on_request import OnRequest
from scrapers.spiders.settings import crawl_settings


def main() -> None:
    """Serve one fetcher."""
    job = json.loads(sys.stdin.readline())
    # Whatever a library prints must not be taken for an answer.
    answers, sys.stdout = sys.stdout, sys.stderr

    def tell(answer: Answer) -> None:
        answers.write(json.dumps(asdict(answer)) + "\n")
        answers.flush()

    process = AsyncCrawlerProcess(crawl_settings(Site.from_json(job["site"])))
    asks: asyncio.Queue[Ask | None] = asyncio.Queue()
    process.crawl(OnRequest, asks=asks, folder=Path(job["folder"]), tell=tell)
    threading.Thread(target=_hand_on, args=(asks, asyncio.get_event_loop()), daemon=True).start()
    process.start()


def _hand_on(asks: asyncio.Queue[Ask | None], loop: asyncio.AbstractEventLoop) -> None:
    for line in sys.stdin:
        loop.call_soon_threadsafe(asks.put_nowait, Ask(**json.loads(line)))
    os._exit(0)  # the reactor may be busy, and nobody is left to hear a farewell
