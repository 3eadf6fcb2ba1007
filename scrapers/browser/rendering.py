"""One page drawn by Chromium, through scrapy-playwright's browser, contexts and pages."""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING, Any

from playwright.async_api import CDPSession, Page
from playwright.async_api import Error as PlaywrightError
from playwright.async_api import Response as PageResponse
from playwright.async_api import TimeoutError as PlaywrightTimeoutError
from scrapy import Request, Spider
from scrapy.exceptions import (
    DownloadCancelledError,
    DownloadConnectionRefusedError,
    DownloadFailedError,
    DownloadTimeoutError,
)
from scrapy.http import HtmlResponse, Response
from scrapy_playwright.handler import ScrapyPlaywrightDownloadHandler  # type: ignore[import-untyped]

from scrapers.browser.chromium import launch_options, require_chromium
from scrapers.browser.errors import CertificateError, NoBrowserError, PageCrashedError
from scrapers.browser.marks import DRAWN
from scrapers.browser.memory import watch
from scrapers.browser.proxy import GuardedProxy
from scrapers.browser.traffic import Traffic
from scrapers.extraction.page import LARGEST
from scrapers.sites import Site
from scrapers.spiders.guard import SITE_SETTING, OffSiteError, allowed_addresses
from scrapers.spiders.robots import ObeyRobots, RobotsForbidError
from warehouse.errors import ConfigError

if TYPE_CHECKING:
    from scrapy.crawler import Crawler

_PAGES = 4
"""Pages drawn at once, at most: each takes tens of megabytes."""

_CLOSE_SECONDS = 10.0

_SETTLE_SECONDS = 12.0
"""After which a page that never comes to rest is read as it stands."""

_OK, _BAD_GATEWAY = 200, 502

_QUIET = """
new Promise(done => {
  const size = () => document.readyState === 'loading' ? -1 : document.getElementsByTagName('*').length;
  let seen = size(), quiet = 0, tries = 0;
  const timer = setInterval(() => {
    const now = size();
    quiet = now === seen && now !== -1 ? quiet + 1 : 0;
    seen = now;
    if (quiet === 4 || ++tries === 40) { clearInterval(timer); done(quiet === 4); }
  }, 75);
})
"""
"""Whether the document stayed as large for 0.3 seconds, within 3."""

_CONTENT = """
(() => {
  const unfold = root => root.querySelectorAll('*').forEach(host => {
    if (!host.shadowRoot) return;
    unfold(host.shadowRoot);
    host.append(...[...host.shadowRoot.childNodes].map(node => node.cloneNode(true)));
  });
  if (!document.documentElement) return '';
  unfold(document);
  const text = document.documentElement.outerHTML;
  return text.length > LARGEST ? null : text;
})()
""".replace("LARGEST", str(LARGEST))
"""The document as HTML, with what stands in the shadow trees of web components, which HTML leaves out; null where it is
too large."""

_GONE_ON = ("context", "Promise was collected", "navigated")
"""What Chromium says of a document that is no longer there."""


