"""Erased customers in the lake: what is known of them, taking their rows out, and which files still have them."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager

import duckdb
import pyarrow as pa

from warehouse.duck import database, quoted, relation_sql, unreadable
from warehouse.erasure.traces import Person
from warehouse.house import Warehouse
from warehouse.lake import Lake
from warehouse.scratch import scratch_folder
from warehouse.tables import CUSTOMERS, STRING, TABLES, Table

PERSONAL = tuple(table for table in TABLES.values() if table.person is not None)
"""The tables that speak of customers."""

_AT_ONCE = 5_000
"""Rows named in one deletion."""

_MAIL = r"[^\s,;|\"''=()\[\]{}<>:@/]+@[^\s,;|\"''=()\[\]{}<>:@/]+"
_NUMBER = r"\+?\d(?:[\s().\-/]{0,3}\d){5,24}"
_APART = r"\\([nrtbf/\"\\]|u[0-9a-f]{4})|[&!?*`\x{a0}-\x{bf}\x{2000}-\x{203f}]"
"""What mostly stands between words, but in few addresses is part of them: text is looked at both ways (traces.py)."""


def is_known(warehouse: Warehouse, customer_id: str) -> bool:
    """Whether a row that readers see names this customer."""
    wanted = "'" + customer_id.replace("'", "''") + "'"
    with warehouse.session(engine="duckdb") as session:
        return any(
            session.query(f"select 1 as found from {table.name} where {table.person} = {wanted} limit 1").num_rows
            for table in PERSONAL
        )


class LakeRows:
    """Looks for customers in the lake's files, by DuckDB."""

    def __init__(self, lake: Lake, connection: duckdb.DuckDBPyConnection) -> None:
        self._lake = lake
        self._connection = connection

    def people(self, ids: Collection[str]) -> list[Person]:
        """What these customers may be known by: every mail address and phone number that any file on disk has.

        What another customer, who was not erased, has too is left out: it names them as well.
        """
        self._register("wanted", ids)
        known: dict[str, tuple[set[str], set[str]]] = {customer: (set(), set()) for customer in ids}
        stored = self._on_disk(CUSTOMERS)
        for column, place in (("email", 0), ("phone", 1)):
            rows = self._connection.execute(
                f"select distinct customer_id, {column} from ({stored}) s where {column} is not null "
                "and customer_id in (select id from wanted) and not exists (select 1 from "
                f"({self._present(CUSTOMERS)}) p where lower(p.{column}) = lower(s.{column}) "
                "and p.customer_id not in (select id from erased))"
            ).fetchall()
            for customer, value in rows:
                known[customer][place].add(value)
        return [Person(c, frozenset(mails), frozenset(phones)) for c, (mails, phones) in known.items()]

    def erase_from(self, table: Table, people: Sequence[Person]) -> int:
        """Take erased customers out of the table as it stands; return how many rows changed or went."""
        assert table.person is not None
        found = self._connection.execute(
            f"select distinct {quoted(table.person)} from ({self._present(table)}) p "
            f"where {quoted(table.person)} in (select id from erased)"
        ).fetchall()
        rows = 0
        for part in _parts(sorted(str(row[0]) for row in found)):
            predicate = _among(table.person, part)
            if table.on_erase == "hide":
                rows += self._lake.delete(table, predicate)
            else:
                rows += self._lake.clear(table, table.anonymised, predicate)
        if _texts(table):
            # Events of others, or of nobody known, that say the mail address or phone number of one of these people.
            (key,) = table.key
            mentioned = self._mentions(table, self._present(table), people, key)
            for part in _parts(sorted(mentioned)):
                rows += self._lake.clear(table, _texts(table), _among(key, part))
        return rows

    def on_disk(self, table: Table, people: Sequence[Person]) -> set[str]:
        """Which of the erased customers some file of the table still has, whatever version it belongs to.

        A file that cannot be read, left by a killed write, may have any of them.
        """
        assert table.person is not None
        stored = self._on_disk(table)
        try:
            rows = self._connection.execute(
                f"select distinct {quoted(table.person)} from ({stored}) s "
                f"where {quoted(table.person)} in (select id from erased)"
            ).fetchall()
            found = {str(row[0]) for row in rows}
            return found | (self._mentions(table, stored, people, None) if _texts(table) else set())
        except duckdb.Error as error:
            present = self._lake.snapshot(table)
            try:
                self._connection.execute(f"select count(*) from ({relation_sql(table, present.files)})")
            except duckdb.Error:
                raise unreadable(table, error) from error
            return {person.customer_id for person in people}

    def _mentions(self, table: Table, relation: str, people: Sequence[Person], key: str | None) -> set[str]:
        """The rows (by `key`) in which free text of the table names one of these people; without `key`, the people."""
        mails = [(p.customer_id, mail.strip().lower()) for p in people for mail in p.mails]
        phones = [
            (p.customer_id, digits[-9:]) for p in people for phone in p.phones if len(digits := _digits(phone)) >= 7
        ]
        wanted, shown = (f"t.{quoted(key)}", f", {quoted(key)}") if key else ("v.id", "")
        text = f"lower(concat_ws(' ', {', '.join(quoted(name) for name in _texts(table))}))"
        apart = f"regexp_replace(replace({text}, '%40', '@'), '{_APART}', ' ', 'g')"
        said = f"(select concat_ws(' ', {text}, {apart}) as said{shown} from ({relation}))"
        found: set[str] = set()
        for pairs, pattern, only, word in (
            (mails, _MAIL, "contains(said, '@')", "rtrim(t.word, '.')"),
            (phones, _NUMBER, "true", r"right(regexp_replace(t.word, '\D', '', 'g'), 9)"),
        ):
            if not pairs:
                continue
            self._connection.register("known", pa.table([list(c) for c in zip(*pairs, strict=True)], schema=_PAIRS))
            words = f"(select unnest(regexp_extract_all(said, '{pattern}')) as word{shown} from {said} where {only}) t"
            rows = self._connection.execute(f"select distinct {wanted} from {words} join known v on v.value = {word}")
            found |= {str(row[0]) for row in rows.fetchall()}
        return found

    def _present(self, table: Table) -> str:
        return relation_sql(table, self._lake.snapshot(table).files)

    def _on_disk(self, table: Table) -> str:
        return relation_sql(table, tuple(str(path) for path in self._lake.files_on_disk(table)))

    def _register(self, name: str, ids: Collection[str]) -> None:
        self._connection.register(name, pa.table({"id": pa.array(sorted(ids), STRING)}))


_PAIRS = pa.schema([("id", STRING), ("value", STRING)])


@contextmanager
def lake_rows(warehouse: Warehouse, erased: Collection[str]) -> Iterator[LakeRows]:
    """Opens the search for erased customers."""
    settings = warehouse.settings
    with (
        scratch_folder(settings.scratch, "erasure") as folder,
        database(folder, memory_limit=settings.memory_limit) as connection,
    ):
        connection.register("erased", pa.table({"id": pa.array(sorted(erased), STRING)}))
        yield LakeRows(warehouse.lake, connection)


def _texts(table: Table) -> tuple[str, ...]:
    """The anonymised columns that may say anything, the person's own id aside."""
    return tuple(name for name in table.anonymised if name != table.person)


def _among(column: str, ids: Sequence[str]) -> str:
    return f"{column} IN ({', '.join(_literal(value) for value in ids)})"


def _literal(value: str) -> str:
    return "'" + value.replace("'", "''") + "'"


def _parts(ids: Sequence[str]) -> Iterator[Sequence[str]]:
    for start in range(0, len(ids), _AT_ONCE):
        yield ids[start : start + _AT_ONCE]


def _digits(text: str) -> str:
    return "".join(c for c in text if c.isdecimal())
