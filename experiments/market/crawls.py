"""What weekly crawls of the competitors would have seen: observations of offers, with the gaps that crawls have."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from experiments.market.columns import Column, Ints, generator, instants, lake_table, same
from experiments.market.competitors import SOLD, Listing
from experiments.market.days import Days
from experiments.market.economy import Course
from experiments.market.stores import Assortment
from warehouse.offer_ids import offer_id

EVERY = 7
"""Days between two crawls of a site."""

FAILED, PARTIAL = 0.04, 0.08
"""Shares of crawls that see nothing, and that see a part (between a third and nine tenths)."""

MISSED = 0.02
"""Share of pages that fail by themselves."""

STARTS, SPREAD = 3 * 3_600_000_000, 3_600_000_000
"""A crawl starts at three in the morning and takes up to an hour, in microseconds."""


class Crawler:
    """The crawls of the sites that compete with one store, the last one on the last day."""

    def __init__(self, listings: Sequence[Listing], assortment: Assortment, crawls: int, seed: int, days: Days) -> None:
        self._assortment, self._seed, self._days = assortment, seed, days
        self._planned = {len(days) - 1 - EVERY * back for back in range(crawls)}
        self._sites = [_Watched(listing) for listing in listings]

    def see(self, course: Course, before: Course | None) -> Iterator[tuple[str, pa.Table]]:
        """The crawls of the block's days: rows of offers and crawls."""
        for day in range(course.first, course.first + len(course)):
            if day in self._planned:
                for site in self._sites:
                    yield from self._crawl(site, site_prices(site.listing, course, before, self._assortment, day), day)

    def _crawl(self, site: _Watched, price: Ints, day: int) -> Iterator[tuple[str, pa.Table]]:
        listing = site.listing
        rng = generator(self._seed, f"{listing.site.name} crawl {day}")
        fate, planned = rng.random(), len(site.sold)
        reach = 0.0 if fate < FAILED else rng.uniform(0.33, 0.9) if fate < FAILED + PARTIAL else 1.0
        tried = rng.random(planned) < reach
        fetched = tried & (rng.random(planned) >= MISSED)
        seen = np.flatnonzero(fetched)
        crawl_id = f"{listing.site.name}-{self._days.dates[day]}"
        start = int(self._days.at(np.array([day]))[0]) + STARTS
        at = start + (rng.random(len(seen)) * SPREAD).astype(np.int64)
        if len(seen):
            yield "offers", self._offers(site, crawl_id, seen, at, price, day)
        failures = {"timeout": int((~tried).sum()), "http_404": int((tried & ~fetched).sum())}
        row = {
            "crawl_id": pa.array([crawl_id]),
            "site": pa.array([listing.site.name]),
            "started_at": instants(np.array([start])),
            "finished_at": instants(np.array([start + SPREAD])),
            "planned": pa.array([planned]),
            "fetched": pa.array([len(seen)]),
            "offers": pa.array([len(seen)]),
            "priced": pa.array([len(seen)]),
            "failures": pa.array([json.dumps({cause: pages for cause, pages in failures.items() if pages})]),
            "outcome": pa.array(["failed" if reach == 0 else "partial" if reach < 1 else "finished"]),
        }
        yield "crawls", lake_table("crawls", row)

    def _offers(self, site: _Watched, crawl_id: str, seen: Ints, at: Ints, price: Ints, day: int) -> pa.Table:
        listing, chosen = site.listing, pa.array(seen)
        page = site.sold[seen]
        everywhere = listing.shown(price, listing.in_stock(day, self._seed))
        shown = {name: column.take(pa.array(page)) for name, column in everywhere.items()}
        texts = {name: site.texts[name].take(chosen) for name in site.texts}
        return lake_table(
            "offers",
            {
                **texts,
                **shown,
                "crawl_id": same(crawl_id, len(seen)),
                "site": same(listing.site.name, len(seen)),
                "observed_at": instants(at),
                "tax_included": pa.array(np.ones(len(seen), dtype=bool)),
                "source": same(listing.site.format, len(seen)),
                "confidence": pa.array(np.full(len(seen), 1.0 if listing.site.format == "json-ld" else 0.8)),
            },
        )


class _Watched:
    """A site with what its sold pages are called in the lake."""

    def __init__(self, listing: Listing) -> None:
        self.listing = listing
        kinds = listing.texts["kind"]
        self.sold: Ints = np.flatnonzero(pc.is_in(kinds, pa.array(SOLD)).to_numpy())
        name = listing.site.name
        urls = [f"https://{name}.example{path}" for path in listing.texts["path"].take(pa.array(self.sold)).to_pylist()]
        chosen = listing.texts.take(pa.array(self.sold))
        self.texts: dict[str, Column] = {
            "url": pa.array(urls),
            "offer_id": pa.array([offer_id(name, url, None, None, None) for url in urls]),
            **{text: chosen[text].combine_chunks() for text in ("title", "brand", "gtin", "mpn")},
        }


def site_prices(listing: Listing, course: Course, before: Course | None, assortment: Assortment, day: int) -> Ints:
    """What every page of the site costs on a day of the block, in cents; `before` is the block before."""
    followed = max(0, day - listing.site.rule.days) if listing.site.rule.kind in ("follow", "undercut") else day
    block = course if followed >= course.first else before
    assert block is not None  # rules look back less than a block
    reference = assortment.reference * 100
    return listing.asked(block.price[followed - block.first], course.cost[day - course.first], reference, day)
