"""Verdicts on small catalogues whose answer is plain to a reader."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pricing.matching.decide import Decision, Outcome, decide
from pricing.matching.listing import Listing
from tests.pricing.matching.alike import Alike
from tests.pricing.matching.labelled import labelled_set
from warehouse.records import MatchVerdict

CATALOGUE = [
    Listing("press", "Kopperby Compact Coffee Press 600 ml", "Kopperby"),
    Listing("press-large", "Kopperby Compact Coffee Press 1 l", "Kopperby"),
    Listing("whisk", "Ferrolux Stainless Steel Whisk", "Ferrolux", mpn="FX-1020"),
    Listing("whisks", "Ferrolux Stainless Steel Whisk Pack of 3", "Ferrolux"),
    Listing("card64", "SanDisk Ultra microSD 64 GB", "SanDisk"),
    Listing("card128", "SanDisk Ultra microSD 128 GB", "SanDisk"),
    Listing("turntable", "Sony Turntable PS-LX350H", "Sony"),
    Listing("rioja", "Casa Lurino Rioja 0.75 l", "Casa Lurino", gtin="4006381333931"),
    Listing("grinder", "Nordkessel Hand Grinder", "Nordkessel"),
]


def offer(title: str | None, at: str = "o", seller: str = "berg", **more: Any) -> Listing:
    return Listing(at, title, seller=seller, **more)


def judged(offers: Sequence[Listing], products: Sequence[Listing] = CATALOGUE, **more: Any) -> Outcome:
    return decide(products, offers, scorer=Alike(), **more)


def found(*offers: Listing, **more: Any) -> dict[str, tuple[str, str]]:
    """(sku, verdict) of each offer's first decision, those that are none of ours left out."""
    decisions = reversed(judged(offers, **more).decisions)
    return {d.offer_id: (d.sku, d.verdict) for d in decisions if d.verdict != "no_match"}


def first(one: Listing, **more: Any) -> Decision:
    return judged([one], **more).decisions[0]


def said(verdict: str, sku: str, title: str | None = None, **more: Any) -> dict[tuple[str, str], MatchVerdict]:
    """What a person decided about offer o as it was titled then."""
    row = MatchVerdict(
        offer_id="o", sku=sku, number=1, verdict=verdict, decided_by="ada",
        decided_at=datetime(2026, 5, 4, tzinfo=UTC), offer_title=title, **more,
    )  # fmt: skip
    return {("o", sku): row}


@pytest.mark.parametrize(
    ("title", "sku"),
    [
        ("Coffee Press Compact, 600ml, Kopperby", "press"),
        ("Kopperby Compact Coffee Press 1000 ml", "press-large"),
        ("Ferrolux Stainless Steel Whisk, x3", "whisks"),
        ("Sandisk Ultra micro-SD 128GB", "card128"),
        ("Sony PSLX350H turntable", "turntable"),
    ],
)
def test_the_same_thing_under_another_title_is_a_match(title: str, sku: str) -> None:
    decision = first(offer(title))
    assert (decision.sku, decision.verdict, decision.method, decision.pack_ratio) == (sku, "match", "model", 1.0)
    assert decision.model_version == "alike"


@pytest.mark.parametrize(
    "title", ["Kopperby Compact Coffee Press 350 ml", "SanDisk Ultra microSD 256 GB", "Garden hose 20 m", "", None]
)
def test_what_is_not_ours_is_left_alone(title: str | None) -> None:
    assert found(offer(title)) == {}


def test_what_is_none_of_ours_names_the_nearest_product_and_what_speaks_against_it() -> None:
    decision = first(offer("SanDisk Ultra microSD 256 GB"))
    assert (decision.verdict, decision.score, decision.pack_ratio) == ("no_match", 0.0, None)
    assert decision.sku in ("card64", "card128")
    assert decision.speaks_against is not None
    assert "against 256" in decision.speaks_against
    assert decision.speaks_for == "same brand SanDisk; both say microsd, ultra"


def test_a_likely_offer_goes_to_review_with_what_each_side_says_alone() -> None:
    decision = first(offer("Nordkessel Hand Grinder Deluxe Walnut"))
    assert (decision.sku, decision.verdict) == ("grinder", "review")
    assert decision.speaks_against == "only they say deluxe, walnut"
    assert "probable; open: a match takes" in decision.reason


def test_a_case_is_no_bottle_but_the_same_product_in_another_pack_to_be_confirmed() -> None:
    decision = first(offer("Casa Lurino Rioja 0.75 l, case of 12"))
    assert (decision.sku, decision.verdict, decision.pack_ratio) == ("rioja", "review", 12.0)
    assert "12 of ours in one of theirs" in decision.reason
    assert decision.score > 0.9


