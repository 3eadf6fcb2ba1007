"""Matching through the warehouse: what is kept, what a second run changes."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from pricing.matching.run import MatchRun, run_matching
from warehouse.house import Warehouse

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


def test_a_run_keeps_verdicts_and_a_second_one_changes_nothing(warehouse: Warehouse, write: Put) -> None:
    write("products", {"sku": "tea", "title": "Sanddorn Mild Green Tea 100 g", "gtin": "4006381333931"})
    write("products", {"sku": "old", "title": "Sanddorn Mild Black Tea 100 g", "status": "discontinued"})
    see(write, warehouse, "o1", "Tea", gtin="4006381333931")
    see(write, warehouse, "o2", "Sanddorn Mild Black Tea 100 g")
    assert run_matching(warehouse) == MatchRun(
        products=1, offers=2, by_gtin=1, by_title=0, review=0, unmatched=1, changed=1
    )
    assert kept(warehouse) == {("o1", "tea"): "match"}
    warehouse.clock.forward(hours=1)  # type: ignore[attr-defined]
    assert run_matching(warehouse).changed == 0
    with warehouse.session() as session:
        (row,) = session.query("select * from matches").to_pylist()
    assert row["matched_at"] == warehouse.clock() - timedelta(hours=1)
    assert (row["method"], row["pack_ratio"], row["score"]) == ("gtin", 1.0, 1.0)


def test_a_page_that_turns_into_another_product_loses_its_match(warehouse: Warehouse, write: Put) -> None:
    write("products", {"sku": "green", "title": "Sanddorn Mild Green Tea 100 g"})
    write("products", {"sku": "rooibos", "title": "Morgenrot Fine Rooibos 250 g"})
    see(write, warehouse, "o1", "Green Tea Mild, Sanddorn, 100g")
    run_matching(warehouse)
    assert kept(warehouse) == {("o1", "green"): "match"}
    warehouse.clock.forward(days=1)  # type: ignore[attr-defined]
    see(write, warehouse, "o1", "Morgenrot Rooibos Fine 250g")
    assert run_matching(warehouse).changed == 2
    assert kept(warehouse) == {("o1", "green"): "no_match", ("o1", "rooibos"): "match"}
    assert run_matching(warehouse).changed == 0


def test_an_empty_warehouse_has_nothing_to_match(warehouse: Warehouse) -> None:
    assert run_matching(warehouse) == MatchRun(
        products=0, offers=0, by_gtin=0, by_title=0, review=0, unmatched=0, changed=0
    )
