"""A product's number where the page names it in no word we know: as the templates of common shop software write it."""

from __future__ import annotations

import pytest

from scrapers.extraction.product import Product, extract

_TITLE = "<title>Korrel Lamp | Winkel</title>"


def read(body: str, url: str = "https://shop.example/korrel-lamp") -> Product:
    return extract(f"<html><head>{_TITLE}</head><body><main><h1>Korrel Lamp</h1>{body}</main></body></html>", url)


PRICE = '<p class="price">€ 24,95</p>'

NAMED = {
    "a wrapper with an unknown caption": '<span class="sku_wrapper">Vörunúmer <span class="sku">KL-2041</span></span>',
    "an attribute's value in a box": '<div class="product attribute sku"><strong class="type">Kodo</strong>'
    '<div class="value">KL-2041</div></div>',
    "a reference": '<div class="product-reference"><label class="label">Tagairt</label> <span>KL-2041</span></div>',
    "an order number": '<div class="product-detail-ordernumber-container"><span class="label">Uimhir</span>'
    '<span class="product-detail-ordernumber">KL-2041</span></div>',
    "camel case": '<p id="articleNumber">KL-2041</p>',
    "a value in a list of facts": '<dl><dt class="productView-info-name sku-label">Zenbakia</dt>'
    '<dd class="productView-info-value productView-sku">KL-2041</dd></dl>',
    "caption and number in one text": '<span class="item-number">Nr KL-2041</span>',
    "a data attribute": '<div class="buy" data-product-sku="KL-2041"></div>',
}


@pytest.mark.parametrize("body", NAMED.values(), ids=NAMED.keys())
def test_the_number_of_an_element_that_is_named_after_one(body: str) -> None:
    assert read(PRICE + body).sku == "KL-2041"


def test_names_of_many_numbers_are_those_of_other_products() -> None:
    cards = "".join(f'<a class="card" data-product-sku="ZZ-{n}00{n}">Lamp {n}</a>' for n in range(1, 6))

    assert read(PRICE + cards).sku is None


def test_a_caption_in_an_unknown_language_beside_the_title() -> None:
    assert read(f"<p>Uimhir earra: KL20417</p>{PRICE}").sku == "KL20417"


def test_a_bare_code_beside_the_title_that_the_page_knows_in_more_places() -> None:
    pictures = '<img src="/media/KL20417-1.jpg"><img src="/media/KL20417-2.jpg">'

    assert read(f"<p>KL20417</p>{PRICE}{pictures}").sku == "KL20417"


@pytest.mark.parametrize(
    "text", ["2024", "12.05.2024", "24,95", "08001234567", "500ML", "60X40X20CM", "KL20417"], ids=str
)
def test_what_else_stands_beside_a_title_is_no_number(text: str) -> None:
    assert read(f"<p>{text}</p>{PRICE}").sku is None


def test_a_visible_code_is_preferred_to_what_the_form_calls_the_product() -> None:
    form = '<form action="/cart"><input type="hidden" name="product_id" value="5113"></form>'

    assert read(f"<p>Uimhir: KL20417</p>{PRICE}{form}", "https://shop.example/p/5113/korrel").sku == "KL20417"


def test_the_form_that_buys_the_product_tells_its_number_where_nothing_else_does() -> None:
    form = '<form action="/cart"><input type="hidden" name="id_product" value="5113"><button>Kaufen</button></form>'

    assert read(PRICE + form).sku == "5113"


def test_forms_of_several_products_tell_nothing() -> None:
    forms = "".join(f'<form><input name="product_id" value="51{n}3"></form>' for n in range(4))

    assert read(PRICE + forms).sku is None


@pytest.mark.parametrize(
    ("url", "number"),
    [
        ("https://shop.example/item.asp?id=1093", "1093"),
        ("https://shop.example/index.php?route=product&product_id=77", "77"),
        ("https://shop.example/korrel-lamp-58763.html", "58763"),
        ("https://shop.example/korrel-lamp-P145.aspx", "P145"),
        ("https://shop.example/korrel-lamp,fr,4,DI152.cfm", "DI152"),
        ("https://shop.example/144-korrel-lamp.html", "144"),
        ("https://shop.example/korrel-lamp", None),
        ("https://shop.example/korrel-lamp-2-pack", None),
    ],
)
def test_the_number_that_the_address_ends_with(url: str, number: str | None) -> None:
    assert read(PRICE, url).sku == number


@pytest.mark.parametrize(
    ("address", "number"),
    [
        ("https://shop.example/board-f-race-130-2026", None),
        ("https://shop.example/phone-17e-256gb-black", None),
        ("https://shop.example/korrel-lamp-b07xyz1234", "B07XYZ1234"),
        ("https://shop.example/korrel-lamp-88812345", "88812345"),
        ("https://shop.example/lamps_517_27910", "27910"),
    ],
)
def test_words_with_figures_and_years_in_an_address_are_no_number(address: str, number: str | None) -> None:
    assert read(PRICE, address).sku == number


@pytest.mark.parametrize("text", ["11/2014", "Korrel: 11/2014"])
def test_a_month_beside_the_title_is_no_number(text: str) -> None:
    assert read(f"<p>{text}</p>{PRICE}").sku is None


def test_what_holds_the_title_may_carry_the_number() -> None:
    page = '<div class="detail" data-pid="KL-2041"><h1>Korrel Lamp</h1><p>€ 24,95</p></div><p data-pid="ZZ-9">other</p>'

    assert extract(f"<html><body>{page}</body></html>", "https://shop.example/korrel-lamp").sku == "KL-2041"


def test_an_element_named_after_a_number_that_states_several_facts() -> None:
    product = read(f'{PRICE}<p class="ref">Código: 7211002 | EAN 4006381333931</p>')

    assert (product.sku, product.gtin) == ("7211002", "04006381333931")
