"""The experiments that run in the market, with effects we know: A/B tests, and a mailing with a holdout."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from campaigns.abtests.assignment import assign
from experiments.market.columns import Bools, Floats, Ints, generator, instants, lake_table, same
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
class Mailing:
    """A mail sent once, `weeks` weeks before the end, to all who may be written to but a random holdout.

    For `lasts` days it multiplies the rate at which a customer orders by 1 + effect, where the effect depends on how
    long the customer has had an account: `effects` lists (up to this many days, effect). Among the oldest it does harm.
    """

    key: str = "come-back-mail"
    salt: str = "come-back-mail-1"
    variants: tuple[tuple[str, float], ...] = (("holdout", 0.2), ("mailed", 0.8))
    effects: tuple[tuple[float, float], ...] = ((180, 0.6), (450, 0.25), (float("inf"), -0.1))
    weeks: int = 6
    lasts: int = 21

    def effect(self, tenure: Ints) -> Floats:
        """The true effect on customers who have had an account for so many days."""
        bands = np.array([effect for _, effect in self.effects])
        return bands[np.searchsorted([most for most, _ in self.effects], tenure, side="left")]


NULL_TRIAL = Trial(key="button-colour", salt="button-colour-1", effect=0.0, weeks=6, share=0.5)
"""An A/B test of something that makes no difference."""


@dataclass(frozen=True)
class Exposed:
    """By customer: the day and the part of that day when first exposed (day `NEVER`: not), the factor from then on.

    `who` are the exposed customers, in the order of `table`, `treated` says which of them are not of the control and
    `effect` what treatment does to the order rate of each, treated or not. `start` is the first day of the experiment,
    `until` the first on which its effect is over.
    """

    key: str
    day: Ints
    fraction: Floats
    factor: Floats
    who: Ints
    treated: Bools
    effect: Floats
    start: int
    until: int
    table: pa.Table

    def orders_factor(self, day: int) -> Floats | float:
        """The factor on each customer's order rate; on the day of exposure the larger of before and after."""
        if not self.start <= day < self.until:
            return 1.0
        after = np.where(self.day < day, self.factor, 1.0)
        return np.where(self.day == day, np.maximum(1.0, self.factor), after)

    def keep(self, day: int, customer: Ints, fraction: Floats) -> Floats | float:
        """The chance that an order drawn at the `orders_factor` stands, so that the effect starts at the moment."""
        if not self.start <= day < self.until:
            return 1.0
        today = self.day[customer] == day
        factor = self.factor[customer]
        now = np.where(fraction >= self.fraction[customer], factor, 1.0)
        return np.where(today, now / np.maximum(1.0, factor), 1.0)


def expose(trial: Trial, people: People, seed: int, days: Days, store_id: str) -> Exposed:
    """Expose customers who come by, each assigned as the product itself assigns (same function, same salt)."""
    rng = generator(seed, f"trial {trial.key} {store_id}")
    n = len(people)
    start = max(1, len(days) - 7 * trial.weeks)
    day = start + rng.integers(0, min(14, max(1, len(days) - start)), n)
    fraction = rng.uniform(0.25, 0.99, n)
    chosen = (rng.random(n) < trial.share) & (people.registered < start) & (people.left > day)
    effect = np.full(n, trial.effect)
    return _exposed(trial, people, chosen, day, fraction, effect, start, NEVER, days)


def send(mailing: Mailing, people: People, reachable: Bools, fraction: Floats, days: Days) -> Exposed:
    """Expose all who may be written to, each when `fraction` of the sending day has passed, the holdout too."""
    start = sending_day(mailing, days)
    effect = mailing.effect(start - people.registered)
    day = np.full(len(people), start)
    return _exposed(mailing, people, reachable, day, fraction, effect, start, start + mailing.lasts, days)


def sending_day(mailing: Mailing, days: Days) -> int:
    """The day on which the mail goes out."""
    return max(0, len(days) - 7 * mailing.weeks)


def _exposed(
    experiment: Trial | Mailing,
    people: People,
    chosen: Bools,
    day: Ints,
    fraction: Floats,
    effect: Floats,
    start: int,
    until: int,
    days: Days,
) -> Exposed:
    who = np.flatnonzero(chosen)
    units = people.ids.take(pa.array(who))
    variants = [assign(experiment.salt, unit, experiment.variants) for unit in units.to_pylist()]
    factor = np.ones(len(people))
    treated = np.array([variant != experiment.variants[0][0] for variant in variants], dtype=bool)
    factor[who] = np.where(treated, 1.0 + effect[who], 1.0)
    table = lake_table(
        "exposures",
        {
            "experiment": same(experiment.key, len(who)),
            "unit_id": units,
            "variant": pa.array(variants, pa.string()),
            "exposed_at": instants(days.at(day[who], fraction[who])),
        },
    )
    return Exposed(
        experiment.key, np.where(chosen, day, NEVER), fraction, factor, who, treated, effect[who], start, until, table
    )
