"""The market part by part, in an order that lets each part be let go of: first what is common, then store by store."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
import pyarrow as pa

from experiments.market import accounts, catalogue, competitors, economy, history, mailing, people, stores, truth
from experiments.market.competitors import OFFER_SCHEMA, Listing
from experiments.market.controls import Controls
from experiments.market.crawls import Crawler, site_prices
from experiments.market.days import Days
from experiments.market.economy import Course
from experiments.market.elasticities import NaiveRegression, cross_elasticities
from experiments.market.ledger import OrderBook
from experiments.market.people import People
from experiments.market.sites import SITES
from experiments.market.storefront import Storefront
from experiments.market.stores import STORES, Assortment
from experiments.market.trial import NULL_TRIAL, Mailing, Trial, expose
from experiments.market.vocabulary import SHELVES
from warehouse.errors import InputError


@dataclass(frozen=True)
class MarketSize:
    """How big the market is.

    `orders_per_customer` is the mean number of orders a year of a customer who stays. Of `stores`, `competitors` and
    weekly `crawls` of each competitor (0: the competitors have shops, but nobody has looked) the first so many are
    taken.
    """

    products: int = 600
    customers: int = 4000
    orders_per_customer: float = 6.0
    stores: int = 1
    competitors: int = 3
    crawls: int = 0

    def __post_init__(self) -> None:
        bounds = {
            "products": (2 * len(SHELVES), 100_000),
            "customers": (1, 1_000_000),
            "stores": (1, len(STORES)),
            "competitors": (3, len(SITES)),
            "crawls": (0, 520),
        }
        for name, (least, most) in bounds.items():
            if not least <= getattr(self, name) <= most:
                raise InputError(f"market: {getattr(self, name)} {name}; give a number from {least} to {most}")
        if not 0 < self.orders_per_customer <= 100:
            raise InputError(f"market: {self.orders_per_customer} orders a customer; give a number above 0 up to 100")


@dataclass(frozen=True)
class Part:
    """Some rows of a table: of the lake's, or of the truth's where `secret`."""

    name: str
    table: pa.Table
    secret: bool = False


def simulate(size: MarketSize, *, seed: int, start: date, end: date, trial: Trial) -> Iterator[Part]:
    """The market of that size from `start` to `end`, both included, in parts; every table has at least one.

    Raises:
        InputError: `end` is before `start`, or the period is over ten years.
    """
    if not 0 <= (end - start).days <= 3660:
        raise InputError(f"market: the period from {start} to {end} must be 1 day to 10 years long")
    days, ours, sites = Days(start, end), STORES[: size.stores], SITES[: size.competitors]
    goods = catalogue.build(size.products, seed, days)
    crowd = people.build(size.customers, seed, days, np.array([store.customers for store in ours]))
    rates = stores.exchange_rates(ours, seed, days)
    listed = competitors.listings(goods, sites, seed, ours)
    yield Part("stores", stores.stores_table(ours))
    yield Part("products", goods.table)
    if size.stores > 1:
        yield Part("fx_rates", stores.rates_table(ours, rates, days))
    yield Part("substitutes", truth.pairs(goods, goods.substitutes, goods.cross, "cross_elasticity"), secret=True)
    yield Part("complements", truth.pairs(goods, goods.complements, goods.joins, "join_rate"), secret=True)
    yield Part("seasons", truth.seasons(days), secret=True)
    yield Part("positions", truth.positions(sites, seed), secret=True)
    yield Part("competitors", truth.rules(listed), secret=True)
    yield Part("parameters", truth.parameters(), secret=True)
    for place, store in enumerate(ours):
        local = Days(start, end, store.timezone)
        assortment = stores.assortment(store, goods, rates[:, place], seed, local)
        rivals = [listing for listing in listed if listing.store is store]
        yield from _store(assortment, crowd.of(place), rivals, size, trial, seed, local)


def _store(
    assortment: Assortment,
    crowd: People,
    rivals: Sequence[Listing],
    size: MarketSize,
    trial: Trial,
    seed: int,
    days: Days,
) -> Iterator[Part]:
    """All parts of one store."""
    store = assortment.store
    mail = mailing.run(crowd, store, Mailing(), seed, days)
    experiments = [expose(t, crowd, seed, days, store.store_id) for t in (trial, NULL_TRIAL)] + [mail.exposed]
    yield Part("customers", accounts.accounts(crowd, store, seed, days))
    yield Part("consents", mail.consents)
    yield Part("sent_messages", mail.sent)
    yield Part("events", mail.events)
    for experiment in experiments:
        yield Part("exposures", experiment.table)
    yield Part("customers", truth.customers(crowd, store, days), secret=True)
    del mail

    controls = Controls(crowd, experiments, len(days))
    starts = economy.base(assortment, crowd, size.orders_per_customer)
    naive = NaiveRegression(assortment.catalogue)
    orders = OrderBook(assortment, crowd, seed, days)
    front = Storefront(assortment, crowd, seed, days)
    crawler = Crawler(rivals, assortment, size.crawls, seed, days) if size.crawls else None
    earlier: Course | None = None
    before: Course | None = None
    for course in economy.run(assortment, crowd, experiments, controls, starts, seed, days):
        yield Part("product_history", history.history(course, before, assortment, days))
        yield Part("promotions", history.promotions(course, assortment, days))
        yield Part("orders", orders.enter(course))
        yield Part("events", front.events(course))
        if crawler:
            yield from (Part(name, table) for name, table in crawler.see(course, before))
        yield Part("daily", truth.daily(course, assortment, days), secret=True)
        yield Part("costs", truth.costs(course, before, assortment, days), secret=True)
        naive.add(course, assortment.reference)
        earlier, before = before, course
    assert before is not None  # a market has a day
    yield Part("products", truth.products(assortment, starts, naive), secret=True)
    yield Part("cross_elasticities", cross_elasticities(assortment, starts), secret=True)
    yield Part("exposed", truth.exposed(controls, experiments[0]), secret=True)
    yield Part("effects", truth.effects(controls, experiments), secret=True)
    yield Part("offers", OFFER_SCHEMA.empty_table(), secret=True)
    today = len(days) - 1
    for listing in rivals:
        price = site_prices(listing, before, earlier, assortment, today)
        yield Part("offers", listing.pages(price, listing.in_stock(today, seed)), secret=True)
