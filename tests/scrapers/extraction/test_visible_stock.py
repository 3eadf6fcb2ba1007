"""Whether a product can be bought, read off pages without any structured data."""

from __future__ import annotations

import pytest

from scrapers.extraction.product import Product, extract

BUTTON = '<button type="submit" class="btn">Add to cart</button>'


def shown(inner: str, around: str = "") -> Product:
    return extract(
        f"""<html><head><title>Kettle Deluxe | Shop</title></head><body><nav><a href="/sale">Sale</a></nav>
        <div class="product"><h1>Kettle Deluxe</h1><p class="price">12,50 €</p>{inner}</div>{around}</body></html>""",
        "https://shop.example/p/kettle",
    )


@pytest.mark.parametrize(
    ("inner", "code"),
    [
        ('<p class="stock">In stock</p>' + BUTTON, "in_stock"),
        (BUTTON, "in_stock"),
        ("", "in_stock"),
        ('<p class="stock out-of-stock">Out of stock</p>', "out_of_stock"),
        ("<p>Sold out</p>", "out_of_stock"),
        ('<span class="availability">Ausverkauft</span>' + BUTTON, "out_of_stock"),
        ('<div class="stock-status">Rupture de stock</div>', "out_of_stock"),
        ("<p>Agotado</p>", "out_of_stock"),
        ("<p>Non disponibile</p>", "out_of_stock"),
        ("<p>Produto esgotado</p>", "out_of_stock"),
        ("<p>Uitverkocht</p>", "out_of_stock"),
        ("<p>Produkt niedostępny</p>", "out_of_stock"),
        ("<p>Vyprodáno</p>", "out_of_stock"),
        ("<p>Slut i lager</p>", "out_of_stock"),
        ("<p>Нет в наличии</p>", "out_of_stock"),
        ("<p>在庫切れ</p>", "out_of_stock"),
        ('<button type="submit" disabled>Sold out</button>', "out_of_stock"),
        ('<form class="waitlist"><label>Notify me when available</label><input type="email"></form>', "out_of_stock"),
        ("<dl><dt>Availability</dt><dd>Out of stock</dd></dl>", "out_of_stock"),
        ('<p class="stock">Available for pre-order</p>', "pre_order"),
        ('<p class="stock">This product has been discontinued</p>', "discontinued"),
    ],
)
def test_what_the_page_says_near_its_price(inner: str, code: str) -> None:
    assert shown(inner).availability == code


@pytest.mark.parametrize(
    ("inner", "around"),
    [
        # a size that is gone
        ('<select><option>S</option><option>M - sold out</option></select>' + BUTTON, ""),
        ('<ul class="swatches"><li>S</li><li class="gone">M <span>Out of stock</span></li></ul>' + BUTTON, ""),
        # other products
        (BUTTON, '<div class="related-products"><div><a href="/p/2">Other</a><span>Sold out</span></div></div>'),
        # a form that a script would show
        (BUTTON + '<div style="display:none"><p>Out of stock</p><p>Notify me when available</p></div>', ""),
        (BUTTON + "<template><p>Out of stock</p></template>", ""),
        # a branch, not the web shop
        ('<p class="stock">In stock</p><p>Not available in your local store</p>' + BUTTON, ""),
        # an offer to tell of a lower price, and a question
        (BUTTON + "<a href='#'>Notify me of a lower price</a>", ""),
        (BUTTON + "<p>Is this sold out?</p>", ""),
        # far below
        (BUTTON, "<p>text</p>" * 300 + "<div>If an item is sold out we refund it at once.</div>"),
    ],
)  # fmt: skip
def test_what_is_said_of_something_else(inner: str, around: str) -> None:
    assert shown(inner, around).availability == "in_stock"


def test_a_page_without_a_price_says_what_it_says_and_no_more() -> None:
    page = "<title>Kettle Deluxe</title><body><h1>Kettle Deluxe</h1>{}</body>"
    url = "https://shop.example/p/kettle"
    assert extract(page.format("<p>Currently unavailable.</p>"), url).availability == "out_of_stock"
    assert extract(page.format("<p>It boils water.</p>"), url).availability is None


def test_an_assumption_is_less_sure_than_a_statement() -> None:
    assumed = shown("").sources["availability"]
    stated = shown('<p class="stock">In stock</p>').sources["availability"]
    assert assumed.confidence < stated.confidence
    assert "no word on stock" in assumed.evidence


@pytest.mark.parametrize(
    "inner",
    [
        "<ul><li>Brand: Acme</li><li>Наявність: Немає в наявності</li></ul>",
        "<p>Disponibilità: <b>Esaurito</b></p>",
    ],
)
def test_what_is_said_behind_a_label_counts_more_than_a_button(inner: str) -> None:
    assert shown(inner + BUTTON).availability == "out_of_stock"


def test_one_size_that_is_sold_out_counts_less_than_the_button() -> None:
    sizes = "<ul><li>S</li><li>M</li><li>L sold out</li></ul>"

    assert shown(sizes + BUTTON).availability == "in_stock"


def test_the_words_on_a_button_that_cannot_be_pressed_do_not_sell() -> None:
    assert shown("<p>Nincs raktáron</p><button disabled>Kosárba</button>").availability == "out_of_stock"


def test_a_plain_word_at_the_price_counts_more_than_a_button_that_every_page_has() -> None:
    page = "<html><body><h1>Kettle 17</h1><p class='now'>£12.50</p><p>Out of stock</p>{}<button>Add to basket</button>"
    assert extract(page.format(""), "https://shop.example/p/1").availability == "out_of_stock"
    far = "<p>One of many words.</p>" * 60
    assert extract(page.format(far), "https://shop.example/p/1").availability == "out_of_stock"
    elsewhere = page.replace("<p>Out of stock</p>{}", "{}").format("") + far + "<p>Out of stock</p>"
    assert extract(elsewhere, "https://shop.example/p/1").availability == "in_stock"
