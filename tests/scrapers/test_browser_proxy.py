"""The browser's way out, spoken to as a browser speaks to a proxy."""

from __future__ import annotations

import asyncio
import base64
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from scrapers.browser.proxy import GuardedProxy
from scrapers.spiders.guard import PrivateAddressError
from tests.scrapers.canary import canary

if TYPE_CHECKING:
    from tests.scrapers.conftest import Shop

Talk = Callable[..., Awaitable[bytes]]


async def resolved(host: str, port: int) -> list[str]:
    """As the guard has it: one name is public, all others lie inside."""
    if host == "shop.example":
        return ["127.0.0.1"]
    raise PrivateAddressError(host)


def talk(shop: Shop, *requests: bytes, proxy_env: str | None = None) -> tuple[list[bytes], GuardedProxy]:
    """Send each request on a connection of its own, with the proxy's login where it says LOGIN; the answers."""

    async def run() -> tuple[list[bytes], GuardedProxy]:
        proxy = GuardedProxy(resolved_or_beyond(shop) if proxy_env else resolved, shop.site(proxy_env=proxy_env))
        port = await proxy.start()
        login = base64.b64encode(f"{proxy.username}:{proxy.password}".encode())
        answers = []
        for request in requests:
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.write(request.replace(b"LOGIN", b"Proxy-Authorization: Basic " + login))
            async with asyncio.timeout(20):
                answers.append(await reader.read())
            writer.close()
            await writer.wait_closed()
        await proxy.close()
        with pytest.raises(ConnectionRefusedError):
            await asyncio.open_connection("127.0.0.1", port)
        return answers, proxy

    return asyncio.run(run())


def resolved_or_beyond(shop: Shop) -> Callable[[str, int], Awaitable[list[str]]]:
    """The guard of a crawl through a proxy, which may lie at a private address and is all that is connected to."""

    async def resolve(host: str, port: int) -> list[str]:
        assert host == "proxy.example"
        return ["127.0.0.1"]

    return resolve


def status(answer: bytes) -> int:
    return int(answer.split(b" ")[1])


def test_it_passes_requests_on_and_keeps_its_login_to_itself(shop: Shop) -> None:
    shop.page("/p?q=1", "<p>12,90 €</p>")
    host = f"shop.example:{shop.port}".encode()
    (plain, tunnel), proxy = talk(
        shop,
        b"GET http://%b/p?q=1 HTTP/1.1\r\nHost: %b\r\nConnection: keep-alive\r\nX-Own: 1\r\nLOGIN\r\n\r\n"
        % (host, host),
        b"CONNECT %b HTTP/1.1\r\nHost: %b\r\nLOGIN\r\n\r\nGET /p?q=1 HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"
        % (host, host),
    )
    assert status(plain) == 200 and plain.endswith("<p>12,90 €</p>".encode())
    assert b"\r\nConnection: close\r\n" in plain  # a second request could be for another host
    assert tunnel.startswith(b"HTTP/1.1 200 Connection Established\r\n\r\nHTTP/1.1 200")
    assert tunnel.endswith("<p>12,90 €</p>".encode())
    assert shop.paths == ["/p?q=1", "/p?q=1"]
    headers = shop.asked[0][1]
    assert (headers["Host"], headers["X-Own"], headers["Connection"]) == (host.decode(), "1", "close")
    assert "Proxy-Authorization" not in headers
    assert proxy.failure(f"http://shop.example:{shop.port}/p") is None


@pytest.mark.parametrize(
    "login",
    [
        b"",
        b"\r\nProxy-Authorization: Basic Y3Jhd2w6Z3Vlc3M=",
        b"\r\nProxy-Authorization: Basic",
        b"\r\nProxy-Authorization: Basic \xff\xfe",
        b"\r\nAuthorization: Basic Y3Jhd2w6",
    ],
)
def test_it_serves_nobody_else(shop: Shop, login: bytes) -> None:
    host = f"shop.example:{shop.port}".encode()
    answers, _ = talk(
        shop,
        b"GET http://%b/ HTTP/1.1\r\nHost: a%b\r\n\r\n" % (host, login),
        b"CONNECT %b HTTP/1.1\r\nHost: a%b\r\n\r\n" % (host, login),
    )
    assert [status(answer) for answer in answers] == [407, 407]
    assert b"Proxy-Authenticate: Basic" in answers[0]
    assert shop.asked == []


