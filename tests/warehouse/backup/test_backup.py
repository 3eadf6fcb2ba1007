"""Making backups: what one holds, what a second one shares with it, and what is refused."""

from __future__ import annotations

import sqlite3
import stat
from collections.abc import Callable
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest
from filelock import FileLock

from tests.conftest import FixedClock
from tests.warehouse.backup.conftest import NOW, event, order, rows
from warehouse.backup.erasures import read_erasures
from warehouse.backup.making import Made, finished, make_backup
from warehouse.backup.manifest import read_manifest, verify
from warehouse.errors import ConfigError, InputError, LakeError
from warehouse.house import Warehouse
from warehouse.jobs.job import Run
from warehouse.progress import quiet
from warehouse.settings import Settings
from warehouse.tables import EVENTS, ORDERS

BackUp = Callable[..., Made]


def parquet(folder: Path) -> dict[str, int]:
    """The data files of a backup's orders, with their inodes."""
    return {path.name: path.stat().st_ino for path in (folder / "lake" / "orders").rglob("*.parquet")}


def test_it_says_what_it_holds(back_up: BackUp, furnished: Warehouse) -> None:
    made = back_up()
    manifest = read_manifest(made.folder)
    verify(made.folder, manifest)
    assert manifest == made.manifest
    assert manifest.made_at == furnished.clock()
    assert {name: kept.rows for name, kept in manifest.tables.items()} == {
        "stores": 1, "products": 4, "orders": 12, "customers": 3, "events": 5,
    }  # fmt: skip
    assert manifest.tables["products"].version == furnished.session().versions["products"] == 2
    assert manifest.records["consents"] == 3
    on_disk = {path.relative_to(made.folder).as_posix() for path in made.folder.rglob("*") if path.is_file()}
    assert on_disk == {*manifest.files, "manifest.json"}


def test_nobody_else_may_read_it(back_up: BackUp, backups: Path) -> None:
    made = back_up()
    assert {stat.S_IMODE(path.stat().st_mode) for path in backups.glob("tombstones.jsonl")} == {0o600}
    for path in (made.folder, *made.folder.rglob("*")):
        assert stat.S_IMODE(path.stat().st_mode) == (0o700 if path.is_dir() else 0o600), path


def test_what_the_home_works_with_is_left_out(back_up: BackUp, furnished: Warehouse) -> None:
    for name in ("landing", "rejects", "exports", "logs", "scratch"):
        (furnished.settings.home / name).mkdir(exist_ok=True)
        (furnished.settings.home / name / "orders.csv").write_text("person1@mail.example")
    assert not [name for name in back_up().manifest.files if name.endswith(".csv")]


def test_training_runs_are_kept(back_up: BackUp, furnished: Warehouse) -> None:
    with closing(sqlite3.connect(furnished.settings.home / "mlflow.db")) as runs, runs:
        runs.execute("create table runs as select 'a' as name")
    with closing(sqlite3.connect(back_up().folder / "mlflow.db")) as copy:
        assert copy.execute("select name from runs").fetchall() == [("a",)]


def test_a_second_one_shares_what_did_not_change(back_up: BackUp, furnished: Warehouse) -> None:
    first = back_up()
    furnished.lake.append(ORDERS, rows(ORDERS, order(20)))
    second = back_up()
    old, new = parquet(first.folder), parquet(second.folder)
    assert {name: inode for name, inode in new.items() if name in old} == old
    assert len(new) == len(old) + 1
    assert second.new_bytes < first.new_bytes
    verify(first.folder, read_manifest(first.folder))
    verify(second.folder, second.manifest)


def test_rot_in_a_backup_does_not_spread_to_the_next(back_up: BackUp) -> None:
    first = back_up()
    name, inode = min(parquet(first.folder).items())
    (rotten,) = first.folder.rglob(name)
    rotten.write_bytes(rotten.read_bytes()[:-1] + b"?")
    second = back_up()
    assert parquet(second.folder)[name] != inode
    verify(second.folder, second.manifest)


def test_deleted_rows_do_not_stand_in_the_copy_of_the_records(back_up: BackUp, furnished: Warehouse) -> None:
    with furnished.records.transaction() as tx:
        tx.connection().exec_driver_sql("delete from consents")
    secret = b"email"  # the channel, which stands in no other table
    assert (
        secret
        in (furnished.settings.home / "records.db").read_bytes()
        + (furnished.settings.home / "records.db-wal").read_bytes()
    )
    assert secret not in (back_up().folder / "records.db").read_bytes()


