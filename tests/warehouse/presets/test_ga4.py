"""Google Analytics 4's BigQuery export."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

from warehouse.imports import ImportResult

Take = Callable[..., ImportResult]
Ask = Callable[[str], list[dict[str, Any]]]
Write = Callable[..., Path]


def event(name: str, items: list[dict[str, object]], **fields: object) -> dict[str, object]:
    moment = datetime(2026, 5, 1, 8, 0, 0, 123456, tzinfo=UTC)
    return {
        "event_date": "20260501",
        "event_timestamp": str(int(moment.timestamp()) * 1_000_000 + 123_456),
        "event_name": name,
        "event_params": [
            {"key": "ga_session_id", "value": {"int_value": "17"}},
            {"key": "currency", "value": {"string_value": "EUR"}},
            {"key": "campaign", "value": {"string_value": "spring 🌷"}},
        ],
        "user_pseudo_id": "1234.5678",
        "event_bundle_sequence_id": "9",
        "items": items,
        **fields,
    }


def test_one_event_for_each_product(take: Take, ask: Ask, json_lines: Write) -> None:
    tee: dict[str, object] = {"item_id": "TEE", "quantity": "2", "price": 19.99, "item_list_name": "(not set)"}
    mug: dict[str, object] = {"item_id": "MUG", "quantity": "1", "price": 9.5, "item_list_name": "Picks"}
    events = [
        event("page_view", []),
        event("view_item", [tee], user_id="77"),
        event("purchase", [tee, mug, mug], ecommerce={"transaction_id": "#1001"}),
        event("add_to_cart", []),
    ]
    result = take("events", json_lines(events), "ga4")
    assert (result.read, result.written, result.left_out) == (6, 4, {"event about no product": 2})
    found = ask("select * from events order by event_type desc, sku desc")
    view, bought = found[0], found[1]
    assert (view["event_type"], view["customer_id"], view["anonymous_id"]) == ("view", "77", "1234.5678")
    assert str(view["occurred_at"]) == "2026-05-01 08:00:00.123456+00:00"
    assert (view["session_id"], view["campaign"], view["placement"]) == ("17", "spring 🌷", None)
    assert (bought["event_type"], bought["sku"], bought["quantity"]) == ("purchase", "TEE", 2)
    assert (bought["price"], bought["currency"]) == (Decimal("19.9900"), "EUR")
    assert bought["properties"] == '{"order_id":"#1001"}'
    assert [row["placement"] for row in found[2:]] == ["Picks", "Picks"]
    # Google writes the last three days again.
    again = take("events", json_lines([*events, event("view_item", [mug])]), "ga4")
    assert (again.written, again.duplicates) == (1, 4)
