"""Pages as shop software of several countries writes them, each with what is commonly wrong or in the way on them."""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path

import pytest

from scrapers.extraction.product import Product, extract

PAGES = Path(__file__).parents[1] / "data" / "shop_pages"

OTHERS = "".join(
    f'<li class="product-item"><a href="/p/other-{n}"><img src="/{n}.jpg" alt=""><span>Other thing {n}</span></a>'
    f'<span class="price">{n}9,90</span></li>'
    for n in range(1, 5)
)


def ld(**product: object) -> str:
    """A JSON-LD script with one product."""
    return f'<script type="application/ld+json">{json.dumps({"@type": "Product", **product})}</script>'


def offer(price: object, currency: str = "EUR", **more: object) -> dict[str, object]:
    return {"@type": "Offer", "price": price, "priceCurrency": currency, "availability": "InStock", **more}


def read(body: str, language: str = "en", url: str = "https://shop.example/p/the-page") -> Product:
    page = f"""<!doctype html><html lang="{language}"><head><meta charset="utf-8"></head><body>
    <header class="header"><a class="minicart" href="/cart">0,00</a></header><main>{body}</main>
    <section class="related products"><h2>More</h2><ul>{OTHERS}</ul></section><footer>© Shop</footer></body></html>"""
    return extract(page, url)


@pytest.mark.parametrize(
    ("page", "language", "price", "regular", "facts"),
    [
        ("magento_de", "de", "89.90", "119.90", {"sku": "TR-40-BL"}),
        ("prestashop_fr", "fr", "11.92", "14.90", {"sku": "demo_13", "brand": "Studio Design"}),
        ("shopware_de", "de", "4.95", "6.95", {"sku": "SW10178"}),
        ("jtl_de", "de", "159.00", "199.00",
         {"sku": "BS-1842", "mpn": "06019J2100", "gtin": "04006381333931", "brand": "Nordwerk"}),
        ("shoptet_cz", "cs", "1290", "1590", {"sku": "KON-170", "brand": "Vaření"}),
        ("bitrix_ru", "ru", "12990", "14990", {"sku": "VH-2000", "brand": "Вихрь"}),
        ("rakuten_jp", "ja", "2200", "3300", {"sku": "SB-500"}),
        ("vtex_br", "pt-BR", "399.90", "499.90", {"sku": "FRT4L"}),
        ("omnibus_pl", "pl", "199.99", "249.99", {"sku": "KP-77"}),
        ("own_se", "sv", "1299", "1599", {"sku": "48-2210"}),
        ("bigcommerce_us", "en-US", "36.00", "42.00", {"sku": "CT-01", "gtin": "00036000291452"}),
    ],
)  # fmt: skip
def test_pages_without_structured_data(
    page: str, language: str, price: str, regular: str, facts: dict[str, str]
) -> None:
    product = read((PAGES / f"{page}.html").read_text(encoding="utf-8"), language)
    assert (product.price, product.regularPrice) == (Decimal(price), Decimal(regular))
    assert {field: getattr(product, field) for field in facts} == facts
    assert product.availability == "in_stock"


@pytest.mark.parametrize(
    ("language", "stated"),
    [
        ("de", "Niedrigster Preis der letzten 30 Tage: 64,95 €"),
        ("fr", "Prix le plus bas des 30 derniers jours : 64,95 €"),
        ("es", "Precio más bajo de los últimos 30 días: 64,95 €"),
        ("it", "Prezzo più basso degli ultimi 30 giorni: 64,95 €"),
        ("nl", "Laagste prijs in de afgelopen 30 dagen: 64,95 €"),
        ("fi", "Alin hinta edeltävältä 30 päivältä: 64,95 €"),
        ("sk", "Najnižšia cena za posledných 30 dní: <b>64,95 €</b>"),
        ("el", "<span>Χαμηλότερη τιμή 30 ημερών:</span> <span>64,95 €</span>"),
    ],
)
def test_the_lowest_price_of_the_last_month_is_not_asked(language: str, stated: str) -> None:
    body = f"<h1>Flow 2 Runner</h1><div><p>{stated}</p><b>69,95 €</b></div><button>OK</button>"
    assert read(body, language).price == Decimal("69.95")


TAX = {"price": "100.00", "priceCurrency": "EUR", "valueAddedTaxIncluded": "false"}


