"""Product pages through the one door, `extract`."""

from __future__ import annotations

import json
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scrapers.extraction.as_json import as_json
from scrapers.extraction.product import Product, extract

URL = "https://shop.example/p/1"

PLAIN = """<html lang="de"><body>
<header class="site-header"><span class="cart-price">0,00 €</span></header>
<h1>Kaffeemaschine Deluxe</h1>
<div class="produkt-preis"><del>1.499,00 €</del> <strong>1.234,50&nbsp;€</strong></div>
<p class="grundpreis">12,00 € / kg</p><p class="versandpreis">zzgl. 4,99 € Versand</p>
<dl><dt>Artikelnummer</dt><dd>AB-12</dd><dt>EAN:</dt><dd>4006381333931</dd><dt>Marke</dt><dd>Nordlicht</dd></dl>
<p class="lagerstatus">Derzeit nicht auf Lager</p>
<div class="related-products"><span class="price">3,00 €</span></div>
</body></html>"""


def marked_up(price: str, body: str = "") -> Product:
    data = json.dumps({"@type": "Product", "name": "X", "offers": {"price": price}})
    return extract(f'<script type="application/ld+json">{data}</script><body><h1>X</h1>{body}</body>', URL)


def test_a_plain_german_page() -> None:
    product = extract(PLAIN, URL)
    assert (product.name, product.price, product.currency) == ("Kaffeemaschine Deluxe", Decimal("1234.50"), "EUR")
    assert product.regularPrice == Decimal("1499.00")
    assert (product.sku, product.gtin, product.brand) == ("AB-12", "04006381333931", "Nordlicht")
    assert product.availability == "out_of_stock"
    assert product.sources["price"].reader == "visible"
    assert product.sources["sku"].evidence == "label Artikelnummer: AB-12"


def test_as_json_has_every_field_and_unknown_is_null() -> None:
    written = as_json(extract(PLAIN, URL))
    assert json.loads(json.dumps(written)) == written
    assert (written["price"], written["availability"], written["url"]) == ("1234.50", "OutOfStock", URL)
    assert (written["mpn"], written["shipping"], written["images"], written["offers"]) == (None, "4.99", [], [])
    assert set(written) == set(Product.__dataclass_fields__)
    assert written["sources"]["sku"].keys() == {"reader", "confidence", "evidence"}


def test_a_page_without_a_product_says_nothing() -> None:
    product = extract("<html><h1>About us</h1><p>We sell things since 1999.</p></html>", URL)
    assert not product.is_evident
    assert product.price is None


def test_the_site_s_currency_stands_in_and_settles_a_shared_sign() -> None:
    url = "https://shop.example.com/p/1"
    assert extract('<h1>X</h1><p class="price">12.50</p>', url, currency="CAD").currency == "CAD"
    assert extract('<h1>X</h1><p class="price">$12.50</p>', url, currency="CAD").currency == "CAD"


def test_readers_that_agree_are_surer_and_a_contradiction_shows() -> None:
    alone = marked_up("12.50").sources["price"].confidence
    agreeing = marked_up("12.50", '<p class="price">12,50 €</p>').sources["price"].confidence
    contradicted = marked_up("12.50", '<p class="price">13,50 €</p>').sources["price"].confidence
    assert contradicted < alone < agreeing <= 1


def test_a_regular_price_is_above_the_price_or_none() -> None:
    data = {"@type": "Product", "name": "X", "offers": {"price": 12, "priceSpecification": []}}
    for regular, shown in (("15", Decimal(15)), ("12", None), ("9", None)):
        data["offers"]["priceSpecification"] = [{"priceType": "ListPrice", "price": regular}]  # type: ignore[index]
        html = f'<script type="application/ld+json">{json.dumps(data)}</script><h1>X</h1>'
        assert extract(html, URL).regularPrice == shown


SELECTED = """<h1>Kettle</h1><p class="price">12,50 €</p><b id="mine">9,90 €</b><i id="stock">sold out</i>
<i id="number">4006381333931</i><span id="code">A 1</span>
<img class="shot" src="/1.jpg"><img class="shot" src="/2.jpg">"""


def test_a_site_s_selectors_overrule_the_readers() -> None:
    selectors = {
        "price": "#mine", "availability": "#stock", "gtin": "i:nth-of-type(2)", "sku": "#code", "images": ".shot",
    }  # fmt: skip
    product = extract(SELECTED, URL, selectors=selectors)
    assert (product.price, product.availability, product.sku) == (Decimal("9.90"), "out_of_stock", "A 1")
    assert product.gtin == "04006381333931"
    assert product.images == ("https://shop.example/1.jpg", "https://shop.example/2.jpg")
    assert (product.sources["price"].reader, product.sources["price"].confidence) == ("selector", 1.0)
    assert "#mine" in product.sources["price"].evidence


def test_a_selector_that_finds_nothing_leaves_the_readers_be() -> None:
    assert extract(SELECTED, URL, selectors={"price": "#gone"}).price == Decimal("12.50")


@pytest.mark.parametrize("encoding", ["utf-8", "cp1252", "utf-16"])
def test_bytes_in_the_encoding_the_header_names(encoding: str) -> None:
    html = "<h1>Büchse</h1><p class=preis>12,50 €</p>".encode(encoding)
    product = extract(html, URL, content_type=f"text/html; charset={encoding}")
    assert (product.name, product.currency) == ("Büchse", "EUR")


def test_bytes_in_the_encoding_the_page_names() -> None:
    html = '<meta charset="windows-1251"><h1>Чайник</h1><p>Цена: 1 250 руб.</p>'.encode("cp1251")
    product = extract(html, URL)
    assert (product.name, product.price, product.currency) == ("Чайник", Decimal(1250), "RUB")


def test_a_page_that_is_not_in_the_encoding_it_names() -> None:
    html = '<meta charset="utf-8"><h1>Büchse</h1><p class="preis">12,50 €</p>'.encode("cp1252")
    assert extract(html, URL).price == Decimal("12.50")


def test_what_utf_8_cannot_write_and_nul_are_left_out_everywhere() -> None:
    bad = r"\ud83d\u0000\udc00\ud83d"
    product = extract(
        f"""<script type="application/ld+json">{{"@type": "Product", "name": "Mug{bad}", "brand": "{bad}Acme",
        "sku": "{bad}", "mpn": "M{bad}1", "gtin": "{bad}4006381333931", "image": "/{bad}a.jpg",
        "offers": {{"price": "{bad}9.50", "priceCurrency": "{bad}EUR", "availability": "{bad}InStock"}}}}</script>""",
        URL,
    )
    assert (product.name, product.brand, product.sku, product.mpn) == ("Mug", "Acme", None, "M1")
    assert (product.gtin, product.currency, product.availability) == ("04006381333931", "EUR", "in_stock")
    assert product.images == ("https://shop.example/a.jpg",)
    for source in product.sources.values():
        assert "\x00" not in source.evidence
        assert source.evidence.encode()


@given(
    st.text(max_size=300),
    st.sampled_from(
        ["", '<script type="application/ld+json">', "<script>dataLayer.push({price:", "<p class=price>", "<p>SKU: "]
    ),
    st.text(max_size=40),
)
def test_no_page_breaks_it(text: str, before: str, url: str) -> None:
    product = extract(before + text, url)
    assert product.price is None or product.price > 0
    json.dumps(as_json(product)).encode()
