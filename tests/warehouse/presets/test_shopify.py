"""Shopify's exports and the nodes of its Admin API."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from warehouse.house import Warehouse
from warehouse.imports import ImportResult, import_file
from warehouse.stores import open_store

Take = Callable[..., ImportResult]
Ask = Callable[[str], list[dict[str, Any]]]
Write = Callable[..., Path]

EMOJI = "Tasse ☕️\nzum Frühstück"


def head(name: str, **cells: object) -> dict[str, object]:
    """The cells on an order's first row: 45.00 of goods after 5.00 off, 4.90 shipping, 7.97 tax in the prices."""
    return {
        "Name": name,
        "Email": "Ada@Example.com ",
        "Financial Status": "paid",
        "Currency": "EUR",
        "Subtotal": "45.00",
        "Shipping": "4.90",
        "Taxes": "7.97",
        "Total": "49.90",
        "Discount Code": "HELLO",
        "Created at": "2026-05-01 10:00:00 +0200",
        "Cancelled at": "",
        "Payment Method": "Card",
        "Refunded Amount": "0.00",
        "Tags": "",
        "Source": "web",
        **cells,
    }


def item(quantity: object, price: str, sku: str, title: str = "Thing") -> dict[str, object]:
    return {
        "Lineitem quantity": quantity,
        "Lineitem name": title,
        "Lineitem price": price,
        "Lineitem sku": sku,
        "Lineitem discount": "0.00",
    }


def order(name: str, **cells: object) -> list[dict[str, object]]:
    """An order of two lines."""
    more = {"Name": name, "Email": "Ada@Example.com "}
    return [{**head(name, **cells), **item(1, "20.00", "TEE")}, {**more, **item(3, "10.00", "MUG", EMOJI)}]


def test_orders_sum_to_what_was_paid(take: Take, ask: Ask, csv_file: Write) -> None:
    guests = [{**row, "Email": ""} for row in order("#1002", Source="pos")]
    path = csv_file([*order("#1001"), *guests])
    result = take("orders", path, "shopify")
    assert (result.read, result.written, result.returns, result.without_customer) == (6, 6, 0, 3)
    lines = ask("select * exclude (month) from orders where order_id = '#1001' order by line_id")
    amounts = {line["line_id"]: line["amount"] for line in lines}
    assert amounts == {"1": Decimal("18.0000"), "2": Decimal("27.0000"), "shipping": Decimal("4.9000")}
    tee, mug, shipping = lines
    assert (tee["sku"], tee["quantity"], tee["discount"]) == ("TEE", 1, Decimal("2.0000"))
    assert (mug["sku"], mug["quantity"], mug["unit_price"]) == ("MUG", 3, Decimal("10.0000"))
    assert (shipping["line_kind"], shipping["sku"], shipping["coupon"]) == ("shipping", None, "HELLO")
    assert str(tee["ordered_at"]) == "2026-05-01 08:00:00+00:00"
    assert ask("select distinct channel from orders where order_id = '#1002'") == [{"channel": "shop"}]
    assert ask("select title from products where sku = 'MUG'") == [{"title": EMOJI}]
    # The address is no id, however it was written.
    assert tee["customer_id"].startswith("guest-") and len(tee["customer_id"]) == 38
    again = take("orders", path, "shopify")
    assert (again.written, again.duplicates) == (0, 6)


def test_a_known_address_is_its_customer(take: Take, ask: Ask, csv_file: Write) -> None:
    people = [{"Customer ID": "'77", "Email": "ada@example.com", "Accepts Email Marketing": "yes", "First Name": "Ada"}]
    result = take("customers", csv_file(people, "customers.csv"), "shopify")
    assert (result.written, result.also["consents"].written) == (1, 1)
    take("orders", csv_file(order("#1001")), "shopify")
    assert ask("select distinct customer_id from orders") == [{"customer_id": "77"}]


