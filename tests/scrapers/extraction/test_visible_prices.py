"""The price that a visitor sees, on pages without any structured data."""

from __future__ import annotations

import time
from decimal import Decimal

import pytest

from scrapers.extraction.product import Product, extract

URL = "https://shop.example/p/kettle-17"

CARDS = (
    """<div class="{name}"><h3>{heading}</h3>"""
    + "".join(
        f"""<div class="card"><a href="/p/{n}"><img src="/{n}.jpg"><span>Thing {n}</span>
    <span class="price">{n}9,90 €</span></a></div>"""
        for n in range(1, 7)
    )
    + "</div>"
)
"""A list of other products, each with a price of its own."""


def shown(body: str, url: str = URL, head: str = "", language: str = "") -> Product:
    page = f"""<html lang="{language}"><head><title>Kettle Deluxe 1.7 | Shop</title>{head}</head><body>
    <header class="site-header"><a href="/cart">Cart <span class="cart-total">0,00 €</span></a></header>
    {body}<footer><p>© 2026 Shop, Street 12</p></footer></body></html>"""
    return extract(page, url)


PRODUCT = '<div class="product"><h1>Kettle Deluxe 1.7</h1>{}<button type="submit">Add to cart</button></div>'


@pytest.mark.parametrize(
    "inner",
    [
        '<div class="price">12,50 €</div>',
        '<div class="price"><del>20,00 €</del> <ins>12,50 €</ins></div>',
        '<p class="price"><span class="amount" style="text-decoration:line-through">20,00 €</span> <b>12,50 €</b></p>',
        '<div class="price-box"><span class="old-price">20,00 €</span><span class="special-price">12,50 €</span></div>',
        "<div>Unser Preis: 12,50 € <small>UVP 20,00 €</small></div>",
        '<div class="price">12,50 €</div><div class="base-price">(35,71 € / kg)</div>',
        '<div class="unit">7,14 € / 100 ml</div><div class="price">12,50 €</div>',
        '<div class="price">12,50 €</div><p>zzgl. 4,90 € Versandkosten</p>',
        '<p class="shipping">Versand: 4,90 €</p><div class="price">12,50 €</div>',
        '<div class="price">12,50 €</div><p>oder 3 x 4,17 € mit Klarna</p>',
        '<p>4,17 € / Monat in 3 Raten</p><div class="price">12,50 €</div>',
        '<div class="saving">Sie sparen 7,50 €</div><div class="price">12,50 €</div>',
        '<div class="price">12,50 €</div><p>Kostenloser Versand ab 50 €</p>',
        '<div class="price"><span>12</span><sup>50</sup> <span>€</span></div>',
        '<div class="price"><span class="cur">€</span><span class="int">12</span><span class="dec">,50</span></div>',
        '<div class="price"><span class="int">12</span><span>,</span><span class="cents">50</span> €</div>',
        '<div class="price"><span class="sr-only">12,50 €</span><span aria-hidden="true">12,50 €</span></div>',
        '<table><tr><th>Preis</th><td><b>12,50</b></td><td>EUR</td></tr></table>',
        '<div><span style="font: bold 27px Verdana">12,50</span><span> EUR</span></div>',
        '<div class="price">12,50 €*</div><div class="points">Sammle 125 Punkte im Wert von 1,25 €</div>',
        '<label><input type="checkbox"> Garantieverlängerung 29,00 €</label><div class="price">12,50 €</div>',
    ],
)  # fmt: skip
def test_the_price_among_other_amounts(inner: str) -> None:
    product = shown(PRODUCT.format(inner))
    assert (product.price, product.currency) == (Decimal("12.50"), "EUR")
    assert product.sources["price"].reader == "visible"