def test_the_pack_of_three_is_proposed_as_a_third_only_where_ours_is_no_better() -> None:
    assert found(offer("Ferrolux Stainless Steel Whisk Pack of 3")) == {"o": ("whisks", "match")}
    only_the_pack = [p for p in CATALOGUE if p.id != "whisk"]
    decision = first(offer("Ferrolux Stainless Steel Whisk, single, 1 piece"), products=only_the_pack)
    assert (decision.sku, decision.verdict, decision.pack_ratio) == ("whisks", "review", pytest.approx(1 / 3))


def test_another_brand_is_never_a_match_by_itself() -> None:
    assert first(offer("Ferrolux Stainless Steel Whisk")).verdict == "match"
    assert first(offer("Stainless Steel Whisk", brand="Tischlein")).verdict != "match"


def test_a_gtin_decides_whatever_the_title() -> None:
    decision = first(offer("Red wine from Spain", gtin="4006381333931"))
    assert (decision.sku, decision.verdict, decision.method, decision.score) == ("rioja", "match", "gtin", 1.0)


def test_a_gtin_that_is_none_decides_nothing() -> None:
    assert found(offer("Red wine from Spain", gtin="4006381333932")) == {}


def test_a_case_under_the_bottles_gtin_goes_to_review() -> None:
    decision = first(offer("Rioja 12 x 0.75 l", gtin="4006381333931"))
    assert (decision.verdict, decision.method) == ("review", "gtin")
    assert "pack not named against 12" in decision.reason


def test_a_gtin_on_two_of_our_products_goes_to_review_for_both() -> None:
    twins = [Listing("a", "Wine A", gtin="4006381333931"), Listing("b", "Wine B", gtin="04006381333931")]
    decisions = judged([offer("Wine", gtin="4006381333931")], twins).decisions
    assert {(d.sku, d.verdict) for d in decisions} == {("a", "review"), ("b", "review")}
    assert "also b" in next(d.reason for d in decisions if d.sku == "a")


def test_different_gtins_under_the_same_title_go_to_review() -> None:
    decision = first(offer("Casa Lurino Rioja 0.75 l", gtin="5901234123457"))
    assert decision.verdict == "review"
    assert "GTIN 04006381333931 against 05901234123457" in decision.reason


@pytest.mark.parametrize(
    ("title", "brand", "expected"),
    [
        ("Ferrolux balloon beater", None, ("whisk", "match")),
        ("Balloon beater", "Ferrolux", ("whisk", "match")),
        ("Ferrolux beaters, pack of 6", None, ("whisk", "review")),
    ],
)
def test_a_part_number_decides_under_its_brand(title: str, brand: str | None, expected: tuple[str, str]) -> None:
    decision = first(offer(title, brand=brand, mpn="FX1020"))
    assert ((decision.sku, decision.verdict), decision.method) == (expected, "mpn")


@pytest.mark.parametrize("brand", ["Tischlein", None])
def test_a_part_number_alone_decides_nothing(brand: str | None) -> None:
    assert found(offer("Balloon beater", brand=brand, mpn="FX1020")) == {}


def test_two_equal_products_of_ours_cannot_be_told_apart() -> None:
    twins = [Listing("a", "Sanddorn Mild Green Tea 100 g"), Listing("b", "Sanddorn Mild Green Tea 100 g")]
    decisions = judged([offer("Green Tea Mild Sanddorn 100g")], twins).decisions
    assert [(d.sku, d.verdict) for d in decisions] == [("a", "review"), ("b", "review")]
    assert "b is about as likely" in decisions[0].reason
    assert decisions[0].score <= 0.5


def test_one_shop_lists_a_product_once_and_two_shops_once_each() -> None:
    same = "Nordkessel Hand Grinder"
    offers = [offer(same, "o1"), offer(same, "o2"), offer(same, "o3", seller="tal")]
    assert found(*offers) == {"o1": ("grinder", "review"), "o2": ("grinder", "review"), "o3": ("grinder", "match")}


def test_a_product_found_by_gtin_in_a_shop_is_not_matched_there_again_by_title() -> None:
    by_gtin = offer("Something else", "o1", gtin="4006381333931")
    assert found(by_gtin, offer("Casa Lurino Rioja 0.75 l", "o2")) == {"o1": ("rioja", "match")}


