"""Magento (Adobe Commerce): its product and customer exports, and orders of the REST API as JSON lines.

Columns of the exports: experienceleague.adobe.com/docs/commerce-admin/systems/data-transfer, "Product data attributes
reference" and "Customer data attributes reference". Fields of orders: developer.adobe.com/commerce/webapi/rest, the
schema of V1/orders. The grid's own export of orders lists no lines and cannot be used.

An order is known by its increment id, a customer by the address (the customer export has no ids). Orders that await
payment are left out; one cancelled before it was paid stays with nothing sold for nothing. A refund stands on the day
of its order: orders do not tell when their credit memos were made. Nothing tells tests or staff orders apart.
"""

from __future__ import annotations

from warehouse.imports.presets.preset import Preset, Shape, statement

ORDERS_API = Preset(
    "magento",
    "orders",
    "Magento REST order (JSON lines)",
    shape=Shape(
        statement("magento/orders_api.sql", "order_lines.sql"),
        requires=("increment_id", "created_at", "grand_total", "items"),
        optional=(
            *("state", "status", "store_id", "customer_email", "order_currency_code", "coupon_code", "remote_ip"),
            *("tax_amount", "shipping_amount", "shipping_tax_amount", "shipping_discount_amount", "shipping_refunded"),
            *("shipping_tax_refunded", "shipping_discount_tax_compensation_amount", "total_paid", "total_refunded"),
        ),
        knows=("customers",),
        whole_orders=True,
    ),
)

PRODUCTS_CSV = Preset(
    "magento",
    "products",
    "Magento product export",
    shape=Shape(
        statement("magento/products_csv.sql"),
        requires=("sku", "store_view_code", "product_type", "name", "price"),
        optional=(
            *("categories", "product_online", "special_price", "special_price_from_date", "special_price_to_date"),
            *("created_at", "additional_attributes", "cost", "qty", "is_in_stock"),
        ),
        numbers=("price", "special_price", "cost", "qty"),
        told={
            "category": "categories",
            "list_price": "special_price",
            "on_promotion": "special_price",
            "promotion_id": "special_price",
            "stock": "qty",
        },
    ),
    also=("promotions",),
)

PROMOTIONS_CSV = Preset(
    "magento",
    "promotions",
    "Magento product export",
    shape=Shape(
        statement("magento/promotions_csv.sql"),
        requires=("sku", "store_view_code", "special_price", "special_price_from_date"),
        optional=("special_price_to_date", "product_type"),
        numbers=("special_price",),
    ),
)

CUSTOMERS_CSV = Preset(
    "magento",
    "customers",
    "Magento customers main file",
    shape=Shape(
        statement("magento/customers_csv.sql"),
        requires=("email", "_website", "firstname", "lastname"),
        optional=("dob", "created_at"),
        knows=("customers",),
    ),
)

MAGENTO = (ORDERS_API, PRODUCTS_CSV, PROMOTIONS_CSV, CUSTOMERS_CSV)
