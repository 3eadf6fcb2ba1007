"""Which of a page's amounts is the price: a conditional logit over the candidates, with "no price" as one choice.

A candidate's score is the weighted sum of its features; the scores' softmax, with a score of 0 for "no price here",
gives the probability that the price is this one (McFadden, "Conditional logit analysis of qualitative choice
behavior", 1974). The weights are fitted by benchmarks/fit_price_finder.py on labelled pages, pulled towards weights
set by hand, and judged on shops left out of the fit.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import exp

from scrapers.extraction.visible.weights import WEIGHTS


def probabilities(described: Sequence[Mapping[str, float]]) -> list[float]:
    """By candidate: the probability that it is the page's price. They sum to less than 1, the rest is for none."""
    if not described:
        return []
    bias = WEIGHTS["bias"]
    scores = [
        bias + sum([WEIGHTS[name] * value for name, value in features.items() if value]) for features in described
    ]
    highest = max(0.0, *scores)
    weights = [exp(score - highest) for score in scores]
    total = sum(weights) + exp(-highest)
    return [weight / total for weight in weights]
