"""Fixtures that every room's tests share."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import redirect_stderr, redirect_stdout
from datetime import UTC, datetime, timedelta
from functools import cache, lru_cache
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
import typer.main
import typer.testing

from warehouse.house import Warehouse
from warehouse.settings import Settings

SHARED_DATA = Path(__file__).parents[2] / "shared" / "data"

# Spark runs for a minute here: what the JVM's second compiler would win, it has no time to earn back.
os.environ.setdefault("JDK_JAVA_OPTIONS", "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC")


# Typer builds the whole command line anew for each call, which takes longer than most commands do.
typer.main.get_command = typer.testing._get_command = lru_cache(typer.main.get_command)


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "spark: runs a local Spark, which needs a Java runtime")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What needs Spark comes first: it takes longest."""
    items.sort(key=lambda item: item.get_closest_marker("spark") is None)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """Files stay whole, for their fixtures; those that need Spark share one process.

    `--dist loadgroup` would say so as well, but this pytest does not show xdist the groups, and it spreads every test.
    """
    from xdist.scheduler import LoadFileScheduling

    @cache
    def group(file: str) -> str:
        return "spark" if "\n@pytest.mark.spark\n" in (config.rootpath / file).read_text("utf-8") else file

    class WholeFiles(LoadFileScheduling):
        def _split_scope(self, nodeid: str) -> str:
            return group(super()._split_scope(nodeid))

    return WholeFiles(config, log)


def pytest_runtest_setup(item: pytest.Item) -> None:
    if item.get_closest_marker("spark") and shutil.which("java") is None:
        pytest.skip("no Java runtime: Spark cannot run (apt-get install openjdk-17-jre-headless)")


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """End by naming what could not be exercised on this machine."""
    skipped = Counter(report.longrepr[2] for report in terminalreporter.stats.get("skipped", []))
    terminalreporter.section("not exercised")
    for reason, tests in skipped.items():
        terminalreporter.write_line(f"{tests} tests: {reason.removeprefix('Skipped: ')}")
    if not skipped:
        terminalreporter.write_line("nothing: every test ran")


class FixedClock:
    """A clock that stands still until it is moved."""

    def __init__(self, now: datetime) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now

    def forward(self, **delta: float) -> None:
        """Move on by a timedelta's keywords."""
        self.now += timedelta(**delta)


@pytest.fixture
def clock() -> FixedClock:
    """Noon on 1 June 2026, UTC, until the test moves it."""
    return FixedClock(datetime(2026, 6, 1, 12, tzinfo=UTC))


@pytest.fixture(scope="session")
def migrated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The records of a new house, to be copied: making them takes a tenth of a second."""
    settings = Settings(home=tmp_path_factory.mktemp("migrated"))
    Warehouse.open(settings).close()
    return settings.home / "records.db"


@pytest.fixture
def settings(tmp_path: Path, migrated: Path) -> Settings:
    """Settings with a home of the test's own."""
    made = Settings(home=tmp_path / "home", spark_url="local[2]")
    made.home.mkdir()
    shutil.copy(migrated, made.home)
    return made


@pytest.fixture
def warehouse(settings: Settings, clock: FixedClock) -> Iterator[Warehouse]:
    """An empty warehouse."""
    with Warehouse.open(settings, clock=clock) as opened:
        yield opened


@pytest.fixture(scope="session")
def shared_data() -> Callable[[str], Path]:
    """Finds a file of the real data, or skips the test with the reason."""

    def find(name: str) -> Path:
        path = SHARED_DATA / name
        if not path.exists():
            pytest.skip(f"real data not here: ../shared/data/{name}")
        return path

    return find


Purveyor = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def purveyor(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Purveyor:
    """Runs the command in a folder and home of the test's own, in this process: starting one takes seconds."""
    from purveyor.main import run

    for name in list(os.environ):
        if name.startswith("PURVEYOR_"):
            monkeypatch.delenv(name)
    monkeypatch.setenv("PURVEYOR_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("COLUMNS", "200")
    monkeypatch.chdir(tmp_path)

    def finished(*arguments: str) -> subprocess.CompletedProcess[str]:
        command = ["purveyor", *arguments]
        monkeypatch.setattr(sys, "argv", command)
        code = 0
        with redirect_stdout(StringIO()) as output, redirect_stderr(StringIO()) as errors:
            try:
                run()
            except SystemExit as end:
                code = end.code if isinstance(end.code, int) else int(end.code is not None)
        return subprocess.CompletedProcess(command, code, output.getvalue(), errors.getvalue())

    return finished
