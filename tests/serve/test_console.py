"""The console: what it shows, who may open it, and that no text from outside becomes markup."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from html.parser import HTMLParser
from typing import Any

import httpx
import pytest
from typer.main import get_command

from purveyor.main import app
from serve.app import create_app
from serve.console.gate import is_loopback
from tests.conftest import FixedClock
from tests.serve.conftest import MakeKey, browsing, running
from tests.serve.shop import furnish
from warehouse.house import Warehouse
from warehouse.records.experiments import save_experiment, start_experiment
from warehouse.settings import Settings

HOSTILE = "<script>alert('x')</script>\"'><img src=x onerror=alert(1)>&{{7*7}}"


class Page(HTMLParser):
    """A page's tags and text, and whether every tag that must be closed was, in order."""

    VOID = frozenset({"meta", "link", "img", "br", "input"})

    def __init__(self, answer: httpx.Response) -> None:
        super().__init__()
        assert answer.status_code == 200, answer.text
        assert answer.headers["content-type"] == "text/html; charset=utf-8"
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str, str | None]] = []
        self.text = ""
        self.code: list[str] = []
        self._open: list[str] = []
        self.feed(answer.text)
        assert self._open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += [(tag, name, value) for name, value in attrs]
        if tag not in self.VOID:
            self._open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text += f" {data}"
        if self._open[-1:] == ["code"]:
            self.code.append(data)


