"""A products file into two tables: what a product is, and what it showed and cost from now on."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import TYPE_CHECKING

from warehouse.duck import quoted, relation_sql
from warehouse.imports.kinds import PRICES
from warehouse.imports.plan import literal
from warehouse.imports.staging import Staging
from warehouse.tables import PRODUCT_HISTORY, PRODUCTS

if TYPE_CHECKING:
    from warehouse.house import Warehouse

_AMOUNTS = ("price", "list_price", "cost")


def write_products(warehouse: Warehouse, staging: Staging, store: str, at: datetime) -> int:
    """Merge the staged products, and add to their history in `store` what differs from what held at `at`.

    Returns how many rows of the file were new or changed something, in either table.
    """
    fields = staging.columns("staged")
    prices = [field.name for field in PRICES if field.name in fields]
    # A currency beside prices is theirs; products keep one only for the advertised minimum.
    own = [f for f in fields if f in PRODUCTS.schema.names and (f != "currency" or "map_price" in fields)]
    _stage_changed(warehouse, staging, own)
    _stage_history(warehouse, staging, prices, store, at)
    count = staging.count("staged", "sku in (from changed) or sku in (select sku from history)")
    columns = ", ".join(quoted(name) for name in own)
    if staging.count("changed"):
        warehouse.lake.merge(PRODUCTS, staging.stream(f"select {columns} from staged where sku in (from changed)"))
    if staging.count("history"):
        warehouse.lake.merge(PRODUCT_HISTORY, staging.stream("from history"))
    return count


def _stage_changed(warehouse: Warehouse, staging: Staging, own: list[str]) -> None:
    """Stage as `changed` the skus of products that are new or differ from what is known."""
    known = relation_sql(PRODUCTS, warehouse.lake.snapshot(PRODUCTS).files)
    differs = _any(f"s.{quoted(name)} is distinct from k.{quoted(name)}" for name in own)
    staging.connection.execute(
        f"create table changed as select s.sku from staged s left join ({known}) k using (sku) "
        f"where k.sku is null or {differs}"
    )


def _stage_history(warehouse: Warehouse, staging: Staging, prices: list[str], store: str, at: datetime) -> None:
    """Stage as `history` the rows that the history gains.

    What the file does not tell stays as it was, except that amounts are not carried over into another currency.
    """
    known = relation_sql(PRODUCT_HISTORY, warehouse.lake.snapshot(PRODUCT_HISTORY).files)
    staged_currency = "s.currency" if "currency" in staging.columns("staged") else "null"
    # Where the file tells no amount, the currency is that of the amounts that stay.
    told_amount = any(name in _AMOUNTS for name in prices)
    currency = staged_currency if told_amount else f"coalesce(l.currency, {staged_currency})"
    values = [f"{_value(field.name, prices, currency)} as {field.name}" for field in PRICES]
    changes = [f"s.{name} is distinct from l.{name}" for name in prices]
    if told_amount:
        changes.append(f"{currency} is distinct from l.currency")
    told = _any(f"s.{name} is not null" for name in prices)
    moment = f"timestamptz {literal(at.isoformat())}"
    staging.connection.execute(
        f"""
        create table history as
        with latest as (
            select * from ({known}) where store_id = {literal(store)} and valid_from <= {moment}
            qualify row_number() over (partition by sku order by valid_from desc) = 1)
        select {literal(store)} as store_id, s.sku, {moment} as valid_from, {", ".join(values)}, {currency} as currency
        from staged s left join latest l using (sku)
        where case when l.sku is null then {told} else {_any(changes)} end"""
    )


def _value(name: str, prices: list[str], currency: str) -> str:
    if name in prices:
        return f"s.{name}"
    return f"case when l.currency = {currency} then l.{name} end" if name in _AMOUNTS else f"l.{name}"


def _any(conditions: Iterable[str]) -> str:
    return f"({' or '.join(conditions) or 'false'})"
