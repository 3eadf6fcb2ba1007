"""Matching through the warehouse: what is kept, what a second run scores and changes, what people decided."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from pricing.matching.run import MatchRun, run_matching, stated_precision
from pricing.matching.verdicts.giving import decide_pairs
from tests.pricing.matching.alike import Alike
from warehouse.errors import InputError
from warehouse.house import Warehouse
from warehouse.records.verdicts import Ruling, verdict_history
from warehouse.settings import Settings
from warehouse.shop_file import NAME

Put = Callable[..., Any]


def kept(warehouse: Warehouse) -> dict[tuple[str, str], str]:
    with warehouse.session() as session:
        rows = session.query("select offer_id, sku, verdict from matches").to_pylist()
    return {(row["offer_id"], row["sku"]): row["verdict"] for row in rows}


def see(write: Put, warehouse: Warehouse, offer_id: str, title: str, **more: object) -> None:
    """A crawl at this moment sees the offer."""
    write(
        "offers",
        {
            "crawl_id": f"crawl {warehouse.clock():%d %H:%M}",
            "offer_id": offer_id,
            "site": "berg",
            "url": "https://berg.example/p",
            "observed_at": warehouse.clock(),
            "title": title,
            **more,
        },
    )


def later(warehouse: Warehouse, **delta: float) -> None:
    warehouse.clock.forward(**delta)  # type: ignore[attr-defined]


def matched(warehouse: Warehouse, scorer: Alike | None = None, **more: Any) -> MatchRun:
    return run_matching(warehouse, scorer=scorer or Alike(), **more)


def test_a_run_keeps_verdicts_and_a_second_one_changes_nothing(warehouse: Warehouse, write: Put) -> None:
    write("products", {"sku": "tea", "title": "Sanddorn Mild Green Tea 100 g", "gtin": "4006381333931"})
    write("products", {"sku": "old", "title": "Sanddorn Mild Black Tea 100 g", "status": "discontinued"})
    see(write, warehouse, "o1", "Tea", gtin="4006381333931")
    see(write, warehouse, "o2", "Garden hose 20 m")
    found = matched(warehouse)
    assert (found.products, found.offers, found.by_gtin, found.by_model, found.unmatched) == (1, 2, 1, 0, 1)
    assert (found.changed, found.review, found.expected_precision) == (1, 0, None)
    assert kept(warehouse) == {("o1", "tea"): "match"}
    later(warehouse, hours=1)
    assert matched(warehouse).changed == 0
    with warehouse.session() as session:
        (row,) = session.query("select * from matches").to_pylist()
    assert row["matched_at"] == warehouse.clock() - timedelta(hours=1)
    assert (row["method"], row["pack_ratio"], row["score"]) == ("gtin", 1.0, 1.0)
    assert (row["speaks_for"], row["speaks_against"]) == (
        "same GTIN 04006381333931; both say tea",
        "only we say mass 100, green, mild, sanddorn",
    )


def test_a_page_that_turns_into_another_product_loses_its_match(warehouse: Warehouse, write: Put) -> None:
    write("products", {"sku": "green", "title": "Sanddorn Mild Green Tea 100 g"})
    write("products", {"sku": "rooibos", "title": "Morgenrot Fine Rooibos 250 g"})
    see(write, warehouse, "o1", "Green Tea Mild, Sanddorn, 100g")
    matched(warehouse)
    assert kept(warehouse) == {("o1", "green"): "match"}
    later(warehouse, days=1)
    see(write, warehouse, "o1", "Morgenrot Rooibos Fine 250g")
    assert matched(warehouse).changed == 2
    assert kept(warehouse) == {("o1", "green"): "no_match", ("o1", "rooibos"): "match"}
    assert matched(warehouse).changed == 0


def test_an_empty_warehouse_has_nothing_to_match(warehouse: Warehouse) -> None:
    found = matched(warehouse)
    assert (found.products, found.offers, found.review, found.unmatched, found.changed) == (0, 0, 0, 0, 0)


# Only what is new is scored

TEAS = {
    sort: f"{brand} {sort} Tea 100 g"
    for sort, brand in (
        ("Green", "Sanddorn Mild"), ("Black", "Alpenhof Hearty"), ("White", "Morgenrot Fine"),
        ("Herbal", "Lurino Classic"), ("Fruit", "Oldmill Organic"), ("Mint", "Bergtal Fair"),
    )
}  # fmt: skip


def sell_teas(write: Put, warehouse: Warehouse) -> None:
    write("products", *({"sku": sort, "title": title} for sort, title in TEAS.items()))
    for sort, title in TEAS.items():
        see(write, warehouse, f"o-{sort}", title, price=Decimal("9.50"))


def test_a_second_run_scores_only_what_says_something_new(warehouse: Warehouse, write: Put) -> None:
    sell_teas(write, warehouse)
    scorer = Alike()
    every = matched(warehouse, scorer).scored
    assert every == len(scorer.asked) >= 6
    assert matched(warehouse, scorer).scored == 0
    later(warehouse, hours=1)
    see(write, warehouse, "o-Mint", TEAS["Mint"], price=Decimal("9.52"))  # a cent or two is nothing new
    assert matched(warehouse, scorer).scored == 0
    scorer.asked.clear()
    later(warehouse, hours=1)
    write("products", {"sku": "Mint", "title": "Bergtal Fair Peppermint Tea 100 g"})
    # A sixth of the pairs is more than the tenth that is added to scores of before.
    assert matched(warehouse, scorer).scored == len(scorer.asked) == every


def test_a_few_new_offers_are_scored_with_their_rivals_and_the_outcome_is_that_of_a_full_run(
    warehouse: Warehouse, write: Put
) -> None:
    sell_teas(write, warehouse)
    for at in range(60):
        see(write, warehouse, f"more-{at}", f"Tea 100 g {list(TEAS)[at % 6]} bag {at}", price=Decimal(at + 1))
    scorer = Alike()
    matched(warehouse, scorer)
    assert kept(warehouse)["o-Mint", "Mint"] == "match"
    scorer.asked.clear()
    later(warehouse, hours=1)
    see(write, warehouse, "o-Mint", TEAS["White"], site="tal")
    see(write, warehouse, "new", TEAS["Mint"])
    found = matched(warehouse, scorer)
    assert {"o-Mint", "new"} <= {offer for _, offer in scorer.asked}
    assert 0 < found.scored == len(scorer.asked)
    after = kept(warehouse)
    assert after["new", "Mint"] == after["o-Mint", "White"] == "match"
    assert after["o-Mint", "Mint"] == "no_match"

    warehouse.settings.match_scores.unlink()
    again = matched(warehouse, scorer)
    assert again.scored > found.scored
    assert replace(again, scored=0) == replace(found, scored=0, changed=0)
    assert kept(warehouse) == after


@pytest.mark.parametrize("content", [b"", b"not a file of scores", None])
def test_a_file_of_scores_that_is_damaged_is_as_none(warehouse: Warehouse, write: Put, content: bytes | None) -> None:
    sell_teas(write, warehouse)
    matched(warehouse)
    path = warehouse.settings.match_scores
    path.write_bytes(path.read_bytes()[:-20] if content is None else content)
    assert matched(warehouse).scored > 0
    assert matched(warehouse).scored == 0


def test_another_model_scores_everything(warehouse: Warehouse, write: Put) -> None:
    sell_teas(write, warehouse)
    matched(warehouse)
    retrained = Alike()
    retrained.version = "retrained"
    assert matched(warehouse, retrained).scored > 0
    with warehouse.session() as session:
        versions = session.query("select distinct model_version as v from matches where verdict = 'match'")
    assert versions["v"].to_pylist() == ["retrained"]


# People

CASE = "Casa Lurino Rioja 0.75 l, case of 12"


def test_what_people_decide_is_never_overwritten(warehouse: Warehouse, write: Put) -> None:
    write("products", {"sku": "rioja", "title": "Casa Lurino Rioja 0.75 l"})
    write("products", {"sku": "tea", "title": "Sanddorn Mild Green Tea 100 g"})
    see(write, warehouse, "case", CASE)
    see(write, warehouse, "tea", "Sanddorn Mild Green Tea 100 g")
    found = matched(warehouse)
    assert (found.by_model, found.review) == (1, 1)
    rulings = [Ruling("case", "rioja", "other_pack", pack_ratio=12.0), Ruling("tea", "tea", "reject")]
    decide_pairs(warehouse, rulings, by="ada")
    decided = {("case", "rioja"): "other_pack", ("tea", "tea"): "no_match"}
    assert kept(warehouse) == decided
    for _ in range(2):
        later(warehouse, hours=1)
        found = matched(warehouse)
        assert (found.changed, found.other_pack, found.by_model, found.review) == (0, 1, 0, 0)
        assert kept(warehouse) == decided
    with warehouse.records.reading() as tx:
        assert [v.verdict for v in verdict_history(tx, "case", "rioja")] == ["other_pack"]


def test_a_page_that_changed_since_a_verdict_waits_for_a_person(warehouse: Warehouse, write: Put) -> None:
    write("products", {"sku": "rioja", "title": "Casa Lurino Rioja 0.75 l"})
    see(write, warehouse, "o", "Rotwein aus dem Eichenfass")
    decide_pairs(warehouse, [Ruling("o", "rioja", "accept")], by="ada")
    assert matched(warehouse).by_people == 1
    later(warehouse, days=1)
    see(write, warehouse, "o", "Garden hose 20 m")
    found = matched(warehouse)
    assert (found.by_people, found.review, found.changed_pages) == (0, 1, 1)
    assert kept(warehouse) == {("o", "rioja"): "review"}
    with warehouse.records.reading() as tx:
        assert [v.verdict for v in verdict_history(tx, "o", "rioja")] == ["accept"]


# The stated precision


def in_shop_file(folder: Path, text: str) -> Settings:
    (folder / NAME).write_text(text, encoding="utf-8")
    return Settings.load(folder)


def test_the_shop_file_states_the_precision(tmp_path: Path) -> None:
    assert stated_precision(in_shop_file(tmp_path, "matching:\n  target_precision: 0.95\n")) == 0.95
    assert stated_precision(in_shop_file(tmp_path, "matching:\n")) == 0.99
    assert stated_precision(Settings(home=tmp_path / "home")) == 0.99


@pytest.mark.parametrize("stated", ["95", "1", "0.2", "high"])
def test_a_precision_that_is_no_share_is_refused_by_its_line(tmp_path: Path, stated: str) -> None:
    with pytest.raises(InputError, match=r"line 2, matching\.target_precision: "):
        stated_precision(in_shop_file(tmp_path, f"matching:\n  target_precision: {stated}\n"))