def test_files_that_vanish_meanwhile(back_up: BackUp, furnished: Warehouse) -> None:
    """Between the choice of versions and the copy, a purge takes the files of the chosen version away."""

    def purge(stage: str, done: int, total: int | None) -> None:
        if stage == "copying the lake" and done == 0:
            furnished.lake.delete(EVENTS, "event_id = 'e0'")
            furnished.lake.forget(EVENTS)

    made = back_up(progress=purge)
    assert made.manifest.tables["events"].rows == 4
    verify(made.folder, made.manifest)


def test_a_model_replaced_meanwhile(back_up: BackUp, furnished: Warehouse) -> None:
    """After the records were read, a purge replaces the release they name."""
    folder = furnished.settings.artifacts
    seen = []

    def replace(stage: str, done: int, total: int | None) -> None:
        seen.append(stage)
        if stage == "copying artifacts" and seen.count(stage) == 1:
            (old,) = (path for path in (folder / "words").iterdir() if path.name[0] != ".")
            with furnished.records.transaction() as tx:
                tx.connection().exec_driver_sql("delete from releases")
            for path in old.iterdir():
                path.unlink()
            old.rmdir()
            furnished.artifacts.release(
                "words", lambda new: (new / "model.json").write_text("[]") and None, metrics={}, trained_on={}
            )

    made = back_up(progress=replace)
    assert seen.count("copying artifacts") == 2
    assert [name for name in made.manifest.files if name.endswith("model.json")]


def test_an_erasure_that_comes_in_meanwhile(back_up: BackUp, furnished: Warehouse) -> None:
    def erase(stage: str, done: int, total: int | None) -> None:
        if stage == "bringing it to the disk":
            return
        if stage == "copying the lake" and done == 0:
            furnished.erase("C1")

    made = back_up(progress=erase)
    assert read_erasures(made.folder / "tombstones.jsonl") == {"C1": furnished.clock()}
    assert made.manifest.records["tombstones"] == 0  # the records had been read


def test_old_ones_go_once_the_new_one_is_whole(back_up: BackUp, backups: Path, clock: FixedClock) -> None:
    first, second = back_up(), back_up()
    clock.forward(days=9)
    third = back_up(keep_days=10)
    assert third.removed == ()
    clock.forward(days=2)
    fourth = back_up(keep_days=10)
    assert fourth.removed == (first.folder.name, second.folder.name)
    assert finished(backups) == [third.folder, fourth.folder]
    verify(third.folder, third.manifest)
    clock.forward(days=100)
    last = back_up(keep_days=1)
    assert finished(backups) == [last.folder]


def test_none_goes_where_the_new_one_fails(
    back_up: BackUp, backups: Path, clock: FixedClock, furnished: Warehouse
) -> None:
    first = back_up()
    broken = next((furnished.settings.lake / "orders").rglob("*.parquet"))
    broken.write_bytes(b"PAR1 no more PAR1")
    clock.forward(days=100)
    with pytest.raises(LakeError, match="table orders"):
        back_up(keep_days=1)
    assert [path for path in backups.iterdir() if path.is_dir()] == [first.folder]


def test_what_a_killed_one_left_goes(back_up: BackUp, backups: Path) -> None:
    (backups / ".unfinished-20260101T000000.000000Z" / "lake").mkdir(parents=True)
    made = back_up()
    assert [path for path in backups.iterdir() if path.is_dir()] == [made.folder]


@pytest.mark.parametrize("below", ["", "backups", "lake/backups"])
def test_a_folder_in_the_home_is_refused(furnished: Warehouse, tmp_path: Path, below: str) -> None:
    with pytest.raises(InputError, match="lies in the home folder"):
        make_backup(furnished, furnished.settings.home / below)
    link = tmp_path / "link"
    link.symlink_to(furnished.settings.home)
    with pytest.raises(InputError, match="lies in the home folder"):
        make_backup(furnished, link / below)
    assert not (furnished.settings.home / "backups").exists()


def test_other_folders_that_are_refused(furnished: Warehouse, back_up: BackUp, backups: Path, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="cannot be made"):
        make_backup(furnished, tmp_path / "not" / "there")
    with pytest.raises(InputError, match="holds %"):
        make_backup(furnished, tmp_path / "100%")
    (tmp_path / "file").write_text("")
    with pytest.raises(InputError, match="cannot be made"):
        make_backup(furnished, tmp_path / "file")
    back_up()
    with (
        Warehouse.open(Settings(home=tmp_path / "another")) as another,
        pytest.raises(InputError, match=r"holds backups of the house in .*home, this one is in .*another"),
    ):
        make_backup(another, backups)
    assert len(finished(backups)) == 1


