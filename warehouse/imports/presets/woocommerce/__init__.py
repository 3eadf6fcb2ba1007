"""WooCommerce: the REST API (wc/v3) as JSON lines, its product exporter, and orders by a common extension.

Fields of the API: woocommerce.github.io/woocommerce-rest-api-docs. Columns of the product exporter: the page "Product
CSV Import Schema" of the wiki at github.com/woocommerce/woocommerce. WooCommerce exports no orders; read is the format
"Default CSV - One row per line item" of the extension Customer/Order/Coupon Export
(docs.woocommerce.com/document/ordercustomer-csv-export-developer-documentation).

An order is known by its number. Carts that still await payment and drafts are left out. Orders that were cancelled,
that failed or were thrown away do not count in WooCommerce's own reports: they stay with nothing sold for nothing.
Nothing tells tests or staff orders apart. Products without a SKU are known as id:<id>, as WooCommerce's exporter
writes it. The extension's rows tell no time of a refund: it stands on the day of its order.
"""

from __future__ import annotations

from warehouse.imports.presets.preset import Preset, Shape, statement

ORDERS_API = Preset(
    "woocommerce",
    "orders",
    "WooCommerce REST order (JSON lines)",
    shape=Shape(
        statement("woocommerce/orders_api.sql", "order_lines.sql"),
        requires=("id", "status", "line_items", "total", "total_tax"),
        optional=(
            *("number", "date_created_gmt", "date_created", "customer_id", "billing", "currency", "coupon_lines"),
            *("created_via", "prices_include_tax", "shipping_lines", "fee_lines", "refunds"),
        ),
        knows=("customers",),
        whole_orders=True,
    ),
)

ORDERS_CSV = Preset(
    "woocommerce",
    "orders",
    "Customer/Order/Coupon Export of orders, one row per item",
    shape=Shape(
        statement("woocommerce/orders_csv.sql", "order_lines.sql"),
        requires=(
            "order_id",
            "date",
            "status",
            "order_total",
            "item_id",
            "item_quantity",
            "item_subtotal",
            "item_total",
        ),
        optional=(
            *("order_number", "customer_id", "billing_email", "customer_email", "order_currency", "tax_total"),
            *("shipping_total", "shipping_tax_total", "fee_total", "fee_tax_total", "refunded_total"),
            *("item_sku", "item_product_id", "item_name", "item_total_tax", "item_refunded", "item_refunded_qty"),
        ),
        numbers=(
            *("order_total", "tax_total", "shipping_total", "shipping_tax_total", "fee_total", "fee_tax_total"),
            *("refunded_total", "item_quantity", "item_subtotal", "item_total", "item_total_tax", "item_refunded"),
            "item_refunded_qty",
        ),
        group="order_id",
        knows=("customers",),
        whole_orders=True,
    ),
)

PRODUCTS_API = Preset(
    "woocommerce",
    "products",
    "WooCommerce REST product (JSON lines)",
    shape=Shape(
        statement("woocommerce/products_api.sql"),
        requires=("id", "sku", "price"),
        optional=(
            *("type", "status", "parent_id", "name", "brands", "categories", "global_unique_id", "date_created"),
            *("permalink", "images", "image", "regular_price", "on_sale", "date_on_sale_from_gmt"),
            *("cost_of_goods_sold", "stock_status", "manage_stock", "stock_quantity"),
        ),
        told={
            "brand": "brands",
            "category": "categories",
            "gtin": "global_unique_id",
            "list_price": "regular_price",
            "on_promotion": "on_sale",
            "promotion_id": "on_sale",
            "cost": "cost_of_goods_sold",
            "stock": "stock_status",
        },
    ),
    also=("promotions",),
)

PROMOTIONS_API = Preset(
    "woocommerce",
    "promotions",
    "WooCommerce REST product (JSON lines)",
    shape=Shape(
        statement("woocommerce/promotions_api.sql"),
        requires=("id", "sku", "sale_price", "date_on_sale_from_gmt"),
        optional=("type", "date_on_sale_to_gmt"),
    ),
)

PRODUCTS_CSV = Preset(
    "woocommerce",
    "products",
    "WooCommerce product export",
    shape=Shape(
        statement("woocommerce/products_csv.sql"),
        requires=("ID", "Type", "SKU", "Name", "Regular price"),
        optional=(
            *(
                "Published",
                "Parent",
                "Brands",
                "Brand",
                "Categories",
                "GTIN, UPC, EAN, or ISBN",
                "Images",
                "Sale price",
            ),
            *("Date sale price starts", "Date sale price ends", "Cost of goods", "In stock?", "Stock"),
        ),
        numbers=("Regular price", "Sale price", "Cost of goods", "Stock"),
        told={
            "brand": "Brands",
            "category": "Categories",
            "gtin": "GTIN, UPC, EAN, or ISBN",
            "list_price": "Sale price",
            "on_promotion": "Sale price",
            "promotion_id": "Sale price",
            "cost": "Cost of goods",
            "stock": "Stock",
        },
    ),
    also=("promotions",),
)

PROMOTIONS_CSV = Preset(
    "woocommerce",
    "promotions",
    "WooCommerce product export",
    shape=Shape(
        statement("woocommerce/promotions_csv.sql"),
        requires=("ID", "Type", "SKU", "Sale price", "Date sale price starts"),
        optional=("Date sale price ends",),
        numbers=("Sale price",),
    ),
)

CUSTOMERS_API = Preset(
    "woocommerce",
    "customers",
    "WooCommerce REST customer (JSON lines)",
    shape=Shape(
        statement("woocommerce/customers_api.sql"),
        requires=("id", "email"),
        optional=("first_name", "last_name", "billing", "date_created_gmt", "date_created"),
    ),
)

WOOCOMMERCE = (
    *(ORDERS_API, ORDERS_CSV, PRODUCTS_API, PRODUCTS_CSV, PROMOTIONS_API, PROMOTIONS_CSV),
    CUSTOMERS_API,
)
