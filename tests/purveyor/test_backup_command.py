"""`purveyor backup` and `purveyor restore`, as one types them."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import CliRunner

from purveyor.main import app
from tests.warehouse.backup.conftest import furnish
from warehouse.errors import PurveyorError
from warehouse.house import Warehouse
from warehouse.settings import Settings

Run = Callable[..., str]


@pytest.fixture
def run(settings: Settings, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Run:
    """Runs a command in the test's home and gives what it printed; its error is raised."""
    monkeypatch.setenv("PURVEYOR_HOME", str(settings.home))
    monkeypatch.chdir(tmp_path)

    def invoke(*arguments: str) -> str:
        result = CliRunner().invoke(app, arguments)
        if isinstance(result.exception, PurveyorError):
            raise result.exception
        assert result.exit_code == 0, result.output
        return result.stdout

    return invoke


def test_back_up_erase_and_restore(warehouse: Warehouse, run: Run, tmp_path: Path, settings: Settings) -> None:
    furnish(warehouse)
    made = json.loads(run("backup", str(tmp_path / "backups"), "--json"))
    assert made["tables"]["orders"] == 12
    run("erase", "C1")  # no shop file names the backups' folder, so only the present home knows of it
    assert "of which 0." in run("backup", "backups", "--keep-days", "30")
    (tmp_path / "backups" / "tombstones.jsonl").unlink()
    printed = run("restore", made["backup"], "--to", "elsewhere")
    assert "25 rows in 5 tables" in printed
    assert f"customers erased since then and erased here: 1 (known from the backup, {settings.home})" in printed
    with Warehouse.open(Settings(home=tmp_path / "elsewhere")) as restored:
        found = restored.session().query("select customer_id from customers order by 1").to_pylist()
    assert found == [{"customer_id": "C0"}, {"customer_id": "C2"}]


def test_the_present_home_may_be_broken(warehouse: Warehouse, run: Run, tmp_path: Path, settings: Settings) -> None:
    furnish(warehouse)
    made = json.loads(run("backup", str(tmp_path / "backups"), "--json"))
    shutil.copy(made["backup"] + "/tombstones.jsonl", tmp_path / "more.jsonl")
    (tmp_path / "more.jsonl").write_text('{"customer_id": "C2", "erased_at": "2026-06-02T00:00:00+00:00"}\n')
    warehouse.close()
    for path in settings.home.glob("records.db*"):
        path.write_bytes(b"no database at all " * 99)
    answer = run("restore", made["backup"], "--to", "elsewhere", "--tombstones", "more.jsonl", "--json")
    assert sum(json.loads(answer)["erased_since"].values()) == 1


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (("backup", "home/backups"), "lies in the home folder"),
        (("restore", "nowhere"), "is no backup"),
        (("restore", "nowhere", "--to", "a%b"), "--to: the path .* holds %"),
        (("restore", "nowhere", "--tombstones", "none"), "none: cannot be read"),
    ],
)
def test_what_cannot_be_done_is_one_line(run: Run, arguments: tuple[str, ...], complaint: str) -> None:
    with pytest.raises(PurveyorError, match=complaint) as caught:
        run(*arguments)
    assert "\n" not in str(caught.value)
