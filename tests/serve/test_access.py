"""Who gets in: a valid key with the route's scope, and nobody else."""

from __future__ import annotations

import base64

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from serve.access import SCOPES
from tests.serve.conftest import MakeKey
from warehouse.house import Warehouse
from warehouse.records.keys import SCOPES as KNOWN_SCOPES
from warehouse.records.keys import create_key, revoke_key

ROUTES = {
    ("GET", "/v1/recommendations?placement=for_you"): "recommend",
    ("POST", "/v1/recommendations"): "recommend",
    ("POST", "/v1/events"): "events",
    ("GET", "/v1/prices"): "prices",
    ("GET", "/v1/matches"): "matches",
    ("POST", "/v1/matches/verdicts"): "matches",
    ("GET", "/v1/segments"): "segments",
    ("GET", "/v1/segments/vip/members"): "segments",
    ("GET", "/v1/experiments/x/assignment?unit_id=u"): "experiments",
    ("POST", "/v1/experiments/x/assignment?unit_id=u"): "experiments",
}


def assert_problem(answer: httpx.Response, status: int) -> None:
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["status"] == status


def test_every_route_of_the_api_is_in_this_matrix(bare: httpx.Client) -> None:
    paths = bare.get("/openapi.json").json()["paths"]
    described = {(method.upper(), path) for path in paths for method in paths[path] if path.startswith("/v1/")}
    plain = {(method, path.partition("?")[0]) for method, path in ROUTES}
    assert {
        (method, path.replace("/vip/", "/{name}/").replace("/x/", "/{key}/")) for method, path in plain
    } == described


def test_the_scopes_explained_are_those_a_key_can_have() -> None:
    assert set(SCOPES) == set(KNOWN_SCOPES)


@pytest.mark.parametrize("way", ["Authorization", "X-API-Key"])
def test_a_key_opens_the_routes_of_its_scopes_and_no_others(client: httpx.Client, key: MakeKey, way: str) -> None:
    for scope in SCOPES:
        secret = key(scope)
        headers = {way: f"Bearer {secret}" if way == "Authorization" else secret}
        for (method, path), needed in ROUTES.items():
            answer = client.request(method, path, headers=headers, json={} if method == "POST" else None)
            if needed == scope:
                assert answer.status_code not in (401, 403), (scope, path)
            else:
                assert_problem(answer, 403)
                assert f'scope="{needed}"' in answer.headers["www-authenticate"]


@pytest.mark.parametrize(("method", "path"), ROUTES)
def test_without_a_key_no_route_opens(bare: httpx.Client, method: str, path: str) -> None:
    answer = bare.request(method, path, json={} if method == "POST" else None)
    assert_problem(answer, 401)
    assert answer.headers["www-authenticate"].startswith("Bearer")


def test_a_revoked_key_is_refused_at_once(client: httpx.Client, warehouse: Warehouse) -> None:
    with warehouse.records.transaction() as tx:
        key_id, secret = create_key(tx, label="", scopes=["segments"], at=warehouse.clock())
    headers = {"Authorization": f"Bearer {secret}"}
    assert client.get("/v1/segments", headers=headers).status_code == 200
    with warehouse.records.transaction() as tx:
        revoke_key(tx, key_id, at=warehouse.clock())
    assert_problem(client.get("/v1/segments", headers=headers), 401)


def test_a_console_password_is_no_key_to_the_api(client: httpx.Client, key: MakeKey) -> None:
    secret = key("segments", "console")
    assert_problem(client.get("/v1/segments", auth=("any", secret)), 401)


_header_text = st.text(st.characters(min_codepoint=0x21, max_codepoint=0xFF, exclude_characters="\x7f"), max_size=80)
_base64 = st.text("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_", min_size=43, max_size=43)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_an_unknown_key_never_gets_in(client: httpx.Client, key: MakeKey, data: st.DataObject) -> None:
    """Neither noise, nor a key of the right shape, nor a true one with a character cut, added or changed."""
    true = key("segments", "console")
    at = data.draw(st.integers(0, len(true) - 1))
    near = [true[:at], true[:at] + true[at + 1 :], true[:at] + "x" + true[at:], true[:at] + "!" + true[at + 1 :]]
    shaped = st.builds(lambda start, end: start + end, st.sampled_from([true[:20], "pv_0123456789abcdef_"]), _base64)
    secret = data.draw(_header_text | st.sampled_from([*near, true.upper()]) | shaped.filter(lambda s: s != true))
    for headers in ({"Authorization": f"Bearer {secret}".strip()}, {"X-API-Key": secret.strip()}):
        raw = [(name.encode(), value.encode("latin-1")) for name, value in headers.items()]
        assert_problem(client.get("/v1/segments", headers=raw), 401)
    basic = base64.b64encode(f"any:{secret}".encode()).decode()
    assert_problem(client.get("/", headers={"Authorization": f"Basic {basic}", "Host": "shop.example"}), 401)
