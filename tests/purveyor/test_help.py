"""Every command explains itself with an example, at once."""

from __future__ import annotations

import resource
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import typer.main

from purveyor.main import app

PURVEYOR = Path(sys.executable).with_name("purveyor")


def commands(command: Any, path: tuple[str, ...] = ()) -> list[tuple[tuple[str, ...], Any]]:
    """Every command that does something, with the words that call it."""
    inner = getattr(command, "commands", None)
    if inner is None:
        return [(path, command)]
    return [found for name, sub in inner.items() for found in commands(sub, (*path, name))]


COMMANDS = commands(typer.main.get_command(app))


def test_the_commands_are_those_of_the_design() -> None:
    assert {path[0] for path, _ in COMMANDS} >= {
        "init", "import", "crawl", "match", "pricing", "recommender", "campaigns", "abtest", "query", "serve", "demo",
    }  # fmt: skip


@pytest.mark.parametrize(("path", "command"), COMMANDS, ids=[" ".join(path) for path, _ in COMMANDS])
def test_each_help_has_an_example_of_that_command(path: tuple[str, ...], command: Any) -> None:
    assert f"Example: purveyor {path[0]}" in (command.help or "")
    for parameter in command.params:
        assert getattr(parameter, "help", None), f"{' '.join(path)}: {parameter.name} is not explained"


def test_help_is_instant() -> None:
    seconds = []
    for _ in range(3):
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        subprocess.run([PURVEYOR, "--help"], check=True, capture_output=True)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        # What it costs the processor: how long it takes to get one is the machine's affair.
        seconds.append(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)
    assert min(seconds) < 0.6, seconds


def test_no_room_is_imported_for_help() -> None:
    heavy = ("duckdb", "deltalake", "pandas", "scrapy", "mlflow", "fastapi", "sqlalchemy", "sklearn", "pyarrow")
    code = f"import sys, purveyor.main; sys.exit(str([m for m in {heavy!r} if m in sys.modules] or ''))"
    finished = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert finished.stderr.strip() in ("", "[]")
