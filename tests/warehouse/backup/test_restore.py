"""Restoring backups: elsewhere, into another engine, from another version; and what is refused before it begins."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from sqlalchemy import text

from tests.conftest import FixedClock
from tests.warehouse.backup.conftest import bytes_of, erased_in, event, everything, rows
from tests.warehouse.test_upgrade import write_old_event, write_old_records
from warehouse.backup.erasures import add_erasures, read_erasures, write_erasures
from warehouse.backup.making import Made, make_backup
from warehouse.backup.manifest import NAME, KeptFile, KeptTable, Manifest, read_manifest, write_manifest
from warehouse.backup.restoring import restore
from warehouse.durable import sha256_of
from warehouse.erasure import purge_erased
from warehouse.errors import ConfigError, InputError, PurveyorError
from warehouse.house import Warehouse
from warehouse.records.audit import list_entries
from warehouse.settings import Settings
from warehouse.stores import open_store
from warehouse.tables import EVENTS, PRODUCTS

BackUp = Callable[..., Made]


def without_audit(found: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in found.items() if name != "audit_entries"}


def test_from_engine_to_engine(
    furnished_home: Path, database: Callable[[str], str | None], tmp_path: Path, clock: FixedClock
) -> None:
    """A house moves from SQLite to PostgreSQL, on to another server, back, and to another folder: it stays the same."""
    shutil.copytree(furnished_home, tmp_path / "0")
    here = Settings(home=tmp_path / "0")
    for step, engine in enumerate(["postgresql", "postgresql", "sqlite", "sqlite"], start=1):
        with Warehouse.open(here, clock=clock) as house:
            house.erase(f"C{step}")
            made = make_backup(house, tmp_path / f"backups-{step}")
            expected = everything(house)
        shutil.rmtree(here.home)
        here = Settings(home=tmp_path / str(step), records_url=database(engine))
        restored = restore(made.folder, here, clock=clock)
        assert sum(restored.erasures.values()) == 0
        with Warehouse.open(here, clock=clock) as house:
            assert without_audit(everything(house)) == without_audit(expected), step
            assert (house.artifacts.open("words").folder / "model.json").read_text() == "{}"
            with house.records.transaction() as tx:
                assert [entry.action for entry in list_entries(tx)] == ["restore", "erase"] * step
            assert house.lake.merge(PRODUCTS, rows(PRODUCTS, {"sku": f"new-{step}", "title": "New"})).inserted == 1


def test_sources_know_what_they_last_listed(back_up: BackUp, furnished: Warehouse, elsewhere: Settings) -> None:
    furnished.settings.listings.mkdir()
    (furnished.settings.listings / "erp.parquet").write_bytes(b"skus")
    restore(back_up().folder, elsewhere)
    assert (elsewhere.listings / "erp.parquet").read_bytes() == b"skus"


def test_saved_test_pages_of_shops_come_back(back_up: BackUp, furnished: Warehouse, elsewhere: Settings) -> None:
    folder = furnished.settings.corrections / "example.com"
    folder.mkdir(parents=True)
    (folder / "abc.json").write_bytes(b"{}")
    (folder / ".abc.json.half").write_bytes(b"{")
    restore(back_up().folder, elsewhere)
    assert [path.name for path in (elsewhere.corrections / "example.com").iterdir()] == ["abc.json"]


def test_what_was_true_before_stays_readable(back_up: BackUp, furnished: Warehouse, elsewhere: Settings) -> None:
    moment = datetime.now(UTC)
    furnished.lake.merge(PRODUCTS, rows(PRODUCTS, {"sku": "sku-1", "title": "Later tea"}))
    furnished.lake.compact(EVENTS)
    restore(back_up().folder, elsewhere)
    with Warehouse.open(elsewhere) as house:
        asked = "select title from products where sku = 'sku-1'"
        assert house.session().query(asked).to_pylist() == [{"title": "Later tea"}]
        assert house.session(as_of=moment).query(asked).to_pylist() == [{"title": "Better tea"}]


def test_a_cut_log_restores(back_up: BackUp, furnished: Warehouse, elsewhere: Settings) -> None:
    for n in range(3):
        furnished.lake.append(EVENTS, rows(EVENTS, event(f"more-{n}")))
    furnished.lake.forget(EVENTS)  # its log begins with a checkpoint from here on
    furnished.lake.append(EVENTS, rows(EVENTS, event("last")))
    restore(back_up().folder, elsewhere)
    with Warehouse.open(elsewhere) as house:
        assert house.session().query("select count(*) as n from events").to_pylist() == [{"n": 9}]
        house.lake.append(EVENTS, rows(EVENTS, event("after")))
        assert house.session().query("select count(*) as n from events").to_pylist() == [{"n": 10}]


def test_customers_erased_after_the_backup_stay_erased(
    back_up: BackUp, furnished: Warehouse, elsewhere: Settings, backups: Path, tmp_path: Path, clock: FixedClock
) -> None:
    """One is in the list beside the backups, another only in a list that was handed over; then both are purged."""
    made = back_up()
    furnished.erase("C0")
    back_up()
    write_erasures(tmp_path / "list.jsonl", {"C1": clock()})
    restored = restore(made.folder, elsewhere, erased={"list": read_erasures(tmp_path / "list.jsonl")}, clock=clock)
    assert restored.erasures == {"the backup": 0, str(backups / "tombstones.jsonl"): 1, "list": 1}
    with Warehouse.open(elsewhere, clock=clock) as house:
        assert erased_in(house.records) == {"C0", "C1"}
        left = house.session().query("select customer_id from customers").to_pylist()
        assert left == [{"customer_id": "C2"}]
        with house.records.reading() as tx:
            assert tx.connection().execute(text("select customer_id from consents")).scalars().all() == ["C2"]
        purge_erased(house, at_once=True)
    found = bytes_of(elsewhere.home)
    assert b"person2@mail.example" in found
    for gone in (b"person0@mail.example", b"person1@mail.example", b"+43660123450", b"+43660123451"):
        assert gone not in found


def test_a_purge_during_the_backup_is_done_again(
    back_up: BackUp, furnished: Warehouse, elsewhere: Settings, clock: FixedClock
) -> None:
    for name, at in (("C0", clock() - timedelta(days=9)), ("C1", clock() + timedelta(minutes=1))):
        furnished.erase(name)
        with furnished.records.transaction() as tx:
            tx.connection().execute(
                text("update tombstones set purged_at = :at where customer_id = :id"),
                {"at": at.replace(tzinfo=None).isoformat(" ") + ".000000", "id": name},
            )
    restore(back_up().folder, elsewhere, clock=clock)
    with Warehouse.open(elsewhere) as house, house.records.reading() as tx:
        purged = tx.connection().execute(text("select customer_id from tombstones where purged_at is not null"))
        assert purged.scalars().all() == ["C0"]


def test_the_shop_file_comes_back_beside_what_is_there(
    furnished: Warehouse, elsewhere: Settings, tmp_path: Path
) -> None:
    file = tmp_path / "purveyor.yaml"
    file.write_text("timezone: Europe/Vienna\n")
    furnished.settings.shop_file = file
    restored = restore(make_backup(furnished, tmp_path / "backups").folder, elsewhere)
    assert restored.shop_file == elsewhere.home / "purveyor.yaml.restored"
    assert restored.shop_file.read_text() == "timezone: Europe/Vienna\n"


def test_a_home_that_was_just_made_can_be_restored_into(back_up: BackUp, elsewhere: Settings) -> None:
    made = back_up()
    with Warehouse.open(elsewhere) as house:
        open_store(house, "other", currency="USD")
    restore(made.folder, elsewhere)
    with Warehouse.open(elsewhere) as house:
        assert house.session().query("select store_id from stores").to_pylist() == [{"store_id": "main"}]


def untouched(settings: Settings) -> None:
    assert not settings.home.exists()


@hypothesis_settings(max_examples=30, deadline=None)
@given(damage=st.sampled_from(["truncate", "flip", "remove"]), data=st.data())
def test_damage_anywhere_is_found_and_named(
    damage: str, data: st.DataObject, tmp_path_factory: pytest.TempPathFactory, kept: Path
) -> None:
    folder = tmp_path_factory.mktemp("damaged") / kept.name
    shutil.copytree(kept, folder)
    files = sorted(path for path in folder.rglob("*") if path.is_file() and path.stat().st_size)
    file = data.draw(st.sampled_from(files))
    content = file.read_bytes()
    at = data.draw(st.integers(0, len(content) - 1))
    if damage == "truncate":
        file.write_bytes(content[:at])
    elif damage == "flip":
        file.write_bytes(content[:at] + bytes([content[at] ^ 1 << data.draw(st.integers(0, 7))]) + content[at + 1 :])
    else:
        file.unlink()
    target = Settings(home=folder.parent / "home")
    if damage == "truncate" and file.name == NAME and content[at:].isspace():
        return  # white space at its end says nothing
    with pytest.raises(PurveyorError) as caught:
        restore(folder, target)
    assert str(file if file.name != NAME else folder) in str(caught.value)
    assert "\n" not in str(caught.value)
    untouched(target)


@pytest.fixture(scope="module")
def kept(furnished_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A backup that must not be changed."""
    home = tmp_path_factory.mktemp("kept") / "home"
    shutil.copytree(furnished_home, home)
    with Warehouse.open(Settings(home=home)) as house:
        return make_backup(house, home.parent / "backups").folder


