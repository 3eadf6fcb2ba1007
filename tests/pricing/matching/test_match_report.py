"""How matching stands, as data, as a file and on the command line."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from pricing.matching.report import MatchReport, match_report
from pricing.reports import render_matches
from tests.pricing.test_report import HOSTILE, Page
from warehouse.house import Warehouse

Put = Callable[..., Any]


@pytest.fixture
def judge(warehouse: Warehouse, write: Put) -> Put:
    """Lets an offer of a site be judged: `judge("berg", "o1", "A", "match", "gtin")`."""

    def put(site: str, offer: str, sku: str | None, verdict: str = "", method: str = "", **more: Any) -> None:
        title = more.pop("title", f"Offer {offer}")
        write("offers", {"crawl_id": "c", "offer_id": offer, "site": site, "url": f"https://{site}.example/{offer}",
                         "observed_at": warehouse.clock(), "title": title})  # fmt: skip
        if sku is not None:
            write("matches", {"offer_id": offer, "sku": sku, "verdict": verdict, "method": method, "score": 1.0,
                              "model_version": "t", "matched_at": warehouse.clock(), **more})  # fmt: skip

    return put


@pytest.fixture
def judged(warehouse: Warehouse, write: Put, judge: Put) -> MatchReport:
    """Two sites with one offer of every kind."""
    write("products", *({"sku": sku, "title": f"Product {sku}"} for sku in "ABCDEF"))
    write("products", {"sku": "Z", "title": "Old", "status": "discontinued"})
    judge("berg", "o1", "A", "match", "gtin")
    judge("berg", "o2", "B", "match", "model", score=0.99)
    judge("berg", "o3", "C", "review", "model", score=0.7, pack_ratio=12.0, speaks_for="same brand")
    judge("berg", "o4", "C", "other_pack", "verdict", pack_ratio=6.0)
    judge("berg", "o5", None)
    judge("tal", "o6", "A", "match", "model", score=0.95)
    write("matches", {"offer_id": "o6", "sku": "B", "verdict": "no_match", "method": "model", "score": 0.1,
                      "model_version": "t", "matched_at": warehouse.clock()})  # fmt: skip
    judge("tal", "o7", "D", "review", "verdict", reason="the page has changed")
    judge("tal", "o8", "E", "no_match", "model", score=0.1, speaks_against="only they say blue")
    judge("tal", "o9", "A", "match", "verdict")
    judge("tal", "o10", "F", "equivalent", "verdict", score=0.0)
    judge("tal", "o11", "Z", "match", "mpn")
    return match_report(warehouse)


def test_each_offer_counts_once_by_site(judged: MatchReport) -> None:
    whole = judged.whole
    assert (whole.offers, whole.by_gtin, whole.by_mpn, whole.by_model, whole.by_people) == (11, 1, 1, 2, 1)
    assert (whole.other_pack, whole.equivalent, whole.review, whole.changed_pages, whole.unmatched) == (1, 1, 2, 1, 2)
    assert whole.matched + whole.other_pack + whole.equivalent + whole.review + whole.unmatched == whole.offers
    assert whole.expected_precision == pytest.approx(0.97)
    sites = {s.site: (s.offers, s.matched, s.review, s.products, s.expected_precision) for s in judged.sites}
    assert sites == {"tal": (6, 3, 1, 2, 0.95), "berg": (5, 2, 1, 3, 0.99)}
    assert (judged.products, judged.matched_products) == (6, 3)


def test_a_page_that_turned_into_another_product_of_ours_is_still_told(
    warehouse: Warehouse, write: Put, judge: Put
) -> None:
    """It is matched again at once; what a person said of it is open nevertheless."""
    write("products", *({"sku": sku, "title": f"Product {sku}"} for sku in "AB"))
    judge("berg", "o1", "A", "match", "gtin")
    write("matches", {"offer_id": "o1", "sku": "B", "verdict": "review", "method": "verdict", "score": 1.0,
                      "model_version": "t", "matched_at": warehouse.clock()})  # fmt: skip
    whole = match_report(warehouse).whole
    assert (whole.offers, whole.by_gtin, whole.review, whole.changed_pages) == (1, 1, 0, 1)


def test_pairs_are_shown_by_kind(judged: MatchReport) -> None:
    def pairs(kind: str) -> list[tuple[str, str]]:
        shown = getattr(judged, kind)
        assert shown.count == len(shown.pairs)
        return [(p.offer_id, p.sku) for p in shown.pairs]

    assert pairs("changed") == [("o7", "D")]
    assert pairs("other_packs") == [("o4", "C"), ("o3", "C")]
    assert pairs("review") == []
    assert pairs("nearest") == [("o8", "E")]  # o6 is matched: its second best is no news


def test_more_pairs_than_are_shown_are_counted(warehouse: Warehouse, write: Put, judge: Put) -> None:
    write("products", {"sku": "A", "title": "Product A"})
    for at in range(5):
        judge("berg", f"o{at}", "A", "review", "model", score=at / 10)
    shown = match_report(warehouse, top=2).review
    assert (shown.count, [p.offer_id for p in shown.pairs]) == (5, ["o4", "o3"])


def test_the_file_shows_them_and_needs_nothing_else(judged: MatchReport) -> None:
    html = render_matches(judged)
    page = Page(html)
    assert "Offers matched 55 % 6 of 11 offers seen" in page.text
    assert "Catalogue covered 50 % 3 of 6 products on sale have a matched offer" in page.text
    assert "Precision expected 97.0 %" in page.text
    assert "against: only they say blue" in page.text
    assert "C · 12 in one of theirs" in page.text
    assert not [a for _, a in page.elements if "src" in a or "srcset" in a]


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_stays_text(warehouse: Warehouse, write: Put, judge: Put, text: str) -> None:
    write("products", {"sku": "A", "title": text, "url": "javascript:alert(1)"})
    judge("berg", "o1", "A", "review", "model", title=text, reason=text, speaks_for=text, speaks_against=text)
    page = Page(render_matches(match_report(warehouse)))
    tags = {tag for tag, _ in page.elements}
    assert not tags & {"script", "img", "iframe", "object", "embed", "link", "base", "form", "svg"}
    assert not [name for _, attributes in page.elements for name in attributes if name.startswith("on")]
    assert page.text.count(" ".join(text.split())) == 5
    assert {a.get("href") for tag, a in page.elements if tag == "a"} == {"https://berg.example/o1"}


def test_an_empty_warehouse_says_what_to_do(warehouse: Warehouse, write: Put, judge: Put) -> None:
    assert "purveyor import products FILE" in Page(render_matches(match_report(warehouse))).text
    write("products", {"sku": "A", "title": "Product A"})
    assert "purveyor sites add URL" in Page(render_matches(match_report(warehouse))).text
    judge("berg", "o1", None)
    assert "Match them: purveyor match." in Page(render_matches(match_report(warehouse))).text
