"""Product feeds of strangers: Google Merchant, YML, CSV; packed, torn and hostile ones."""

from __future__ import annotations

import gzip
import subprocess
import sys
import time
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scrapers.extraction.product import Product
from scrapers.extraction.reading import Variant
from scrapers.feeds import FeedError, read_feed

URL = "https://shop.example/feeds/all.xml"
NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)


def read(body: str | bytes, **options: str) -> list[Product]:
    given = body.encode() if isinstance(body, str) else body
    return list(read_feed(given, URL, now=NOW, **options))  # type: ignore[arg-type]  # the options are texts


def cause_of(body: str | bytes) -> str:
    with pytest.raises(FeedError) as raised:
        read(body)
    assert str(raised.value).startswith(URL)
    return raised.value.cause


MERCHANT = """<?xml version="1.0" encoding="UTF-8"?>
<rss version="2.0" xmlns:g="http://base.google.com/ns/1.0"><channel><title>Shop</title><link>https://shop.example</link>
<item>
  <g:id>TEE-S</g:id><title>Tee 👕
  zweite Zeile</title><link>https://shop.example/tee</link><g:image_link>https://shop.example/tee.jpg</g:image_link>
  <g:additional_image_link>/tee2.jpg</g:additional_image_link>
  <g:availability>in_stock</g:availability><g:price>25.00 EUR</g:price><g:sale_price>20.00 EUR</g:sale_price>
  <g:sale_price_effective_date>2026-05-25T00:00+0200/2026-06-08T23:59+0200</g:sale_price_effective_date>
  <g:gtin>4006381333931</g:gtin><g:mpn>T-1</g:mpn><g:brand>Acme &amp; Sons</g:brand>
  <g:condition>refurbished</g:condition>
  <g:shipping><g:country>DE</g:country><g:service>DHL</g:service><g:price>4.90 EUR</g:price></g:shipping>
</item>
<item>
  <g:id>MUG</g:id><title>Mug</title><link><![CDATA[ https://shop.example/mug?a=1&b=2 ]]></link>
  <g:availability>out of stock</g:availability><g:price>EUR 1234,50</g:price><g:sale_price>1000 EUR</g:sale_price>
  <g:sale_price_effective_date>2026-07-01T00:00+0200/2026-07-08T00:00+0200</g:sale_price_effective_date>
  <g:gtin>4006381333932</g:gtin>
  <g:shipping><g:country>DE</g:country><g:price>4.90 EUR</g:price></g:shipping>
  <g:shipping><g:country>AT</g:country><g:price>9.90 EUR</g:price></g:shipping>
</item>
<item><g:id>NO-LINK</g:id><title>Nowhere</title><g:price>1.00 EUR</g:price></item>
<item><title>A page about us</title><link>https://shop.example/about</link></item>
<item><g:id>B</g:id><title>Backpack</title><link>/backpack</link><g:availability>backorder</g:availability>
  <g:price>1,099.00 USD</g:price></item>
</channel></rss>"""


def test_a_merchant_feed() -> None:
    products = read_feed(MERCHANT.encode(), URL, now=NOW)
    tee, mug, backpack = products
    assert products.skipped == 2
    assert (tee.url, tee.name, tee.sku) == ("https://shop.example/tee", "Tee 👕 zweite Zeile", "TEE-S")
    assert (tee.price, tee.regularPrice, tee.currency) == (Decimal("20.00"), Decimal("25.00"), "EUR")
    assert (tee.availability, tee.gtin, tee.mpn, tee.brand) == ("in_stock", "04006381333931", "T-1", "Acme & Sons")
    assert tee.images == ("https://shop.example/tee.jpg", "https://shop.example/tee2.jpg")
    assert (tee.condition, tee.shipping) == ("refurbished", Decimal("4.90"))
    assert tee.sources["price"].evidence == "price: 20.00 EUR"
    assert tee.sources["regularPrice"].evidence == "regularPrice: 25.00 EUR"
    assert set(tee.sources) == {
        "name", "price", "regularPrice", "currency", "availability", "sku", "mpn", "gtin", "brand", "images",
        "shipping", "condition",
    }  # fmt: skip
    assert (mug.url, mug.price, mug.regularPrice) == ("https://shop.example/mug?a=1&b=2", Decimal("1234.50"), None)
    assert (mug.availability, mug.gtin, mug.shipping) == ("out_of_stock", None, None)
    assert (backpack.url, backpack.price, backpack.currency) == (
        "https://shop.example/backpack", Decimal("1099.00"), "USD",
    )  # fmt: skip
    assert backpack.availability == "pre_order"


