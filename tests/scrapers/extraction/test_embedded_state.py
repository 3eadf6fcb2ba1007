"""Products in the state that a page carries for its own scripts."""

from __future__ import annotations

import html
import json
from decimal import Decimal
from typing import Any

import pytest

from scrapers.extraction.product import Product, extract

URL = "https://shop.example/p/kettle-17-925872"


def scripted(script: str, attributes: str = "", body: str = "<h1>Kettle 1.7</h1>", url: str = URL) -> Product:
    return extract(f"<html><body>{body}<script {attributes}>{script}</script></body></html>", url)


ITEM = {"item_name": "Kettle 1.7", "item_id": "925872", "price": 39.9, "item_brand": "Acme"}
OTHER = {"item_name": "Toaster", "item_id": "111111", "price": 19.9, "item_brand": "Other"}


@pytest.mark.parametrize(
    "script",
    [
        f"dataLayer.push({json.dumps({'event': 'view_item', 'ecommerce': {'currency': 'EUR', 'items': [ITEM]}})});",
        f"gtag('event', 'view_item', {json.dumps({'currency': 'EUR', 'items': [ITEM]})});",
        "dataLayer.push({'ecommerce': {'currencyCode': 'EUR', 'detail': {'products': [{'name': 'Kettle 1.7', "
        "'id': '925872', 'price': '39.90', 'brand': 'Acme',}]}}});",
        "dataLayer = [{ecommerce: {currencyCode: 'EUR', detail: {products: "
        "[{name: 'Kettle 1.7', id: 925872, price: 39.9, brand: 'Acme'}]}}}];",
        f"window.__STATE__ = {json.dumps({'shop': {'list': [OTHER], 'product': {**ITEM, 'currency': 'EUR'}}})};",
        f"window.__NUXT__=JSON.parse({json.dumps(json.dumps({'product': {**ITEM, 'currency': 'EUR'}}))});",
        "var product = {name: 'Kettle 1.7', sku: '925872', brand: {name: 'Acme'}, "
        "price: {current: {value: 39.9, currency: 'EUR'}, original: {value: 49.9}}};",
        'self.__next_f.push([1,"2:[\\"$\\",{\\"product\\":{\\"name\\":\\"Kettle 1.7\\",\\"sku\\":\\"925872\\",'
        '\\"brand\\":\\"Acme\\",\\"price\\":39.9,\\"currency\\":\\"EUR\\"}}]\\n"])',
    ],
)
def test_state_in_a_program(script: str) -> None:
    filler = "(function(){var a={b:function(){return [1,2]}};if(a){a.b()}})();" * 50
    product = scripted(filler + script + filler)
    assert (product.price, product.currency) == (Decimal("39.9"), "EUR")
    assert (product.sku, product.brand) == ("925872", "Acme")
    assert product.sources["price"].reader == "state"


def test_next_data() -> None:
    state = {
        "props": {
            "pageProps": {
                "recommended": [{"name": "Kettle 1.7 Pro", "sku": "2", "price": 99}],
                "product": {
                    "name": "Kettle 1.7",
                    "sku": "925872",
                    "gtin": "4006381333931",
                    "price": {"centAmount": 3990, "currencyCode": "EUR", "fractionDigits": 2},
                    "inStock": False,
                },
            }
        }
    }
    product = scripted(json.dumps(state), 'id="__NEXT_DATA__" type="application/json"')
    assert (product.price, product.currency) == (Decimal("39.90"), "EUR")
    assert (product.gtin, product.availability, product.sku) == ("04006381333931", "out_of_stock", "925872")
    assert "__NEXT_DATA__" in product.sources["price"].evidence


def test_other_products_in_the_state_are_left_alone() -> None:
    product = scripted(f"window.__STATE__ = {json.dumps({'items': [OTHER] * 5})};")
    assert (product.price, product.brand, product.sku) == (None, None, "925872")
    assert product.sources["sku"].reader == "address"


SHOPIFY = {
    "id": 1,
    "title": "Kettle 1.7",
    "vendor": "Acme",
    "variants": [
        {"id": 11, "title": "Red", "sku": "K-R", "price": 3990, "compare_at_price": 4990, "available": False,
         "option1": "Red", "barcode": "4006381333931"},
        {"id": 12, "title": "Blue", "sku": "K-B", "price": 4490, "compare_at_price": None, "available": True,
         "option1": "Blue"},
    ],
}  # fmt: skip
CURRENCY = '<script>Shopify.currency = {"active":"CAD","rate":"1.0"};</script>'


@pytest.mark.parametrize(
    ("query", "sku", "price", "stock"),
    [("", "K-B", "44.90", "in_stock"), ("?variant=11", "K-R", "39.90", "out_of_stock")],
)
def test_shopify(query: str, sku: str, price: str, stock: str) -> None:
    # A variant's own number is longer in life; three digits are the least that counts as one.
    state: dict[str, Any] = json.loads(
        json.dumps(SHOPIFY).replace('"id": 11', '"id": 44111').replace('"id": 12', '"id": 44112')
    )
    product = scripted(
        json.dumps(state),
        'type="application/json"',
        body=f"<h1>Kettle 1.7</h1>{CURRENCY}",
        url=f"https://shop.example/products/kettle{query.replace('11', '44111')}",
    )
    assert (product.price, product.currency, product.sku) == (Decimal(price), "CAD", sku)
    assert (product.availability, product.brand) == (stock, "Acme")
    assert [(v.name, v.price, v.availability) for v in product.variants] == [
        ("Red", Decimal("39.90"), "out_of_stock"),
        ("Blue", Decimal("44.90"), "in_stock"),
    ]


def test_woocommerce_variations() -> None:
    variations = [
        {"attributes": {"attribute_size": size}, "display_price": price, "display_regular_price": 25,
         "sku": f"K-{size}", "is_in_stock": price < 20}
        for size, price in (("S", 18), ("L", 22.5))
    ]  # fmt: skip
    form = f'<form class="cart" data-product_variations="{html.escape(json.dumps(variations))}"></form>'
    product = extract(f"<h1>Kettle</h1>{form}", URL, currency="EUR")
    assert [(v.name, v.sku, v.price, v.regularPrice, v.availability) for v in product.variants] == [
        ("S", "K-S", Decimal(18), Decimal(25), "in_stock"),
        ("L", "K-L", Decimal("22.5"), Decimal(25), "out_of_stock"),
    ]
    assert (product.price, product.availability) == (Decimal(18), "in_stock")


def test_an_object_in_an_attribute() -> None:
    said = html.escape(json.dumps({"sku": "KT-17", "name": "Kettle 1.7", "brand": "Acme", "price": 39.9}))
    page = f'<html><body><div data-analytics="{said}"><h1>Kettle 1.7</h1></div></body></html>'

    product = extract(page, "https://shop.example/p/kettle")

    assert (product.price, product.brand, product.sku) == (Decimal("39.9"), "Acme", "KT-17")


def test_an_object_of_another_product_in_an_attribute_is_passed_over() -> None:
    said = html.escape(json.dumps({"id": "TO-1", "name": "Toaster", "brand": "Other", "price": 19.9}))
    page = f'<html><body><h1>Kettle 1.7</h1><div data-product="{said}"></div></body></html>'

    assert extract(page, "https://shop.example/p/kettle").brand is None
