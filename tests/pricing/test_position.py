"""The price position, beside a plain pandas reading and case by case."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any

import numpy as np
import pandas as pd
import pytest

from pricing.matching import run as matching
from pricing.position import ALL, PricePosition, price_position, questions
from warehouse.engines.dialect import lint
from warehouse.errors import InputError, NotFound
from warehouse.house import Warehouse
from warehouse.questions import Question

Put = Callable[..., Any]

QUESTIONS = [v for module in (questions, matching) for v in vars(module).values() if isinstance(v, Question)]


def read(warehouse: Warehouse, store: str = "de", **more: Any) -> PricePosition:
    with warehouse.session() as session:
        return price_position(session, store, warehouse.clock(), **more)


@pytest.mark.parametrize("question", QUESTIONS, ids=lambda q: q.name)
def test_questions_keep_to_the_common_subset(question: Question) -> None:
    assert lint(question.sql) == []


def test_the_index_is_that_of_a_plain_pandas_reading(warehouse: Warehouse, write: Put, store: str) -> None:
    rng = np.random.default_rng(11)
    noon = warehouse.clock()
    skus = [f"S{i:03}" for i in range(60)]
    ours = pd.DataFrame(
        {"sku": skus, "price": rng.integers(100, 9000, 60), "category": rng.choice(["Food > Tea", "Home > Vases"], 60)}
    )
    offers = pd.DataFrame(
        {
            "sku": rng.choice(skus, 150),
            "site": rng.choice(["berg", "tal", "see"], 150),
            "price": rng.integers(100, 9000, 150),
            "hours": rng.integers(1, 100, 150),
            "stock": rng.choice(["in_stock", "out_of_stock"], 150, p=[0.8, 0.2]),
        }
    )
    offers["offer_id"] = [f"o{i}" for i in range(150)]
    money = lambda cents: Decimal(int(cents)) / 100  # noqa: E731
    write("products", *({"sku": r.sku, "category": r.category} for r in ours.itertuples()))
    write(
        "product_history",
        *(
            {
                "store_id": store,
                "sku": r.sku,
                "valid_from": noon - timedelta(9),
                "price": money(r.price),
                "currency": "EUR",
            }
            for r in ours.itertuples()
        ),
    )
    write(
        "offers",
        *(
            {
                "crawl_id": "c", "offer_id": r.offer_id, "site": r.site, "url": f"https://x.example/{r.offer_id}",
                "observed_at": noon - timedelta(hours=int(r.hours)), "price": money(r.price), "currency": "EUR",
                "availability": r.stock,
            }
            for r in offers.itertuples()
        ),
    )  # fmt: skip
    write(
        "matches",
        *(
            {
                "offer_id": r.offer_id, "sku": r.sku, "verdict": "match", "method": "gtin", "model_version": "t",
                "matched_at": noon,
            }
            for r in offers.itertuples()
        ),
    )  # fmt: skip

    used = offers[(offers.hours <= 72) & (offers.stock == "in_stock")]
    cheapest = used.groupby(["sku", "site"], as_index=False).price.min().merge(ours, on="sku", suffixes=("", "_ours"))
    cheapest["top"] = cheapest.category.str.split(" > ").str[0]
    market = cheapest.groupby("sku").agg(
        price=("price", "median"), price_ours=("price_ours", "first"), top=("top", "first")
    )
    expected = {}
    for category in (None, "Food", "Home"):
        within = lambda frame: frame if category is None else frame[frame.top == category]  # noqa: B023, E731
        pairs = [("", within(market)), *((s, within(cheapest[cheapest.site == s])) for s in ("berg", "tal", "see"))]
        for site, frame in pairs:
            expected[category or ALL, site] = (len(frame), 100 * frame.price_ours.sum() / frame.price.sum())

    found = read(warehouse)
    assert {(c.category, c.site): (c.products, pytest.approx(c.price_index)) for c in found.index} == expected
    gaps = (market.price_ours / market.price - 1).sort_values()
    assert [g.sku for g in found.dearer[:3]] == gaps.index[::-1][:3].tolist()
    assert [g.sku for g in found.cheaper[:3]] == gaps.index[:3].tolist()
    assert found.whole.matched == offers.sku.nunique()
    assert found.whole.fresh == offers[offers.hours <= 72].sku.nunique()
    assert found.whole.compared == len(market)
    assert found.oldest == noon - timedelta(hours=int(used.merge(cheapest, on=["sku", "site", "price"]).hours.max()))


def test_only_the_newest_observation_counts(warehouse: Warehouse, sell: Put, ask_price: Put) -> None:
    sell("A", 10)
    ask_price("berg", "A", 20, hours_old=30)
    ask_price("berg", "A", 8, hours_old=2)
    headline = read(warehouse).headline
    assert headline is not None
    assert headline.their_sum == Decimal(8)
    assert headline.price_index == pytest.approx(125)


def test_our_price_is_the_one_valid_now(warehouse: Warehouse, sell: Put, ask_price: Put, write: Put) -> None:
    sell("A", 10)
    at = warehouse.clock()
    base = {"store_id": "de", "sku": "A", "currency": "EUR"}
    write("product_history", {**base, "valid_from": at - timedelta(days=2), "price": Decimal(12)})
    write("product_history", {**base, "valid_from": at + timedelta(days=2), "price": Decimal(99)})
    ask_price("berg", "A", 12)
    headline = read(warehouse).headline
    assert headline is not None
    assert headline.our_sum == Decimal(12)


@pytest.mark.parametrize(
    ("cause", "offer"),
    [
        ("older than the window", {"hours_old": 73}),
        ("not in stock", {"availability": "out_of_stock"}),
        ("availability unknown", {"availability": None}),
        ("not new", {"condition": "used"}),
        ("no exchange rate", {"currency": "USD"}),
        ("currency unknown", {"currency": None}),
        ("other tax basis", {"tax_included": False}),
        ("no price read", {"price": None}),
        ("no price read", {"price": 0}),
        ("no price read", {"price": 99_999_999_999_999}),
    ],
)
def test_what_cannot_be_compared_is_left_out_and_counted(
    warehouse: Warehouse, sell: Put, ask_price: Put, cause: str, offer: dict[str, Any]
) -> None:
    sell("A", 10)
    ask_price("berg", "A", offer.pop("price", 9), **offer)
    found = read(warehouse)
    assert [(n.site, n.cause, n.offers) for n in found.left_out] == [("berg", cause, 1)]
    assert found.headline is None
    assert found.whole.matched == 1
    assert found.whole.compared == 0
    assert found.whole.fresh == (0 if cause == "older than the window" else 1)


def test_a_dearer_offer_of_the_same_shop_is_left_out(warehouse: Warehouse, sell: Put, ask_price: Put) -> None:
    sell("A", 10)
    ask_price("berg", "A", 9, offer_id="one")
    ask_price("berg", "A", 7, offer_id="two")
    found = read(warehouse)
    assert found.headline is not None
    assert found.headline.their_sum == Decimal(7)
    assert [n.cause for n in found.left_out] == ["dearer offer of the same shop"]


def test_review_and_rejected_pairs_are_no_matches(warehouse: Warehouse, sell: Put, ask_price: Put, write: Put) -> None:
    sell("A", 10)
    ask_price("berg", "A", 9, matched=False)
    base = {"offer_id": "berg-A", "sku": "A", "method": "title", "model_version": "t", "matched_at": warehouse.clock()}
    write("matches", {**base, "verdict": "review"})
    found = read(warehouse)
    assert found.whole.matched == 0
    assert [(s.offers, s.matched, s.review) for s in found.sites] == [(1, 0, 1)]


def test_another_currency_is_converted_at_the_days_rate(
    warehouse: Warehouse, sell: Put, ask_price: Put, write: Put
) -> None:
    sell("A", 10)
    today = warehouse.clock().date()
    write("fx_rates", {"day": today - timedelta(days=3), "currency": "USD", "eur": Decimal("0.5")})
    write("fx_rates", {"day": today - timedelta(days=1), "currency": "USD", "eur": Decimal("0.8765")})
    write("fx_rates", {"day": today + timedelta(days=1), "currency": "USD", "eur": Decimal("0.1")})
    ask_price("berg", "A", "9.99", currency="USD")
    headline = read(warehouse).headline
    assert headline is not None
    assert headline.their_sum == Decimal("8.7562")  # 9.99 * 0.8765 = 8.756235
    warehouse.clock.forward(days=9)  # type: ignore[attr-defined]
    ask_price("berg", "A", "9.99", currency="USD", hours_old=-9 * 24 + 1)
    assert [n.cause for n in read(warehouse).left_out] == ["no exchange rate"]


def test_a_case_is_compared_by_the_bottle(warehouse: Warehouse, sell: Put, ask_price: Put, write: Put) -> None:
    sell("A", 10)
    offer = ask_price("berg", "A", 96)
    write("matches", {"offer_id": offer, "sku": "A", "pack_ratio": 12.0, "verdict": "other_pack", "method": "verdict",
                      "model_version": "t", "matched_at": warehouse.clock()})  # fmt: skip
    found = read(warehouse)
    assert found.headline is not None
    assert found.headline.their_sum == Decimal(8)
    assert (found.whole.matched, found.sites[0].matched) == (1, 1)


def test_an_equivalent_stands_apart_and_not_in_the_index(
    warehouse: Warehouse, sell: Put, ask_price: Put, write: Put
) -> None:
    sell("A", 10)
    ask_price("berg", "A", 8)
    for site, offer, price in (("berg", "own-brand", 5), ("tal", "other", 20), ("see", "gone", 1)):
        stock = "out_of_stock" if offer == "gone" else "in_stock"
        ask_price(site, "A", price, offer_id=offer, title=offer, availability=stock, matched=False)
        write("matches", {"offer_id": offer, "sku": "A", "pack_ratio": 2.0 if offer == "other" else None,
                          "verdict": "equivalent", "method": "verdict", "model_version": "t",
                          "matched_at": warehouse.clock()})  # fmt: skip
    found = read(warehouse)
    assert found.headline is not None
    assert (found.headline.their_sum, found.compared_sites) == (Decimal(8), ("berg",))
    assert [(e.offer_title, e.market_price, e.difference) for e in found.equivalents] == [
        ("own-brand", Decimal(5), 1.0),
        ("other", Decimal(10), 0.0),
    ]
    assert [n.cause for n in found.left_out] == []
    assert found.whole.matched == 1


def test_the_lowest_price_is_told_with_shipping_where_the_shop_tells_it(
    warehouse: Warehouse, sell: Put, ask_price: Put
) -> None:
    sell("A", 10)
    sell("B", 10)
    ask_price("berg", "A", 8, shipping=Decimal("3.95"))
    ask_price("berg", "B", 8)
    assert {g.sku: g.lowest_landed for g in read(warehouse).dearer} == {"A": Decimal("11.95"), "B": None}


def test_withdrawn_and_unpriced_products_are_outside_the_assortment(
    warehouse: Warehouse, sell: Put, write: Put
) -> None:
    sell("A", 10, cost=5)
    sell("B", 10)
    sell("C", 10, status="discontinued")
    write("products", {"sku": "D", "status": "active"})
    found = read(warehouse)
    assert (found.store.active, found.store.on_sale) == (3, 2)
    assert (found.whole.products, found.whole.without_cost) == (2, 1)


def test_an_empty_store_has_a_position_without_figures(warehouse: Warehouse, store: str) -> None:
    found = read(warehouse)
    assert found.headline is None
    assert found.index == found.dearer == found.cheaper == found.sites == ()
    assert found.whole.products == 0
    assert found.newest is None


def test_what_cannot_be_asked(warehouse: Warehouse, store: str) -> None:
    with pytest.raises(NotFound, match="no store 'fr'"):
        read(warehouse, "fr")
    with pytest.raises(InputError, match="window"):
        read(warehouse, window=timedelta(0))
    with warehouse.session() as session, pytest.raises(InputError, match="no zone"):
        price_position(session, "de", warehouse.clock().replace(tzinfo=None))
