"""What the products are called, kept in memory: an answer cannot wait for a query."""

from __future__ import annotations

import pyarrow as pa

from serve.fresh import Fresh, lake_versions
from warehouse.house import Warehouse
from warehouse.questions import Question
from warehouse.tables import PRODUCTS, STRING

TITLES = Question.read(
    __name__,
    "titles.sql",
    result=pa.schema([pa.field("sku", STRING), pa.field("title", STRING)]),
    key=("sku",),
)


def product_titles(warehouse: Warehouse, *, poll_seconds: float) -> Fresh[dict[str, str], tuple[int, ...]]:
    """Gives the titles by sku, read again when the products table has changed."""

    def read(_: tuple[int, ...]) -> dict[str, str]:
        with warehouse.session(engine="duckdb") as session:
            found = session.ask(TITLES)
        return dict(zip(found["sku"].to_pylist(), found["title"].to_pylist(), strict=True))

    return Fresh(lambda: lake_versions(warehouse, [PRODUCTS]), read, poll_seconds=poll_seconds)
