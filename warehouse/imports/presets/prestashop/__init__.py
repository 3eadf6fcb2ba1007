"""PrestaShop: products and customers in the columns of its CSV import, and lines of orders from its SQL Manager.

Columns of the import: the sample files behind Advanced Parameters > Import (docs.prestashop-project.org). The grid's
own export of orders lists no lines; the SQL Manager (Advanced Parameters > Database) exports the lines as CSV by this
query over PrestaShop's tables (devdocs.prestashop-project.org, "Database structure"):

    select o.id_order, o.reference, o.id_customer, o.date_add, o.current_state, o.module, o.valid,
           c.iso_code as currency, o.total_paid_tax_incl, o.total_paid_tax_excl, o.total_shipping_tax_incl,
           o.total_shipping_tax_excl, o.total_discounts_tax_incl, o.total_discounts_tax_excl, d.id_order_detail,
           d.product_id, d.product_reference, d.product_name, d.product_quantity, d.product_quantity_refunded,
           d.product_quantity_return, d.unit_price_tax_incl, d.total_price_tax_incl, d.total_price_tax_excl,
           d.total_refunded_tax_incl, d.total_refunded_tax_excl
    from ps_orders o join ps_order_detail d on d.id_order = o.id_order
                     join ps_currency c on c.id_currency = o.id_currency

An order is known by its id. Orders in the states 6 (cancelled) and 8 (payment error) stay with nothing sold for
nothing. A refund stands on the day of its order. Nothing tells tests or staff orders apart. Products without a
reference are known as id:<id>. Prices are taken as they stand, with or without tax: the file does not tell the rate.
"""

from __future__ import annotations

from warehouse.imports.presets.preset import Preset, Shape, statement

ORDERS_CSV = Preset(
    "prestashop",
    "orders",
    "PrestaShop order lines by SQL Manager",
    shape=Shape(
        statement("prestashop/orders_csv.sql", "order_lines.sql"),
        requires=(
            *("id_order", "reference", "id_customer", "date_add", "current_state", "total_paid_tax_incl"),
            *("total_paid_tax_excl", "id_order_detail", "product_quantity", "total_price_tax_incl"),
            "total_price_tax_excl",
        ),
        optional=(
            *("module", "valid", "currency", "total_shipping_tax_incl", "total_shipping_tax_excl", "product_id"),
            *("total_discounts_tax_incl", "total_discounts_tax_excl", "product_reference", "product_name"),
            *("product_quantity_refunded", "product_quantity_return", "unit_price_tax_incl"),
            *("total_refunded_tax_incl", "total_refunded_tax_excl"),
        ),
        numbers=(
            *("total_paid_tax_incl", "total_paid_tax_excl", "total_shipping_tax_incl", "total_shipping_tax_excl"),
            *("total_discounts_tax_incl", "total_discounts_tax_excl", "product_quantity", "product_quantity_refunded"),
            *("product_quantity_return", "unit_price_tax_incl", "total_price_tax_incl", "total_price_tax_excl"),
            *("total_refunded_tax_incl", "total_refunded_tax_excl"),
        ),
        group="id_order",
        knows=("customers",),
        whole_orders=True,
    ),
)

_DISCOUNT = ("Discount amount", "Discount percent", "Discount from (yyyy-mm-dd)", "Discount to (yyyy-mm-dd)")
_PRICE = ("Price tax excluded", "Price tax included")
_ALIASES = {"Product ID": "ID", "Price tax excluded": "Price tax excluded or Price tax included"}

PRODUCTS_CSV = Preset(
    "prestashop",
    "products",
    "PrestaShop products in the columns of its import",
    shape=Shape(
        statement("prestashop/products_csv.sql"),
        requires=("Product ID", "Name *", "Reference #"),
        optional=(
            *(*_PRICE, *_DISCOUNT, "Active (0/1)", "Categories (x,y,z...)", "Wholesale price", "Manufacturer", "EAN13"),
            *("UPC", "MPN", "Quantity", "Product creation date", "Image URLs (x,y,z...)"),
        ),
        numbers=(*_PRICE, "Discount amount", "Discount percent", "Wholesale price", "Quantity"),
        aliases=_ALIASES,
        told={
            "brand": "Manufacturer",
            "category": "Categories (x,y,z...)",
            "mpn": "MPN",
            "cost": "Wholesale price",
            "stock": "Quantity",
        },
    ),
    also=("promotions",),
)

PROMOTIONS_CSV = Preset(
    "prestashop",
    "promotions",
    "PrestaShop products in the columns of its import",
    shape=Shape(
        statement("prestashop/promotions_csv.sql"),
        requires=("Product ID", "Reference #", "Discount amount", "Discount percent", "Discount from (yyyy-mm-dd)"),
        optional=(*_PRICE, "Discount to (yyyy-mm-dd)"),
        numbers=(*_PRICE, "Discount amount", "Discount percent"),
        aliases=_ALIASES,
    ),
)

CUSTOMERS_CSV = Preset(
    "prestashop",
    "customers",
    "PrestaShop customers in the columns of its import",
    shape=Shape(
        statement("prestashop/customers_csv.sql"),
        requires=("Customer ID", "Email *"),
        optional=("First Name *", "Last Name *", "Birthday (yyyy-mm-dd)", "Registration date (yyyy-mm-dd)"),
    ),
    also=("consents",),
)

CONSENTS_CSV = Preset(
    "prestashop",
    "consents",
    "PrestaShop customers in the columns of its import",
    shape=Shape(
        statement("prestashop/consents_csv.sql"),
        requires=("Customer ID", "Newsletter (0/1)"),
        knows=("consents",),
    ),
)

PRESTASHOP = (ORDERS_CSV, PRODUCTS_CSV, PROMOTIONS_CSV, CUSTOMERS_CSV, CONSENTS_CSV)
