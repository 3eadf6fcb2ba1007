"""The scorer: trained, kept in a folder of text, opened only as it was written, and asked from the command line."""

from __future__ import annotations

import csv
import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from sklearn.metrics import roc_auc_score
from typer.testing import CliRunner

import experiments.matching.training
import purveyor.match
from experiments.matching.figures import calibration_error
from pricing.matching.listing import Listing, Pairs
from pricing.matching.model.scorer import MANIFEST, Scorer
from pricing.matching.model.training import LabelledSet, Trained, linked, train
from tests.pricing.matching.labelled import labelled_set
from warehouse.errors import ConfigError, InputError, NotEnoughData, NotFound

CAMERAS = labelled_set()


@pytest.fixture(scope="module")
def trained() -> Trained:
    return train([CAMERAS])


@pytest.fixture
def folder(trained: Trained, tmp_path: Path) -> Path:
    trained.scorer.save(tmp_path / "model", about={})
    return tmp_path / "model"


def test_products_that_training_did_not_see_are_told_apart(trained: Trained) -> None:
    judged = trained.judged[0]
    assert ((judged.probabilities > 0.5) == judged.labels).mean() > 0.95
    assert calibration_error(judged.probabilities, judged.labels) < 0.05
    assert trained.scorer.drift == 0


def test_a_model_of_several_sets_is_judged_on_sets_that_it_did_not_see() -> None:
    one, two, three = (labelled_set(40, seed=seed) for seed in (3, 4, 5))
    found = train([replace(one, labels=np.random.default_rng(1).permutation(one.labels)), two, three])
    # What a set's own labels teach plays no part in what is said of it: these say nothing.
    assert roc_auc_score(one.labels, found.judged[0].probabilities) > 0.9
    assert found.scorer.drift > 0


def test_a_new_table_is_scored(trained: Trained) -> None:
    other = labelled_set(seed=9)
    scores = trained.scorer.score(other.left, other.right, other.pairs)
    assert ((scores > 0.5) == other.labels).mean() > 0.95
    assert len(trained.scorer.score(other.left, other.right, Pairs.of([]))) == 0


def test_what_is_kept_is_what_was_trained(trained: Trained, folder: Path) -> None:
    opened = Scorer.open(folder)
    assert (opened.version, opened.trained_share) == (trained.scorer.version, trained.scorer.trained_share)
    asked = (CAMERAS.left, CAMERAS.right, CAMERAS.pairs)
    np.testing.assert_array_equal(opened.score(*asked), trained.scorer.score(*asked))


def test_training_again_gives_the_same(trained: Trained) -> None:
    assert train([CAMERAS]).scorer.version == trained.scorer.version


@pytest.mark.parametrize("name", ["first0.txt", "second3.txt", "calibration.json"])
def test_a_changed_or_missing_file_is_named(folder: Path, name: str) -> None:
    text = (folder / name).read_text(encoding="utf-8")
    (folder / name).write_text(text.replace("1", "2", 1), encoding="utf-8")
    with pytest.raises(ConfigError, match=f"{name} is not as it was written"):
        Scorer.open(folder)
    (folder / name).unlink()
    with pytest.raises(ConfigError, match=f"{name} cannot be read"):
        Scorer.open(folder)


def test_a_folder_without_a_model_is_none(folder: Path, tmp_path: Path, trained: Trained) -> None:
    with pytest.raises(NotFound, match="holds no matching model"):
        Scorer.open(tmp_path)
    (folder / MANIFEST).write_text('{"files": []}', encoding="utf-8")
    with pytest.raises(ConfigError, match=r"manifest\.json is not the manifest of a matching model"):
        Scorer.open(folder)
    (tmp_path / "letters.txt").write_text("dear", encoding="utf-8")
    with pytest.raises(InputError, match="holds other files"):
        trained.scorer.save(tmp_path, about={})
    assert (tmp_path / "letters.txt").read_text(encoding="utf-8") == "dear"


def test_a_manifest_cannot_reach_outside_its_folder(folder: Path) -> None:
    manifest = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
    manifest["files"]["../first9.txt"] = "0" * 64
    (folder / MANIFEST).write_text(json.dumps(manifest), encoding="utf-8")
    with pytest.raises(ConfigError, match="names files that no matching model has"):
        Scorer.open(folder)


def test_where_matches_look_unlike_those_it_knows_the_shipped_model_says_that_their_share_is_a_guess(
    tmp_path: Path,
) -> None:
    """One language against another: hardly a word in common."""
    left = [{"id": at, "title": f"wooden garden chair number {'abcdefghij'[at]}"} for at in range(10)]
    right = [{"id": at, "title": f"chaise de jardin en bois {'klmnopqrst'[at]}"} for at in range(10)]
    pairs = [{"ltable_id": a, "rtable_id": b} for a in range(10) for b in range(10)]
    files = [f"--left={write(tmp_path / 'left.csv', left)}", f"--right={write(tmp_path / 'right.csv', right)}"]
    files += [f"--pairs={write(tmp_path / 'pairs.csv', pairs)}", f"--output={tmp_path / 'scored.csv'}"]
    for options, guessed in (([], True), (["--prior", "0.1"], False)):
        result = CliRunner().invoke(purveyor.match.app, ["score", *files, *options], catch_exceptions=False)
        assert ("their share is a guess: give --prior" in result.stdout) == guessed, result.stdout


