"""The simulated market's products and offers as matching sees them, and the answers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np

from experiments.market import catalogue, competitors
from experiments.market.days import Days
from experiments.market.sites import SITES
from pricing.matching.decide import Outcome
from pricing.matching.listing import Listing

_DAYS = Days(date(2026, 5, 1), date(2026, 5, 3))


@dataclass(frozen=True)
class MarketOffers:
    """`truth` gives the sku that an offer truly is, by its id; None where it is none of ours."""

    products: Sequence[Listing]
    offers: Sequence[Listing]
    truth: Mapping[str, str | None]


@dataclass(frozen=True)
class Judged:
    """Offers matched, those of them matched to the right product, and how many truly are ours."""

    matched: int
    right: int
    true: int


def market_offers(products: int, seed: int, sites: int) -> MarketOffers:
    """The offers of the first `sites` shops on the market's first day, and the products they are beside."""
    ours = catalogue.build(products, seed, _DAYS)
    cents = np.rint(ours.reference * 100).astype(np.int64)
    fields = ("title", "brand", "mpn", "gtin")
    catalogued = [
        Listing(
            row["sku"],
            price=round(price, 2),
            currency="EUR",
            category=row["category"],
            pack_size=row["pack_size"],
            pack_unit=row["pack_unit"],
            **{name: row[name] for name in fields},
        )
        for row, price in zip(ours.table.to_pylist(), ours.reference.tolist(), strict=True)
    ]
    offers, truth = [], {}
    for listed in competitors.listings(ours, SITES[:sites], seed):
        shown = listed.pages(listed.asked(cents, cents, ours.reference, 0), listed.in_stock(0, seed))
        for row in shown.to_pylist():
            if row["kind"] not in competitors.SOLD:
                continue
            own = f"{row['site']} {row['path']}"
            told = {name: row[name] for name in fields}
            offers.append(Listing(own, price=float(row["price"]), currency="EUR", seller=row["site"], **told))
            truth[own] = row["sku"]
    return MarketOffers(catalogued, offers, truth)


def judged(market: MarketOffers, outcome: Outcome) -> Judged:
    """The automatic matches against the truth."""
    matches = [d for d in outcome.decisions if d.verdict == "match"]
    return Judged(
        matched=len(matches),
        right=sum(market.truth[d.offer_id] == d.sku for d in matches),
        true=sum(sku is not None for sku in market.truth.values()),
    )
