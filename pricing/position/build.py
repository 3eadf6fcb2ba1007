"""From a session to a price position."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from pricing.position.model import Coverage, Equivalent, Gap, IndexCell, LeftOut, PricePosition, SiteState, StoreFacts
from pricing.position.questions import (
    ASSORTMENT,
    COMPARED,
    COVERAGE,
    EQUIVALENTS,
    GAPS,
    LEFT_OUT,
    MARKET,
    PRICE_INDEX,
    SITES,
)
from warehouse.errors import InputError, NotFound
from warehouse.session import Session

WINDOW = timedelta(days=3)
"""How old an observation may be and still speak for the market of today."""

RATE_AGE = timedelta(days=7)
"""How old an exchange rate may be: over a week without a rate, the table is not being kept."""

GAP = 0.05
"""Least difference from the market's price that is called a gap."""

_TABLES = ("stores", "products", "product_history", "offers", "matches", "fx_rates")


@dataclass(frozen=True)
class Market:
    """The store's assortment beside its market: rows of COMPARED (`offers`) and of MARKET (`products`)."""

    store: StoreFacts
    offers: pa.Table
    products: pa.Table


def read_market(session: Session, store_id: str, now: datetime, *, window: timedelta = WINDOW) -> Market:
    """What the store's competitors ask at `now` (aware).

    Raises:
        NotFound: no such store.
        InputError: a window that is not positive, a time without a zone.
    """
    if window <= timedelta(0):
        raise InputError(f"a freshness window of {window} holds no offers; give one above 0")
    if now.tzinfo is None:
        raise InputError(f"time {now.isoformat()} has no zone; add one, such as Z for UTC")
    stores = session.ask(ASSORTMENT, store_id=store_id, as_of=now).to_pylist()
    if not stores:
        raise NotFound(f"there is no store {store_id!r}; make it with: purveyor init --store {store_id}")
    offers = session.ask(
        COMPARED,
        store_id=store_id,
        as_of=now,
        fresh_since=now - window,
        rates_since=(now - RATE_AGE).date(),
    )
    return Market(StoreFacts(**stores[0]), offers, session.ask(MARKET, inputs={"compared": offers}))


def price_position(
    session: Session, store_id: str, now: datetime, *, window: timedelta = WINDOW, top: int = 15
) -> PricePosition:
    """Where the store's prices stand at `now` (aware), with up to `top` gaps in each direction.

    Without any usable offer the index and the gaps are empty and the counts say why. Raises what `read_market` raises.
    """
    market = read_market(session, store_id, now, window=window)
    offers = {"compared": market.offers}
    products = {"market_rows": market.products}
    gaps = sorted((Gap(**row) for row in _rows(session.ask(GAPS, inputs=products, top=top, least=GAP))), key=_by_gap)
    newest, oldest = pc.max(market.products["newest"]).as_py(), pc.min(market.products["oldest"]).as_py()
    return PricePosition(
        store=market.store,
        as_of=now,
        window_hours=window / timedelta(hours=1),
        index=tuple(
            sorted(
                (IndexCell(**row) for row in _rows(session.ask(PRICE_INDEX, inputs=offers | products))),
                key=lambda c: (c.category, c.site),
            )
        ),
        dearer=tuple(g for g in gaps if g.gap > 0),
        cheaper=tuple(g for g in reversed(gaps) if g.gap < 0),
        equivalents=tuple(
            sorted(
                (Equivalent(**row) for row in _rows(session.ask(EQUIVALENTS, inputs=offers, top=top))),
                key=lambda e: (-abs(e.difference), e.sku, e.site),
            )
        ),
        coverage=tuple(
            sorted((Coverage(**row) for row in _rows(session.ask(COVERAGE, inputs=products))), key=lambda c: c.category)
        ),
        sites=tuple(
            sorted(
                (SiteState(**row) for row in _rows(session.ask(SITES, as_of=now, fresh_since=now - window))),
                key=lambda s: s.site,
            )
        ),
        left_out=tuple(
            sorted(
                (LeftOut(**row) for row in _rows(session.ask(LEFT_OUT, inputs=offers))),
                key=lambda n: (n.site, -n.offers, n.cause),
            )
        ),
        newest=newest,
        oldest=oldest,
        versions={name: session.versions[name] for name in _TABLES},
    )


def _rows(table: pa.Table) -> Iterator[dict[str, Any]]:
    yield from table.to_pylist()


def _by_gap(gap: Gap) -> tuple[float, str]:
    return (-gap.gap, gap.sku)
