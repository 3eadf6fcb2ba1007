"""Answers of a released recommender, with their reasons."""

from __future__ import annotations

import json
import re
import shutil
import time
from typing import get_args

import pytest

from recommender.answers import KIND, MOST, Placement, Recommendation, Recommender
from recommender.release import read
from tests.recommender.conftest import two_tastes
from warehouse.errors import ConfigError, InputError, NotFound
from warehouse.house import Warehouse

CUSTOMER = "C004"


def skus(items: list[Recommendation]) -> list[str]:
    return [item.sku for item in items]


def bought(customer: str) -> dict[str, int]:
    counts: dict[str, int] = {}
    for row in two_tastes():
        if row.customer == customer:
            counts[row.sku] = counts.get(row.sku, 0) + 1
    return counts


def test_for_you_says_how_often_it_was_bought(recommender: Recommender) -> None:
    counts = bought(CUSTOMER)
    own = [item for item in recommender.for_you(CUSTOMER, 10) if item.source == "own_history"]
    assert own
    for item in own:
        if counts[item.sku] == 1:
            assert re.fullmatch(r"you bought this on 2026-\d\d-\d\d", item.reason)
        else:
            assert re.fullmatch(rf"you bought this {counts[item.sku]} times, last on 2026-\d\d-\d\d", item.reason)


def test_what_is_new_says_why(recommender: Recommender) -> None:
    items = [item for number in range(0, 40, 2) for item in recommender.for_you(f"C{number:03}", 8, "exclude")]
    reasons = {item.source: item.reason for item in items}
    assert re.fullmatch(r"because you bought (tea-\d+|Green tea|bags)", reasons["item_to_item"])
    assert reasons["als"] == "customers who buy what you buy chose this"
    assert "own_history" not in reasons


def test_exclude_leaves_out_all_that_was_bought(recommender: Recommender) -> None:
    assert not set(skus(recommender.for_you(CUSTOMER, MOST, "exclude"))) & set(bought(CUSTOMER))
    assert set(skus(recommender.for_you(CUSTOMER, MOST, "include"))) & set(bought(CUSTOMER))


@pytest.mark.parametrize("customer", [None, "", "nobody", "C004 "])
def test_a_stranger_gets_what_is_popular(recommender: Recommender, customer: str | None) -> None:
    items = recommender.for_you(customer, 5)
    assert items[0].sku == "bags"
    assert {item.source for item in items} == {"popularity"}
    assert re.fullmatch(r"popular: bought by \d+ customers in the 90 days before 2026-05-3\d", items[0].reason)
    assert items == recommender.recommend("popular", limit=5)


def test_bought_together_names_the_orders(recommender: Recommender) -> None:
    orders: dict[str, set[str]] = {}
    for row in two_tastes():
        orders.setdefault(row.sku, set()).add(row.order)
    items = [item for item in recommender.bought_together(["tea-1"], 5) if item.source == "bought_together"]
    assert items
    for item in items:
        both = len(orders["tea-1"] & orders[item.sku])
        assert item.reason == f"bought together in {both} orders with Green tea"


def test_a_basket_is_answered_as_a_whole(recommender: Recommender) -> None:
    basket = ["tea-1", "tea-2", "tea-2", "unheard of"]
    items = recommender.bought_together(basket, 40)
    assert not set(skus(items)) & set(basket)
    assert len(set(skus(items))) == len(items)
    scores = [item.score for item in items]
    assert scores == sorted(scores, reverse=True)
    single = {item.sku: item.score for sku in basket[:2] for item in recommender.bought_together([sku], 50)}
    assert set(skus(items)) <= {*single, *skus(recommender.recommend("popular", limit=50))}


def test_unknown_products_get_what_is_popular(recommender: Recommender) -> None:
    assert recommender.bought_together(["unheard of"], 3) == recommender.recommend("popular", limit=3)
    assert recommender.bought_together([], 3) == recommender.recommend("popular", limit=3)


