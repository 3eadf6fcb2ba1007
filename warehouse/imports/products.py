"""A products file into two tables: what a product is, and what it showed and cost from a moment on."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import uuid4

from warehouse.duck import quoted, relation_sql
from warehouse.imports.kinds import PRICES
from warehouse.imports.plan import literal
from warehouse.imports.price_history import stage_history, write_history
from warehouse.imports.series import ALONE, SHRUNK, HeldBack, Series
from warehouse.imports.staging import Staging
from warehouse.tables import PRODUCTS

if TYPE_CHECKING:
    from warehouse.house import Warehouse


def write_products(warehouse: Warehouse, staging: Staging, store: str, at: datetime, *, series: Series = ALONE) -> int:
    """Merge the staged products, and add to their history in `store` what differs from what held at `at`.

    A snapshot also says what is no longer offered: products that its source listed and that it lacks become inactive.
    A file that comes after newer ones adds products that nobody knew, and its moment to the history. Returns how many
    rows of the file were new or changed something, in either table.

    Raises:
        HeldBack: the snapshot lacks so many products that it is hardly whole.
    """
    fields = staging.columns("staged")
    prices = [field.name for field in PRICES if field.name in fields]
    # A currency beside prices is theirs; products keep one only for the advertised minimum.
    own = [f for f in fields if f in PRODUCTS.schema.names and (f != "currency" or "map_price" in fields)]
    if series.listing is not None and not series.late:
        _refuse_shrunk(staging, series.listing, series.may_shrink)
    _stage_changed(warehouse, staging, own, series)
    stage_history(warehouse, staging, prices, store, at, series)
    count = staging.count(
        "staged",
        "sku in (select sku from changed) or sku in (select sku from history) or sku in (select sku from superfluous)",
    )
    if staging.count("changed"):
        warehouse.lake.merge(PRODUCTS, staging.stream("from changed"))
    write_history(warehouse, staging, store)
    if series.listing is not None and not series.late:
        if staging.count("gone"):
            warehouse.lake.merge(PRODUCTS, staging.stream("from gone"))
        _keep_listing(staging, series.listing)
    return count


def _stage_changed(warehouse: Warehouse, staging: Staging, own: list[str], series: Series) -> None:
    """Stage as `changed` the products that are new or differ from what is known, and as `gone` those not listed now."""
    known = relation_sql(PRODUCTS, warehouse.lake.snapshot(PRODUCTS).files)
    values = {name: f"s.{quoted(name)}" for name in own}
    if series.listing is not None and "status" not in own:
        # What is listed is offered; what only a late listing has is not any more.
        status = "'inactive'" if series.late else "case when k.status = 'discontinued' then k.status else 'active' end"
        values["status"] = status
    differs = " or ".join(f"{value} is distinct from k.{quoted(name)}" for name, value in values.items())
    listed = ", ".join(f"{value} as {quoted(name)}" for name, value in values.items())
    staging.connection.execute(
        f"create table changed as select {listed} from staged s left join ({known}) k using (sku) "
        f"where k.sku is null{'' if series.late else f' or {differs}'}"
    )
    if series.listing is not None and series.listing.exists() and not series.late:
        staging.connection.execute(
            f"create table gone as select k.sku, 'inactive' as status from ({known}) k "
            f"semi join read_parquet({literal(str(series.listing))}) l using (sku) "
            # A product whose row was rejected is listed all the same.
            "anti join converted c using (sku) where coalesce(k.status, 'active') = 'active'"
        )
    else:
        staging.connection.execute("create table gone as select sku, 'inactive' as status from staged where false")


def _refuse_shrunk(staging: Staging, listing: Path, may_shrink: bool) -> None:
    if may_shrink or not listing.exists():
        return
    before, now = staging.count(f"read_parquet({literal(str(listing))})"), staging.count("staged")
    if now < before * (1 - SHRUNK):
        raise HeldBack(
            f"it lists {now:,} products where the last snapshot listed {before:,}; it is held back, since it would "
            "end the sale of all others"
        )


def _keep_listing(staging: Staging, listing: Path) -> None:
    """Remember which products the snapshot listed."""
    listing.parent.mkdir(parents=True, exist_ok=True)
    written = listing.with_name(f".{uuid4().hex}")
    skus = "select distinct sku from converted where sku is not null order by sku"
    staging.connection.execute(f"copy ({skus}) to {literal(str(written))} (format parquet)")
    written.replace(listing)
