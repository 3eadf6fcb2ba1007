"""A spider without a plan: it fetches the addresses it is handed while it runs, as politely as any crawl."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

from scrapy import Request, Spider
from scrapy.http import Response, TextResponse
from twisted.python.failure import Failure

from scrapers.browser.marks import is_rendered, rendered
from scrapers.fetcher import Answer, Ask
from scrapers.sitemap import LARGEST
from scrapers.spiders.causes import cause_of
from scrapers.spiders.refusals import refusal


class OnRequest(Spider):
    """Takes asks from a queue (None ends it), keeps each body as a file in `folder`, and tells of every one."""

    name = "on_request"

    def __init__(
        self, asks: asyncio.Queue[Ask | None], folder: Path, tell: Callable[[Answer], None], **kwargs: Any
    ) -> None:
        super().__init__(**kwargs)
        self._asks = asks
        self._folder = folder
        self._tell = tell

    async def start(self) -> AsyncIterator[Request]:
        """A request for each ask, as they come."""
        while (ask := await self._asks.get()) is not None:
            request = Request(
                ask.url,
                self._fetched,
                errback=self._failed,
                cb_kwargs={"number": ask.number},
                dont_filter=True,
                meta={"download_maxsize": LARGEST, "purveyor_number": ask.number},
            )
            yield rendered(request) if ask.render else request

    def _fetched(self, response: Response, number: int) -> None:
        path = self._folder / f"{number}.body"
        path.write_bytes(response.body)
        self._tell(
            Answer(
                number=number,
                url=response.url,
                content_type=(response.headers.get("Content-Type") or b"").decode("latin-1"),
                seconds=float(response.meta.get("download_latency", 0.0)),
                rendered=is_rendered(response),
                # A wall may come with 200; a page too long for one is looked at by whoever asked.
                cause=refusal(response) if isinstance(response, TextResponse) else None,
            )
        )

    def _failed(self, failure: Failure) -> None:
        assert failure.value is not None
        request: Request = failure.request  # type: ignore[attr-defined]  # as Scrapy calls errbacks
        self._tell(Answer(number=request.meta["purveyor_number"], url=request.url, cause=cause_of(failure.value)))
