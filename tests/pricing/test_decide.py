"""Verdicts on small catalogues whose answer is plain to a reader."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pricing.matching.candidates import find_candidates
from pricing.matching.decide import Decision, Offer, Product, decide
from pricing.matching.titles import read_title

CATALOGUE = [
    Product("press", "Kopperby Compact Coffee Press 600 ml", "Kopperby"),
    Product("press-large", "Kopperby Compact Coffee Press 1 l", "Kopperby"),
    Product("whisk", "Ferrolux Stainless Steel Whisk", "Ferrolux"),
    Product("whisks", "Ferrolux Stainless Steel Whisk Pack of 3", "Ferrolux"),
    Product("card64", "SanDisk Ultra microSD 64 GB", "SanDisk"),
    Product("card128", "SanDisk Ultra microSD 128 GB", "SanDisk"),
    Product("turntable", "Sony Turntable PS-LX350H", "Sony"),
    Product("rioja", "Casa Lurino Rioja 0.75 l", "Casa Lurino", gtin="4006381333931"),
    Product("grinder", "Nordkessel Hand Grinder", "Nordkessel"),
]


def verdicts(*offers: Offer, products: list[Product] | None = None) -> dict[str, tuple[str, str]]:
    """(sku, verdict) by offer; every offer here has one decision at most."""
    decisions = decide(products or CATALOGUE, offers)
    assert len({d.offer_id for d in decisions}) == len(decisions)
    return {d.offer_id: (d.sku, d.verdict) for d in decisions}


def one(offer: Offer, products: list[Product] | None = None) -> Decision:
    (decision,) = decide(products or CATALOGUE, [offer])
    return decision


@pytest.mark.parametrize(
    ("title", "sku"),
    [
        ("Coffee Press Compact, 600ml, Kopperby", "press"),
        ("Kopperby Compact Coffee Press 1000 ml", "press-large"),
        ("Whisk St. Steel Ferrolux", "whisk"),
        ("Ferrolux Stainless Steel Whisk, x3", "whisks"),
        ("Sandisk Ultra micro-SD 128GB", "card128"),
        ("Sony PSLX350H turntable", "turntable"),
    ],
)
def test_the_same_thing_under_another_title_is_a_match(title: str, sku: str) -> None:
    assert verdicts(Offer("o", "berg", title)) == {"o": (sku, "match")}


@pytest.mark.parametrize(
    "title",
    [
        "Kopperby Compact Coffee Press 350 ml",
        "SanDisk Ultra microSD 256 GB",
        "Sony Turntable PS-LX300",
        "Garden hose 20 m",
        "",
        None,
    ],
)
def test_what_is_not_ours_is_left_alone(title: str | None) -> None:
    assert verdicts(Offer("o", "berg", title)) == {}


@pytest.mark.parametrize(
    ("title", "open_point"),
    [
        ("Casa Lurino Rioja 0.75 l, case of 12", "pack not named against 12"),
        ("Nordkessel Hand Grinder Deluxe", "only they say deluxe"),
        ("Nordkessel Grinder", "only we say hand"),
    ],
)
def test_what_leaves_something_open_goes_to_review_and_says_it(title: str, open_point: str) -> None:
    decision = one(Offer("o", "berg", title))
    assert decision.verdict == "review"
    assert open_point in decision.reason


def test_another_brand_is_another_product() -> None:
    assert verdicts(Offer("o", "berg", "Stainless Steel Whisk", brand="Tischlein")) == {}


def test_a_gtin_decides_whatever_the_title() -> None:
    decision = one(Offer("o", "berg", "Red wine from Spain", gtin="4006381333931"))
    assert (decision.sku, decision.verdict, decision.method, decision.score) == ("rioja", "match", "gtin", 1.0)


def test_a_gtin_that_is_none_decides_nothing() -> None:
    assert verdicts(Offer("o", "berg", "Red wine from Spain", gtin="4006381333932")) == {}


def test_a_case_under_the_bottles_gtin_goes_to_review() -> None:
    decision = one(Offer("o", "berg", "Rioja 12 x 0.75 l", gtin="4006381333931"))
    assert decision.verdict == "review"
    assert "pack not named against 12" in decision.reason


def test_a_gtin_on_two_of_our_products_goes_to_review_for_both() -> None:
    twins = [Product("a", "Wine A", gtin="4006381333931"), Product("b", "Wine B", gtin="04006381333931")]
    decisions = decide(twins, [Offer("o", "berg", "Wine", gtin="4006381333931")])
    assert {(d.sku, d.verdict) for d in decisions} == {("a", "review"), ("b", "review")}
    assert "also b" in next(d.reason for d in decisions if d.sku == "a")


def test_different_gtins_under_the_same_title_go_to_review() -> None:
    decision = one(Offer("o", "berg", "Casa Lurino Rioja 0.75 l", gtin="5901234123457"))
    assert decision.verdict == "review"
    assert "GTIN 04006381333931 against 05901234123457" in decision.reason


def test_two_equal_products_of_ours_cannot_be_told_apart() -> None:
    twins = [Product("a", "Sanddorn Mild Green Tea 100 g"), Product("b", "Sanddorn Mild Green Tea 100 g")]
    decision = one(Offer("o", "berg", "Green Tea Mild Sanddorn 100g"), twins)
    assert decision.verdict == "review"
    assert "b is about as alike" in decision.reason


def test_one_shop_lists_a_product_once_and_two_shops_once_each() -> None:
    same = "Nordkessel Hand Grinder"
    found = verdicts(Offer("o1", "berg", same), Offer("o2", "berg", same), Offer("o3", "tal", same))
    assert found == {"o1": ("grinder", "review"), "o2": ("grinder", "review"), "o3": ("grinder", "match")}


def test_a_product_found_by_gtin_in_a_shop_is_not_matched_there_again_by_title() -> None:
    found = verdicts(
        Offer("o1", "berg", "Something else", gtin="4006381333931"), Offer("o2", "berg", "Casa Lurino Rioja 0.75 l")
    )
    assert found == {"o1": ("rioja", "match")}


def test_our_stated_content_speaks_where_our_title_does_not() -> None:
    coffee = [Product("beans", "Alpenhof Espresso Beans", pack_size=500, pack_unit="g")]
    assert verdicts(Offer("o", "berg", "Alpenhof Espresso Beans 1 kg"), products=coffee) == {}
    candles = [Product("candles", "Moos Pillar Candle", pack_size=4, pack_unit="piece")]
    assert verdicts(Offer("o", "berg", "Moos Pillar Candle"), products=candles) == {"o": ("candles", "review")}


def test_nothing_to_match() -> None:
    assert decide([], []) == []
    assert decide(CATALOGUE, []) == []
    assert decide([], [Offer("o", "berg", "Whisk")]) == []


@given(body=st.integers(1, 10**11 - 1))
def test_a_gtin_is_the_same_in_each_of_its_lengths(body: int) -> None:
    """A UPC-A, as 12 digits, as EAN-13 and as GTIN-14, is one number; with another check digit it is none."""
    digits = f"{body:011d}"
    total = sum(int(d) * (3 if i % 2 == 0 else 1) for i, d in enumerate(digits))
    upc = digits + str(-total % 10)
    wrong = digits + str((1 - total) % 10)
    product = [Product("p", None, gtin=upc)]
    offers = [Offer(text, "berg", None, gtin=text) for text in (f"0{upc}", f"00{upc}", f"{upc[:1]} {upc[1:]}", wrong)]
    assert {d.offer_id for d in decide(product, offers)} == {f"0{upc}", f"00{upc}", f"{upc[:1]} {upc[1:]}"}


def test_candidates_are_the_nearest_of_all_pairs() -> None:
    """Against every pair's similarity, computed densely from the same weights by another route."""
    words = ["red", "blue", "mug", "bowl", "tea", "pot", "large", "small"]
    rng = np.random.default_rng(3)
    texts = [" ".join(rng.choice(words, 4)) + f" {i % 5}00 ml" for i in range(60)]
    products, offers = [read_title(t) for t in texts[:40]], [read_title(t) for t in texts[40:]]
    every = find_candidates(products, offers, top=40)
    few = find_candidates(products, offers, top=3)
    dense = np.zeros((20, 40))
    dense[every.offer, every.product] = every.similarity
    for o in range(20):
        mine = few.offer == o
        assert mine.sum() == 3
        np.testing.assert_allclose(few.similarity[mine], np.sort(dense[o])[::-1][:3], rtol=1e-12)


def test_equal_titles_are_wholly_alike() -> None:
    titles = [read_title(t) for t in ("Green Tea 100 g", "Black Tea 250 g")]
    found = find_candidates(titles, titles, top=1)
    assert found.product.tolist() == [0, 1]
    np.testing.assert_allclose(found.similarity, 1.0)
