"""Assignment: deterministic, even, independent between experiments, and unmoved by the order variants are listed in."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from campaigns.abtests.assignment import assign, bucket
from warehouse.errors import InputError

variants = st.dictionaries(
    st.text(min_size=1, max_size=5), st.floats(min_value=0.01, max_value=100), min_size=1, max_size=6
)


def test_a_unit_stands_where_its_hash_says() -> None:
    # `printf 'salt:unit-1' | md5sum` begins with 96142f384b78f
    assert bucket("salt", "unit-1") == 0x96142F384B78F / 2**52


@settings(deadline=None)
@given(variants, st.text(), st.text(), st.randoms())
def test_listing_variants_in_another_order_moves_nobody(
    weights: dict[str, float], salt: str, unit: str, random: np.random.Generator
) -> None:
    listed = list(weights.items())
    chosen = assign(salt, unit, listed)
    random.shuffle(listed)
    assert assign(salt, unit, listed) == chosen


@settings(deadline=None)
@given(variants, st.text(), st.text())
def test_only_shares_matter_not_their_scale(weights: dict[str, float], salt: str, unit: str) -> None:
    # a power of two scales a double exactly
    assert assign(salt, unit, list(weights.items())) == assign(salt, unit, [(n, w * 8) for n, w in weights.items()])


def test_every_variant_gets_its_share() -> None:
    shares = {"a": 0.6, "b": 0.3, "c": 0.1}
    units = 20_000
    counts = dict.fromkeys(shares, 0)
    for unit in range(units):
        counts[assign("shares", str(unit), list(shares.items()))] += 1
    chi_square = sum((counts[n] - units * s) ** 2 / (units * s) for n, s in shares.items())
    assert chi_square < 13.8  # 0.1 % point of chi-square with 2 degrees of freedom


def test_two_experiments_split_independently() -> None:
    units = 20_000
    half = [("a", 1.0), ("b", 1.0)]
    both = sum(assign("one", str(u), half) == "a" and assign("two", str(u), half) == "a" for u in range(units))
    assert abs(both - units / 4) < 4 * math.sqrt(units * 3 / 16)


def test_a_variant_of_weight_zero_gets_nobody() -> None:
    assert {assign("s", str(u), [("off", 0), ("on", 1)]) for u in range(200)} == {"on"}


@pytest.mark.parametrize(
    ("listed", "says"),
    [
        ([], "none given"),
        ([("a", 1.0), ("a", 1.0)], "'a' stands twice"),
        ([("", 1.0)], "a name is empty"),
        ([("a", -1.0)], "weight of 'a' is -1.0"),
        ([("a", math.nan)], "weight of 'a' is nan"),
        ([("a", 0.0)], "all weights are 0"),
    ],
)
def test_variants_that_cannot_be_are_refused(listed: list[tuple[str, float]], says: str) -> None:
    with pytest.raises(InputError, match=says):
        assign("s", "u", listed)