def forged(kept: Path, folder: Path, **changes: Any) -> Path:
    """A copy of a backup whose manifest says something else, with a hash that fits."""
    shutil.copytree(kept, folder)
    write_manifest(folder, Manifest.model_construct(**(dict(read_manifest(kept)) | changes)))
    return folder


@pytest.mark.parametrize(
    ("changes", "complaint"),
    [
        ({"format": 2}, r"newer Purveyor \(backup format 2, this one knows 1\); upgrade"),
        ({"lake_format": 99}, r"newer Purveyor \(.*lake format 99, this one knows \d+\); upgrade"),
        ({"records_revision": "r9999"}, r"newer Purveyor \(.*records revision r9999.*\); upgrade"),
    ],
)
def test_a_backup_of_a_newer_version(
    kept: Path, tmp_path: Path, elsewhere: Settings, changes: dict[str, Any], complaint: str
) -> None:
    with pytest.raises(ConfigError, match=complaint):
        restore(forged(kept, tmp_path / "newer", **changes), elsewhere)
    untouched(elsewhere)


@pytest.mark.parametrize(
    "name", ["../outside", "/etc/passwd", "lake/../../outside", "a\\b", ".", "manifest.json", "a//b"]
)
def test_a_manifest_that_points_elsewhere(kept: Path, tmp_path: Path, elsewhere: Settings, name: str) -> None:
    file = next(iter(read_manifest(kept).files.values()))
    (tmp_path / "outside").write_text("not of the backup")
    with pytest.raises(InputError, match="does not lie in the backup"):
        restore(forged(kept, tmp_path / "b" / "forged", files={name: file}), elsewhere)
    untouched(elsewhere)


