"""Product pages through the one door, `extract`."""

from __future__ import annotations

import json
import time
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scrapers.extraction.product import Product, extract

URL = "https://shop.example/p/1"


def jsonld(text: str, body: str = "") -> Product:
    return extract(f'<html><script type="application/ld+json">{text}</script><body>{body}</body></html>', URL)


def test_a_product_with_all_its_fields() -> None:
    product = jsonld(
        """{"@context": "https://schema.org", "@type": "Product", "name": " Kettle  1.7 l ", "sku": "K-17",
        "mpn": "KTL17", "gtin13": "4006381333931", "brand": {"@type": "Brand", "name": "Acme"},
        "offers": {"@type": "Offer", "price": "39.90", "priceCurrency": "EUR", "availability": "OutOfStock",
        "priceSpecification": [{"@type": "UnitPriceSpecification", "priceType": "https://schema.org/ListPrice",
        "price": 49.9, "priceCurrency": "EUR"}]}}"""
    )
    assert (product.name, product.sku, product.mpn, product.brand) == ("Kettle 1.7 l", "K-17", "KTL17", "Acme")
    assert (product.price, product.regularPrice, product.currency) == (Decimal("39.90"), Decimal("49.9"), "EUR")
    assert (product.availability, product.gtin) == ("out_of_stock", "04006381333931")
    assert product.sources["price"].reader == "jsonld"
    assert "39.90" in product.sources["price"].evidence
    assert set(product.sources) == {
        "name", "sku", "mpn", "gtin", "brand", "price", "regularPrice", "currency", "availability",
    }  # fmt: skip


@pytest.mark.parametrize(
    "text",
    [
        '{"@graph": [{"@type": "WebPage"}, {"@type": "Product", "name": "X", "offers": {"price": 9.5}}]}',
        '[{"@type": "BreadcrumbList"}, {"@type": ["Product", "Thing"], "name": "X", "offers": [{"price": "9.50"}]}]',
        '{"@type": "ItemPage", "mainEntity": {"@type": "Product", "name": "X", "offers": {"price": "9,50 €"}}}',
        '{"@type": "Product", "name": "X", "offers": {"price": 9.50,}, /* old */ }',
        '// note\n{"@type": "Product", "name": "X", // the name\n"offers": [{"price": 9.50},],}',
        '//<![CDATA[\n{"@type": "Product", "name": "X", "offers": {"price": 9.50}};\n//]]>',
        '{"@type": "http://schema.org/Product", "name": "X", "description": "two\nlines", "Offers": {"Price": 9.50}}',
        '{"@type": "Product", "name": "X", "offers": {"@type": "AggregateOffer", "lowPrice": 9.5, "highPrice": 9.5}}',
        '{"@type": "Product", "name": "X", "offers": {"@type": "AggregateOffer", "offers": [{"price": 9.5}]}}',
        '{"@type": "Product", "name": "X", "offers": {"priceSpecification": {"price": 9.5}}}',
    ],
)
def test_json_as_shops_write_it(text: str) -> None:
    product = jsonld(text)
    assert (product.name, product.price) == ("X", Decimal("9.50"))


def test_a_comment_inside_a_string_is_kept() -> None:
    assert jsonld('{"@type": "Product", "name": "a // b /* c */, ]", "sku": 1,}').name == "a // b /* c */, ]"


@pytest.mark.parametrize("price", ["0", '"0.00"', "null", '""', '"call us"', "true", "1e999999999", "NaN"])
def test_no_price_is_none_and_never_zero(price: str) -> None:
    product = jsonld(f'{{"@type": "Product", "name": "X", "offers": {{"price": {price}, "priceCurrency": "EUR"}}}}')
    assert product.name == "X"
    assert product.price is None
    assert product.currency is None


def test_a_price_per_litre_is_not_the_price() -> None:
    product = jsonld(
        """{"@type": "Product", "name": "Oil", "offers": {"priceSpecification": [
        {"price": 19.8, "referenceQuantity": {"value": 1, "unitCode": "LTR"}}, {"price": 9.9}]}}"""
    )
    assert product.price == Decimal("9.9")


