"""Shopify: the exports of its admin, and nodes of its GraphQL Admin API as JSON lines.

Columns of the exports: help.shopify.com/manual/fulfillment/managing-orders/exporting-orders,
/manual/products/import-export/using-csv, /manual/products/inventory/setup/inventory-csv and
/manual/customers/import-export-customers. Fields of the API: shopify.dev/docs/api/admin-graphql, as asked for by
warehouse/sources/shopify/*.graphql.

An order is known by its name (#1001), in either form, so that nightly nodes correct what an export brought. Test orders
(a bogus gateway, the API's mark, the tag "test") and those tagged "staff" or "internal" are left out; drafts are no
part of either form. Orders count when they are placed, paid or not, as in Shopify's own reports; one that is voided, or
cancelled before it was paid, stays with nothing sold for nothing.
"""

from __future__ import annotations

from warehouse.imports.presets.preset import Preset, Shape, statement

ORDERS_CSV = Preset(
    "shopify",
    "orders",
    "Shopify orders export",
    shape=Shape(
        statement("shopify/orders_csv.sql", "order_lines.sql"),
        requires=(
            *("Name", "Email", "Financial Status", "Created at", "Subtotal", "Total"),
            *("Lineitem quantity", "Lineitem name", "Lineitem price", "Lineitem sku"),
        ),
        optional=(
            *("Currency", "Shipping", "Taxes", "Discount Code", "Cancelled at", "Payment Method", "Refunded Amount"),
            *("Tags", "Source", "Lineitem discount"),
        ),
        numbers=(
            *("Subtotal", "Shipping", "Taxes", "Total", "Refunded Amount"),
            *("Lineitem quantity", "Lineitem price", "Lineitem discount"),
        ),
        aliases={"Cancelled at": "Canceled at"},
        group="Name",
        knows=("customers",),
        whole_orders=True,
    ),
)

ORDERS_API = Preset(
    "shopify",
    "orders",
    "Shopify Admin API order (JSON lines)",
    shape=Shape(
        statement("shopify/orders_api.sql", "order_lines.sql"),
        requires=("name", "createdAt", "lineItems"),
        optional=(
            *("test", "tags", "customer", "email", "currencyCode", "discountCodes", "sourceName", "cancelledAt"),
            *("displayFinancialStatus", "taxesIncluded", "totalPriceSet", "totalTaxSet", "shippingLines", "refunds"),
        ),
        knows=("customers",),
        whole_orders=True,
    ),
)

PRODUCTS_CSV = Preset(
    "shopify",
    "products",
    "Shopify products export",
    shape=Shape(
        statement("shopify/products_csv.sql"),
        requires=("Handle", "Title", "Variant SKU", "Variant Price"),
        optional=(
            *("Vendor", "Product Category", "Type", "Status", "Published", "Image Src", "Variant Image"),
            *("Option1 Name", "Option1 Value", "Option2 Name", "Option2 Value", "Option3 Name", "Option3 Value"),
            *("Variant Barcode", "Variant Compare At Price", "Cost per item"),
            *("Variant Inventory Tracker", "Variant Inventory Qty"),
        ),
        numbers=("Variant Price", "Variant Compare At Price", "Cost per item", "Variant Inventory Qty"),
        aliases={
            "Handle": "URL handle",
            "Variant SKU": "SKU",
            "Variant Price": "Price",
            "Variant Compare At Price": "Compare-at price",
            "Variant Barcode": "Barcode",
            "Variant Inventory Tracker": "Inventory tracker",
            "Variant Inventory Qty": "Inventory quantity",
            "Image Src": "Product image URL",
            "Variant Image": "Variant image URL",
            "Published": "Published on online store",
        },
        told={
            "list_price": "Variant Compare At Price",
            "on_promotion": "Variant Compare At Price",
            "cost": "Cost per item",
            "stock": "Variant Inventory Qty",
            "gtin": "Variant Barcode",
            "brand": "Vendor",
        },
    ),
)

PRODUCTS_API = Preset(
    "shopify",
    "products",
    "Shopify Admin API product variant (JSON lines)",
    shape=Shape(
        statement("shopify/products_api.sql"),
        requires=("sku", "price", "product"),
        optional=("title", "barcode", "compareAtPrice", "inventoryQuantity", "inventoryItem", "selectedOptions"),
        told={
            "list_price": "compareAtPrice",
            "on_promotion": "compareAtPrice",
            "cost": "inventoryItem",
            "stock": "inventoryItem",
            "gtin": "barcode",
        },
    ),
)

INVENTORY_CSV = Preset(
    "shopify",
    "products",
    "Shopify inventory export",
    shape=Shape(
        statement("shopify/inventory_csv.sql"),
        requires=("SKU", "Location"),
        optional=("Available", "On hand", "On hand (current)"),
    ),
)

_CUSTOMER_COLUMNS = ("Email", "Accepts Email Marketing")

CUSTOMERS_CSV = Preset(
    "shopify",
    "customers",
    "Shopify customers export",
    shape=Shape(
        statement("shopify/customers_csv.sql"),
        requires=_CUSTOMER_COLUMNS,
        optional=(
            *("Customer ID", "First Name", "Last Name", "Phone", "Default Address Phone", "Default Address City"),
            *("Default Address Zip", "Default Address Country Code"),
        ),
        aliases={
            "Default Address City": "City",
            "Default Address Zip": "Zip",
            "Default Address Country Code": "Country Code",
        },
    ),
    also=("consents",),
)

CONSENTS_CSV = Preset(
    "shopify",
    "consents",
    "Shopify customers export",
    shape=Shape(
        statement("shopify/consents_csv.sql"),
        requires=_CUSTOMER_COLUMNS,
        optional=("Customer ID", "Accepts SMS Marketing"),
        knows=("consents",),
    ),
)

CUSTOMERS_API = Preset(
    "shopify",
    "customers",
    "Shopify Admin API customer (JSON lines)",
    shape=Shape(
        statement("shopify/customers_api.sql"),
        requires=("id", "defaultEmailAddress"),
        optional=(
            *("legacyResourceId", "firstName", "lastName", "locale", "createdAt"),
            *("defaultPhoneNumber", "defaultAddress"),
        ),
    ),
    also=("consents",),
)

CONSENTS_API = Preset(
    "shopify",
    "consents",
    "Shopify Admin API customer (JSON lines)",
    shape=Shape(
        statement("shopify/consents_api.sql"),
        requires=("id", "defaultEmailAddress"),
        optional=("legacyResourceId", "defaultPhoneNumber"),
    ),
)

SHOPIFY = (
    *(ORDERS_CSV, ORDERS_API, PRODUCTS_CSV, PRODUCTS_API, INVENTORY_CSV),
    *(CUSTOMERS_CSV, CUSTOMERS_API, CONSENTS_CSV, CONSENTS_API),
)
