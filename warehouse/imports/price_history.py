"""What a products file adds to the history of prices, costs and stock; also a file that comes after newer ones."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import pyarrow as pa

from warehouse.duck import quoted, relation_sql
from warehouse.imports.kinds import PRICES
from warehouse.imports.plan import literal
from warehouse.imports.series import Series
from warehouse.imports.staging import Staging
from warehouse.tables import PRODUCT_HISTORY

if TYPE_CHECKING:
    from warehouse.house import Warehouse

_AMOUNTS = ("price", "list_price", "cost")
_VALUES = tuple(c.name for c in PRODUCT_HISTORY.columns if c.name not in PRODUCT_HISTORY.key)
_DELETED_AT_ONCE = 1000


def stage_history(
    warehouse: Warehouse, staging: Staging, prices: list[str], store: str, at: datetime, series: Series
) -> None:
    """Stage as `history` the rows that the history of `store` gains or that change, as `superfluous` those it loses.

    `prices` are the fields of `PRICES` that the file tells, as of the moment `at`. What it does not tell stays as it
    was, except that amounts are not carried over into another currency.

    A row of the history holds until the next one. A late file is therefore written between: it holds until something
    newer was told, or the next newer snapshot was taken, even where that one had nothing to write at the time.
    """
    run = staging.connection.execute
    moment, until = _moment(at), _moment(series.followed_at or at)
    known = relation_sql(PRODUCT_HISTORY, warehouse.lake.snapshot(PRODUCT_HISTORY).files)
    # From the last row before the moment to the first one after what followed.
    earlier = f"max(case when valid_from < {moment} then valid_from end) over product"
    later = f"min(case when valid_from > {until} then valid_from end) over product"
    run(
        f"""
        create table near as
        select k.* from ({known}) k semi join staged s using (sku)
        where store_id = {literal(store)}
        window product as (partition by sku)
        qualify valid_from between coalesce({earlier}, valid_from) and coalesce({later}, valid_from)"""
    )
    run(f"create table before as {_newest(f'from near where valid_from <= {moment}')}")
    run(f"create table history as {_told_sql(staging, prices, store, moment)}")
    if series.late and prices:
        run(f"insert into history by name {_carried_sql(prices, moment, until)}")
        run(f"create table timeline as {_TIMELINE}")
        if series.listing is not None:
            run(f"insert into history by name {_resumed_sql(prices, until, series.listing)}")
            run("drop table timeline")
            run(f"create table timeline as {_TIMELINE}")
    else:
        run(f"create table timeline as {_TIMELINE}")
    same = " and ".join(f"{quoted(name)} is not distinct from lag({quoted(name)}) over later" for name in _VALUES)
    run(
        f"""
        create table repeating as select sku, valid_from from timeline
        window later as (partition by sku order by valid_from)
        qualify lag(sku) over later is not null and valid_from >= {moment} and {same}"""
    )
    run("delete from history where (sku, valid_from) in (select (sku, valid_from) from repeating)")
    run("create table superfluous as select r.* from repeating r semi join near n using (sku, valid_from)")


def write_history(warehouse: Warehouse, staging: Staging, store: str) -> None:
    """Write what `stage_history` staged."""
    if staging.count("history"):
        warehouse.lake.merge(PRODUCT_HISTORY, staging.stream("from history"))
    if not staging.count("superfluous"):
        return
    # Rows that say again what the row before them says: without them the history says the same.
    grouped = "select valid_from, list(sku order by sku) as skus from superfluous group by valid_from order by 1"
    for batch in staging.stream(grouped):
        for valid_from, skus in zip(*(column.to_pylist() for column in batch.columns), strict=True):
            for start in range(0, len(skus), _DELETED_AT_ONCE):
                listed = ", ".join(literal(sku) for sku in skus[start : start + _DELETED_AT_ONCE])
                micros = pa.scalar(valid_from, pa.timestamp("us", "UTC")).value
                warehouse.lake.delete(
                    PRODUCT_HISTORY,
                    f"store_id = {literal(store)} and sku in ({listed}) and "
                    f"valid_from = arrow_cast({micros}, 'Timestamp(Microsecond, Some(\"UTC\"))')",
                )


_TIMELINE = """
    select * from history union all by name
    select n.* from near n anti join history h using (sku, valid_from)"""
"""The history as it will be, of the products and the time that the file tells of."""


def _newest(rows: str) -> str:
    return f"select * {rows} qualify row_number() over (partition by sku order by valid_from desc) = 1"


def _told_sql(staging: Staging, prices: list[str], store: str, moment: str) -> str:
    """The rows at the file's own moment: of products whose values differ from what held."""
    staged_currency = "s.currency" if "currency" in staging.columns("staged") else "null"
    # Where the file tells no amount, the currency is that of the amounts that stay.
    told_amount = any(name in _AMOUNTS for name in prices)
    currency = staged_currency if told_amount else f"coalesce(b.currency, {staged_currency})"
    values = [f"{_value(field.name, prices, currency)} as {field.name}" for field in PRICES]
    changes = [f"s.{name} is distinct from b.{name}" for name in prices]
    if told_amount:
        changes.append(f"{currency} is distinct from b.currency")
    told = _any(f"s.{name} is not null" for name in prices)
    others = [f"b.{quoted(name)}" for name in _VALUES if name not in {*(f.name for f in PRICES), "currency"}]
    return f"""
        select {literal(store)} as store_id, s.sku, {moment} as valid_from, {", ".join([*values, *others])},
               {currency} as currency
        from staged s left join before b using (sku)
        where case when b.sku is null then {told} else {_any(changes)} end"""


def _carried_sql(prices: list[str], moment: str, until: str) -> str:
    """Rows that others wrote between the moment and what followed, where they carried on what held before."""
    values = [
        f"case when k.{name} is not distinct from b.{name} then h.{name} else k.{name} end as {name}" for name in prices
    ]
    return f"""
        select k.* replace ({", ".join(values)})
        from near k join history h using (sku) left join before b using (sku)
        where k.valid_from > {moment} and k.valid_from < {until} and k.currency = h.currency"""


def _resumed_sql(prices: list[str], until: str, listing: Path) -> str:
    """What the snapshot that followed had no need to write, since it held already: now it does not."""
    changed = _any(f"held.{name} is distinct from now.{name}" for name in [*prices, "currency"])
    held, now = _newest(f"from near where valid_from <= {until}"), _newest(f"from timeline where valid_from < {until}")
    # The newest listing stands for that of the snapshot that followed, which mostly is the newest.
    listed = f"semi join read_parquet({literal(str(listing))}) using (sku)" if listing.exists() else ""
    return f"""
        select held.* replace ({until} as valid_from)
        from ({held}) held join ({now}) now using (sku) {listed}
        where held.valid_from < {until} and {changed}"""


def _value(name: str, prices: list[str], currency: str) -> str:
    if name in prices:
        return f"s.{name}"
    return f"case when b.currency = {currency} then b.{name} end" if name in _AMOUNTS else f"b.{name}"


def _moment(at: datetime) -> str:
    return f"timestamptz {literal(at.isoformat())}"


def _any(conditions: Iterable[str]) -> str:
    return f"({' or '.join(conditions) or 'false'})"
