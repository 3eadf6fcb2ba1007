"""The calendar of promotions as a file of its own."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from warehouse.errors import InputError
from warehouse.house import Warehouse
from warehouse.imports import import_file

Write = Callable[..., Path]


def promotion(**cells: object) -> dict[str, object]:
    return {
        "promotion_id": "spring",
        "sku": "*",
        "name": "Spring 🌷",
        "starts_at": "2026-04-01",
        "ends_at": "2027-01-01 00:00",
        "discount_percent": "20",
        **cells,
    }


def test_planned_promotions_of_a_store(
    shop: Warehouse, ask: Callable[[str], list[dict[str, Any]]], csv_file: Write
) -> None:
    path = csv_file([promotion(), promotion(sku="TEE", price="9.99", discount_percent="", ends_at="")])
    assert import_file(shop, "promotions", path).written == 2
    found = ask("select * from promotions order by sku")
    assert [(row["store_id"], row["sku"], row["currency"]) for row in found] == [
        ("main", "*", None),
        ("main", "TEE", "EUR"),
    ]
    assert str(found[0]["starts_at"]) == "2026-03-31 22:00:00+00:00"
    assert (found[0]["discount_percent"], found[1]["ends_at"]) == (20, None)
    assert import_file(shop, "promotions", path).written == 0


@pytest.mark.parametrize(
    ("cells", "said"),
    [
        ({"ends_at": "2026-03-01"}, "ends_at is not after starts_at"),
        ({"discount_percent": "120"}, "discount_percent is not between 0 and 100"),
        ({"price": "-1"}, "price is negative"),
        ({"starts_at": ""}, "starts_at is empty"),
    ],
)
def test_promotions_that_cannot_be(shop: Warehouse, csv_file: Write, cells: dict[str, object], said: str) -> None:
    with pytest.raises(InputError, match=said):
        import_file(shop, "promotions", csv_file([promotion(**cells)]))
