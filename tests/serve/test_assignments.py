"""Assignments over HTTP: looking records nothing, showing records once."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest

from campaigns.abtests.assignment import assign
from warehouse.house import Warehouse
from warehouse.records.experiments import save_experiment, start_experiment, stop_experiment
from warehouse.settings import Settings


@pytest.fixture
def experiment(warehouse: Warehouse) -> str:
    """A running experiment."""
    with warehouse.records.transaction() as tx:
        save_experiment(
            tx,
            "free-shipping",
            variants=[{"name": "as_is", "weight": 1}, {"name": "free", "weight": 1}],
            metric={"kind": "conversion", "within_days": 14},
        )
        start_experiment(tx, "free-shipping", at=warehouse.clock())
    return "free-shipping"


def exposures(settings: Settings) -> dict[str, str]:
    """Unit -> variant, as another process reads the lake."""
    with Warehouse.open(settings) as other, other.session() as session:
        rows = session.query("select unit_id, variant from exposures").to_pylist()
    assert len({row["unit_id"] for row in rows}) == len(rows)
    return {row["unit_id"]: row["variant"] for row in rows}


def test_looking_records_nothing(keyed: httpx.Client, settings: Settings, experiment: str) -> None:
    path = f"/v1/experiments/{experiment}/assignment"
    answers = {keyed.get(path, params={"unit_id": f"u{n}"}).json()["variant"] for n in range(30)}
    assert answers == {"as_is", "free"}
    assert exposures(settings) == {}


def test_showing_records_the_first_exposure_once(keyed: httpx.Client, settings: Settings, experiment: str) -> None:
    path = f"/v1/experiments/{experiment}/assignment"
    units = [f"u{n}" for n in range(10)] * 3
    with ThreadPoolExecutor(15) as pool:
        answers = list(pool.map(lambda unit: keyed.post(path, params={"unit_id": unit}), units))
    shown = {answer.json()["unit_id"]: answer.json()["variant"] for answer in answers}
    assert {answer.status_code for answer in answers} == {200}
    assert exposures(settings) == shown
    assert shown == {u: assign("free-shipping", u, [("as_is", 1), ("free", 1)]) for u in units}


def test_an_experiment_that_does_not_run_is_not_shown(
    keyed: httpx.Client, settings: Settings, warehouse: Warehouse, experiment: str
) -> None:
    with warehouse.records.transaction() as tx:
        stop_experiment(tx, experiment)
    answer = keyed.post(f"/v1/experiments/{experiment}/assignment", params={"unit_id": "u"})
    assert answer.status_code == 409
    assert exposures(settings) == {}


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_an_experiment_that_does_not_exist(keyed: httpx.Client, experiment: str, method: str) -> None:
    answer = keyed.request(method, "/v1/experiments/nope/assignment", params={"unit_id": "u"})
    assert answer.status_code == 404
    assert "known experiments: free-shipping" in answer.json()["detail"]


def test_a_unit_is_needed(keyed: httpx.Client, experiment: str) -> None:
    answer = keyed.post(f"/v1/experiments/{experiment}/assignment")
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["place"] == "query.unit_id"
