"""Releases: whole or not at all, checked on opening, and back to an older one."""

from __future__ import annotations

import hashlib
import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path

import pytest

from warehouse.artifacts import Artifacts, ReleaseInfo
from warehouse.errors import ConfigError, InputError, NotFound
from warehouse.records import Records

START = datetime(2026, 6, 1, 12, tzinfo=UTC)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return tmp_path / "artifacts"


@pytest.fixture
def artifacts(root: Path, records: Records) -> Artifacts:
    """Artifacts whose clock moves on by a minute each time it is read."""
    minutes = count()
    return Artifacts(root, records, lambda: START + timedelta(minutes=next(minutes)))


def writes(**files: str) -> Callable[[Path], None]:
    """A writer of one file per argument, the last one in a folder of its own."""

    def write(folder: Path) -> None:
        for name, content in files.items():
            (folder / name).mkdir()
            (folder / name / "model.txt").write_text(content)

    return write


def release(artifacts: Artifacts, content: str) -> ReleaseInfo:
    return artifacts.release("model", writes(als=content), metrics={"hit_rate": 0.25}, trained_on={"orders": 3})


def test_a_release_is_current_and_says_what_it_is(artifacts: Artifacts, root: Path) -> None:
    assert artifacts.current("model") is None
    made = artifacts.release(
        "model",
        writes(als="first", popularity="second"),
        metrics={"hit_rate": 0.25, "unknown": float("nan")},
        trained_on={"orders": 3, "products": -1},
    )
    opened = artifacts.open("model")
    assert opened == made == artifacts.current("model")
    assert made.folder == root / "model" / made.version
    assert (made.folder / "als" / "model.txt").read_text() == "first"
    assert made.manifest["trained_on"] == {"orders": 3, "products": -1}
    assert made.manifest["metrics"] == {"hit_rate": 0.25, "unknown": None}
    assert made.manifest["files"] == {
        "als/model.txt": {"sha256": hashlib.sha256(b"first").hexdigest(), "bytes": 5},
        "popularity/model.txt": {"sha256": hashlib.sha256(b"second").hexdigest(), "bytes": 6},
    }
    assert json.loads((made.folder / "manifest.json").read_text()) == made.manifest


def test_versions_sort_by_time(artifacts: Artifacts) -> None:
    versions = [release(artifacts, content).version for content in ("b", "a", "c", "a")]
    assert versions == sorted(set(versions))
    assert [info.version for info in artifacts.history("model")] == versions[::-1]
    assert artifacts.open("model").version == versions[-1]


def test_the_same_at_the_same_moment_is_one_release(root: Path, records: Records) -> None:
    artifacts = Artifacts(root, records, lambda: START)
    first, second = release(artifacts, "same"), release(artifacts, "same")
    assert first == second
    assert len(artifacts.history("model")) == 1
    other = release(artifacts, "other")
    assert artifacts.open("model") == other != first


def test_back_to_an_older_release(artifacts: Artifacts) -> None:
    old, new = release(artifacts, "old"), release(artifacts, "new")
    assert artifacts.make_current("model", old.version) == old
    assert artifacts.open("model") == old
    artifacts.make_current("model", new.version)
    assert artifacts.open("model") == new
    with pytest.raises(NotFound, match="no release 'none' of 'model'"):
        artifacts.make_current("model", "none")


def test_a_damaged_release_is_refused(artifacts: Artifacts) -> None:
    old, new = release(artifacts, "old"), release(artifacts, "new")
    (new.folder / "als" / "model.txt").write_text("nEw")
    with pytest.raises(ConfigError, match=r"als/model\.txt is not as it was released; make another release current"):
        artifacts.open("model")
    (new.folder / "als" / "model.txt").unlink()
    with pytest.raises(NotFound, match=r"lacks its file als/model\.txt"):
        artifacts.open("model")
    artifacts.make_current("model", old.version)
    assert artifacts.open("model") == old
    with pytest.raises(NotFound, match="lacks its file"):  # a way back to a damaged one is no way
        artifacts.make_current("model", new.version)
    assert artifacts.open("model") == old


def test_a_manifest_changed_along_with_its_file_does_not_help(artifacts: Artifacts) -> None:
    made = release(artifacts, "true")
    (made.folder / "als" / "model.txt").write_text("evil")
    manifest = (made.folder / "manifest.json").read_text()
    true, evil = (hashlib.sha256(content).hexdigest() for content in (b"true", b"evil"))
    assert true in manifest
    (made.folder / "manifest.json").write_text(manifest.replace(true, evil))
    with pytest.raises(ConfigError, match="not as it was released"):
        artifacts.open("model")


def test_nothing_released(artifacts: Artifacts) -> None:
    with pytest.raises(NotFound, match="no model has been released yet"):
        artifacts.open("model")


