"""`purveyor init`: a shop's folder with its file, and a store in a home without one."""

from __future__ import annotations

import json
import os
import pty
import re
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from typer.testing import CliRunner

from purveyor.main import app
from purveyor.shop_template import shop_file_text
from warehouse.alerts.settings import alert_settings
from warehouse.backup.plan import backup_plan
from warehouse.house import Warehouse
from warehouse.listed_stores import listed_stores
from warehouse.records.stores import list_stores
from warehouse.settings import Settings
from warehouse.shop_file import NAME, SECTIONS, read_shop_file
from warehouse.tables import STORES

PURVEYOR = Path(sys.executable).with_name("purveyor")
GIVEN = ("--currency", "EUR", "--timezone", "Europe/Vienna", "--prices-with-tax")


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder to work in, with no setting in the environment."""
    for name in list(os.environ):
        if name.upper().startswith("PURVEYOR_"):
            monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def init(*words: str) -> dict[str, object]:
    finished = CliRunner().invoke(app, ["init", *words, "--json"], catch_exceptions=False)
    assert finished.exit_code == 0, finished.output
    told: dict[str, object] = json.loads(finished.stdout)
    return told


def complaint(*words: str) -> str:
    finished = CliRunner().invoke(app, ["init", *words])
    assert finished.exit_code != 0, finished.output
    return str(finished.exception)


def stores(home: Path) -> dict[str, tuple[str, str, str, bool | None]]:
    """The stores as the records know them, having seen that the lake knows the same."""
    with Warehouse.open(Settings(home=home)) as warehouse:
        with warehouse.records.reading() as records:
            known = {s.store_id: (s.name, s.currency, s.timezone, s.prices_include_tax) for s in list_stores(records)}
        with warehouse.session() as session:
            rows = session.query("select * from stores").to_pylist()
    assert {r["store_id"]: (r["name"], r["currency"], r["timezone"], r["prices_include_tax"]) for r in rows} == known
    return known


def test_run_again_it_keeps_what_is_not_given(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PURVEYOR_HOME", str(place / "home"))
    first = init("--currency", "GBP", "--timezone", "Europe/London", "--country", "GB", "--prices-with-tax")
    assert (first["currency"], first["timezone"], first["prices_include_tax"]) == ("GBP", "Europe/London", True)
    assert init() == first
    assert init("--name", "The Shop") == first | {"name": "The Shop"}
    assert init("--currency", "USD") == first | {"name": "The Shop", "currency": "USD"}
    other = init("--store", "other")
    assert (other["currency"], other["timezone"]) == ("EUR", "UTC")


def test_a_folder_gets_a_file_and_a_home(place: Path) -> None:
    told = init("myshop", "--store", "007", "--name", 'Müller\'s "Lädchen" #1 🛒: no', *GIVEN)
    shop = place / "myshop"
    assert told["shop_file"] == str(shop / NAME)
    assert told["home"] == str(shop / ".purveyor")
    assert sorted(path.name for path in shop.iterdir()) == [".purveyor", NAME]
    assert stores(shop / ".purveyor") == {"007": ('Müller\'s "Lädchen" #1 🛒: no', "EUR", "Europe/Vienna", True)}


def test_it_says_where_to_go_on(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made = CliRunner().invoke(app, ["init", "my shop", *GIVEN], catch_exceptions=False)
    assert f"next: cd '{place / 'my shop'}', then purveyor import " in made.stdout
    monkeypatch.chdir(place / "my shop")
    assert "next: purveyor import " in CliRunner().invoke(app, ["init"], catch_exceptions=False).stdout


def test_below_the_folder_commands_use_its_home_and_files_stores(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    init("myshop", *GIVEN)
    monkeypatch.chdir(place / "myshop")
    assert init()["changed"] == []
    file = place / "myshop" / NAME
    text = file.read_text(encoding="utf-8")
    file.write_text(
        text.replace("prices_include_tax: true", "prices_include_tax: false", 1)
        .replace("#  second-store:", "  uk:")
        .replace("#    name: Second store", "    name: UK")
        .replace("#    currency: GBP", "    currency: GBP")
        .replace("#    timezone: Europe/London", "    timezone: Europe/London"),
        encoding="utf-8",
    )
    assert init()["changed"] == ["main", "uk"]
    assert stores(place / "myshop" / ".purveyor") == {
        "main": ("main", "EUR", "Europe/Vienna", False),
        "uk": ("UK", "GBP", "Europe/London", None),
    }
    assert init()["changed"] == []
    monkeypatch.chdir(place)
    assert init("myshop")["changed"] == [], "named again from outside it is only looked at"


def test_where_the_file_lists_stores_options_are_refused(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    init("myshop", *GIVEN)
    assert "edit it" in complaint("myshop", "--currency", "USD")
    monkeypatch.chdir(place / "myshop")
    assert "edit it" in complaint("--store", "other")
    (place / "myshop" / NAME).write_text("timezone: UTC\n", encoding="utf-8")
    assert init("--store", "other")["store_id"] == "other", "a file that lists none leaves them to the command"


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ((), "give --currency, --timezone, --prices-with-tax or --prices-without-tax"),
        (("--currency", "EUR", "--prices-with-tax"), "give --timezone"),
        ((*GIVEN, "--currency", "XXX"), "'XXX' is no currency"),
        ((*GIVEN, "--timezone", "Vienna"), "'Vienna' is no time zone"),
        ((*GIVEN, "--country", "Austria"), "'Austria' is no country"),
        ((*GIVEN, "--name", "two\nlines"), "is no name"),
        ((*GIVEN, "--store", " "), "is no name"),
    ],
)
def test_without_a_terminal_everything_must_be_given_and_right(place: Path, words: tuple[str, ...], told: str) -> None:
    assert told in complaint("myshop", *words)
    assert not (place / "myshop").exists()


def test_a_home_set_in_the_environment_would_win(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PURVEYOR_HOME", ".purveyor-demo")
    assert "PURVEYOR_HOME is set to .purveyor-demo and would win" in complaint("myshop", *GIVEN)
    assert not (place / "myshop").exists()


def test_the_demos_home_is_left_alone(place: Path) -> None:
    home = place / "myshop" / ".purveyor"
    home.mkdir(parents=True)
    (home / "purveyor-demo").touch()
    assert "belongs to the demo" in complaint("myshop", *GIVEN)
    assert [path.name for path in home.iterdir()] == ["purveyor-demo"]
    home.rename(place / "demo")
    (place / "myshop" / NAME).write_text("home: ../demo\nstores:\n  a: {currency: EUR, timezone: UTC}\n")
    assert "belongs to the demo" in complaint("myshop")


def test_a_folder_the_lake_cannot_lie_in_gets_no_file(place: Path) -> None:
    assert "cannot take" in complaint("my[shop]", *GIVEN)
    assert not (place / "my[shop]" / NAME).exists()


def test_with_its_comments_removed_the_file_is_complete_and_valid(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is commented out is what a person would uncomment: every section and setting, right as it stands."""
    text = shop_file_text("my shop", "web", {"name": "Web", "currency": "EUR", "timezone": "Europe/Vienna"})
    prose = re.compile(r"#( \S.*)?")
    lines = [line for line in text.splitlines() if not prose.fullmatch(line)]
    file = place / NAME
    file.write_text("\n".join(line.removeprefix("#") for line in lines), encoding="utf-8")

    written = read_shop_file(file)
    assert written.keys() == SECTIONS.keys()
    for name, shape in SECTIONS.items():
        if shape.keys:
            assert written[name].entries().keys() == set(shape.keys), name
    described = written["stores"].entries()["second-store"].entries().keys()
    assert described == set(SECTIONS["stores"].fields)

    settings = Settings.load()
    assert (settings.records_url, settings.home) == ("postgresql://db.shop.example/purveyor", place / ".purveyor")
    assert [store.store_id for store in listed_stores(settings)] == ["web", "second-store"]
    assert {channel.role for channel in alert_settings(settings).channels} == {"operator", "merchandiser", "marketer"}
    plan = backup_plan(settings)
    assert plan is not None
    assert plan.keep_days == 14

    # And the defaults that the file shows are the defaults.
    shown = yaml.safe_load(file.read_text(encoding="utf-8"))
    untouched = Settings(home=place)
    assert shown["retention"] == {"history": untouched.history_days, "files": untouched.files_days}
    for name in ("engine", "memory_limit", "spark_url"):
        assert shown["settings"][name] == getattr(untouched, name)