def test_what_the_guard_refuses_it_does_not_reach_and_says_why(shop: Shop) -> None:
    with canary() as inside:
        hosts = [
            f"{name}:{inside.port}" for name in ("127.0.0.1", "localhost", "[::1]", "2130706433", "inside.example")
        ]
        asked = [f"GET http://{host}/ HTTP/1.1\r\nLOGIN\r\n\r\n" for host in hosts]
        asked += [f"CONNECT {host} HTTP/1.1\r\nLOGIN\r\n\r\n" for host in hosts]
        asked += [f"CONNECT 127.0.0.1:{inside.port} HTTP/1.1\r\nLOGIN\r\nHost: shop.example:{inside.port}\r\n\r\n"]
        answers, proxy = talk(shop, *(request.encode() for request in asked))
        assert [status(answer) for answer in answers] == [502] * len(asked)
        assert inside.touched == []
        for host in hosts:
            assert isinstance(proxy.failure(f"http://{host}/any"), PrivateAddressError)


@pytest.mark.parametrize(
    "request_",
    [
        b"GET / HTTP/1.1\r\nLOGIN\r\n\r\n",
        b"GET https://shop.example/ HTTP/1.1\r\nLOGIN\r\n\r\n",
        b"GET file:///etc/passwd HTTP/1.1\r\nLOGIN\r\n\r\n",
        b"GET http:// HTTP/1.1\r\nLOGIN\r\n\r\n",
        b"GET http://shop.example:99999/ HTTP/1.1\r\nLOGIN\r\n\r\n",
        b"GET http://127.0.0.1@shop.example/ HTTP/1.1\r\nLOGIN\r\n\r\n",
        b"CONNECT shop.example:x HTTP/1.1\r\nLOGIN\r\n\r\n",
        b"CONNECT :443 HTTP/1.1\r\nLOGIN\r\n\r\n",
        b"GET http://[::1/ HTTP/1.1\r\nLOGIN\r\n\r\n",
        b"GET http://shop.example/\x80 HTTP/1.1\r\nLOGIN\r\n\r\n",
        b"GET  http://shop.example/ HTTP/1.1\r\nLOGIN\r\n\r\n",
        b"nonsense\r\n\r\n",
        b"GET http://shop.example/ HTTP/1.1\r\nno field\r\n\r\n",
        b"\r\n\r\n",
    ],
)
def test_what_is_no_request_gets_no_connection(shop: Shop, request_: bytes) -> None:
    (answer,), _ = talk(shop, request_)
    assert status(answer) == 400
    assert shop.asked == []


def test_a_head_that_never_ends_is_cut_off(shop: Shop) -> None:
    (answer,), _ = talk(shop, b"GET http://shop.example/ HTTP/1.1\r\nX: " + b"x" * 300_000)
    assert answer == b""
    assert shop.asked == []


def test_a_body_goes_along(shop: Shop) -> None:
    """The canary answers when it has all of it."""
    with canary() as outside:
        (answer,), _ = talk(
            shop,
            f"POST http://shop.example:{outside.port}/x HTTP/1.1\r\nLOGIN\r\nContent-Length: 4\r\n\r\nbody".encode(),
        )
        assert status(answer) == 200
        (sent,) = outside.heads
        assert sent.startswith(b"POST /x HTTP/1.1") and sent.endswith(b"\r\n\r\nbody")


def test_the_site_s_own_proxy_gets_what_is_allowed_and_its_own_login(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    with canary() as beyond:
        monkeypatch.setenv("SHOP_PROXY", f"http://user:secret@proxy.example:{beyond.port}")
        answers, proxy = talk(
            shop,
            b"GET http://shop.example/p HTTP/1.1\r\nHost: shop.example\r\nLOGIN\r\n\r\n",
            b"CONNECT shop.example:443 HTTP/1.1\r\nLOGIN\r\n\r\n",
            b"GET http://127.0.0.1/ HTTP/1.1\r\nLOGIN\r\n\r\n",
            b"CONNECT 2130706433:443 HTTP/1.1\r\nLOGIN\r\n\r\n",
            b"CONNECT metadata.google.internal:80 HTTP/1.1\r\nLOGIN\r\n\r\n",
            proxy_env="SHOP_PROXY",
        )
        assert beyond.touched == ["GET http://shop.example/p HTTP/1.1", "CONNECT shop.example:443 HTTP/1.1"]
        assert all(b"Proxy-Authorization: Basic dXNlcjpzZWNyZXQ=" in head for head in beyond.heads)
        assert not any(
            proxy.password.encode() in base64.b64decode(head.split(b"Basic ")[1][:16]) for head in beyond.heads
        )
    assert [status(answer) for answer in answers] == [200, 200, 502, 502, 502]


def test_descriptors_are_given_back(shop: Shop) -> None:
    shop.page("/p", "x")
    host = f"shop.example:{shop.port}".encode()
    before = len(list(Path("/proc/self/fd").iterdir()))
    talk(shop, *[b"GET http://%b/p HTTP/1.1\r\nHost: a\r\nLOGIN\r\n\r\n" % host] * 30)
    assert len(list(Path("/proc/self/fd").iterdir())) <= before + 1