@pytest.mark.parametrize(
    ("offers", "language", "shown", "price"),
    [
        pytest.param(
            offer("100.00", priceSpecification=TAX), "nl",
            '<p class="price">€ 121,00 <small>incl. btw</small></p><p>€ 100,00 <small>excl. btw</small></p>',
            "121.00", id="without the tax, and both shown",
        ),
        pytest.param(
            offer(1000, "CZK"), "cs", '<div class="price"><strong>1 210 Kč</strong></div>', "1210",
            id="without the tax, and with it shown",
        ),
        pytest.param(offer(4950, "GBP"), "en", '<div class="price">£49.50</div>', "49.50", id="in cents"),
        pytest.param(offer(1.299), "de", '<div class="price">1.299,00 €</div>', "1299", id="a point for thousands"),
        pytest.param(offer("1.299"), "de", '<div class="price">1.299,00 €</div>', "1299", id="the same in a text"),
        pytest.param(
            offer("99.95"), "de", '<s class="was">99,95 €</s> <span class="now">69,95 €</span>', "69.95",
            id="the price before",
        ),
        pytest.param(
            {"@type": "AggregateOffer", "lowPrice": 89, "highPrice": 179, "priceCurrency": "USD"}, "en",
            '<p>Size: <b>King</b></p><p class="price">$149.00</p>', "149.00", id="all variants, and one chosen",
        ),
        pytest.param(
            [offer("25.49", "USD"), offer("29.99", "USD")], "en",
            "<label>One-time purchase <span>$29.99</span></label><label>Subscribe and save <b>$25.49</b></label>"
            "<p>4 payments of $7.50</p>", "29.99", id="a subscription's first",
        ),
        pytest.param(offer("0.00"), "en", '<p class="price">Price on request</p>', None, id="nothing, written as 0"),
        pytest.param(offer("39.00"), "en", "", "39.00", id="the only one"),
    ],
)  # fmt: skip
def test_prices_that_data_gives_wrongly(offers: object, language: str, shown: str, price: str | None) -> None:
    body = f"{ld(name='Arc 5 Lamp', offers=offers)}<h1>Arc 5 Lamp</h1>{shown}<button>Add to cart</button>"
    assert read(body, language).price == (Decimal(price) if price else None)


def test_data_of_recommended_products_first() -> None:
    listed = [
        {"@type": "Product", "name": f"Other thing {n}", "sku": f"O{n}", "offers": offer(n * 10)} for n in (1, 2, 3)
    ]
    scripts = "".join(
        f'<script type="application/ld+json">{json.dumps(data)}</script>'
        for data in ({"@type": "ItemList", "itemListElement": listed}, listed)
    )
    own = ld(name="Desk lamp Arc", sku="DL-9", offers=offer(59))
    product = read(f'{scripts}{own}<h1>Desk lamp Arc</h1><p class="price">59,00 €</p><button>Add to cart</button>')
    assert (product.name, product.price, product.sku) == ("Desk lamp Arc", Decimal(59), "DL-9")


def test_prices_in_microdata_that_belong_to_no_product_are_those_of_a_list() -> None:
    cards = "".join(f'<div class="rec"><i itemprop="price" content="{n}.50">{n},50 €</i></div>' for n in (7, 8, 9))
    product = read(f"{ld(name='Arc 5 Lamp', offers=offer(14))}<h1>Arc 5 Lamp</h1><p>Sold out</p>{cards}")
    assert product.price == Decimal(14)


def test_a_number_of_the_database_beside_the_one_that_visitors_read() -> None:
    data = ld(name="Wool Scarf", sku="7394871201", productID="7394871201", offers=offer("25.00", "USD"))
    assert read(f"{data}<h1>Wool Scarf</h1><p>$25.00</p><p>SKU: WS-RED-1</p>").sku == "WS-RED-1"


def test_one_product_in_data_for_every_size() -> None:
    sizes = "".join(ld(name="Tall Boots", sku=f"8451{n}-040-{n}", offers=offer(69)) for n in (35, 36, 37))
    shown = "<h1>Tall Boots</h1><p>1002/710</p><p>69,00 €</p><a href='/p?ref=1002/710'>1002/710</a>"
    product = read(sizes + shown)
    assert (product.sku, len(product.variants)) == ("1002/710", 3)