class Renderer(ScrapyPlaywrightDownloadHandler):  # type: ignore[misc]  # the library ships no types
    """Draws pages. The browser starts with the first, its contexts are reused, every page is closed again."""

    def __init__(self, crawler: Crawler) -> None:
        super().__init__(crawler)
        settings = crawler.settings
        self._site = Site.from_json(settings[SITE_SETTING])
        self._agent: str = settings["USER_AGENT"]
        self._timeout = settings.getfloat("DOWNLOAD_TIMEOUT")
        self.config.max_pages_per_context = min(self._site.concurrency, _PAGES)
        self._proxy = GuardedProxy(allowed_addresses, self._site)
        self._starting: asyncio.Task[None] | None = None
        self._watching: asyncio.Task[None] | None = None

    async def download_request(self, request: Request) -> Response:
        """The page as drawn. Raises NoBrowserError, PageCrashedError, OffSiteError, PrivateAddressError, or one of
        Scrapy's download errors."""
        if self._starting is None:
            self._starting = asyncio.ensure_future(self._start())
        await asyncio.shield(self._starting)
        request.meta["playwright_context_kwargs"] = {
            "user_agent": self._agent,
            "accept_downloads": False,
            "service_workers": "block",
        }
        try:
            drawn: Response = await self._download_request(request)
        except PlaywrightError as error:  # after several attempts, each with a new browser
            raise PageCrashedError(error.message.splitlines()[0]) from error
        return drawn

    async def _start(self) -> None:
        try:
            chromium = require_chromium()
            self.config.launch_options = launch_options(chromium, await self._proxy.start())
            await self._launch()
            await self._maybe_launch_browser()
            self._watching = asyncio.ensure_future(watch())
        except ConfigError as error:
            raise NoBrowserError(str(error)) from error
        except PlaywrightError as error:
            raise NoBrowserError(f"{chromium} did not start: {error.message.splitlines()[0]}") from error
        except Exception as error:  # Playwright's driver says with a plain one that it did not start
            raise NoBrowserError(f"Playwright did not start: {error}") from error

    async def close(self) -> None:
        """End the browser, then its way out."""
        if self._watching is not None:
            self._watching.cancel()
        await super().close()
        await self._proxy.close()

    async def _download_request_with_retry(self, request: Request, spider: Spider) -> Response:
        """scrapy-playwright's step between a free place in a context and a response; here with our own traffic rules,
        since its routing switches the browser's cache off and does not see redirects."""
        page = await self._create_page(request=request, spider=spider)
        traffic = Traffic(page, self._proxy, self._refusal)
        crash = asyncio.Event()
        page.on("crash", lambda _: crash.set())
        page.on("popup", lambda popup: asyncio.ensure_future(popup.close()))
        drawing = asyncio.ensure_future(self._draw(request, page, traffic))
        crashed = asyncio.ensure_future(crash.wait())
        try:
            await asyncio.wait({drawing, crashed}, timeout=2 * self._timeout, return_when=asyncio.FIRST_COMPLETED)
            if drawing.done():
                return drawing.result()
            if crash.is_set():
                raise PageCrashedError(f"{request.url} brought its part of the browser down")
            raise DownloadTimeoutError(f"{request.url} was not drawn in time")
        except PlaywrightTimeoutError as error:
            raise DownloadTimeoutError(f"{request.url} was not answered in time") from error
        except PlaywrightError as error:
            if page.is_closed():  # the browser is gone; scrapy-playwright starts another and asks again
                raise
            raise self._told_apart(error, traffic) from error
        finally:
            drawing.cancel()
            crashed.cancel()
            await asyncio.wait({asyncio.ensure_future(page.close())}, timeout=_CLOSE_SECONDS)

    async def _draw(self, request: Request, page: Page, traffic: Traffic) -> Response:
        cdp = await page.context.new_cdp_session(page)
        await traffic.watch(cdp)
        began = time.monotonic()
        answer = await page.goto(request.url, wait_until="commit", timeout=self._timeout * 1000)
        request.meta["download_latency"] = time.monotonic() - began
        traffic.has_document = True
        if answer is None:
            raise DownloadFailedError(f"{request.url} was not answered")
        if answer.status == _BAD_GATEWAY and (failure := self._proxy.failure(answer.url)):
            raise _of_scrapy(failure) from failure
        if answer.status == _OK:
            await _settled(cdp, traffic, min(_SETTLE_SECONDS, self._timeout / 2))
        text = await _evaluate(cdp, _CONTENT)
        if not isinstance(text, str):
            raise DownloadCancelledError(f"the page as drawn is larger than {LARGEST} characters")
        return HtmlResponse(
            page.url,
            status=answer.status,
            headers=await _headers(answer),
            body=f"<!doctype html>\n{text}".encode("utf-8", "replace"),
            encoding="utf-8",
            request=request,
            flags=[DRAWN],
        )

    def _refusal(self, url: str, is_document: bool) -> Exception | None:
        """Why the browser may not load what a page asks for: documents stay on the site's hosts, and what robots.txt
        forbids there is forbidden to whoever asks."""
        if not self._site.may_visit(url):
            return OffSiteError(f"{url} is none of the site's pages") if is_document else None
        robots = self._crawler.get_downloader_middleware(ObeyRobots)
        return RobotsForbidError(f"robots.txt forbids {url}") if robots and robots.forbids(url) else None

    def _told_apart(self, error: PlaywrightError, traffic: Traffic) -> Exception:
        """Why a page could not be had at all."""
        if traffic.refused:
            return traffic.refused
        if "net::ERR_CERT" in error.message or "net::ERR_SSL" in error.message:
            return CertificateError(error.message.splitlines()[0])
        if failure := self._proxy.failure(traffic.document):
            return _of_scrapy(failure)
        return DownloadFailedError(error.message.splitlines()[0])


def _of_scrapy(failure: Exception) -> Exception:
    """A connection's failure under the name that plain HTTP has for it."""
    text = str(failure) or type(failure).__name__
    match failure:
        case TimeoutError():
            return DownloadTimeoutError(text)
        case ConnectionRefusedError():
            return DownloadConnectionRefusedError(text)
        case OSError():
            return DownloadFailedError(text)
    return failure


async def _settled(cdp: CDPSession, traffic: Traffic, seconds: float) -> None:
    """Wait until nothing was loading and nothing changed during a whole look, at most so many seconds and a look more.
    An answer that came during a look may yet change the page: its script may not have run on."""
    deadline = time.monotonic() + seconds
    while (began := time.monotonic()) < deadline:
        is_quiet = await _evaluate(cdp, _QUIET)
        if is_quiet and traffic.was_still_since(began):
            break


async def _evaluate(cdp: CDPSession, expression: str) -> Any:
    """The value of an expression, in a world of its own that the page's scripts cannot change; None where the page went
    on to another document meanwhile."""
    try:
        frame = (await cdp.send("Page.getFrameTree"))["frameTree"]["frame"]["id"]
        world = await cdp.send("Page.createIsolatedWorld", {"frameId": frame, "worldName": "purveyor"})
        answer = await cdp.send(
            "Runtime.evaluate",
            {
                "expression": expression,
                "contextId": world["executionContextId"],
                "awaitPromise": True,
                "returnByValue": True,
            },
        )
    except PlaywrightError as error:
        if any(sign in error.message for sign in _GONE_ON):
            return None
        raise
    return answer["result"].get("value")


async def _headers(answer: PageResponse) -> dict[str, str]:
    """The answer's header fields, of which those about the body now say what it is: HTML in UTF-8."""
    fields = {field["name"].lower(): field["value"] for field in await answer.headers_array()}
    kind = fields.get("content-type", "text/html").partition(";")[0].strip()
    dropped = ("content-encoding", "content-length", "transfer-encoding", "content-type")
    return {n: v for n, v in fields.items() if n not in dropped} | {"content-type": f"{kind}; charset=utf-8"}
