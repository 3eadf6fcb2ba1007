"""The statistics of an A/B test. They see only counts, sums and sums of squares per variant, never a unit.

Difference of means: B. L. Welch, "The generalization of 'Student's' problem when several different population
variances are involved", Biometrika 34 (1947). Relative lift: the delta method, as in A. Deng, U. Knoblich and J. Lu,
"Applying the Delta Method in Metric Analytics" (KDD 2018). Sample ratio: A. Fabijan et al., "Diagnosing Sample Ratio
Mismatch in Online Controlled Experiments" (KDD 2019).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

CONFIDENCE = 0.95
SRM_P_VALUE = 0.001
"""Below it the split is not the one that was meant, and no difference can be trusted."""

_FIRM_MEAN = 3.0
"""Standard errors a mean must be above 0 before a ratio to it has an interval worth showing."""


@dataclass(frozen=True)
class Sample:
    """Sufficient statistics of one variant: n units, the sum of their values and of the values' squares."""

    n: int
    total: Decimal
    squares: Decimal

    @property
    def mean(self) -> float:
        """The mean; `n` must be positive."""
        return float(Fraction(self.total) / self.n)

    @property
    def variance(self) -> float:
        """The unbiased variance; `n` must be at least 2. Exact until the end: no digits cancel out."""
        spread = Fraction(self.squares) - Fraction(self.total) ** 2 / self.n
        return float(spread / (self.n - 1))


@dataclass(frozen=True)
class Effect:
    """A treatment's mean less the control's, with a 95 % interval, in the metric's own unit.

    `p_value` is two-sided, of no difference. The relative ones are shares of the control's mean (0.1 is 10 % more);
    None where that mean is too close to 0 for a ratio to it to mean anything.
    """

    difference: float
    low: float
    high: float
    p_value: float
    degrees_of_freedom: float
    relative: float | None
    relative_low: float | None
    relative_high: float | None


def welch(control: Sample, treatment: Sample) -> Effect:
    """Compare two means without assuming equal variances. Each sample needs 2 units, and one of them a variance.

    Raises:
        ValueError: a sample is too small, or no value differs from another in either.
    """
    from scipy import stats

    if control.n < 2 or treatment.n < 2:
        raise ValueError("each variant needs at least 2 units")
    of_control, of_treatment = control.variance / control.n, treatment.variance / treatment.n
    squared_error = of_control + of_treatment
    if squared_error <= 0:
        raise ValueError("all values are the same")
    freedom = squared_error**2 / (of_control**2 / (control.n - 1) + of_treatment**2 / (treatment.n - 1))
    error = math.sqrt(squared_error)
    difference = treatment.mean - control.mean
    reach = float(stats.t.ppf((1 + CONFIDENCE) / 2, freedom))
    relative: float | None = None
    relative_error = 0.0
    if control.mean > _FIRM_MEAN * math.sqrt(of_control):
        relative = difference / control.mean
        ratio = treatment.mean / control.mean
        relative_error = math.sqrt(of_treatment + ratio**2 * of_control) / control.mean
    return Effect(
        difference=difference,
        low=difference - reach * error,
        high=difference + reach * error,
        p_value=float(2 * stats.t.sf(abs(difference) / error, freedom)),
        degrees_of_freedom=freedom,
        relative=relative,
        relative_low=None if relative is None else relative - reach * relative_error,
        relative_high=None if relative is None else relative + reach * relative_error,
    )


def sample_ratio_p_value(observed: Sequence[int], weights: Sequence[float]) -> float:
    """How likely a split at least this far from the weights is by chance (Pearson's chi-square test).

    `observed` and `weights` are by variant in the same order; weights are positive and of any scale.
    """
    from scipy import stats

    total, scale = sum(observed), math.fsum(weights)
    expected = [total * weight / scale for weight in weights]
    return float(stats.chisquare(observed, expected).pvalue)
