"""`purveyor service install`: units that systemd itself finds right, for whatever folder."""

from __future__ import annotations

import os
import shutil
import stat
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from purveyor.main import app
from purveyor.service import SERVICES
from warehouse.errors import ConfigError, InputError

Install = Callable[..., Result]

FOLDERS = ("shop", "my shop", "50% off", "%h and $HOME", 'a "quoted" \\ shop', "größer", "[x] *?")


@pytest.fixture
def install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Install:
    """Runs the command in a folder with a shop file; its error is raised."""
    for name in list(os.environ):
        if name.startswith("PURVEYOR_"):
            monkeypatch.delenv(name)

    def run(*arguments: str, folder: str = "shop") -> Result:
        shop = tmp_path / folder
        shop.mkdir(exist_ok=True)
        (shop / "purveyor.yaml").write_text(f"home: {tmp_path / 'home'}\n")
        monkeypatch.chdir(shop)
        result = CliRunner().invoke(app, ["service", "install", *arguments])
        if result.exception is not None and not isinstance(result.exception, SystemExit):
            raise result.exception
        assert result.exit_code == 0, result.output
        return result

    return run


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="no systemd-analyze: units cannot be verified")
@pytest.mark.parametrize("folder", FOLDERS)
def test_systemd_finds_them_right(install: Install, tmp_path: Path, folder: str) -> None:
    install("--output", str(tmp_path / "units"), folder=folder)
    units = sorted(str(path) for path in (tmp_path / "units").iterdir())
    assert [Path(unit).name for unit in units] == ["purveyor-serve.service", "purveyor-worker.service"]
    verified = subprocess.run(["systemd-analyze", "verify", *units], capture_output=True, text=True, check=False)
    complaints = [line for line in verified.stderr.splitlines() if "purveyor-" in line]
    assert (verified.returncode, complaints) == (0, [])


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="no systemd-analyze: units cannot be verified")
def test_the_check_would_see_a_mistake(install: Install, tmp_path: Path) -> None:
    install("--output", str(tmp_path))
    unit = tmp_path / "purveyor-serve.service"
    unit.write_text(unit.read_text().replace("ExecStart=", "ExecStart=/nothing/here "))
    verified = subprocess.run(["systemd-analyze", "verify", unit], capture_output=True, text=True, check=False)
    assert "/nothing/here" in verified.stderr


@pytest.mark.parametrize("folder", FOLDERS)
def test_they_run_where_the_shop_is(install: Install, tmp_path: Path, folder: str) -> None:
    text = install("--dry-run", folder=folder).stdout
    place = str(tmp_path / folder).replace("%", "%%")
    assert text.count(f"\nWorkingDirectory={place}\n") == len(SERVICES)
    executable = Path(sys.executable).with_name("purveyor")
    for command in SERVICES:
        assert f'\nExecStart="{executable}" {command}\n' in text
    assert text.count("Restart=on-failure") == len(SERVICES)


def test_wildcards_in_the_name_of_the_file_of_secrets_mean_themselves(install: Install, tmp_path: Path) -> None:
    assert f"EnvironmentFile=-{tmp_path}/[[]x] [*][?]/purveyor.env\n" in install("--dry-run", folder="[x] *?").stdout


def test_a_user_service_asks_for_nothing_that_needs_root(install: Install, tmp_path: Path) -> None:
    text = install("--user", "--dry-run").stdout
    assert "User=" not in text
    assert "ProtectSystem" not in text
    assert "WantedBy=default.target" in text
    printed = install("--user", "--output", str(tmp_path)).stdout
    assert "systemctl --user enable --now purveyor-serve.service purveyor-worker.service" in printed
    assert "sudo systemctl" not in printed


def test_they_run_as_who_owns_the_home(install: Install, tmp_path: Path) -> None:
    (tmp_path / "home").mkdir()
    if os.geteuid() == 0:
        os.chown(tmp_path / "home", 54321, -1)  # a number that has no name
        assert "\nUser=54321\n" in install("--dry-run").stdout
    else:
        assert f"\nUser={(tmp_path / 'home').owner()}\n" in install("--dry-run").stdout


def test_secrets_stay_out_of_units_and_are_asked_for(
    install: Install, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PURVEYOR_RECORDS_URL", "postgresql://shop:hunter2@db/shop")
    printed = install("--output", str(tmp_path / "units")).stdout
    assert f"write PURVEYOR_RECORDS_URL into {tmp_path / 'shop' / 'purveyor.env'} (mode 0600)" in printed
    written = "".join(path.read_text() for path in (tmp_path / "units").iterdir())
    assert "hunter2" not in printed + written
    (tmp_path / "shop" / "purveyor.env").write_text("PURVEYOR_RECORDS_URL=postgresql://shop:hunter2@db/shop\n")
    assert "services do not see" not in install("--output", str(tmp_path / "units")).stdout


def test_a_home_without_a_shop_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PURVEYOR_HOME", str(tmp_path / "my home"))
    text = CliRunner().invoke(app, ["service", "install", "--dry-run"]).stdout
    assert f'Environment="PURVEYOR_HOME={tmp_path}/my home"\n' in text


def test_another_shop_keeps_its_units(install: Install, tmp_path: Path) -> None:
    install("--output", str(tmp_path / "units"))
    before = (tmp_path / "units" / "purveyor-serve.service").read_bytes()
    with pytest.raises(InputError, match=r"purveyor-serve.service is of another shop \(WorkingDirectory=.*shop\)"):
        install("--output", str(tmp_path / "units"), folder="other")
    assert (tmp_path / "units" / "purveyor-serve.service").read_bytes() == before
    install("--output", str(tmp_path / "units"))


@pytest.mark.skipif(Path("/run/systemd/system").exists(), reason="systemd runs here: its absence cannot be tried")
def test_without_systemd_it_says_what_else(install: Install) -> None:
    with pytest.raises(ConfigError, match=r"systemd does not run on this machine; .*--output"):
        install()


@pytest.mark.parametrize("folder", ["line\nbreak", "ends with \\", " leading "])
def test_a_folder_that_no_unit_can_name(install: Install, folder: str) -> None:
    if folder != folder.strip():
        folder = f"{folder}\\"
    with pytest.raises(InputError, match=r"cannot hold the path .*rename the folder"):
        install("--dry-run", folder=folder)


def test_a_folder_that_cannot_be_written(install: Install, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(ConfigError, match=r"cannot be written .*sudo, or with --user or --output"):
        install("--output", str(tmp_path / "file"))
    assert stat.S_ISREG((tmp_path / "file").stat().st_mode)
