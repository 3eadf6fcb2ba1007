"""The contract of every candidate model, on a shop whose answer is known."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from recommender.history import History
from recommender.interactions import Interactions, Ints
from recommender.models import Model
from recommender.models.als import Als
from recommender.models.item_to_item import PENALTY, ItemToItem
from recommender.models.popularity import HALF_LIFE, Popularity, most_popular, popularity, popularity_share
from tests.recommender.conftest import Purchase, interactions, two_tastes

Fit = Callable[[History, Ints], Model]
PERSONAL: dict[str, Fit] = {
    "item_to_item": ItemToItem.fit,
    "als": lambda history, pool: Als.fit(history, pool, seed=1),
}
ALL: dict[str, Fit] = {"popularity": Popularity.fit, **PERSONAL}


@pytest.fixture(scope="module")
def tastes() -> Interactions:
    """The shop of two tastes, and one who only ever bought as a guest and one who comes later."""
    return interactions([*two_tastes(), Purchase("late", "later", "bags", 149.9)])


@pytest.fixture(scope="module")
def history(tastes: Interactions) -> History:
    return History.until(tastes, tastes.end_day - 1)


def everyone(history: History) -> Ints:
    return np.arange(len(history.starts) - 1, dtype=np.int32)


@pytest.mark.parametrize("name", ALL)
def test_scores_are_finite_and_the_same_again(name: str, history: History) -> None:
    pool = most_popular(history, 30)
    scores = ALL[name](history, pool).scores(everyone(history))
    assert scores.shape == (len(history.starts) - 1, 30)
    assert np.isfinite(scores).all()
    assert np.array_equal(scores, ALL[name](history, pool).scores(everyone(history)))


@pytest.mark.parametrize("name", ALL)
def test_scores_do_not_depend_on_who_is_asked_together(name: str, history: History) -> None:
    model = ALL[name](history, most_popular(history, 30))
    together = model.scores(everyone(history))
    assert model.scores(np.array([5, 2], dtype=np.int32)) == pytest.approx(together[[5, 2]], abs=1e-5)
    assert model.scores(np.array([], dtype=np.int32)).shape == (0, 30)


@pytest.mark.parametrize("name", ALL)
def test_a_customer_without_history_tells_the_skus_apart_by_nothing_of_hers(
    name: str, tastes: Interactions, history: History
) -> None:
    model = ALL[name](history, most_popular(history, 30))
    (scores,) = model.scores(np.array([tastes.customers.index("later")], dtype=np.int32))
    assert len(set(scores.tolist())) == 1 or name == "popularity"


@pytest.mark.parametrize("name", ALL)
def test_one_sku_is_a_pool_too(name: str, history: History) -> None:
    scores = ALL[name](history, most_popular(history, 1)).scores(everyone(history))
    assert scores.shape[1] == 1
    assert np.isfinite(scores).all()


@pytest.mark.parametrize("name", PERSONAL)
def test_personal_models_know_the_tastes(name: str, tastes: Interactions, history: History) -> None:
    pool = most_popular(history, history.skus)
    customers = np.flatnonzero(history.customer_orders > 0).astype(np.int32)
    scores = PERSONAL[name](history, pool).scores(customers)
    likes_tea = np.array([int(tastes.customers[c][1:]) % 2 == 0 for c in customers])
    tea = np.array([tastes.skus[sku].startswith("tea") for sku in pool])
    coffee = np.array([tastes.skus[sku].startswith("coffee") for sku in pool])
    prefers_tea = scores[:, tea].mean(axis=1) > scores[:, coffee].mean(axis=1)
    assert (prefers_tea == likes_tea).mean() > 0.99


def test_als_differs_by_seed(history: History) -> None:
    pool = most_popular(history, 30)
    one, other = (Als.fit(history, pool, seed=seed).scores(everyone(history)) for seed in (1, 2))
    assert not np.array_equal(one, other)


def test_item_to_item_is_ease_in_closed_form(history: History) -> None:
    pool = most_popular(history, 30)
    model = ItemToItem.fit(history, pool)
    bought = model.bought.toarray().astype(np.float64)
    precision = np.linalg.inv(bought.T @ bought + PENALTY * np.eye(30))
    weights = -precision / np.diag(precision)
    np.fill_diagonal(weights, 0)
    assert model.weights.toarray() == pytest.approx(np.maximum(weights, 0), abs=1e-5)


def test_popularity_by_hand() -> None:
    rows = [
        Purchase("1", "A", "x", 0),
        Purchase("2", "A", "x", HALF_LIFE),
        Purchase("3", "B", "x", 0),
        Purchase("4", "B", "y", 2 * HALF_LIFE),
        Purchase("5", None, "z", 0),
    ]
    shop = interactions(rows)
    history = History.until(shop, shop.first_day + 2 * HALF_LIFE + 1e-6)
    # A's second purchase of x stands for both; B's lies two half-lives back; guests have no voice.
    assert popularity(history) == pytest.approx([0.5 + 0.25, 1, 0], abs=1e-6)
    assert popularity_share(history) == pytest.approx([0.75 / 1.5, 1 / 1.5, 0], abs=1e-6)
    assert most_popular(history, 5).tolist() == [1, 0]
