"""Matching judged by the simulated market, which knows what each offer truly is."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest

from experiments.market import catalogue, competitors
from experiments.market.days import Days
from experiments.market.sites import SITES
from pricing.matching.decide import Offer, Product, decide


@pytest.mark.parametrize("seed", [1, 2])
def test_matches_are_right_and_most_are_found(seed: int) -> None:
    goods = catalogue.build(400, seed, Days(date(2026, 5, 1), date(2026, 5, 3)))
    cents = np.rint(goods.reference * 100).astype(np.int64)
    pages = [
        row
        for listing in competitors.listings(goods, SITES[:2], seed)
        for row in listing.pages(listing.asked(cents, cents, goods.reference, 0), listing.in_stock(0, seed)).to_pylist()
        if row["kind"] in ("ours", "near_miss", "other")
    ]
    fields = ("sku", "title", "brand", "gtin", "pack_size", "pack_unit")
    products = [Product(**{name: row[name] for name in fields}) for row in goods.table.to_pylist()]
    offers = [Offer(str(i), row["site"], row["title"], row["brand"], row["gtin"]) for i, row in enumerate(pages)]
    matches = [d for d in decide(products, offers) if d.verdict == "match"]
    right = sum(pages[int(d.offer_id)]["sku"] == d.sku for d in matches)
    true = sum(row["sku"] is not None for row in pages)
    assert right / len(matches) >= 0.99
    assert right / true >= 0.90
