"""Files at web addresses, from a real server on loopback that sends away, fails, redirects and remembers."""

from __future__ import annotations

import gzip
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from warehouse.errors import InputError
from warehouse.house import Warehouse
from warehouse.sources import keeping, web_files
from warehouse.sources.definition import new_source
from warehouse.sources.fetching import Delivered, fetch_source
from warehouse.sources.web import Web
from warehouse.stores import open_store

FEED = b"sku,price\nA,1\nB,2\n"
ETAG, MODIFIED = '"v1"', "Sat, 30 May 2026 04:00:00 GMT"


@dataclass
class Server:
    """What it answers by path, and what it was asked."""

    url: str = ""
    asked: list[tuple[str, dict[str, str]]] = field(default_factory=list)
    failures: list[int] = field(default_factory=list)
    target: str = ""


class _Handler(BaseHTTPRequestHandler):
    server: Any

    def do_GET(self) -> None:
        state: Server = self.server.state
        state.asked.append((self.path, {name.lower(): value for name, value in self.headers.items()}))
        if state.failures:
            self._send(state.failures.pop(0), b"busy", {"Retry-After": "0"})
        elif self.path.partition("?")[0] == "/feed.csv":
            if self.headers.get("If-None-Match") == ETAG:
                self._send(304, b"", {})
            else:
                self._send(200, FEED, {"ETag": ETAG, "Last-Modified": MODIFIED})
        elif self.path == "/feed.csv.gz":
            self._send(200, gzip.compress(FEED), {"Content-Encoding": "gzip", "Content-Type": "text/csv"})
        elif self.path == "/feed.php":
            rows = b'{"sku": "A", "price": 1}\n{"sku": "B", "price": 2}\n'
            self._send(200, gzip.compress(rows), {"Content-Type": "application/x-ndjson; charset=utf-8"})
        elif self.path == "/moved.csv":
            self._send(302, b"", {"Location": "/feed.csv"})
        elif self.path == "/away.csv":
            self._send(302, b"", {"Location": state.target})
        elif self.path == "/cut.csv":
            self.send_response(200)
            self.send_header("Content-Length", "1000")
            self.end_headers()
            self.wfile.write(FEED)
        elif self.path == "/closed.csv":
            self._send(403, b"no", {})
        else:
            self._send(404, b"", {})

    def _send(self, status: int, body: bytes, headers: dict[str, str]) -> None:
        self.send_response(status)
        for name, value in {**headers, "Content-Length": str(len(body))}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:
        pass


@pytest.fixture
def server() -> Iterator[Server]:
    with ThreadingHTTPServer(("127.0.0.1", 0), _Handler) as http:
        state = Server(f"http://127.0.0.1:{http.server_port}")
        http.state = state  # type: ignore[attr-defined]
        thread = threading.Thread(target=http.serve_forever, args=(0.05,))
        thread.start()
        yield state
        http.shutdown()
        thread.join()


Fetch = Callable[..., tuple[Delivered, ...]]


@pytest.fixture
def fetch(warehouse: Warehouse, server: Server) -> Fetch:
    """Defines the source feed at a path of the server, unless it is, and fetches it."""
    open_store(warehouse, "main", currency="EUR", timezone="Europe/Berlin")
    defined: set[str] = set()

    def run(path: str = "/feed.csv", **fields: Any) -> tuple[Delivered, ...]:
        if path not in defined:
            files = {"products": server.url + path}
            keeping.define(warehouse, new_source(name="feed", type="http", files=files, snapshot=True, **fields))
            defined.add(path)
        return fetch_source(warehouse, "feed").deliveries

    return run


def test_a_file_is_fetched_once_until_it_changes(warehouse: Warehouse, server: Server, fetch: Fetch) -> None:
    (first,) = fetch()
    assert (first.outcome, dict(first.counts or {})["written"]) == ("imported", 2)
    assert first.observed_at == datetime(2026, 5, 30, 4, tzinfo=UTC)
    assert fetch() == ()
    assert server.asked[1][1]["if-none-match"] == ETAG
    assert server.asked[1][1]["if-modified-since"] == MODIFIED


def test_a_busy_server_is_asked_again(server: Server, fetch: Fetch) -> None:
    server.failures = [503, 429, 502]
    (delivery,) = fetch()
    assert delivery.outcome == "imported"
    assert len(server.asked) == 4


def test_a_server_that_stays_busy_is_a_failed_delivery(server: Server, fetch: Fetch) -> None:
    server.failures = [503] * 9
    (delivery,) = fetch()
    assert (delivery.outcome, delivery.reason) == ("failed", f"source feed: {server.url}/feed.csv answered 503")


@pytest.mark.parametrize(
    ("path", "reason"),
    [
        ("/nothing.csv?key=s3cret", "does not exist (404); check the address"),
        ("/closed.csv", "refuses access (403); check the secret and what it may read"),
    ],
)
def test_a_refusal_is_told_without_the_query(server: Server, fetch: Fetch, path: str, reason: str) -> None:
    (delivery,) = fetch(path)
    assert delivery.reason == f"source feed: {server.url}{path.partition('?')[0]} {reason}"


def test_redirects_stay_on_the_host(server: Server, fetch: Fetch) -> None:
    assert [delivery.outcome for delivery in fetch("/moved.csv")] == ["imported"]
    for target in ("http://169.254.169.254/latest", "//other.example/x", "http://127.0.0.1:1/x", "file:///etc/passwd"):
        server.target = target
        (delivery,) = fetch("/away.csv")
        assert delivery.outcome == "failed"
        assert "another host" in str(delivery.reason)


def test_files_are_read_as_what_they_are(fetch: Fetch) -> None:
    for path in ("/feed.csv.gz", "/feed.php"):  # unpacked by the way; packed, and named as a script
        (delivery,) = fetch(path)
        assert (delivery.reason, dict(delivery.counts or {}).get("read")) == (None, 2)


def test_a_file_larger_than_it_may_be_is_refused(
    warehouse: Warehouse, fetch: Fetch, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(web_files, "_LARGEST", 5)
    (delivery,) = fetch()
    assert "larger than 5 bytes" in str(delivery.reason)


def test_a_cut_off_answer_is_never_a_whole_file(server: Server) -> None:
    waits: list[float] = []
    with Web("feed", sleep=waits.append) as web, pytest.raises(InputError, match="cannot be reached"):
        web.ask("GET", server.url + "/cut.csv", lambda response: response.read())
    assert waits == [1.0, 2.0, 4.0, 8.0]


def test_secrets_come_from_the_environment_and_travel_encrypted_or_not_at_all(
    server: Server, fetch: Fetch, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setenv("FEED_TOKEN", "t0p-s3cret")
    with caplog.at_level("DEBUG"):
        assert [d.outcome for d in fetch("/feed.csv?key=an0ther", secrets={"token": "FEED_TOKEN"})] == ["imported"]
    assert server.asked[0][1]["authorization"] == "Bearer t0p-s3cret"
    assert "t0p-s3cret" not in caplog.text
    assert "an0ther" not in caplog.text
    with (
        Web("feed", headers={"Authorization": "Bearer t0p-s3cret"}) as web,
        pytest.raises(InputError, match="would get its secret unencrypted; use https"),
    ):
        web.ask("GET", "http://shop.example/feed.csv", lambda response: response.read())
