"""`purveyor serve` and `purveyor key` as an operator runs them."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest
from typer.testing import CliRunner, Result

from purveyor.main import app
from serve.running import listen
from tests.conftest import Purveyor
from warehouse.errors import ConfigError, InputError, NotFound
from warehouse.settings import Settings

PURVEYOR = (sys.executable, "-c", "from purveyor.main import run; run()")


def key_command(settings: Settings, *words: str) -> Result:
    """`purveyor key …`."""
    return CliRunner().invoke(app, ["key", *words], env={"PURVEYOR_HOME": str(settings.home)})


def new_key(settings: Settings) -> str:
    """The secret of a key that may send events."""
    made = key_command(settings, "create", "--scopes", "events", "--label", "till", "--json")
    return str(json.loads(made.stdout)["key"])


@contextmanager
def serving(settings: Settings, log: Path) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """`purveyor serve` on a free port; gives the process and its URL once it answers."""
    with log.open("w") as errors:
        process = subprocess.Popen(
            [*PURVEYOR, "serve", "--port", "0"],
            env={**os.environ, "PURVEYOR_HOME": str(settings.home)},
            stdout=subprocess.PIPE,
            stderr=errors,
            text=True,
        )
        try:
            assert process.stdout
            first = process.stdout.readline()
            assert first.startswith("console  http://127.0.0.1:"), log.read_text()
            yield process, first.split()[1].rstrip("/")
        finally:
            process.kill()
            process.communicate()


EVENT = {"event_type": "view", "occurred_at": "2026-01-05T10:00:00Z", "customer_id": "C-77"}


def test_it_serves_until_interrupted_and_logs_nobody(settings: Settings, tmp_path: Path) -> None:
    log = tmp_path / "log"
    secret = new_key(settings)
    with serving(settings, log) as (process, url):
        answer = httpx.post(url + "/v1/events", json=EVENT, headers={"X-API-Key": secret}, timeout=30)
        assert answer.status_code == 202
        assert httpx.get(url + "/v1/recommendations?customer_id=C-78").status_code == 401
        process.send_signal(signal.SIGINT)
        assert process.wait(20) == 0
    text = log.read_text()
    assert "POST /v1/events 202" in text and "GET /v1/recommendations 401" in text
    assert "Traceback" not in text
    assert "C-7" not in text and secret not in text


def test_a_request_under_way_is_finished_before_it_stops(settings: Settings, tmp_path: Path) -> None:
    secret = new_key(settings)
    with serving(settings, tmp_path / "log") as (process, url):
        host, port = url.removeprefix("http://").split(":")
        body = json.dumps(EVENT).encode()
        head = (
            f"POST /v1/events HTTP/1.1\r\nHost: {host}\r\nContent-Type: application/json\r\n"
            f"X-API-Key: {secret}\r\nContent-Length: {len(body)}\r\nConnection: close\r\n\r\n"
        )
        with socket.create_connection((host, int(port)), timeout=30) as client:
            client.sendall(head.encode() + body[:10])
            time.sleep(0.3)  # so that the server has begun with it
            process.send_signal(signal.SIGTERM)
            time.sleep(0.3)
            client.sendall(body[10:])
            assert client.recv(4096).startswith(b"HTTP/1.1 202")
        assert process.wait(20) == 0


def test_a_port_in_use_is_one_clear_line(purveyor: Purveyor) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        run = purveyor("serve", "--port", str(port))
    assert run.returncode == 1
    assert run.stderr.splitlines() == [
        f"purveyor: port {port} on 127.0.0.1 is in use by another program; stop it or choose another with --port"
    ]


@pytest.mark.parametrize("host", ["203.0.113.77", "no-such-host.invalid", "a" * 70])
def test_an_address_that_is_not_ours_names_the_option(host: str) -> None:
    with pytest.raises(ConfigError, match="--host"):
        listen(host, 0)


def test_keys_are_shown_once_listed_and_revoked(settings: Settings) -> None:
    made = key_command(settings, "create", "--scopes", "recommend, events", "--label", "storefront")
    secret = made.stdout.splitlines()[0]
    listed = key_command(settings, "list").stdout
    assert "storefront" in listed and "recommend,events" in listed
    assert secret not in listed
    (key,) = json.loads(key_command(settings, "list", "--json").stdout)["keys"]
    assert key_command(settings, "revoke", key["key_id"]).exit_code == 0
    assert "revoked" in key_command(settings, "list").stdout
    assert isinstance(key_command(settings, "revoke", "nope").exception, NotFound)


def test_a_scope_that_does_not_exist_names_those_that_do(settings: Settings) -> None:
    run = key_command(settings, "create", "--scopes", "recommend,everything")
    assert isinstance(run.exception, InputError)
    assert "'everything'" in str(run.exception) and "console" in str(run.exception)
