"""Staged rows into the lake and the records: one commit per table, in an order that a retry can take up again."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import TYPE_CHECKING, cast

import pyarrow as pa

from warehouse.duck import quoted
from warehouse.imports.kinds import Kind
from warehouse.imports.products import write_products
from warehouse.imports.staging import Staging
from warehouse.records.consents import Statement, record_consents
from warehouse.tables import CONSENTS, ORDERS, PRODUCTS

if TYPE_CHECKING:
    from warehouse.house import Warehouse

_APPENDED = ("events", "consents")
"""Kinds whose rows are facts that stay as they are; those of the others may be corrected by a later file."""


def write(warehouse: Warehouse, staging: Staging, kind: Kind, store: str, prices_from: datetime) -> int:
    """Write the staged rows; return how many of them were new or changed something.

    `store` and `prices_from` are where and from when on the prices of a products file hold.
    """
    if kind.table is PRODUCTS:
        return write_products(warehouse, staging, store, prices_from)
    fields = staging.columns("staged")
    rows = f"select {', '.join(quoted(f) for f in fields if f in kind.table.schema.names)} from staged"
    if kind.name not in _APPENDED:
        merged = warehouse.lake.merge(kind.table, staging.stream(rows))
        if kind.table is ORDERS and "title" in fields:
            warehouse.lake.append_new(PRODUCTS, staging.stream(_SOLD_PRODUCTS))
        return merged.inserted + merged.updated
    if kind.table is CONSENTS:
        # First: the records gate sending, and a withdrawal must not wait for the history.
        with warehouse.records.transaction() as records:
            record_consents(records, _statements(staging.stream(rows)), now=warehouse.clock())
    key = [kind.table.column(name) for name in kind.table.key]
    batch_id = f"import-{staging.digest(key, 'staged')}"
    return warehouse.lake.append_new(kind.table, staging.stream(rows), batch_id=batch_id).written


_SOLD_PRODUCTS = """
    select sku, title
    from (select sku, title, count(*) as lines from staged
          where line_kind = 'product' and quantity > 0 and amount > 0 and sku is not null and title is not null
          group by sku, title)
    qualify row_number() over (partition by sku order by lines desc, title) = 1
    """
"""Products as sold lines name them, each by its most frequent title. Lines without a price often carry a remark of the
stock room ("damaged", "found") in place of a title."""


def _statements(rows: pa.RecordBatchReader) -> Iterator[Statement]:
    for batch in rows:
        yield from cast("list[Statement]", batch.to_pylist())
