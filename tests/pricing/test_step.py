"""The laws of one price step."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pricing.rules import Rule
from pricing.step import ends_in, limits, step, target


def cents(low: int, high: int) -> st.SearchStrategy[Decimal]:
    return st.integers(low, high).map(lambda n: Decimal(n) / 100)


rules = st.builds(
    Rule,
    name=st.just("rule"),
    target_index=cents(5000, 15000),
    max_up_percent=cents(0, 5000),
    max_down_percent=cents(0, 9000),
    min_margin_percent=cents(0, 20000),
    ending=st.none() | cents(0, 99) | cents(100, 9999),
)
prices = cents(1, 500_000)


@given(rules, prices, prices, prices, st.none() | prices, st.sampled_from(["0", "0.07", "0.19"]))
def test_never_under_the_floor_never_beyond_the_step(
    rule: Rule, price: Decimal, cost: Decimal, market: Decimal, map_price: Decimal | None, tax: str
) -> None:
    within = limits(rule, price=price, cost=cost, tax_rate=Decimal(tax), map_price=map_price, digits=2)
    proposed = step(rule, within, target(rule, market, digits=2))
    if proposed is None:
        return
    assert proposed / (1 + Decimal(tax)) >= cost * (1 + rule.min_margin_percent / 100) - Decimal("1e-20")
    assert price * (1 - rule.max_down_percent / 100) <= proposed <= price * (1 + rule.max_up_percent / 100)
    assert map_price is None or proposed >= map_price
    assert proposed > 0
    assert proposed == round(proposed, 2)


@given(rules, prices, prices, prices, prices)
def test_a_dearer_market_never_makes_a_cheaper_proposal(
    rule: Rule, price: Decimal, cost: Decimal, one: Decimal, two: Decimal
) -> None:
    within = limits(rule, price=price, cost=cost, tax_rate=Decimal(0), map_price=None, digits=2)
    low, high = (step(rule, within, target(rule, market, digits=2)) for market in sorted((one, two)))
    assert (low is None) == (high is None)
    if low is not None and high is not None:
        assert low <= high


@given(rules.filter(lambda r: r.ending is not None), prices, prices, prices)
def test_the_ending_is_kept_wherever_the_limits_hold_such_a_price(
    rule: Rule, price: Decimal, cost: Decimal, market: Decimal
) -> None:
    """Against every price with the ending, tried one by one."""
    assert rule.ending is not None
    within = limits(rule, price=price, cost=cost, tax_rate=Decimal(0), map_price=None, digits=2)
    wanted = target(rule, market, digits=2)
    proposed = step(rule, within, wanted)
    if proposed is None:
        return
    cycle = 1 if rule.ending < 1 else 10 if rule.ending < 10 else 100
    first = int(within.lowest // cycle) - 1
    tried = [rule.ending + cycle * n for n in range(first, int(within.highest // cycle) + 2)]
    allowed = [p for p in tried if within.lowest <= p <= within.highest and p > 0]
    assert ends_in(proposed, rule.ending) or not allowed
    if allowed:
        nearest = within.nearest(wanted)
        assert abs(proposed - nearest) == min(abs(p - nearest) for p in allowed)
    else:
        assert proposed == within.nearest(wanted)


@pytest.mark.parametrize(
    ("changes", "market", "expected"),
    [
        ({}, "19.90", "22.41"),  # 24.90 less 10 %
        ({"max_down_percent": 50}, "19.90", "19.90"),
        ({"max_down_percent": 50, "target_index": 98}, "19.90", "19.50"),  # 19.502
        ({"max_down_percent": 50, "ending": "0.99"}, "19.90", "19.99"),
        ({"max_down_percent": 50, "min_margin_percent": 40}, "19.90", "21.00"),  # 15 * 1.4
        ({"max_down_percent": 50, "min_margin_percent": 40, "ending": "0.99"}, "19.90", "21.99"),
        ({"ending": "0.99"}, "30", "25.99"),  # 24.90 plus 5 % is 26.14
        ({"ending": "9.9"}, "30", "26.14"),  # 19.90 and 29.90 are out of reach
        ({"ending": "9.9", "max_up_percent": 30}, "30", "29.90"),
        ({"min_margin_percent": 100}, "19.90", None),  # the floor of 30 is above 26.14
    ],
)
def test_worked_examples(changes: dict[str, object], market: str, expected: str | None) -> None:
    fields = {"max_up_percent": 5, "max_down_percent": 10, "min_margin_percent": 20}
    rule = Rule.model_validate({"name": "r", **fields, **changes})
    within = limits(rule, price=Decimal("24.90"), cost=Decimal(15), tax_rate=Decimal(0), map_price=None, digits=2)
    proposed = step(rule, within, target(rule, Decimal(market), digits=2))
    assert proposed == (None if expected is None else Decimal(expected))


def test_cost_is_without_tax_and_the_price_with_it() -> None:
    rule = Rule(name="r", max_up_percent=Decimal(0), max_down_percent=Decimal(50), min_margin_percent=Decimal(20))
    within = limits(rule, price=Decimal(30), cost=Decimal(15), tax_rate=Decimal("0.19"), map_price=None, digits=2)
    assert within.floor == Decimal("21.42")  # 15 * 1.2 * 1.19


def test_a_currency_without_cents() -> None:
    rule = Rule(name="r", max_up_percent=Decimal(5), max_down_percent=Decimal(5), min_margin_percent=Decimal(10))
    within = limits(rule, price=Decimal(1999), cost=Decimal(999), tax_rate=Decimal("0.1"), map_price=None, digits=0)
    assert (within.floor, within.lowest, within.highest) == (1209, 1900, 2098)
    assert step(rule, within, target(rule, Decimal("1950.5"), digits=0)) == 1951
