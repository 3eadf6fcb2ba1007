"""The A/B experiment that runs in the market, with an effect we know."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from campaigns.abtests.assignment import assign
from experiments.market.columns import Floats, Ints, generator, instants, lake_table
from experiments.market.days import Days
from experiments.market.people import People

NEVER = 1 << 40


@dataclass(frozen=True)
class Trial:
    """An experiment over the last `weeks` weeks.

    The first variant is the control. Every other one multiplies the rate at which a customer orders by `1 + effect`
    from the moment of exposure on (0 makes it a null experiment). Mean orders and mean spend thus differ by that
    factor, and the share of customers who order at all by less: see `Truth.conversion`. `share` of the customers
    active when it starts come by and are exposed, within the first two weeks; when somebody comes by does not depend
    on the variant.
    """

    key: str = "checkout-banner"
    salt: str = "checkout-banner-1"
    variants: tuple[tuple[str, float], ...] = (("control", 0.5), ("treatment", 0.5))
    effect: float = 0.2
    weeks: int = 8
    share: float = 0.8


@dataclass(frozen=True)
class Exposed:
    """By customer: the day and the part of that day when first exposed (day `NEVER`: not), the factor from then on.

    `who` are the exposed customers, in the order of `table`; `start` is the first day of the trial.
    """

    day: Ints
    fraction: Floats
    factor: Floats
    who: Ints
    start: int
    table: pa.Table

    def orders_factor(self, day: int) -> Floats:
        """The factor on each customer's order rate; on the day of exposure the larger of before and after."""
        after = np.where(self.day < day, self.factor, 1.0)
        return np.where(self.day == day, np.maximum(1.0, self.factor), after)

    def keep(self, day: int, customer: Ints, fraction: Floats) -> Floats:
        """The chance that an order drawn at the `orders_factor` stands, so that the effect starts at the moment."""
        today = self.day[customer] == day
        factor = self.factor[customer]
        now = np.where(fraction >= self.fraction[customer], factor, 1.0)
        return np.where(today, now / np.maximum(1.0, factor), 1.0)


def expose(trial: Trial, people: People, seed: int, days: Days) -> Exposed:
    """Expose customers, each assigned as the product itself assigns (same function, same salt)."""
    rng = generator(seed, "trial")
    n = len(people.ids)
    start = max(1, len(days) - 7 * trial.weeks)
    day = start + rng.integers(0, min(14, max(1, len(days) - start)), n)
    fraction = rng.uniform(0.25, 0.99, n)
    chosen = (rng.random(n) < trial.share) & (people.registered < start) & (people.left > day)
    who = np.flatnonzero(chosen)
    units = people.ids.take(pa.array(who))
    variants = [assign(trial.salt, unit, trial.variants) for unit in units.to_pylist()]
    factor = np.ones(n)
    factor[who] = np.where(np.array(variants, dtype=object) == trial.variants[0][0], 1.0, 1.0 + trial.effect)
    table = lake_table(
        "exposures",
        {
            "experiment": pa.array([trial.key] * len(who), pa.string()),
            "unit_id": units,
            "variant": pa.array(variants, pa.string()),
            "exposed_at": instants(days.at(day[who], fraction[who])),
        },
    )
    return Exposed(np.where(chosen, day, NEVER), fraction, factor, who, start, table)
