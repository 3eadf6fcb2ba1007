"""Numbers and brands on the visible page, told apart in many languages."""

from __future__ import annotations

from decimal import Decimal

import pytest

from scrapers.extraction.product import Product, extract


def shown(body: str, url: str = "https://shop.example/") -> Product:
    return extract(f"<html><body><h1>Kettle</h1>{body}</body></html>", url)


@pytest.mark.parametrize(
    "body",
    [
        "<p>SKU: K-17</p>",
        "<p><b>Art.-Nr.:</b> K-17</p>",
        "<p><b>Artikelnummer</b><span>K-17</span></p>",
        "<dl><dt>Référence</dt><dd>K-17</dd></dl>",
        "<table><tr><th>Código de producto</th><td>K-17</td></tr></table>",
        "<table><tr><td><span>Codice articolo</span></td><td> <b>K-17</b> </td></tr></table>",
        "<ul><li>Bestelnummer: <em>K-17</em></li></ul>",
        "<div><div>Nr katalogowy</div><div>K-17</div></div>",
        "<p>Varenr. K-17</p>",
        "<p>Tuotekoodi: K-17</p>",
        "<p>Kód zboží:&nbsp;<strong>K-17</strong></p>",
        "<p>Артикул: K-17</p>",
        "<p>Ürün Kodu: K-17</p>",
        "<p>商品番号：K-17</p>",
        "<p>מק״ט: K-17</p>".replace("״", '"'),
        "<p>رقم المنتج: K-17</p>",
        "<p>some words<br>Item # K-17<br>more</p>",
        "<li><span>ASIN</span> : <span>\u200e K-17</span></li>",
        "<p>Item number (SKU): K-17</p>",
        "<dl><dt>SKU / Art.-Nr.</dt><dd>K-17</dd></dl>",
    ],
)
def test_a_shop_s_own_number(body: str) -> None:
    product = shown(body)
    assert (product.sku, product.mpn, product.gtin) == ("K-17", None, None)


@pytest.mark.parametrize(
    ("label", "field"),
    [
        ("Item model number", "mpn"), ("Herstellernummer", "mpn"), ("Référence fabricant", "mpn"), ("MPN", "mpn"),
        ("Kod producenta", "mpn"), ("Numero modello articolo", "mpn"), ("Артикул производителя", "mpn"),
        ("EAN", "gtin"), ("Barcode", "gtin"), ("Código de barras", "gtin"), ("Штрихкод", "gtin"), ("JANコード", "gtin"),
        ("Brand", "brand"), ("Marke", "brand"), ("Marque", "brand"), ("Značka", "brand"), ("Бренд", "brand"),
        ("Tootemärk", "brand"), ("ブランド", "brand"), ("Hersteller", "brand"), ("Make / manufacturer", "brand"),
    ],
)  # fmt: skip
def test_numbers_and_brands_are_told_apart(label: str, field: str) -> None:
    value = {"mpn": "KTL17-X", "gtin": "4006381333931", "brand": "Acme"}[field]
    product = shown(f"<table><tr><th>{label}</th><td>{value}</td></tr></table>")
    found = {"sku": product.sku, "mpn": product.mpn, "gtin": product.gtin, "brand": product.brand}
    assert found == {"sku": None, "mpn": None, "gtin": None, "brand": None} | {
        field: value.zfill(14) if field == "gtin" else value
    }


@pytest.mark.parametrize(
    ("body", "condition", "seller", "shipping"),
    [
        ("<p>Condition: Used</p><p>Sold by: Acme Ltd</p><p>Shipping: $4.95</p>", "used", "Acme Ltd", "4.95"),
        ("<p>Zustand: <b>Neu</b></p><p>Versandkosten: kostenlos</p>", "new", None, "0"),
        ("<dl><dt>Vendu par</dt><dd>Acme</dd><dt>Frais de port</dt><dd>3,90 €</dd></dl>", None, "Acme", "3.90"),
        ("<p>Delivery: 2-3 days</p><p>Condition: see the photos</p>", None, None, None),
    ],
)
def test_condition_seller_and_shipping(
    body: str, condition: str | None, seller: str | None, shipping: str | None
) -> None:
    product = shown(body)
    assert (product.condition, product.seller) == (condition, seller)
    assert product.shipping == (None if shipping is None else Decimal(shipping))


@pytest.mark.parametrize(
    "body",
    [
        "<p>EAN: 4006381333932</p>",  # wrong check digit
        "<p>SKU: none so far</p>",
        "<p>SKU: OUT OF STOCK</p>",
        "<p>Reference books are on the second floor: 12</p>",
        "<p>Brand:</p><p>Model: </p>",
        "<nav><a>Brands</a><a>Sale 50%</a></nav>",
        "<p>The code is K-17.</p>",
    ],
)
def test_what_is_no_number_is_none(body: str) -> None:
    product = shown(body)
    assert (product.sku, product.mpn, product.gtin, product.brand) == (None, None, None, None)


@pytest.mark.parametrize(
    "body",
    [
        '<a class="product-brand" href="/b/acme">Acme</a>',
        '<div class="brand"><img src="/a.png" alt="Acme"></div>',
        '<a id="bylineInfo" href="/acme">Visit the Acme Store</a>',
        '<a id="bylineInfo" href="/acme">Marke: Acme</a>',
        '<div class="product-brand">Mehr von <a href="/x">Acme</a></div>',
        '<div class="manufacturer"><span>Other products by</span> <b>Acme</b></div>',
        '<div class="manufacturer_info"><h4>Herstellerinfos</h4><img src="/a.png" alt="Acme"></div>',
    ],
)
def test_a_brand_beside_the_title(body: str) -> None:
    assert shown(body).brand == "Acme"


