"""Features of pairs: what speaks for and against, null where a side is silent, the same in any company."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pricing.matching.listing import Listing, Pairs
from pricing.matching.model.compared import FIRST_NAMES, Compared
from pricing.matching.model.features import NAMES, pair_features
from pricing.matching.model.features.reading import Corpus
from tests.pricing.matching.labelled import labelled_set

WORDS = "kopperby compact coffee press ferrolux 600 ml 64gb ps-lx350h schwarz größe 茶壶 大号 2 x = ½ ²".split()
texts = st.one_of(st.none(), st.lists(st.sampled_from(WORDS), max_size=6).map(" ".join), st.text(max_size=30))
numbers = st.one_of(st.none(), st.floats(0, 1e9))


@st.composite
def listings(draw: st.DrawFn) -> list[Listing]:
    return [
        Listing(str(at), draw(texts), brand=draw(texts), mpn=draw(texts), gtin=draw(texts), price=draw(numbers),
                category=draw(texts), description=draw(texts))
        for at in range(draw(st.integers(1, 5)))
    ]  # fmt: skip


def compare(one: Listing, two: Listing) -> dict[str, float]:
    return dict(zip(NAMES, pair_features(Corpus([one], [two]), Pairs.of([(0, 0)]))[0].tolist(), strict=True))


@settings(deadline=None, max_examples=25)
@given(listings(), listings())
def test_any_two_tables_can_be_compared(left: Sequence[Listing], right: Sequence[Listing]) -> None:
    every = Pairs.of((a, b) for a in range(len(left)) for b in range(len(right)))
    found = Compared.of(left, right, every).first()
    assert found.shape == (len(every), len(FIRST_NAMES))
    assert not np.isinf(found).any()


def test_a_pair_is_the_same_in_any_company() -> None:
    """What is asked beside a pair changes nothing about it: its rivals come from the tables."""
    cameras = labelled_set()
    whole = Compared.of(cameras.left, cameras.right, cameras.pairs).first()
    for at in (0, 1, 50):
        alone = Compared.of(cameras.left, cameras.right, Pairs(cameras.pairs.left[[at]], cameras.pairs.right[[at]]))
        np.testing.assert_array_equal(alone.first()[0], whole[at])


def test_rivals_tell_the_first_from_the_second() -> None:
    left = [Listing("a", "Kopperby press 600 ml steel"), Listing("b", "Kopperby press 350 ml steel")]
    right = [Listing("x", "Kopperby steel press 600 ml")]
    first, second = (
        dict(zip(FIRST_NAMES, row, strict=True)) for row in Compared.of(left, right, Pairs.of([(0, 0), (1, 0)])).first()
    )
    assert (first["similarity_right_rank"], second["similarity_right_rank"]) == (0, 1)
    assert first["similarity_right_lead"] > 0 > second["similarity_right_lead"]
    assert first["similarity_left_rank"] == 0  # the product has no other offer
    assert (first["similarity_mutual"], second["similarity_mutual"]) == (1, 0)


def test_forms_of_one_listing_are_no_rivals() -> None:
    """A six-pack and the same sold singly, under one id, do not compete."""
    single, pack = Listing("a", "Kopperby tea"), Listing("a", "6 x Kopperby tea")
    offer = [Listing("x", "Kopperby tea 6 pack")]
    found = Compared.of([single, pack], offer, Pairs.of([(0, 0), (1, 0)])).first()
    assert (found[:, FIRST_NAMES.index("similarity_right_rank")] == 0).all()
    assert (found[:, FIRST_NAMES.index("similarity_right_best")] == 0).all()


def test_a_record_of_both_tables_is_no_rival_of_itself() -> None:
    """Tables drawn from one list; of two shops a listing of the same words is a rival, and a strong one."""
    one = [Listing(str(at), f"Kopperby press {at}00 ml steel", price=9.0 + at) for at in range(1, 5)]
    other = Listing("x", "Kopperby 100 ml press of steel", price=8.0)
    of_one_list = [other, *(replace(x, id=f"b{x.id}") for x in one)]
    of_two = [other, *(replace(x, id=f"b{x.id}", price=2 * (x.price or 0)) for x in one)]
    found = [Compared.of(one, right, Pairs.of([(0, 0)])).first()[0] for right in (of_one_list, of_two)]
    ranks = [row[FIRST_NAMES.index("similarity_left_rank")] for row in found]
    assert ranks == [0, 1]


def test_prices_in_two_currencies_or_unknown_are_not_compared() -> None:
    def distance(one: float | None, two: float | None, *currencies: str | None) -> float:
        first, second = currencies or (None, None)
        found = compare(Listing("a", "x", price=one, currency=first), Listing("b", "x", price=two, currency=second))
        return found["price_distance"]

    assert distance(10, 20) == pytest.approx(math.log(2))
    assert distance(10, 20, "EUR", "EUR") == pytest.approx(math.log(2))
    assert math.isnan(distance(10, 20, "EUR", "USD"))
    assert math.isnan(distance(10, None)) and math.isnan(distance(0, 5))


def test_quantities_compare_in_one_unit() -> None:
    same = compare(Listing("a", "Lumara olive oil 0,5 l"), Listing("b", "Lumara olive oil 500 ml"))
    other = compare(Listing("a", "Lumara card 64 GB"), Listing("b", "Lumara card 128GB"))
    assert (same["quantities_equal"], same["quantities_conflict"]) == (1, 0)
    assert (other["quantities_equal"], other["quantities_conflict"]) == (0, 1)
    assert other["capacity_ratio"] == pytest.approx(math.log(2))


def test_model_numbers_are_found_wherever_they_stand() -> None:
    ours = Listing("a", "Sony turntable", mpn="PS-LX350H")
    there = compare(ours, Listing("b", "sony turntable pslx350h"))
    other = compare(ours, Listing("b", "sony turntable pslx250h"))
    assert there["mpn_in_right"] == 1 and there["models_shared"] == 1
    assert other["mpn_in_right"] == 0 and other["models_shared"] == 0
    assert 0.8 < other["models_nearest"] < 1


def test_words_in_another_form_or_script_are_said() -> None:
    short = compare(Listing("a", "Adobe Acrobat professional"), Listing("b", "adobe acrobat pro"))
    assert short["left_nearly_covered"] > short["left_covered"]
    assert compare(Listing("a", "茶壶 大号"), Listing("b", "大号 茶壶"))["left_covered"] == pytest.approx(1)
    assert compare(Listing("a", "茶壶 大号"), Listing("b", "茶壶 小号"))["left_covered"] < 1