@pytest.mark.parametrize(
    ("body", "amount"),
    [
        # no heading of the first level, and names that say nothing
        ('<div class="n">Kettle Deluxe 1.7</div><div><span>£12.50</span></div><button>Add to cart</button>', "12.50"),
        ('<div class="price">£12.50</div><h1>Kettle Deluxe 1.7</h1><button>Add to cart</button>', "12.50"),
        ("<h1>Shop</h1><p>Free delivery over £30</p><h1>Kettle Deluxe 1.7</h1><p>£12.50</p>", "12.50"),
        ("<h1>Kettle Deluxe 1.7</h1><button>Add to cart — £12.50</button>", "12.50"),
        (
            """<h1>Kettle Deluxe 1.7</h1><p>£12.50</p><ul class="variants">
            <li><label><input type="radio">1 l £10.50</label></li>
            <li><label><input type="radio">1.7 l £12.50</label></li>
            <li><label><input type="radio">3 l £15.50</label></li>
            </ul><button>Add to cart</button>""",
            "12.50",
        ),
        (
            """<h1>Kettle Deluxe 1.7</h1><div>Subscribe &amp; save <span class="price">£11.25</span></div>
            <div>One-time purchase <span class="price">£12.50</span></div><button>Add to cart</button>""",
            "12.50",
        ),
        (
            """<h1>Kettle Deluxe 1.7</h1><b>£12.50</b><table class="tiers"><tr><td>10+</td><td>£11.00</td></tr>
            <tr><td>50+</td><td>£10.00</td></tr><tr><td>99+</td><td>£9.00</td></tr></table>""",
            "12.50",
        ),
        ('<h1>Kettle Deluxe 1.7</h1><p>Club price £10.50</p><p class="price">£12.50</p>', "12.50"),
        ("<h1>Kettle Deluxe 1.7</h1><p>or 4 payments of £3.13 with Klarna</p><p><b>£12.50</b></p>", "12.50"),
        ("<h1>Kettle Deluxe 1.7</h1><p>£10.42 <small>ex VAT</small></p><p>£12.50 <small>inc VAT</small></p>", "12.50"),
        ("<h1>Kettle Deluxe 1.7</h1><div>£12.50</div><div>Delivery: £4.90</div>", "12.50"),
        ("<h1>Kettle Deluxe 1.7</h1><p>価格：1,250円（税込） 送料550円</p><button>カートに入れる</button>", "1250"),
        (
            """<h1>Kettle Deluxe 1.7</h1><div><span>1 250</span> <span>₽</span></div><div>Рассрочка от 105 ₽/мес</div>
            <div>Доставка 300 ₽</div><button>В корзину</button>""",
            "1250",
        ),
        (
            """<h1>Kettle Deluxe 1.7</h1><div><b>125,50 zł</b></div><div>Najniższa cena z 30 dni: 99,00 zł</div>
            <div>Dostawa od 9,99 zł</div><button>Do koszyka</button>""",
            "125.50",
        ),
        (
            """<h1>Kettle Deluxe 1.7</h1><s>R$ 200,00</s><div>R$ 125,50</div><div>ou 10x de R$ 12,55 sem juros</div>
            <div>R$ 112,95 no boleto</div><button>Comprar</button>""",
            "125.50",
        ),
        ("<h1>Kettle Deluxe 1.7</h1><b>1 250 Kč</b><i>1 033 Kč bez DPH</i><button>Do košíku</button>", "1250"),
        ("<h1>Kettle Deluxe 1.7</h1><p>ab 10,42 € mtl.</p><p>125,00 €</p><p>2-Mann-Lieferung 29,95 €</p>", "125"),
    ],
)
def test_pages_whose_names_say_little(body: str, amount: str) -> None:
    assert shown(body).price == Decimal(amount)


def test_a_dollar_on_an_english_com_is_american_and_elsewhere_stays_a_dollar() -> None:
    body = PRODUCT.format('<p class="price">$12.50</p>')
    guessed = shown(body, "https://shop.com/p", language="en")
    assert (guessed.currency, guessed.currencyRaw) == ("USD", "$")
    assert guessed.sources["currency"].confidence < guessed.sources["price"].confidence
    assert shown(body, "https://shop.com/p", language="es").currency == "$"


@pytest.mark.parametrize(
    "inner",
    [
        '<div class="price"><del>20,00 €</del> <ins>12,50 €</ins></div>',
        '<div class="price-box"><span class="old-price">20,00 €</span><span class="special-price">12,50 €</span></div>',
        '<div><span class="price">12,50 €</span> <span>UVP: 20,00 €</span></div>',
        '<div><s>20,00 €</s><strong class="price">12,50 €</strong></div>',
        '<div class="price">Was €20.00 Now €12.50</div>',
    ],
)
def test_the_regular_price(inner: str) -> None:
    product = shown(PRODUCT.format(inner))
    assert (product.price, product.regularPrice) == (Decimal("12.50"), Decimal("20.00"))


