"""What shop software lists by itself: Shopify's products.json and WooCommerce's Store API."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

import pytest

from scrapers.feeds import FeedError, read_shopify_products, read_woo_products

SHOPIFY = {
    "products": [
        {
            "id": 1, "title": "Tee", "handle": "tee", "vendor": "Acme", "product_type": "Shirts",
            "images": [{"src": "https://cdn.example/tee.jpg"}, {"src": "javascript:alert(1)"}],
            "variants": [
                {"id": 11, "title": "S", "sku": "T-S", "price": "20.00", "compare_at_price": "25.00",
                 "available": False},
                {"id": 12, "title": "M", "sku": "T-M", "price": "1022.50", "compare_at_price": None, "available": True,
                 "barcode": "4006381333931"},
            ],
        },
        {
            "id": 2, "title": "Mug & Co", "handle": "mug-größe", "vendor": "Acme", "images": [],
            "variants": [{"id": 21, "title": "Default Title", "sku": "", "price": "5.00", "compare_at_price": "0.00",
                          "available": False}],
        },
        {"id": 3, "title": "No handle", "variants": []},
        "nonsense",
    ]
}  # fmt: skip


def test_shopifys_list() -> None:
    products = read_shopify_products(json.dumps(SHOPIFY).encode(), "https://shop.example", currency="CAD")
    tee, mug = products
    assert products.skipped == 2
    assert (tee.url, tee.name, tee.brand) == ("https://shop.example/products/tee", "Tee", "Acme")
    # What can be bought is what the page shows.
    assert (tee.price, tee.regularPrice, tee.currency, tee.sku) == (Decimal("1022.50"), None, "CAD", "T-M")
    assert (tee.availability, tee.gtin, tee.images) == ("in_stock", "04006381333931", ("https://cdn.example/tee.jpg",))
    assert [(v.name, v.sku, v.price, v.regularPrice, v.currency, v.availability) for v in tee.variants] == [
        ("S", "T-S", Decimal("20.00"), Decimal("25.00"), "CAD", "out_of_stock"),
        ("M", "T-M", Decimal("1022.50"), None, "CAD", "in_stock"),
    ]
    assert mug.url == "https://shop.example/products/mug-gr%C3%B6%C3%9Fe"
    assert (mug.price, mug.regularPrice, mug.availability, mug.sku, mug.variants) == (
        Decimal("5.00"), None, "out_of_stock", None, (),
    )  # fmt: skip


def test_shopifys_list_without_a_currency() -> None:
    tee, _ = read_shopify_products(json.dumps(SHOPIFY).encode(), "https://shop.example")
    assert (tee.price, tee.currency) == (Decimal("1022.50"), None)


def test_shopifys_list_past_its_end() -> None:
    assert list(read_shopify_products(b'{"products": []}', "https://shop.example")) == []


def woo(**changes: Any) -> dict[str, Any]:
    return {
        "id": 1, "name": "T&eacute;e &#8211; <b>blue</b>", "sku": "T-1",
        "permalink": "https://shop.example/product/tee/",
        "prices": {"price": "1299", "regular_price": "1599", "sale_price": "1299", "currency_code": "EUR",
                   "currency_minor_unit": 2, "currency_symbol": "€", "price_range": None},
        "is_in_stock": True, "is_on_backorder": False, "is_purchasable": True,
        "images": [{"src": "https://shop.example/tee.jpg"}], "brands": [{"id": 5, "name": "Acme"}], **changes,
    }  # fmt: skip


def test_woocommerces_list() -> None:
    yen = {"price": "1980", "regular_price": "1980", "currency_code": "JPY", "currency_minor_unit": 0}
    answer = [
        woo(),
        woo(prices=yen, is_in_stock=False, brands=[], attributes=[{"name": "Brand", "terms": [{"name": "Zenith"}]}]),
        woo(prices=woo()["prices"] | {"price": "", "regular_price": ""}, is_on_backorder=True),
        woo(prices=woo()["prices"] | {"currency_minor_unit": "2"}),
        woo(permalink="mailto:somebody"),
        None,
    ]
    products = read_woo_products(
        json.dumps(answer).encode(), "https://shop.example/wp-json/wc/store/v1/products?page=1"
    )
    tee, yen_tee, unpriced, odd = products
    assert products.skipped == 2
    assert (tee.url, tee.name, tee.sku, tee.brand) == ("https://shop.example/product/tee/", "Tée – blue", "T-1", "Acme")
    assert (tee.price, tee.regularPrice, tee.currency) == (Decimal("12.99"), Decimal("15.99"), "EUR")
    assert (tee.availability, tee.images) == ("in_stock", ("https://shop.example/tee.jpg",))
    assert (yen_tee.price, yen_tee.currency, yen_tee.regularPrice) == (Decimal(1980), "JPY", None)
    assert (yen_tee.availability, yen_tee.brand) == ("out_of_stock", "Zenith")
    assert (unpriced.price, unpriced.currency, unpriced.availability) == (None, None, "pre_order")
    assert odd.price is None  # a minor unit that is no number leaves the price open


@pytest.mark.parametrize("read", [read_shopify_products, read_woo_products])
@pytest.mark.parametrize(
    ("body", "cause"),
    [
        (b"", "not_a_feed"),
        (b"<html>no</html>", "not_a_feed"),
        (b'{"code": "rest_no_route"}', "not_a_feed"),
        (b'{"products": [{"handle": "a", "ti', "unreadable"),
        (b'[{"id": 1, ', "unreadable"),
        (b"[" * 100_000, "unreadable"),
        (b"[" + b" " * (33 * 1024 * 1024) + b"]", "too_large"),
    ],
)
def test_what_is_no_list_is_refused(read: Any, body: bytes, cause: str) -> None:
    with pytest.raises(FeedError) as raised:
        list(read(body, "https://shop.example/list"))
    assert raised.value.cause == cause
    assert "https://shop.example/list" in str(raised.value)