def test_what_cannot_be_sold_is_never_named(recommender: Recommender) -> None:
    asked = [recommender.recommend("popular", limit=MOST), recommender.bought_together(["tea-1"], MOST)]
    asked += [recommender.for_you(f"C{number:03}", MOST) for number in range(0, 160, 2)]
    assert "tea-0" not in {item.sku for items in asked for item in items}


@pytest.mark.parametrize("placement", get_args(Placement))
def test_products_on_the_page_are_never_recommended(recommender: Recommender, placement: Placement) -> None:
    first = recommender.recommend(placement, customer_id=CUSTOMER, skus=["tea-1"], limit=4)
    shown = ["tea-1", *skus(first)[:2]]
    items = recommender.recommend(placement, customer_id=CUSTOMER, skus=shown, limit=4)
    assert len(items) == 4
    assert not set(skus(items)) & set(shown)


@pytest.mark.parametrize("limit", [0, -1, MOST + 1])
def test_limits_out_of_range(recommender: Recommender, limit: int) -> None:
    for placement in get_args(Placement):
        with pytest.raises(InputError, match=r"limit -?\d+ is out of range; ask for 1 to 200"):
            recommender.recommend(placement, limit=limit)
    with pytest.raises(InputError):
        recommender.bought_together(["tea-1"], limit)


def test_a_placement_that_does_not_exist(recommender: Recommender) -> None:
    with pytest.raises(InputError, match="use one of for_you, bought_together, popular"):
        recommender.recommend("home page")  # type: ignore[arg-type]


def test_nothing_released_yet(warehouse: Warehouse) -> None:
    with pytest.raises(NotFound, match="train and release"):
        Recommender.open(warehouse.artifacts)


def test_a_release_of_another_format_is_named(released: Warehouse) -> None:
    info = released.artifacts.open(KIND)
    model = json.loads((info.folder / "model.json").read_text("utf-8"))
    (info.folder / "model.json").write_text(json.dumps(model | {"format": 99}), "utf-8")
    with pytest.raises(ConfigError, match=r"format 99, .* run `purveyor recommender train`"):
        read(info.folder)
    with pytest.raises(ConfigError, match="not as it was released"):
        Recommender.open(released.artifacts)


def test_the_ranking_is_released_to_be_read(released: Warehouse) -> None:
    info = released.artifacts.open(KIND)
    assert {path.name for path in info.folder.iterdir()} == {
        "for_you.npz",
        "together.npz",
        "names.json",
        "model.json",
        "manifest.json",
    }
    ranking = json.loads((info.folder / "model.json").read_text("utf-8"))["ranking"]
    assert ranking["discover"]["features"]["item_to_item"]["weight"] > 0
    assert ranking["repeat"]["features"].keys() >= {"orders", "last", "memory_60"}


def test_an_answer_takes_milliseconds(recommender: Recommender) -> None:
    recommender.for_you(CUSTOMER)
    began = time.process_time()
    for number in range(100):
        recommender.for_you(f"C{number:03}")
    assert (time.process_time() - began) / 100 < 0.005  # 0.5 ms on a free machine


def test_who_was_erased_is_a_stranger_to_the_release(released: Warehouse, recommender: Recommender) -> None:
    assert recommender.for_you("C002")[0].source != "popularity"
    barred = Recommender.open(released.artifacts, erased={"C002"})
    assert {item.source for item in barred.for_you("C002")} == {"popularity"}
    assert released.artifacts.forget_people({"C002"}) == [recommender.version]
    without = Recommender.open(released.artifacts)
    assert without.version != recommender.version
    assert {item.source for item in without.for_you("C002")} == {"popularity"}
    assert without.for_you("C004") == recommender.for_you("C004") == barred.for_you("C004")
    assert released.artifacts.forget_people({"C002"}) == []


def test_a_release_removed_while_it_is_opened(released: Warehouse, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("warehouse.artifacts._verify", lambda info: shutil.rmtree(info.folder))
    with pytest.raises(NotFound, match="was removed while it was being opened"):
        Recommender.open(released.artifacts)