def test_another_product_s_reduction_is_not_this_one_s() -> None:
    others = CARDS.format(name="related", heading="More").replace("19,90 €", "<del>99,00 €</del> 19,90 €")
    product = shown(PRODUCT.format('<div class="price">12,50 €</div>') + others)
    assert (product.price, product.regularPrice) == (Decimal("12.50"), None)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (CARDS.format(name="recommendations", heading="Recommended for you"), ""),
        (CARDS.format(name="grid", heading="Bestsellers"), ""),
        ("", CARDS.format(name="x1", heading="Customers also bought")),
        ('<div class="cookie-consent">Premium without tracking for 2,99 € a month</div>', ""),
        ('<div class="promo">Free delivery over 50,00 €</div>', ""),
        ('<div class="mini-cart"><span class="price">89,00 €</span></div>', ""),
        ("", '<div class="recently-viewed"><span class="price">3,00 €</span></div>'),
        ('<ul><li><a href="/c?max=10">up to 10 €</a></li><li><a href="/c?max=20">up to 20 €</a></li></ul>', ""),
    ],
)
def test_what_stands_around_the_product_is_not_its_price(before: str, after: str) -> None:
    product = shown(before + PRODUCT.format('<div class="price">12,50 €</div>') + after)
    assert product.price == Decimal("12.50")


@pytest.mark.parametrize(
    ("text", "url", "amount", "currency"),
    [
        ("₹ 1,24,999.00", URL, "124999.00", "INR"),
        ("CHF 12’990.00", "https://laden.ch/p", "12990.00", "CHF"),
        ("٩٩٫٥٠ ر.س", "https://ar-sa.shop.example/p", "99.50", "SAR"),
        ("1 299,00 zł", URL, "1299.00", "PLN"),
        ("1.299,-", "https://butikk.no/p", "1299", "NOK"),
        ("kr 1 299", "https://butik.se/p", "1299", "SEK"),
        ("R$ 1.759,99", URL, "1759.99", "BRL"),
        ("$12.50", "https://shop.com.au/p", "12.50", "AUD"),
        ("¥1,280 (税込)", "https://shop.jp/p", "1280", "JPY"),
        ("1 250 руб.", "https://shop.ru/p", "1250", "RUB"),
        ("$1.299", "https://tienda.com.ar/p", "1299", "ARS"),
    ],
)
def test_amounts_as_countries_write_them(text: str, url: str, amount: str, currency: str) -> None:
    product = shown(PRODUCT.format(f'<div class="price">{text}</div>'), url)
    assert (product.price, product.currency) == (Decimal(amount), currency)


@pytest.mark.parametrize(
    "inner",
    [
        # WooCommerce
        """<p class="price"><del aria-hidden="true"><span class="woocommerce-Price-amount amount"><bdi>20,00&nbsp;<span
        class="woocommerce-Price-currencySymbol">€</span></bdi></span></del> <ins><span
        class="woocommerce-Price-amount amount"><bdi>12,50&nbsp;<span>€</span></bdi></span></ins></p>""",
        # Magento 2
        """<div class="price-box price-final_price"><span class="special-price"><span class="price-container"><span
        class="price-label">Special Price</span><span class="price-wrapper"><span class="price">€12.50</span></span>
        </span></span><span class="old-price"><span class="price-label">Regular Price</span><span
        class="price">€20.00</span></span></div>""",
        # Magento 1: what is asked is called regular
        '<div class="price-box"><span class="regular-price"><span class="price">€12.50</span></span></div>',
        # PrestaShop
        """<div class="product-prices"><div class="product-discount"><span class="regular-price">20,00 €</span></div>
        <div class="current-price"><span>12,50 €</span><span class="discount">-37%</span></div></div>""",
        # Shopify's Dawn: both forms are in the page, one of them hidden by a rule elsewhere
        """<div class="price price--on-sale"><div class="price__sale"><s
        class="price-item price-item--regular">€20,00</s> <span class="price-item price-item--sale">€12,50</span></div>
        </div>""",
        # OpenCart
        """<ul class="list-unstyled"><li><span style="text-decoration: line-through;">20.00€</span></li>
        <li><h2>12.50€</h2></li><li>Ex Tax: 10.50€</li></ul>""",
        # Shopware
        """<p class="product-detail-price with-list-price">12,50 €*<span class="list-price"><span
        class="list-price-price">20,00 €*</span></span></p>""",
        # Salesforce Commerce Cloud
        """<div class="prices"><div class="price"><span><del><span class="strike-through list"><span
        class="value">€20.00</span></span></del><span class="sales"><span
        class="value">€12.50</span></span></span></div></div>""",
        # BigCommerce
        """<div class="productView-price"><div class="price-section price-section--withTax rrp-price--withTax">RRP:
        <span class="price price--rrp">€20.00</span></div><div class="price-section"><span>Now:</span>
        <span class="price price--withTax">€12.50</span></div></div>""",
    ],
)  # fmt: skip
def test_shop_software(inner: str) -> None:
    assert shown(PRODUCT.format(inner)).price == Decimal("12.50")


