"""The share of matches: estimated, and what it does to probabilities and thresholds."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from pricing.matching.model.calibration import Calibration, fit_calibration
from pricing.matching.model.prior import (
    USUAL_SHARE,
    adjust,
    best_f1_threshold,
    estimate_prior,
    settle,
    threshold_for_precision,
)

shares = st.floats(0.01, 0.9)
probabilities = arrays.arrays(float, st.integers(1, 40), elements=st.floats(0.001, 0.999))


def two_normals(share: float, n: int = 20_000, *, mean: float = 2.0) -> tuple[np.ndarray, np.ndarray]:
    """Labels at a share of matches, and what tells them apart: a normal with its `mean` for a match, at 0 for none."""
    random = np.random.default_rng(7)
    labels = random.random(n) < share
    return labels, random.normal(mean * labels)


def posterior(x: np.ndarray, share: float, *, mean: float = 2.0) -> np.ndarray:
    """The probability that Bayes' rule gives."""
    return 1 / (1 + (1 - share) / share * np.exp(mean * (mean / 2 - x)))


@pytest.mark.parametrize("share", [0.02, 0.1, 0.38, 0.7])
def test_share_of_unlabelled_pairs_is_found(share: float) -> None:
    _, x = two_normals(share)
    assert estimate_prior(posterior(x, 0.3), 0.3) == pytest.approx(share, abs=0.01)


def test_adjusted_probabilities_are_those_of_bayes() -> None:
    _, x = two_normals(0.1, 1000)
    np.testing.assert_allclose(adjust(posterior(x, 0.38), 0.38, 0.1), posterior(x, 0.1), rtol=1e-12)


def lowered(p: np.ndarray, by: float) -> np.ndarray:
    return 1 / (1 + (1 - p) / p * np.exp(by))


def test_of_its_own_tables_a_model_is_believed() -> None:
    _, x = two_normals(0.38, 2000)
    p = posterior(x, 0.2)
    settled = settle(p, 0.2, 0.0)
    assert settled.share == estimate_prior(p, 0.2)
    np.testing.assert_allclose(settled(p), adjust(p, 0.2, settled.share), rtol=1e-6)


@pytest.mark.parametrize("by", [-0.5, 0.0, 2.0, 4.0])
def test_where_all_scores_are_off_the_likeliest_pairs_are_still_found(by: float) -> None:
    labels, x = two_normals(0.12, 5000)
    p = lowered(posterior(x, 0.2), by)
    settled = settle(p, 0.2, 1.0)
    moved = settled(p)
    called = moved >= best_f1_threshold(moved)
    assert settled.share == pytest.approx(0.12, abs=0.03)
    assert labels[called].mean() > 0.5 and called[labels].mean() > 0.6
    if by == 4.0:
        assert estimate_prior(p, 0.2) < 0.01  # which would find next to nothing


def test_where_nearly_all_match_that_is_found() -> None:
    _, x = two_normals(0.95, 200, mean=4.0)
    assert settle(posterior(x, 0.15, mean=4.0), 0.15, 1.0).share > 0.8


@given(probabilities, st.floats(0.05, 0.9))
def test_a_told_share_is_that_of_the_probabilities(p: np.ndarray, told: float) -> None:
    moved = settle(p, USUAL_SHARE, 1.0, told=told)(p)
    assert moved.mean() == pytest.approx(told, abs=0.02)
    assert (np.diff(moved[np.argsort(p, kind="stable")]) >= -1e-12).all()


@given(probabilities, shares, shares)
def test_adjusting_keeps_the_order_and_can_be_undone(p: np.ndarray, one: float, two: float) -> None:
    moved = adjust(p, one, two)
    order = np.argsort(p, kind="stable")
    assert (np.diff(moved[order]) >= -1e-12).all()
    np.testing.assert_allclose(adjust(moved, two, one), p, rtol=1e-6)


@given(probabilities)
def test_no_other_threshold_expects_a_better_f1(p: np.ndarray) -> None:
    def expected(threshold: float) -> float:
        return float(2 * p[p >= threshold].sum() / ((p >= threshold).sum() + p.sum()))

    best = expected(best_f1_threshold(p))
    assert all(expected(t) <= best + 1e-9 for t in p)


@given(probabilities, st.floats(0.5, 0.999))
def test_pairs_above_the_threshold_are_expected_to_be_right_often_enough(p: np.ndarray, target: float) -> None:
    threshold = threshold_for_precision(p, target)
    called = p[p >= threshold]
    if len(called):
        assert called.mean() > target - 1e-9
    lower = p[p < threshold]
    if len(lower):  # one more would be too many
        assert p[p >= lower.max()].mean() < target + 1e-9


def test_where_there_is_nothing_nothing_is_called_a_match() -> None:
    nothing = np.empty(0)
    assert estimate_prior(nothing, 0.2) == settle(nothing, 0.2, 1.0).share == 0.2
    assert best_f1_threshold(nothing) > 1
    assert threshold_for_precision(nothing, 0.9) > 1
    assert threshold_for_precision(np.array([0.2, 0.4]), 0.9) > 1


def test_calibration_brings_back_probabilities_from_a_bent_scale() -> None:
    labels, x = two_normals(0.2)
    truth = posterior(x, 0.2)
    bent = truth**0.4 / (truth**0.4 + (1 - truth) ** 0.4)  # the family that beta calibration holds
    found = fit_calibration(bent, labels)(bent)
    assert np.abs(found - truth).mean() < 0.01
    assert np.abs(bent - truth).mean() > 0.05


@given(probabilities, st.floats(0, 5), st.floats(0, 5), st.floats(-3, 3))
def test_calibration_keeps_the_order(p: np.ndarray, a: float, b: float, c: float) -> None:
    assert (np.diff(Calibration(a, b, c)(np.sort(p))) >= -1e-12).all()