def test_a_manifest_that_counts_wrong(kept: Path, tmp_path: Path, elsewhere: Settings) -> None:
    tables = dict(read_manifest(kept).tables)
    tables["orders"] = tables["orders"].model_copy(update={"rows": 13})
    with pytest.raises(PurveyorError, match="table orders of the backup is not what its manifest says"):
        restore(forged(kept, tmp_path / "forged", tables=tables), elsewhere)
    assert not (elsewhere.home / "records.db").exists()
    assert not elsewhere.lake.exists()


@pytest.mark.parametrize("content", ["", "{", "[]", '{"manifest": {}}', '{"manifest": {"format": "x"}}', "[" * 100_000])
def test_a_manifest_that_is_none(tmp_path: Path, elsewhere: Settings, content: str) -> None:
    (tmp_path / NAME).write_text(content)
    with pytest.raises(InputError, match=r"manifest.json is damaged"):
        restore(tmp_path, elsewhere)
    untouched(elsewhere)


def test_folders_that_are_no_backup(back_up: BackUp, backups: Path, elsewhere: Settings, tmp_path: Path) -> None:
    back_up()
    for folder in (backups, tmp_path / "nothing"):
        with pytest.raises(InputError, match=r"is no backup, or one that was never finished"):
            restore(folder, elsewhere)
    untouched(elsewhere)


