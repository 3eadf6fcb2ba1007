"""A server on a loopback port, as `purveyor serve` runs it, and clients that talk HTTP to it."""

from __future__ import annotations

import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import partial

import httpx
import pytest
from fastapi import FastAPI

from serve.app import create_app
from serve.running import listen, server
from tests.conftest import FixedClock
from warehouse.house import Warehouse
from warehouse.records.keys import create_key
from warehouse.settings import Settings

Client = httpx.Client
MakeKey = Callable[..., str]
PLAIN_HTTP = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
"""Trusts nobody: httpx would read the machine's authorities for each client, though none here speaks TLS."""

WHOLE_API = ("recommend", "events", "prices", "matches", "segments", "experiments")


@contextmanager
def running(app: FastAPI) -> Iterator[str]:
    """Serve an app on a free port until the block ends; gives the base URL."""
    up = threading.Event()
    with listen("127.0.0.1", 0) as listener:
        served = server(app, started=up.set)
        thread = threading.Thread(target=served.run, kwargs={"sockets": [listener]})
        thread.start()
        assert up.wait(30)
        try:
            yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        finally:
            served.should_exit = True
            thread.join(30)
            assert not thread.is_alive()


@pytest.fixture(scope="session")
def bare_house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Warehouse]:
    """A warehouse without data, shared by the tests that add none to it."""
    clock = FixedClock(datetime(2026, 6, 1, 12, tzinfo=UTC))
    with Warehouse.open(Settings(home=tmp_path_factory.mktemp("bare") / "home"), clock=clock) as warehouse:
        yield warehouse


@pytest.fixture(scope="session")
def bare_url(bare_house: Warehouse) -> Iterator[str]:
    """The address of a running server over the warehouse without data."""
    with running(create_app(bare_house, poll_seconds=0)) as base:
        yield base


@pytest.fixture
def bare(bare_url: str) -> Iterator[Client]:
    """A client of the server without data, without a key."""
    with httpx.Client(base_url=bare_url, timeout=30, verify=PLAIN_HTTP) as plain:
        yield plain


@pytest.fixture
def bare_keyed(bare: Client, bare_house: Warehouse) -> Client:
    """The same with a key that may use the whole API, though not the console."""
    bare.headers["Authorization"] = f"Bearer {_make_key(bare_house, *WHOLE_API)}"
    return bare


@pytest.fixture
def url(warehouse: Warehouse) -> Iterator[str]:
    """The address of a running server over the test's warehouse."""
    with running(create_app(warehouse, poll_seconds=0)) as base:
        yield base


@pytest.fixture
def client(url: str) -> Iterator[Client]:
    """A client without a key."""
    with httpx.Client(base_url=url, timeout=30, verify=PLAIN_HTTP) as plain:
        yield plain


def browsing(base: str) -> Client:
    """A client that sends what a browser sends with a form of the page it shows."""
    return httpx.Client(base_url=base, headers={"Origin": base}, follow_redirects=True, timeout=60, verify=PLAIN_HTTP)


@pytest.fixture
def key(warehouse: Warehouse) -> MakeKey:
    """Makes a key with the scopes given and returns its secret."""

    return partial(_make_key, warehouse)


@pytest.fixture
def keyed(client: Client, key: MakeKey) -> Client:
    """The client with a key that may use the whole API, though not the console."""
    client.headers["Authorization"] = f"Bearer {key(*WHOLE_API)}"
    return client


def _make_key(warehouse: Warehouse, *scopes: str) -> str:
    with warehouse.records.transaction() as tx:
        _, secret = create_key(tx, label="test", scopes=scopes, at=warehouse.clock())
    return secret