@pytest.mark.parametrize(
    "stated", ["WS-1", "Wool Scarf", "4006381333931", "0", "Does not apply", "Hebrides"], ids=lambda text: str(text)
)
def test_a_maker_s_number_that_is_none(stated: str) -> None:
    data = ld(name="Wool Scarf", sku="WS-1", mpn=stated, brand="Hebrides", offers=offer(25))
    assert read(f"{data}<h1>Wool Scarf</h1>").mpn is None


def test_a_model_is_a_number_where_it_looks_like_one() -> None:
    def model(text: str) -> str | None:
        return read(f"<h1>Thing</h1><table><tr><th>Model</th><td>{text}</td></tr></table>").mpn

    assert model("WX-200/B") == "WX-200/B"
    assert (model("Alto"), model("Galaxy S21")) == (None, None)


def test_numbers_of_the_parts_of_a_set_are_not_its_own() -> None:
    parts = "".join(f"<p>Part {n}</p><p>Article no.: 903.294.8{n}</p>" for n in range(1, 5))
    data = ld(name="Sofa with chaise", sku="992.775.08", mpn="992.775.08", offers=offer(515))
    product = read(f"{data}<h1>Sofa with chaise</h1><p>515,00 €</p>{parts}")
    assert (product.sku, product.mpn) == ("992.775.08", None)


@pytest.mark.parametrize(
    ("stated", "shown", "brand"),
    [
        ("Northwind Online Shop", "<table><tr><th>Brand</th><td>Hebrides</td></tr></table>", "Hebrides"),
        ("No brand", "", None),
        ("Ohne Marke", "", None),
        (None, '<nav><a href="/b">Brand</a><a href="/s">Sale</a></nav>', None),
        (None, '<p>Arrives <b class="brand_color">12/09 (Wed)</b></p>', None),
    ],
)
def test_what_is_no_brand(stated: str | None, shown: str, brand: str | None) -> None:
    data = ld(name="Wool Scarf", brand=stated and {"@type": "Brand", "name": stated}, offers=offer(25))
    assert read(f"{data}<h1>Wool Scarf</h1>{shown}", url="https://www.northwind.example/wool-scarf").brand == brand


def test_a_brand_that_leads_the_title() -> None:
    assert read("<h1><span>NORDLYS</span><span>Ribbed wool scarf</span></h1><b>39,00 €</b>").brand == "NORDLYS"
    assert read("<h1><span>Product:</span><span>Ribbed wool scarf</span></h1><b>39,00 €</b>").brand is None


@pytest.mark.parametrize(
    "hidden",
    [
        '<label style="display:none" class="not-available">Sold out</label>',
        '<button style="display:none" class="notify-availability">Notify me when available</button>',
    ],
)
def test_what_a_page_would_say_of_stock_in_other_cases(hidden: str) -> None:
    body = f'<h1>Arc 5 Lamp</h1><p class="price">£49.50</p>{hidden}<button class="buy">Add to cart</button>'
    assert read(body).availability == "in_stock"


def test_data_of_one_product_in_two_scripts() -> None:
    theme, app = ld(name="Arc 5 Lamp", sku="DL-9"), ld(name="Arc 5 Lamp", brand="Lumen", offers=offer("39.00"))
    product = read(f"{theme}{app}<h1>Arc 5 Lamp</h1>")
    assert (product.price, product.sku, product.brand) == (Decimal("39.00"), "DL-9", "Lumen")


@pytest.mark.parametrize("offers", [{"1": offer("39.00"), "3": offer("39.00")}, offer({"@value": "39.00"})])
def test_offers_as_php_and_expanded_json_ld_write_them(offers: object) -> None:
    assert read(f"{ld(name='Arc 5 Lamp', offers=offers)}<h1>Arc 5 Lamp</h1>").price == Decimal("39.00")


def test_a_code_by_the_title_that_the_address_has_too() -> None:
    product = read("<h1>Desk Lamp Black</h1><p>462/7885</p><p>£29.99</p>", url="https://shop.example/product/4627885")
    assert product.sku == "462/7885"


@pytest.mark.parametrize(
    "classes",
    [("origin-price", "total-price"), ("prc-org", "prc-dsc"), ("barrato", "prezzo"), ("was", "price has-was")],
)
def test_names_of_the_price_before(classes: tuple[str, str]) -> None:
    before, now = classes
    product = read(
        f'<h1>Flow 2 Runner</h1><i class="{before}">199,00 €</i> <i class="{now}">149,00 €</i><button>OK</button>'
    )
    assert (product.price, product.regularPrice) == (Decimal(149), Decimal(199))
