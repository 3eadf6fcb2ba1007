"""A product as JSON holds it, in the vocabulary of zyte-common-items."""

from __future__ import annotations

from dataclasses import asdict
from decimal import Decimal
from typing import Any

from scrapers.extraction.product import Product

_AVAILABILITY = {
    "in_stock": "InStock",
    "out_of_stock": "OutOfStock",
    "pre_order": "PreOrder",
    "discontinued": "Discontinued",
}


def as_json(product: Product) -> dict[str, Any]:
    """Every field, None where nothing was found: amounts as text ("12.99"), lists of objects, `sources` by field."""
    sources = {name: asdict(source) for name, source in product.sources.items()}
    values = {name: getattr(product, name) for name in product.__dataclass_fields__ if name != "sources"}
    return {name: _plain(name, value) for name, value in values.items()} | {"sources": sources}


def _plain(name: str, value: object) -> Any:
    if isinstance(value, Decimal):
        return f"{value:f}"
    if isinstance(value, tuple):
        return [inner if isinstance(inner, str) else _object(asdict(inner)) for inner in value]
    return _AVAILABILITY.get(str(value)) if name == "availability" else value


def _object(values: dict[str, Any]) -> dict[str, Any]:
    return {name: _plain(name, value) for name, value in values.items()}
