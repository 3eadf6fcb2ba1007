"""Product feeds for Google Merchant Center, as XML (RSS, Atom) or as text with tabs.

Attributes: support.google.com/merchants, "Product data specification". A feed tells what is sold, not how much of it is
left: only what is out of stock has a known stock, 0. Sale prices with an effective date also feed the calendar of
promotions.
"""

from __future__ import annotations

from warehouse.imports.presets.preset import Preset, Shape, statement

PRODUCTS = Preset(
    "google-merchant",
    "products",
    "Google Merchant feed",
    shape=Shape(
        statement("google_merchant/products.sql"),
        requires=("id", "title", "price"),
        optional=(
            *("link", "image_link", "availability", "sale_price", "sale_price_effective_date", "gtin", "mpn", "brand"),
            *("product_type", "google_product_category", "item_group_id", "cost_of_goods_sold"),
        ),
        told={
            "parent_sku": "item_group_id",
            "gtin": "gtin",
            "mpn": "mpn",
            "brand": "brand",
            "cost": "cost_of_goods_sold",
            "stock": "availability",
        },
    ),
    also=("promotions",),
)

PROMOTIONS = Preset(
    "google-merchant",
    "promotions",
    "Google Merchant feed",
    shape=Shape(
        statement("google_merchant/promotions.sql"),
        requires=("id", "sale_price", "sale_price_effective_date"),
    ),
)

GOOGLE_MERCHANT = (PRODUCTS, PROMOTIONS)
