"""Segments over HTTP: definitions, sizes and pages of members."""

from __future__ import annotations

from decimal import Decimal

import httpx
import pyarrow as pa

from campaigns.segments import compute, read_segment
from campaigns.segments.definition import Segment
from tests.conftest import FixedClock
from warehouse.house import Warehouse
from warehouse.stores import open_store
from warehouse.tables import ORDERS


def segment(tmp_path: object, text: str) -> Segment:
    """A segment as a marketer writes it."""
    from pathlib import Path

    path = Path(str(tmp_path)) / "segment.yaml"
    path.write_text(text)
    return read_segment(path)


def with_orders(warehouse: Warehouse, customers: int) -> None:
    """One order each."""
    open_store(warehouse, "main", name="Main", currency="EUR", timezone="UTC")
    n = range(customers)
    warehouse.lake.append(
        ORDERS,
        pa.table(
            {
                "order_id": [f"o{i}" for i in n],
                "line_id": ["1"] * customers,
                "ordered_at": pa.array([warehouse.clock()] * customers, pa.timestamp("us", tz="UTC")),
                "store_id": ["main"] * customers,
                "customer_id": [f"C-{i:03}" for i in n],
                "sku": ["MUG"] * customers,
                "line_kind": ["product"] * customers,
                "quantity": [1.0] * customers,
                "amount": [Decimal("10.00")] * customers,
                "currency": ["EUR"] * customers,
            }
        ),
    )


BUYERS = "segment: buyers\ndescription: Bought at least once\nwhere:\n  orders: {at_least: 1}\n"


def test_no_segments_is_an_empty_list(keyed: httpx.Client) -> None:
    assert keyed.get("/v1/segments").json() == {"segments": []}


def test_a_segment_with_its_size(keyed: httpx.Client, warehouse: Warehouse, tmp_path: object) -> None:
    with_orders(warehouse, 3)
    computed = compute(warehouse, segment(tmp_path, BUYERS))
    (shown,) = keyed.get("/v1/segments").json()["segments"]
    assert (shown["name"], shown["members"], shown["members_version"]) == ("buyers", 3, computed.version)
    assert shown["definition"]["where"] == {"orders": {"at_least": "1"}}
    assert shown["computed_at"] == "2026-06-01T12:00:00Z"


def test_pages_hold_every_member_once_and_no_erased_one(
    keyed: httpx.Client, warehouse: Warehouse, tmp_path: object, clock: FixedClock
) -> None:
    with_orders(warehouse, 25)
    compute(warehouse, segment(tmp_path, BUYERS))
    warehouse.erase("C-007")
    seen: list[str] = []
    after: str | None = ""
    pages = 0
    while after is not None:
        page = keyed.get("/v1/segments/buyers/members", params={"after": after, "limit": 10}).json()
        seen += page["customer_ids"]
        after = page["next_after"]
        pages += 1
    assert seen == [f"C-{i:03}" for i in range(25) if i != 7]
    assert pages == 3


def test_a_segment_that_does_not_exist(keyed: httpx.Client) -> None:
    answer = keyed.get("/v1/segments/vip/members")
    assert answer.status_code == 404
    assert "'vip'" in answer.json()["detail"]