def test_the_page_s_own_product_is_taken_among_others() -> None:
    product = jsonld(
        """[{"@type": "Product", "name": "Other", "url": "/p/2", "offers": {"price": 1}},
        {"@type": "Product", "name": "This", "url": "/p/1", "offers": {"price": 2}}]"""
    )
    assert (product.name, product.price) == ("This", Decimal(2))


def test_a_gtin_with_a_wrong_check_digit_is_none() -> None:
    assert jsonld('{"@type": "Product", "name": "X", "gtin13": "4006381333932"}').gtin is None


PLAIN = """<html><body>
<header class="site-header"><span class="cart-price">0,00 €</span></header>
<h1>Kaffeemaschine Deluxe</h1>
<div class="produkt-preis"><del>1.499,00 €</del> <strong>1.234,50&nbsp;€</strong></div>
<p class="grundpreis">12,00 € / kg</p><p class="versandpreis">zzgl. 4,99 € Versand</p>
<dl><dt>Artikelnummer</dt><dd>AB-12</dd><dt>EAN:</dt><dd>4006381333931</dd><dt>Marke</dt><dd>Nordlicht</dd></dl>
<p class="lagerstatus">Derzeit nicht auf Lager</p>
<div class="related-products"><span class="price">3,00 €</span></div>
</body></html>"""


def test_a_plain_german_page() -> None:
    product = extract(PLAIN, URL)
    assert (product.name, product.price, product.currency) == ("Kaffeemaschine Deluxe", Decimal("1234.50"), "EUR")
    assert product.regularPrice == Decimal("1499.00")
    assert (product.sku, product.gtin, product.brand) == ("AB-12", "04006381333931", "Nordlicht")
    assert product.availability == "out_of_stock"
    assert product.sources["price"].reader == "labelled"


@pytest.mark.parametrize(
    "body",
    [
        '<span itemprop="price" content="12.50">12,50</span><meta itemprop="priceCurrency" content="EUR">',
        '<span class="productPrice">12,50 €</span>',
        '<div id="our_price">€ 12.50</div>',
        "<p>Preis: 12,50 €</p>",
        "<p>statt <s>20,00 €</s></p><dl><dt>Preis</dt><dd>12,50 €</dd></dl>",
        "<p><b>Price:</b> 12.50 EUR</p>",
        "<table><tr><th>Preis</th><td>12,50 €</td></tr></table>",
        '<span class="price"><s>20,00 €</s> 12,50 €</span>',
        '<div class="price"><span class="old-price">20,00 €</span><span class="new-price">12,50 €</span></div>',
        '<span class="price" style="text-decoration: line-through">20,00 €</span><span class="price">12,50 €</span>',
        '<span class="shipping-price">4,90 €</span><span class="price">12,50 €</span>',
        '<span class="price">4,90 € / 100 g</span><span class="price">12,50 €</span>',
    ],
)
def test_a_labelled_price(body: str) -> None:
    product = extract(f"<body><h1>X</h1>{body}</body>", URL)
    assert (product.price, product.currency) == (Decimal("12.50"), "EUR")


@pytest.mark.parametrize(
    "body",
    [
        "<p>It costs about 12,50 € they say.</p>",
        '<span class="shipping-price">4,90 €</span>',
        '<span class="price">0,00 €</span>',
        '<aside><span class="price">12,50 €</span></aside>',
        '<del class="price">12,50 €</del>',
        '<template><span class="price">12,50 €</span></template>',
    ],
)
def test_what_is_not_the_price_is_left_out(body: str) -> None:
    product = extract(f"<body><h1>X</h1>{body}</body>", URL)
    assert product.price is None
    assert product.regularPrice is None


def test_the_site_s_currency_stands_in_and_settles_a_shared_sign() -> None:
    assert extract('<h1>X</h1><p class="price">12.50</p>', URL, currency="CAD").currency == "CAD"
    assert extract('<h1>X</h1><p class="price">$12.50</p>', URL, currency="CAD").currency == "CAD"
    assert extract('<h1>X</h1><p class="price">$12.50</p>', URL).currency == "$"


