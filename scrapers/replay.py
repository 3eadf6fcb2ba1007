"""Kept pages read again with today's readers, without fetching: the crawl that fetched them then says what they read.

An observation is a page at a moment. Reading it again puts the new reading in the old one's place, under the same
crawl and the same time of observation, so that no report takes it for a fresh observation or counts it twice; `read_at`
tells when it was read. How the table stood before, it remembers as long as it remembers anything.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import pyarrow as pa

from scrapers.extraction.product import extract
from scrapers.keeping import OFFER_SCHEMA, offer_batches
from scrapers.kept_pages import FOLDER, KeptPage, kept_crawls, read_pages
from scrapers.offers import offer_rows
from scrapers.sites import Site
from warehouse.errors import InputError, NotFound
from warehouse.exclusive import exclusive
from warehouse.house import Warehouse
from warehouse.progress import Progress, quiet
from warehouse.questions import Question
from warehouse.tables import CRAWLS, MONEY, OFFERS, STRING, TIME

_READ = {"fetched": pa.schema([("observed_at", TIME)]), "read_again": OFFER_SCHEMA}

SITE_CRAWLS = Question.read(
    __name__,
    "site_crawls.sql",
    result=pa.schema([CRAWLS.schema.field(name) for name in ("crawl_id", "started_at")]),
    key=("crawl_id",),
    params={"site": STRING},
)
REPLAYED = Question.read(
    __name__, "replayed.sql", result=OFFER_SCHEMA, key=("offer_id",), params={"crawl_id": STRING}, inputs=_READ
)
REPLAY_CHANGES = Question.read(
    __name__,
    "replay_changes.sql",
    result=pa.schema(
        [
            *((name, STRING) for name in ("offer_id", "url", "title")),
            *(("was", MONEY), ("was_in", STRING), ("price", MONEY), ("currency", STRING), ("change", STRING)),
        ]
    ),
    key=("offer_id",),
    params={"crawl_id": STRING},
    inputs=_READ,
)


@dataclass(frozen=True)
class Replayed:
    """A crawl read again: how many pages, the offers it has now and how many of them have a price. On `unreadable`
    pages the readers failed, and what was read before stands.

    `changes` has a row for each offer whose price is another now: offer_id, url, title, was, was_in, price, currency
    and `change` (newly read, changed or lost).
    """

    crawl_id: str
    pages: int
    unreadable: int
    offers: int
    priced: int
    changes: list[dict[str, Any]]

    @property
    def counts(self) -> Mapping[str, int]:
        """How many changes of each kind."""
        return Counter(change["change"] for change in self.changes)


def replay(
    site: Site,
    warehouse: Warehouse,
    *,
    crawl_id: str | None = None,
    since: datetime | None = None,
    progress: Progress = quiet,
) -> list[Replayed]:
    """Read the kept pages of a site again: of all its crawls, of one, or of those begun since a time (aware).

    Each crawl's offers are one commit; a replay that is killed can be run again. A crawl that is not over is passed
    over. Raises:
        NotFound: there are no pages to read.
        InputError: the site is being crawled.
    """
    with exclusive(warehouse.settings, f"crawl {site.name}") as held:
        if not held:
            raise InputError(f"{site.name} is being crawled; replay it when that is over")
        kept = kept_crawls(warehouse.settings.crawls / site.name / FOLDER)
        with warehouse.session(engine="duckdb") as session:
            over = {row["crawl_id"]: row["started_at"] for row in session.ask(SITE_CRAWLS, site=site.name).to_pylist()}
        chosen = {
            name: files
            for name, files in kept.items()
            if name in over and crawl_id in (None, name) and (since is None or over[name] >= since)
        }
        if not chosen:
            which = f"crawl {crawl_id} of {site.name}" if crawl_id else site.name
            raise NotFound(
                f"no pages of {which} are kept that could be read again; write keep_pages: true in its site file, and "
                "the next crawl keeps them"
            )
        return [_replay(site, warehouse, name, files, progress) for name, files in chosen.items()]


def _replay(site: Site, warehouse: Warehouse, crawl_id: str, files: list[Path], progress: Progress) -> Replayed:
    times: list[datetime] = []
    newest = _newest(files)

    def offers() -> Iterator[dict[str, Any]]:
        read_at, seen = warehouse.clock().isoformat(), set()
        for done, page in enumerate(_pages(files, newest), start=1):
            rows = _read(site, page)
            progress(f"replay {crawl_id}", done, len(newest))
            if rows is None:
                continue  # what was read before stands
            times.append(page.fetched_at)
            for row in rows:
                if row["offer_id"] not in seen:  # two addresses may lead to one page
                    seen.add(row["offer_id"])
                    yield {**row, "read_at": read_at}

    read = {"read_again": pa.Table.from_batches(offer_batches(offers(), crawl_id), OFFER_SCHEMA)}
    read["fetched"] = pa.table({"observed_at": pa.array(times, TIME)})
    with warehouse.session(engine="duckdb") as session:
        changes = session.ask(REPLAY_CHANGES, inputs=read, crawl_id=crawl_id).to_pylist()
        rows = session.ask(REPLAYED, inputs=read, crawl_id=crawl_id)
    quoted = crawl_id.replace("'", "''")
    warehouse.lake.replace(OFFERS, rows, f"crawl_id = '{quoted}'")
    priced = rows.num_rows - rows["price"].null_count
    figures = pa.table({"crawl_id": [crawl_id], "offers": [rows.num_rows], "priced": [priced]})
    warehouse.lake.merge(CRAWLS, figures)
    return Replayed(crawl_id, len(times), len(newest) - len(times), rows.num_rows, priced, changes)


def _newest(files: list[Path]) -> dict[str, datetime]:
    """When each page was last kept: drawn by a browser after it was fetched, or fetched anew by a crawl taken up."""
    return {page.url: page.fetched_at for file in files for page in read_pages(file)}


def _pages(files: list[Path], newest: Mapping[str, datetime]) -> Iterator[KeptPage]:
    for file in files:
        for page in read_pages(file):
            if newest[page.url] == page.fetched_at:
                yield page


def _read(site: Site, page: KeptPage) -> list[dict[str, Any]] | None:
    """The page's offers as a crawl would read them now; None where the readers fail on it."""
    try:
        product = extract(
            page.body,
            page.url,
            content_type=page.headers.get("content-type"),
            currency=site.currency,
            selectors=site.selectors,
        )
        return offer_rows(product, page.fetched_at, site) if product.is_evident else []
    except Exception:
        return None
