"""Magento's REST orders and exports."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

from warehouse.house import Warehouse
from warehouse.imports import ImportResult
from warehouse.stores import open_store

Take = Callable[..., ImportResult]
Ask = Callable[[str], list[dict[str, Any]]]
Write = Callable[..., Path]


def order(number: str, **fields: object) -> dict[str, object]:
    """54.90 paid: a shirt in a size, with 5.00 off, and shipping; 19 % tax."""
    shirt = {
        "sku": "TEE-S",
        "name": "Tee 👕",
        "qty_ordered": 2,
        "price": 23.11,
        "row_total": 46.22,
        "tax_amount": 7.98,
        "discount_amount": 5,
        "discount_tax_compensation_amount": 0.8,
        "qty_refunded": 0,
    }
    return {
        "increment_id": number,
        "created_at": "2026-05-01 08:00:00",
        "state": "processing",
        "status": "processing",
        "store_id": 2,
        "remote_ip": "192.0.2.1",
        "customer_email": "Ada@Example.com",
        "order_currency_code": "EUR",
        "grand_total": 54.9,
        "tax_amount": 8.76,
        "shipping_amount": 4.12,
        "shipping_tax_amount": 0.78,
        "total_paid": 54.9,
        "items": [
            {**shirt, "item_id": 11, "product_type": "configurable"},
            {"item_id": 12, "parent_item_id": 11, "sku": "TEE-S", "qty_ordered": 2, "price": 0, "row_total": 0},
        ],
        **fields,
    }


def test_orders_and_what_went_back(shop: Warehouse, take: Take, ask: Ask, json_lines: Write) -> None:
    open_store(shop, "2", currency="EUR", timezone="Europe/Berlin", prices_include_tax=True)
    nodes = [
        order("100"),
        order("101", state="pending_payment"),
        order("102", state="canceled", total_paid=0),
        order("103", store_id=5),
    ]
    result = take("orders", json_lines(nodes), "magento")
    assert (result.left_out, result.written) == ({"awaiting payment": 1}, 6)
    paid = "select store_id, order_id, sum(amount) as paid, sum(quantity) as units from orders group by 1, 2 order by 2"
    assert [tuple(row.values()) for row in ask(paid)] == [
        ("2", "100", Decimal("54.9000"), 3),
        ("2", "102", Decimal("0.0000"), 0),
        ("main", "103", Decimal("54.9000"), 3),
    ]
    assert ask("select distinct sku from orders where line_kind = 'product'") == [{"sku": "TEE-S"}]
    items = nodes[0]["items"]
    assert isinstance(items, list)
    returned = {
        **items[0],
        "qty_refunded": 1,
        "amount_refunded": 23.11,
        "tax_refunded": 3.99,
        "discount_refunded": 2.5,
        "discount_tax_compensation_refunded": 0.4,
    }
    nodes[0] = order("100", total_refunded=30, items=[returned, items[1]])
    assert take("orders", json_lines(nodes), "magento").written == 2
    back = ask("select line_id, sku, quantity, amount from orders where returns_order_id = '100' order by 1")
    assert [tuple(row.values()) for row in back] == [
        ("refund", None, -1, Decimal("-5.0000")),
        ("refund-11", "TEE-S", -1, Decimal("-25.0000")),
    ]


def test_products(take: Take, ask: Ask, csv_file: Write) -> None:
    common = {"store_view_code": "", "product_type": "simple", "product_online": 1, "created_at": "1/5/25, 9:00 AM"}
    rows = [
        {
            **common,
            "sku": "TEE-S",
            "name": "Tee",
            "categories": "Default Category/Men/Tees,Default Category/Sale",
            "price": "25.0000",
            "special_price": "20.0000",
            "special_price_from_date": "5/25/26",
            "special_price_to_date": "6/8/26",
            "additional_attributes": "manufacturer=Acme, Inc.,cost=7.50,ean=4006381333931",
            "qty": "4.0000",
            "is_in_stock": 1,
        },
        {**common, "sku": "TEE-S", "store_view_code": "de", "name": "T-Shirt"},
        {**common, "sku": "TEE", "product_type": "configurable", "name": "Tee"},
        {**common, "sku": "MUG", "name": "Tasse\n☕️", "price": "10", "qty": "3", "is_in_stock": 0},
    ]
    result = take("products", csv_file(rows), "magento")
    assert (result.written, result.also["promotions"].written) == (2, 1)
    assert result.left_out == {"product sold by its parts alone": 1}
    tee = ask("select * from products join product_history using (sku) where sku = 'TEE-S'")[0]
    assert (tee["brand"], tee["category"], tee["gtin"]) == ("Acme, Inc.", "Men > Tees", "04006381333931")
    assert (tee["price"], tee["list_price"], tee["cost"], tee["stock"]) == (20, 25, Decimal("7.5000"), 4)
    assert (str(tee["launched_on"]), tee["promotion_id"]) == ("2025-01-05", "sale 2026-05-25")
    assert ask("select stock from product_history where sku = 'MUG'") == [{"stock": 0}]


def test_customers_are_those_of_the_orders(take: Take, ask: Ask, csv_file: Write, json_lines: Write) -> None:
    take("orders", json_lines([order("1")]), "magento")
    people = [{"email": "ada@example.com", "_website": "base", "firstname": "Ada", "lastname": "Ł", "dob": ""}]
    take("customers", csv_file(people), "magento")
    assert ask("select distinct first_name from orders join customers using (customer_id)") == [{"first_name": "Ada"}]
