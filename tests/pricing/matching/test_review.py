"""The review queue and what deciding does: in the records and in `matches` at once."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from pricing.matching.listing import Listing
from pricing.matching.run import run_matching
from pricing.matching.verdicts.changed import changed_since
from pricing.matching.verdicts.giving import decide_pairs, undo_verdict
from pricing.matching.verdicts.labelled import verdict_labels
from pricing.matching.verdicts.review import judged_offer, review_page
from tests.conftest import FixedClock
from tests.pricing.matching.alike import Alike
from warehouse.errors import InputError, NotFound
from warehouse.house import Warehouse
from warehouse.records import MatchVerdict
from warehouse.records.verdicts import Ruling, standing_verdicts, verdict_history

Put = Callable[..., Any]


def kept(warehouse: Warehouse) -> dict[str, str]:
    """Verdict of each pair as `matches` has it, with its pack ratio where it has one."""
    with warehouse.session() as session:
        rows = session.query("select * from matches").to_pylist()
    return {
        f"{row['offer_id']} {row['sku']}": row["verdict"] + (f" x{row['pack_ratio']:g}" if row["pack_ratio"] else "")
        for row in rows
    }


@pytest.mark.usefixtures("queue")
class TestQueue:
    def test_what_sells_most_comes_first(self, warehouse: Warehouse) -> None:
        """o1 and o3 could be B, of which two were sold of late; of C there were nine, half a year ago."""
        page = review_page(warehouse)
        assert [judged.offer.offer_id for judged in page.offers] == ["o1", "o3", "o2"]
        assert (page.waiting, page.next_after) == (3, None)

    def test_both_sides_stand_there(self, warehouse: Warehouse) -> None:
        first = review_page(warehouse, limit=1).offers[0]
        assert (first.offer.title, first.offer.price, first.offer.site) == ("Acme thing o1", Decimal(9), "berg")
        assert [(c.sku, c.verdict) for c in first.candidates] == [("A", "review"), ("B", "review"), ("C", "no_match")]
        best = first.candidates[0]
        assert (best.title, best.gtin, best.price, best.currency) == ("Product A", "4006381333931", Decimal(10), "EUR")
        assert (best.reason, best.speaks_for, best.speaks_against) == ("o1 is like A", "both say acme", None)

    def test_pages_hold_every_offer_once(self, warehouse: Warehouse) -> None:
        seen: list[str] = []
        after: str | None = None
        for _ in range(3):
            page = review_page(warehouse, after=after, limit=1)
            seen += [judged.offer.offer_id for judged in page.offers]
            after = page.next_after
        assert (seen, after) == (["o1", "o3", "o2"], None)

    def test_other_verdicts_can_be_listed(self, warehouse: Warehouse) -> None:
        assert [judged.offer.offer_id for judged in review_page(warehouse, verdict="match").offers] == ["o4"]

    def test_places_that_are_none(self, warehouse: Warehouse) -> None:
        for wrong in ("", "1", "x,0.5,o1", "1,nan,o1", "-1,0.5,o1", f"{10**30},0.5,o1"):
            with pytest.raises(InputError, match="no place in the queue"):
                review_page(warehouse, after=wrong)


@pytest.mark.usefixtures("queue")
class TestDeciding:
    def test_accepting_settles_the_offer_at_once(self, warehouse: Warehouse) -> None:
        assert len(decide_pairs(warehouse, [Ruling("o1", "B", "accept")], by="ann")) == 1
        assert kept(warehouse) == {
            "o1 A": "no_match", "o1 B": "match x1", "o1 C": "no_match", "o2 C": "review", "o3 B": "review",
            "o4 A": "match x1",
        }  # fmt: skip
        with warehouse.records.reading() as tx:
            verdict = standing_verdicts(tx)["o1", "B"]
        assert (verdict.decided_by, verdict.decided_at) == ("ann", warehouse.clock())
        assert (verdict.offer_title, verdict.offer_brand) == ("Acme thing o1", None)

    def test_rejecting_leaves_the_other_products_open(self, warehouse: Warehouse) -> None:
        decide_pairs(warehouse, [Ruling("o1", "A", "reject")], by="ann")
        now = kept(warehouse)
        assert (now["o1 A"], now["o1 B"]) == ("no_match", "review")

    def test_another_pack_and_an_equivalent(self, warehouse: Warehouse) -> None:
        rulings = [Ruling("o2", "C", "other_pack", pack_ratio=12), Ruling("o3", "B", "equivalent")]
        decide_pairs(warehouse, rulings, by="ann")
        now = kept(warehouse)
        assert (now["o2 C"], now["o3 B"]) == ("other_pack x12", "equivalent")

    def test_a_match_of_the_model_yields_to_a_person(self, warehouse: Warehouse) -> None:
        """Also to a product that nobody had thought of."""
        decide_pairs(warehouse, [Ruling("o4", "C", "accept")], by="ann")
        now = kept(warehouse)
        assert (now["o4 A"], now["o4 C"]) == ("no_match", "match x1")

    def test_deciding_twice_changes_nothing(self, warehouse: Warehouse, clock: FixedClock) -> None:
        decide_pairs(warehouse, [Ruling("o1", "A", "accept")], by="ann")
        clock.forward(hours=1)
        with warehouse.session() as session:
            before = session.versions["matches"]
        assert decide_pairs(warehouse, [Ruling("o1", "A", "accept")], by="bob") == []
        with warehouse.session() as session:
            assert session.versions["matches"] == before

    def test_undoing_restores_what_stood(self, warehouse: Warehouse) -> None:
        start = kept(warehouse)
        decide_pairs(warehouse, [Ruling("o1", "A", "accept")], by="ann")
        accepted = kept(warehouse)
        decide_pairs(warehouse, [Ruling("o1", "A", "reject")], by="ann")
        with pytest.raises(InputError, match="decided anew since, by ann"):
            undo_verdict(warehouse, "o1", "A", 1, by="bob")
        undo_verdict(warehouse, "o1", "A", 2, by="bob")
        assert kept(warehouse) == accepted
        decide_pairs(warehouse, [Ruling("o2", "C", "reject")], by="ann")
        undo_verdict(warehouse, "o2", "C", 1, by="bob")
        assert kept(warehouse)["o2 C"] == start["o2 C"]
        with warehouse.records.reading() as tx:
            assert [row.verdict for row in verdict_history(tx, "o1", "A")] == ["accept", "reject", "accept"]
            assert [row.verdict for row in verdict_history(tx, "o2", "C")] == ["withdrawn", "reject"]

    def test_undoing_the_first_verdict_opens_the_offer_again(self, warehouse: Warehouse) -> None:
        start = kept(warehouse)
        decide_pairs(warehouse, [Ruling("o1", "A", "accept")], by="ann")
        undo_verdict(warehouse, "o1", "A", 1, by="ann")
        assert kept(warehouse) == start
        assert "o1" in {judged.offer.offer_id for judged in review_page(warehouse).offers}

    def test_undoing_brings_back_what_the_matcher_had_said(self, warehouse: Warehouse, clock: FixedClock) -> None:
        """As the lake remembers it, by the time of its commits: so the clock is the real one."""
        clock.now = datetime.now(UTC)
        ours = "select * exclude (matched_at) from matches order by offer_id, sku"
        with warehouse.session() as session:
            start = session.query(ours)
        for ruling in (Ruling("o1", "A", "accept"), Ruling("o1", "B", "reject"), Ruling("o4", "A", "reject")):
            decide_pairs(warehouse, [ruling], by="ann")
            undo_verdict(warehouse, ruling.offer_id, ruling.sku, 1, by="ann")
            with warehouse.session() as session:
                assert session.query(ours) == start
        decide_pairs(warehouse, [Ruling("o1", "A", "accept")], by="ann")
        clock.now = datetime.now(UTC)
        undo_verdict(warehouse, "o1", "A", 3, by="ann")
        with warehouse.session() as session:
            assert session.query(ours) == start

    def test_what_is_not_there(self, warehouse: Warehouse) -> None:
        for ruling, complaint in (
            (Ruling("o9", "A", "accept"), "no crawl has seen an offer 'o9'"),
            (Ruling("o1", "Z", "accept"), "no product 'Z'"),
        ):
            with pytest.raises(NotFound, match=complaint):
                decide_pairs(warehouse, [Ruling("o1", "A", "accept"), ruling], by="ann")
        with pytest.raises(NotFound, match="no verdict 1 on offer 'o1'"):
            undo_verdict(warehouse, "o1", "A", 1, by="ann")
        with pytest.raises(NotFound, match="'o9'"):
            judged_offer(warehouse, "o9")
        with warehouse.records.reading() as tx:
            assert standing_verdicts(tx) == {}


@pytest.mark.usefixtures("queue")
def test_a_verdict_given_while_a_run_judges_stands(warehouse: Warehouse) -> None:
    def meanwhile(stage: str, done: int, total: int | None) -> None:
        if stage == "decide":
            decide_pairs(warehouse, [Ruling("o1", "B", "accept")], by="ann")

    run_matching(warehouse, scorer=Alike(), progress=meanwhile)
    now = kept(warehouse)
    assert (now["o1 A"], now["o1 B"]) == ("no_match", "match x1")
    assert run_matching(warehouse, scorer=Alike()).by_people == 1


@pytest.mark.usefixtures("queue")
def test_verdicts_are_labels_to_learn_from(warehouse: Warehouse, write: Put) -> None:
    """Only an accepted pair is a match; a page that shows something else now teaches nothing."""
    rulings = [
        Ruling("o1", "A", "reject"), Ruling("o1", "B", "accept"), Ruling("o2", "C", "other_pack", pack_ratio=12),
        Ruling("o4", "A", "accept"),
    ]  # fmt: skip
    decide_pairs(warehouse, rulings, by="ann")
    late = {"crawl_id": "late", "offer_id": "o4", "site": "berg", "url": "https://berg.example/4"}
    write("offers", {**late, "observed_at": warehouse.clock(), "title": "Garden hose 20 m"})
    labelled = verdict_labels(warehouse)
    pairs = zip(labelled.pairs.left, labelled.pairs.right, labelled.labels, strict=True)
    told = {(labelled.left[p].id, labelled.right[o].id): bool(label) for p, o, label in pairs}
    assert told == {("A", "o1"): False, ("B", "o1"): True, ("C", "o2"): False}
    assert labelled.left_out == ["offer o4, product A: the page has changed since"]


def then(title: str | None, brand: str | None = None, gtin: str | None = None) -> MatchVerdict:
    return MatchVerdict(offer_title=title, offer_brand=brand, offer_gtin=gtin)


@pytest.mark.parametrize(
    ("said", "says", "changed"),
    [
        (then("Sanddorn Green Tea 100 g"), Listing("o", "NEW: Green tea by Sanddorn, 100g - free shipping"), False),
        (then("Sanddorn Green Tea 100 g"), Listing("o", "Sanddorn Green Tea"), False),
        (then("Sanddorn Green Tea 100 g"), Listing("o", "Sanddorn Green Tea 250 g"), True),
        (then("Sanddorn Green Tea 100 g"), Listing("o", "Rooibos Vanilla 100 g"), True),
        (then("Phone 64 GB black"), Listing("o", "Phone 128 GB black"), True),
        (then("Phone 64 GB", gtin="4006381333931"), Listing("o", "Telephone", gtin="4006381333931"), False),
        (then("Phone 64 GB", gtin="4006381333931"), Listing("o", "Phone 64 GB", gtin="5901234123457"), True),
        (then("Phone 64 GB", gtin="4006381333931"), Listing("o", "Phone 64 GB"), False),
        (then("Drill 500", brand="Bosch"), Listing("o", "Drill 500", brand="Makita"), True),
        (then("緑茶 100 g"), Listing("o", "緑茶 100 g"), False),
        (then(None), Listing("o", "Phone"), False),
        (then("Phone"), Listing("o", None), False),
        (then("!!!"), Listing("o", "???"), False),
    ],
)
def test_a_page_that_became_another_product(said: MatchVerdict, says: Listing, changed: bool) -> None:
    assert changed_since(said, says) is changed
