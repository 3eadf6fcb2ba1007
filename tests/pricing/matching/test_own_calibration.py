"""What identifiers teach about the model's probabilities."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pricing.matching.own_calibration import evidence, learn

RNG = np.random.default_rng(5)
NONE_ALONE = np.zeros(4000)


def sigmoid(logit: np.ndarray) -> np.ndarray:
    return np.asarray(1 / (1 + np.exp(-logit)))


def test_a_model_that_is_not_sure_enough_is_corrected_to_the_truth() -> None:
    """Outcomes drawn from twice the model's logit and 1.5: that is what is learned, and what is then said."""
    logit = RNG.normal(-1, 1.5, 4000)
    label = RNG.random(4000) < sigmoid(2 * logit + 1.5)
    own = learn(evidence(sigmoid(logit), NONE_ALONE, NONE_ALONE), label, 0.1)
    assert own.weights[0] == pytest.approx(2, abs=0.15)
    assert own.weights[-1] == pytest.approx(1.5, abs=0.15)
    assert own.share == label.mean()
    said = own(evidence(sigmoid(logit), NONE_ALONE, NONE_ALONE))
    sure = said > 0.9
    assert label[sure].mean() == pytest.approx(said[sure].mean(), abs=0.02)


def test_what_one_side_says_alone_counts_where_the_store_shows_that_it_does() -> None:
    logit = RNG.normal(0, 1, 4000)
    alone = RNG.integers(0, 3, 4000).astype(np.float64)
    label = RNG.random(4000) < sigmoid(logit - 2 * alone)
    own = learn(evidence(sigmoid(logit), alone, NONE_ALONE), label, 0.1)
    assert own.weights[1] == pytest.approx(-2, abs=0.25)
    same, another = own(evidence(np.full(2, 0.5), np.array([0.0, 1.0]), np.zeros(2)))
    assert same > another


@pytest.mark.parametrize("matches", [0, 29])
def test_from_too_little_nothing_is_learned(matches: int) -> None:
    label = np.arange(4000) < matches
    probability = RNG.random(4000)
    told = evidence(probability, NONE_ALONE, NONE_ALONE)
    own = learn(told, label, 0.17)
    assert own.share == 0.17
    np.testing.assert_allclose(own(told), probability, atol=2e-6)


def test_labels_that_the_model_tells_apart_without_fault_do_not_make_it_certain() -> None:
    probability = np.concatenate([np.full(40, 0.6), np.full(40, 0.01)])
    told = evidence(probability, np.zeros(80), np.zeros(80))
    assert learn(told, np.arange(80) < 40, 0.1)(told).max() < 0.999


@settings(deadline=None)
@given(st.lists(st.booleans(), min_size=80, max_size=80), st.integers(0, 10**6))
def test_more_probable_is_never_less_and_a_word_alone_never_speaks_for(labels: list[bool], seed: int) -> None:
    rng = np.random.default_rng(seed)
    own = learn(
        evidence(rng.random(80), rng.integers(0, 5, 80) * 1.0, rng.integers(0, 5, 80) * 1.0), np.array(labels), 0.2
    )
    rising = own(evidence(np.linspace(0, 1, 50), np.ones(50), np.zeros(50)))
    assert np.all(np.diff(rising) >= 0)
    assert np.all(np.diff(own(evidence(np.full(5, 0.4), np.arange(5.0), np.zeros(5)))) <= 0)
    assert np.all(np.diff(own(evidence(np.full(5, 0.4), np.ones(5), np.arange(5.0)))) <= 0)