def test_readers_that_agree_are_surer_and_a_contradiction_shows() -> None:
    text = json.dumps({"@type": "Product", "name": "X", "offers": {"price": "12.50"}})
    alone = jsonld(text).sources["price"].confidence
    agreeing = jsonld(text, '<h1>X</h1><p class="price">12,50 €</p>').sources["price"].confidence
    contradicted = jsonld(text, '<h1>X</h1><p class="price">13,50 €</p>')
    assert contradicted.price == Decimal("12.50")
    assert contradicted.sources["price"].confidence < alone < agreeing < 1


@pytest.mark.parametrize("encoding", ["utf-8", "cp1252", "utf-16"])
def test_bytes_in_the_encoding_the_header_names(encoding: str) -> None:
    html = "<h1>Büchse</h1><p class=preis>12,50 €</p>".encode(encoding)
    product = extract(html, URL, content_type=f"text/html; charset={encoding}")
    assert (product.name, product.currency) == ("Büchse", "EUR")


def test_bytes_in_the_encoding_the_page_names() -> None:
    html = '<meta charset="windows-1251"><h1>Чайник</h1><p>Цена: 1 250 руб.</p>'.encode("cp1251")
    product = extract(html, URL)
    assert (product.name, product.price, product.currency) == ("Чайник", Decimal(1250), "RUB")


def test_what_utf_8_cannot_write_and_nul_are_left_out_everywhere() -> None:
    bad = r"\ud83d\u0000\udc00\ud83d"
    product = jsonld(
        f'''{{"@type": "Product", "name": "Mug{bad}", "brand": "{bad}Acme", "sku": "{bad}", "mpn": "M{bad}1",
        "gtin": "{bad}4006381333931", "offers": {{"price": "{bad}9.50", "priceCurrency": "{bad}EUR",
        "availability": "{bad}InStock"}}}}'''
    )
    assert (product.name, product.brand, product.sku, product.mpn) == ("Mug", "Acme", None, "M1")
    assert (product.gtin, product.currency, product.availability) == ("04006381333931", "EUR", "in_stock")
    for source in product.sources.values():
        assert "\x00" not in source.evidence
        assert source.evidence.encode()


HOSTILE = {
    "nothing": b"",
    "blanks": b"  \n ",
    "no markup": b"\x00\xff\xfe\x00",
    "deep tags": b"<div class=price>" * 100_000,
    "20 MB of paragraphs": b"<p class=price>1 &euro;" * 1_000_000,
    "an attribute bomb": b"<a " + b"class=price " * 500_000 + b">",
    "a long text": b"<p class=price>" + b"1 " * 4_000_000,
    "deep JSON": b'<script type="application/ld+json">' + b'{"@graph":[' * 100_000 + b"</script>",
    "open comments": b'<script type="application/ld+json">{"a": ' + b"/* // " * 200_000 + b"</script>",
    "open strings": b'<script type="application/ld+json">{' + b'"\\' * 200_000 + b"</script>",
    "many blanks": b'<script type="application/ld+json">{"a" ' + b" " * 1_900_000 + b"}</script>",
    "many commas": b'<script type="application/ld+json">{' + b", " * 400_000 + b"</script>",
    "a huge number": b'<script type="application/ld+json">{"@type":"Product","offers":{"price":'
    + b"9" * 500_000
    + b"}}</script>",
    "many products": b'<script type="application/ld+json">['
    + b'{"@type":"Product","offers":{"price":1}},' * 40_000
    + b"{}]</script>",
    "labels of colons": b"<p>" + b"a:" * 80 + b"</p>" * 3 + (b"<p>" + b": " * 90 + b"</p>") * 10_000,
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_page_costs_bounded_time_and_breaks_nothing(name: str) -> None:
    begun = time.process_time()
    extract(HOSTILE[name], URL)
    assert time.process_time() - begun < 10


@given(st.text(max_size=300), st.sampled_from(["", '<script type="application/ld+json">', "<p class=price>"]))
def test_no_page_breaks_it(text: str, before: str) -> None:
    product = extract(before + text, URL)
    assert product.price is None or product.price > 0
