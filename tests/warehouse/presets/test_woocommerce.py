"""WooCommerce's REST API, its product export and orders by the usual extension."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

from warehouse.house import Warehouse
from warehouse.imports import ImportResult, import_file
from warehouse.stores import open_store

Take = Callable[..., ImportResult]
Ask = Callable[[str], list[dict[str, Any]]]
Write = Callable[..., Path]

PAID = "select order_id, sum(amount) as paid, sum(quantity) as units from orders group by 1 order by 1"


def order(number: int, **fields: object) -> dict[str, object]:
    """70.88 paid: two products, shipping and a fee, each net with its tax beside it."""
    return {
        "id": 1000 + number,
        "number": str(number),
        "status": "processing",
        "currency": "EUR",
        "date_created": "2026-05-01T10:00:00",
        "date_created_gmt": "2026-05-01T08:00:00",
        "prices_include_tax": True,
        "customer_id": 0,
        "billing": {"email": "Ada@Example.com", "phone": ""},
        "created_via": "checkout",
        "total": "70.88",
        "total_tax": "11.32",
        "coupon_lines": [{"code": "hello"}],
        "line_items": [
            {
                "id": 1,
                "name": "Tasse ☕️",
                "product_id": 7,
                "variation_id": 0,
                "sku": "MUG",
                "quantity": 2,
                "subtotal": "40.00",
                "total": "36.00",
                "total_tax": "6.84",
                "price": 18,
            },
            {
                "id": 2,
                "name": "Zeile eins\nZeile zwei",
                "product_id": 8,
                "variation_id": 81,
                "sku": "",
                "quantity": 1,
                "subtotal": "16.81",
                "total": "16.81",
                "total_tax": "3.19",
                "price": 16.81,
            },
        ],
        "shipping_lines": [{"id": 3, "total": "4.75", "total_tax": "0.90"}],
        "fee_lines": [{"id": 4, "total": "2.00", "total_tax": "0.38"}],
        "refunds": [],
        **fields,
    }


def refund(number: int, amount: str, items: list[dict[str, object]]) -> dict[str, object]:
    return {
        "id": number,
        "date_created_gmt": "2026-05-20T10:00:00",
        "amount": amount,
        "line_items": items,
        "shipping_lines": [],
        "fee_lines": [],
    }


def test_orders_sum_to_what_was_paid(take: Take, ask: Ask, json_lines: Write) -> None:
    nodes = [
        order(1),
        order(2, status="pending"),
        order(3, status="checkout-draft"),
        order(4, status="cancelled"),
        order(5, customer_id=77, total="70.89"),
    ]
    result = take("orders", json_lines(nodes), "woocommerce")
    assert result.left_out == {"awaiting payment": 1, "draft": 1}
    assert [tuple(row.values()) for row in ask(PAID)] == [
        ("1", Decimal("70.8800"), 6),
        ("4", Decimal("0.0000"), 0),
        ("5", Decimal("70.8900"), 6),
    ]
    lines = {row["line_id"]: row for row in ask("select * from orders where order_id = '1'")}
    assert (lines["1"]["amount"], lines["1"]["discount"]) == (Decimal("42.8400"), Decimal("4.0000"))
    assert (lines["2"]["sku"], lines["shipping-3"]["line_kind"], lines["fee-4"]["line_kind"]) == (
        "id:81",
        "shipping",
        "fee",
    )
    assert lines["rest"]["amount"] == Decimal("0.0100")  # a cent that rounding took from the lines
    assert lines["1"]["customer_id"].startswith("guest-")
    assert ask("select distinct customer_id from orders where order_id = '5'") == [{"customer_id": "77"}]
    assert str(lines["1"]["ordered_at"]) == "2026-05-01 08:00:00+00:00"
    assert ask("select title from products where sku = 'id:81'") == [{"title": "Zeile eins\nZeile zwei"}]
    assert take("orders", json_lines(nodes), "woocommerce").written == 0


def test_refunds_in_every_detail_that_is_told(take: Take, ask: Ask, json_lines: Write) -> None:
    take("orders", json_lines([order(n) for n in range(1, 5)]), "woocommerce")
    item: dict[str, object] = {
        "id": 9,
        "product_id": 7,
        "sku": "MUG",
        "quantity": -1,
        "total": "-18.00",
        "total_tax": "-3.42",
    }
    later = [
        order(1, refunds=[refund(50, "25.00", [item])]),
        order(2, refunds=[{"id": 51, "reason": "", "total": "-10.00"}]),
        order(3, status="refunded", refunds=[{"id": 52, "reason": "", "total": "-70.88"}]),
        order(4),
    ]
    result = take("orders", json_lines(later), "woocommerce")
    assert (result.written, result.duplicates) == (2 + 1 + 5 + 5, 15)  # order 3 also has another status
    assert [tuple(row.values()) for row in ask(PAID)] == [
        ("1", Decimal("45.8800"), 4),
        ("2", Decimal("60.8800"), 5),
        ("3", Decimal("0.0000"), 0),
        ("4", Decimal("70.8800"), 6),
    ]
    back = ask("select * from orders where returns_order_id = '1' order by line_id")
    assert [(row["line_id"], row["sku"], row["amount"]) for row in back] == [
        ("refund-50", None, Decimal("-3.5800")),
        ("refund-50-9", "MUG", Decimal("-21.4200")),
    ]
    assert {str(row["ordered_at"]) for row in back} == {"2026-05-20 10:00:00+00:00"}
    assert take("orders", json_lines(later), "woocommerce").written == 0


def test_a_store_without_tax_in_its_prices_gets_net_amounts(shop: Warehouse, ask: Ask, json_lines: Write) -> None:
    open_store(shop, "net", currency="EUR", timezone="Europe/Berlin", prices_include_tax=False)
    import_file(shop, "orders", json_lines([order(1)]), preset="woocommerce", store="net")
    assert ask("select sum(amount) as paid from orders") == [{"paid": Decimal("59.5600")}]


def item_row(number: int, item: int, **cells: object) -> dict[str, object]:
    return {
        "order_id": number,
        "order_number": number,
        "date": "2026-05-01 10:00:00",
        "status": "completed",
        "shipping_total": "4,75",
        "shipping_tax_total": "0,90",
        "fee_total": "0",
        "fee_tax_total": "0",
        "tax_total": "7,74",
        "order_total": "1.243,49",
        "refunded_total": "0",
        "order_currency": "EUR",
        "customer_id": "0",
        "billing_email": "ada@example.com",
        "item_id": item,
        "item_product_id": 7,
        "item_name": "Стол",
        "item_sku": "ТОВАР",
        "item_quantity": "2",
        "item_subtotal": "1.234,00",
        "item_total": "1.231,00",
        "item_total_tax": "6,84",
        "item_refunded": "0",
        "item_refunded_qty": "0",
        **cells,
    }


def test_rows_of_the_extension_with_decimal_commas(take: Take, ask: Ask, csv_file: Write) -> None:
    rows = [item_row(1, 1), item_row(2, 2, item_refunded="615,50", item_refunded_qty="-1", refunded_total="620,00")]
    path = csv_file(rows, encoding="cp1251", separator=";")
    assert take("orders", path, "woocommerce").written == 2 * 2 + 2
    assert [tuple(row.values()) for row in ask(PAID)] == [
        ("1", Decimal("1243.4900"), 3),
        ("2", Decimal("623.4900"), 1),
    ]
    assert ask("select distinct sku from orders where line_kind = 'product'") == [{"sku": "ТОВАР"}]
    assert take("orders", path, "woocommerce").written == 0


def test_products_of_the_api_and_their_promotions(take: Take, ask: Ask, json_lines: Write) -> None:
    mug: dict[str, object] = {
        "id": 7,
        "type": "simple",
        "status": "publish",
        "sku": "MUG",
        "name": "Mug",
        "price": "18",
        "regular_price": "20",
        "sale_price": "18",
        "on_sale": True,
        "date_on_sale_from_gmt": "2026-05-25T00:00:00",
        "date_on_sale_to_gmt": "2026-06-08T23:59:59",
        "date_created": "2025-01-05T10:00:00",
        "categories": [{"id": 3, "name": "Kitchen"}],
        "brands": [{"id": 1, "name": "Acme"}],
        "images": [{"src": "https://shop.example/mug.jpg"}],
        "global_unique_id": "4006381333931",
        "manage_stock": True,
        "stock_quantity": 4,
        "stock_status": "instock",
    }
    plain = {
        **mug,
        "id": 8,
        "sku": "",
        "on_sale": False,
        "price": "20",
        "sale_price": "",
        "date_on_sale_from_gmt": None,
    }
    result = take("products", json_lines([mug, plain, {**mug, "id": 9, "type": "variable"}]), "woocommerce")
    assert (result.written, result.also["promotions"].written) == (2, 1)
    assert result.left_out == {"product sold by its variations alone": 1}
    history = {row["sku"]: row for row in ask("select * from product_history")}
    assert (history["MUG"]["price"], history["MUG"]["list_price"], history["MUG"]["on_promotion"]) == (18, 20, True)
    assert (history["MUG"]["promotion_id"], history["MUG"]["stock"]) == ("sale 2026-05-25", 4)
    assert (history["id:8"]["price"], history["id:8"]["promotion_id"]) == (20, None)
    promotion = ask("select * from promotions")[0]
    assert (promotion["store_id"], promotion["promotion_id"], promotion["sku"]) == ("main", "sale 2026-05-25", "MUG")
    assert (promotion["price"], str(promotion["ends_at"])) == (18, "2026-06-08 23:59:59+00:00")
    assert ask("select brand, category, gtin from products where sku = 'MUG'") == [
        {"brand": "Acme", "category": "Kitchen", "gtin": "04006381333931"}
    ]


def test_products_of_the_export(take: Take, ask: Ask, csv_file: Write) -> None:
    sale = {"Date sale price starts": "2026-05-25", "Date sale price ends": "2026-06-01"}
    common: dict[str, object] = {"Type": "simple", "Published": 1, "In stock?": 1}
    rows = [
        {**common, "ID": 7, "SKU": "MUG", "Name": "Tasse ☕️", "Regular price": "20", "Sale price": "18", **sale},
        {**common, "ID": 8, "SKU": "", "Name": "Old", "Regular price": "9", "In stock?": 0, "Categories": "A > B, C"},
        {**common, "ID": 9, "SKU": "TEE", "Type": "variable", "Name": "Tee"},
        {**common, "ID": 10, "SKU": "TEE-S", "Type": "variation", "Parent": "TEE", "Name": "Tee - S", "Stock": 3},
    ]
    path = csv_file(rows, encoding="utf-8-sig")
    result = take("products", path, "woocommerce")
    assert (result.written, result.also["promotions"].written) == (3, 1)
    history = {row["sku"]: row for row in ask("select * from product_history")}
    # The sale's last day is today, in Berlin.
    assert (history["MUG"]["price"], history["MUG"]["list_price"]) == (18, 20)
    assert (history["id:8"]["stock"], history["TEE-S"]["stock"]) == (0, 3)
    assert ask("select category, parent_sku from products where sku in ('id:8', 'TEE-S') order by sku") == [
        {"category": None, "parent_sku": "TEE"},
        {"category": "A > B", "parent_sku": None},
    ]
    assert str(ask("select ends_at from promotions")[0]["ends_at"]) == "2026-06-01 22:00:00+00:00"
    again = take("products", path, "woocommerce")
    assert (again.written, again.also["promotions"].written) == (0, 0)


def test_customers(take: Take, ask: Ask, json_lines: Write) -> None:
    person = {
        "id": 77,
        "email": "Zoe@Example.com",
        "first_name": "Zoë",
        "last_name": "",
        "date_created_gmt": "2025-01-05T10:00:00",
        "billing": {"country": "DE", "city": "Köln", "postcode": "50667", "phone": ""},
    }
    assert take("customers", json_lines([person]), "woocommerce").written == 1
    found = ask("select * from customers")[0]
    assert (found["customer_id"], found["email"], found["country"]) == ("77", "zoe@example.com", "DE")
    assert (found["phone"], found["last_name"]) == (None, None)