def test_tests_and_staff_are_left_out_and_counted(take: Take, ask: Ask, csv_file: Write) -> None:
    path = csv_file(
        [
            *order("#1", **{"Payment Method": "(for testing) Bogus Gateway"}),
            *order("#2", Tags="vip, Staff"),
            *order("#3", Tags="test"),
            *order("#4", Tags="testers"),
        ]
    )
    result = take("orders", path, "shopify")
    assert (result.left_out, result.read, result.written) == ({"staff order": 1, "test order": 2}, 6, 3)
    assert ask("select distinct order_id from orders") == [{"order_id": "#4"}]


def test_a_later_export_with_refunds_changes_only_those_orders(take: Take, ask: Ask, csv_file: Write) -> None:
    take("orders", csv_file([*order("#1"), *order("#2"), *order("#3"), *order("#4")]), "shopify")
    later = csv_file(
        [
            *order("#1"),
            *order("#2", **{"Refunded Amount": "10.00", "Financial Status": "partially_refunded"}),
            *order(
                "#3",
                **{
                    "Refunded Amount": "49.90",
                    "Financial Status": "refunded",
                    "Cancelled at": "2026-05-03 09:00:00 +0200",
                },
            ),
            *order("#4", **{"Financial Status": "voided", "Cancelled at": "2026-05-03 09:00:00 +0200"}),
        ]
    )
    result = take("orders", later, "shopify")
    # Status of three orders, and four refund lines.
    assert (result.written, result.duplicates, result.returns) == (3 * 3 + 4, 3, 4)
    paid = ask("select order_id, sum(amount) as paid, sum(quantity) as units from orders group by 1 order by 1")
    assert [(row["order_id"], row["paid"], row["units"]) for row in paid] == [
        ("#1", Decimal("49.9000"), 5),
        ("#2", Decimal("39.9000"), 4),
        ("#3", Decimal("0.0000"), 0),
        ("#4", Decimal("0.0000"), 0),
    ]
    back = ask("select * from orders where returns_order_id is not null order by order_id, line_id")
    assert [(row["line_id"], row["sku"], row["quantity"]) for row in back] == [
        ("refund", None, -1),
        ("refund-1", "TEE", -1),
        ("refund-2", "MUG", -3),
        ("refund-shipping", None, -1),
    ]
    assert {(row["order_id"], str(row["ordered_at"])) for row in back} == {
        ("#2", "2026-05-01 08:00:00+00:00"),
        ("#3", "2026-05-03 07:00:00+00:00"),
    }
    assert take("orders", later, "shopify").written == 0


def test_windows_1251_semicolons_and_decimal_commas(take: Take, ask: Ask, csv_file: Write) -> None:
    cells = {
        "Subtotal": "1.234,50",
        "Shipping": "0,00",
        "Taxes": "0,00",
        "Total": "1.234,50",
        "Refunded Amount": "0,00",
    }
    row = {**head("#1", **cells), **item(1, "1.234,50", "КРУЖКА", "Кружка синяя, большая")}
    row["Lineitem discount"] = "0,00"
    take("orders", csv_file([row], encoding="cp1251", separator=";"), "shopify")
    assert ask("select sku, amount from orders") == [{"sku": "КРУЖКА", "amount": Decimal("1234.5000")}]
    assert ask("select title from products") == [{"title": "Кружка синяя, большая"}]


def test_a_byte_order_mark_and_other_capitals(take: Take, ask: Ask, csv_file: Write) -> None:
    rows = [{("Canceled at" if k == "Cancelled at" else k.upper()): v for k, v in row.items()} for row in order("#1")]
    assert take("orders", csv_file(rows, encoding="utf-8-sig"), "shopify").written == 3


