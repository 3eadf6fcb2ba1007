"""Each customer's history at a time, by hand."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recommender.history import MEMORIES, History
from recommender.interactions import Interactions
from tests.recommender.conftest import Purchase, interactions

ROWS = [
    Purchase("1", "A", "x", 0),
    Purchase("1", "A", "y", 0),
    Purchase("2", "A", "x", 10),
    Purchase("3", "B", "y", 20),
    Purchase("4", None, "x", 21),
    Purchase("5", "B", "x", 30),
]


@pytest.fixture(scope="module")
def shop() -> Interactions:
    return interactions(ROWS)


def test_history_by_hand(shop: Interactions) -> None:
    start = shop.first_day
    history = History.until(shop, start + 30)  # order 5 falls on the cut-off: it is the future
    assert history.starts.tolist() == [0, 2, 3]
    assert history.sku.tolist() == [0, 1, 1]
    assert history.orders.tolist() == [2, 1, 1]
    assert history.first.tolist() == [30, 30, 10]
    assert history.last.tolist() == [20, 30, 10]
    assert history.customer_orders.tolist() == [2, 1]
    assert history.customer_last.tolist() == [20, 10]
    assert history.buyers(15).tolist() == [0, 1]
    assert history.buyers(math.inf).tolist() == [1, 2]
    for half_life, memory in zip(MEMORIES, history.memory, strict=True):
        assert memory[0] == pytest.approx(2 ** (-30 / half_life) + 2 ** (-20 / half_life))
    # x: one of one buyers came back, y: none of two; the shop: one of three, weighing as ten buyers.
    assert history.repeat_rate.tolist() == pytest.approx([(1 + 10 / 3) / 11, (10 / 3) / 12])


def test_before_the_first_purchase_there_is_nothing(shop: Interactions) -> None:
    history = History.until(shop, shop.first_day)
    assert history.starts.tolist() == [0, 0, 0]
    assert len(history.sku) == 0
    assert history.customer_orders.tolist() == [0, 0]
    assert history.customer_last.tolist() == [math.inf, math.inf]


purchase = st.builds(
    Purchase,
    order=st.sampled_from("pqrs"),
    customer=st.sampled_from([None, "A", "B", "C"]),
    sku=st.sampled_from("xyz"),
    day=st.integers(0, 100),
)


@given(st.lists(purchase, min_size=1, max_size=30), st.integers(0, 120))
def test_history_agrees_with_counting_one_by_one(rows: list[Purchase], cut: int) -> None:
    # An order is one customer's and holds a product once, as INTERACTIONS promises.
    rows = list({(r.order, r.customer, r.sku): Purchase(f"{r.order}{r.customer}", *_rest(r)) for r in rows}.values())
    shop = interactions(rows)
    epoch = 20_454  # 1 January 2026
    history = History.until(shop, epoch + cut)
    found = {
        (shop.customers[c], shop.skus[s]): int(n)
        for c, s, n in zip(history.customer, history.sku, history.orders, strict=True)
    }
    expected: dict[tuple[str, str], int] = {}
    for row in rows:
        if row.customer is not None and row.day < cut:
            key = (row.customer, row.sku)
            expected[key] = expected.get(key, 0) + 1
    assert found == expected


def _rest(row: Purchase) -> tuple[str | None, str, float]:
    return row.customer, row.sku, row.day
