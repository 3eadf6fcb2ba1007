"""What can be done with what is there: each thing that a share of the data allows or stands in the way of."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import pyarrow as pa

from warehouse.questions import Question
from warehouse.session import Session
from warehouse.tables import INTEGER, TIME

ORDER_DAYS = 84
"""Days of orders that learning and judging recommendations takes: three spans of four weeks."""

LOWEST_PRICE_DAYS = 30
"""Directive 98/6/EC, article 6a: a reduction names the lowest price of the 30 days before it."""

READINESS = Question.read(
    __name__,
    "readiness.sql",
    result=pa.schema(
        [
            ("orders", INTEGER),
            ("orders_with_customer", INTEGER),
            ("first_order", TIME),
            ("last_order", TIME),
            ("sold_skus", INTEGER),
            ("sold_skus_known", INTEGER),
            ("products", INTEGER),
            ("with_gtin", INTEGER),
            ("first_price", TIME),
            ("with_price", INTEGER),
            ("with_cost", INTEGER),
            ("with_price_changes", INTEGER),
            ("customers", INTEGER),
            ("with_email", INTEGER),
            ("with_consent", INTEGER),
        ]
    ),
    key=("products",),
)

TOPICS = ("products", "orders", "customers")
"""What there is something to say about."""


@dataclass(frozen=True)
class Remark:
    """What a share of the data means. `remedy` is None where nothing is missing."""

    topic: str
    text: str
    remedy: str | None = None

    @property
    def ready(self) -> bool:
        """Whether nothing is missing."""
        return self.remedy is None


def readiness(session: Session, *, now: datetime, topics: Collection[str] = TOPICS) -> list[Remark]:
    """What the data in the session allows and what stands in the way, by topic."""
    (have,) = session.ask(READINESS).to_pylist()
    remarks = [*_products(have, now), *_orders(have), *_customers(have)]
    return [remark for remark in remarks if remark.topic in topics]


def _products(have: dict[str, Any], now: datetime) -> Iterator[Remark]:
    products = have["products"]
    if not products:
        yield Remark("products", "no products: offers cannot be matched, prices not compared", "import products")
        return
    yield _share(
        "products", have["with_price"], products, "price", "their prices are compared with the market", "bring prices"
    )
    yield _share(
        "products", have["with_cost"], products, "cost", "profit proposals are on for them", "bring column cost"
    )
    yield _share(
        "products",
        have["with_gtin"],
        products,
        "GTIN",
        "their offers are matched surely, others by title",
        "bring column gtin (EAN, UPC)",
    )
    if have["first_price"] is None:
        return
    days = (now - have["first_price"]).days
    if days < LOWEST_PRICE_DAYS:
        yield Remark(
            "products",
            f"{days} days of own prices: the lowest price of {LOWEST_PRICE_DAYS} days is not known yet",
            "import older prices as product_history, or wait",
        )
    changed = have["with_price_changes"]
    yield Remark(
        "products",
        f"{_percent(changed, products)} of products have had more than one price: elasticity can be learned from those",
        None if changed * 10 >= products else "import older prices as product_history, or let prices move",
    )


def _orders(have: dict[str, Any]) -> Iterator[Remark]:
    orders = have["orders"]
    if not orders:
        yield Remark("orders", "no orders: no demand, recommendation or segment can be computed", "import orders")
        return
    days = (have["last_order"] - have["first_order"]).days + 1
    if days < ORDER_DAYS:
        yield Remark(
            "orders", f"{days} days of orders only: the recommender needs {ORDER_DAYS}", "import older orders, or wait"
        )
    else:
        yield Remark("orders", f"{days:,} days of orders: enough for the recommender")
    yield _share(
        "orders",
        have["orders_with_customer"],
        orders,
        "customer",
        "recommendations and segments learn from them",
        "bring column customer_id",
    )
    known, sold = have["sold_skus_known"], have["sold_skus"]
    if sold:
        yield Remark(
            "orders",
            f"{_percent(known, sold)} of products sold are known products",
            None if known == sold else "import products with the same sku as in orders",
        )


def _customers(have: dict[str, Any]) -> Iterator[Remark]:
    customers = have["customers"]
    if not customers:
        yield Remark("customers", "no customers: nobody can be written to", "import customers")
        return
    yield _share(
        "customers",
        have["with_email"],
        customers,
        "mail address",
        "they can be matched to a newsletter",
        "bring column email",
    )
    granted = have["with_consent"]
    yield Remark(
        "customers",
        f"{granted:,} of {customers:,} customers have agreed to mail: only they are written to",
        None if granted else "import consents",
    )


def _share(topic: str, have: int, whole: int, what: str, enables: str, remedy: str) -> Remark:
    """Of how many something is known: what that enables where it is all or most, what its lack blocks otherwise."""
    if have == whole:
        return Remark(topic, f"all {whole:,} {topic} have a {what}: {enables}")
    return Remark(
        topic, f"no {what} on {_percent(whole - have, whole)} of {topic}; where there is one, {enables}", remedy
    )


def _percent(part: int, whole: int) -> str:
    percent = round(100 * part / whole)
    if percent == 0 and part:
        return "less than 1%"
    return "more than 99%" if percent == 100 and part < whole else f"{percent}%"
