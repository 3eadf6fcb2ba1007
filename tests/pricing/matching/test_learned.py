"""A store's own model: learned from verdicts, released only where it is better, and used by the runs after."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from typer.testing import CliRunner

import experiments.matching.verdicts
import purveyor.match
from pricing.matching.listing import Listing, Pairs
from pricing.matching.model.scorer import Scorer
from pricing.matching.model.training import LabelledSet
from pricing.matching.verdicts.giving import decide_pairs
from pricing.matching.verdicts.learned import LEAST_VERDICTS, Learned, learn_from, model_in_use, open_scorer
from warehouse.errors import InputError, NotEnoughData
from warehouse.house import Warehouse
from warehouse.records.verdicts import Ruling
from warehouse.settings import Settings

Put = Callable[..., Any]

KINDS = "teapot bowl vase plate jug".split()


def doubtful(products: int = 90) -> LabelledSet:
    """Pairs whose titles leave open what they are: in this store those with a series number are the same thing, which
    the other shop calls otherwise, and those in a glaze are not."""
    left, right, labels = [], [], []
    for at in range(products):
        same, kind = at % 2 == 0, KINDS[at // 2 % 5]
        left.append(Listing(f"l{at}", f"Tonwerk {kind} Series {at}", brand="Tonwerk", price=20.0))
        said = f"No. {at}" if same else f"glazed {chr(97 + at % 26)}{chr(97 + at // 26)}x"
        right.append(Listing(f"r{at}", f"Tonwerk {kind} {said}", brand="Tonwerk", price=21.0, seller="berg"))
        labels.append(same)
    pairs = Pairs.of((at, at) for at in range(products))
    return LabelledSet("pots", left, right, pairs, np.array(labels))


@pytest.fixture(scope="module")
def shipped() -> Scorer:
    return Scorer.open()


@pytest.fixture(scope="module")
def pots() -> LabelledSet:
    return doubtful()


@pytest.fixture(scope="module")
def taught(pots: LabelledSet, shipped: Scorer) -> Learned:
    return learn_from(pots, shipped)


def test_what_people_decide_is_learned_for_products_not_seen(
    pots: LabelledSet, shipped: Scorer, taught: Learned
) -> None:
    assert taught.better and taught.right > taught.right_before
    before, after = (model.judge(pots.compared) for model in (shipped, taught.scorer))
    assert abs(after - pots.labels).mean() < abs(before - pots.labels).mean()
    assert taught.scorer.version != shipped.version
    assert learn_from(pots, shipped).scorer.version == taught.scorer.version


def test_verdicts_as_the_model_expected_them_teach_nothing(shipped: Scorer) -> None:
    """Labels drawn from the model's own probabilities: whatever is learned from them is chance."""
    pots = doubtful(200)
    probability = shipped.judge(pots.compared)
    drawn = replace(pots, labels=np.random.default_rng(1).random(len(probability)) < probability)
    drawn.__dict__["compared"] = pots.compared
    assert not learn_from(drawn, shipped).better


def test_too_few_verdicts_say_how_many_it_takes(pots: LabelledSet, shipped: Scorer) -> None:
    few = replace(pots, labels=np.arange(len(pots.labels)) < LEAST_VERDICTS - 1)
    with pytest.raises(NotEnoughData, match=r"29 accepted pairs and 61 others .* from 30 of each .* match review"):
        learn_from(few, shipped)


class TestCommand:
    @pytest.fixture(autouse=True)
    def home(self, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("PURVEYOR_HOME", str(settings.home))
        monkeypatch.setattr(experiments.matching.verdicts, "log_run", lambda *place, **run: "run-1")

    def run(self, *arguments: str) -> str:
        result = CliRunner().invoke(purveyor.match.app, arguments, catch_exceptions=False)
        assert result.exit_code == 0, result.output
        return result.stdout

    def test_a_better_model_is_released_and_used(
        self, warehouse: Warehouse, write: Put, pots: LabelledSet, shipped: Scorer
    ) -> None:
        write("products", *({"sku": p.id, "title": p.title, "brand": p.brand} for p in pots.left))
        seen = {"crawl_id": "c", "site": "berg", "url": "https://berg.example", "observed_at": warehouse.clock()}
        write("offers", *({**seen, "offer_id": o.id, "title": o.title, "brand": o.brand} for o in pots.right))
        rulings = [
            Ruling(offer.id, product.id, "accept" if same else "reject")
            for product, offer, same in zip(pots.left, pots.right, pots.labels, strict=True)
        ]
        decide_pairs(warehouse, rulings[:40], by="ann")
        with pytest.raises(NotEnoughData, match="20 accepted pairs and 20 others"):
            self.run("train")
        decide_pairs(warehouse, rulings, by="ann")
        assert "comes with Purveyor" in self.run("report")
        assert "match run uses the model" in self.run("train")
        own = open_scorer(warehouse)
        assert own.version != shipped.version
        assert (model_in_use(warehouse).version, model_in_use(warehouse).verdicts) == (own.version, 90)
        assert json.loads(self.run("run", "--json"))["model_version"] == own.version
        assert f"The model {own.version} has learned from 90 verdicts" in self.run("report")
        manifest = next(warehouse.settings.artifacts.rglob("model/manifest.json"))
        manifest.write_text(manifest.read_text().replace('"format": ', '"format": 9'))  # as after an update of Purveyor
        assert model_in_use(warehouse).outdated
        assert open_scorer(warehouse).version == shipped.version
        assert "make it anew with purveyor match train" in self.run("report")

    def test_files_come_all_or_none(self) -> None:
        with pytest.raises(InputError, match=r"give --right, --pairs, --model too; .* give no file"):
            self.run("train", "--left", "ours.csv")
