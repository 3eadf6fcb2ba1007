"""How a file's columns write their numbers and times: told by all of a column's values, never by one row alone.

`1.234` is one number to a German and another to an American, `3/4/2026` one day in London and another in Boston. A
column with values that can only be one of the two decides for itself; one whose values could be either takes the word
of the file's other columns; where no column says, a person must. In a column that contradicts itself the sort that most
of its values are of stands; the others are faults of their rows, and so is every value that could be either: none
silently changes by a factor of a thousand, or from March to April.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Generic, Literal, TypeVar

import duckdb

from warehouse.duck import quoted
from warehouse.errors import InputError
from warehouse.imports.readers import Source

Decimal = Literal[".", ","]
Order = Literal["dmy", "mdy"]
_Mark = TypeVar("_Mark", Decimal, Order)


@dataclass(frozen=True)
class Numbers:
    """Numbers with this decimal mark; `strict` where the column contradicts itself, `signs` where currencies may stand
    beside them."""

    decimal: Decimal
    strict: bool = False
    signs: bool = False

    def parts_sql(self, text: str) -> str:
        """SQL for what `plain_sql` needs of a text, so that it is computed once."""
        return f"number_parts({text})"

    def plain_sql(self, text: str, parts: str) -> str:
        """SQL for the number as digits with a decimal point; null where the text is none that the column writes."""
        number = f"{'point' if self.decimal == '.' else 'comma'}_number({text}, {parts})"
        refused = [] if self.signs else [f"currency_sign({parts}) <> ''"]
        if self.strict:
            refused.append(f"coalesce(number_shape({text}, {parts}), '') = '?'")
        return f"case when not ({' or '.join(refused)}) then {number} end" if refused else number

    def fault_sql(self, text: str) -> str:
        """SQL for what to say of a text that is none."""
        fault = f"number_fault({text})" if self.decimal == "." else "comma_fault()"
        if not self.strict:
            return fault
        unclear = f"coalesce(number_shape({text}, number_parts({text})), '') = '?'"
        return f"case when {unclear} then two_numbers_fault() else {fault} end"


@dataclass(frozen=True)
class Times:
    """Days and times with the day or the month first; `strict` where the column contradicts itself."""

    order: Order
    strict: bool = False

    def parts_sql(self, text: str) -> str:
        """SQL for the time in ISO 8601's form."""
        return f"iso_time({text}, {'true' if self.order == 'dmy' else 'false'})"

    def plain_sql(self, text: str, parts: str) -> str:
        """SQL for the same; null where the text is none that the column writes."""
        return f"case when coalesce(day_shape({text}), '') <> '?' then {parts} end" if self.strict else parts

    def fault_sql(self, text: str) -> str:
        """SQL for what to say of a text that is none."""
        unclear = f"coalesce(day_shape({text}), '') = '?'"
        return f"case when {unclear} then two_days_fault() else time_fault() end" if self.strict else "time_fault()"


Notation = Numbers | Times


@dataclass(frozen=True)
class Written:
    """A column to look at: the (quoted) name of its texts, its place in the file, whether it holds money."""

    text: str
    place: int | None = None
    money: bool = False


@dataclass(frozen=True)
class Found(Generic[_Mark]):
    """The columns, by the name that people know, that do not write the plain form; and what those said that decided."""

    notations: dict[str, Notation]
    shown: dict[str, _Mark]


def numbers_of(
    connection: duckdb.DuckDBPyConnection,
    source: Source,
    relation: str,
    columns: Mapping[str, Written],
    told: Decimal | None,
) -> Found[Decimal]:
    """How the columns of a relation write numbers; `told` is the decimal mark that the command was told.

    InputError where neither it nor any column says which it is.
    """
    looks = {
        name: _Look(
            c.text,
            f"is_plain_number({c.text})",
            f"case when contains({c.text}, '.') then '.' else '' end",
            f"number_parts({c.text})",
            "number_shape({text}, {parts})",
            "is_number({text})",
        )
        for name, c in columns.items()
    }
    counts = _counts(connection, relation, looks, ".", ",")
    typed: dict[str, tuple[Decimal, bool]] = {
        name: (".", c.place in source.doubtful) for name, c in columns.items() if c.place in source.typed
    }
    remedy = "one number with a decimal point, another with a decimal comma; say which it is with --decimal"
    decided = _decided(source, counts, (".", ","), told, typed, remedy)
    return Found(
        {
            name: Numbers(mark, strict, columns[name].money)
            for name, (mark, strict) in decided.items()
            if counts[name].odd or mark == "," or strict
        },
        {name: mark for name, (mark, _) in decided.items() if counts[name].any and name not in typed},
    )


def times_of(
    connection: duckdb.DuckDBPyConnection,
    source: Source,
    relation: str,
    columns: Mapping[str, Written],
    told: Order | None,
) -> Found[Order]:
    """How the columns of a relation write days and times; `told` is the order that the command was told.

    InputError where neither it nor any column says which it is.
    """
    looks = {
        name: _Look(c.text, f"is_plain_time({c.text})", "''", c.text, "day_shape({text})", "false")
        for name, c in columns.items()
    }
    counts = _counts(connection, relation, looks, "dmy", "mdy")
    marks: tuple[Order, Order] = ("dmy", "mdy")
    remedy = "one day with the day first, another with the month first; say which it is with --dates dmy or mdy"
    decided = _decided(source, counts, marks, told, {}, remedy)
    return Found(
        {name: Times(mark, strict) for name, (mark, strict) in decided.items() if counts[name].odd},
        {name: mark for name, (mark, _) in decided.items() if counts[name].any},
    )