def test_the_schedule_it_shows_is_that_of_the_jobs(place: Path) -> None:
    from purveyor.all_jobs import JOBS
    from warehouse.jobs.schedule import schedules

    text = shop_file_text("my shop", "web", {"name": "Web", "currency": "EUR", "timezone": "Europe/Vienna"})
    _, _, rest = text.partition("#schedule:\n")
    shown = [line.removeprefix("#") for line in rest.partition("\n\n")[0].splitlines()]
    file = place / NAME
    file.write_text("schedule:\n" + "\n".join(shown), encoding="utf-8")
    found = schedules(Settings.load(), JOBS)
    assert [(s.job.name, s.cron) for s in found] == [(job.name, job.cron) for job in JOBS]
    assert len(shown) == len(JOBS) > 0


def test_on_a_terminal_it_asks_and_offers_what_the_machine_suggests(place: Path) -> None:
    """A real terminal: a wrong answer is asked again, an empty one takes the default."""
    driver, terminal = pty.openpty()
    environment = {k: v for k, v in os.environ.items() if not k.startswith("PURVEYOR_")} | {"TZ": "Europe/Berlin"}
    process = subprocess.Popen(
        [PURVEYOR, "init", "myshop", "--store", "web"],
        stdin=terminal,
        stdout=terminal,
        stderr=terminal,
        cwd=place,
        env=environment,
    )
    os.close(terminal)
    dialogue = (
        ("Its name [web]: ", "Web shop"),
        ("Currency it sells in (ISO 4217, such as EUR) [EUR]: ", "Euro"),
        ("'Euro' is no currency in use", None),
        ("Currency it sells in (ISO 4217, such as EUR) [EUR]: ", ""),
        ("Time zone, which defines its day (such as Europe/Berlin) [Europe/Berlin]: ", "Europe/Vienna"),
        ("Country (ISO 3166, such as DE) [DE]: ", "AT"),
        ("Do its prices include tax? [Y/n]: ", ""),
    )
    screen = ""
    try:
        for expected, answer in dialogue:
            while expected not in screen:
                screen += os.read(driver, 4096).decode()
            screen = screen.partition(expected)[2]
            if answer is not None:
                os.write(driver, f"{answer}\n".encode())
        assert process.wait(60) == 0
    finally:
        process.kill()
        process.wait()
        os.close(driver)
    assert stores(place / "myshop" / ".purveyor") == {"web": ("Web shop", "EUR", "Europe/Vienna", True)}


def test_a_store_row_is_a_row_of_the_lake() -> None:
    """Stores in the file, the records and the lake have the same details."""
    assert {column.name for column in STORES.columns} == {"store_id", *SECTIONS["stores"].fields}