def test_one_at_a_time(back_up: BackUp, backups: Path) -> None:
    backups.mkdir()
    with FileLock(backups / ".lock"), pytest.raises(InputError, match="another backup is being made"):
        back_up()


def test_a_disk_that_is_full(back_up: BackUp, backups: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(path: Path, *_: object) -> None:
        raise OSError(28, "No space left on device", str(path))

    monkeypatch.setattr("warehouse.backup.files.copy_file", full)
    with pytest.raises(ConfigError, match=r"No space left on device; nothing of it was kept"):
        back_up()
    assert not [path for path in backups.iterdir() if path.is_dir()]


RUN = Run("r1", "backup", "", NOW)


def opened(tmp_path: Path, text: str, clock: FixedClock) -> Warehouse:
    (tmp_path / "purveyor.yaml").write_text(text)
    return Warehouse.open(Settings(home=tmp_path / "home", shop_file=tmp_path / "purveyor.yaml"), clock=clock)


def test_the_job_without_a_folder_says_so(warehouse: Warehouse) -> None:
    from warehouse.backup.job import backup

    assert "no backup folder is configured" in backup(warehouse, RUN, quiet)["said"]


def test_the_job_backs_up_where_the_shop_file_says(tmp_path: Path, clock: FixedClock) -> None:
    from warehouse.backup.job import backup

    with opened(tmp_path, "backup:\n  folder: kept\n  keep_days: 3\n", clock) as warehouse:
        warehouse.lake.append(EVENTS, rows(EVENTS, event("e1")))
        first = backup(warehouse, RUN, quiet)
        clock.forward(days=4)
        second = backup(warehouse, RUN, quiet)
        assert [path.name for path in finished(tmp_path / "kept")] == [Path(second["backup"]).name]
        assert second["removed"] == [Path(first["backup"]).name]
        assert (Path(second["backup"]) / "purveyor.yaml").read_text().startswith("backup:")


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("backup:\n  keep_days: 3\n", r"line 2.*'folder' is missing"),
        ("backup:\n  folder: x\n  keep_days: 0\n", r"line 3, backup.keep_days: 0 days"),
        ("backup:\n  folder: .purveyor\n  keep_days: soon\n", r"line 3.*'soon' is not a number"),
    ],
)
def test_a_section_that_cannot_be_used(tmp_path: Path, clock: FixedClock, text: str, complaint: str) -> None:
    from warehouse.backup.job import backup

    with opened(tmp_path, text, clock) as warehouse, pytest.raises(InputError, match=complaint):
        backup(warehouse, RUN, quiet)


def test_an_erasure_is_noted_beside_the_backups_at_once(
    tmp_path: Path, clock: FixedClock, caplog: pytest.LogCaptureFixture
) -> None:
    beside = tmp_path / "kept" / "tombstones.jsonl"
    with opened(tmp_path, "backup: {folder: kept}\n", clock) as warehouse:
        warehouse.erase("C1")  # the disk is not there: the erasure counts all the same, and the next backup notes it
        assert "not noted beside the backups yet" in caplog.text
        assert "C1" not in caplog.text
        assert not beside.exists()
        make_backup(warehouse, tmp_path / "kept")
        assert read_erasures(beside) == {"C1": clock()}
        clock.forward(hours=1)
        warehouse.erase("C2")
        warehouse.erase("C1")
    assert read_erasures(beside) == {"C1": clock() - timedelta(hours=1), "C2": clock()}
    assert beside.read_bytes().count(b"\n") == 2


def test_a_line_that_a_power_cut_left_half_written(back_up: BackUp, furnished: Warehouse, backups: Path) -> None:
    furnished.erase("C1")
    back_up()
    beside = backups / "tombstones.jsonl"
    whole = beside.read_bytes()
    beside.write_bytes(whole + b'{"customer_id": "C2", "erased')
    furnished.erase("C2")
    assert set(read_erasures(beside)) == {"C1"}
    back_up()
    assert set(read_erasures(beside)) == {"C1", "C2"}
    assert beside.read_bytes().startswith(whole)
    beside.write_bytes(b'{"customer_id": 3}\n' + whole)
    with pytest.raises(InputError, match=r"tombstones.jsonl, line 1: .*correct that line"):
        read_erasures(beside)