def test_a_cell_that_cannot_be_read_spoils_its_order(shop: Warehouse, take: Take, ask: Ask, csv_file: Write) -> None:
    rows = [*order("#1"), *order("#2")]
    rows[1]["Lineitem price"] = "ten"
    result = take("orders", csv_file(rows), "shopify", skip_rejected=True)
    assert (result.read, result.written, result.rejected) == (5, 3, 2)
    assert result.rejects_file is not None
    listed = result.rejects_file.read_text(encoding="utf-8")
    assert "Lineitem price 'ten' is not a number" in listed
    assert "another line of the same order cannot be taken" in listed
    assert ask("select distinct order_id from orders") == [{"order_id": "#2"}]


@dataclass(frozen=True)
class Sold:
    """An order in cents: lines of (quantity, price, per cent off), and how its total comes about."""

    lines: list[tuple[int, int, int]]
    shipping: int
    rate: int
    tip: int
    tax_included: bool
    refunded_percent: int

    @property
    def subtotal(self) -> int:
        return sum(quantity * price - quantity * price * off // 100 for quantity, price, off in self.lines)

    @property
    def taxes(self) -> int:
        return (self.subtotal + self.shipping) * self.rate // (100 + (self.rate if self.tax_included else 0))

    @property
    def total(self) -> int:
        return self.subtotal + self.shipping + self.tip + (0 if self.tax_included else self.taxes)

    @property
    def refunded(self) -> int:
        return self.total * self.refunded_percent // 100

    def rows(self, name: str) -> list[dict[str, object]]:
        sums = {
            "Subtotal": self.subtotal,
            "Shipping": self.shipping,
            "Taxes": self.taxes,
            "Total": self.total,
            "Refunded Amount": self.refunded,
        }
        first = head(name, **{column: Decimal(cents) / 100 for column, cents in sums.items()})
        items = [item(q, str(Decimal(price) / 100), f"S{n}") for n, (q, price, _) in enumerate(self.lines)]
        return [{**first, **items[0]}, *({"Name": name, **row} for row in items[1:])]


SOLD = st.builds(
    Sold,
    st.lists(st.tuples(st.integers(1, 9), st.integers(0, 99_999), st.integers(0, 100)), min_size=1, max_size=6),
    shipping=st.integers(0, 2_000),
    rate=st.sampled_from([0, 5, 7, 19, 25]),
    tip=st.sampled_from([0, 0, 1, 250]),
    tax_included=st.booleans(),
    refunded_percent=st.sampled_from([0, 0, 33, 100]),
)


@settings(max_examples=3, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(orders=st.lists(SOLD, min_size=15, max_size=30))
def test_lines_always_sum_to_the_cent(
    shop: Warehouse, take: Take, ask: Ask, csv_file: Write, orders: list[Sold]
) -> None:
    """Whatever was taken off, however tax was told: sum(lines) = total, with or without tax as the store's prices."""
    path = csv_file([row for number, sold in enumerate(orders) for row in sold.rows(f"#{number}")])
    open_store(shop, "net", currency="EUR", timezone="Europe/Berlin", prices_include_tax=False)
    for store in ("main", "net"):
        take("orders", path, "shopify", store=store)
    found = {
        (row["store_id"], row["order_id"]): (row["charged"], row["back"])
        for row in ask(
            "select store_id, order_id, sum(amount) filter (where returns_order_id is null) as charged, "
            "coalesce(sum(amount) filter (where returns_order_id is not null), 0) as back from orders group by 1, 2"
        )
    }
    for number, sold in enumerate(orders):
        charged, back = found["main", f"#{number}"]
        assert (charged, -back) == (Decimal(sold.total) / 100, Decimal(sold.refunded) / 100)
        charged, back = found["net", f"#{number}"]
        assert charged == Decimal(sold.total - sold.taxes) / 100
        if sold.refunded_percent in (0, 100):
            assert -back == charged * sold.refunded_percent / 100


def node(name: str, **fields: object) -> dict[str, object]:
    def money(amount: str) -> dict[str, object]:
        return {"shopMoney": {"amount": amount, "currencyCode": "EUR"}}

    return {
        "id": "gid://shopify/Order/450789469",
        "name": name,
        "createdAt": "2026-05-01T08:00:00Z",
        "cancelledAt": None,
        "test": False,
        "displayFinancialStatus": "PAID",
        "currencyCode": "EUR",
        "taxesIncluded": True,
        "discountCodes": ["HELLO"],
        "sourceName": "web",
        "tags": [],
        "customer": {"legacyResourceId": "77"},
        "totalPriceSet": money("50.90"),
        "totalTaxSet": money("7.97"),
        "lineItems": {
            "nodes": [
                {
                    "id": f"gid://shopify/LineItem/{1 + n}",
                    "sku": sku,
                    "title": title,
                    "variantTitle": variant,
                    "quantity": quantity,
                    "originalUnitPriceSet": money(price),
                    "discountAllocations": [{"allocatedAmountSet": money(off)}],
                    "taxLines": [{"priceSet": money(tax)}],
                }
                for n, (sku, title, variant, quantity, price, off, tax) in enumerate(
                    [
                        ("TEE", "Tee 👕", "M / blue", 1, "20.00", "2.00", "2.87"),
                        ("MUG", "Mug", "Default Title", 3, "10.00", "3.00", "4.31"),
                    ]
                )
            ]
        },
        "shippingLines": {
            "nodes": [
                {
                    "id": "gid://shopify/ShippingLine/9?x=1",
                    "discountedPriceSet": money("4.90"),
                    "taxLines": [{"priceSet": money("0.79")}],
                }
            ]
        },
        "refunds": [],
        **fields,
    }


REFUND = {
    "id": "gid://shopify/Refund/5",
    "createdAt": "2026-05-20T10:00:00Z",
    "totalRefundedSet": {"shopMoney": {"amount": "12.00", "currencyCode": "EUR"}},
    "refundLineItems": {
        "nodes": [
            {
                "quantity": 1,
                "subtotalSet": {"shopMoney": {"amount": "9.00", "currencyCode": "EUR"}},
                "totalTaxSet": {"shopMoney": {"amount": "1.44", "currencyCode": "EUR"}},
                "lineItem": {"id": "gid://shopify/LineItem/2", "sku": "MUG"},
            }
        ]
    },
    "refundShippingLines": {"nodes": []},
}


def test_nodes_of_the_api_take_the_place_of_an_export(take: Take, ask: Ask, csv_file: Write, json_lines: Write) -> None:
    take("orders", csv_file([*order("#1001"), *order("#1002")]), "shopify")
    nodes = [
        node("#1001"),
        node("#1003", test=True),
        node("#1004", displayFinancialStatus="VOIDED"),
    ]
    result = take("orders", json_lines(nodes), "shopify")
    assert result.left_out == {"test order": 1}
    paid = ask(
        "select order_id, sum(amount) as paid, count(*) filter (where quantity <> 0) as lines from orders group by 1 "
        "order by 1"
    )
    assert [tuple(row.values()) for row in paid] == [
        ("#1001", Decimal("50.9000"), 4),  # the tip of 1.00 beside what the export had
        ("#1002", Decimal("49.9000"), 3),
        ("#1004", Decimal("0.0000"), 0),
    ]
    assert ask("select distinct customer_id from orders where quantity <> 0 and order_id = '#1001'") == [
        {"customer_id": "77"}
    ]
    assert take("orders", json_lines(nodes), "shopify").written == 0
    refunded = [node("#1001", displayFinancialStatus="PARTIALLY_REFUNDED", refunds=[REFUND]), *nodes[1:]]
    take("orders", json_lines(refunded), "shopify")
    back = ask("select * from orders where returns_order_id = '#1001' order by line_id")
    assert [(row["line_id"], row["sku"], row["quantity"], row["amount"]) for row in back] == [
        ("refund-5-2", "MUG", -1, Decimal("-9.0000")),
        ("refund-5-rest", None, -1, Decimal("-3.0000")),
    ]
    assert {str(row["ordered_at"]) for row in back} == {"2026-05-20 10:00:00+00:00"}


def test_a_store_without_tax_in_its_prices_gets_net_amounts(shop: Warehouse, ask: Ask, json_lines: Write) -> None:
    open_store(shop, "us", currency="USD", timezone="America/New_York", prices_include_tax=False)
    import_file(shop, "orders", json_lines([node("#1", refunds=[REFUND])]), preset="shopify", store="us")
    found = ask("select returns_order_id, sum(amount) as amount from orders group by 1 order by 1 nulls first")
    assert [row["amount"] for row in found] == [Decimal("42.9300"), Decimal("-10.5600")]


def test_products_by_variant(take: Take, ask: Ask, csv_file: Write) -> None:
    shirt = {"Handle": "tee", "Title": "Tee", "Vendor": "Acme", "Type": "Shirts", "Option1 Name": "Size"}
    rows: list[dict[str, object]] = [
        {
            **shirt,
            "Status": "active",
            "Option1 Value": "S",
            "Variant SKU": "TEE-S",
            "Variant Price": "20.00",
            "Variant Compare At Price": "25.00",
            "Variant Barcode": "4006381333931",
            "Cost per item": "7.50",
            "Variant Inventory Tracker": "shopify",
            "Variant Inventory Qty": "4",
            "Image Src": "https://cdn.example/tee.jpg",
        },
        {
            "Handle": "tee",
            "Option1 Value": "M",
            "Variant SKU": "TEE-M",
            "Variant Price": "21.00",
            "Variant Barcode": "x1",
        },
        {"Handle": "tee", "Image Src": "https://cdn.example/tee-2.jpg"},
        {
            "Handle": "mug",
            "Title": EMOJI,
            "Status": "archived",
            "Option1 Name": "Title",
            "Option1 Value": "Default Title",
            "Variant SKU": "MUG",
            "Variant Price": "10",
        },
        {"Handle": "card", "Title": "Card", "Status": "draft", "Variant Price": "10"},
    ]
    result = take("products", csv_file(rows), "shopify")
    assert (result.read, result.written, result.left_out) == (4, 3, {"variant without a SKU": 1})
    products = {row["sku"]: row for row in ask("select * from products")}
    assert (products["TEE-S"]["title"], products["TEE-S"]["parent_sku"]) == ("Tee - S", "tee")
    assert (products["TEE-S"]["brand"], products["TEE-S"]["category"]) == ("Acme", "Shirts")
    assert (products["TEE-S"]["gtin"], products["TEE-M"]["gtin"]) == ("04006381333931", None)
    assert products["TEE-M"]["attributes"] == '{"Size":"M"}'
    assert products["TEE-M"]["image_url"] == "https://cdn.example/tee.jpg"
    assert (products["MUG"]["title"], products["MUG"]["status"]) == (EMOJI, "discontinued")
    assert products["MUG"]["parent_sku"] is products["MUG"]["attributes"] is None
    history = {row["sku"]: row for row in ask("select * from product_history")}
    small = history["TEE-S"]
    assert (small["price"], small["list_price"], small["cost"]) == (20, 25, Decimal("7.5000"))
    assert (small["stock"], small["on_promotion"], history["MUG"]["stock"]) == (4, True, None)


def test_stock_of_all_locations(take: Take, ask: Ask, csv_file: Write) -> None:
    rows = [
        {"Handle": "tee", "SKU": "TEE", "Location": "Berlin", "On hand": "4"},
        {"Handle": "tee", "SKU": "TEE", "Location": "Bonn", "On hand": "3"},
        {"Handle": "mug", "SKU": "MUG", "Location": "Bonn", "On hand": "not stocked"},
    ]
    take("products", csv_file(rows), "shopify")
    assert ask("select sku, stock from product_history") == [{"sku": "TEE", "stock": 7}]


def test_variants_of_the_api(take: Take, ask: Ask, json_lines: Write) -> None:
    product = {"title": "Tee", "vendor": "Acme", "productType": "Shirts", "handle": "tee", "status": "ACTIVE"}
    variant: dict[str, object] = {
        "id": "gid://shopify/ProductVariant/1",
        "sku": "TEE-S",
        "title": "S",
        "barcode": "4006381333931",
        "price": "20.00",
        "compareAtPrice": "25.00",
        "inventoryQuantity": 4,
        "selectedOptions": [{"name": "Size", "value": "S"}],
        "inventoryItem": {"tracked": True, "unitCost": {"amount": "7.5", "currencyCode": "EUR"}},
        "product": {**product, "isGiftCard": False, "publishedAt": "2026-01-05T00:00:00Z"},
    }
    gift = {**variant, "sku": "GIFT", "product": {**product, "isGiftCard": True}}
    result = take("products", json_lines([variant, gift, {**variant, "sku": ""}]), "shopify")
    assert result.left_out == {"gift card": 1, "variant without a SKU": 1}
    found = ask("select * from products p join product_history h using (sku)")[0]
    assert (found["title"], found["parent_sku"], found["attributes"]) == ("Tee - S", "tee", '{"Size":"S"}')
    assert (found["price"], found["cost"], found["stock"]) == (20, Decimal("7.5000"), 4)
    assert str(found["launched_on"]) == "2026-01-05"


def test_consent_without_a_date_never_undoes_a_withdrawal(
    shop: Warehouse, take: Take, ask: Ask, csv_file: Write
) -> None:
    said = {"1": "yes", "2": "no", "3": "yes", "4": "no"}
    export = csv_file(
        [{"Customer ID": f"'{n}", "Email": f"{n}@x.de", "Accepts Email Marketing": word} for n, word in said.items()]
    )
    known = csv_file(
        [
            {"customer_id": "3", "channel": "email", "at": "2026-01-01T00:00:00Z", "granted": "no"},
            {"customer_id": "4", "channel": "email", "at": "2026-01-01T00:00:00Z", "granted": "yes"},
        ],
        "consents.csv",
    )
    import_file(shop, "consents", known)
    assert take("customers", export, "shopify").also["consents"].written == 2
    now = ask(
        "select customer_id, granted from consents "
        'qualify row_number() over (partition by customer_id order by "at" desc) = 1 order by 1'
    )
    assert [tuple(row.values()) for row in now] == [("1", True), ("3", False), ("4", False)]
    again = take("customers", export, "shopify")
    assert (again.written, again.also["consents"].written) == (0, 0)


def test_customers_of_the_api_bring_when_they_agreed(take: Take, ask: Ask, json_lines: Write) -> None:
    person: dict[str, object] = {
        "id": "gid://shopify/Customer/77",
        "legacyResourceId": "77",
        "firstName": "Zoë 🎉",
        "locale": "de",
        "createdAt": "2025-01-01T00:00:00Z",
        "defaultEmailAddress": {
            "emailAddress": "Zoe@Example.com",
            "marketingState": "SUBSCRIBED",
            "marketingUpdatedAt": "2025-02-01T00:00:00Z",
        },
        "defaultPhoneNumber": {
            "phoneNumber": "+491701234567",
            "marketingState": "PENDING",
            "marketingUpdatedAt": "2025-02-01T00:00:00Z",
        },
        "defaultAddress": {"city": "Köln", "zip": "50667", "countryCodeV2": "DE"},
    }
    result = take("customers", json_lines([person]), "shopify")
    assert (result.written, result.also["consents"].written) == (1, 1)
    found = ask("select * from customers")[0]
    assert (found["customer_id"], found["email"], found["first_name"]) == ("77", "zoe@example.com", "Zoë 🎉")
    assert (found["country"], found["postal_code"], found["phone"]) == ("DE", "50667", "+491701234567")
    consent = ask('select channel, granted, "at" from consents')[0]
    assert (consent["channel"], consent["granted"], str(consent["at"])) == ("email", True, "2025-02-01 00:00:00+00:00")
