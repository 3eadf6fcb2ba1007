"""Products that a page marks up for machines: JSON-LD, microdata, RDFa, meta tags."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

import pytest

from scrapers.extraction.product import Product, extract
from scrapers.extraction.reading import SellerOffer, Variant

URL = "https://shop.example/p/kettle-17"


def jsonld(*things: Any, body: str = "<h1>Kettle 1.7</h1>", url: str = URL) -> Product:
    scripts = "".join(
        f'<script type="application/ld+json">{thing if isinstance(thing, str) else json.dumps(thing)}</script>'
        for thing in things
    )
    return extract(f"<html><head>{scripts}</head><body>{body}</body></html>", url)


def kettle(**fields: Any) -> dict[str, Any]:
    return {"@context": "https://schema.org", "@type": "Product", "name": "Kettle 1.7", **fields}


def offer(**fields: Any) -> dict[str, Any]:
    return {"@type": "Offer", "price": "39.90", "priceCurrency": "EUR", **fields}


def test_a_product_with_all_its_fields() -> None:
    product = jsonld(
        kettle(
            sku="K-17",
            mpn="KTL17",
            gtin13="4006381333931",
            brand={"@type": "Brand", "name": "Acme"},
            image=["/a.jpg", {"@type": "ImageObject", "url": "https://cdn.example/b.jpg"}],
            offers=offer(
                availability="https://schema.org/OutOfStock",
                itemCondition="https://schema.org/RefurbishedCondition",
                seller={"@type": "Organization", "name": "Kettles Ltd"},
                shippingDetails={"shippingRate": {"value": "4.95", "currency": "EUR"}},
                priceSpecification=[
                    {
                        "@type": "UnitPriceSpecification",
                        "priceType": "https://schema.org/ListPrice",
                        "price": 49.9,
                        "priceCurrency": "EUR",
                        "valueAddedTaxIncluded": True,
                    }
                ],
            ),
        )
    )
    assert (product.name, product.sku, product.mpn, product.brand) == ("Kettle 1.7", "K-17", "KTL17", "Acme")
    assert (product.price, product.regularPrice, product.currency) == (Decimal("39.90"), Decimal("49.9"), "EUR")
    assert (product.availability, product.gtin) == ("out_of_stock", "04006381333931")
    assert (product.condition, product.seller) == ("refurbished", "Kettles Ltd")
    assert (product.shipping, product.taxIncluded) == (Decimal("4.95"), True)
    assert product.images == ("https://shop.example/a.jpg", "https://cdn.example/b.jpg")
    assert product.sources["price"].reader == "jsonld"
    assert "39.90" in product.sources["price"].evidence
    filled = {name for name in product.__dataclass_fields__ if getattr(product, name) not in (None, (), URL)}
    assert set(product.sources) == filled - {"sources"}


@pytest.mark.parametrize(
    "text",
    [
        '{"@graph": [{"@type": "WebPage"}, {"@type": "Product", "name": "X", "offers": {"price": 9.5}}]}',
        '[{"@type": "BreadcrumbList"}, {"@type": ["Product", "Thing"], "name": "X", "offers": [{"price": "9.50"}]}]',
        '{"@type": "ItemPage", "mainEntity": {"@type": "Product", "name": "X", "offers": {"price": "9,50 €"}}}',
        '{"@type": "Product", "name": "X", "offers": {"price": 9.50,}, /* old */ }',
        '// note\n{"@type": "Product", "name": "X", // the name\n"offers": [{"price": 9.50},],}',
        '//<![CDATA[\n{"@type": "Product", "name": "X", "offers": {"price": 9.50}};\n//]]>',
        '<!--\n{"@type": "Product", "name": "X", "offers": {"price": 9.50}}\n-->',
        '{&quot;@type&quot;: &quot;Product&quot;, &quot;name&quot;: &quot;X&quot;, &quot;offers&quot;: {"price": 9.5}}'
        .replace('"price"', "&quot;price&quot;"),
        '{"@type": "http://schema.org/Product", "name": "X", "description": "two\nlines", "Offers": {"Price": 9.50}}',
        '{"@type": "Product", "name": "X", "description": "a 19" screen, "new"", "offers": {"price": 9.5}}',
        "{'@type': 'Product', name: 'X', offers: {price: 9.5}}",
        '{"@type": "Product", "name": "X", "offers": {"price": 9.5}',
        '{"@type": "Product", "name": "X" "sku": "1", "offers": {"price": 9.5}}',
        '{"@type": "Product", "name": "X", "offers": {"@type": "AggregateOffer", "lowPrice": 9.5, "highPrice": 9.5}}',
        '{"@type": "Product", "name": "X", "offers": {"@type": "AggregateOffer", "offers": [{"price": 9.5}]}}',
        '{"@type": "Product", "name": "X", "offers": {"priceSpecification": {"price": 9.5}}}',
        '{"@graph": [{"@type": "Product", "name": "X", "offers": {"@id": "#o"}}, {"@id": "#o", "price": 9.5}]}',
        '{"@type": "ProductGroup", "name": "X", "hasVariant": [{"@type": "Product", "offers": {"price": 9.5}}]}',
        '{"@context": {"s": "https://schema.org/"}, "@type": "s:Product", "s:name": "X", "s:offers": {"s:price": 9.5}}',
    ],
)  # fmt: skip
def test_json_as_shops_write_it(text: str) -> None:
    product = jsonld(text, body="")
    assert (product.name, product.price) == ("X", Decimal("9.50"))


def test_a_comment_inside_a_string_is_kept() -> None:
    product = jsonld('{"@type": "Product", "name": "a // b /* c */, ]", "sku": 1,}', body="")
    assert product.name == "a // b /* c */, ]"


@pytest.mark.parametrize("price", ["0", '"0.00"', "null", '""', '"call us"', "true", "1e999999999", "NaN"])
def test_no_price_is_none_and_never_zero(price: str) -> None:
    product = jsonld(f'{{"@type": "Product", "name": "X", "offers": {{"price": {price}, "priceCurrency": "EUR"}}}}')
    assert (product.price, product.currency, product.currencyRaw) == (None, None, None)


@pytest.mark.parametrize("unfilled", ["null", "$metabrand", "{{ product.brand }}", "undefined", "N/A", "-"])
def test_what_a_template_left_unfilled_is_none(unfilled: str) -> None:
    product = jsonld(kettle(brand=unfilled, sku=unfilled, offers=offer()))
    assert (product.brand, product.sku) == (None, None)


def test_a_price_per_litre_and_a_delivery_charge_are_not_the_price() -> None:
    product = jsonld(
        kettle(
            offers={
                "priceSpecification": [
                    {"price": 19.8, "referenceQuantity": {"value": 1, "unitCode": "LTR"}},
                    {"@type": "DeliveryChargeSpecification", "price": 4.9},
                    {"price": 9.9},
                ]
            }
        )
    )
    assert (product.price, product.shipping) == (Decimal("9.9"), Decimal("4.9"))


def test_a_sale_price_goes_before_the_list_price() -> None:
    product = jsonld(
        kettle(
            offers={
                "priceCurrency": "EUR",
                "priceSpecification": [
                    {"priceType": "https://schema.org/ListPrice", "price": 49},
                    {"priceType": "https://schema.org/SalePrice", "price": 39},
                ],
            }
        )
    )
    assert (product.price, product.regularPrice) == (Decimal(39), Decimal(49))


@pytest.mark.parametrize(
    "own",
    [
        {"name": "Other words", "url": "/p/kettle-17"},
        {"name": "Kettle 1.7"},
        {"name": "Other words", "@id": "https://shop.example/p/kettle-17#product", "url": URL},
    ],
)
def test_the_page_s_own_product_is_taken_among_others(own: dict[str, str]) -> None:
    others = [kettle(name=f"Toaster {n}", url=f"/p/{n}", offers=offer(price=str(n))) for n in range(1, 6)]
    product = jsonld(*others, {"@type": "Product", **own, "offers": offer()})
    assert product.price == Decimal("39.90")


def test_variants_of_a_group_and_the_one_at_the_page_s_address() -> None:
    sizes = [
        kettle(name=f"Kettle {n}", sku=f"K-{n}", url=f"/p/kettle-17?size={n}", offers=offer(price=f"{n}0.00"))
        for n in (1, 2, 3)
    ]
    group = {"@type": "ProductGroup", "name": "Kettle 1.7", "brand": "Acme", "hasVariant": sizes}
    product = jsonld(group, url=f"{URL}?size=2")
    assert (product.price, product.sku, product.brand) == (Decimal("20.00"), "K-2", "Acme")
    assert [(v.sku, v.price, v.url) for v in product.variants] == [
        (f"K-{n}", Decimal(f"{n}0.00"), f"https://shop.example/p/kettle-17?size={n}") for n in (1, 2, 3)
    ]


def test_several_offers_of_one_seller_are_variants() -> None:
    offers = [offer(sku=f"K-{n}", price=f"{n}0.00", availability="InStock") for n in (1, 2)]
    product = jsonld(kettle(offers=offers))
    assert product.offers == ()
    assert product.variants == (
        Variant(sku="K-1", price=Decimal("10.00"), currency="EUR", availability="in_stock"),
        Variant(sku="K-2", price=Decimal("20.00"), currency="EUR", availability="in_stock"),
    )


def test_several_sellers_are_several_offers() -> None:
    offers = [
        offer(seller={"name": "A"}, itemCondition="NewCondition"),
        offer(seller={"name": "B"}, price="29.90", itemCondition="UsedCondition", availability="InStock"),
    ]
    product = jsonld(kettle(offers={"@type": "AggregateOffer", "lowPrice": "29.90", "offers": offers}))
    assert product.offers == (
        SellerOffer("A", Decimal("39.90"), "EUR", "new"),
        SellerOffer("B", Decimal("29.90"), "EUR", "used", "in_stock"),
    )


def test_a_gtin_with_a_wrong_check_digit_is_none() -> None:
    assert jsonld(kettle(gtin13="4006381333932")).gtin is None
    assert jsonld(kettle(gtin13="4006381333931")).gtin == "04006381333931"


@pytest.mark.parametrize(
    ("product_id", "field", "value"),
    [
        ("mpn:925872", "mpn", "925872"),
        ("sku:A-1", "sku", "A-1"),
        ("A-1", "sku", "A-1"),
        ("TE502-15 Chair cover, grey", "sku", "TE502-15"),
        ("isbn:9780306406157", "gtin", "09780306406157"),
    ],
)
def test_a_product_id_says_what_it_is(product_id: str, field: str, value: str) -> None:
    assert getattr(jsonld(kettle(productID=product_id)), field) == value


MICRODATA = """<div itemscope itemtype="https://schema.org/Product">
<h1 itemprop="name">Kettle 1.7</h1><img itemprop="image" src="/a.jpg"><meta itemprop="sku" content="K-17">
<span itemprop="brand" itemscope itemtype="https://schema.org/Brand"><span itemprop="name">Acme</span></span>
<div itemprop="review" itemscope itemtype="https://schema.org/Review"><span itemprop="name">Too small</span></div>
<div itemprop="offers" itemscope itemtype="https://schema.org/Offer">
<span itemprop="price" content="39.90">39,90</span> <meta itemprop="priceCurrency" content="EUR">
<link itemprop="availability" href="https://schema.org/InStock"></div></div>"""


def test_microdata() -> None:
    other = MICRODATA.replace("Kettle 1.7", "Toaster").replace("39", "19").replace("h1", "h3")
    product = extract(f"<body>{other}{MICRODATA}{other}</body>", URL)
    assert (product.name, product.price, product.currency) == ("Kettle 1.7", Decimal("39.90"), "EUR")
    assert (product.sku, product.brand, product.availability) == ("K-17", "Acme", "in_stock")
    assert product.images == ("https://shop.example/a.jpg",)


def test_microdata_whose_offer_stands_beside_its_product() -> None:
    html = MICRODATA.replace(' itemprop="offers"', "").replace(">39,90<", "><")
    product = extract(f"<body>{html}</div></body>", URL)
    assert product.sources["price"].reader == "microdata"
    assert product.price == Decimal("39.90")


def test_rdfa() -> None:
    product = extract(
        """<body vocab="https://schema.org/"><div typeof="Product"><h1 property="name">Kettle 1.7</h1>
        <span property="sku">K-17</span><div property="brand" typeof="Brand"><b property="name">Acme</b></div>
        <div property="offers" typeof="Offer"><span property="price" content="39.90">39,90</span>
        <meta property="priceCurrency" content="EUR"></div></div></body>""",
        URL,
    )
    assert (product.price, product.currency, product.sku, product.brand) == (Decimal("39.90"), "EUR", "K-17", "Acme")


def test_meta_tags() -> None:
    tags = {
        "og:title": "Kettle 1.7",
        "og:image": "/a.jpg",
        "product:price:amount": "39.90",
        "product:price:currency": "EUR",
        "product:original_price:amount": "49.90",
        "product:availability": "oos",
        "product:brand": "Acme",
        "product:retailer_item_id": "K-17",
        "product:condition": "used",
    }
    tags["product:availability"] = "out of stock"
    head = "".join(f'<meta property="{name}" content="{text}">' for name, text in tags.items())
    product = extract(f"<head>{head}</head><body><h1>Kettle 1.7</h1></body>", URL)
    assert (product.price, product.regularPrice, product.currency) == (Decimal("39.90"), Decimal("49.90"), "EUR")
    assert (product.availability, product.brand, product.sku) == ("out_of_stock", "Acme", "K-17")
    assert (product.condition, product.images) == ("used", ("https://shop.example/a.jpg",))


def test_a_twitter_card_s_price() -> None:
    head = '<meta name="twitter:label1" content="Price"><meta name="twitter:data1" content="$39.90">'
    assert extract(f"<head>{head}</head><h1>Kettle</h1>", URL).price == Decimal("39.90")
