"""What a page that is being drawn may load, decided for each request and each redirect in Chromium itself."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from playwright.async_api import CDPSession, Page
from playwright.async_api import Error as PlaywrightError
from playwright.async_api import Request as PageRequest

from scrapers.browser.proxy import GuardedProxy

_LOADED = frozenset({"Document", "Stylesheet", "Script", "XHR", "Fetch", "EventSource", "WebSocket", "Preflight"})
"""Kinds of requests that a price may depend on; pictures, fonts, media, beacons and reports are not among them.
https://chromedevtools.github.io/devtools-protocol/tot/Network/#type-ResourceType"""

_WAITED_FOR = frozenset({"script", "xhr", "fetch"})
"""Kinds, as Playwright names them, whose answers a script may act upon a moment later.
https://playwright.dev/python/docs/api/class-request#request-resource-type"""

_PATIENCE = 5.0
"""Seconds after which a request that is still open is no longer waited for."""


Refusal = Callable[[str, bool], Exception | None]
"""Why an address may not be loaded, as a document or not; None where it may."""


class Traffic:
    """The requests of one page.

    Documents, also those of frames and at the end of redirects, are only fetched, never posted to; whatever is refused
    stays undone, and the page is as it was. Addresses are the proxy's affair.
    """

    def __init__(self, page: Page, proxy: GuardedProxy, refusal: Refusal) -> None:
        self._proxy, self._refusal = proxy, refusal
        self._open: dict[PageRequest, float] = {}
        self._latest_end = 0.0
        self._tasks: set[asyncio.Task[None]] = set()
        self._logged_in: set[str] = set()
        self.has_document = False
        """Whether the page has been answered; what asks for documents from then on is the page itself."""
        self.document = ""
        """The address that was asked for last until then, at the end of redirects."""
        self.refused: Exception | None = None
        """Why it was refused, if it was."""
        page.on("request", self._opened)
        page.on("requestfinished", self._closed)
        page.on("requestfailed", self._closed)

    async def watch(self, cdp: CDPSession) -> None:
        """Decide about every request of the page from here on."""
        cdp.on("Fetch.requestPaused", lambda event: self._soon(self._decide(cdp, event)))
        cdp.on("Fetch.authRequired", lambda event: self._soon(self._log_in(cdp, event)))
        await cdp.send("Fetch.enable", {"handleAuthRequests": True, "patterns": [{"urlPattern": "*"}]})

    def was_still_since(self, moment: float) -> bool:
        """Whether no answer is awaited and none came after a moment (`time.monotonic`), save the document itself."""
        latest = time.monotonic() - _PATIENCE
        return self._latest_end <= moment and not any(since > latest for since in self._open.values())

    def _opened(self, request: PageRequest) -> None:
        self._open[request] = time.monotonic()

    def _closed(self, request: PageRequest) -> None:
        self._open.pop(request, None)
        if request.resource_type in _WAITED_FOR:
            self._latest_end = time.monotonic()

    def _soon(self, work: Any) -> None:
        task = asyncio.ensure_future(self._send(work))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _send(self, work: Any) -> None:
        with suppress(PlaywrightError):  # the page may have been closed meanwhile
            await work

    async def _decide(self, cdp: CDPSession, event: dict[str, Any]) -> None:
        request, kind = event["request"], event["resourceType"]
        refused = self._refusal(request["url"], kind == "Document")
        if kind == "Document" and not self.has_document:
            self.document, self.refused = request["url"], refused
        if kind not in _LOADED or refused or (kind == "Document" and request["method"] != "GET"):
            # "Aborted" leaves the document that is there; any other reason would put an error page in its place.
            await cdp.send("Fetch.failRequest", {"requestId": event["requestId"], "errorReason": "Aborted"})
        else:
            await cdp.send("Fetch.continueRequest", {"requestId": event["requestId"]})

    async def _log_in(self, cdp: CDPSession, event: dict[str, Any]) -> None:
        answer = {"response": "CancelAuth"}
        # Asked a second time it is not our proxy that asks, but a shop that answers as if it were one.
        if event["authChallenge"].get("source") == "Proxy" and event["requestId"] not in self._logged_in:
            self._logged_in.add(event["requestId"])
            answer = {
                "response": "ProvideCredentials",
                "username": self._proxy.username,
                "password": self._proxy.password,
            }
        await cdp.send("Fetch.continueWithAuth", {"requestId": event["requestId"], "authChallengeResponse": answer})
