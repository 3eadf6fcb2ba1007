"""UCI Online Retail, the public data set of a gift shop."""

from __future__ import annotations

from warehouse.imports.presets.preset import Preset

ONLINE_RETAIL = Preset(
    "online-retail",
    "orders",
    "UCI Online Retail, CSV or Parquet",
    {
        "order_id": "InvoiceNo",
        "sku": "StockCode",
        "title": "Description",
        "quantity": "Quantity",
        "ordered_at": "InvoiceDate",
        "unit_price": "UnitPrice",
        "customer_id": "CustomerID",
    },
    currency="GBP",
    timezone="Europe/London",
    country="GB",
    derived={
        # decimal(20,4) times decimal(18,4) holds every product exactly; prices have at most three decimals.
        "amount": "try(cast(round(cast(quantity as decimal(20, 4)) * unit_price, 4) as decimal(18, 4)))",
        # Codes that stand for no merchandise. PADS is one: a filler at a tenth of a penny. Gift vouchers (gift_0001_…)
        # and DCG… codes are sold to shoppers and stay products.
        "line_kind": """case
            when upper(sku) in ('POST', 'DOT', 'C2') then 'shipping'
            when upper(sku) in ('M', 'D', 'S', 'B', 'BANK CHARGES', 'AMAZONFEE', 'CRUK', 'PADS', 'ADJUST', 'ADJUST2')
            then 'fee'
            else 'product' end""",
        "status": "case when starts_with(upper(order_id), 'C') then 'cancelled' end",
    },
    # The spreadsheet's own times, as its CSV copies carry them.
    time_format="%m/%d/%Y %H:%M",
)
"""UCI Online Retail (Chen, Sain and Guo 2012, doi:10.24432/C5BW33): a UK gift shop's order lines. An invoice number
that begins with C is a cancellation, its quantities are negative."""
