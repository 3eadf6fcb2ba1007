"""A page as rows of the offers table: sellers, variants, and what an order costs to be sent."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scrapers.extraction.product import Product, Source
from scrapers.extraction.reading import SellerOffer, Variant
from scrapers.keeping import OFFER_SCHEMA, offer_batches
from scrapers.offers import MOST, offer_rows
from scrapers.sites import Shipping, Site
from warehouse.offer_ids import offer_id
from warehouse.tables import OFFERS
from warehouse.validation import Conformed

NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)
URL = "https://shop.example/p/1"
SITE = Site(name="shop", sitemaps=(), watch=(URL,), hosts=("shop.example",), currency="EUR")
PRODUCT = Product(
    URL,
    name="Kettle",
    price=Decimal("39.90"),
    currency="EUR",
    availability="in_stock",
    sources={"price": Source("jsonld", 0.9, "Offer.price: 39.90")},
)


def rows(product: Product = PRODUCT, site: Site = SITE, **changes: Any) -> list[dict[str, Any]]:
    return offer_rows(replace(product, **changes), NOW, site)


def test_a_page_is_one_offer_whose_identity_lasts() -> None:
    """Pages name their own shop as the seller, and new goods as new, only now and then."""
    (bare,) = rows()
    (told,) = rows(seller="Shop Ltd", condition="new")
    (used,) = rows(condition="used")
    assert bare["offer_id"] == told["offer_id"] == offer_id("shop", URL, None, None, None)
    assert (told["seller"], told["condition"]) == ("Shop Ltd", "new")
    assert used["offer_id"] == offer_id("shop", URL, None, None, "used")
    assert rows(url=URL + "?utm_source=mail#top")[0]["url"] == URL


def test_several_sellers_are_several_offers() -> None:
    found = rows(
        shipping=Decimal(5),
        regularPrice=Decimal(50),
        offers=(
            SellerOffer("A", Decimal("39.90"), "EUR", "new", "in_stock", Decimal("0")),
            SellerOffer("B", Decimal("35.00"), None, "used", None, None),
            SellerOffer("A", Decimal("36.00"), "EUR", "new", "in_stock", None),
        ),
    )
    assert [(row["seller"], row["price"], row["condition"], row["shipping"]) for row in found] == [
        ("A", "39.9", "new", "0"),
        ("B", "35", "used", None),
    ]
    assert [row["offer_id"] for row in found] == [
        offer_id("shop", URL, "A", None, None),
        offer_id("shop", URL, "B", None, "used"),
    ]
    assert {row["currency"] for row in found} == {"EUR"}
    assert {row["list_price"] for row in found} == {None}
    # Of what stood on the page, the first seller's price is not the second's evidence.
    assert [json.loads(row["evidence"]) for row in found] == [
        {"price": "one of 3 sellers: A, 39.90"},
        {"price": "one of 3 sellers: B, 35.00"},
    ]


def test_variants_with_prices_of_their_own_are_offers_under_their_own_addresses() -> None:
    """Each page of a group lists them all; both pages must give the same offers."""
    variants = (
        Variant("Red", sku="k-r", price=Decimal("39.90"), url=URL + "?colour=red"),
        Variant("Blue", sku="k-b", price=Decimal("41.90"), availability="out_of_stock", url="https://else.example/x"),
        Variant("Green"),
    )
    found = rows(variants=variants, gtin="04006381333931")
    assert [(row["variant"], row["title"], row["price"], row["url"], row["gtin"]) for row in found] == [
        ("k-r", "Kettle Red", "39.9", URL + "?colour=red", None),
        ("k-b", "Kettle Blue", "41.9", URL, None),
    ]
    from_other_page = rows(variants=variants[:1] * 2, url=URL + "?colour=red")
    assert from_other_page[0]["offer_id"] == found[0]["offer_id"]
    (only,) = rows(variants=(Variant("Red"), Variant("Blue")))
    assert (only["variant"], only["price"]) == (None, "39.9")


@pytest.mark.parametrize(
    ("stated", "price", "currency", "rule", "expected"),
    [
        (None, "10", "EUR", None, None),
        (Decimal("2.50"), "10", "EUR", Shipping(Decimal(5)), "2.5"),
        (Decimal(0), "10", "EUR", Shipping(Decimal(5)), "0"),
        (None, "10", "EUR", Shipping(Decimal(5)), "5"),
        (None, "49.99", "EUR", Shipping(Decimal(5), Decimal(50)), "5"),
        (None, "50", "EUR", Shipping(Decimal(5), Decimal(50)), "0"),
        (None, None, None, Shipping(Decimal(5), Decimal(50)), None),
        (None, "50", "USD", Shipping(Decimal(5), Decimal(50)), None),
    ],
)
def test_shipping_is_what_the_page_states_else_what_the_site_file_says(
    stated: Decimal | None, price: str | None, currency: str | None, rule: Shipping | None, expected: str | None
) -> None:
    (row,) = rows(
        site=replace(SITE, shipping=rule),
        price=None if price is None else Decimal(price),
        currency=currency,
        shipping=stated,
    )
    assert row["shipping"] == expected


def test_tax_is_the_page_s_word_before_the_site_file_s() -> None:
    site = replace(SITE, tax_included=True)
    assert [rows(site=site)[0]["tax_included"], rows(site=site, taxIncluded=False)[0]["tax_included"]] == [True, False]


AMOUNTS = st.one_of(st.none(), st.decimals(allow_nan=True, allow_infinity=True), st.decimals(-10, 10**15, places=6))
TEXTS = st.one_of(st.none(), st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=20))
CONDITIONS = st.sampled_from([None, "new", "used", "damaged", "odd"])
PRODUCTS = st.builds(
    Product,
    st.just(URL),
    name=TEXTS,
    price=AMOUNTS,
    regularPrice=AMOUNTS,
    currency=st.sampled_from([None, "EUR", "kr", "XXX", "$"]),
    shipping=AMOUNTS,
    condition=CONDITIONS,
    offers=st.lists(st.builds(SellerOffer, TEXTS.map(str), AMOUNTS, TEXTS, CONDITIONS), max_size=4).map(tuple),
    variants=st.lists(st.builds(Variant, TEXTS, TEXTS, price=AMOUNTS, currency=TEXTS), max_size=4).map(tuple),
)


@settings(deadline=None)
@given(PRODUCTS)
def test_whatever_a_page_claims_the_lake_can_take(product: Product) -> None:
    """One page's nonsense must not keep a whole crawl from being written."""
    found = offer_rows(product, NOW, SITE)
    assert len({row["offer_id"] for row in found}) == len(found) >= 1
    for batch in offer_batches(iter(found), "crawl"):
        for written in Conformed(OFFERS, pa_table(batch)).reader:
            assert written.num_rows == len(found)


def pa_table(batch: Any) -> Any:
    import pyarrow as pa

    return pa.Table.from_batches([batch], OFFER_SCHEMA)


def test_a_page_of_endless_offers_is_cut() -> None:
    sellers = tuple(SellerOffer(f"S{n}", Decimal(1)) for n in range(1000))
    assert len(rows(offers=sellers)) == MOST