@pytest.mark.parametrize(
    ("dates", "price"),
    [
        ("", 20),
        ("2026-06-01T14:00+0200/2026-06-02T00:00+0200", 20),
        ("2026-06-01T14:01+0200/2026-06-02T00:00+0200", 25),
        ("2026-05-01/2026-06-01", 25),
        ("2026-05-01T00:00:00Z/", 20),
        ("soon", 20),
    ],
)
def test_a_sale_price_counts_while_it_is_in_effect(dates: str, price: int) -> None:
    item = f"""<rss xmlns:g="http://base.google.com/ns/1.0"><item><link>/a</link><g:price>25 EUR</g:price>
        <g:sale_price>20 EUR</g:sale_price><g:sale_price_effective_date>{dates}</g:sale_price_effective_date>
        </item></rss>"""
    (product,) = read(item)
    assert product.price == price
    assert product.regularPrice == (25 if price == 20 else None)


def test_an_atom_feed_whose_google_names_count() -> None:
    (product,) = read(
        """<feed xmlns="http://www.w3.org/2005/Atom" xmlns:g="http://base.google.com/ns/1.0"><title>Shop</title><entry>
        <id>tag:shop.example,2026:1</id><g:id>A1</g:id><title>Lamp</title><link rel="alternate" href="/lamp"/>
        <g:price>7.50 GBP</g:price><g:availability>preorder</g:availability></entry></feed>"""
    )
    assert (product.url, product.sku, product.price, product.currency) == (
        "https://shop.example/lamp", "A1", Decimal("7.50"), "GBP",
    )  # fmt: skip
    assert product.availability == "pre_order"


def test_variants_that_share_an_address_are_one_product() -> None:
    item = """<item><g:id>{id}</g:id><g:item_group_id>TEE</g:item_group_id><title>Tee</title><link>/{link}</link>
        <g:size>{size}</g:size><g:price>{price} EUR</g:price><g:availability>in stock</g:availability></item>"""
    told = [("T-S", "tee", "S", 20), ("T-M", "tee", "M", 22), ("T-L", "tee-l", "L", 24)]
    items = "".join(item.format(id=i, link=link, size=size, price=price) for i, link, size, price in told)
    shared, own = read(f'<rss xmlns:g="http://base.google.com/ns/1.0"><channel>{items}</channel></rss>')
    assert (shared.url, shared.price, shared.sku) == ("https://shop.example/tee", 20, "T-S")
    assert [(v.name, v.sku, v.price, v.availability) for v in shared.variants] == [
        ("S", "T-S", 20, "in_stock"), ("M", "T-M", 22, "in_stock"),
    ]  # fmt: skip
    assert isinstance(shared.variants[0], Variant)
    assert (own.url, own.price, own.variants) == ("https://shop.example/tee-l", 24, ())


def test_a_yml_feed_in_windows_1251() -> None:
    text = """<?xml version="1.0" encoding="windows-1251"?>
<!DOCTYPE yml_catalog SYSTEM "shops.dtd">
<yml_catalog date="2026-06-01 10:00"><shop><name>Магазин</name><url>https://shop.example</url>
<categories><category id="1">Кухня</category></categories>
<offers>
<offer id="1" available="true" group_id="К"><url>https://shop.example/1</url><price>950.50</price>
<oldprice>1200</oldprice><currencyId>RUR</currencyId><categoryId>1</categoryId><picture>https://shop.example/1.jpg</picture>
<picture>https://shop.example/2.jpg</picture><name>Кружка синяя</name><vendor>Гжель</vendor><vendorCode>K-1</vendorCode>
<barcode>4006381333931</barcode><delivery-options><option cost="300" days="1"/></delivery-options></offer>
<offer id="2" available="false" type="vendor.model"><url>https://shop.example/2</url><price>10</price>
<currencyId>UAH</currencyId><typePrefix>Чашка</typePrefix><vendor>Гжель</vendor><model>Малая</model></offer>
<offer id="3" available="true"><url>https://shop.example/3</url><price from="true">1 500</price><name>Блюдце</name>
<count>0</count><condition type="preowned"><quality>good</quality></condition></offer>
</offers></shop></yml_catalog>"""
    mug, cup, saucer = read(text.encode("cp1251"), currency="RUB")
    assert (mug.name, mug.price, mug.regularPrice, mug.currency) == (
        "Кружка синяя", Decimal("950.50"), Decimal(1200), "RUB",
    )  # fmt: skip
    assert (mug.brand, mug.mpn, mug.gtin, mug.sku) == ("Гжель", "K-1", "04006381333931", "1")
    assert (mug.availability, mug.shipping, len(mug.images)) == ("in_stock", 300, 2)
    assert (cup.name, cup.price, cup.currency, cup.availability) == ("Чашка Гжель Малая", 10, "UAH", "out_of_stock")
    assert (saucer.price, saucer.currency, saucer.availability, saucer.condition) == (
        1500,
        "RUB",
        "out_of_stock",
        "used",
    )


