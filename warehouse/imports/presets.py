"""Files known by name: which column is what, and what they leave unsaid."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from warehouse.errors import InputError
from warehouse.imports.kinds import Kind


@dataclass(frozen=True)
class Preset:
    """How to read one well-known kind of file.

    `derived` gives fields as DuckDB SQL over the other fields' values; `time_format` is how its times may be written
    beside ISO 8601 (strptime).
    """

    name: str
    kind: str
    columns: Mapping[str, str]
    currency: str
    timezone: str
    country: str
    derived: Mapping[str, str] = field(default_factory=dict)
    time_format: str | None = None


ONLINE_RETAIL = Preset(
    "online-retail",
    "orders",
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

PRESETS = {preset.name: preset for preset in (ONLINE_RETAIL,)}
"""The presets by name."""


def preset_named(name: str, kind: Kind) -> Preset:
    """The preset called `name`; InputError lists those there are, or says which kind it is for."""
    if name not in PRESETS:
        raise InputError(f"there is no preset {name!r}; presets: {', '.join(PRESETS)}")
    preset = PRESETS[name]
    if preset.kind != kind.name:
        raise InputError(f"preset {name} reads {preset.kind}, not {kind.name}; run: purveyor import {preset.kind}")
    return preset
