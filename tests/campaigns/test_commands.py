"""The commands `purveyor campaigns` and `purveyor abtest`, as one types them."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import typer
from typer.testing import CliRunner

from campaigns.abtests import expose
from purveyor import abtest, campaigns
from tests.campaigns.conftest import Line, put
from warehouse.errors import PurveyorError
from warehouse.house import Warehouse
from warehouse.settings import Settings


@pytest.fixture
def run(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Callable[..., str]:
    """Runs a command in the test's home and gives what it printed; its error is raised."""
    monkeypatch.setenv("PURVEYOR_HOME", str(settings.home))

    def invoke(app: typer.Typer, *arguments: str) -> str:
        result = CliRunner().invoke(app, arguments)
        if isinstance(result.exception, PurveyorError):
            raise result.exception
        assert result.exit_code == 0, result.output
        return result.output

    return invoke


def parsed(output: str) -> dict[str, Any]:
    found = json.loads(output)
    assert isinstance(found, dict)
    return found


def test_segment_and_audience(shop: Warehouse, run: Callable[..., str], line: Line, tmp_path: Path) -> None:
    put(
        shop, "orders", line("ann", "2026-05-01", "10"), line("=ben", "2026-05-01", "20"), line("cy", "2026-05-02", "2")
    )
    put(shop, "customers", {"customer_id": "ann", "email": "ann@example.com"})
    definition, members, audience = (tmp_path / name for name in ("s.yaml", "members.csv", "audience.csv"))
    definition.write_text("segment: spenders\nas_of: last_order\nwhere:\n  spend: {at_least: 10}\n")
    first = parsed(run(campaigns.app, "segment", str(definition), "--output", str(members), "--json"))
    assert (first["members"], first["written"], first["as_of"], first["currency"]) == (
        2,
        2,
        {"main": "2026-05-02"},
        "EUR",
    )
    with members.open(newline="") as file:
        assert list(csv.reader(file)) == [["customer_id", "spend"], ["'=ben", "20.0000"], ["ann", "10.0000"]]
    again = run(campaigns.app, "segment", str(definition))
    assert "spenders: 2 members as of the end of 2026-05-02" in again and "nothing new to keep" in again
    made = run(campaigns.app, "audience", "spenders", "--platform", "google-ads", "--output", str(audience))
    assert "0 of 2 members" in made and "2 without consent to ads" in made
    assert audience.read_text() == "Email,Phone\n"


def test_abtest(shop: Warehouse, run: Callable[..., str], tmp_path: Path) -> None:
    definition = tmp_path / "t.yaml"
    definition.write_text("experiment: hello\nvariants: {old: 1, new: 1}\nmetric: {kind: conversion, within_days: 7}\n")
    started = parsed(run(abtest.app, "start", str(definition), "--json"))
    assert (started["experiment"], started["status"]) == ("hello", "running")
    assert "hello runs since" in run(abtest.app, "start", str(definition))
    with pytest.raises(PurveyorError, match="has 0 exposed units"):
        run(abtest.app, "readout", "hello")
    expose(shop, "hello", [f"u{n}" for n in range(300)])
    put(
        shop,
        "exposures",
        *(
            {"experiment": "hello", "unit_id": f"x{n}", "variant": "old", "exposed_at": shop.clock()}
            for n in range(300)
        ),
    )
    found = parsed(run(abtest.app, "readout", "hello", "--json"))
    assert (found["status"], found["comparisons"]) == ("sample_ratio_mismatch", [])
    assert "SAMPLE RATIO MISMATCH" in run(abtest.app, "readout", "hello")
    assert "hello is stopped; read it with: purveyor abtest readout hello" in run(abtest.app, "stop", "hello")
    assert parsed(run(abtest.app, "stop", "hello", "--json")) == {"experiment": "hello", "status": "stopped"}
    with pytest.raises(PurveyorError, match="was stopped"):
        run(abtest.app, "start", str(definition))
    assert "SAMPLE RATIO MISMATCH" in run(abtest.app, "readout", "hello")


def test_every_command_explains_itself_with_an_example(run: Callable[..., str]) -> None:
    for app, commands in ((campaigns.app, ("segment", "audience")), (abtest.app, ("start", "readout", "stop"))):
        for command in commands:
            assert "Example: purveyor" in run(app, command, "--help")
