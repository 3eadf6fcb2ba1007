"""A file on its way in: staged in a DuckDB database of its own, which spills to disk what memory cannot hold."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from importlib.resources import files
from typing import Any

import duckdb
import pyarrow as pa

from warehouse.duck import cursor_beside, database, make_macros, quoted
from warehouse.errors import ConfigError
from warehouse.imports.places import Place
from warehouse.imports.plan import Plan, content_sql, lookup_table, text_column
from warehouse.imports.readers import Source
from warehouse.progress import Progress
from warehouse.scratch import scratch_folder
from warehouse.settings import Settings
from warehouse.tables import Column

_BATCH_ROWS = 50_000


@dataclass(frozen=True)
class Rejected:
    """The first rejected row and how many there are."""

    line: int
    reason: str
    count: int


class Staging:
    """The stages of one import: `raw` (the file's cells), `texts`, `converted` (values, reasons), then `rejected`
    (places and reasons) and `staged` (the rows to write, each key once). Each is a relation of `connection`."""

    def __init__(self, connection: duckdb.DuckDBPyConnection, cursors: ExitStack, memory_limit: str) -> None:
        self.connection = connection
        self._cursors = cursors
        self._memory_limit = memory_limit
        make_macros(connection, "time_fault()", lambda: "".join(map(_macros, ("conversion.sql", "notation.sql"))))
        connection.execute(
            "create table stores (store_id varchar, currency varchar, timezone varchar, prices_include_tax boolean)"
        )

    def load(self, source: Source, progress: Progress) -> int:
        """Read the file into `raw`; return how many rows it has."""
        cells = [f"{quoted(str(place))} varchar" for place in range(len(source.columns))]
        self.connection.execute(f"create table raw ({', '.join(['_line bigint', '_fault varchar', *cells])})")
        done = 0
        failure: BaseException | None = None

        def batches() -> Iterator[pa.RecordBatch]:
            nonlocal done, failure
            try:
                for batch in source.batches:
                    done += batch.num_rows
                    yield batch
                    progress(f"reading {source.name}", done, source.rows)
            except BaseException as error:
                failure = error
                raise

        names = ["_line", "_fault", *(str(place) for place in range(len(source.columns)))]
        schema = pa.schema([pa.field(name, pa.int64() if name == "_line" else pa.string()) for name in names])
        # One statement for the whole file: one for each batch takes half as long again.
        self.connection.register("_batches", pa.RecordBatchReader.from_batches(schema, batches()))
        try:
            self.connection.execute("insert into raw from _batches")
        except duckdb.Error:
            if failure is not None:
                raise failure from None
            raise
        self.connection.unregister("_batches")
        pa.default_memory_pool().release_unused()  # what reading the file took is not given back by itself
        return done

    def distinct_texts(self, plan: Plan, field: str) -> list[str]:
        """The different texts of a field of the file."""
        text = text_column(field)
        rows = self.connection.execute(f"select distinct {text} from ({plan.texts_sql()}) where {text} is not null")
        return sorted(str(row[0]) for row in rows.fetchall())

    def has_empty_text(self, plan: Plan, field: str) -> bool:
        """Whether some row has nothing in a field of the file."""
        return bool(self._row(f"select count(*) from ({plan.texts_sql()}) where {text_column(field)} is null")[0])

    def look_up(self, plan: Plan, field: str, function: Callable[[str], str | None]) -> None:
        """Make the lookup table of a field: the value of each different text, null where the text has none."""
        text = text_column(field)
        self._map(
            lookup_table(field),
            f"select distinct {text} as text from ({plan.texts_sql()}) where {text} is not null",
            lambda row: function(row["text"]),
        )

    def open_stores(self, places: Iterable[Place]) -> None:
        """Put stores into the table `stores`."""
        for place in places:
            values = [place.store_id, place.currency, place.timezone, place.prices_include_tax]
            self.connection.execute("insert into stores values (?, ?, ?, ?)", values)

    def fill_table(self, table: str, column: str, texts: Iterable[str]) -> None:
        """Make a table of one text column."""
        self.connection.execute(f"create table {table} ({quoted(column)} varchar)")
        self._insert(table, pa.table({column: pa.array(texts, pa.string())}))

    def convert(self, plan: Plan) -> None:
        """Turn texts into values, and say of each row what is wrong with it."""
        # Rows say their line themselves; to keep their order would hold many of them in memory.
        self.connection.execute("set preserve_insertion_order = false")
        self.connection.execute(f"create view texts as {plan.texts_sql()}")
        self.connection.execute(f"create table converted as {plan.rows_sql()}")
        self.connection.execute("create table rejected as select _line, reason from converted where reason is not null")
        self.connection.execute("create view good as select * exclude (reason) from converted where reason is null")

    def digest(self, columns: Iterable[Column], relation: str = "good") -> str:
        """A hash of a stage's values, in any order and from any kind of file, as 32 hex digits."""
        values = f"md5_number_lower({content_sql(columns)})"
        total, rows = self._row(f"select coalesce(sum({values}), 0), count(*) from {relation}")
        return f"{int(total):024x}{int(rows):08x}"[-32:]

    def identify(self, function: Callable[..., str], names: tuple[str, ...], id_name: str) -> None:
        """Give the good rows the column `id_name`, made by a Python function from the named values."""
        present = self.columns("good")
        values = [f"{quoted(n)} as {quoted(n)}" if n in present else f"null::varchar as {quoted(n)}" for n in names]
        tuples = f"select distinct {', '.join(values)} from good"
        self._map("ids", tuples, lambda row: function(*(row[name] for name in names)))
        same = [f"g.{quoted(n)} is not distinct from i.{quoted(n)}" for n in names if n in present]
        kept = f"g.* exclude ({quoted(id_name)})" if id_name in present else "g.*"
        self.connection.execute(
            f"create table identified as select {kept}, i.value as {quoted(id_name)} "
            f"from good g join ids i on {' and '.join(same)}"
        )
        self.connection.execute("create or replace view good as select * from identified")

    def fill(self, name: str, value: str) -> None:
        """Give the good rows the column `name`, of this SQL value, unless they have it."""
        if name not in self.columns("good"):
            self.connection.execute(f"create table filled as select *, {value} as {quoted(name)} from good")
            self.connection.execute("create or replace view good as select * from filled")

    def stage_numbered(self, id_name: str, identity: Iterable[Column], others: Iterable[Column]) -> None:
        """Stage every good row, with an id of a hash of its identity and an ordinal among the rows that share it.

        Rows that are alike are different sales; a file gives the same ids in whatever order its rows stand, since the
        `others`, columns that are no part of the identity, decide the ordinal.
        """
        identity = list(identity)
        same = self._find_repeated(column.name for column in identity)
        order = ", ".join([*(quoted(column.name) for column in others), "_line"])
        ordinal = f"row_number() over (partition by digest order by {order})"
        named = f"select *, left(md5({content_sql(identity)}), 20) as digest from good"
        # A window over every row of a large file would sort all of it.
        self.connection.execute(
            f"create table numbered as select * exclude (digest), digest || '-1' as {quoted(id_name)} "
            f"from ({named} where not {same}) union all "
            f"select * exclude (digest), digest || '-' || {ordinal} from ({named} where {same})"
        )
        self.connection.execute("create view staged as from numbered")
        self.connection.execute("drop view good")
        self.connection.execute("drop table converted")

    def stage_keyed(self, key: tuple[str, ...], unit: str) -> None:
        """Stage one good row of each key; a second one that says something else is rejected."""
        same = self._find_repeated(key)
        window = f"(partition by {', '.join(quoted(name) for name in key)} order by _line)"
        values = ", ".join(quoted(name) for name in self.columns("good") if name != "_line")
        self.connection.execute(
            f"create table keyed as select *, row_number() over {window} as nth, hash({values}) as content, "
            f"first_value(hash({values})) over {window} as first_content, "
            f"first_value(_line) over {window} as first_line from good where {same}"
        )
        told = f"'the same {', '.join(key)} stands in {unit} ' || first_line || ' with other values; keep one'"
        self.connection.execute(
            f"insert into rejected select _line, {told} from keyed where nth > 1 and content <> first_content"
        )
        self.connection.execute(
            f"create view staged as select * from good where not {same} union all "
            "select * exclude (nth, content, first_content, first_line) from keyed where nth = 1"
        )

    def _find_repeated(self, names: Iterable[str]) -> str:
        """Look for good rows that share values; a SQL condition that such rows meet (and hardly any other)."""
        together = f"hash({', '.join(quoted(name) for name in names)})"
        self.connection.execute(
            f"create table repeated as select {together} as together from good group by 1 having count(*) > 1"
        )
        return f"({together} in (from repeated))"

    def forget_file(self) -> None:
        """Let go of the file's cells, which nobody asks for once the rejected rows are listed."""
        for table in ("raw", "cells", "shape"):
            self.connection.execute(f"drop table if exists {table}")

    def give_way(self) -> None:
        """Keep a quarter of what it may in memory: the rest is for what compares the staged rows with stored ones."""
        number, unit = re.fullmatch(r"([\d.]+) ?(\w+)", self._memory_limit).groups()  # type: ignore[union-attr]
        for share in (0.25, 0.5):  # a huge file pins more than a quarter, and more than half it keeps what it has
            with suppress(duckdb.OutOfMemoryException):
                self.connection.execute(f"set memory_limit = '{float(number) * share}{unit}'")
                return

    def columns(self, relation: str) -> list[str]:
        """The names of a stage's columns."""
        return list(self.connection.sql(f"select * from {relation} limit 0").columns)

    def rejected(self) -> Rejected | None:
        """The first rejected row; None where there is none."""
        count = self.count("rejected")
        if not count:
            return None
        line, reason = self._row("select _line, reason from rejected order by _line limit 1")
        return Rejected(int(line), str(reason), count)

    def count(self, relation: str, condition: str = "true") -> int:
        """How many rows of a stage meet a SQL condition."""
        return int(self._row(f"select count(*) from {relation} where {condition}")[0])

    def stream(self, sql: str) -> pa.RecordBatchReader:
        """The rows of a query over the stages, batch by batch."""
        cursor = self._cursors.enter_context(cursor_beside(self.connection))
        return cursor.sql(sql).to_arrow_reader(_BATCH_ROWS)

    def _map(self, table: str, sql: str, function: Callable[[dict[str, str]], str | None]) -> None:
        """Make `table` of the rows of `sql` (text columns) and `value`, what a Python function gives for each."""
        self.connection.execute(f"create table {table} as select *, null::varchar as value from ({sql}) limit 0")
        for batch in self.stream(sql):
            values = pa.array([function(row) for row in batch.to_pylist()], pa.string())
            self._insert(table, pa.Table.from_batches([batch]).append_column("value", values))

    def _insert(self, table: str, rows: pa.Table) -> None:
        self.connection.register("_batch", rows)
        self.connection.execute(f"insert into {table} select * from _batch")
        self.connection.unregister("_batch")

    def _row(self, sql: str) -> tuple[Any, ...]:
        rows: list[tuple[Any, ...]] = self.connection.execute(sql).fetchall()
        return rows[0]


@contextmanager
def staging(settings: Settings) -> Iterator[Staging]:
    """An empty staging; its files are gone when it ends, however it ends."""
    with scratch_folder(settings.scratch, "import") as folder:
        # In a file, not in memory: tables of memory are spilled whole and uncompressed.
        file = folder / "staging.duckdb"
        try:
            with database(folder, memory_limit=settings.memory_limit, file=file) as connection, ExitStack() as cursors:
                yield Staging(connection, cursors, settings.memory_limit)
        except duckdb.OutOfMemoryException as error:
            raise ConfigError(
                f"the import ran out of memory or disk ({str(error).splitlines()[0]}); "
                "raise PURVEYOR_MEMORY_LIMIT or free space in the home folder"
            ) from error


def _macros(name: str) -> str:
    return files("warehouse.imports").joinpath(name).read_text(encoding="utf-8")
