"""Every error is a problem document (RFC 9457), whatever went wrong, and tells nothing of our insides."""

from __future__ import annotations

import gzip
import json
import socket

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from serve.app import MOST_BODY_BYTES, create_app
from serve.problems import Problem
from tests.serve.conftest import running
from tests.serve.test_access import assert_problem
from warehouse.house import Warehouse


def test_an_unknown_path(bare: httpx.Client) -> None:
    answer = bare.get("/v2/nothing")
    assert_problem(answer, 404)
    assert answer.json()["instance"] == "/v2/nothing"
    assert answer.json()["type"] == "about:blank"


def test_a_method_that_is_not_possible(bare: httpx.Client) -> None:
    answer = bare.delete("/v1/events")
    assert_problem(answer, 405)
    assert answer.headers["allow"] == "POST"


def test_a_body_that_is_no_json(bare_keyed: httpx.Client) -> None:
    answer = bare_keyed.post("/v1/events", content=b'{"event_type": ', headers={"Content-Type": "application/json"})
    assert_problem(answer, 422)
    assert answer.json()["errors"][0]["place"].startswith("body")


@pytest.mark.parametrize("body", [b"\xff\xfe{}", b"[" * 100_000, b'{"n": ' + b"9" * 5000 + b"}"])
def test_a_body_that_cannot_be_read(bare_keyed: httpx.Client, body: bytes) -> None:
    answer = bare_keyed.post("/v1/events", content=body, headers={"Content-Type": "application/json"})
    assert answer.status_code in (400, 422)
    assert answer.headers["content-type"] == "application/problem+json"


def test_a_form_is_not_taken_for_json(bare_keyed: httpx.Client) -> None:
    """A page elsewhere can have a browser send forms and plain text to us, but not JSON."""
    body = json.dumps({"event_type": "view", "occurred_at": "2026-06-01T09:00:00Z"}).encode()
    assert_problem(bare_keyed.post("/v1/events", content=body, headers={"Content-Type": "text/plain"}), 422)
    assert_problem(bare_keyed.post("/v1/events", content=gzip.compress(body)), 422)


def test_a_body_announced_too_large(bare_keyed: httpx.Client) -> None:
    answer = bare_keyed.post("/v1/events", content=b" " * (MOST_BODY_BYTES + 1))
    assert_problem(answer, 413)


def test_a_body_that_grows_too_large(bare_keyed: httpx.Client) -> None:
    """Sent in chunks, so that its length is not announced."""

    def chunks() -> object:
        for _ in range(MOST_BODY_BYTES // 65_536 + 1):
            yield b" " * 65_536

    answer = bare_keyed.post("/v1/events", content=chunks(), headers={"Content-Type": "application/json"})  # type: ignore[arg-type]
    assert_problem(answer, 413)


def test_a_failure_of_ours_is_told_without_details_and_logged_with_them(
    warehouse: Warehouse, caplog: pytest.LogCaptureFixture
) -> None:
    app = create_app(warehouse)

    @app.get("/broken")
    def broken() -> None:
        raise RuntimeError("the database password is 1234")

    with running(app) as url:
        answer = httpx.get(url + "/broken")
    assert_problem(answer, 500)
    assert "1234" not in answer.text and "RuntimeError" not in answer.text
    assert "the database password is 1234" in caplog.text


@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    path=st.text(max_size=40),
    query=st.dictionaries(st.sampled_from(["placement", "limit", "skus", "unit_id", "x"]), st.text(max_size=30)),
    method=st.sampled_from(["GET", "POST", "PUT", "DELETE", "PATCH", "HEAD"]),
    below=st.sampled_from(["/", "/v1/", "/v1/experiments/", "/v1/segments/", "/v1/recommendations"]),
)
def test_no_address_is_an_error_of_ours(
    bare_keyed: httpx.Client, path: str, query: dict[str, str], method: str, below: str
) -> None:
    """Whatever is asked, the answer is no 500, and each error is a problem document that fits its own schema."""
    url = httpx.URL(str(bare_keyed.base_url)).copy_with(raw_path=_raw(below, path, query))
    answer = bare_keyed.request(method, url)
    assert answer.status_code != 500
    if answer.status_code >= 400 and method != "HEAD":
        assert answer.headers["content-type"] == "application/problem+json"
        assert Problem.model_validate(answer.json()).status == answer.status_code


def _raw(below: str, path: str, query: dict[str, str]) -> bytes:
    from urllib.parse import quote, urlencode

    return (below + quote(path, safe="/", errors="replace") + "?" + urlencode(query, errors="replace")).encode()


def test_a_request_that_is_no_http_does_no_harm(bare_url: str) -> None:
    host, port = bare_url.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port)), timeout=10) as raw:
        raw.sendall(b"\x16\x03\x01 hello\r\n\r\n")
        assert b"400" in raw.recv(1000)
    assert httpx.get(bare_url + "/healthz").status_code == 200
