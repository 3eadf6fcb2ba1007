"""Matching judged by the simulated market, which knows what each offer truly is."""

from __future__ import annotations

import pytest

from experiments.judge.matching import judged, market_offers
from pricing.matching.decide import decide
from pricing.matching.model.scorer import Scorer


@pytest.mark.parametrize("seed", [1, 2])
def test_matches_are_right_and_most_are_found(seed: int) -> None:
    market = market_offers(products=300, seed=seed, sites=2)
    outcome = decide(market.products, market.offers, scorer=Scorer.open())
    found = judged(market, outcome)
    assert found.right / found.matched >= 0.99
    assert found.right / found.true >= 0.95
