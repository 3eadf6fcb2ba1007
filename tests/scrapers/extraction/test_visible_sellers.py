"""Several sellers of one product on the visible page, as marketplaces and comparison sites list them."""

from __future__ import annotations

import time
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


@pytest.mark.parametrize(
    ("own", "list_", "row"),
    [
        ("<p class='price'>7.499 TL</p><p>Satıcı: <a>Own Shop</a></p>", "<div class='other-merchants'>{}</div>",
         "<div class='box'><div class='merchant-header'><a>{0}</a> <i>9.4</i></div><p class='prc'>{1} TL</p></div>"),
        ("<p class='price'>€ 7.499,00</p><p>Verkoop door <a>Own Shop</a></p>", "<ul class='sellers-list'>{}</ul>",
         "<li><strong>{0}</strong><span>8,9</span><p class='promo-price'>€ {1},00</p><p>2-4 werkdagen</p></li>"),
        ("<p class='price'>7 499 ₽</p><p>Продавец: <a>Own Shop</a></p>", "<div class='offers'>{}</div>",
         "<div class='offer'><p class='offer-seller'><a>{0}</a> ★ 4,8</p><p class='offer-price'>{1} ₽</p></div>"),
        ("", "<ul class='pricelist'>{}</ul>",
         "<li class='offer-row'><i class='store-info-name'>{0}</i><h4 class='price'>{1} kr</h4></li>"),
        ("", "{}", "<div class='OfferCard'><p class='OfferCard-logo'><img alt='{0}'></p><b>R$ {1}</b></div>"),
        ("", "<table><tr><th>Sold by</th><th>Details</th><th>Item price</th><th>Total price</th></tr>{}</table>",
         "<tr><td><a>{0}</a></td><td>Arrives soon</td><td>${1}.00</td><td>$8,100.00</td></tr>"),
    ],
)  # fmt: skip
def test_in_other_languages_and_shapes(own: str, list_: str, row: str) -> None:
    rows = [("Hepsi Elektronik", "7.599"), ("МедиаStore", "7.650")]
    if "$" in row and "R$" not in row:
        rows = [(name, price.replace(".", ",")) for name, price in rows]
    product = shown(own + listed(row, rows, list_))
    told = [(offer.seller, offer.price) for offer in product.offers]
    others = [("Hepsi Elektronik", Decimal(7599)), ("МедиаStore", Decimal(7650))]
    assert told == ([("Own Shop", Decimal(7499))] if own else []) + others
    assert product.seller == told[0][0]


def test_a_page_without_a_price_of_its_own_shows_that_of_its_first_offer() -> None:
    row = """<li class="offer"><div class="store-logo"><img src="/l.png" alt="{0}"></div>
    <span class="price-format"><span>{1}</span><span>,00</span> <span class="currency">zł</span></span>
    <div>{2}</div><a>Idź do sklepu</a></li>"""
    rows = [("x-kom.pl", "1299", "Darmowa wysyłka"), ("Morele.net", "1349", "Z wysyłką od 1362,99 zł"), ("b", "9", "")]
    product = shown(listed(row, rows, '<ul class="product-offers">{}</ul>'))
    assert (product.price, product.seller) == (Decimal(1299), "x-kom.pl")


def test_the_page_s_own_seller_is_the_one_named_first() -> None:
    own = '<p class="price">319,00 €</p><p>Vendido por <a href="/s">TechWorld</a></p><button>Comprar</button>'
    row = '<div class="item"><span>Vendido por: {0}</span><b class="price">{1} €</b><span>Envío: {2}</span></div>'
    rows = [("ElectroShop", "325,00", "4,95 €"), ("Megatienda", "331,00", "Gratis")]
    product = shown(own + listed(row, rows, '<div class="other-sellers">{}</div>'))
    assert [(offer.seller, offer.price, offer.shipping) for offer in product.offers] == [
        ("TechWorld", Decimal(319), None),
        ("ElectroShop", Decimal(325), Decimal("4.95")),
        ("Megatienda", Decimal(331), Decimal(0)),
    ]


def test_what_sending_costs_in_other_words() -> None:
    row = """<li><b class="seller-name">{0}</b><div class="price">£{1}</div><div>{2}</div><a>Go to store</a></li>"""
    rows = [("Currys", "279.00", "£3.50 delivery"), ("Argos", "284.99", "+ £0.00 postage"), ("AO", "289.00", "")]
    product = shown(listed(row, rows, '<ul class="sellers">{}</ul>'))
    assert [offer.shipping for offer in product.offers] == [Decimal("3.5"), Decimal(0), None]


def test_a_table_in_a_script_without_blanks() -> None:
    row = "<tr><td>{3}</td><td>¥{1}</td><td>{2}</td><td>{0}</td></tr>"
    head = "<table><tr><th>順位</th><th>価格</th><th>送料</th><th>ショップ名</th></tr>{}</table>"
    product = shown(listed(row, [("PCボンバー", "39,800", "無料", "1"), ("ヤマダ電機", "40,200", "¥550", "2")], head))
    assert [(offer.seller, offer.price, offer.shipping) for offer in product.offers] == [
        ("PCボンバー", Decimal(39800), Decimal(0)),
        ("ヤマダ電機", Decimal(40200), Decimal(550)),
    ]


CARDS = '<div><a href="/p/{0}"><img alt="{1}" src="/i.jpg"><h3>{1}</h3></a><b class="price">$ {0}.90</b>{2}</div>'


@pytest.mark.parametrize(
    ("row", "around", "title"),
    [
        (CARDS, '<div class="related">{}</div>', TITLE),
        (CARDS, "<section>{}</section>", TITLE),
        (CARDS, "<section>{}</section>", "Electric kettle"),
        (CARDS.replace("{2}", '<i class="vendor">{2}</i>'), '<div class="shopify-section">{}</div>', TITLE),
        ('<li><i class="vendor">{2}</i> $ {0}.90</li>', '<ul class="vendor-gifts">{}</ul>', TITLE),
        ("<tr><td>{1}</td><td>$ {0}.90</td></tr>", "<table><tr><th>Size</th><th>Price</th></tr>{}</table>", TITLE),
        ('<li class="store"><p>{1}</p><p>$ {0}.90</p></li>', '<ul class="delivery-options">{}</ul>', TITLE),
    ],
)
def test_other_lists_with_prices_are_no_sellers(row: str, around: str, title: str) -> None:
    rows = [("19", "Krups electric kettle Aqua 1.5 l", "Sold by: Shop A"), ("29", "Toaster S2", "Sold by: Shop B")]
    price = "139.90" if "gifts" in around else "39.90"
    assert shown(f'<p class="price">$ {price}</p>' + listed(row, rows, around), title).offers == ()


def test_one_seller_is_no_list() -> None:
    row = '<li class="seller"><p class="seller-name">{0}</p><b class="price">${1}</b></li>'
    assert shown(BUY_BOX + listed(row, [("A Shop", "1.00"), ("A Shop", "2.00")], "<ul>{}</ul>")).offers == ()


def test_a_page_of_many_sellers_is_read_in_bounded_time() -> None:
    many = '<tr class="seller"><td>Sold by Shop {0}</td><td>$ {0}.50</td></tr>'
    rows = listed(many, [(str(n),) for n in range(5, 5_000)], '<table class="offers">{}</table>')
    deep = "<div>" * 200 + "<span class='price'>$1.00</span>" * 5_000 + "</div>" * 200
    begun = time.process_time()
    product = shown(rows + deep)
    assert time.process_time() - begun < 10
    assert 100 <= len(product.offers) <= 200
    assert product.offers[0].seller == "Shop 5"