def test_a_home_that_is_not_empty(
    back_up: BackUp, furnished: Warehouse, elsewhere: Settings, clock: FixedClock
) -> None:
    made, before = back_up(), everything(furnished)
    with pytest.raises(InputError, match=r"home is not empty: its lake holds .*--to"):
        restore(made.folder, furnished.settings)
    assert everything(furnished) == before
    with Warehouse.open(elsewhere, clock=clock) as house:
        house.erase("C1")
    with pytest.raises(InputError, match=r"the records in .* are not empty: they hold audit_entries, tombstones"):
        restore(made.folder, elsewhere)
    elsewhere.home.rename(elsewhere.home.with_name("aside"))
    elsewhere.home.mkdir()
    (elsewhere.home / "thesis.txt").write_text("mine")
    with pytest.raises(InputError, match=r"holds thesis\.txt and is no home of Purveyor"):
        restore(made.folder, elsewhere)
    assert [path.name for path in elsewhere.home.iterdir()] == ["thesis.txt"]


def test_a_list_of_erasures_that_is_damaged_stops_the_restore(
    back_up: BackUp, backups: Path, elsewhere: Settings
) -> None:
    made = back_up()
    add_erasures(backups / "tombstones.jsonl", {"C1": datetime.now(UTC)})
    damaged = (backups / "tombstones.jsonl").read_bytes()
    (backups / "tombstones.jsonl").write_bytes(b"?" + damaged)
    with pytest.raises(InputError, match=r"tombstones.jsonl, line 1: .*correct that line"):
        restore(made.folder, elsewhere)
    untouched(elsewhere)


def test_a_backup_of_the_version_before(back_up: BackUp, elsewhere: Settings) -> None:
    """Records of the first revision, and a lake table that had fewer columns then: both go forward."""
    made = back_up()
    (made.folder / "records.db").unlink()
    write_old_records(made.folder / "records.db")
    shutil.rmtree(made.folder / "lake" / "events")
    write_old_event(made.folder / "lake")
    whole = resigned(made.folder, records_revision="r0001")
    assert whole.tables["events"].rows == 1
    restore(made.folder, elsewhere)
    with Warehouse.open(elsewhere) as house:
        assert erased_in(house.records) == {"C1"}
        asked = "select event_id, customer_id, received_at from events order by 1"
        (found,) = house.session().query(asked).to_pylist()
        assert (found["event_id"], found["customer_id"]) == ("old", None)
        house.lake.append(EVENTS, rows(EVENTS, event("new")))
        assert house.session().query("select count(*) as n from events").to_pylist() == [{"n": 2}]


def resigned(folder: Path, **changes: Any) -> Manifest:
    """Write the manifest anew for what the folder holds now."""
    files = {
        path.relative_to(folder).as_posix(): KeptFile(sha256=sha256_of(path), bytes=path.stat().st_size)
        for path in folder.rglob("*")
        if path.is_file() and path.name != NAME
    }
    before = read_manifest(folder)
    tables = {**before.tables, "events": KeptTable(version=0, rows=1)}
    manifest = before.model_copy(update={"files": files, "tables": tables, **changes})
    write_manifest(folder, manifest)
    assert json.loads((folder / NAME).read_bytes())["manifest"]["records_revision"] == manifest.records_revision
    return manifest
