"""Bought together, by hand."""

from __future__ import annotations

import numpy as np
import pytest

from recommender.interactions import Interactions
from recommender.together import KEPT, Together
from tests.recommender.conftest import Purchase, interactions, two_tastes
from warehouse.tables import RELATIONS


def baskets(*orders: str) -> Interactions:
    """Orders of one-letter skus; every other one a guest's."""
    return interactions(
        Purchase(f"{n:03}", None if n % 2 else "C", sku, n) for n, order in enumerate(orders) for sku in order
    )


def fitted(shop: Interactions, *gone: str) -> dict[str, list[tuple[str, float, int]]]:
    """Related skus with score and orders, by sku."""
    together = Together.fit(shop, np.array([sku not in gone for sku in shop.skus]))
    found = {}
    for place, sku in enumerate(shop.skus):
        here = slice(together.starts[place], together.starts[place + 1])
        columns = zip(together.related[here], together.score[here], together.orders[here], strict=True)
        found[sku] = [(shop.skus[related], float(score), int(orders)) for related, score, orders in columns]
    return found


def test_by_hand() -> None:
    # 6 orders of several products; lone products do not count as orders.
    found = fitted(baskets("ab", "ab", "abc", "cd", "cd", "ad", "e", "e"))
    assert [(sku, orders) for sku, _, orders in found["a"]] == [("b", 3)]
    (b, score, orders) = found["a"][0]
    assert (b, orders) == ("b", 3)
    assert score == pytest.approx(3 / 4 * (3 / 6) ** -0.2)
    assert [(sku, orders) for sku, _, orders in found["d"]] == [("c", 2)]
    assert found["e"] == []


def test_chance_is_no_relation() -> None:
    # a is in every order: whatever else is bought, a is there, and means nothing.
    found = fitted(baskets("ab", "ab", "ac", "ac", "ad", "ad"))
    assert found["a"] == []
    assert found["b"] == []


def test_what_cannot_be_sold_is_not_named_but_has_relations() -> None:
    found = fitted(baskets("ab", "ab", "cd", "cd"), "b")
    assert found["a"] == []
    assert [sku for sku, _, _ in found["b"]] == ["a"]


def test_huge_orders_relate_nothing() -> None:
    def order(number: int, size: int) -> list[Purchase]:
        return [Purchase(f"{number}", "C", f"s{n:03}", number) for n in range(size)]

    shop = interactions([*order(0, 201), *order(1, 201), Purchase("2", "C", "x", 2), Purchase("2", "C", "y", 2)])
    assert not any(fitted(shop).values())


def test_no_baskets_at_all() -> None:
    assert fitted(baskets("a", "b")) == {"a": [], "b": []}


def test_relations_fit_the_lake(shop: Interactions) -> None:
    together = Together.fit(shop, np.ones(len(shop.skus), dtype=np.bool_))
    rows = together.table(shop.skus, "v1")
    assert rows.num_rows == len(together.related) > 0
    assert rows.cast(RELATIONS.schema).schema == RELATIONS.schema
    keys = set(zip(*(rows[name].to_pylist() for name in RELATIONS.key), strict=True))
    assert len(keys) == rows.num_rows
    assert np.diff(together.starts).max() <= KEPT
    assert all(a != b for a, b in zip(rows["sku"].to_pylist(), rows["related_sku"].to_pylist(), strict=True))


def test_tastes_are_bought_together(shop: Interactions) -> None:
    for sku, related in fitted(interactions(two_tastes(seed=3))).items():
        if sku != "bags":
            assert all(name.startswith(sku.split("-")[0]) for name, _, _ in related if name != "bags")
