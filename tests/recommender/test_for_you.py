"""What every answer keeps to, whoever asks and however the shop came about."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from recommender.for_you import ForYou, Top
from recommender.interactions import Interactions
from recommender.training import Trained
from recommender.world import Blend, Bought, Rows, World
from tests.recommender.conftest import Purchase, interactions


def built(shop: Interactions, sellable: list[bool], *, seed: int = 1) -> ForYou:
    """A model learned from the last half of the time, for any shop however small."""
    middle = (shop.first_day + shop.end_day) / 2
    world = World.fit(shop, middle, seed=seed)
    rows = Rows.gather(world, Bought.between(shop, middle, shop.end_day), seed=seed)
    return ForYou.build(World.fit(shop, shop.end_day, seed=seed), Blend.fit([rows]), np.array(sellable))


def lists(top: Top) -> dict[int, list[int]]:
    """The skus for each row, in order of rank."""
    found: dict[int, list[int]] = {}
    for row, rank, sku in zip(top.row.tolist(), top.rank.tolist(), top.sku.tolist(), strict=True):
        assert rank == len(found.setdefault(row, []))
        found[row].append(sku)
    return found


bought = st.tuples(st.integers(0, 5), st.integers(0, 7), st.integers(0, 40))


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    rows=st.lists(bought, min_size=8, max_size=80, unique=True),
    gone=st.sets(st.integers(0, 7)),
    limit=st.integers(1, 12),
    exclude=st.booleans(),
)
def test_laws(rows: list[tuple[int, int, int]], gone: set[int], limit: int, exclude: bool) -> None:
    early = [Purchase(f"first-{c}", f"C{c}", f"s{c}", 0) for c in range(3)]  # so that there is a history to learn from
    shop = interactions([*early, *(Purchase(f"{c}-{day}", f"C{c}", f"s{s}", day) for c, s, day in rows)])
    sellable = [int(sku[1:]) not in gone for sku in shop.skus]
    model = built(shop, sellable)
    customers = np.array([*range(len(shop.customers)), -1], dtype=np.int32)
    top = model.top(customers, limit, exclude=exclude)
    assert np.isfinite(top.score).all()
    assert ((top.score >= 0) & (top.score <= 1)).all()
    found = lists(top)
    for row, customer in enumerate(customers.tolist()):
        skus = found.get(row, [])
        own = set(shop.sku[shop.customer == customer].tolist()) if customer >= 0 else set()
        open_to_her = [s for s in range(len(shop.skus)) if sellable[s] and not (exclude and s in own)]
        assert len(set(skus)) == len(skus) == min(limit, len(open_to_her))
        assert set(skus) <= set(open_to_her)
        scores = top.score[top.row == row]
        assert (np.diff(scores) <= 0).all()
        for entry, sku in zip(top.entry[top.row == row], skus, strict=True):
            assert (entry >= 0) == (sku in own)
            assert entry < 0 or model.sku[entry] == sku
    again = built(shop, sellable).top(customers, limit, exclude=exclude)
    assert np.array_equal(top.sku, again.sku)
    assert np.array_equal(top.score, again.score)


def test_one_customer_gets_what_everyone_together_gets(trained: Trained) -> None:
    model = trained.for_you
    customers = np.array([3, -1, 140, 7], dtype=np.int32)
    together = lists(model.top(customers, 8, exclude=False))
    for row, customer in enumerate(customers):
        alone = lists(model.top(np.array([customer], dtype=np.int32), 8, exclude=False))
        assert alone[0] == together[row]


def test_nobody_asked_nobody_answered(trained: Trained) -> None:
    assert len(trained.for_you.top(np.array([], dtype=np.int32), 5, exclude=False).row) == 0


def test_staples_come_first_and_tastes_are_kept(shop: Interactions, trained: Trained) -> None:
    customers = np.arange(len(shop.customers), dtype=np.int32)
    included = lists(trained.for_you.top(customers, 3, exclude=False))
    excluded = lists(trained.for_you.top(customers, 2, exclude=True))
    staples, kept = 0, []
    for customer in customers:
        own = shop.sku[shop.customer == customer]
        staples += included[customer][0] == np.bincount(own).argmax()
        taste = "tea" if int(shop.customers[customer][1:]) % 2 == 0 else "coffee"
        kept += [shop.skus[sku].startswith(taste) for sku in excluded[customer] if shop.skus[sku] != "bags"]
    assert staples / len(customers) > 0.9
    assert np.mean(kept) > 0.95


def test_the_reason_names_something_bought(shop: Interactions, trained: Trained) -> None:
    customer = 4
    own = set(shop.sku[shop.customer == customer].tolist())
    top = trained.for_you.top(np.array([customer], dtype=np.int32), 6, exclude=True)
    explanation = trained.for_you.explain(customer, top.sku)
    assert explanation.parts.shape == (3, 6)
    assert {because for because in explanation.because.tolist() if because >= 0} <= own
    assert (explanation.because >= 0).any()


def test_scores_are_chances(shop: Interactions) -> None:
    """Of the products said to be bought again with a chance of p, about the share p is."""
    cut = shop.end_day - 28
    worlds = {back: World.fit(shop, cut - back, seed=1) for back in (28, 0)}
    rows = Rows.gather(worlds[28], Bought.between(shop, cut - 28, cut), seed=1)
    model = ForYou.build(worlds[0], Blend.fit([rows]), np.ones(len(shop.skus), dtype=np.bool_))
    later = Bought.between(shop, cut, cut + 28)
    top = model.top(later.customers, 50, exclude=False)
    again = top.entry >= 0
    happened = later.has(later.customers[top.row[again]], top.sku[again])
    assert happened.mean() == pytest.approx(top.score[again].mean(), abs=0.05)
    likely = top.score[again] > 0.5
    assert happened[likely].mean() == pytest.approx(top.score[again][likely].mean(), abs=0.1)
