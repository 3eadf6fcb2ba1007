"""Product feeds: Google Merchant as XML and as text with tabs, and YML."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

from warehouse.imports import ImportResult

Take = Callable[..., ImportResult]
Ask = Callable[[str], list[dict[str, Any]]]
Write = Callable[..., Path]

MERCHANT = """<?xml version="1.0"?>
<rss version="2.0" xmlns:g="http://base.google.com/ns/1.0"><channel><title>Shop</title>
<item>
  <g:id>TEE-S</g:id><title>Tee 👕
  zweite Zeile</title><link>https://shop.example/tee</link><g:image_link>https://shop.example/tee.jpg</g:image_link>
  <g:availability>in_stock</g:availability><g:price>25.00 EUR</g:price><g:sale_price>20.00 EUR</g:sale_price>
  <g:sale_price_effective_date>2026-05-25T00:00+0200/2026-06-08T23:59+0200</g:sale_price_effective_date>
  <g:gtin>4006381333931</g:gtin><g:brand>Acme</g:brand><g:product_type>Men &gt; Tees</g:product_type>
  <g:item_group_id>TEE</g:item_group_id><g:cost_of_goods_sold>7.50 EUR</g:cost_of_goods_sold>
</item>
<item>
  <g:id>MUG</g:id><title>Mug</title><g:availability>out of stock</g:availability><g:price>EUR 1234,50</g:price>
  <g:sale_price>1000 EUR</g:sale_price>
  <g:sale_price_effective_date>2026-07-01T00:00+0200/2026-07-08T00:00+0200</g:sale_price_effective_date>
  <g:google_product_category>123</g:google_product_category><g:gtin>not one</g:gtin>
</item>
</channel></rss>
"""


def test_a_merchant_feed(take: Take, ask: Ask, tmp_path: Path) -> None:
    path = tmp_path / "feed.xml"
    path.write_text(MERCHANT, encoding="utf-8")
    result = take("products", path, "google-merchant")
    assert (result.written, result.also["promotions"].written) == (2, 2)
    mug, tee = ask("select * from products join product_history using (sku) order by sku")
    assert (tee["title"], tee["brand"], tee["category"]) == ("Tee 👕\n  zweite Zeile", "Acme", "Men > Tees")
    assert (tee["parent_sku"], tee["gtin"], tee["url"]) == ("TEE", "04006381333931", "https://shop.example/tee")
    assert (tee["price"], tee["list_price"], tee["cost"]) == (20, 25, Decimal("7.5000"))
    assert (tee["on_promotion"], tee["promotion_id"], tee["stock"]) == (True, "sale 2026-05-25", None)
    assert (mug["price"], mug["list_price"], mug["on_promotion"]) == (Decimal("1234.5000"), None, False)
    assert (mug["stock"], mug["gtin"], mug["category"]) == (0, None, None)
    calendar = ask("select sku, starts_at, ends_at, price from promotions order by starts_at")
    assert [tuple(map(str, row.values())) for row in calendar] == [
        ("TEE-S", "2026-05-24 22:00:00+00:00", "2026-06-08 21:59:00+00:00", "20.0000"),
        ("MUG", "2026-06-30 22:00:00+00:00", "2026-07-07 22:00:00+00:00", "1000.0000"),
    ]
    again = take("products", path, "google-merchant")
    assert (again.written, again.also["promotions"].written) == (0, 0)


def test_a_merchant_feed_as_text(take: Take, ask: Ask, csv_file: Write) -> None:
    rows = [{"id": "TEE", "title": "Tee ☕️", "price": "25,90 EUR", "availability": "in_stock", "brand": ""}]
    take("products", csv_file(rows, "feed.tsv", separator="\t", encoding="utf-8-sig"), "google-merchant")
    assert ask("select sku, title, price from products join product_history using (sku)") == [
        {"sku": "TEE", "title": "Tee ☕️", "price": Decimal("25.9000")}
    ]


def test_a_yml_feed_in_windows_1251(take: Take, ask: Ask, tmp_path: Path) -> None:
    path = tmp_path / "feed.yml"
    text = """<?xml version="1.0" encoding="windows-1251"?>
<!DOCTYPE yml_catalog SYSTEM "shops.dtd">
<yml_catalog date="2026-06-01 10:00"><shop><name>Магазин</name>
<categories><category id="1">Кухня</category><category id="2" parentId="1">Кружки</category></categories>
<offers>
<offer id="КРУЖКА-1" available="true" group_id="КРУЖКА"><url>https://shop.example/1</url><price>950.50</price>
<oldprice>1200</oldprice><currencyId>RUR</currencyId><categoryId>2</categoryId><picture>https://shop.example/1.jpg</picture>
<picture>https://shop.example/2.jpg</picture><name>Кружка синяя</name><vendor>Гжель</vendor><vendorCode>K-1</vendorCode>
<barcode>4006381333931</barcode><param name="Объём" unit="мл">350</param><purchase_price>400</purchase_price>
<count>12</count></offer>
<offer id="2" available="false"><price>10</price><currencyId>RUB</currencyId><typePrefix>Чашка</typePrefix>
<vendor>Гжель</vendor><model>Малая</model></offer>
</offers></shop></yml_catalog>"""
    path.write_bytes(text.encode("cp1251"))
    assert take("products", path, "yml").written == 2
    cup, mug = ask("select * from products join product_history using (sku) order by sku")
    assert (mug["sku"], mug["title"], mug["category"]) == ("КРУЖКА-1", "Кружка синяя", "Кухня > Кружки")
    assert (mug["attributes"], mug["mpn"], mug["image_url"]) == (
        '{"Объём": "350 мл"}',
        "K-1",
        "https://shop.example/1.jpg",
    )
    assert (mug["price"], mug["list_price"], mug["cost"]) == (Decimal("950.5000"), 1200, 400)
    assert mug["stock"] == 12
    assert (cup["title"], cup["stock"], cup["on_promotion"]) == ("Чашка Гжель Малая", 0, False)
    assert ask("select distinct currency from product_history") == [{"currency": "RUB"}]
