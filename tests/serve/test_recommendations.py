"""Recommendations over HTTP, from a recommender trained and released for these tests."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest

from experiments import training
from recommender.answers import KIND, Recommender
from serve.app import create_app
from tests.conftest import FixedClock
from tests.serve.conftest import PLAIN_HTTP, running
from tests.serve.shop import PRICES, furnish, rows
from tests.serve.test_access import assert_problem
from warehouse.house import Warehouse
from warehouse.records.keys import create_key
from warehouse.settings import Settings
from warehouse.tables import PRODUCTS

PATH = "/v1/recommendations"


@pytest.fixture(scope="module")
def trained_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home with a shop and a released recommender; tests work on copies."""
    home = tmp_path_factory.mktemp("trained") / "home"
    with (
        Warehouse.open(Settings(home=home), clock=FixedClock(datetime(2026, 6, 1, 12, tzinfo=UTC))) as warehouse,
        pytest.MonkeyPatch.context() as untracked,
    ):
        untracked.setattr(training, "log_run", lambda *_, **__: "")  # MLflow takes seconds, and no answer needs it
        furnish(warehouse)
        training.train(warehouse)
    return home


@pytest.fixture
def settings(trained_home: Path, tmp_path: Path) -> Settings:
    """A copy of the trained home, so that a test may change it."""
    shutil.copytree(trained_home, tmp_path / "home")
    return Settings(home=tmp_path / "home")


def ask(client: httpx.Client, **asked: object) -> dict[str, object]:
    """The answer to POST; GET must give the same but for the request's id."""
    posted = client.post(PATH, json=asked)
    assert posted.status_code == 200, posted.text
    got = client.get(PATH, params=asked)  # type: ignore[arg-type]
    assert got.status_code == 200, got.text
    one, other = posted.json(), got.json()
    assert one.pop("request_id") != other.pop("request_id")
    assert one == other
    return one  # type: ignore[no-any-return]


def skus(answer: dict[str, object]) -> list[str]:
    """The products of an answer, in order."""
    items = answer["items"]
    assert isinstance(items, list)
    return [item["sku"] for item in items]


def test_the_answer_is_the_released_model_s(keyed: httpx.Client, warehouse: Warehouse) -> None:
    model = Recommender.open(warehouse.artifacts)
    expected = model.recommend("for_you", customer_id="C-1", limit=4)
    answer = ask(keyed, placement="for_you", customer_id="C-1", limit=4)
    assert answer["model_version"] == model.version
    assert answer["items"] == [
        {
            "sku": e.sku,
            "title": e.sku.title() if e.sku in PRICES else None,
            "score": e.score,
            "reason": e.reason,
            "source": e.source,
        }
        for e in expected
    ]
    assert answer["fallback"] is False


def test_what_goes_together(keyed: httpx.Client) -> None:
    answer = ask(keyed, placement="bought_together", skus=["MUG"], limit=3)
    assert skus(answer)[0] == "PLATE"
    assert "MUG" not in skus(answer)
    assert answer["fallback"] is False


def test_a_stranger_gets_what_is_popular_and_it_says_so(keyed: httpx.Client) -> None:
    answer = ask(keyed, placement="for_you", customer_id="nobody")
    assert answer["fallback"] is True
    items = answer["items"]
    assert isinstance(items, list) and items
    assert {item["source"] for item in items} == {"popularity"}
    assert skus(answer) == skus(ask(keyed, placement="for_you"))


def test_without_what_was_bought_before(keyed: httpx.Client) -> None:
    bought = {"MUG", "PLATE"}
    assert bought & set(skus(ask(keyed, placement="for_you", customer_id="C-1", purchased="include")))
    assert not bought & set(skus(ask(keyed, placement="for_you", customer_id="C-1", purchased="exclude")))


def test_an_erased_customer_is_a_stranger_at_once(keyed: httpx.Client, warehouse: Warehouse) -> None:
    """The released model still knows the customer until it is trained again."""
    assert ask(keyed, placement="for_you", customer_id="C-1")["fallback"] is False
    warehouse.erase("C-1")
    answer = ask(keyed, placement="for_you", customer_id="C-1")
    assert answer["fallback"] is True
    assert skus(answer) == skus(ask(keyed, placement="for_you"))