def test_a_feed_with_names_of_its_own() -> None:
    (product,) = read(
        """<SHOP><SHOPITEM><ITEM_ID>7</ITEM_ID><PRODUCTNAME>Hrnek</PRODUCTNAME><URL>https://shop.example/hrnek</URL>
        <PRICE_VAT>1 299,90</PRICE_VAT><EAN>4006381333931</EAN><MANUFACTURER>Acme</MANUFACTURER></SHOPITEM></SHOP>""",
        currency="CZK",
    )
    assert (product.name, product.price, product.currency, product.brand) == (
        "Hrnek", Decimal("1299.90"), "CZK", "Acme",
    )  # fmt: skip


def test_a_merchant_feed_as_text_with_tabs() -> None:
    (product,) = read(
        "\ufeffid\ttitle\tlink\tprice\tsale_price\tavailability\tshipping\n"
        "1\tTee ☕️\thttps://shop.example/tee\t25.90 EUR\t19.90 EUR\tin_stock\tDE::DHL:4.90 EUR\n"
    )
    assert (product.name, product.price, product.regularPrice) == ("Tee ☕️", Decimal("19.90"), Decimal("25.90"))
    assert (product.currency, product.availability, product.shipping) == ("EUR", "in_stock", Decimal("4.90"))


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
def test_a_csv_with_guessed_names(encoding: str) -> None:
    text = (
        "Artikelnummer;Bezeichnung;Hersteller;Preis (EUR);UVP;Verfügbarkeit;Bestand;EAN;Deeplink;Bild-URL\r\n"
        '12;"Kübel ""Größe"" 5; grün";Müller;1.299,00;1.499,00;Nicht lieferbar;;4006381333931;https://shop.example/k;/k.jpg\r\n'
        "13;Eimer;Müller;12,50;;;7;;https://shop.example/e;\r\n"
        "14;abgeschnitten;Müller\r\n"
        "\r\n"
    )
    products = read_feed(text.encode(encoding), URL, now=NOW)
    tub, bucket = products
    assert products.skipped == 1
    assert (tub.name, tub.brand, tub.sku) == ('Kübel "Größe" 5; grün', "Müller", "12")
    assert (tub.price, tub.regularPrice, tub.currency) == (Decimal("1299.00"), Decimal("1499.00"), "EUR")
    assert (tub.availability, tub.gtin, tub.images) == (
        "out_of_stock",
        "04006381333931",
        ("https://shop.example/k.jpg",),
    )
    assert (bucket.price, bucket.availability) == (Decimal("12.50"), "in_stock")


def test_the_servers_word_on_the_encoding_counts_where_the_text_is_no_utf8() -> None:
    body = "name,url,price\nКружка,https://shop.example/1,5\n".encode("koi8-r")
    (product,) = read(body, content_type="text/csv; charset=koi8-r")
    assert product.name == "Кружка"


def test_a_gzipped_feed() -> None:
    assert read(gzip.compress(MERCHANT.encode())) == read(MERCHANT)


@pytest.mark.parametrize(
    "body",
    ["", "  ", "<!DOCTYPE html><html><body>Not found</body></html>", "<html></html>", '{"error": "gone"}',
     "hello\nworld", "name,price\na,1\n", "<rss><channel></channel></rss>", "\x00\x01\x02",
     "<rss><item><title>News</title><link>/1</link></item></rss>"],
)  # fmt: skip
def test_what_is_no_feed_is_refused(body: str) -> None:
    assert cause_of(body) == "not_a_feed"


