"""Experiments have the effects they state: an A/B test, a null test, and a mailing with a holdout."""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from experiments.market import Market, MarketSize, Trial, generate
from tests.experiments.frames import frame


def orders_after_exposure(market: Market) -> pd.DataFrame:
    """By exposed customer: variant, the number of orders from the exposure on, and whether one within 28 days."""
    orders = frame(market.tables["orders"])
    orders = orders[(orders.quantity > 0) & (orders.line_kind == "product")]
    orders = orders.drop_duplicates("order_id")[["customer_id", "ordered_at"]]
    units = frame(market.tables["exposures"])
    units = units[units.experiment == market.truth.trial.key]
    later = units.merge(orders, left_on="unit_id", right_on="customer_id")
    later = later[later.ordered_at >= later.exposed_at]
    counts = later.unit_id.value_counts()
    soon = later[later.ordered_at < later.exposed_at + pd.Timedelta(days=28)].unit_id
    return units.assign(orders=units.unit_id.map(counts).fillna(0.0), converted=units.unit_id.isin(soon))


def ratio_and_interval(units: pd.DataFrame, z: float) -> tuple[float, float, float]:
    """The log of treatment's mean over control's with its interval, by the delta method."""
    groups = [units[units.variant == name].orders for name in ("treatment", "control")]
    ratio = float(np.log(groups[0].mean() / groups[1].mean()))
    error = float(np.sqrt(sum(g.var() / len(g) / g.mean() ** 2 for g in groups)))
    return ratio, ratio - z * error, ratio + z * error


@pytest.mark.parametrize("effect", [0.3, -0.2])
def test_the_true_effect_lies_in_its_interval_in_a_large_sample(effect: float, busy: Market) -> None:
    made = busy
    if effect != busy.truth.trial.effect:
        trial = Trial(effect=effect, variants=busy.truth.trial.variants)
        made = generate(
            MarketSize(96, 20_000, 20.0), seed=8, start=date(2025, 9, 1), end=date(2025, 10, 31), trial=trial
        )
    units = orders_after_exposure(made)
    _, low, high = ratio_and_interval(units, z=2.58)
    assert low < np.log1p(effect) < high and high - low < 0.16
    for name, share in made.truth.conversion(28).items():
        group = units[units.variant == name]
        assert abs(group.converted.mean() - share) < 3 * np.sqrt(share * (1 - share) / len(group))
    seen = units.variant.value_counts()
    shares = [len(units) * 0.6, len(units) * 0.4]
    assert stats.chisquare([seen["control"], seen["treatment"]], shares).pvalue > 0.001


def test_null_experiments_stay_null_and_before_exposure_variants_are_alike() -> None:
    """Over seeds the test statistic of a null experiment spreads like a standard normal one."""
    scores = []
    for seed in range(12):
        made = generate(
            MarketSize(48, 1500, 30.0),
            seed=seed,
            start=date(2025, 9, 1),
            end=date(2025, 9, 30),
            trial=Trial(effect=0.0),
        )
        ratio, low, _ = ratio_and_interval(orders_after_exposure(made), z=1.0)
        scores.append(ratio / (ratio - low))
    assert stats.chi2.sf(float(np.square(scores).sum()), len(scores)) > 0.001
    assert abs(np.mean(scores)) < 3.3 / np.sqrt(len(scores))


def orders_within(market: Market, experiment: str, days: int | None = None) -> pd.DataFrame:
    """By unit of an experiment: the truth, and the number of orders from the exposure on, for so many days."""
    orders = frame(market.tables["orders"])
    orders = orders[(orders.quantity > 0) & (orders.line_kind == "product")].drop_duplicates(["store_id", "order_id"])
    shown = frame(market.tables["exposures"]).query("experiment == @experiment")
    both = shown.merge(orders[["customer_id", "ordered_at"]], left_on="unit_id", right_on="customer_id")
    both = both[both.ordered_at >= both.exposed_at]
    if days is not None:  # an effect that ends does so at a midnight
        ends = both.exposed_at.dt.tz_convert("Europe/Berlin").dt.normalize() + pd.Timedelta(days=days)
        both = both[both.ordered_at < ends]
    units = shown.merge(frame(market.truth.effects).query("experiment == @experiment"), on=["experiment", "unit_id"])
    assert len(units) == len(shown) > 100
    return units.assign(seen=units.unit_id.map(both.unit_id.value_counts()).fillna(0.0))


def difference(units: pd.DataFrame) -> tuple[float, float]:
    """Mean orders of the treated less those of the control, with its standard error."""
    groups = [units[units.treated == treated].seen for treated in (True, False)]
    return groups[0].mean() - groups[1].mean(), float(np.sqrt(sum(g.var() / len(g) for g in groups)))


def test_the_mailing_brings_the_orders_it_states_and_more_to_some_than_to_others(busy: Market) -> None:
    units = orders_within(busy, "come-back-mail", days=21)
    assert set(units.variant) == {"holdout", "mailed"} and (units.treated == (units.variant == "mailed")).all()
    assert units.treated.mean() == pytest.approx(0.8, abs=0.02)
    found, error = difference(units)
    assert abs(found - (units.effect * units.orders).mean()) < 3 * error
    assert units.effect.nunique() == 3 and units.effect.min() < 0
    for _, band in units.groupby("effect"):
        found, error = difference(band)
        assert abs(found - (band.effect * band.orders).mean()) < 3 * error
        control = band[~band.treated]
        assert control.seen.sum() == pytest.approx(control.orders.sum(), abs=4 * np.sqrt(control.orders.sum()))


def test_the_mailing_went_to_the_treated_alone(busy: Market) -> None:
    units = frame(busy.tables["exposures"]).query("experiment == 'come-back-mail'")
    sent = frame(busy.tables["sent_messages"]).query("campaign == 'come-back-mail'")
    assert set(sent.customer_id) == set(units[units.variant == "mailed"].unit_id)
    assert set(sent.variant) == {"mailed"}
    both = sent.merge(units, left_on="customer_id", right_on="unit_id")
    assert (both.sent_at == both.exposed_at).all()


def test_the_null_test_makes_no_difference(busy: Market) -> None:
    units = orders_within(busy, "button-colour")
    assert (units.effect == 0).all()
    found, error = difference(units)
    assert abs(found) < 3 * error
    assert units.seen.sum() == pytest.approx(units.orders.sum(), rel=0.25)  # the A/B test lifts half of them