def test_our_stated_content_speaks_where_our_title_does_not() -> None:
    coffee = [Listing("beans", "Alpenhof Espresso Beans", pack_size=500, pack_unit="g")]
    assert found(offer("Alpenhof Espresso Beans 1 kg"), products=coffee) == {}
    candles = [Listing("candles", "Moos Pillar Candle", pack_size=4, pack_unit="piece")]
    decision = first(offer("Moos Pillar Candle"), products=candles)
    assert (decision.verdict, decision.pack_ratio) == ("review", 0.25)


class Estranged(Alike):
    """A model of other stores: here it thinks little of any pair."""

    def __init__(self, drift: float) -> None:
        super().__init__()
        self.drift = drift

    def score(self, *asked: Any) -> Any:
        odds = np.exp(-4) * (p := super().score(*asked)) / (1 - p)
        return odds / (1 + odds)


def test_where_all_pairs_look_bad_to_the_model_the_best_go_to_review_and_none_match() -> None:
    cameras = labelled_set(60)
    offers = [replace(x, seller="berg") for x in cameras.right]
    believed, doubted = (decide(cameras.left, offers, scorer=Estranged(drift)).decisions for drift in (0.0, 1.0))
    assert {d.verdict for d in believed} == {"no_match"}
    assert {d.verdict for d in doubted} == {"review"}
    assert {(d.offer_id, d.sku) for d in doubted} >= {(f"r{at}", f"l{at}") for at in range(60)}


def test_nothing_to_match() -> None:
    assert judged([], []).decisions == []
    assert judged([]).decisions == []
    assert judged([offer("Whisk")], []).decisions == []


# What people decide


def test_an_accepted_pair_is_a_match_whatever_speaks_against_it() -> None:
    title = "SanDisk Ultra microSD 256 GB"
    decision = first(offer(title), verdicts=said("accept", "card64", title))
    assert (decision.sku, decision.verdict, decision.method, decision.score) == ("card64", "match", "verdict", 1.0)
    assert decision.reason == "accepted by ada on 2026-05-04"


def test_a_rejected_pair_does_not_return_not_even_by_its_gtin() -> None:
    title = "Casa Lurino Rioja 0.75 l"
    rejected = said("reject", "rioja", title)
    assert found(offer(title), verdicts=rejected) == {}
    assert found(offer(title, gtin="4006381333931"), verdicts=rejected) == {}


def test_after_a_rejection_the_next_likely_product_comes_up() -> None:
    twins = [Listing("a", "Sanddorn Mild Green Tea 100 g"), Listing("b", "Sanddorn Mild Green Tea 100 g")]
    title = "Green Tea Mild Sanddorn 100g"
    assert found(offer(title), products=twins, verdicts=said("reject", "a", title)) == {"o": ("b", "match")}


def test_another_pack_keeps_its_ratio_and_leaves_the_product_to_the_single_offer() -> None:
    case = offer("Casa Lurino Rioja, crate of 12")
    decisions = judged(
        [case, offer("Casa Lurino Rioja 0.75 l", "o2")],
        verdicts=said("other_pack", "rioja", case.title, pack_ratio=12.0),
    ).decisions
    rows = {(d.offer_id, d.verdict, d.pack_ratio) for d in decisions}
    assert rows == {("o", "other_pack", 12.0), ("o2", "match", 1.0)}


def test_an_equivalent_is_told_as_such_and_may_still_be_found_to_be_another_product() -> None:
    title = "Nordkessel Hand Grinder"
    decisions = judged([offer(title)], verdicts=said("equivalent", "press", title)).decisions
    assert {(d.sku, d.verdict) for d in decisions} == {("press", "equivalent"), ("grinder", "match")}


def test_an_accepted_product_has_its_offer_in_that_shop() -> None:
    title = "Hand mill"
    offers = [
        offer(title),
        offer("Nordkessel Hand Grinder", "o2"),
        offer("Nordkessel Hand Grinder", "o3", seller="tal"),
    ]
    matched = found(*offers, verdicts=said("accept", "grinder", title))
    assert matched == {"o": ("grinder", "match"), "o3": ("grinder", "match")}


def test_a_page_that_turned_into_another_product_goes_to_review_and_is_judged_as_what_it_is_now() -> None:
    decisions = judged(
        [offer("Sony Turntable PS-LX350H")], verdicts=said("accept", "grinder", "Nordkessel Hand Grinder")
    ).decisions
    by_sku = {d.sku: d for d in decisions}
    assert (by_sku["grinder"].verdict, by_sku["grinder"].method) == ("review", "verdict")
    assert "the page has changed since ada decided accept on 2026-05-04" in by_sku["grinder"].reason
    assert "'Nordkessel Hand Grinder', now 'Sony Turntable PS-LX350H'" in by_sku["grinder"].reason
    assert by_sku["turntable"].verdict == "match"


