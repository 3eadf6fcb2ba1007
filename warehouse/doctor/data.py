"""What the shop itself delivers: stores, orders, products, customers, and clocks that run ahead."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from sqlalchemy import func, select

from warehouse.doctor.examination import Examination
from warehouse.doctor.findings import Finding, age, share
from warehouse.doctor.questions import ORDERS, PRODUCTS
from warehouse.records import Consent
from warehouse.records.stores import list_stores

DELIVERY = timedelta(days=1)
"""How late orders usually are for being imported once a night."""

MISSING_SHARE = 0.05
"""The share of products without a cost or GTIN that is worth a word."""


def no_stores(e: Examination) -> Iterator[Finding]:
    """Nothing can be imported before there is a store."""
    if not list_stores(e.records):
        yield Finding("no_stores", "error", "operator", "", "there is no store yet", "purveyor init --store main")


def empty_tables(e: Examination) -> Iterator[Finding]:
    """What nobody has given us yet, and what it would be needed for."""
    if not list_stores(e.records):
        return  # the first step comes first
    have = e.totals
    if not have["orders"]:
        yield Finding(
            "no_orders",
            "warning",
            "operator",
            "orders",
            "there are no orders: no demand, recommendation or segment can be computed",
            "purveyor import orders FILE",
        )
    if not have["products"]:
        yield Finding(
            "no_products",
            "warning",
            "operator",
            "products",
            "there is no product on sale: offers cannot be matched, prices not compared",
            "purveyor import products FILE",
        )
    elif not have["product_history"]:
        yield Finding(
            "no_prices",
            "warning",
            "operator",
            "product_history",
            f"none of {have['products']:,} products has a price of ours: nothing can be compared with the market",
            "purveyor import products FILE, with its price column",
        )
    if not have["offers"]:
        yield Finding(
            "no_offers",
            "note",
            "merchandiser",
            "offers",
            "no competitor's offer is known: there is no price position and no proposal",
            "purveyor crawl SITE_FILE",
        )
    if have["orders_with_customer"] and not have["customers"]:
        yield Finding(
            "no_customers",
            "note",
            "marketer",
            "customers",
            "orders name customers, but none is described: audiences have no address to export",
            "purveyor import customers FILE",
        )
    if have["customers"] and not e.records.scalar(select(func.count()).select_from(Consent)):
        yield Finding(
            "no_consents",
            "note",
            "marketer",
            "consents",
            f"no consent of any of {have['customers']:,} customers is known: every audience is empty",
            "purveyor import consents FILE",
        )
    if have["orders"] and not have["events"]:
        yield Finding(
            "no_events",
            "note",
            "marketer",
            "events",
            "the storefront sends no events: recommendations know purchases only, and clicks are not counted",
            "send events to POST /v1/events of purveyor serve, or purveyor import events FILE",
        )


def orders_stale(e: Examination) -> Iterator[Finding]:
    """Each store against its own rhythm: one that rests on Sundays is not late on a Monday."""
    for row in e.session.ask(ORDERS, now=e.now).to_pylist():
        if not row["gaps"]:
            continue  # one day of orders: no rhythm is known
        late = e.now - row["newest"]
        if late > timedelta(days=row["usual_gap"]) + DELIVERY:
            yield Finding(
                "orders_stale",
                "warning",
                "operator",
                row["store_id"],
                f"the newest order of store {row['store_id']} is {age(late)} old ({row['newest']:%Y-%m-%d %H:%M} UTC); "
                f"usually it sells every {row['usual_gap']:.3g} day(s) or sooner",
                "look at purveyor jobs list, or purveyor import orders FILE",
            )


def products_incomplete(e: Examination) -> Iterator[Finding]:
    """Shares of products without a price, a cost, a GTIN, where that is most of the way to no answer."""
    (row,) = e.session.ask(PRODUCTS).to_pylist()
    products = row["products"]
    if not products:
        return
    for what, column, needed_for, remedy in (
        ("price", "with_price", "they are not compared with the market", "add column price to the products import"),
        ("cost", "with_cost", "profit and margin rules are off for them", "add column cost to the products import"),
        ("gtin", "with_gtin", "their offers are matched by title only", "add column gtin to the products import"),
    ):
        missing = products - row[column]
        if what != "gtin" and not e.totals["product_history"]:
            continue  # empty_tables says that nothing at all is known
        if missing >= MISSING_SHARE * products:
            name = what.upper() if what == "gtin" else what
            yield Finding(
                f"{what}_missing",
                "note",
                "merchandiser",
                "products",
                f"{share(missing, products)} of {products:,} products have no {name}: {needed_for}",
                remedy,
            )


def clock_ahead(e: Examination) -> Iterator[Finding]:
    """Times that have not come yet: some machine's clock or some file's time zone is wrong."""
    have = e.totals
    for name, what in (
        ("events_ahead", "events happened"),
        ("orders_ahead", "order lines were placed"),
        ("events_received_ahead", "events were received"),
    ):
        if have[name]:
            yield Finding(
                "clock_ahead",
                "warning",
                "operator",
                name,
                f"{have[name]:,} {what} after now ({e.now:%Y-%m-%d %H:%M} UTC), by their times",
                "set the clocks of this machine and the sender by NTP; import files with the right --timezone",
            )