def test_a_torn_feed_gives_what_was_whole_and_then_says_so() -> None:
    end = MERCHANT.index("<g:price>1,099") + len("<g:price>1")  # a torn price would be read as 1
    for body in (MERCHANT[:end].encode(), gzip.compress(MERCHANT.encode() * 50)[:-30]):
        products = read_feed(body, URL, now=NOW)
        found = []
        with pytest.raises(FeedError) as raised:
            for product in products:
                found.append(product.sku)
        assert raised.value.cause == "cut_short"
        assert found[:2] == ["TEE-S", "MUG"] and "B" not in found


def test_sloppy_xml_is_read_all_the_same() -> None:
    (product,) = read(
        "<rss><item><link>https://shop.example/a?b=1&c=2</link><title>Caf&eacute;&nbsp;& Bar</title>"
        "<g:price>5 EUR</g:price></item></rss>"
    )
    assert (product.price, product.currency) == (5, "EUR")
    assert product.name is not None and product.name.startswith("Café")


def test_entities_are_neither_expanded_nor_fetched() -> None:
    item = "<rss><item><link>/a</link><title>A &e; &file;</title><price>5 EUR</price></item></rss>"
    (product,) = read(f'<!DOCTYPE rss [<!ENTITY e "x"><!ENTITY file SYSTEM "file:///etc/hostname">]>{item}')
    assert product.name == "A &e; &file;"


def test_a_bomb_of_entities_costs_nothing() -> None:
    bomb = "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10}">' for n in range(1, 12))
    begun = time.process_time()
    try:
        names = [product.name for product in read(
            f'<!DOCTYPE rss [<!ENTITY e0 "lol">{bomb}]>'
            "<rss><item id='&e11;'><link>/a</link><title>A &e11;</title><price>5 EUR</price></item></rss>"
        )]  # fmt: skip
    except FeedError as error:
        assert error.cause == "unreadable"  # libxml2 by itself refuses entities that grow so
    else:
        assert names == ["A &e11;"]
    assert time.process_time() - begun < 1


def test_a_record_without_end_is_refused() -> None:
    assert cause_of("<rss><item>" + "<a/>" * 100_000 + "</item></rss>") == "unreadable"


def test_a_packed_bomb_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("scrapers.feeds.unpacked.LARGEST_UNPACKED", 1_000_000)
    assert cause_of(gzip.compress(b"<rss>" + b" " * 10_000_000)) == "too_large"


_CHILD = """
import resource, sys
from scrapers.feeds import read_feed
body = open(sys.argv[1], "rb").read()
peak = lambda: resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
before = peak()
count = sum(1 for _ in read_feed(body, "https://shop.example/feed"))
print(count, peak() - before)
"""


def test_memory_does_not_grow_with_the_feed(tmp_path: Path) -> None:
    """Measured in a process of its own, whose peak is no other test's."""
    item = MERCHANT[MERCHANT.index("<item>") : MERCHANT.index("</item>") + 7]
    path = tmp_path / "feed.xml.gz"
    with gzip.open(path, "wt", encoding="utf-8", compresslevel=1) as file:
        file.write(MERCHANT[: MERCHANT.index("<item>")])
        for _ in range(2_000):
            file.write(item + "<a><b/></a>" * 50)
        file.write("</channel></rss>")
    child = subprocess.run([sys.executable, "-c", _CHILD, path], capture_output=True, text=True, check=True)
    count, grown = map(int, child.stdout.split())
    assert count == 2_000
    assert grown < 6_000  # KB; as a tree the feed takes 14,000


@settings(max_examples=60, deadline=None)
@given(
    st.binary(max_size=300),
    st.sampled_from([b"", b"<rss><item>", b"<?xml version='1.0'?><yml_catalog>", b"link,price\n"]),
)
def test_no_bytes_break_it(body: bytes, start: bytes) -> None:
    try:
        for product in read_feed(start + body, URL, now=NOW):
            assert product.url.startswith("http")
    except FeedError as error:
        assert error.cause in ("not_a_feed", "unreadable", "cut_short", "too_large")
