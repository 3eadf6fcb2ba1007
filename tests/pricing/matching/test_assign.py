"""Rivals weighed against each other, and one offer for a product in a shop."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pricing.matching.assign import assign, weigh

PAIRS = st.lists(
    st.tuples(st.integers(0, 5), st.integers(0, 5), st.floats(0, 1)), max_size=25, unique_by=lambda pair: pair[:2]
)


def arrays(pairs: list[tuple[int, int, float]]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    rows, columns = (np.array([pair[at] for pair in pairs], dtype=np.int64) for at in (0, 1))
    return np.array([pair[2] for pair in pairs], dtype=np.float64), rows, columns


def test_of_exclusive_possibilities_the_weights_are_bayes_rule() -> None:
    """Three products that an offer can be, or none: worked out by hand from the odds 4, 1 and 1/4."""
    weight = weigh(np.array([0.8, 0.5, 0.2]), np.zeros(3, dtype=np.int64), np.arange(3))
    np.testing.assert_allclose(weight, np.array([4, 1, 0.25]) / (1 + 4 + 1 + 0.25))


def test_a_pair_without_rivals_keeps_its_probability() -> None:
    probability = np.array([0.0, 0.3, 0.999])
    np.testing.assert_allclose(weigh(probability, np.arange(3), np.arange(3)), probability, atol=1e-9)


def test_two_that_are_as_likely_share() -> None:
    weight = weigh(np.array([0.99, 0.99]), np.array([0, 0]), np.array([0, 1]))
    assert weight[0] == weight[1] == pytest.approx(99 / 199)


@given(PAIRS)
def test_weights_are_probabilities_and_never_grow(pairs: list[tuple[int, int, float]]) -> None:
    probability, row, column = arrays(pairs)
    weight = weigh(probability, row, column)
    assert np.all((weight >= 0) & (weight <= probability + 1e-12))
    for group in (row, column):  # what excludes each other adds up to one at most
        assert all(weight[group == g].sum() <= 1 + 1e-9 for g in set(group.tolist()))


@given(PAIRS)
def test_no_row_and_no_column_is_taken_twice_and_nothing_free_is_left(pairs: list[tuple[int, int, float]]) -> None:
    weight, row, column = arrays(pairs)
    taken = assign(weight, row, column)
    assert len(set(row[taken].tolist())) == taken.sum() == len(set(column[taken].tolist()))
    for at in np.flatnonzero(~taken):
        better = taken & ((row == row[at]) | (column == column[at])) & (weight >= weight[at])
        assert better.any()


@settings(deadline=None)
@given(PAIRS)
def test_what_weighs_more_than_two_thirds_is_in_the_assignment_with_the_greatest_sum(
    pairs: list[tuple[int, int, float]],
) -> None:
    from scipy.optimize import linear_sum_assignment

    probability, row, column = arrays(pairs)
    weight = weigh(probability, row, column)
    dense = np.zeros((6, 6))
    dense[row, column] = weight
    best = set(zip(*(side.tolist() for side in linear_sum_assignment(dense, maximize=True)), strict=True))
    heavy = weight > 2 / 3
    assert assign(weight, row, column)[heavy].all()
    assert set(zip(row[heavy].tolist(), column[heavy].tolist(), strict=True)) <= best
