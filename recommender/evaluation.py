"""How good recommendations are: what they name against what customers then bought, beside popularity's."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

from recommender.for_you import Top
from recommender.history import History
from recommender.interactions import Ints
from recommender.world import Bought, World, chunks
from warehouse.errors import NotEnoughData

Purchased = Literal["include", "exclude"]
METRICS = ("hit_rate", "recall", "ndcg")
"""For k recommended products and what a customer bought in the window (the relevant ones):
hit_rate: 1 when at least one recommended product is relevant; recall: the share of the relevant ones recommended;
ndcg: sum of 1 / log2(rank + 1) over relevant recommended products, ranks from 1, over the same for the best possible
list of k (Järvelin and Kekäläinen, "Cumulated gain-based evaluation of IR techniques", ACM TOIS 2002; gains 0 or 1)."""

Doubles = npt.NDArray[np.float64]

_RESAMPLES = 1000
_FLIPS = 9999
_BATCH = 1111


@dataclass(frozen=True)
class Outcomes:
    """One row per customer with anything relevant: the customer, and METRICS as columns."""

    customers: Ints
    values: Doubles


@dataclass(frozen=True)
class Estimate:
    """A mean with its 95% interval."""

    value: float
    low: float
    high: float


@dataclass(frozen=True)
class Comparison:
    """The model beside popularity for the same customers and windows.

    `gain` is model minus popularity. `p_value` is of the paired two-sided test that ndcg does not differ.
    """

    purchased: Purchased
    k: int
    customers: int
    windows: int
    model: Mapping[str, Estimate]
    popularity: Mapping[str, Estimate]
    gain: Mapping[str, Estimate]
    p_value: float


def judge(top: Top, customers: Ints, bought: Bought, k: int) -> Outcomes:
    """The metrics of `top`, whose rows are places in `customers`; who bought nothing relevant is left out."""
    discount = 1 / np.log2(np.arange(k) + 2)
    relevant = bought.counts(customers)
    right = bought.has(customers[top.row], top.sku) & (top.rank < k)
    row, rank = top.row[right], top.rank[right]
    hits = np.bincount(row, minlength=len(customers))
    gain = np.bincount(row, weights=discount[rank], minlength=len(customers))
    judged = relevant > 0
    hits, gain, relevant = hits[judged], gain[judged], relevant[judged]
    ideal = np.cumsum(discount)[np.minimum(relevant, k) - 1]
    return Outcomes(customers[judged], np.column_stack([hits > 0, hits / relevant, gain / ideal]).astype(np.float64))


def popular_top(world: World, customers: Ints, limit: int, *, exclude: bool) -> Top:
    """The baseline: the most popular products, for each customer without what she bought before where so asked."""
    order = np.arange(len(world.pool), 0, -1, dtype=np.float32)
    parts = []
    for part in chunks(customers):
        scores = np.tile(order, (len(part), 1))
        if exclude:
            scores[world.item_to_item.bought[part].toarray() > 0] = -np.inf
        best = np.argsort(-scores, axis=1, kind="stable")[:, :limit]
        parts.append((np.take_along_axis(scores, best, axis=1), best))
    score, best = (np.concatenate(arrays) for arrays in zip(*parts, strict=True))
    row, rank = np.nonzero(np.isfinite(score))
    return Top(
        row.astype(np.int32),
        rank.astype(np.int32),
        world.pool[best[row, rank]],
        score[row, rank],
        np.full(len(row), -1, np.int32),
    )


def new_only(bought: Bought, history: History) -> Bought:
    """What was bought for the first time."""
    before = history.customer.astype(np.int64) * bought.skus + history.sku
    return Bought(bought.skus, np.setdiff1d(bought.keys, before, assume_unique=True))


def compare(purchased: Purchased, k: int, windows: list[tuple[Outcomes, Outcomes]], *, seed: int) -> Comparison:
    """Model and popularity over all windows together.

    A customer's windows hang together, so intervals resample customers with all their windows (cluster bootstrap,
    percentiles of 1,000 resamples; Davison and Hinkley, Bootstrap Methods and their Application, 3.8), and the test
    flips the sign of a customer's whole difference (permutation test, 9,999 flips).
    """
    rng = np.random.default_rng(seed)
    customer = np.concatenate([model.customers for model, _ in windows])
    model = np.concatenate([model.values for model, _ in windows])
    baseline = np.concatenate([popular.values for _, popular in windows])
    people, place = np.unique(customer, return_inverse=True)
    if not len(people):
        what = "anything" if purchased == "include" else "a product that was new to them"
        raise NotEnoughData(f"in the weeks to judge on, no known customer bought {what}; import more orders")
    count = np.bincount(place).astype(np.float64)

    def per_customer(values: Doubles) -> Doubles:
        return np.column_stack([np.bincount(place, weights=column) for column in values.T])

    sums = {"model": per_customer(model), "popularity": per_customer(baseline)}
    sums["gain"] = sums["model"] - sums["popularity"]
    draws = rng.multinomial(len(people), np.full(len(people), 1 / len(people)), size=_RESAMPLES).astype(np.float64)
    rows = draws @ count

    def estimates(name: str) -> dict[str, Estimate]:
        means = sums[name].sum(axis=0) / count.sum()
        low, high = np.percentile(draws @ sums[name] / rows[:, None], [2.5, 97.5], axis=0)
        return {metric: Estimate(float(means[i]), float(low[i]), float(high[i])) for i, metric in enumerate(METRICS)}

    return Comparison(
        purchased=purchased,
        k=k,
        customers=len(people),
        windows=len(windows),
        model=estimates("model"),
        popularity=estimates("popularity"),
        gain=estimates("gain"),
        p_value=_flipped(sums["gain"][:, METRICS.index("ndcg")], rng),
    )


def _flipped(differences: Doubles, rng: np.random.Generator) -> float:
    """How often random signs give a sum at least as far from 0."""
    observed = abs(differences.sum())
    as_far = 0
    for _ in range(_FLIPS // _BATCH):
        signs = rng.choice(np.array([-1.0, 1.0], dtype=np.float32), size=(_BATCH, len(differences)))
        as_far += int((np.abs(signs @ differences) >= observed - 1e-9).sum())
    return (as_far + 1) / (_FLIPS + 1)
