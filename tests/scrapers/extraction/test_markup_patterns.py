"""Patterns of markup that the themes of many shops share, each in the smallest page that shows it."""

from __future__ import annotations

from decimal import Decimal

import pytest

from scrapers.extraction.product import Product, extract

BUY = '<button type="submit">Add to cart</button>'
CARDS = "".join(
    f'<div class="tile"><a href="/p/other-{n}"><img src="/{n}.jpg" alt="Garden Chair {n}"></a>'
    f'<h3><a href="/p/other-{n}">Garden Chair {n}</a></h3><b>£{n}9.00</b></div>'
    for n in range(1, 5)
)
"""A list of other products, each with a price of its own."""


def shown(body: str, url: str = "https://shop.example/p/desk-lamp-arc", title: str = "Desk Lamp Arc - Shop") -> Product:
    return extract(f"<html lang=en><head><title>{title}</title></head><body>{body}</body></html>", url)


def priced(inner: str) -> Product:
    return shown(f"<main><h1>Desk Lamp Arc</h1>{inner}{BUY}</main>")


# ------------------------------------------------------------------------------------------------------------ the price


@pytest.mark.parametrize(
    ("inner", "price", "regular"),
    [
        pytest.param(
            '<p class="price"><b>£30.00</b> <small>ex VAT (<b>£36.00</b> inc VAT)</small></p>', "36.00", None,
            id="with the tax, in brackets behind the one without",
        ),
        pytest.param(
            "<div><span><i>Excl. Tax:</i> <b>£30.00</b></span><span><i>Incl. Tax:</i> <b>£36.00</b></span></div>",
            "36.00", None, id="both with a label before",
        ),
        pytest.param(
            "<div><b>£30.00</b> <i>ex VAT</i> <b>£36.00</b> <i>inc VAT</i></div>", "36.00", None,
            id="both with a label behind",
        ),
        pytest.param(
            '<span data-hook="formatted-secondary-price">£45.00</span><span class="sr">Regular Price</span>'
            '<span data-hook="formatted-primary-price">£38.00</span><span class="sr">Sale Price</span>',
            "38.00", "45.00", id="labels behind, in elements of their own",
        ),
        pytest.param(
            "<div><p><i>1+</i><i>£38.00</i></p><p><i>5+</i><i>£36.00</i></p><p><i>20+</i><i>£33.00</i></p></div>",
            "38.00", None, id="by quantity, from one on",
        ),
        pytest.param(
            "<p>Buy this lamp of ours now for the price of £38.00</p><p>Delivery £4.90, from £50.00 on free</p>",
            "38.00", None, id="in a sentence about the price, beside one about delivery",
        ),
        pytest.param(
            '<div class="price"><p class="price-from"><i>From</i> <b>£38.00</b></p><p class="price-to"><i>To</i> '
            "<b>£58.00</b></p></div>", "38.00", None, id="a range in two texts",
        ),
        pytest.param(
            '<p class="modal_price"><b>£38.00</b></p><section class="bundle"><h3>Bought together</h3>'
            "<p>Total: <b>£60.00</b> <s>£72.00</s></p></section>", "38.00", None, id="a set's price struck through",
        ),
        pytest.param(
            '<div class="product-item-detail-pay"><div class="product-item-detail-price-old">£45.00</div>'
            '<div class="product-item-detail-price-current">£38.00</div></div>', "38.00", "45.00",
            id="a product item's detail, which is no item of a list",
        ),
    ],
)  # fmt: skip
def test_which_amount_is_the_price(inner: str, price: str, regular: str | None) -> None:
    product = priced(inner)
    assert (product.price, product.regularPrice) == (Decimal(price), regular and Decimal(regular))


@pytest.mark.parametrize(
    "inner",
    [
        "<p>Call us for a quote. Next day delivery £7.50 (free over £100.00)</p>",
        "<p>Price on request</p><p>Minimum order value £150.00</p>",
        "<p>No longer available</p><p>Free delivery from £120.00. Returns: £6.90.</p>",
        '<p class="price">Login for trade price</p><p>Goods can be sent back within 14 days for a £7.00 fee.</p>',
        f"<p>Price on request</p>{CARDS}",
        f'<div class="minicart">Subtotal: <b>£19.00</b></div><p>Call for price</p>{CARDS}',
        "<p>Discontinued. Replaced by:</p><div class='alt'><a href='/p/floor-light-bow'><img src='/x.jpg' alt='Floor "
        "Light Bow'></a><a href='/p/floor-light-bow'>Floor Light Bow</a><b>£129.00</b></div>",
    ],
)
def test_a_page_without_a_price_has_none(inner: str) -> None:
    assert shown(f"<h1>Desk Lamp Arc</h1>{inner}").price is None


