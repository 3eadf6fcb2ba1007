"""Opening the records: migrations, concurrent openers and writers, and what is refused. On both engines."""

from __future__ import annotations

import subprocess
import sys
import traceback
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Column, Integer, MetaData, Table, text
from sqlalchemy.exc import DBAPIError

from warehouse.errors import ConfigError
from warehouse.records import PriceRule, Records
from warehouse.records.definitions import get_definition, list_definitions, save_definition
from warehouse.records.models import Model
from warehouse.records.schema import HEAD, MIGRATIONS

NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)


def differences(records: Records, metadata: MetaData) -> list[Any]:
    with records.reading() as tx:
        options = {"compare_type": True, "compare_server_default": True}
        return list(compare_metadata(MigrationContext.configure(tx.connection(), opts=options), metadata))


def test_migrations_make_exactly_what_the_models_say(records: Records) -> None:
    assert differences(records, Model.metadata) == []


def test_the_comparison_would_see_a_difference(records: Records) -> None:
    changed = MetaData(naming_convention=Model.metadata.naming_convention)
    for table in Model.metadata.tables.values():
        table.to_metadata(changed)
    changed.tables["stores"].append_column(Column("extra", Integer()))
    Table("another", changed, Column("id", Integer(), primary_key=True))
    assert {difference[0] for difference in differences(records, changed)} == {"add_table", "add_column"}


def test_the_known_head_is_the_newest_migration() -> None:
    assert ScriptDirectory(MIGRATIONS).get_current_head() == HEAD


def test_opening_again_keeps_everything(records: Records, records_url: str) -> None:
    with records.transaction() as tx:
        save_definition(tx, PriceRule, "shop", {"start": "https://shop.example/"}, at=NOW)
    again = Records.open(records_url)
    with again.reading() as tx:
        assert get_definition(tx, PriceRule, "shop").definition == {"start": "https://shop.example/"}
    again.close()


def test_a_newer_database_is_refused(records: Records, records_url: str) -> None:
    with records.transaction() as tx:
        tx.execute(text("update alembic_version set version_num = 'r9999'"))
    with pytest.raises(ConfigError, match=r"revision r9999.*upgrade Purveyor"):
        Records.open(records_url)


def test_a_migration_that_fails_leaves_nothing(records_url: str, execute: Callable[[str], None]) -> None:
    execute("create table tombstones (other integer)")
    with pytest.raises(ConfigError, match="tombstones"):
        Records.open(records_url)
    execute("drop table tombstones")
    opened = Records.open(records_url)
    assert differences(opened, Model.metadata) == []
    opened.close()


WRITER = """
import sys
from datetime import UTC, datetime
from warehouse.records import PriceRule, Records
from warehouse.records.definitions import save_definition

url, name, count = sys.argv[1], sys.argv[2], int(sys.argv[3])
print("ready", flush=True)
sys.stdin.readline()
records = Records.open(url)
for i in range(count):
    with records.transaction() as tx:
        save_definition(tx, PriceRule, "shared", {"by": name, "turn": i}, at=datetime.now(UTC))
records.close()
"""


