"""From a crawl's spool to the lake: its offers, then its row of the crawls table with what changed since before."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal
from itertools import chain
from typing import Any

import pyarrow as pa

from scrapers.due import page_key
from scrapers.health import CrawlHealth
from scrapers.spool import Spool
from scrapers.tally import Tally
from warehouse.house import Warehouse
from warehouse.questions import Question
from warehouse.tables import BOOLEAN, CRAWLS, MONTH, OFFERS, STRING, TIME

KNOWN = timedelta(days=35)
"""How far back an offer was seen that is not new."""
RECENT = timedelta(days=8)
"""How far back an offer was seen that can be gone: a week's tier, and a day to spare."""
STALE = timedelta(days=3)
"""How far back an offer was seen that is stale: the price position compares it no more."""

_BATCH = 5_000
"""Offers in memory at a time."""

OFFER_SCHEMA = pa.schema([field for field in OFFERS.schema if field.name != MONTH])

CHANGES = Question.read(
    __name__,
    "changes.sql",
    result=pa.schema([CRAWLS.schema.field(name) for name in ("gone", "changed", "appeared", "stale")]),
    key=("gone", "changed", "appeared", "stale"),
    params=dict.fromkeys(("site", "crawl_id"), STRING)
    | dict.fromkeys(("since", "started_at", "gone_since", "stale_before"), TIME),
    inputs={"pages": pa.schema([("url", STRING), ("answered", BOOLEAN)])},
)


def keep(warehouse: Warehouse, spool: Spool) -> CrawlHealth:
    """Write a crawl that is over, and take its spool away.

    Offers first: a crawls row never speaks of offers that are not there. Tried again after being killed anywhere, it
    writes what is missing: the commits carry the crawl's id, and the rows come from the spool.
    """
    ended = spool.ended
    assert ended is not None
    tally = Tally()
    batches = _batches(spool, tally)
    first = next(batches, None)
    if first is not None:
        rows = pa.RecordBatchReader.from_batches(OFFER_SCHEMA, chain((first,), batches))
        warehouse.lake.append(OFFERS, rows, batch_id=spool.crawl_id)
    for _ in batches:  # where the offers were in the lake already, nobody has read them for the tally
        pass
    health = tally.health(spool, ended)
    if health.fetched:
        health = replace(health, **_changes(warehouse, health, tally))
    row = pa.Table.from_pylist([health.row()], schema=CRAWLS.schema)
    warehouse.lake.append(CRAWLS, row, batch_id=health.crawl_id)
    spool.remove()
    return health


def offer_batches(offers: Iterator[Mapping[str, Any]], crawl_id: str) -> Iterator[pa.RecordBatch]:
    """Offers as messages carry them, as rows of a crawl."""
    waiting: list[dict[str, Any]] = []
    for offer in offers:
        waiting.append(_row(offer, crawl_id))
        if len(waiting) == _BATCH:
            yield pa.RecordBatch.from_pylist(waiting, schema=OFFER_SCHEMA)
            waiting = []
    if waiting:
        yield pa.RecordBatch.from_pylist(waiting, schema=OFFER_SCHEMA)


def _batches(spool: Spool, tally: Tally) -> Iterator[pa.RecordBatch]:
    offers = (offer for message in spool.messages() for offer in tally.take(message))
    return offer_batches(offers, spool.crawl_id)


def _row(offer: Mapping[str, Any], crawl_id: str) -> dict[str, Any]:
    return {
        **offer,
        "crawl_id": crawl_id,
        **{name: _time(offer.get(name)) for name in ("observed_at", "read_at")},
        **{name: _decimal(offer[name]) for name in ("price", "list_price", "shipping")},
    }


def _time(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text)


def _decimal(text: str | None) -> Decimal | None:
    return None if text is None else Decimal(text)


def _changes(warehouse: Warehouse, health: CrawlHealth, tally: Tally) -> dict[str, Any]:
    pages = {_writable(page_key(url)): answered for url, answered in tally.pages()}
    began = health.started_at
    with warehouse.session(engine="duckdb") as session:
        (row,) = session.ask(
            CHANGES,
            inputs={"pages": pa.table({"url": list(pages), "answered": list(pages.values())})},
            site=health.site,
            crawl_id=health.crawl_id,
            started_at=began,
            since=began - KNOWN,
            gone_since=began - RECENT,
            stale_before=began - STALE,
        ).to_pylist()
    changes: dict[str, Any] = row
    return changes


def _writable(url: str) -> str:
    """Without halves of surrogate pairs, which JSON can spell and Arrow cannot write."""
    return url.encode("utf-8", "replace").decode()
