"""Staged rows into the lake and the records: one commit per table, in an order that a retry can take up again."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import TYPE_CHECKING, cast

import pyarrow as pa

from warehouse.duck import quoted, relation_sql
from warehouse.imports.kinds import Kind
from warehouse.imports.products import write_products
from warehouse.imports.series import ALONE, Series
from warehouse.imports.staging import Staging
from warehouse.records.consents import Statement, record_consents
from warehouse.tables import CONSENTS, ORDERS, PRODUCTS

if TYPE_CHECKING:
    from warehouse.house import Warehouse

_APPENDED = ("events", "consents")
"""Kinds whose rows are facts that stay as they are; those of the others may be corrected by a later file."""


def write(
    warehouse: Warehouse,
    staging: Staging,
    kind: Kind,
    store: str,
    prices_from: datetime,
    *,
    whole_orders: bool = False,
    series: Series = ALONE,
) -> int:
    """Write the staged rows; return how many of them were new or changed something.

    `store` and `prices_from` are where and from when on the prices of a products file hold. With `whole_orders` the
    staged lines are all there is of their orders. Of a late file of a `series`, rows that are known stay as they are.
    """
    if kind.table is PRODUCTS:
        return write_products(warehouse, staging, store, prices_from, series=series)
    fields = staging.columns("staged")
    rows = f"select {', '.join(quoted(f) for f in fields if f in kind.table.schema.names)} from staged"
    if kind.name not in _APPENDED:
        if series.late:
            written = warehouse.lake.append_new(kind.table, staging.stream(rows), distinct=True).written
        else:
            taken_back = _stage_taken_back(warehouse, staging) if whole_orders else 0
            if taken_back:
                rows = f"{rows} union all by name from taken_back"
            merged = warehouse.lake.merge(kind.table, staging.stream(rows), distinct=True)
            written = merged.inserted + merged.updated - taken_back
        if kind.table is ORDERS and "title" in fields:
            warehouse.lake.append_new(PRODUCTS, staging.stream(_SOLD_PRODUCTS), distinct=True)
        return written
    if kind.table is CONSENTS:
        # First: the records gate sending, and a withdrawal must not wait for the history.
        with warehouse.records.transaction() as records:
            record_consents(records, _statements(staging.stream(rows)), now=warehouse.clock())
    key = [kind.table.column(name) for name in kind.table.key]
    batch_id = f"import-{staging.digest(key, 'staged')}"
    return warehouse.lake.append_new(kind.table, staging.stream(rows), batch_id=batch_id, distinct=True).written


def _stage_taken_back(warehouse: Warehouse, staging: Staging) -> int:
    """Stage as `taken_back` what the lake has of the staged orders and they no longer tell; return how many lines.

    Such lines stay, as nothing sold for nothing: another form of export numbers lines in its own way, and must not
    double what an earlier one told.
    """
    known = relation_sql(ORDERS, warehouse.lake.snapshot(ORDERS).files)
    nothing = {"quantity": "0", "amount": "0", "discount": "null"}
    fields = [name for name in staging.columns("staged") if name in ORDERS.schema.names]
    values = [f"{nothing.get(name, 'k.' + quoted(name))} as {quoted(name)}" for name in fields]
    staging.connection.execute(
        f"""
        create table taken_back as
        select {", ".join(values)} from ({known}) k
        semi join staged s using (store_id, order_id)
        where (k.quantity <> 0 or k.amount <> 0)
          and not exists (select 1 from staged s where s.store_id = k.store_id and s.order_id = k.order_id
                                                   and s.line_id = k.line_id)"""
    )
    return staging.count("taken_back")


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
