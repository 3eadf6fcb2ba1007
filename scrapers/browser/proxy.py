"""The browser's only way out: a forward proxy on loopback that connects to checked addresses and nothing else.

A browser resolves names and opens connections by itself, so a page could make it fetch from the inside network. Here
every name is resolved by the crawl's own guard, and the connection goes to exactly an address that came out of it; or
everything goes to the site's own proxy, where it has one. This one serves one browser: whoever else finds the port
lacks the password. See RFC 9110, section 9.3.6 (CONNECT) and RFC 9112, section 3.2.2 (absolute form).
"""

from __future__ import annotations

import asyncio
import base64
import hmac
import secrets
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from urllib.parse import urlsplit

from scrapy.core.downloader.handlers.http11 import TunnelError

from scrapers.sites import Site
from scrapers.sites.proxy import Proxy, is_inside, proxy_of
from scrapers.spiders.guard import PrivateAddressError

_Streams = tuple[asyncio.StreamReader, asyncio.StreamWriter]
Resolve = Callable[[str, int], Awaitable[Sequence[str]]]
"""The addresses that a connection to a host and port may go to; raises where there is none."""

_LARGEST_HEAD = 256 * 1024
_LARGEST_ANSWER = 64 * 1024 * 1024
"""Bytes that one connection may bring in."""

_HEAD_SECONDS = 30.0
_CONNECT_SECONDS = 8.0
_IDLE_SECONDS = 60.0
_CHUNK = 64 * 1024
_REMEMBERED = 256
_OF_A_HOP = frozenset({b"connection", b"proxy-connection", b"keep-alive", b"proxy-authorization"})


class GuardedProxy:
    """Serves from `start` to `close`, both on one event loop."""

    def __init__(self, resolve: Resolve, site: Site) -> None:
        self.username = "crawl"
        self.password = secrets.token_urlsafe(32)
        self._resolve, self._site = resolve, site
        self._beyond = proxy_of(site)
        self._credentials = base64.b64encode(f"{self.username}:{self.password}".encode())
        self._failures: OrderedDict[tuple[str, int], Exception] = OrderedDict()
        self._connections: set[asyncio.Task[None]] = set()
        self._server: asyncio.Server | None = None

    async def start(self) -> int:
        """Listen on a free port of loopback; its number."""
        self._server = await asyncio.start_server(self._accept, "127.0.0.1", 0, limit=_LARGEST_HEAD)
        return int(self._server.sockets[0].getsockname()[1])

    async def close(self) -> None:
        """Stop listening and end every connection."""
        if self._server is not None:
            self._server.close()
        for task in self._connections:
            task.cancel()
        await asyncio.gather(*self._connections, return_exceptions=True)

    def failure(self, url: str) -> Exception | None:
        """Why the last connection to the host and port of `url` could not be made; None where it could."""
        parts = urlsplit(url)
        return self._failures.get((parts.hostname or "", parts.port or (443 if parts.scheme == "https" else 80)))

    def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.ensure_future(self._serve(reader, writer))
        self._connections.add(task)
        task.add_done_callback(self._connections.discard)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One request each connection: what follows it goes where it went, and nowhere else."""
        with suppress(OSError, asyncio.IncompleteReadError, asyncio.LimitOverrunError, TimeoutError):
            try:
                async with asyncio.timeout(_HEAD_SECONDS):
                    request = _Head.parse(await reader.readuntil(b"\r\n\r\n"))
                await self._answer(request, reader, writer)
            finally:
                writer.close()

    async def _answer(self, request: _Head | None, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if request is None:
            return await _say(writer, b"400 Bad Request")
        if not hmac.compare_digest(request.value(b"proxy-authorization"), b"Basic " + self._credentials):
            return await _say(writer, b"407 Proxy Authentication Required", b'Proxy-Authenticate: Basic realm="crawl"')
        target = request.target()
        if target is None:
            return await _say(writer, b"400 Bad Request")
        try:
            answers, requests = await self._connect(target)
        except Exception as error:  # the guard's refusal, an unknown name, a dead host: told apart by `failure`
            self._remember(target, error)
            return await _say(writer, b"502 Bad Gateway")
        self._failures.pop((target.host, target.port), None)
        if target.path is not None:
            requests.write(request.onward(self._beyond) if self._beyond else request.towards(target.path))
        outward = asyncio.ensure_future(_pump(reader, requests, idle=None))
        try:
            if target.path is None:
                writer.write(b"HTTP/1.1 200 Connection Established\r\n\r\n")
            else:
                writer.write((await _answer_head(answers)).closing())
            await _pump(answers, writer, idle=_IDLE_SECONDS)
        finally:
            outward.cancel()
            await asyncio.gather(outward, return_exceptions=True)
            requests.close()

    async def _connect(self, target: _Target) -> _Streams:
        """To the target, or through the site's proxy, which must not be asked for what the guard would refuse."""
        if self._beyond is None:
            return await self._open(target.host, target.port)
        if is_inside(target.host) and not self._site.may_be_private(target.host, target.port):
            raise PrivateAddressError(f"{target.host} lies at a private address")
        answers, requests = await self._open(self._beyond.host, self._beyond.port)
        if target.path is None:
            where = f"[{target.host}]:{target.port}" if ":" in target.host else f"{target.host}:{target.port}"
            asked = _Head(f"CONNECT {where} HTTP/1.1".encode(), (f"Host: {where}".encode(),))
            requests.write(asked.onward(self._beyond))
            try:
                status = (await _answer_head(answers)).first.split(b" ")[1]
                if status != b"200":
                    raise TunnelError(f"the site's proxy answered {status.decode('latin-1')} for {where}")
            except BaseException:
                requests.close()
                raise
        return answers, requests

    async def _open(self, host: str, port: int) -> _Streams:
        """A connection to the first address that answers, of those the guard lets through."""
        error: Exception = ConnectionError("no address")
        for address in sorted(await self._resolve(host, port), key=lambda a: ":" in a)[:4]:
            try:
                async with asyncio.timeout(_CONNECT_SECONDS):
                    return await asyncio.open_connection(address, port, limit=_LARGEST_HEAD)
            except (OSError, TimeoutError) as failed:
                error = failed
        raise error

    def _remember(self, target: _Target, error: Exception) -> None:
        self._failures[target.host, target.port] = error
        while len(self._failures) > _REMEMBERED:
            self._failures.popitem(last=False)


