"""YML, the product feed of Yandex Market and of those who read the same: yandex.com/support/marketplace, "YML".

A product is known by the offer's id, variants by its group_id. What the feed calls unavailable has a stock of 0.
"""

from __future__ import annotations

from warehouse.imports.presets.preset import Preset, Shape, statement

YML = (
    Preset(
        "yml",
        "products",
        "YML feed",
        shape=Shape(
            statement("yml/products.sql"),
            requires=("@id", "price"),
            optional=(
                *("@group_id", "@available", "name", "typePrefix", "vendor", "model", "vendorCode", "category_path"),
                *(
                    "barcode",
                    "param",
                    "url",
                    "picture",
                    "oldprice",
                    "purchase_price",
                    "count",
                    "disabled",
                    "currencyId",
                ),
            ),
            numbers=("price", "oldprice", "purchase_price", "count"),
            told={"cost": "purchase_price", "gtin": "barcode", "mpn": "vendorCode", "brand": "vendor"},
        ),
    ),
)
