"""What happens to every request: its body is bounded, its answer carries security headers, and one line is logged."""

from __future__ import annotations

import logging
from time import perf_counter

from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from serve.problems import problem

access = logging.getLogger("serve.access")


def content_policy(*, images: str = "'self'", scripts: str = "'none'") -> str:
    """The Content-Security-Policy of a page. Everything comes from this server, and no script runs unless the page says
    otherwise, so that no text from outside can become one."""
    return (
        f"default-src 'none'; style-src 'self'; img-src {images}; script-src {scripts}; form-action 'self'; "
        "base-uri 'none'; frame-ancestors 'none'"
    )


_HEADERS = {
    "Content-Security-Policy": content_policy(),
    "X-Content-Type-Options": "nosniff",
    # Nothing to others; our own pages name themselves, by which a form is known to be ours (console/gate.py).
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-store",
}


class SecurityHeaders:
    """Adds the headers above where the answer does not bring its own."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return

        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in _HEADERS.items():
                    headers.setdefault(name, value)
            await send(message)

        await self.app(scope, receive, with_headers)


class BodyLimit:
    """Answers 413 to a body above `most` bytes: at once where its length is announced, else as soon as it is over."""

    def __init__(self, app: ASGIApp, most: int) -> None:
        self.app = app
        self.most = most

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        detail = f"the body is larger than {self.most} bytes; send it in parts"
        announced = Headers(scope=scope).get("content-length", "0")
        if announced.isdecimal() and int(announced) > self.most:
            await problem(scope["path"], 413, detail, headers={"Connection": "close"})(scope, receive, send)
            return
        received = 0

        async def bounded() -> Message:
            nonlocal received
            message = await receive()
            received += len(message.get("body", b""))
            if received > self.most:
                raise HTTPException(413, detail, headers={"Connection": "close"})
            return message

        await self.app(scope, bounded, send)


class AccessLog:
    """One line for each request. Never the query string: it holds customers' ids."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        began = perf_counter()
        status = 500

        async def watched(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            await self.app(scope, receive, watched)
        finally:
            # The raw path is still percent-encoded: a line break in it cannot forge a line of the log.
            path = scope["raw_path"].decode("ascii", "backslashreplace")
            access.info("%s %s %d %.1f ms", scope["method"], path, status, (perf_counter() - began) * 1000)