@dataclass(frozen=True, slots=True)
class _Target:
    """Where a request wants to go; `path` is None for a tunnel."""

    host: str
    port: int
    path: bytes | None


@dataclass(frozen=True, slots=True)
class _Head:
    """The first line and the header fields of a request or an answer, as they came."""

    first: bytes
    fields: tuple[bytes, ...]

    @classmethod
    def parse(cls, text: bytes) -> _Head | None:
        """The head that ends with an empty line; None where it is none."""
        first, *fields = text[:-4].split(b"\r\n")
        return cls(first, tuple(fields)) if first.count(b" ") >= 1 and all(b":" in f for f in fields) else None

    def value(self, name: bytes) -> bytes:
        """A field's value; empty where there is none."""
        return next((f.partition(b":")[2].strip() for f in self.fields if _name(f) == name), b"")

    def target(self) -> _Target | None:
        """Of a request to a proxy; None where it names no host or another scheme than http."""
        try:
            method, where, _ = self.first.decode("ascii").split(" ")
            parts = urlsplit(f"//{where}" if method == "CONNECT" else where)
            if not parts.hostname or parts.username is not None:
                return None
            if method == "CONNECT":
                return _Target(parts.hostname, parts.port or 443, None)
            if parts.scheme != "http":
                return None
            path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
            return _Target(parts.hostname, parts.port or 80, path.encode())
        except ValueError:
            return None

    def towards(self, path: bytes) -> bytes:
        """The request as the origin server takes it, asking it to close the connection afterwards."""
        method, _, version = self.first.split(b" ")
        return self._written(b" ".join((method, path, version)))

    def onward(self, proxy: Proxy) -> bytes:
        """The request as the next proxy takes it, with its login in place of ours."""
        login = base64.b64encode(":".join(proxy.login).encode()) if proxy.login else None
        return self._written(self.first, *([b"Proxy-Authorization: Basic " + login] if login else []))

    def closing(self) -> bytes:
        """The answer as the browser gets it: no second request may follow on this connection."""
        return self._written(self.first)

    def _written(self, first: bytes, *more: bytes) -> bytes:
        kept = [f for f in self.fields if _name(f) not in _OF_A_HOP]
        # A tunnel outlives its request; on all other ways no second request may follow.
        closes = () if first.startswith(b"CONNECT ") else (b"Connection: close",)
        return b"\r\n".join((first, *kept, *more, *closes, b"", b""))


def _name(field: bytes) -> bytes:
    return field.partition(b":")[0].strip().lower()


async def _answer_head(answers: asyncio.StreamReader) -> _Head:
    """The head of the final answer; interim ones (1xx) are for those who wait for them."""
    while True:
        async with asyncio.timeout(_IDLE_SECONDS):
            head = _Head.parse(await answers.readuntil(b"\r\n\r\n"))
        if head is None:
            raise ConnectionError("the answer is no HTTP")
        if not head.first.split(b" ")[1].startswith(b"1"):
            return head


async def _pump(source: asyncio.StreamReader, sink: asyncio.StreamWriter, *, idle: float | None) -> None:
    """Bytes from `source` to `sink` until its end, `idle` seconds of silence, or more than one connection may bring."""
    passed = 0
    with suppress(OSError, TimeoutError):
        while passed < _LARGEST_ANSWER:
            async with asyncio.timeout(idle):
                chunk = await source.read(_CHUNK)
            if not chunk:
                sink.write_eof()
                return
            passed += len(chunk)
            sink.write(chunk)
            await sink.drain()


async def _say(writer: asyncio.StreamWriter, status: bytes, *fields: bytes) -> None:
    writer.write(b"\r\n".join((b"HTTP/1.1 " + status, *fields, b"Content-Length: 0", b"Connection: close", b"", b"")))
    await writer.drain()
