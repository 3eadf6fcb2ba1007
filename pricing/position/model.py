"""The price position of a store as data: what the report draws, the console shows and the API answers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

ALL = ""
"""Stands for all categories, and as a site for the market as a whole."""


@dataclass(frozen=True)
class StoreFacts:
    """The store compared; `active` products are not withdrawn, `on_sale` of them have a price in it."""

    store_id: str
    name: str
    currency: str
    timezone: str
    locale: str | None
    prices_include_tax: bool | None
    active: int
    on_sale: int


@dataclass(frozen=True)
class IndexCell:
    """The price index of one category (`ALL` for every one) against one site (`ALL` for the market).

    price_index = 100 * our_sum / their_sum over the same `products`; the market's price of a product is the median over
    the competitors that sell it. Sums are in the store's currency. None where their sum is 0.
    """

    category: str
    site: str
    products: int
    our_sum: Decimal
    their_sum: Decimal
    price_index: float | None


@dataclass(frozen=True)
class Gap:
    """A product priced apart from its market; `gap` is our price over the median of `shops` competitors, less 1.

    `lowest_landed` is the lowest offer's price with shipping, None where the shop does not tell it.
    """

    sku: str
    title: str | None
    category: str
    url: str | None
    price: Decimal
    cost: Decimal | None
    median_price: Decimal
    lowest_price: Decimal
    lowest_landed: Decimal | None
    lowest_site: str
    lowest_url: str | None
    shops: int
    newest: datetime
    gap: float


@dataclass(frozen=True)
class Equivalent:
    """An offer of another product that a person said competes with ours; `difference` is our price over theirs, less 1.

    `market_price` is for as much as is in our pack, in the store's currency.
    """

    sku: str
    title: str | None
    url: str | None
    price: Decimal
    site: str
    offer_url: str | None
    offer_title: str | None
    market_price: Decimal
    observed_at: datetime
    difference: float


@dataclass(frozen=True)
class Coverage:
    """Of `products` on sale in a category: `matched` to an offer, with a `fresh` one, `compared` by a usable one."""

    category: str
    products: int
    matched: int
    fresh: int
    compared: int
    without_cost: int


@dataclass(frozen=True)
class SiteState:
    """A competitor's offers: all, matched to us, waiting for review, matched but older than the window."""

    site: str
    offers: int
    matched: int
    review: int
    stale: int
    newest: datetime


@dataclass(frozen=True)
class LeftOut:
    """Matched offers that take no part in the comparison."""

    site: str
    cause: str
    offers: int


@dataclass(frozen=True)
class PricePosition:
    """Where a store's prices stand in the market at `as_of`, from offers not older than `window_hours`.

    `index`, `coverage` and `left_out` are sorted for display; `dearer`, `cheaper` and `equivalents` (no part of the
    index) begin with the widest gap.
    `newest` and `oldest` are the observation times of the offers used. `versions`: lake table to version read.
    """

    store: StoreFacts
    as_of: datetime
    window_hours: float
    index: tuple[IndexCell, ...]
    dearer: tuple[Gap, ...]
    cheaper: tuple[Gap, ...]
    equivalents: tuple[Equivalent, ...]
    coverage: tuple[Coverage, ...]
    sites: tuple[SiteState, ...]
    left_out: tuple[LeftOut, ...]
    newest: datetime | None
    oldest: datetime | None
    versions: Mapping[str, int]

    @property
    def headline(self) -> IndexCell | None:
        """The index of everything against the market; None where nothing could be compared."""
        return self.cell(ALL, ALL)

    @property
    def whole(self) -> Coverage:
        """The coverage of the whole store."""
        return next((c for c in self.coverage if c.category == ALL), Coverage(ALL, 0, 0, 0, 0, 0))

    @property
    def compared_sites(self) -> tuple[str, ...]:
        """The competitors with at least one product compared, by name."""
        return tuple(sorted({c.site for c in self.index if c.site != ALL}))

    @property
    def categories(self) -> tuple[str, ...]:
        """The top categories with at least one product compared, by name."""
        return tuple(sorted({c.category for c in self.index if c.category != ALL}))

    def cell(self, category: str, site: str) -> IndexCell | None:
        """The index of a category against a site; None where no product is in both."""
        return next((c for c in self.index if (c.category, c.site) == (category, site)), None)
