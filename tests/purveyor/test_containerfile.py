"""The container file, as far as it can be checked without building it: what it copies, and how it installs."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
LINES = re.sub(r"\\\n\s*", "", (ROOT / "Containerfile").read_text()).splitlines()
INSTRUCTIONS = [tuple(line.split(maxsplit=1)) for line in LINES if line and not line.startswith("#")]


def copied() -> list[str]:
    """What comes from this folder."""
    words = [rest.split() for name, rest in INSTRUCTIONS if name == "COPY" and "--from" not in rest]
    return [source for *sources, _ in words for source in sources]


@pytest.mark.parametrize("path", copied())
def test_what_it_copies_is_there(path: str) -> None:
    assert (ROOT / path).exists()


def test_it_copies_all_that_is_installed() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    packages = {name.rstrip("*") for name in project["tool"]["setuptools"]["packages"]["find"]["include"]}
    assert {*packages, "pyproject.toml", project["project"]["readme"], *project["project"]["license-files"]} <= {
        *copied()
    }


def test_it_installs_with_the_commands_of_the_makefile() -> None:
    makefile = re.sub(r"\\\n\s*", "", (ROOT / "Makefile").read_text())
    runs = " ".join(rest for name, rest in INSTRUCTIONS if name == "RUN")
    pip = re.search(r"\$\(BIN\)/(pip install .*)", makefile)
    uv = re.search(r"INSTALL = \$\(UV\) (pip install .*)", makefile)
    assert pip
    assert uv
    assert pip[1].strip() in runs
    for option in uv[1].replace("--python $(BIN)/python", "").split():
        assert option in runs


def test_it_has_the_system_s_packages_that_make_setup_brings() -> None:
    script = (ROOT / "scripts" / "system-packages.sh").read_text()
    wanted = re.findall(r'^has_.*\|\| (?:wanted|browser)="?(?:\$wanted )?(\w+)', script, re.MULTILINE)
    assert "chromium" in wanted
    installs = next(rest for name, rest in INSTRUCTIONS if name == "RUN" and "apt-get install" in rest)
    assert set(wanted) <= set(installs.split())


def test_it_runs_without_root_and_answers_to_the_outside() -> None:
    last = [rest for name, rest in INSTRUCTIONS if name == "USER"][-1]
    assert last == "purveyor"
    found = dict(INSTRUCTIONS)
    assert (found["ENTRYPOINT"], found["CMD"]) == ('["purveyor"]', '["serve", "--host", "0.0.0.0"]')
    assert "/healthz" in found["HEALTHCHECK"]
    assert found["VOLUME"] == found["WORKDIR"] == "/shop"
