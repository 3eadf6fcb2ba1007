"""The statistics against other libraries on raw values, published figures, and what an A/A test must do."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from campaigns.abtests.statistics import Effect, Sample, sample_ratio_p_value, welch

amounts = st.decimals(min_value=-10_000, max_value=10_000, places=4)


def sample(values: list[Decimal]) -> Sample:
    return Sample(len(values), sum(values, Decimal()), sum((v * v for v in values), Decimal()))


def cents(values: NDArray[np.float64]) -> list[Decimal]:
    return [Decimal(round(v * 100)) / 100 for v in values.tolist()]


@settings(deadline=None)  # a busy machine is not a wrong answer
@given(st.lists(amounts, min_size=2, max_size=40), st.lists(amounts, min_size=2, max_size=40))
def test_welch_is_scipys_on_the_raw_values(control: list[Decimal], treatment: list[Decimal]) -> None:
    from scipy import stats

    if len(set(control)) == 1 or len(set(treatment)) == 1:
        return  # scipy warns of lost precision there
    ours = welch(sample(control), sample(treatment))
    theirs = stats.ttest_ind(np.array(treatment, float), np.array(control, float), equal_var=False)
    interval = theirs.confidence_interval(0.95)
    assert ours.p_value == pytest.approx(theirs.pvalue, rel=1e-6, abs=1e-12)
    assert ours.degrees_of_freedom == pytest.approx(theirs.df, rel=1e-6)
    assert (ours.low, ours.high) == pytest.approx((interval.low, interval.high), rel=1e-6, abs=1e-6)


def test_welch_is_statsmodels_too() -> None:
    from statsmodels.stats.weightstats import CompareMeans, DescrStatsW

    random = np.random.default_rng(3)
    control, treatment = cents(random.lognormal(3, 1, 500)), cents(random.lognormal(3.1, 1.2, 300))
    compared = CompareMeans(DescrStatsW(np.array(treatment, float)), DescrStatsW(np.array(control, float)))
    ours = welch(sample(control), sample(treatment))
    assert (ours.low, ours.high) == pytest.approx(compared.tconfint_diff(usevar="unequal"), rel=1e-9)
    assert ours.p_value == pytest.approx(compared.ttest_ind(usevar="unequal")[1], rel=1e-9)


def test_no_digits_cancel_out_in_the_variance() -> None:
    # Around a hundred million, sums of squares in doubles would lose the variance altogether.
    base = Decimal(100_000_000)
    assert sample([base + 1, base + 2, base + 3]).variance == 1.0


def test_a_share_is_compared_as_a_mean_of_ones() -> None:
    # Wald interval of statsmodels for the difference of two shares: the same up to n/(n-1) and t for normal.
    from statsmodels.stats.proportion import confint_proportions_2indep

    low, high = confint_proportions_2indep(660, 10_000, 500, 10_000, method="wald", compare="diff")
    ours = welch(Sample(10_000, Decimal(500), Decimal(500)), Sample(10_000, Decimal(660), Decimal(660)))
    assert (ours.low, ours.high) == pytest.approx((low, high), rel=1e-3)
    assert ours.relative == pytest.approx(0.32)


def test_the_visits_of_hillstroms_mail_test(shared_data: Callable[[str], Path]) -> None:
    data = pd.read_csv(shared_data("campaigns/hillstrom_kuplift.csv"))

    def visits(segment: str) -> Sample:
        values = data.loc[data["segment"] == segment, "visit"]
        return Sample(len(values), Decimal(int(values.sum())), Decimal(int((values**2).sum())))

    control, mens, womens = (visits(name) for name in ("No E-Mail", "Mens E-Mail", "Womens E-Mail"))
    # K. Hillstrom's own summary (MineThatData, 2008): visit rates of 10.6 %, 18.3 % and 15.1 %.
    assert [round(s.mean, 3) for s in (control, mens, womens)] == [0.106, 0.183, 0.151]
    assert welch(control, mens).difference == pytest.approx(0.0766, abs=5e-5)
    assert welch(control, womens).difference == pytest.approx(0.0452, abs=5e-5)
    # He split 64,000 customers in three equal parts.
    assert sample_ratio_p_value([control.n, mens.n, womens.n], [1, 1, 1]) > 0.05


def drawn(values: NDArray[np.float64]) -> list[Sample]:
    """The sample of each row of values: rows are tests, columns units."""
    squares = (values**2).sum(axis=1)
    return [
        Sample(values.shape[1], Decimal(float(total)), Decimal(float(square)))
        for total, square in zip(values.sum(axis=1), squares, strict=True)
    ]


def effects(control: NDArray[np.float64], treatment: NDArray[np.float64]) -> list[Effect]:
    return [welch(c, t) for c, t in zip(drawn(control), drawn(treatment), strict=True)]


def test_a_null_test_stays_null_and_intervals_cover_as_often_as_they_say() -> None:
    random = np.random.default_rng(20)
    tests, units = 2_000, 1_000

    def spend(lift: float, size: int) -> NDArray[np.float64]:
        bought = random.random((tests, size)) < 0.2
        return np.asarray(bought * random.gamma(2.0, 20.0 * lift, (tests, size)))

    null = effects(spend(1.0, units), spend(1.0, units // 2))
    false_alarms = sum(e.p_value < 0.05 for e in null) / tests
    assert false_alarms == pytest.approx(0.05, abs=0.015)  # 3 standard errors of a share of 5 % over 2,000
    real = effects(spend(1.0, units), spend(1.25, units // 2))
    assert sum(e.low <= 2.0 <= e.high for e in real) / tests == pytest.approx(0.95, abs=0.015)
    relative = [(e.relative_low, e.relative_high) for e in real if e.relative_low is not None and e.relative_high]
    assert len(relative) == tests
    assert sum(low <= 0.25 <= high for low, high in relative) / tests == pytest.approx(0.95, abs=0.015)


def test_no_ratio_to_a_mean_that_may_be_nothing() -> None:
    control = sample([Decimal(v) for v in (-10, 10, -9, 9, 1)])
    assert welch(control, sample([Decimal(v) for v in (5, 6, 7)])).relative is None


def test_what_cannot_be_compared_is_refused() -> None:
    same = sample([Decimal(1)] * 5)
    with pytest.raises(ValueError, match="all values are the same"):
        welch(same, same)
    with pytest.raises(ValueError, match="at least 2 units"):
        welch(sample([Decimal(1)]), sample([Decimal(1), Decimal(2)]))


def test_sample_ratio_is_pearsons_test() -> None:
    # 5,000 against 4,850 of 1:1: chi-square 2.284, p 0.131; against 4,600: 16.67, p 0.0000446
    assert sample_ratio_p_value([5000, 4850], [1, 1]) == pytest.approx(0.1307, abs=1e-3)
    assert sample_ratio_p_value([5000, 4600], [50, 50]) == pytest.approx(4.46e-5, rel=0.01)
    assert sample_ratio_p_value([900, 100], [9, 1]) == pytest.approx(1.0)


@settings(deadline=None)  # a busy machine is not a wrong answer
@given(st.lists(amounts, min_size=2, max_size=30))
def test_the_variance_is_exact(values: list[Decimal]) -> None:
    mean = sum(map(Fraction, values)) / len(values)
    expected = sum((Fraction(v) - mean) ** 2 for v in values) / (len(values) - 1)
    assert sample(values).variance == float(expected)