@pytest.mark.parametrize("kind", ["", "..", "../up", "a/b", "A", ".lock", "a\0b", "a" * 99])
def test_kinds_that_cannot_be(artifacts: Artifacts, root: Path, kind: str) -> None:
    with pytest.raises(InputError, match="cannot name a kind"):
        artifacts.release(kind, writes(a="1"), metrics={}, trained_on={})
    assert not root.exists()


def test_a_writer_that_fails_changes_nothing(artifacts: Artifacts, root: Path) -> None:
    old = release(artifacts, "old")

    def fail(folder: Path) -> None:
        (folder / "half.txt").write_text("half")
        raise RuntimeError("half-way")

    with pytest.raises(RuntimeError, match="half-way"):
        artifacts.release("model", fail, metrics={}, trained_on={})
    assert artifacts.open("model") == old
    assert {path.name for path in (root / "model").iterdir()} == {".lock", old.version}


def link(folder: Path) -> None:
    (folder / "passwords").symlink_to("/etc/passwd")


def own_manifest(folder: Path) -> None:
    (folder / "manifest.json").write_text("{}")


@pytest.mark.parametrize("write", [writes(), link, own_manifest])
def test_what_no_artifact_may_hold(artifacts: Artifacts, write: Callable[[Path], None]) -> None:
    with pytest.raises(ValueError, match="needs files of its own"):
        artifacts.release("model", write, metrics={}, trained_on={})
    assert artifacts.current("model") is None


def test_a_release_need_not_be_current(artifacts: Artifacts) -> None:
    old = release(artifacts, "old")
    new = artifacts.release("model", writes(als="new"), metrics={}, trained_on={}, current=False)
    assert artifacts.open("model") == old
    assert artifacts.history("model") == [new, old]
    assert artifacts.make_current("model", new.version) == new


def test_old_releases_are_put_away(artifacts: Artifacts, root: Path) -> None:
    made = [release(artifacts, str(number)) for number in range(6)]
    artifacts.make_current("model", made[1].version)
    (root / "model" / "20200101T000000.000000Z-dead").mkdir()  # of a removal that was killed
    assert artifacts.prune("model", keep=3) == [made[2].version, made[0].version]
    assert [info.version for info in artifacts.history("model")] == [made[n].version for n in (5, 4, 3, 1)]
    assert sorted(path.name for path in (root / "model").iterdir() if path.is_dir()) == [
        made[n].version for n in (1, 3, 4, 5)
    ]
    assert artifacts.open("model") == made[1]
    assert artifacts.prune("model", keep=3) == []


KILLED = """
import os, signal, sys
from pathlib import Path
from warehouse.artifacts import Artifacts
from warehouse.clock import utc_now
from warehouse.records import Records

url, root, moment = sys.argv[1:]

def die(*_: object) -> None:
    os.kill(os.getpid(), signal.SIGKILL)

def write(folder: Path) -> None:
    (folder / "one.txt").write_text("one")
    if moment == "writing":
        die()
    (folder / "two.txt").write_text("two")

records = Records.open(url)
if moment == "recording":  # the folder is in its place, its row not yet
    records.transaction = die
Artifacts(Path(root), records, utc_now).release("model", write, metrics={}, trained_on={})
"""


@pytest.mark.parametrize("moment", ["writing", "recording"])
def test_a_killed_release_leaves_the_former_one_current(
    artifacts: Artifacts, records_url: str, root: Path, moment: str
) -> None:
    old = release(artifacts, "old")
    killed = subprocess.run(
        [sys.executable, "-c", KILLED, records_url, str(root), moment],
        cwd=Path(__file__).parents[2],
        capture_output=True,
        timeout=120,
        check=False,
    )
    assert killed.returncode == -signal.SIGKILL, killed.stderr
    assert artifacts.open("model") == old
    assert len(list((root / "model").glob(".unfinished-*"))) == (moment == "writing")
    new = release(artifacts, "new")  # and the next one is not in its way
    assert artifacts.open("model") == new
    assert list((root / "model").glob(".unfinished-*")) == []
    assert len(artifacts.history("model")) == 2


def test_releases_at_once_are_all_whole(artifacts: Artifacts) -> None:
    with ThreadPoolExecutor(4) as threads:
        made = list(threads.map(lambda number: release(artifacts, str(number)), range(8)))
    assert {info.version for info in artifacts.history("model")} == {info.version for info in made}
    assert artifacts.open("model") == max(made, key=lambda info: info.version)
    for info in made:
        artifacts.make_current("model", info.version)
        assert artifacts.open("model") == info


def test_the_home_may_move(artifacts: Artifacts, root: Path, records: Records) -> None:
    made = release(artifacts, "content")
    os.rename(root, root.with_name("moved"))  # noqa: PTH104
    moved = Artifacts(root.with_name("moved"), records, lambda: START)
    assert moved.open("model").version == made.version
