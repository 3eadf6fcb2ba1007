"""Training: learn how to rank from past windows, judge that on later ones, then refit on everything."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np
import numpy.typing as npt

from recommender.evaluation import Comparison, Outcomes, Purchased, compare, judge, new_only, popular_top
from recommender.for_you import ForYou
from recommender.interactions import Interactions, moment_of
from recommender.together import Together
from recommender.world import Blend, Bought, Rows, World
from warehouse.errors import NotEnoughData
from warehouse.progress import Progress, quiet

WEEKS = 4
"""Length of a window: what is predicted is what a customer buys in the following four weeks."""
K = 20
"""Length of the judged list."""
JUDGED = 3
"""Windows the model is judged on, each by a model that knew nothing of it."""
LEARNED = 2
"""Windows a ranking is learned from, the latest before its cut-off."""
LEAST_CUSTOMERS = 30

_DAYS = 7 * WEEKS
_MODES: tuple[Purchased, ...] = ("include", "exclude")


@dataclass(frozen=True)
class Trained:
    """A recommender ready for release, with the figures it earned."""

    for_you: ForYou
    together: Together
    blend: Blend
    comparisons: tuple[Comparison, ...]
    """One for purchased = include, one for exclude."""
    cutoffs: tuple[date, ...]
    """The judged windows' first days, latest first."""
    until: date
    """The day before which everything was learned from."""


@dataclass(frozen=True)
class _Window:
    """The weeks after `start`: a world fitted before them, what was bought in them, and what that teaches."""

    start: float
    world: World
    bought: Bought
    rows: Rows


def train(
    interactions: Interactions, sellable: npt.NDArray[np.bool_], *, seed: int, progress: Progress = quiet
) -> Trained:
    """Train, judge over time and refit. `sellable` has one entry per sku.

    The weeks before the last purchase are cut into windows of four. A model judged on a window saw only what came
    before it, its ranking learned from the two windows before. NotEnoughData where there are fewer than three windows'
    time, or fewer than 30 customers came back in one of the last two.
    """
    end = interactions.end_day
    starts = _window_starts(interactions)
    steps = len(starts) + 2
    windows: list[_Window] = []
    for step, start in enumerate(starts):
        progress("training the recommender", step, steps)
        bought = Bought.between(interactions, start, start + _DAYS)
        world = World.fit(interactions, start, seed=seed)
        windows.append(_Window(start, world, bought, Rows.gather(world, bought, seed=seed)))
    progress("training the recommender", len(starts), steps)
    judged = windows[: min(JUDGED, len(windows) - 1)]
    outcomes: dict[Purchased, list[tuple[Outcomes, Outcomes]]] = {mode: [] for mode in _MODES}
    for number, window in enumerate(judged):
        blend = Blend.fit([w.rows for w in windows[number + 1 : number + 1 + LEARNED]])
        for mode in _MODES:
            outcomes[mode].append(_judged(window, blend, mode))
    comparisons = tuple(compare(mode, K, outcomes[mode], seed=seed) for mode in _MODES)
    progress("training the recommender", len(starts) + 1, steps)
    blend = Blend.fit([w.rows for w in windows[:LEARNED]])
    windows.clear()
    trained = Trained(
        for_you=ForYou.build(World.fit(interactions, end, seed=seed), blend, sellable),
        together=Together.fit(interactions, sellable),
        blend=blend,
        comparisons=comparisons,
        cutoffs=tuple(moment_of(window.start).date() for window in judged),
        until=moment_of(end).date(),
    )
    progress("training the recommender", steps, steps)
    return trained


def _window_starts(interactions: Interactions) -> list[float]:
    """First days of the windows, latest first: those with as much history before them and enough who came back."""
    end, first = interactions.end_day, interactions.first_day
    days = end - first
    if days < 3 * _DAYS:
        raise NotEnoughData(
            f"the orders cover {days:.0f} days; learning and judging recommendations needs at least {3 * _DAYS}: "
            "import older orders, or wait"
        )
    starts: list[float] = []
    for number in range(1, JUDGED + LEARNED + 1):
        start = end - number * _DAYS
        if start - first < _DAYS:
            break
        back = _came_back(interactions, start)
        if back < LEAST_CUSTOMERS:
            if number <= 2:
                raise NotEnoughData(
                    f"only {back} known customers bought again in the {WEEKS} weeks from {moment_of(start).date()}; "
                    f"at least {LEAST_CUSTOMERS} are needed: import more orders with customer ids"
                )
            break
        starts.append(start)
    return starts


def _came_back(interactions: Interactions, start: float) -> int:
    known = interactions.customer >= 0
    before = interactions.customer[known & (interactions.day < start)]
    within = interactions.customer[known & (interactions.day >= start) & (interactions.day < start + _DAYS)]
    return len(np.intersect1d(before, within))


def _judged(window: _Window, blend: Blend, mode: Purchased) -> tuple[Outcomes, Outcomes]:
    """The model's outcomes and popularity's for customers who had a history when the window began."""
    history, bought = window.world.history, window.bought
    customers = bought.customers
    customers = customers[history.customer_orders[customers] > 0]
    exclude = mode == "exclude"
    relevant = new_only(bought, history) if exclude else bought
    # What could be sold at that time is not known for sure, so nothing is held back: neither from the baseline.
    model = ForYou.build(window.world, blend, np.ones(history.skus, dtype=np.bool_))
    ours = judge(model.top(customers, K, exclude=exclude), customers, relevant, K)
    return ours, judge(popular_top(window.world, customers, K, exclude=exclude), customers, relevant, K)
