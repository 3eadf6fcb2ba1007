"""Proposals over a store: their reasons, their silences, what is kept."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from pricing.proposals import Proposal, propose
from pricing.rules import Rule
from warehouse.errors import InputError, NotFound
from warehouse.house import Warehouse
from warehouse.records import PriceRule
from warehouse.records.audit import list_entries
from warehouse.records.definitions import get_definition
from warehouse.stores import open_store

Put = Callable[..., Any]


def rule(**changes: object) -> Rule:
    fields: dict[str, object] = {
        "name": "follow",
        "max_up_percent": 5,
        "max_down_percent": 10,
        "min_margin_percent": 20,
        "tax_rate_percent": 0,
    }
    return Rule.model_validate(fields | changes)


def one(warehouse: Warehouse, used: Rule) -> Proposal:
    (proposal,) = propose(warehouse, "de", used).proposals
    return proposal


@pytest.mark.parametrize(
    ("changes", "price", "reason"),
    [
        ({"max_down_percent": 30}, "19.90", "Market median 19.90 (2 offers, newest 3 h old); ours 24.90"),
        (
            {},
            "22.41",
            "Market median 19.90 (2 offers, newest 3 h old); ours 24.90; lowered by 10 % at most, to 22.41",
        ),
        (
            {"max_down_percent": 30, "market": "lowest"},
            "18.50",
            "Market lowest 18.50 (2 offers, newest 3 h old); ours 24.90",
        ),
        (
            {"max_down_percent": 30, "min_margin_percent": "35.5"},
            "20.33",
            "Market median 19.90 (2 offers, newest 3 h old); ours 24.90; floored at cost 15.00 + 35.5 % margin = 20.33",
        ),
        (
            {"max_down_percent": 30, "tax_rate_percent": 19, "ending": "0.99"},
            "21.99",
            "Market median 19.90 (2 offers, newest 3 h old); ours 24.90; "
            "floored at cost 15.00 + 20 % margin + 19 % tax = 21.42; ending in 0.99: 21.99",
        ),
        (
            {"target_index": 130, "ending": "9.99"},
            "25.87",
            "Market median 19.90 (2 offers, newest 3 h old); ours 24.90; index 130 of it is 25.87; "
            "no price ending in 9.99 lies within the limits",
        ),
        (
            {"target_index": 150},
            "26.14",
            "Market median 19.90 (2 offers, newest 3 h old); ours 24.90; index 150 of it is 29.85; "
            "raised by 5 % at most, to 26.14",
        ),
    ],
)
def test_the_reason_says_how_the_price_came_about(
    warehouse: Warehouse, sell: Put, ask_price: Put, changes: dict[str, object], price: str, reason: str
) -> None:
    sell("A", "24.90", cost=15)
    ask_price("berg", "A", "18.50", hours_old=30)
    ask_price("tal", "A", "21.30", hours_old=3)
    proposal = one(warehouse, rule(**changes))
    assert (proposal.proposed_price, proposal.reason) == (Decimal(price), reason)


def test_the_minimum_advertised_price_is_kept(warehouse: Warehouse, sell: Put, ask_price: Put) -> None:
    sell("A", "24.90", cost=15, map_price=Decimal("23.50"), currency="EUR")
    ask_price("berg", "A", "18.50")
    proposal = one(warehouse, rule())
    assert proposal.proposed_price == Decimal("23.50")
    assert "kept at the minimum advertised price 23.50" in proposal.reason


def test_every_product_without_a_proposal_is_counted_by_cause(warehouse: Warehouse, sell: Put, ask_price: Put) -> None:
    sell("A", 20, cost=10)
    ask_price("berg", "A", 19)
    sell("no offer", 20, cost=10)
    sell("old", 20, cost=10)
    ask_price("berg", "old", 19, hours_old=100)
    sell("sold out", 20, cost=10)
    ask_price("berg", "sold out", 19, availability="out_of_stock")
    sell("no cost", 20)
    ask_price("berg", "no cost", 19)
    sell("dear cost", 20, cost=19)
    ask_price("berg", "dear cost", 19)
    sell("high map", 20, cost=10, map_price=Decimal(40))
    ask_price("berg", "high map", 19)
    sell("foreign map", 20, cost=10, map_price=Decimal(10), currency="USD")
    ask_price("berg", "foreign map", 19)
    sell("level", 20, cost=10)
    ask_price("berg", "level", 20)
    run = propose(warehouse, "de", rule())
    assert [p.sku for p in run.proposals] == ["A"]
    assert run.without == {
        "no competitor's offer is matched to it": 1,
        "no fresh offer: the last observation is too old": 1,
        "no fresh offer in stock that can be compared": 1,
        "its cost is not known": 1,
        "its margin floor lies above what one step allows": 1,
        "its minimum advertised price lies above what one step allows": 1,
        "its minimum advertised price is in another currency": 1,
        "its price is already where the rule wants it": 1,
    }
    assert run.products == len(run.proposals) + sum(run.without.values())


def test_proposals_and_their_rule_are_kept(warehouse: Warehouse, sell: Put, ask_price: Put) -> None:
    sell("A", 20, cost=10)
    ask_price("berg", "A", 19)
    first = propose(warehouse, "de", rule())
    assert propose(warehouse, "de", rule()).run_id == first.run_id
    second = propose(warehouse, "de", rule(target_index=99))
    with warehouse.session() as session:
        rows = session.query("select * from price_proposals order by rule").to_pylist()
    assert [(row["run_id"], row["rule"], row["proposed_price"]) for row in rows] == [
        (first.run_id, "follow v1", Decimal(19)),
        (second.run_id, "follow v2", Decimal("18.81")),
    ]
    assert rows[0]["reason"] == first.proposals[0].reason
    assert (rows[0]["market_price"], rows[0]["cost"], rows[0]["currency"]) == (Decimal(19), Decimal(10), "EUR")
    with warehouse.records.reading() as records:
        assert Rule.model_validate(get_definition(records, PriceRule, "follow", 1).definition) == rule()


def test_without_a_rule_the_one_used_last_is_taken(warehouse: Warehouse, sell: Put, ask_price: Put) -> None:
    sell("A", 20, cost=10)
    ask_price("berg", "A", 19)
    with pytest.raises(InputError, match="rule 'match-market': tax_rate_percent is missing"):
        propose(warehouse, "de")
    propose(warehouse, "de", rule(target_index=97))
    warehouse.clock.forward(minutes=1)  # type: ignore[attr-defined]
    assert propose(warehouse, "de").rule == "follow v1"


def test_the_rule_used_last_need_not_be_the_one_saved_last(warehouse: Warehouse, store: str) -> None:
    """Nor need its run have proposed anything."""
    a, b = rule(name="a"), rule(name="b")
    for used in (a, b, a):
        propose(warehouse, store, used)
        warehouse.clock.forward(minutes=1)  # type: ignore[attr-defined]
    assert [propose(warehouse, store).rule for _ in range(2)] == ["a v1", "a v1"]
    with warehouse.records.reading() as records:
        noted = [entry.detail["rule"] for entry in list_entries(records, subject="price rule")]
    assert noted == ["a", "b", "a"]


def test_runs_over_other_windows_are_other_runs(warehouse: Warehouse, sell: Put, ask_price: Put) -> None:
    sell("A", 20, cost=10)
    ask_price("berg", "A", 19)
    ask_price("tal", "A", 18, hours_old=40)
    short, long = (propose(warehouse, "de", rule(), window=timedelta(days=days)) for days in (1, 3))
    assert [p.proposed_price for run in (short, long) for p in run.proposals] == [Decimal(19), Decimal("18.5")]
    assert short.run_id != long.run_id
    with warehouse.session() as session:
        kept = session.query("select run_id, proposed_price from price_proposals").to_pylist()
    assert {row["run_id"]: row["proposed_price"] for row in kept} == {
        short.run_id: Decimal(19),
        long.run_id: Decimal("18.5"),
    }


@pytest.mark.parametrize(
    ("cost", "map_price", "cause"),
    [
        (5, None, "no price in the currency's smallest unit lies within one step"),
        (9, None, "its margin floor lies above what one step allows"),
        (5, 11, "its minimum advertised price lies above what one step allows"),
        (9, 12, "its margin floor lies above what one step allows"),
    ],
)
def test_why_a_step_leaves_no_price(
    warehouse: Warehouse, sell: Put, ask_price: Put, cost: int, map_price: int | None, cause: str
) -> None:
    """From 10.005 a step of nothing allows neither 10.00 nor 10.01."""
    sell("A", "10.005", cost=cost, map_price=map_price and Decimal(map_price), currency="EUR")
    ask_price("berg", "A", 9)
    run = propose(warehouse, "de", rule(max_up_percent=0, max_down_percent=0))
    assert (run.proposals, run.without) == ((), {cause: 1})


def test_what_stops_a_run(warehouse: Warehouse, store: str) -> None:
    with pytest.raises(NotFound, match="no store 'fr'"):
        propose(warehouse, "fr", rule())
    open_store(warehouse, "jp", currency="JPY", timezone="Asia/Tokyo")
    with pytest.raises(InputError, match=r"no price in JPY ends in 0\.99"):
        propose(warehouse, "jp", rule(ending="0.99"))
