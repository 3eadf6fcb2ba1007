"""Where our prices stand beside the market's, as typed questions over the warehouse."""

from __future__ import annotations

from pricing.position.build import WINDOW, Market, price_position, read_market
from pricing.position.model import (
    ALL,
    Coverage,
    Equivalent,
    Gap,
    IndexCell,
    LeftOut,
    PricePosition,
    SiteState,
    StoreFacts,
)

__all__ = [
    "ALL",
    "WINDOW",
    "Coverage",
    "Equivalent",
    "Gap",
    "IndexCell",
    "LeftOut",
    "Market",
    "PricePosition",
    "SiteState",
    "StoreFacts",
    "price_position",
    "read_market",
]