def test_a_verdict_about_a_product_no_longer_sold_stands() -> None:
    decision = first(offer("Old thing"), verdicts=said("accept", "gone", "Old thing"))
    assert (decision.sku, decision.verdict) == ("gone", "match")


def test_what_people_decide_teaches_how_far_to_believe_the_model() -> None:
    """Sixty like cases decided, half each way: the next one that is like the accepted ones needs nobody."""
    products = [Listing(f"p{i}", f"Maker{i}x Kind{i}y Sort{i}z") for i in range(80)]
    longer = [offer(f"{p.title} Extra{p.id}e More{p.id}m", f"o-{p.id}", f"shop{p.id}") for p in products[:40]]
    other = [
        offer(f"Maker{i}x Kind{i}y Unlike{i}u", f"o-p{i}", f"shop{i}") for i in range(40, 80)
    ]  # one word each says alone
    assert all(d.verdict != "match" for d in judged([*longer, *other], products, target_precision=0.9).decisions)
    decided = {}
    for one in (*longer[:35], *other[:35]):
        sku = one.id.removeprefix("o-")
        (row,) = said("accept" if one in longer else "reject", sku, one.title).values()
        row.offer_id = one.id
        decided[one.id, sku] = row
    outcome = judged([*longer, *other], products, verdicts=decided, target_precision=0.9)
    found_by = {d.offer_id: d for d in outcome.decisions}
    assert [found_by[o.id].verdict for o in longer[35:]] == ["match"] * 5
    assert all(found_by[o.id].verdict != "match" for o in other[35:])


# Laws

WORDS = ["sanddorn", "mild", "green", "tea", "fine", "rooibos", "berg", "herbal", "100", "g", "x2", "250"]
TITLES = st.lists(st.sampled_from(WORDS), min_size=1, max_size=6).map(" ".join)
CATALOGUES = st.lists(TITLES, min_size=1, max_size=6).map(
    lambda titles: [Listing(f"p{at}", title) for at, title in enumerate(titles)]
)
OFFERS = st.lists(st.tuples(TITLES, st.sampled_from(["berg", "tal"])), min_size=1, max_size=8).map(
    lambda offers: [Listing(f"o{at}", title, seller=seller) for at, (title, seller) in enumerate(offers)]
)


@settings(max_examples=30, deadline=None)
@given(CATALOGUES, OFFERS, st.randoms(use_true_random=False))
def test_the_order_of_products_and_offers_does_not_matter(products: Any, offers: Any, random: Any) -> None:
    decisions = judged(offers, products).decisions
    random.shuffle(products)
    random.shuffle(offers)
    assert judged(offers, products).decisions == decisions


@settings(max_examples=30, deadline=None)
@given(CATALOGUES, OFFERS)
def test_a_shop_has_one_match_for_a_product_and_an_offer_is_one_product(products: Any, offers: Any) -> None:
    shops = {o.id: o.seller for o in offers}
    matches = [d for d in judged(offers, products, target_precision=0.5).decisions if d.verdict == "match"]
    assert len({d.offer_id for d in matches}) == len(matches) == len({(shops[d.offer_id], d.sku) for d in matches})


@settings(max_examples=30, deadline=None)
@given(CATALOGUES, OFFERS, st.floats(0.5, 0.999), st.floats(0.5, 0.999))
def test_more_precision_never_makes_more_matches(products: Any, offers: Any, one: float, two: float) -> None:
    low, high = sorted((one, two))
    by_target = [
        {(d.offer_id, d.sku) for d in judged(offers, products, target_precision=t).decisions if d.verdict == "match"}
        for t in (low, high)
    ]
    assert by_target[1] <= by_target[0]


@settings(max_examples=30, deadline=None)
@given(CATALOGUES, OFFERS, st.data())
def test_what_is_rejected_stays_away(products: Any, offers: Any, data: Any) -> None:
    rejected = {}
    for one in offers:
        if data.draw(st.booleans()):
            product = data.draw(st.sampled_from(products))
            row = MatchVerdict(
                offer_id=one.id, sku=product.id, number=1, verdict="reject", decided_by="ada",
                decided_at=datetime(2026, 5, 4, tzinfo=UTC), offer_title=one.title,
            )  # fmt: skip
            rejected[one.id, product.id] = row
    decisions = judged(offers, products, verdicts=rejected).decisions
    assert {(d.offer_id, d.sku) for d in decisions if d.verdict != "no_match"}.isdisjoint(rejected)