def test_processes_that_open_and_write_at_once_lose_nothing(records_url: str) -> None:
    """An empty database: three processes migrate it at the same moment, then number versions against each other."""
    writers, turns = 3, 15
    processes = [
        subprocess.Popen(
            [sys.executable, "-c", WRITER, records_url, str(writer), str(turns)],
            cwd=Path(__file__).parents[2],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for writer in range(writers)
    ]
    for process in processes:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
    for process in processes:
        assert process.stdin is not None
        process.stdin.write("go\n")
        process.stdin.flush()
    for process in processes:
        _, complaint = process.communicate(timeout=120)
        assert process.returncode == 0, complaint

    records = Records.open(records_url)
    with records.reading() as tx:
        versions = [tx.get(PriceRule, ("shared", number)) for number in range(1, writers * turns + 1)]
        assert [newest.version for newest in list_definitions(tx, PriceRule)] == [writers * turns]
    records.close()
    for writer in range(writers):
        made = [v.definition["turn"] for v in versions if v is not None and v.definition["by"] == str(writer)]
        assert made == list(range(turns))


def test_threads_that_write_at_once_lose_nothing(records: Records) -> None:
    def write(number: int) -> None:
        with records.transaction() as tx:
            save_definition(tx, PriceRule, "shared", {"turn": number}, at=NOW)

    with ThreadPoolExecutor(8) as threads:
        list(threads.map(write, range(40)))
    with records.reading() as tx:
        versions = [tx.get(PriceRule, ("shared", number)) for number in range(1, 41)]
    assert sorted(v.definition["turn"] for v in versions if v is not None) == list(range(40))


def test_an_error_rolls_the_transaction_back(records: Records) -> None:
    with pytest.raises(RuntimeError, match="half-way"), records.transaction() as tx:
        save_definition(tx, PriceRule, "shop", {}, at=NOW)
        raise RuntimeError("half-way")
    with records.reading() as tx:
        assert list_definitions(tx, PriceRule) == []


def test_a_reader_sees_one_moment(records: Records) -> None:
    with records.reading() as reader:
        assert list_definitions(reader, PriceRule) == []
        with records.transaction() as tx:
            save_definition(tx, PriceRule, "shop", {}, at=NOW)
        assert list_definitions(reader, PriceRule) == []
    with records.reading() as reader:
        assert [rule.name for rule in list_definitions(reader, PriceRule)] == ["shop"]


def test_a_reader_cannot_write(records: Records) -> None:
    with pytest.raises((DBAPIError, ConfigError), match=r"read-?only"), records.reading() as tx:
        save_definition(tx, PriceRule, "shop", {}, at=NOW)
    with records.transaction() as tx:  # and the connection it used can write again
        save_definition(tx, PriceRule, "shop", {}, at=NOW)


def test_an_error_tells_no_parameters(records: Records) -> None:
    """Errors are logged with all that led to them; what the statement was about is a customer's."""
    asked = text("select count(*) from nothing where email = :email").bindparams(email="jane@example.com")
    with pytest.raises((DBAPIError, ConfigError), match="nothing") as caught, records.transaction() as tx:
        tx.execute(asked)
    told = "".join(traceback.format_exception(caught.value))
    assert "from nothing where email" in told
    assert "jane@example.com" not in told.replace('email="jane@example.com"', "")


def test_what_was_read_stays_usable(records: Records) -> None:
    with records.transaction() as tx:
        saved = save_definition(tx, PriceRule, "shop", {"a": 1}, at=NOW)
    with records.reading() as tx:
        read = get_definition(tx, PriceRule, "shop")
    assert isinstance(read, PriceRule)
    assert saved.definition == read.definition == {"a": 1}


@pytest.mark.parametrize(
    ("url", "complaint"),
    [
        ("not a url", "not a URL"),
        ("postgresql://user:hunter2@host:port/db", "not a URL"),
        ("mysql://user:hunter2@host/db", "mysql cannot be used"),
        ("sqlite://", "sqlite cannot be used|sqlite:///FILE"),
        ("postgresql://user:hunter2@127.0.0.1:1/db", "the records at .*127.0.0.1.* cannot be used"),
    ],
)
def test_urls_that_cannot_be_opened(url: str, complaint: str) -> None:
    with pytest.raises(ConfigError, match=complaint) as caught:
        Records.open(url)
    assert "hunter2" not in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_writer_that_waits_too_long_is_told_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("warehouse.records.opening.BUSY_SECONDS", 0.1)
    records = Records.open(f"sqlite:///{tmp_path / 'records.db'}")
    with records.transaction() as tx:
        save_definition(tx, PriceRule, "shop", {}, at=NOW)
        with pytest.raises(ConfigError, match="database is locked"), records.transaction() as second:
            save_definition(second, PriceRule, "other", {}, at=NOW)
    records.close()


def test_a_file_that_is_no_database_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "records.db"
    path.write_bytes(b"certainly not a database " * 100)
    with pytest.raises(ConfigError, match="not a database"):
        Records.open(f"sqlite:///{path}")
    assert path.read_bytes().startswith(b"certainly not")
    with pytest.raises(ConfigError, match=r"cannot be used: .*directory"):
        Records.open(f"sqlite:///{path}/below/records.db")