def test_an_offer_of_the_day_above_the_product_is_not_its_price() -> None:
    special = '<td><a href="/jack">Ladder Jack</a><s>£49.00</s> <b class="special-price">£39.00</b></td>'
    row = f"<tr>{special}<td><table><tr><td>Folding Sawhorse</td><td>£54.95</td></tr></table>{BUY}</td></tr>"
    product = shown(f"<table>{row}</table>", "https://shop.example/info?id=7", "Folding Sawhorse - Sawyard")
    assert (product.name, product.price, product.regularPrice) == ("Folding Sawhorse", Decimal("54.95"), None)


def test_a_price_above_the_title_beside_a_picture_that_links_to_itself_is_the_product_s() -> None:
    picture = '<div><a href="/big.jpg"><img src="/s.jpg" alt="Seen from above"></a><b>£38.00</b></div>'
    assert shown(f"<main>{picture}<h1>Desk Lamp Arc</h1>{BUY}</main>").price == Decimal("38.00")


# ------------------------------------------------------------------------------------------------------------ the stock


@pytest.mark.parametrize(
    ("inner", "availability"),
    [
        pytest.param(f'<i class="badge badge--sold-out">Sold out</i>{BUY}', "in_stock", id="a badge for each case"),
        pytest.param(
            '<span class="badge badge--sold-out">Sold out</span><button disabled>Sold out</button>', "out_of_stock",
            id="the badge that is shown",
        ),
        pytest.param(
            '<form><input type="hidden" name="add_to_cart" value="7"><input type="submit" value="Sold out" disabled '
            'class="add-to-cart"></form>', "out_of_stock", id="a button that says so, beside a hidden field",
        ),
        pytest.param(
            '<a class="btn buy-button" href="#">Sold out</a>', "out_of_stock", id="a buy button that offers nothing",
        ),
        pytest.param(
            "<div>Add to Cart: <img src='s.gif' alt='Sold Out'></div><ul><li>0 units in stock</li></ul>",
            "out_of_stock", id="a count, where nothing can be pressed",
        ),
        pytest.param(
            '<div class="options"><p class="message">The item is currently out of stock.</p></div>', "out_of_stock",
            id="a sentence among the options",
        ),
    ],
)  # fmt: skip
def test_whether_it_can_be_bought(inner: str, availability: str) -> None:
    product = shown(f'<main><h1>Desk Lamp Arc</h1><p class="price">£38.00</p>{inner}</main>')
    assert (product.price, product.availability) == (Decimal("38.00"), availability)


def test_pieces_named_after_the_part_that_holds_the_title_are_the_product_s() -> None:
    body = """<div class="prod-popup__box"><h1 class="prod-popup__name">Desk Lamp Arc</h1>
    <div class="prod-popup__price">£38.00</div><div class="prod-popup__stock">Sold out</div></div>"""
    assert shown(body).availability == "out_of_stock"


# ------------------------------------------------------------------------------------------------------------ the facts


@pytest.mark.parametrize(
    ("inner", "brand"),
    [
        ('<b class="x-3-productBrand">Desk Lamp Arc</b><i class="x-3-productBrandName">Lumo</i>', "Lumo"),
        ('<p class="manufacturer-part-number">Number: <b>AR-500</b></p>', None),
        ('<h2 class="product__vendor"><a href="/collections/vendors?q=Lumo">Lumo</a></h2>', "Lumo"),
    ],
)  # fmt: skip
def test_elements_named_after_a_brand(inner: str, brand: str | None) -> None:
    assert priced(f"{inner}<b>£38.00</b>").brand == brand


def test_a_value_behind_an_element_without_text() -> None:
    stated = '<p><label>Condition: </label><link href="https://schema.org/NewCondition"><b>New product</b></p>'
    assert priced(f"{stated}<b>£38.00</b>").condition == "new"


def test_a_number_without_digits_in_an_element_named_after_it() -> None:
    assert priced('<div class="field field--name-sku">AR-BLACK-M</div><b>£38.00</b>').sku == "AR-BLACK-M"


def test_a_short_name_that_is_no_heading() -> None:
    body = f'<div class="product-name"><span class="h1">Oak Table</span></div><b>£219.00</b>{BUY}'
    product = shown(body, "https://shop.example/oak.html", "Oak Table - Shop")
    assert (product.name, product.price) == ("Oak Table", Decimal(219))
