"""The recommender retrained by itself: released when it is good, current last, old ones put away."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from experiments import training
from experiments.retraining import retrain
from recommender.answers import KIND
from recommender.evaluation import Estimate
from recommender.training import Trained
from tests.conftest import FixedClock
from tests.recommender.conftest import NOW, order_lines, two_tastes
from warehouse.house import Warehouse
from warehouse.jobs.job import Run
from warehouse.progress import quiet
from warehouse.settings import Settings
from warehouse.tables import ORDERS


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Warehouse]:
    monkeypatch.setattr(training, "log_run", lambda *_, **__: "")  # MLflow takes seconds; test_training looks at it
    with Warehouse.open(Settings(home=tmp_path / "home"), clock=FixedClock(NOW)) as warehouse:
        warehouse.lake.append(ORDERS, order_lines(two_tastes(customers=80, days=120)))
        yield warehouse


def run(warehouse: Warehouse) -> dict[str, Any]:
    return retrain(warehouse, Run("r", "retrain", "", warehouse.clock()), quiet)


def current(warehouse: Warehouse) -> str | None:
    info = warehouse.artifacts.current(KIND)
    return info and info.version


def forward(warehouse: Warehouse, **delta: float) -> None:
    assert isinstance(warehouse.clock, FixedClock)
    warehouse.clock.forward(**delta)


def test_too_little_to_learn_from_is_no_failure(warehouse: Warehouse) -> None:
    said = run(warehouse)
    assert said == {"trained": False, "why": "there are no orders with products to learn from; import orders first"}
    assert current(warehouse) is None


def test_from_release_to_release(home: Warehouse, monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[Trained] = []
    train = training.train_models

    def once(*arguments: Any, **named: Any) -> Trained:
        made.append(train(*arguments, **named))
        return made[0]

    with monkeypatch.context() as kept:
        kept.setattr(training, "train_models", once)
        first = run(home)
    assert (first["trained"], first["current"], first["customers"]) == (True, True, 80)
    assert first["ndcg_gain"] == pytest.approx(first["ndcg_model"] - first["ndcg_popularity"], abs=2e-4)
    assert current(home) == first["model_version"]

    # Whatever fails after the release was written leaves the former one current.
    forward(home, days=7)
    with monkeypatch.context() as broken:
        broken.setattr(training, "train_models", lambda *_, **__: made[0])
        broken.setattr(training, "log_run", lambda *_, **__: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            run(home)
    assert current(home) == first["model_version"]

    # Clearly worse than popularity: released, said, and not current.
    forward(home, days=7)
    with monkeypatch.context() as worse:
        worse.setattr(training, "train_models", lambda *_, **__: _worse(made[0]))
        second = run(home)
    assert (second["trained"], second["current"]) == (True, False)
    assert "clearly worse than popularity" in second["why"]
    assert current(home) == first["model_version"]
    home.artifacts.make_current(KIND, second["model_version"])  # who wants it all the same

    # The oldest go, but for the current one, and nobody who was erased is answered with their history.
    home.artifacts.make_current(KIND, first["model_version"])
    home.erase("C001")
    forward(home, days=7)
    third = run(home)
    versions = [info.version for info in home.artifacts.history(KIND)]
    assert third["old_releases_removed"] == 1
    assert versions[0] == third["model_version"] == current(home)
    assert len(versions) == 3
    assert sorted(path.name for path in (home.settings.artifacts / KIND).iterdir() if path.is_dir()) == versions[::-1]
    assert third["customers"] == 79


def _worse(trained: Trained) -> Trained:
    """The same, judged to gain less than popularity without doubt."""
    loss = Estimate(-0.2, -0.3, -0.1)
    worse = tuple(replace(c, gain={**c.gain, "ndcg": loss}) for c in trained.comparisons)
    return replace(trained, comparisons=worse)