def with_plain(relation: str, notations: Mapping[str, Notation]) -> str:
    """SQL for a relation with, for each (quoted) text column of `notations`, its `plain_column`."""
    if not notations:
        return relation
    parts = [f"{n.parts_sql(text)} as {_parts_column(text)}" for text, n in notations.items()]
    plain = [f"{n.plain_sql(text, _parts_column(text))} as {plain_column(text)}" for text, n in notations.items()]
    # Two steps: what an expression repeats is computed again each time.
    return f"(select *, {', '.join(plain)} from (select *, {', '.join(parts)} from {relation}))"


def plain_column(text: str) -> str:
    """The (quoted) name of a text column's plain form."""
    return quoted(f"{text[1:-1]} plain")


def _parts_column(text: str) -> str:
    return quoted(f"{text[1:-1]} parts")


@dataclass(frozen=True)
class _Look:
    """SQL to look at a column by: whether a text is in the plain form and nothing else, and the shape it then has; of
    other texts what the shape is made from, the shape, and whether they are in the plain form."""

    text: str
    simple: str
    simple_shape: str
    parts: str
    shape: str
    plain: str


@dataclass(frozen=True)
class _Count:
    """How many values can only be the one, only the other, or either; how many are not in the plain form."""

    first: int
    second: int
    either: int
    odd: int
    line: int | None
    example: str | None
    """Where the first value stands that could be either, and what it is."""

    @property
    def any(self) -> bool:
        """Whether there is anything to tell."""
        return bool(self.first or self.second or self.either)


def _counts(
    connection: duckdb.DuckDBPyConnection, relation: str, looks: Mapping[str, _Look], first: str, second: str
) -> dict[str, _Count]:
    if not looks:
        return {}
    plain = _plain_counts(connection, relation, looks, first)
    # Most columns hold the plain form and nothing else; to plan the other look takes longer than to read a small file.
    others = {name: look for name, look in looks.items() if plain[name] is None}
    told = _full_counts(connection, relation, others, first, second) if others else {}
    return {name: plain[name] or told[name] for name in looks}


def _plain_counts(
    connection: duckdb.DuckDBPyConnection, relation: str, looks: Mapping[str, _Look], first: str
) -> dict[str, _Count | None]:
    """The counts of the columns of which every value is in the plain form and nothing else; None for the others."""
    counts = []
    for look in looks.values():
        counts += [
            f"count(*) filter (where not {look.simple})",
            f"count(*) filter (where {look.simple} and {look.simple_shape} = '{first}')",
        ]
    row = connection.execute(f"select {', '.join(counts)} from {relation} where _fault is null").fetchall()[0]
    return {
        name: None if row[2 * at] else _Count(row[2 * at + 1], 0, 0, 0, None, None) for at, name in enumerate(looks)
    }


def _full_counts(
    connection: duckdb.DuckDBPyConnection, relation: str, looks: Mapping[str, _Look], first: str, second: str
) -> dict[str, _Count]:
    simple, parts, shapes, counts = [], [], [], []
    for at, look in enumerate(looks.values()):
        text, part = f"t{at}", f"p{at}"
        simple += [f"{look.text} as {text}", f"{look.simple} as i{at}", f"{look.simple_shape} as f{at}"]
        parts += [
            text,
            f"i{at}",
            f"f{at}",
            f"case when not i{at} then {look.parts.replace(look.text, text)} end as {part}",
        ]
        shape = look.shape.format(text=text, parts=part)
        shapes += [text, f"case when i{at} then f{at} else {shape} end as s{at}"]
        shapes += [f"not i{at} and not {look.plain.format(text=text)} as o{at}"]
        counts += [
            f"count(*) filter (where s{at} = '{first}')",
            f"count(*) filter (where s{at} = '{second}')",
            f"count(*) filter (where s{at} = '?')",
            f"count(*) filter (where o{at})",
            f"min(_line) filter (where s{at} = '?')",
            f"arg_min(t{at}, _line) filter (where s{at} = '?')",
        ]
    # In steps: what an expression repeats is computed again each time.
    told = f"select _line, {', '.join(simple)} from {relation} where _fault is null"
    apart = f"select _line, {', '.join(parts)} from ({told})"
    shaped = f"select _line, {', '.join(shapes)} from ({apart})"
    row = connection.execute(f"select {', '.join(counts)} from ({shaped})").fetchall()[0]
    return {name: _Count(*row[6 * at : 6 * at + 6]) for at, name in enumerate(looks)}


def _decided(
    source: Source,
    counts: Mapping[str, _Count],
    marks: tuple[_Mark, _Mark],
    told: _Mark | None,
    fixed: Mapping[str, tuple[_Mark, bool]],
    remedy: str,
) -> dict[str, tuple[_Mark, bool]]:
    """Each column's mark, and whether it contradicts itself."""
    decided: dict[str, tuple[_Mark, bool]] = {}
    for name, count in counts.items():
        if name in fixed:
            decided[name] = fixed[name]
        elif told is not None:
            decided[name] = (told, False)
        elif count.first != count.second:
            decided[name] = (marks[count.second > count.first], count.first > 0 and count.second > 0)
    agreed = {mark for name, (mark, strict) in decided.items() if not strict and name not in fixed}
    for name, count in counts.items():
        if name in decided:
            continue
        if not count.any:
            decided[name] = (marks[0], False)
        elif len(agreed) == 1 and not count.first:
            decided[name] = (next(iter(agreed)), False)
        elif count.first:
            raise InputError(
                f"{source.name}: {name} is written in two ways, as often in the one as the other: {remedy}"
            )
        else:
            raise InputError(
                f"{source.name} {source.unit} {count.line}: {name} {count.example!r} may be {remedy}, "
                "since no other value tells"
            )
    return decided
