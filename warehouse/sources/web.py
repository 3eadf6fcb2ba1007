"""Requests to a source's server: bounded, retried, and never led to another host."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from ipaddress import ip_address
from typing import Any

import httpx

from warehouse.errors import InputError

_ATTEMPTS = 5
_LONGEST_WAIT = 120.0
"""Seconds to wait before another attempt, whatever the server asks for."""

_REDIRECTS = 5
_LARGEST_PAGE = 64_000_000
"""Bytes of an answer that is read whole, such as a page of orders."""

logging.getLogger("httpx").setLevel(logging.WARNING)  # at INFO it logs whole addresses, secrets in queries too

_RETRIED = (429, 500, 502, 503, 504)


class Web:
    """A client of one source. Close it, or use it in a `with` statement.

    `headers` and `auth` (user and password) go to the host of each address and to no other; InputError where an address
    would carry them over a wire in clear. `sleep` waits between attempts.
    """

    def __init__(
        self,
        source: str,
        *,
        headers: Mapping[str, str] | None = None,
        auth: tuple[str, str] | None = None,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._source = source
        self._secret = bool(headers or auth)
        self._sleep = sleep
        self._client = httpx.Client(
            headers={"User-Agent": "Purveyor", **(headers or {})},
            auth=auth,
            timeout=httpx.Timeout(60.0, connect=15.0),
            follow_redirects=False,
        )

    def close(self) -> None:
        """Let go of the connections."""
        self._client.close()

    def __enter__(self) -> Web:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def json(
        self, method: str, address: str, *, params: Mapping[str, str] | None = None, body: Any = None
    ) -> tuple[Any, httpx.Headers]:
        """The JSON document that the server answers, and the answer's headers."""

        def read(response: httpx.Response) -> Any:
            page = bytearray()
            for part in response.iter_bytes():
                page += part
                if len(page) > _LARGEST_PAGE:
                    raise self.error(address, f"answered more than {_LARGEST_PAGE:,} bytes; ask for less at a time")
            try:
                return httpx.Response(200, content=bytes(page)).json()
            except (ValueError, RecursionError):
                raise self.error(address, "answered no JSON; check the address") from None

        return self.ask(method, address, read, params=params, body=body)

    def ask(
        self,
        method: str,
        address: str,
        read: Callable[[httpx.Response], Any],
        *,
        params: Mapping[str, str] | None = None,
        body: Any = None,
        headers: Mapping[str, str] | None = None,
    ) -> tuple[Any, httpx.Headers]:
        """What `read` makes of the answer (it may be called again for another attempt), and the answer's headers.

        InputError where the server refuses, or still fails after several attempts; 304 is an answer.
        """
        for attempt in range(_ATTEMPTS):
            last = attempt == _ATTEMPTS - 1
            try:
                with self._answer(method, address, params, body, headers) as response:
                    if response.status_code in _RETRIED and not last:
                        wait = _asked_wait(response.headers)
                    else:
                        self._check(address, response)
                        return read(response), response.headers
            except httpx.TransportError as error:
                if last:
                    raise self.error(address, f"cannot be reached ({error or type(error).__name__})") from None
                wait = None
            except httpx.HTTPError as error:
                raise self.error(address, f"answered what cannot be read ({error})") from None
            self._sleep(min(_LONGEST_WAIT, 2.0**attempt if wait is None else wait))
        raise AssertionError("unreachable")

    def error(self, address: str, problem: str) -> InputError:
        """An error about an address; what follows its path, which may be a secret, is not shown."""
        return InputError(f"source {self._source}: {shown(address)} {problem}")

    @contextmanager
    def _answer(
        self, method: str, address: str, params: Any, body: Any, headers: Mapping[str, str] | None
    ) -> Iterator[httpx.Response]:
        url = self._url(address)
        if params:
            url = url.copy_merge_params(params)
        for _ in range(_REDIRECTS):
            with self._client.stream(method, url, json=body, headers=headers) as response:
                if not response.has_redirect_location:
                    yield response
                    return
                url = self._redirected(url, response.headers["location"])
        raise self.error(address, "redirects in circles; check the address")

    def _url(self, address: str) -> httpx.URL:
        url = web_address(address)
        if self._secret and url.scheme != "https" and not _is_loopback(url.host):
            raise self.error(address, "would get its secret unencrypted; use https")
        return url

    def _redirected(self, url: httpx.URL, location: str) -> httpx.URL:
        try:
            target = url.join(location)
        except httpx.InvalidURL:
            raise self.error(str(url), "redirects to no address") from None
        same_place = (target.scheme, target.host, target.port) == (url.scheme, url.host, url.port)
        secured = (url.scheme, target.scheme) == ("http", "https") and target.host == url.host
        if not (same_place or secured):
            raise self.error(
                str(url), f"redirects to {shown(str(target))}, another host; define the source with that address"
            )
        return target

    def _check(self, address: str, response: httpx.Response) -> None:
        code = response.status_code
        if code in (401, 403):
            raise self.error(address, f"refuses access ({code}); check the secret and what it may read")
        if code == 404:
            raise self.error(address, "does not exist (404); check the address")
        if code != 304 and not 200 <= code < 300:
            raise self.error(address, f"answered {code}")


def web_address(address: str) -> httpx.URL:
    """The http(s) address; InputError where it is none, or holds a user or password."""
    try:
        url = httpx.URL(address)
    except (httpx.InvalidURL, TypeError):
        raise InputError(f"{shown(address)} is no address; write one such as https://shop.example/feed.xml") from None
    if url.scheme not in ("http", "https") or not url.host:
        raise InputError(f"{shown(address)} is no web address; write one such as https://shop.example/feed.xml")
    if url.userinfo:
        raise InputError(
            f"the address at {url.host} holds a user or password, which would be kept; leave them out and name an "
            "environment variable instead (--user, --password-env)"
        )
    return url


def shown(address: str) -> str:
    """An address without what may be secret in it: user, password, query."""
    try:
        url = httpx.URL(address)
    except (httpx.InvalidURL, TypeError):
        return "the address"
    if not url.host:
        return "the address"
    port = f":{url.port}" if url.port else ""
    return f"{url.scheme}://{url.host}{port}{url.path}"


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _asked_wait(headers: httpx.Headers) -> float | None:
    """The seconds that Retry-After asks for (a number or a date); None where it asks for none."""
    asked = headers.get("retry-after")
    if asked is None:
        return None
    try:
        return max(0.0, float(asked))
    except ValueError:
        pass
    try:
        return max(0.0, (parsedate_to_datetime(asked) - datetime.now(UTC)).total_seconds())
    except (TypeError, ValueError):
        return None