@pytest.fixture(scope="module")
def furnished_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a server over a furnished house, shared by the tests that only look."""
    settings = Settings(home=tmp_path_factory.mktemp("furnished") / "home")
    with Warehouse.open(settings, clock=FixedClock(datetime(2026, 6, 1, 12, tzinfo=UTC))) as warehouse:
        furnish(warehouse)
        with running(create_app(warehouse, poll_seconds=0)) as base:
            yield base


@pytest.fixture
def furnished(furnished_url: str) -> Iterator[httpx.Client]:
    """A client of it."""
    with browsing(furnished_url) as client:
        yield client


@pytest.mark.parametrize("path", ["/", "/prices", "/matches", "/sites", "/jobs"])
@pytest.mark.parametrize("house", ["bare", "furnished"])
def test_every_command_that_a_page_names_exists(request: pytest.FixtureRequest, path: str, house: str) -> None:
    """An empty house is told what to run; whatever is named is a command with the options named."""
    client: httpx.Client = request.getfixturevalue(house)
    page = Page(client.get(path))
    assert "None" not in page.text
    named = [text.split()[1:] for text in page.code if text.startswith("purveyor ")]
    assert named
    for words in named:
        command: Any = get_command(app)
        while words and words[0] in getattr(command, "commands", {}):
            command = command.commands[words.pop(0)]
        runs = not hasattr(command, "commands") or command.invoke_without_command
        assert runs, words
        options = {option for parameter in command.params for option in parameter.opts}
        assert {word for word in words if word.startswith("--")} <= options


def test_the_overview_shows_what_there_is(client: httpx.Client, warehouse: Warehouse) -> None:
    furnish(warehouse)
    with warehouse.records.transaction() as tx:
        save_experiment(
            tx, "badge", variants=[{"name": "off", "weight": 3}, {"name": "on", "weight": 1}], metric={"kind": "spend"}
        )
        start_experiment(tx, "badge", at=warehouse.clock())
    text = " ".join(Page(client.get("/")).text.split())
    assert "alpha-shop 2 h ago partial 3 of 5 3 100% no answer in time: 2" in text
    assert "orders An order line 1,200 1 h ago" in text
    assert "badge just now off (control) 75% 0 on 25% 0" in text
    assert "purveyor recommender train" in text
    assert "purveyor match" not in text


def test_the_price_page_shows_the_position(furnished: httpx.Client) -> None:
    """By hand: mug 8 to a median of 8, plate 12 to 12, lamp 40 to 32: 60 to 52 is 115.4."""
    text = " ".join(Page(furnished.get("/prices")).text.split())
    assert "Price index 115.4 +15.4% against the market" in text
    assert "All 115.4 3 111.1 3 111.1 2" in text  # the market; alpha 60 to 54; beta 20 to 18
    assert "Lamp LAMP · Home 40.00 32.00 1 shop +25.0% 32.00 alpha-shop 2 h ago" in text
    assert "3 of 4 with a price" in text


@pytest.mark.parametrize("path", ["/", "/prices"])
def test_hostile_text_stays_text(client: httpx.Client, warehouse: Warehouse, path: str) -> None:
    furnish(warehouse, titles={"LAMP": HOSTILE}, pages="javascript:alert(1)")
    with warehouse.records.transaction() as tx:
        variants = [{"name": HOSTILE, "weight": 1}, {"name": "b", "weight": 1}]
        save_experiment(tx, HOSTILE, variants=variants, metric={})  # type: ignore[arg-type]
        start_experiment(tx, HOSTILE, at=warehouse.clock())
    page = Page(client.get(path))
    assert HOSTILE in page.text
    assert "script" not in page.tags
    assert not [name for _, name, _ in page.attributes if name.startswith("on")]
    assert not [value for _, _, value in page.attributes if value and value.lower().startswith("javascript:")]
    assert {value for tag, name, value in page.attributes if tag == "img" and name == "src"} == {"/console.svg"}


@pytest.mark.parametrize("path", ["/", "/prices", "/console.css", "/console.svg", "/v1/segments", "/nothing"])
def test_every_answer_carries_the_security_headers(bare: httpx.Client, path: str) -> None:
    headers = bare.get(path).headers
    policy = dict(part.strip().split(" ", 1) for part in headers["content-security-policy"].split(";"))
    assert policy["default-src"] == "'none'" and policy["frame-ancestors"] == "'none'"
    assert policy["script-src"] == "'none'"
    assert headers["x-content-type-options"] == "nosniff"
    assert "server" not in headers


@pytest.mark.parametrize("path", ["/", "/prices", "/matches", "/sites", "/jobs"])
def test_pages_bring_everything_with_them_and_can_be_read_aloud(furnished: httpx.Client, path: str) -> None:
    page = Page(furnished.get(path))
    for tag, name, value in page.attributes:
        if (tag, name) in {("link", "href"), ("img", "src")}:
            assert value and value.startswith("/")
            assert furnished.get(value).status_code == 200
    assert ("html", "lang", "en") in page.attributes
    assert page.tags.count("h1") == 1 and page.tags.count("main") == 1
    assert page.attributes.count(("th", "scope", "col")) >= page.tags.count("table")
    assert len([1 for tag, name, _ in page.attributes if (tag, name) == ("th", "scope")]) == page.tags.count("th")
    ids = {value for _, name, value in page.attributes if name == "id"}
    assert {value for _, name, value in page.attributes if name == "aria-labelledby"} <= ids


@pytest.mark.parametrize(
    ("headers", "allowed"),
    [
        ({}, True),
        ({"Host": "localhost"}, True),
        ({"Host": "LOCALHOST:8000"}, True),
        ({"Host": "[::1]:8000"}, True),
        ({"Host": "127.0.0.1.evil.example"}, False),
        ({"Host": "evil.example:8000"}, False),
        ({"Host": "localhost.evil.example"}, False),
        ({"Host": ""}, False),
        ({"X-Forwarded-For": "203.0.113.7"}, False),
        ({"Forwarded": "for=203.0.113.7"}, False),
        ({"Via": "1.1 proxy"}, False),
    ],
)
@pytest.mark.parametrize("path", ["/", "/prices", "/matches", "/sites", "/jobs"])
def test_only_this_machine_under_its_own_name_gets_in_without_a_key(
    bare: httpx.Client, headers: dict[str, str], allowed: bool, path: str
) -> None:
    answer = bare.get(path, headers=headers)
    assert answer.status_code == (200 if allowed else 401)
    if not allowed:
        assert answer.headers["content-type"] == "application/problem+json"
        assert answer.headers["www-authenticate"].startswith("Basic ")


def test_from_elsewhere_a_key_for_the_console_opens_it(client: httpx.Client, key: MakeKey) -> None:
    elsewhere = {"Host": "shop.example"}
    assert client.get("/", headers=elsewhere, auth=("anybody", key("console"))).status_code == 200
    assert client.get("/", headers=elsewhere, auth=("anybody", key("prices"))).status_code == 403
    assert client.get("/", headers=elsewhere, auth=("anybody", "guess")).status_code == 401


def test_a_server_open_to_the_network_asks_everybody(warehouse: Warehouse) -> None:
    """Bound to all addresses, a client on this machine may be a proxy for the world."""
    with running(create_app(warehouse, host="0.0.0.0", poll_seconds=0)) as url:
        assert httpx.get(url + "/").status_code == 401


@pytest.mark.parametrize(
    ("host", "expected"),
    [
        ("127.0.0.1", True),
        ("127.8.9.1", True),
        ("::1", True),
        ("[::1]", True),
        ("localhost", True),
        ("::ffff:127.0.0.1", True),
        ("::ffff:10.0.0.1", False),
        ("0.0.0.0", False),
        ("::", False),
        ("192.168.1.5", False),
        ("shop.example", False),
        ("127.0.0.1.example", False),
    ],
)
def test_which_addresses_mean_this_machine_alone(host: str, expected: bool) -> None:
    assert is_loopback(host) is expected
