"""Twenty pages of a new site, read exactly as a crawl reads them, and what that says of the whole.

The crawling process is the real one, robots.txt, politeness and browser included; only nothing goes to the lake.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace

from scrapers.adding.product_urls import spread
from scrapers.child import run
from scrapers.messages import Failed, Fetched, Planned
from scrapers.sites import Site
from scrapers.spool import Spool
from warehouse.clock import Clock
from warehouse.errors import InputError
from warehouse.exclusive import exclusive
from warehouse.progress import Progress, quiet
from warehouse.scratch import scratch_folder
from warehouse.settings import Settings

PAGES = 20
_WAIT_SECONDS = 5.0

FIELDS = {
    "title": "name",
    "price": "price",
    "currency": "currency",
    "list_price": "regularPrice",
    "availability": "availability",
    "gtin": "gtin",
    "mpn": "mpn",
    "brand": "brand",
}
"""The columns of an offer that a trial counts, with the product's name for them."""


@dataclass(frozen=True, slots=True)
class Trial:
    """How a trial went. `fields` counts the offers that gave a value, by product field, of `offers`.

    `hours` is what a crawl of the whole shop would take at the pace of the trial, None where nobody knows how many
    pages there are; `basis` says what the estimate rests on.
    """

    planned: int
    fetched: int
    offers: int
    fields: Mapping[str, int]
    failures: Mapping[str, int]
    rendered: int
    hours: float | None
    basis: str


def try_out(
    site: Site,
    products: Sequence[str],
    known: int | None,
    settings: Settings,
    *,
    clock: Clock,
    progress: Progress = quiet,
) -> Trial:
    """Read `PAGES` pages of the site: of `products`, where addresses of product pages are known, spread over all.

    `known` is how many product pages there are (None: unknown). InputError where the site is being crawled.
    """
    listed_by_itself = bool(site.shopify or site.woocommerce or site.feeds)
    tried = replace(site, tiers=None, keep_pages=False)
    if products and not listed_by_itself:
        tried = replace(tried, watch=tuple(spread(products, PAGES)), sitemaps=(), categories=())
    planned = fetched = rendered = 0
    offers: list[Mapping[str, object]] = []
    failures: Counter[str] = Counter()
    ends: list[float] = []
    with alone_with(site, settings), scratch_folder(settings.scratch, "trial") as folder:
        now = clock()
        spool = Spool.new(folder / "unfinished", "trial", site.name, now, limit=PAGES, tiered=False)
        with closing(run(tried, spool, folder=folder, scratch=settings.scratch, now=now, last_seen={})) as messages:
            for message in messages:
                match message:
                    case Planned():
                        planned += 1
                    case Fetched(offers=read, cause=cause):
                        fetched += 1
                        rendered += message.rendered
                        offers += read
                        ends.append(time.monotonic())
                        if not read:
                            failures[cause or "no_product"] += 1
                    case Failed(cause=cause):
                        failures[cause] += 1
                        ends.append(time.monotonic())
                progress(f"trial of {site.name}", len(ends), planned or None)
    fields = {name: sum(offer.get(column) is not None for offer in offers) for column, name in FIELDS.items()}
    hours, basis = _estimate(site, known, ends, listed_by_itself)
    return Trial(planned, fetched, len(offers), fields, dict(sorted(failures.items())), rendered, hours, basis)


@contextmanager
def alone_with(site: Site, settings: Settings) -> Iterator[None]:
    """Hold the site as its crawls do; InputError where one goes on: politeness is owed by all of ours together."""
    with exclusive(settings, f"crawl {site.name}", wait=_WAIT_SECONDS) as held:
        if not held:
            raise InputError(f"{site.name} is being crawled by another process; wait for it to end")
        yield


def lasting(hours: float | None) -> str:
    """An estimate in words."""
    if hours is None:
        return "an unknown time"
    if hours * 60 < 1:
        return "less than a minute"
    return f"{hours:.1f} hours" if hours >= 1 else f"{round(hours * 60)} min"


def _estimate(site: Site, known: int | None, ends: Sequence[float], listed: bool) -> tuple[float | None, str]:
    if listed:
        basis = "the shop lists its products itself, a hundred or more to a request"
        if known is None:
            return None, f"{basis}; how many there are will be known after the first crawl"
        return known / 100 * site.delay / 3600, f"{known:,} products; {basis}"
    if len(ends) < 2:
        return None, "too few pages were answered to tell"
    seconds = (ends[-1] - ends[0]) / (len(ends) - 1)
    pace = f"{seconds:.2g} s a page as in the trial ({site.delay:g} s between requests, {site.concurrency} at a time)"
    if known is None:
        return None, f"{pace}; how many pages there are will be known after the first crawl"
    return known * seconds / 3600, f"{known:,} product pages, {pace}"
