"""The commands `purveyor recommender`, as one types them."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import CliRunner

from purveyor.recommender import app
from tests.recommender.conftest import order_lines, two_tastes
from warehouse.errors import InputError, NotEnoughData, PurveyorError
from warehouse.house import Warehouse
from warehouse.settings import Settings
from warehouse.tables import ORDERS

Run = Callable[..., str]


@pytest.fixture
def run(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Runs a command in the test's home and gives what it printed; its error is raised."""
    monkeypatch.setenv("PURVEYOR_HOME", str(settings.home))

    def invoke(*arguments: str) -> str:
        result = CliRunner().invoke(app, arguments)
        if isinstance(result.exception, PurveyorError):
            raise result.exception
        assert result.exit_code == 0, result.output
        return result.stdout

    return invoke


def test_train_then_export(warehouse: Warehouse, run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("experiments.training.log_run", lambda *_, **__: "")  # MLflow: experiments/test_training.py
    warehouse.lake.append(ORDERS, order_lines(two_tastes()))
    trained = json.loads(run("train", "--json"))
    assert trained["customers"] == 160
    assert trained["include"]["model"]["ndcg_at_20"]["value"] > trained["include"]["popularity"]["ndcg_at_20"]["high"]
    printed = run("train")
    customers, output = tmp_path / "customers.csv", tmp_path / "out.csv"
    customers.write_text("customer_id\nC000\nC001\nnobody\n", "utf-8")
    asked = ("export", "--customers", str(customers), "--output", str(output))
    found = json.loads(run(*asked, "--limit", "4", "--purchased", "exclude", "--json"))
    assert (found["customers"], found["popular"], found["rows"]) == (3, 1, 12)
    assert found["model_version"] in printed
    assert trained["model_version"] < found["model_version"]
    with output.open(encoding="utf-8", newline="") as file:
        rows = list(csv.reader(file))
    assert rows[0] == ["customer_id", "rank", "sku", "score"]
    assert [row[:2] for row in rows[1:6]] == [["C000", "1"], ["C000", "2"], ["C000", "3"], ["C000", "4"], ["C001", "1"]]
    for words in ("hit rate@20", "popularity 0.", "products new to the customer"):
        assert words in printed
    text = run(*asked)
    assert text.startswith("60 recommendations for 3 customers in ")
    assert "1 of them without known orders got what is popular" in text


def test_train_without_orders(run: Run) -> None:
    with pytest.raises(NotEnoughData, match="import orders first"):
        run("train")


def test_export_without_the_column(run: Run, tmp_path: Path) -> None:
    (tmp_path / "in.csv").write_text("id\n1\n", "utf-8")
    with pytest.raises(InputError, match="has no column customer_id"):
        run("export", "--customers", str(tmp_path / "in.csv"), "--output", str(tmp_path / "out.csv"))


@pytest.mark.parametrize("command", ["train", "export"])
def test_help_ends_with_an_example(run: Run, command: str) -> None:
    assert f"Example: purveyor recommender {command} " in " ".join(run(command, "--help").split())