def test_a_link_to_a_brand_s_page_names_the_brand_where_the_title_does_too() -> None:
    menu = '<a href="/brands/other">Other</a><a href="/brands/">Brands</a>'
    page = f'<html><body>{menu}<a href="/brands/acme-co">Acme Co</a><h1>Acme Co Kettle 17</h1></body></html>'

    assert extract(page, "https://shop.example/").brand == "Acme Co"


@pytest.mark.parametrize(
    "caption", ["View all", "More from this brand", "Mfg Info", "Voir tous les produits", "/b?id=3"]
)
def test_what_stands_on_a_link_to_a_brand_is_none(caption: str) -> None:
    assert shown(f'<div class="brand-link"><a href="/b">{caption}</a></div>').brand is None


LD = '<script type="application/ld+json">{{"@type": "Product", "name": "{}", "brand": "{}"}}</script>'


@pytest.mark.parametrize("brand", ["Kettle House", "The Kettle House Online"])
def test_the_shop_s_own_name_in_its_data_is_a_brand_where_nothing_else_is(brand: str) -> None:
    body, of_the_shop = LD.format("Kettle", brand), "https://www.kettlehouse.example/k"

    assert shown(body, of_the_shop).brand == brand
    assert shown(f"{body}<p>Brand: Acme</p>", of_the_shop).brand == "Acme"
    doubted, believed = (shown(body, url).sources["brand"] for url in (of_the_shop, "https://shop.example/k"))
    assert doubted.confidence < believed.confidence


def test_a_brand_that_sells_its_own_is_one_where_the_heading_says_so() -> None:
    page = f"<title>Acme</title><h1>Acme Kettle 17</h1>{LD.format('Acme Kettle 17', 'Acme')}"

    assert extract(page, "https://www.acme.example/k").brand == "Acme"


def test_brands_of_a_list_of_other_products_are_not_the_product_s() -> None:
    cards = "".join(f'<div><span class="card-brand">Maker {n}</span></div>' for n in "ABCDE")
    assert shown(cards).brand is None


@pytest.mark.parametrize(
    ("url", "sku"),
    [
        ("https://shop.example/kettle/925872.html", "925872"),
        ("https://shop.example/kettle?pid=925872&utm_source=77777777", "925872"),
        ("https://shop.example/kettle-925872", "925872"),
        ("https://shop.example/kettle-1-7", None),
    ],
)
def test_the_address_s_number_where_the_page_shows_none(url: str, sku: str | None) -> None:
    assert shown("", url).sku == sku


def test_a_form_that_carries_the_address_s_number_is_surer() -> None:
    url = "https://shop.example/kettle-925872"
    form = '<form><input type="hidden" name="product_id" value="925872"></form>'
    assert shown(form, url).sku == "925872"
    assert shown(form, url).sources["sku"].confidence > shown("", url).sources["sku"].confidence


def test_a_number_in_capitals_behind_a_label_that_leaves_no_doubt() -> None:
    assert shown("<p>Product code: PHLR</p>").sku == "PHLR"


def test_labels_of_two_fields_in_one_name_neither() -> None:
    assert shown("<p>Brand / Model: K-17</p>").mpn is None


def test_several_facts_in_one_text() -> None:
    product = shown("<p>SKU: K-17 | Weight: 2 kg | EAN: 4006381333931</p>")

    assert (product.sku, product.gtin) == ("K-17", "04006381333931")


@pytest.mark.parametrize(
    "text",
    [
        "SKU KSK-SA-142",
        "Part # KSK-SA-142",
        "Varenr. KSK-SA-142 · Model KX",
        "商品编号：KSK-SA-142\u3000品牌：小米",
        "Artikel KSK-SA-142",
    ],
)
def test_labels_without_a_colon_and_several_facts_in_one_text(text: str) -> None:
    assert shown(f"<p>{text}</p>").sku == "KSK-SA-142"


def test_a_code_of_letters_behind_a_plain_label() -> None:
    assert shown("<p>Code: SS-MH</p>").sku == "SS-MH"
    assert shown("<p>Code: OK</p>").sku is None


def test_a_short_number_behind_the_word_for_article_counts_the_basket() -> None:
    assert shown("<p>Artikel 0</p>").sku is None


def test_numbers_as_they_are_labelled_in_canada() -> None:
    product = shown("<p>No de modèle : DCS565B</p><p>No d'article : 1005512</p>")

    assert (product.sku, product.mpn) == ("1005512", "DCS565B")


@pytest.mark.parametrize(
    "body",
    [
        '<div class="product--supplier"><a href="/acme/"><img src="/a.png" alt="Acme"></a></div>',
        '<div class="markaLogo"><a href="/x"><img alt="Acme"></a></div>',
        '<figure><a href="/?m=37"><img src="images/manufacturers/37.png" alt="Acme logo"></a></figure>',
        '<div class="brand">品牌：Acme</div>',
        '<a href="/brands/acme">Acme</a>',
    ],
)
def test_brands_in_pictures_captions_and_links_beside_the_title(body: str) -> None:
    assert shown(body).brand == "Acme"


@pytest.mark.parametrize(
    "body",
    [
        '<img src="/images/manufacturers/37.png" alt="">',
        '<img src="/images/manufacturers/37.png" alt="logo">',
        '<a href="/brands/all-of-them">Acme</a>',
        '<div class="watermark">Acme</div>',
        "".join(f'<img src="/brands/{n}.png" alt="Brand {n}x">' for n in "abcd"),
    ],
)
def test_what_shows_no_brand(body: str) -> None:
    assert shown(body).brand is None


def test_two_labels_in_one_text_without_anything_between() -> None:
    product = shown("<p>MPN: 7733600984 &nbsp; SKU: PC-4000-25</p>")

    assert (product.sku, product.mpn) == ("PC-4000-25", "7733600984")