def test_a_new_title_shows(keyed: httpx.Client, warehouse: Warehouse) -> None:
    asked: dict[str, object] = {"placement": "bought_together", "skus": ["MUG"], "limit": 1}
    assert ask(keyed, **asked)["items"][0]["title"] == "Plate"  # type: ignore[index]
    warehouse.lake.merge(PRODUCTS, rows(PRODUCTS, [{"sku": "PLATE", "title": "Plate, large"}]))
    assert ask(keyed, **asked)["items"][0]["title"] == "Plate, large"  # type: ignore[index]


def released_again(warehouse: Warehouse, change: Callable[[Path], None] = lambda folder: None) -> str:
    """Another release with the same model, changed by `change`."""
    current = warehouse.artifacts.open(KIND)

    def write(folder: Path) -> None:
        for name in current.manifest["files"]:
            shutil.copy(current.folder / name, folder / name)
        change(folder)

    assert isinstance(warehouse.clock, FixedClock)
    warehouse.clock.forward(minutes=1)
    return warehouse.artifacts.release(KIND, write, metrics={}, trained_on={}).version


def test_a_new_release_answers_without_a_restart(keyed: httpx.Client, warehouse: Warehouse) -> None:
    before = ask(keyed, placement="for_you")["model_version"]
    version = released_again(warehouse)
    assert version != before
    assert ask(keyed, placement="for_you")["model_version"] == version


def test_a_broken_release_leaves_the_old_one_answering(keyed: httpx.Client, warehouse: Warehouse) -> None:
    before = ask(keyed, placement="for_you")["model_version"]
    released_again(warehouse, lambda folder: (folder / "names.json").write_text("{ torn"))  # type: ignore[arg-type]
    assert ask(keyed, placement="for_you")["model_version"] == before


def test_a_release_cleared_away_before_it_was_opened(keyed: httpx.Client, warehouse: Warehouse) -> None:
    """Without an older one in memory there is nothing to answer from: 503, and nothing of our folders."""
    current = warehouse.artifacts.current(KIND)
    assert current
    shutil.rmtree(current.folder)
    answer = keyed.get(PATH, params={"placement": "for_you"})
    assert_problem(answer, 503)
    assert str(warehouse.settings.home) not in answer.text


@pytest.mark.parametrize(
    ("asked", "place"),
    [
        ({}, "body.placement"),
        ({"placement": "homepage"}, "body.placement"),
        ({"placement": "bought_together"}, "body"),
        ({"placement": "for_you", "limit": 0}, "body.limit"),
        ({"placement": "for_you", "limit": 101}, "body.limit"),
        ({"placement": "for_you", "purchased": "maybe"}, "body.purchased"),
        ({"placement": "bought_together", "skus": [""]}, "body.skus.0"),
        ({"placement": "for_you", "customerid": "C-1"}, "body.customerid"),
    ],
)
def test_a_fault_names_its_place(keyed: httpx.Client, asked: dict[str, object], place: str) -> None:
    answer = keyed.post(PATH, json=asked)
    assert_problem(answer, 422)
    assert [fault["place"] for fault in answer.json()["errors"]] == [place]


def test_ready_with_a_model_and_its_figures_on_the_overview(client: httpx.Client) -> None:
    assert client.get("/readyz").json() == {"status": "ready"}
    page = client.get("/").text
    assert "Hit rate at 20" in page and "NDCG at 20" in page
    assert "Products new to the customer" in page
    assert "purveyor recommender train" not in page


@pytest.fixture
def patient(warehouse: Warehouse) -> Iterator[httpx.Client]:
    """A client of a server that looks for new releases every hour."""
    with warehouse.records.transaction() as tx:
        _, secret = create_key(tx, label="", scopes=["recommend"], at=warehouse.clock())
    with (
        running(create_app(warehouse, poll_seconds=3600)) as url,
        httpx.Client(base_url=url, headers={"X-API-Key": secret}, verify=PLAIN_HTTP) as client,
    ):
        yield client


def test_a_release_is_looked_for_only_every_so_often(patient: httpx.Client, warehouse: Warehouse) -> None:
    before = ask(patient, placement="for_you")["model_version"]
    released_again(warehouse)
    assert ask(patient, placement="for_you")["model_version"] == before