def test_too_few_labels_say_how_many_are_needed() -> None:
    few = LabelledSet("few", CAMERAS.left, CAMERAS.right, Pairs.of([(0, 0), (1, 0)]), np.array([True, False]))
    with pytest.raises(NotEnoughData, match=r"1 matches and 1 other pairs are labelled; training needs 50 of each"):
        train([few])


def test_what_matches_link_is_one_product() -> None:
    some = [Listing(str(at), "x") for at in range(4)]
    pairs = Pairs.of([(0, 0), (0, 1), (1, 1), (2, 2), (3, 3)])
    left, right = linked(LabelledSet("x", some, some, pairs, np.array([True, True, True, False, True])))
    assert len(set(left[:3]) | set(right[:3])) == 1
    assert left[3] != right[3] and left[4] == right[4]


def test_the_shipped_model_tells_twins_apart() -> None:
    """Without any label: the offer with the same model number and size beats the one that differs in them."""
    left = [Listing("a", "Kopperby X200 memory card 64 GB", price=20.0)]
    right = [
        Listing("x", "kopperby x-200 64gb memory card", price=19.0),
        Listing("y", "kopperby x-200 128gb memory card", price=35.0),
        Listing("z", "Ferrolux garden hose", price=20.0),
    ]
    same, other, nothing = Scorer.open().score(left, right, Pairs.of([(0, 0), (0, 1), (0, 2)]))
    assert same > 0.5 > max(other, nothing)


def write(path: Path, rows: Sequence[dict[str, object]]) -> Path:
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, rows[0].keys())
        writer.writeheader()
        writer.writerows(rows)
    return path


def read(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


@pytest.fixture
def files(tmp_path: Path) -> list[str]:
    """The cameras as --left, --right and --pairs."""
    sides = {"left": CAMERAS.left, "right": CAMERAS.right}
    rows = [
        {"ltable_id": CAMERAS.left[a].id, "rtable_id": CAMERAS.right[b].id, "label": int(label)}
        for a, b, label in zip(CAMERAS.pairs.left, CAMERAS.pairs.right, CAMERAS.labels, strict=True)
    ]
    arguments = ["--pairs", str(write(tmp_path / "pairs.csv", rows))]
    for side, listings in sides.items():
        path = write(tmp_path / f"{side}.csv", [{"id": x.id, "title": x.title, "price": x.price} for x in listings])
        arguments += [f"--{side}", str(path)]
    return arguments


def test_train_and_score_from_the_command_line(
    files: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    logged: dict[str, Any] = {}
    monkeypatch.setattr(experiments.matching.training, "log_run", lambda *place, **run: logged.update(run) or "run-1")
    monkeypatch.setenv("PURVEYOR_HOME", str(tmp_path / "home"))
    model, output = tmp_path / "model", tmp_path / "scored.csv"

    def run(*arguments: str) -> dict[str, object]:
        result = CliRunner().invoke(purveyor.match.app, [*arguments, "--json"], catch_exceptions=False)
        assert result.exit_code == 0, result.output
        return dict(json.loads(result.stdout))

    said = run("train", *files, "--model", str(model))
    assert said["version"] == json.loads((model / MANIFEST).read_text(encoding="utf-8"))["version"]
    assert said["run_id"] == "run-1"
    assert logged["metrics"]["pairs_f1"] > 0.95

    scored = run("score", *files, "--model", str(model), "--output", str(output))
    rows = read(output)
    assert list(rows[0]) == ["ltable_id", "rtable_id", "score", "match"]
    assert [(r["ltable_id"], r["rtable_id"]) for r in rows] == [
        (CAMERAS.left[a].id, CAMERAS.right[b].id) for a, b in zip(CAMERAS.pairs.left, CAMERAS.pairs.right, strict=True)
    ]
    called = np.array([r["match"] == "1" for r in rows])
    assert (called == CAMERAS.labels).mean() > 0.95
    assert (scored["matches"], scored["drift"]) == (called.sum(), 0)

    run("score", *files, "--model", str(model), "--output", str(output), "--prior", "0.01")
    rarer = [float(r["score"]) for r in read(output)]
    assert all(a <= float(b["score"]) for a, b in zip(rarer, rows, strict=True))

    expected = {}
    for target in (0.5, 0.99, 1):
        asked = ("--output", str(output), "--target-precision", str(target))
        assert run("score", *files, "--model", str(model), *asked)["pairs"] == len(rows)
        expected[target] = [float(r["score"]) for r in read(output) if r["match"] == "1"]
    assert len(expected[0.5]) > len(expected[0.99]) > 0 == len(expected[1])  # no pair is beyond all doubt
    assert all(np.mean(scores) >= target - 1e-6 for target, scores in expected.items() if scores)