@pytest.mark.parametrize(
    "body",
    [
        "<h1>About us</h1><p>Since 1998 we have delivered 2.000.000 parcels.</p>",
        "<h1>Terms</h1><p>Orders under 50 € cost 4,90 € for shipping, and returns are free.</p>",
        '<h1>Kettle Deluxe 1.7</h1><del class="price">12,50 €</del>',
        '<h1>Kettle Deluxe 1.7</h1><template><span class="price">12,50 €</span></template>',
        '<h1>Kettle Deluxe 1.7</h1><span class="price">0,00 €</span>',
        "<h1>Kettle Deluxe 1.7</h1><p>Currently unavailable.</p>" + CARDS.format(name="similar", heading="Similar"),
    ],
)
def test_no_price_is_none(body: str) -> None:
    assert shown(body).price is None


def test_a_reading_tells_where_it_stood() -> None:
    source = shown(PRODUCT.format('<div class="product-price">12,50 €</div>')).sources["price"]
    assert "12,50 €" in source.evidence
    assert 0.5 < source.confidence <= 1


HOSTILE = {
    "100,000 amounts": "<span class=price>1,00 €</span>" * 100_000,
    "100,000 different amounts in a list": "".join(f"<li><b>{n},99 €</b></li>" for n in range(100_000)),
    "deep nesting": "<div class=price>" * 100_000 + "1,00 €",
    "long texts": ("<p>" + "1,00 € " * 20_000 + "</p>") * 20,
    "one text of digits": "<p class=price>" + "1" * 3_000_000 + " €</p>",
    "many buttons": "<button>Add to cart</button><h2>1</h2>" * 50_000,
    "long class names": f"<div class='{'price-' * 20_000}'>1,00 €</div>" * 20,
    "many empty siblings": "<div>" + "<p></p>" * 40_000 + "<b>1,00 €</b><b>2,00 €</b>" * 300 + "</div>",
    "words on stock": "<li>Out of stock 1</li>" * 100_000,
    "half-open numbers": ("<p>" + "1.1.1.1,1,1,1' " * 7 + "</p><p>" + "1 " * 20 + "€</p>") * 10_000,
}  # fmt: skip


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_page_costs_bounded_time(name: str) -> None:
    html = f"<h1>Kettle</h1>{HOSTILE[name]}"
    begun = time.process_time()
    extract(html, URL)
    assert time.process_time() - begun < 5


@pytest.mark.parametrize(
    ("inner", "amount"),
    [
        ('<p><span class="a">1 799,-</span> <span class="b">Før 2 299,-</span></p><p>Medlemspris 1 619,-</p>', "1799"),
        ("<p>499:-</p><p>Frakt 79:-</p>", "499"),
        ("<p>CHF-Preis 32.–</p>", "32"),
        ('<p><span class="now">104,-</span> <i>85,95 excl. btw</i></p>', "104"),
    ],
)
def test_a_dash_for_the_cents_makes_a_number_money(inner: str, amount: str) -> None:
    assert shown(PRODUCT.format(inner), language="nb").price == Decimal(amount)


@pytest.mark.parametrize("text", ["5,-10", "Tel. 0800-12-34", "Nr. 17-"])
def test_other_dashes_behind_numbers_are_no_money(text: str) -> None:
    assert shown(PRODUCT.format(f"<p>{text}</p>")).price is None


