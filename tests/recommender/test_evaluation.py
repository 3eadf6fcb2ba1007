"""Metrics against hand and scikit-learn; intervals and tests against what they promise."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import ndcg_score

from recommender.evaluation import METRICS, Outcomes, compare, judge, new_only
from recommender.for_you import Top
from recommender.history import History
from recommender.world import Bought
from tests.recommender.conftest import Purchase, interactions


def top_of(*lists: list[int]) -> Top:
    row = np.repeat(np.arange(len(lists)), [len(skus) for skus in lists]).astype(np.int32)
    rank = np.array([rank for skus in lists for rank in range(len(skus))], dtype=np.int32)
    sku = np.array([sku for skus in lists for sku in skus], dtype=np.int32)
    return Top(row, rank, sku, np.zeros(len(row), np.float32), np.full(len(row), -1, np.int32))


def bought_of(skus: int, *sets: set[int]) -> Bought:
    keys = [customer * skus + sku for customer, bought in enumerate(sets) for sku in bought]
    return Bought(skus, np.array(sorted(keys), dtype=np.int64))


def test_by_hand() -> None:
    customers = np.arange(3, dtype=np.int32)
    # Ranks 2 and 3 of three relevant products right; none right; nothing relevant, so left out.
    found = judge(top_of([9, 1, 2], [5, 6, 7], [1, 2, 3]), customers, bought_of(10, {1, 2, 4}, {8}, set()), 3)
    assert found.customers.tolist() == [0, 1]
    ideal = 1 + 1 / np.log2(3) + 1 / 2
    assert found.values[0] == pytest.approx([1, 2 / 3, (1 / np.log2(3) + 1 / 2) / ideal])
    assert found.values[1].tolist() == [0, 0, 0]


@given(st.permutations(range(12)), st.sets(st.integers(0, 11), min_size=1), st.integers(1, 12))
def test_ndcg_is_scikit_learn_s(order: list[int], relevant: set[int], k: int) -> None:
    found = judge(top_of(order[:k]), np.zeros(1, dtype=np.int32), bought_of(12, relevant), k)
    truth = [[float(sku in relevant) for sku in range(12)]]
    scores = [[float(-order.index(sku)) for sku in range(12)]]
    hit, recall, ndcg = found.values[0]
    assert ndcg == pytest.approx(ndcg_score(truth, scores, k=k))
    assert recall == pytest.approx(len(relevant & set(order[:k])) / len(relevant))
    assert hit == bool(relevant & set(order[:k]))


def test_only_what_is_new() -> None:
    shop = interactions(
        [Purchase("1", "A", "x", 0), Purchase("2", "A", "x", 9), Purchase("2", "A", "y", 9), Purchase("3", "B", "x", 9)]
    )
    start = shop.first_day
    bought = Bought.between(shop, start + 5, start + 10)
    assert bought.customers.tolist() == [0, 1]
    assert bought.counts(np.array([1, 0], dtype=np.int32)).tolist() == [1, 2]
    new = new_only(bought, History.until(shop, start + 5))
    assert new.keys.tolist() == [0 * 2 + 1, 1 * 2 + 0]
    assert new.has(np.array([0, 0], np.int32), np.array([0, 1], np.int32)).tolist() == [False, True]


def outcomes(values: np.ndarray) -> Outcomes:  # type: ignore[type-arg]
    return Outcomes(np.arange(len(values), dtype=np.int32), np.repeat(values[:, None], 3, axis=1))


def test_intervals_cover_the_truth_as_often_as_they_say() -> None:
    rng = np.random.default_rng(5)
    covered = 0
    for seed in range(200):
        model, other = rng.random(80) < 0.3, np.zeros(80)
        found = compare("include", 20, [(outcomes(model.astype(float)), outcomes(other))], seed=seed)
        covered += found.model["hit_rate"].low <= 0.3 <= found.model["hit_rate"].high
    assert 0.89 <= covered / 200 <= 0.99


def test_a_customer_s_windows_are_one_witness() -> None:
    rng = np.random.default_rng(6)
    window = (outcomes(rng.random(60)), outcomes(rng.random(60)))
    once, thrice = (compare("include", 20, [window] * times, seed=1) for times in (1, 3))
    one, three = once.model["ndcg"], thrice.model["ndcg"]  # the same customers again teach nothing
    assert (one.value, one.low, one.high) == pytest.approx((three.value, three.low, three.high))
    assert thrice.p_value == once.p_value
    assert (once.customers, once.windows, thrice.customers, thrice.windows) == (60, 1, 60, 3)


def test_the_paired_test_sees_what_is_there_and_no_more() -> None:
    rng = np.random.default_rng(7)
    base = rng.random(100)
    better = compare("include", 20, [(outcomes(base + 0.05), outcomes(base))], seed=1)
    assert better.p_value < 0.001
    assert all(better.gain[metric].low > 0 for metric in METRICS)
    false_alarms = 0
    for seed in range(100):
        one, other = rng.random(40), rng.random(40)
        false_alarms += compare("include", 20, [(outcomes(one), outcomes(other))], seed=seed).p_value < 0.05
    assert false_alarms <= 12
    same = compare("include", 20, [(outcomes(base), outcomes(base))], seed=1)
    assert same.p_value == 1
    assert same.gain["ndcg"].value == same.gain["ndcg"].high == 0
