"""PrestaShop's import columns, and order lines of its SQL Manager."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

from warehouse.imports import ImportResult

Take = Callable[..., ImportResult]
Ask = Callable[[str], list[dict[str, Any]]]
Write = Callable[..., Path]


def line(order: int, detail: int, **cells: object) -> dict[str, object]:
    """A line of an order of two: 100.00 and 50.00 of goods, 15.00 off by vouchers, 6.00 shipping; 20 % tax."""
    first = detail % 2 == 1
    return {
        "id_order": order,
        "reference": "XKBKNABJK",
        "id_customer": 77,
        "date_add": "2026-05-01 10:00:00",
        "current_state": 2,
        "currency": "EUR",
        "total_paid_tax_incl": "141.000000",
        "total_paid_tax_excl": "117.500000",
        "total_shipping_tax_incl": "6.000000",
        "total_shipping_tax_excl": "5.000000",
        "total_discounts_tax_incl": "15.000000",
        "total_discounts_tax_excl": "12.500000",
        "id_order_detail": detail,
        "product_id": 5,
        "product_reference": "TABLE" if first else "",
        "product_name": "Table" if first else "Chaise\nbleue",
        "product_quantity": 1 if first else 2,
        "product_quantity_refunded": 0,
        "product_quantity_return": 0,
        "unit_price_tax_incl": "100.000000" if first else "25.000000",
        "total_price_tax_incl": "100.000000" if first else "50.000000",
        "total_price_tax_excl": "83.333333" if first else "41.666667",
        **cells,
    }


def test_orders(take: Take, ask: Ask, csv_file: Write) -> None:
    rows = [
        *(line(1, 1), line(1, 2)),
        *(line(2, 3, current_state=6), line(2, 4, current_state=6)),
        *(line(3, 5), line(3, 6, product_quantity_refunded=1)),
    ]
    path = csv_file(rows, separator=";")
    assert take("orders", path, "prestashop").written == 10
    paid = ask("select order_id, sum(amount) as paid, sum(quantity) as units from orders group by 1 order by 1")
    assert [tuple(row.values()) for row in paid] == [
        ("1", Decimal("141.0000"), 4),
        ("2", Decimal("0.0000"), 0),
        ("3", Decimal("118.5000"), 3),
    ]
    lines = ask("select line_id, sku, amount, discount from orders where order_id = '1' order by 1")
    assert [tuple(row.values()) for row in lines] == [
        ("1", "TABLE", Decimal("90.0000"), Decimal("10.0000")),
        ("2", "id:5", Decimal("45.0000"), Decimal("5.0000")),
        ("shipping", None, Decimal("6.0000"), None),
    ]
    assert take("orders", path, "prestashop").written == 0


def test_products_with_decimal_commas(take: Take, ask: Ask, csv_file: Write) -> None:
    rows = [
        {
            "Product ID": 5,
            "Active (0/1)": 1,
            "Name *": "Стол",
            "Categories (x,y,z...)": "Мебель",
            "Price tax included": "1.234,50",
            "Wholesale price": "600,25",
            "Discount amount": "34,50",
            "Discount percent": "",
            "Discount from (yyyy-mm-dd)": "2026-05-25",
            "Discount to (yyyy-mm-dd)": "2026-06-30",
            "Reference #": "TABLE",
            "Manufacturer": "Acme",
            "EAN13": "4006381333931",
            "Quantity": 4,
        },
        {
            "Product ID": 6,
            "Active (0/1)": 0,
            "Name *": "Стул",
            "Price tax included": "99,90",
            "Discount percent": "10",
            "Discount from (yyyy-mm-dd)": "2026-07-01",
            "Discount to (yyyy-mm-dd)": "0000-00-00",
            "Reference #": "",
        },
    ]
    result = take("products", csv_file(rows, encoding="cp1251", separator=";"), "prestashop")
    assert (result.written, result.also["promotions"].written) == (2, 2)
    history = {row["sku"]: row for row in ask("select * from product_history")}
    table, chair = history["TABLE"], history["id:6"]
    assert (table["price"], table["list_price"], table["cost"]) == (1200, Decimal("1234.5000"), Decimal("600.2500"))
    assert (chair["price"], chair["on_promotion"]) == (Decimal("99.9000"), False)
    promotions = ask("select promotion_id, sku, price, discount_percent, ends_at from promotions order by 1")
    assert [tuple(map(str, row.values())) for row in promotions] == [
        ("sale 2026-05-25", "TABLE", "1200.0000", "None", "2026-06-30 22:00:00+00:00"),
        ("sale 2026-07-01", "id:6", "None", "10.0", "None"),
    ]
    assert ask("select title, status from products order by sku desc") == [
        {"title": "Стул", "status": "inactive"},
        {"title": "Стол", "status": "active"},
    ]


def test_customers_and_their_newsletter(take: Take, ask: Ask, csv_file: Write) -> None:
    rows = [
        {
            "Customer ID": 77,
            "Email *": "Ada@Example.com",
            "First Name *": "Ada",
            "Last Name *": "Ł",
            "Birthday (yyyy-mm-dd)": "1985-12-10",
            "Newsletter (0/1)": 1,
            "Registration date (yyyy-mm-dd)": "2025-01-05",
        },
        {"Customer ID": 78, "Email *": "b@x.de", "Birthday (yyyy-mm-dd)": "0000-00-00", "Newsletter (0/1)": 0},
    ]
    result = take("customers", csv_file(rows), "prestashop")
    assert (result.written, result.also["consents"].written) == (2, 1)
    found = ask("select customer_id, email, birth_date from customers order by 1")
    assert [tuple(map(str, row.values())) for row in found] == [
        ("77", "ada@example.com", "1985-12-10"),
        ("78", "b@x.de", "None"),
    ]