def test_the_price_on_the_button_itself() -> None:
    more = '<section><a href="/a">Cherry <span>$59.00</span></a><a href="/b">DSA <span>$64.00</span></a></section>'
    page = f"<div><h1>Kettle Deluxe 1.7</h1><button>Add to cart - $74.00</button></div>{more}"

    assert shown(page).price == Decimal("74.00")


def test_the_price_of_one_purchase_beside_a_subscription_and_a_unit_that_we_do_not_know() -> None:
    page = PRODUCT.format(
        '<label><input type="radio"> One-time purchase <span>$32.99</span></label>'
        '<label><input type="radio"> Subscribe &amp; Save 10% <span>$29.69</span></label><p>$0.18 / softgel</p>'
    )

    assert shown(page).price == Decimal("32.99")


def test_a_price_named_after_a_card_is_no_other_product() -> None:
    page = PRODUCT.format(
        '<span class="price-standard">2 199 Kč</span> <span>-18 %</span>'
        '<strong class="price-final" data-testid="productCardPrice">1 799 Kč</strong>'
    )

    assert shown(page).price == Decimal(1799)


def test_a_price_for_those_who_pay_by_transfer_is_not_the_price() -> None:
    page = PRODUCT.format(
        '<div class="piyasaFiyat">1.899,00 TL</div><div class="indirimliFiyat">1.499,00 TL</div>'
        "<div>Havale ile: <span>1.454,03 TL</span></div>"
    )

    assert shown(page, language="tr").price == Decimal("1499.00")


@pytest.mark.parametrize(
    ("url", "language", "currency"),
    [
        ("https://shop.example.net/p/1", "", "USD"),
        ("https://shop.example.store/p/1", "en", "USD"),
        ("https://shop.example.com/p/1", "fr", "CAD"),
        ("https://shop.example.com.au/p/1", "en", "AUD"),
        ("https://shop.example.com/p/1", "es", "$"),
        ("https://shop.example.com/p/1", "es-MX", "MXN"),
    ],
)
def test_the_dollar_of_an_address_without_a_country(url: str, language: str, currency: str) -> None:
    assert shown(PRODUCT.format('<p class="price">$24.95</p>'), url=url, language=language).currency == currency


def test_yen_and_yuan_are_told_apart_by_the_language() -> None:
    for language, currency in (("zh", "CNY"), ("ja", "JPY")):
        assert shown(PRODUCT.format('<p class="price">¥ 79.00</p>'), language=language).currency == currency


@pytest.mark.parametrize(
    "card",
    [
        '<div class="card"><a href="/p/{0}"><h3>Toaster T{0} steel</h3></a><span class="price">{0}9,90 €</span></div>',
        '<li class="tile"><a href="/p/{0}">Toaster T{0} steel</a><p><b>{0}9,90 €</b></p><button>Buy</button></li>',
        '<a class="teaser" href="/p/{0}"><img alt="Toaster T{0} steel"><span class="price">{0}9,90 €</span></a>',
    ],
)
def test_where_the_price_is_gone_no_other_product_s_is_read(card: str) -> None:
    listed = f"<div><h2>This may please you</h2>{''.join(card.format(n) for n in (2, 4))}</div>"
    assert shown(PRODUCT.format("<p>Price on request</p>") + listed).price is None
    assert shown(PRODUCT.format('<p class="price">12,50 €</p>') + listed).price == Decimal("12.50")


def test_sizes_with_links_and_prices_of_their_own_are_the_page_s() -> None:
    sizes = "".join(
        f'<li class="size"><a href="/p/kettle-17-{n}">Kettle Deluxe 1.7 in size {n}</a> <b>{n}2,50 €</b></li>'
        for n in (1, 2)
    )
    assert shown(PRODUCT.format(f"<ul>{sizes}</ul>")).price == Decimal("12.50")


@pytest.mark.parametrize("title", ["Great kitchen things online", "Shop", ""])
def test_the_only_heading_is_the_name_where_titles_say_something_else(title: str) -> None:
    body = "<header class='site-header'>Shop</header><h1>Kettle Deluxe 1.7</h1><p class='price'>12,50 €</p>"
    product = extract(f"<html><head><title>{title}</title></head><body>{body}</body></html>", URL)
    assert (product.name, product.price) == ("Kettle Deluxe 1.7", Decimal("12.50"))
    assert (product.currency, product.currencyRaw) == ("EUR", "€")
