"""Logistic regression against scikit-learn's, and where it is hard."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression

from recommender.logit import Logit


def test_the_fit_is_scikit_learn_s() -> None:
    rng = np.random.default_rng(1)
    x = rng.normal([0, 5, -2], [1, 10, 0.1], size=(3000, 3)).astype(np.float32)
    x[:, 2] += 0.05 * x[:, 0]
    happened = rng.random(3000) < 1 / (1 + np.exp(-(0.8 * x[:, 0] - 0.2 * (x[:, 1] - 5) - 2)))
    ours = Logit.fit(("a", "b", "c"), x, happened)
    spread = x.std(axis=0, dtype=np.float64)
    reference = LogisticRegression(C=1.0, tol=1e-10, max_iter=1000).fit((x - x.mean(axis=0)) / spread, happened)
    assert ours.weights * spread == pytest.approx(reference.coef_[0], rel=1e-3, abs=1e-4)
    assert ours.intercept == pytest.approx(reference.intercept_[0], rel=1e-3)
    odds = ours.part(("a", "b", "c"), x) + ours.intercept
    assert odds == pytest.approx(reference.decision_function((x - x.mean(axis=0)) / spread), abs=1e-2)


def test_parts_add_up() -> None:
    rng = np.random.default_rng(2)
    x = rng.normal(size=(200, 3)).astype(np.float32)
    logit = Logit.fit(("a", "b", "c"), x, rng.random(200) < 0.5)
    whole = logit.part(("a", "b", "c"), x)
    assert logit.part(("c",), x[:, 2:]) + logit.part(("a", "b"), x[:, :2]) == pytest.approx(whole, abs=1e-5)


@pytest.mark.parametrize("share", [0.0, 1.0])
def test_what_never_or_always_happens_gives_finite_odds(share: float) -> None:
    x = np.random.default_rng(3).normal(size=(50, 2)).astype(np.float32)
    logit = Logit.fit(("a", "b"), x, np.full(50, share > 0.5))
    assert np.isfinite(logit.weights).all()
    assert logit.intercept > 3 if share else logit.intercept < -3


def test_a_feature_that_separates_perfectly_or_never_varies() -> None:
    x = np.column_stack([np.arange(100), np.full(100, 7)]).astype(np.float32)
    logit = Logit.fit(("a", "constant"), x, np.arange(100) >= 50)
    assert 0 < logit.weights[0] < 10
    assert logit.weights[1] == 0
