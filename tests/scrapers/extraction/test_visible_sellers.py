"""Several sellers of one product on the visible page, as marketplaces and comparison sites list them."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

import pytest

from scrapers.extraction.product import Product, extract
from scrapers.extraction.reading import SellerOffer

TITLE = "Bosch TWK7203 Electric Kettle 1.7 l"


def shown(body: str, title: str = TITLE) -> Product:
    page = f"<html><head><title>{title} | Market</title></head><body><main><h1>{title}</h1>{body}</main></body></html>"
    return extract(page, "https://market.example/p/bosch-twk7203")


def listed(row: str, values: Sequence[Sequence[str]], around: str = "<div>{}</div>") -> str:
    return around.format("".join(row.format(*inner) for inner in values))


BUY_BOX = '<div class="price">$39.90</div><p>Sold by: <a href="/s">Kettle House</a></p><button>Add to cart</button>'


def test_offers_of_other_sellers_stand_behind_the_one_that_the_page_sells() -> None:
    row = """<div class="aod-offer"><span class="price">${1}</span><h5>{2}</h5><p>Delivery {3} <b>Tuesday</b></p>
    <div><span>Ships from</span> <span>{0}</span></div><div><span>Sold by</span> <a href="/s">{0}</a></div>
    <p>(1,203 ratings) 95% positive</p><button>Add to cart</button></div>"""
    rows = [("Outlet Deals", "35.11", "Used - very good", "$4.99"), ("Brew Goods LLC", "41.00", "New", "FREE")]
    product = shown(BUY_BOX + listed(row, rows, '<div id="offers">{}</div>'))
    assert product.price == Decimal("39.90")
    assert product.offers == (
        SellerOffer("Kettle House", Decimal("39.90"), "USD", None, "in_stock", None),
        SellerOffer("Outlet Deals", Decimal("35.11"), "USD", "used", "in_stock", Decimal("4.99")),
        SellerOffer("Brew Goods LLC", Decimal("41.00"), "USD", "new", "in_stock", Decimal(0)),
    )


COMPARISON = """<li class="offers-item"><a href="/out">{3}</a><a class="offer-price" href="/out">{1} €</a>
<div>{2}</div><a class="offer-shop" href="/out"><img alt="{0} Logo" src="/1.png"></a><i class="rating">4,5 (1.234)</i>
<a class="cta" href="/out">Zum Shop</a></li>"""
TABLE = '<tr><td>{0}</td><td>{1} EUR</td><td>{2}</td><td><a href="/go">Visit shop</a></td></tr>'
HEAD = "<table><tr><th>Shop</th><th>Price</th><th>Shipping</th><th></th></tr>{}</table>"
LOGOS = '<li><img alt="{0}" src="/logos/{0}.png"><b class="price">{1} €</b><p>{2}</p><a>Go</a></li>'
VENDORS = '<tr><td class="vendor"><a href="/store">{0}</a></td><td class="price">{1} €</td><td>{2}</td></tr>'


@pytest.mark.parametrize(
    ("row", "around", "free", "costs"),
    [
        (COMPARISON, '<ul class="offers">{}</ul>', "Versandkostenfrei", "zzgl. 4,99 € Versand"),
        (TABLE, HEAD, "0.00 EUR", "4.99 EUR"),
        (LOGOS, '<ul class="product-offers">{}</ul>', "Darmowa wysyłka", "Versand: 4,99 €"),
        (VENDORS, '<table class="other-vendors">{}</table>', "Livraison gratuite", "+ 4,99 € frais de port"),
    ],
)
def test_each_row_is_an_offer(row: str, around: str, free: str, costs: str) -> None:
    rows = [
        ("kettle24.de", "49.90", costs, "BOSCH TWK7203 Kettle"),
        ("Tee-Handel", "51.00", free, "Bosch electric kettle TWK7203 steel"),
        ("expert-nord.de", "55.49", "", "Bosch Electric Kettle 1.7 l"),
    ]
    product = shown(listed(row, rows, around))
    told = [(offer.seller, offer.price, offer.currency, offer.shipping) for offer in product.offers]
    assert told == [
        ("kettle24.de", Decimal("49.90"), "EUR", Decimal("4.99")),
        ("Tee-Handel", Decimal("51.00"), "EUR", Decimal(0)),
        ("expert-nord.de", Decimal("55.49"), "EUR", None),
    ]
    assert (product.price, product.currency, product.seller) == (Decimal("49.90"), "EUR", "kettle24.de")


CARDS = '<div><a href="/p/{0}"><img alt="{1}" src="/i.jpg"><h3>{1}</h3></a><b class="price">$ {0}.90</b>{2}</div>'


@pytest.mark.parametrize(
    ("row", "around", "title"),
    [
        (CARDS, '<div class="related">{}</div>', TITLE),
        (CARDS, "<section>{}</section>", TITLE),
        (CARDS, "<section>{}</section>", "Electric kettle"),
        (CARDS.replace("{2}", '<i class="vendor">{2}</i>'), '<div class="shopify-section">{}</div>', TITLE),
        ("<tr><td>{1}</td><td>$ {0}.90</td></tr>", "<table><tr><th>Size</th><th>Price</th></tr>{}</table>", TITLE),
        ('<li class="store"><p>{1}</p><p>$ {0}.90</p></li>', '<ul class="delivery-options">{}</ul>', TITLE),
    ],
)
def test_other_lists_with_prices_are_no_sellers(row: str, around: str, title: str) -> None:
    rows = [("19", "Krups electric kettle Aqua 1.5 l", "Sold by: Shop A"), ("29", "Toaster S2", "Sold by: Shop B")]
    assert shown('<p class="price">$ 39.90</p>' + listed(row, rows, around), title).offers == ()


def test_one_seller_is_no_list() -> None:
    row = '<li class="seller"><p class="seller-name">{0}</p><b class="price">${1}</b></li>'
    assert shown(BUY_BOX + listed(row, [("A Shop", "1.00"), ("A Shop", "2.00")], "<ul>{}</ul>")).offers == ()


def test_a_page_of_many_lists_is_read_in_bounded_time() -> None:
    deep = "<div>" * 200 + "<span class='price'>$1.00</span>" * 5_000 + "</div>" * 200
    many = '<tr class="seller"><td>Sold by {0}</td><td>$ {0}.00</td></tr>'
    product = shown(deep + listed(many, [(str(n),) for n in range(5_000)], '<table class="offers">{}</table>'))
    assert len(product.offers) <= 200
