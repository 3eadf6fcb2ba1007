"""Rows of erased customers on their way in: a nightly file still names them, and must bring nothing of them back."""

from __future__ import annotations

from collections.abc import Iterable

from warehouse.duck import quoted
from warehouse.imports.staging import Staging
from warehouse.snapshot import ERASED
from warehouse.tables import Table

ERASED_LINES = "erased_lines"
"""The places of rows that are of an erased customer."""


def open_erased(stage: Staging, customer_ids: Iterable[str]) -> None:
    """Put the erased customers where the functions below, and shapes, find them."""
    stage.fill_table(ERASED, "customer_id", customer_ids)


def leave_erased_out(stage: Staging, table: Table) -> int:
    """Of a table whose rows are hidden at an erasure, leave out those of erased customers, good or not; how many."""
    person = table.person
    known = person is not None and person in stage.columns("converted")
    of_erased = f"{quoted(person or '')} in (from {ERASED})" if known else "false"
    stage.connection.execute(f"create table {ERASED_LINES} as select distinct _line from converted where {of_erased}")
    if not known or table.on_erase != "hide":
        return 0
    count = stage.count("converted", of_erased)
    if count:
        stage.connection.execute(f"delete from converted where {of_erased}")
        stage.connection.execute(f"delete from rejected where _line in (from {ERASED_LINES})")
    return count


def anonymise_erased(stage: Staging, table: Table) -> None:
    """Of a table whose rows stay at an erasure, set to null what tells of erased customers in the staged rows.

    After they got their ids: a row that was stored before the erasure must be known again.
    """
    columns = stage.columns("staged")
    if table.on_erase != "anonymise" or table.person not in columns or not stage.count(ERASED_LINES):
        return
    nulls = ", ".join(
        f"case when e.customer_id is null then s.{quoted(name)} end as {quoted(name)}"
        for name in table.anonymised
        if name in columns
    )
    stage.connection.execute("alter view staged rename to named")
    stage.connection.execute(
        f"create view staged as select s.* replace ({nulls}) from named s "
        f"left join {ERASED} e on s.{quoted(table.person)} = e.customer_id"
    )
