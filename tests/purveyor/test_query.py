"""`purveyor query` where nobody's terminal is."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner

from purveyor.main import app


def test_into_a_pipe_a_row_is_a_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PURVEYOR_HOME", str(tmp_path / "home"))
    assert (
        CliRunner().invoke(app, ["init", "--currency", "EUR", "--timezone", "UTC", "--prices-with-tax"]).exit_code == 0
    )
    asked = CliRunner().invoke(app, ["query", "select repeat('long [b]', 40) as text, null as nothing"])
    assert asked.exit_code == 0, asked.output
    heading, row = asked.stdout.splitlines()
    assert heading.split() == ["text", "nothing"]
    assert row.split("  ") == [" " + "long [b]" * 40, "–"]
