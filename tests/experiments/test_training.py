"""A training run: released, its relations in the lake, and tracked."""

from __future__ import annotations

import math
import os
import warnings
from collections.abc import Iterator
from pathlib import Path

import pytest

from experiments.training import EXPERIMENT, TrainingResult, train
from recommender.answers import KIND, Recommender
from tests.conftest import FixedClock
from tests.recommender.conftest import NOW, order_lines, two_tastes
from warehouse.errors import NotEnoughData, NotFound
from warehouse.house import Warehouse
from warehouse.settings import Settings
from warehouse.stores import open_store
from warehouse.tables import ORDERS


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Warehouse]:
    """A shop of two tastes, with a second store that sells nothing."""
    settings = Settings(home=tmp_path_factory.mktemp("training") / "home")
    with Warehouse.open(settings, clock=FixedClock(NOW)) as warehouse:
        for store in ("main", "empty"):
            open_store(warehouse, store, currency="EUR", timezone="UTC")
        warehouse.lake.append(ORDERS, order_lines(two_tastes()))
        yield warehouse


@pytest.fixture(scope="module")
def result(home: Warehouse) -> TrainingResult:
    """Trained on it."""
    return train(home, store="main")


def test_the_release_is_current_and_says_what_it_was_made_of(home: Warehouse, result: TrainingResult) -> None:
    info = home.artifacts.open(KIND)
    assert info.version == result.version == Recommender.open(home.artifacts).version
    with home.session() as session:
        versions = session.versions
    assert info.manifest["trained_on"] == {t: versions[t] for t in ("orders", "products", "product_history")}
    metrics = info.manifest["metrics"]
    assert metrics["include_ndcg_at_20"] == result.include.model["ndcg"].value
    assert metrics["exclude_popularity_recall_at_20_low"] == result.exclude.popularity["recall"].low
    assert all(math.isfinite(value) for value in metrics.values())


def test_relations_stand_in_the_lake_under_the_version(home: Warehouse, result: TrainingResult) -> None:
    with home.session() as session:
        rows = session.query(
            f"select count(*) as relations, min(score) as least from relations "
            f"where relation = 'bought_together' and model_version = '{result.version}'"
        ).to_pylist()
    assert rows[0]["relations"] == result.relations > 0
    assert rows[0]["least"] > 0


def test_the_run_is_tracked_in_the_home_folder(home: Warehouse, result: TrainingResult) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from mlflow import MlflowClient

        client = MlflowClient(tracking_uri=f"sqlite:///{home.settings.home / 'mlflow.db'}")
        run = client.get_run(result.run_id)
        experiment = client.get_experiment_by_name(EXPERIMENT)
    assert experiment is not None
    assert run.info.experiment_id == experiment.experiment_id
    assert Path(experiment.artifact_location.removeprefix("file://")).is_relative_to(home.settings.home)
    assert run.info.status == "FINISHED"
    assert run.data.tags["release"] == result.version
    assert run.data.metrics["include_ndcg_at_20"] == pytest.approx(result.include.model["ndcg"].value)
    assert run.data.metrics["exclude_popularity_hit_rate_at_20"] == pytest.approx(
        result.exclude.popularity["hit_rate"].value
    )
    assert run.data.params["orders_version"] == str(home.artifacts.open(KIND).manifest["trained_on"]["orders"])
    assert run.data.params["until"] == result.until.isoformat()
    assert run.data.params["store"] == "main"


def test_mlflow_may_not_report_its_use(result: TrainingResult) -> None:
    assert result.run_id
    assert os.environ["MLFLOW_DISABLE_TELEMETRY"] == "true"
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from mlflow.telemetry import get_telemetry_client
        from mlflow.telemetry.utils import is_telemetry_disabled
    assert is_telemetry_disabled()
    assert get_telemetry_client() is None


def test_what_goes_wrong_leaves_the_release_as_it_was(home: Warehouse, result: TrainingResult) -> None:
    with pytest.raises(NotEnoughData, match="import orders first"):
        train(home, store="empty")
    with pytest.raises(NotFound, match="nowhere"):
        train(home, store="nowhere")
    current = home.artifacts.current(KIND)
    assert current is not None
    assert current.version == result.version


def test_an_empty_warehouse(warehouse: Warehouse) -> None:
    with pytest.raises(NotEnoughData, match="import orders first"):
        train(warehouse)
    assert warehouse.artifacts.current(KIND) is None
    assert not (warehouse.settings.home / "mlflow.db").exists()
