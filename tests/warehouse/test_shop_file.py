"""The shop file: where it is found, what wins over it, and what is said where it is wrong."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from warehouse.errors import ConfigError, InputError, PurveyorError
from warehouse.house import Warehouse
from warehouse.settings import Settings
from warehouse.shop_file import NAME, SECTIONS, section

Write = Callable[[str], Path]


@pytest.fixture
def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder to work in, with no setting in the environment."""
    for name in list(os.environ):
        if name.upper().startswith("PURVEYOR_"):
            monkeypatch.delenv(name)
    folder = tmp_path / "myshop"
    folder.mkdir()
    monkeypatch.chdir(folder)
    return folder


@pytest.fixture
def write(shop: Path) -> Write:
    """Writes the shop file."""

    def make(text: str) -> Path:
        path = shop / NAME
        path.write_text(text, encoding="utf-8")
        return path

    return make


def test_without_a_file_everything_is_as_it_was(shop: Path) -> None:
    settings = Settings.load()
    assert (settings.shop_file, settings.home) == (None, shop / ".purveyor")
    assert section(settings, "alerts") is None


def test_it_is_found_from_a_folder_below_and_paths_are_its_own(
    shop: Path, write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = write("home: data/house\ntimezone: Europe/Vienna\n")
    below = shop / "sites" / "old"
    below.mkdir(parents=True)
    monkeypatch.chdir(below)
    settings = Settings.load()
    assert settings.shop_file == file
    assert settings.home == shop / "data" / "house"
    assert settings.timezone == "Europe/Vienna"


def test_a_home_left_out_lies_beside_the_file(shop: Path, write: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    write("settings:\n  memory_limit: 2GB\n")
    (shop / "below").mkdir()
    monkeypatch.chdir(shop / "below")
    assert Settings.load().home == shop / ".purveyor"


def test_the_nearest_file_is_taken(shop: Path, write: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    write("settings: {memory_limit: 2GB}")
    inner = shop / "inner"
    inner.mkdir()
    (inner / NAME).write_text("settings: {memory_limit: 3GB}")
    monkeypatch.chdir(inner)
    assert Settings.load().memory_limit == "3GB"


@pytest.mark.parametrize(
    ("setting", "text", "in_file", "in_environment"),
    [
        ("memory_limit", "settings: {memory_limit: 2GB}", "2GB", "3GB"),
        ("engine", "settings: {engine: spark}", "spark", "duckdb"),
        ("spark_url", "settings: {spark_url: 'local[2]'}", "local[2]", "local[1]"),
        ("records_url", "settings: {records_url: 'postgresql://db/a'}", "postgresql://db/a", "postgresql://u:p@db/b"),
        ("jobs_url", "settings: {jobs_url: 'postgresql://db/a'}", "postgresql://db/a", "postgresql://u:p@db/b"),
        ("timezone", "timezone: Europe/Vienna", "Europe/Vienna", "Asia/Tokyo"),
        ("history_days", "retention: {history: 3}", 3, 5),
        ("files_days", "retention: {files: 14}", 14, 21),
    ],
)
def test_the_environment_wins_over_the_file_setting_by_setting(
    write: Write, monkeypatch: pytest.MonkeyPatch, setting: str, text: str, in_file: object, in_environment: object
) -> None:
    file = write(f"home: here\n{text}\n")
    assert getattr(Settings.load(), setting) == in_file
    monkeypatch.setenv(f"PURVEYOR_{setting.upper()}", str(in_environment))
    settings = Settings.load()
    assert getattr(settings, setting) == in_environment
    assert settings.home == file.parent / "here", "the others stay the file's"


def test_a_home_in_the_environment_wins_and_is_relative_to_where_one_stands(
    shop: Path, write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    write("home: here\nsettings: {memory_limit: 2GB}")
    monkeypatch.setenv("PURVEYOR_HOME", "elsewhere")
    settings = Settings.load()
    assert (settings.home, settings.memory_limit) == (shop / "elsewhere", "2GB")


def test_a_file_named_in_the_environment_is_taken_from_anywhere(
    shop: Path, write: Write, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    file = write("home: here")
    monkeypatch.chdir(tmp_path)
    assert Settings.load().shop_file is None
    monkeypatch.setenv("PURVEYOR_SHOP_FILE", str(file))
    assert (Settings.load().shop_file, Settings.load().home) == (file, shop / "here")
    monkeypatch.setenv("PURVEYOR_SHOP_FILE", "missing.yaml")
    with pytest.raises(InputError, match=r"missing\.yaml: cannot be read"):
        Settings.load()


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("homes: x", "line 1, homes: no such section; did you mean 'home'"),
        ("home: x\nsettings:\n  memory: 2GB", "line 3, settings.memory: no such setting; did you mean 'memory_limit'"),
        ("home: x\nsettings:\n  memory_limit: lots", "line 3, settings.memory_limit: 'lots' is no amount of memory"),
        ("settings: {engine: polars}", "line 1, settings.engine: "),
        ("timezone: Europe/Wien", "line 1, timezone: 'Europe/Wien' is no time zone"),
        ("retention:\n  history: 90", "line 2, retention.history: "),
        ("alerts:\n  operators: {mail: [a@b.example]}", "line 2, alerts.operators: no such setting; did you mean 'op"),
        ("alerts:\n  operator: {email: [a@b.example]}", "alerts.operator.email: no such setting; did you mean 'mail'"),
        ("stores:\n  web:\n    curency: EUR", "line 3, stores.web.curency: no such setting; did you mean 'currency'"),
        ("mail: smtp.example", "line 1, mail: this must be a mapping"),
        ("home: [a, b]", "line 1, home: this must be one value"),
        ("home: 'a*b'", "line 1, home: the path"),
        ("home: x\nhome: y", "line 2, home: stands twice"),
        ("home: x\n  settings: y", "line 2: not valid YAML"),
        ("", "empty"),
        ("- a", "line 1: this must be a mapping"),
        ("settings: {records_url: 'postgresql://u:hidden@db/a'}", "no password may stand in this file"),
        ("settings: {jobs_url: 'postgresql://db/a?password=hidden'}", "no password may stand in this file"),
    ],
)
def test_what_is_wrong_stops_whoever_opens_the_house(write: Write, shop: Path, text: str, told: str) -> None:
    write(text)
    with pytest.raises(PurveyorError) as caught:
        Warehouse.open()
    assert told in str(caught.value)
    assert str(shop / NAME) in str(caught.value)
    assert "\n" not in str(caught.value)
    assert "hidden" not in str(caught.value)
    assert [path.name for path in shop.iterdir()] == [NAME]


def test_a_wrong_variable_is_named_as_one_though_the_file_sets_it_too(
    write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    write("settings: {memory_limit: 2GB}")
    monkeypatch.setenv("PURVEYOR_MEMORY_LIMIT", "lots")
    with pytest.raises(ConfigError, match="PURVEYOR_MEMORY_LIMIT"):
        Settings.load()


def test_a_section_is_read_as_it_stands_now(write: Write) -> None:
    write("schedule:\n  crawl: off\nalerts:\n")
    settings = Settings.load()
    written = section(settings, "schedule")
    assert written is not None
    assert {name: place.text() for name, place in written.entries().items()} == {"crawl": "off"}
    assert section(settings, "alerts") is None, "all below it is commented out"
    write("schedule:\n  crawl: '0 4 * * *'\n")
    written = section(settings, "schedule")
    assert written is not None
    assert written.entries()["crawl"].text() == "0 4 * * *"
    assert all(section(settings, name) is None for name in SECTIONS if name != "schedule")


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() != 0, reason="only root can give a file away")
def test_a_file_that_someone_else_left_above_is_not_followed(write: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    file = write("home: here")
    os.chown(file, 12345, -1)
    monkeypatch.delenv("SUDO_UID", raising=False)
    with pytest.raises(ConfigError, match="belongs to another user"):
        Settings.load()
    monkeypatch.setenv("PURVEYOR_SHOP_FILE", str(file))
    assert Settings.load().shop_file == file
    monkeypatch.delenv("PURVEYOR_SHOP_FILE")
    monkeypatch.setenv("SUDO_UID", "12345")
    assert Settings.load().shop_file == file


def test_the_queue_lies_beside_the_records(tmp_path: Path) -> None:
    home = tmp_path / "home"
    assert str(Settings(home=home).jobs) == f"sqlite:///{home}/jobs.db"
    assert Settings(home=home, records_url="postgresql://db/a").jobs == "postgresql://db/a"
    assert str(Settings(home=home, records_url=f"sqlite:///{tmp_path}/r.db").jobs) == f"sqlite:///{home}/jobs.db"
    assert Settings(home=home, records_url="postgresql://db/a", jobs_url="postgresql://q/b").jobs == "postgresql://q/b"
