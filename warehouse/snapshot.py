"""One table at one version, as readers see it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from warehouse.duck import quoted
from warehouse.tables import Table

ERASED = "_erased"
"""The relation of erased customers that every reader applies: one column, customer_id."""


@dataclass(frozen=True)
class Snapshot:
    """The Parquet files that make up `table` at `version`. Version -1 is a table not written yet."""

    table: Table
    version: int
    files: tuple[str, ...]


def named_in(sql: str, snapshots: Iterable[Snapshot]) -> list[Snapshot]:
    """Those whose tables `sql` may name: an engine looks into no other table's files."""
    told = sql.lower()
    return [snapshot for snapshot in snapshots if snapshot.table.name in told]


def without_erased(table: Table, relation: str) -> str:
    """SQL for the rows of `relation` as they may be read: erased customers hidden, or their columns set to null."""
    if table.person is None:
        return f"select * from {relation}"
    join = f"from {relation} t left join {ERASED} e on t.{quoted(table.person)} = e.customer_id"
    if table.on_erase == "hide":
        return f"select t.* {join} where e.customer_id is null"
    columns = ", ".join(
        f"case when e.customer_id is null then t.{quoted(name)} end as {quoted(name)}"
        if name in table.anonymised
        else f"t.{quoted(name)}"
        for name in table.schema.names
    )
    return f"select {columns} {join}"
