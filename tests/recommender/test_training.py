"""Training over time: what is learned from what, and what is too little."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from recommender.interactions import Interactions
from recommender.training import Trained, train
from tests.recommender.conftest import SEED, Purchase, interactions, two_tastes
from warehouse.errors import NotEnoughData


def trained_on(rows: list[Purchase]) -> Trained:
    shop = interactions(rows)
    return train(shop, np.ones(len(shop.skus), dtype=np.bool_), seed=SEED)


def test_it_beats_popularity_where_there_is_taste(trained: Trained) -> None:
    assert [c.purchased for c in trained.comparisons] == ["include", "exclude"]
    for comparison in trained.comparisons:
        assert comparison.windows == 3
        assert comparison.p_value < 0.01
        assert comparison.gain["ndcg"].low > 0
        for estimates in (comparison.model, comparison.popularity):
            assert all(0 <= e.low <= e.value <= e.high <= 1 for e in estimates.values())


def test_it_does_not_beat_popularity_where_there_is_none() -> None:
    rng = np.random.default_rng(1)
    rows = [
        Purchase(f"{customer}-{day}", f"C{customer}", f"s{sku:02}", day)
        for customer in range(120)
        for day in range(customer % 10, 120, 10)
        for sku in rng.choice(40, size=3, replace=False)
    ]
    gain = trained_on(rows).comparisons[0].gain["ndcg"]
    assert gain.low < 0.02


def test_windows_are_the_last_weeks(shop: Interactions, trained: Trained) -> None:
    assert [(trained.until - day).days for day in trained.cutoffs] == [28, 56, 84]
    assert (trained.until.toordinal() - 719_163) == shop.end_day


def test_the_judged_figures_know_nothing_of_what_came_later(shop: Interactions) -> None:
    """Judged windows are the same whatever the catalogue says today, and training twice gives the same."""
    one = train(shop, np.ones(len(shop.skus), dtype=np.bool_), seed=SEED)
    other = train(shop, np.zeros(len(shop.skus), dtype=np.bool_), seed=SEED)
    assert one.comparisons == other.comparisons
    assert np.array_equal(one.for_you.customer_base, other.for_you.customer_base)
    assert np.isneginf(other.for_you.repeat).all()
    assert len(other.for_you.popular) == 0


def test_the_seed_decides(shop: Interactions, trained: Trained) -> None:
    again = train(shop, np.ones(len(shop.skus), dtype=np.bool_), seed=SEED)
    assert again.comparisons == trained.comparisons
    assert np.array_equal(again.for_you.base, trained.for_you.base)
    assert np.array_equal(again.for_you.als.sku_factors, trained.for_you.als.sku_factors)


def test_a_short_history_is_not_enough() -> None:
    with pytest.raises(NotEnoughData, match=r"cover \d\d days; .* at least 84"):
        trained_on(two_tastes(days=60))


def test_too_few_who_come_back_are_not_enough() -> None:
    with pytest.raises(NotEnoughData, match=r"only \d+ known customers .* at least 30"):
        trained_on(two_tastes(customers=20))


def test_guests_alone_are_not_enough() -> None:
    with pytest.raises(NotEnoughData, match="only 0 known customers"):
        trained_on([replace(row, customer=None) for row in two_tastes()])


def test_the_shortest_history_that_suffices_is_judged_once() -> None:
    trained = trained_on(two_tastes(days=86))
    assert len(trained.cutoffs) == 1
    assert trained.comparisons[0].windows == 1


def test_nobody_ever_buys_the_same_again() -> None:
    rng = np.random.default_rng(2)
    rows = []
    for customer in range(60):
        order = rng.permutation(60)
        rows += [Purchase(f"{customer}-{n}", f"C{customer}", f"s{sku}", n * 6) for n, sku in enumerate(order[:20])]
    trained = trained_on(rows)
    shop = interactions(rows)
    top = trained.for_you.top(np.arange(60, dtype=np.int32), 5, exclude=False)
    assert (top.entry < 0).mean() > 0.95  # it learned to propose what is new
    assert len(shop.skus) == 60
