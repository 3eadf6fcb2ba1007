"""The SQL of one import: every field's text, value and fault, built from the table's declaration."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

import pyarrow as pa

from warehouse.duck import quoted
from warehouse.imports.kinds import Kind
from warehouse.imports.notation import Notation, plain_column, with_plain
from warehouse.money import currencies
from warehouse.tables import BOOLEAN, DAY, FLOAT, MONEY, RATE, STRING, TIME, Column

_BLANK = "chr(32) || chr(9) || chr(10) || chr(13) || chr(160) || chr(65279)"
"""What stands around a value without being part of it: spaces, tabs, line ends, no-break space, byte order mark."""

_CONVERSIONS: dict[pa.DataType, tuple[str, str]] = {
    STRING: ("as_text({t})", "text_fault({t})"),
    FLOAT: ("as_number({t})", "number_fault({t})"),
    MONEY: ("as_money({t})", "money_fault({t})"),
    RATE: ("as_rate({t})", "number_fault({t})"),
    BOOLEAN: ("as_flag({t})", "flag_fault({t})"),
    DAY: ("as_day({t})", "day_fault({t})"),
    TIME: ("as_moment({t}, zone, {wall})", "moment_fault({t}, {wall})"),
}
"""Value and fault of a text, by the column's type (macros of conversion.sql)."""

_OBJECTS = ("attributes", "properties", "evidence")
"""Columns that hold a JSON object."""

_LOOKED_UP = {
    "gtin": "' is not a GTIN, EAN or UPC (8, 12, 13 or 14 digits, a true check digit); correct it or leave it empty'",
    "url": "' is not an http(s) address'",
}
"""Columns whose values come from a lookup table (text, value), and the fault of a text that has none."""


def literal(text: str | None) -> str:
    """`text` as a SQL literal."""
    return "null::varchar" if text is None else "'" + text.replace("'", "''") + "'"


def trimmed(cell: str) -> str:
    """SQL for the text in the column called `cell`: without what stands around it, null where that leaves nothing."""
    text = quoted(cell)
    # Most texts have nothing around them, which is quickly seen; trimming takes ten times as long.
    bare = f"ord({text}) between 33 and 126 and ord(right({text}, 1)) between 33 and 126"
    return f"case when {bare} then {text} else nullif(trim({text}, {_BLANK}), '') end"


@dataclass(frozen=True)
class Plan:
    """How the rows of one file become rows of one table.

    `cells` says which column of `relation` holds which field's text; `derived` and `fallbacks` give fields as SQL,
    instead of the file or where the file has nothing. That SQL may name values of other fields and `store_currency`.
    `checks` are conditions over values that spoil a row, with what to say of it. `zone` and `store` are SQL for the
    time zone of a time written without one and for the store of a row that names none.
    """

    kind: Kind
    cells: Mapping[str, str]
    zone: str
    store: str
    derived: Mapping[str, str]
    fallbacks: Mapping[str, str]
    checks: tuple[tuple[str, str], ...] = ()
    time_format: str | None = None
    relation: str = "raw"
    notations: Mapping[str, Notation] = field(default_factory=dict)
    """How fields are written whose texts are not in the plain form of conversion.sql."""

    @property
    def fields(self) -> list[Column]:
        """The fields that rows will have, in the order of the declaration."""
        present = self.cells.keys() | self.derived.keys() | self.fallbacks.keys()
        return [field for field in self.kind.fields if field.name in present]

    @property
    def lookups(self) -> list[str]:
        """The fields whose values come from the lookup tables "<field> lookup"."""
        # Our own products' addresses stand as the shop writes them; those of offers are part of the offer's identity.
        names = ("gtin", "url") if self.kind.name == "offers" else ("gtin",)
        return [name for name in names if name in self.cells]

    def texts_sql(self) -> str:
        """Each row's texts: trimmed, null where empty, named "<field> text"."""
        cells = [f"{trimmed(cell)} as {text_column(name)}" for name, cell in self.cells.items()]
        return f"select {_listed(['_line', '_fault', *cells])} from {self.relation}"

    def rows_sql(self) -> str:
        """Each row's `_line`, `reason` (what is wrong with it; null where nothing is) and values by field name."""
        walls = [f"{self._wall_sql(f)} as {_wall(f.name)}" for f in self._read if f.type == TIME]
        store_text = text_column("store_id") if "store_id" in self.cells else "null"
        lookups = [f"left join {lookup_table(n)} on {lookup_table(n)}.text = {text_column(n)}" for n in self.lookups]
        values = [f"{self._value_sql(f)} as {quoted(f.name)}" for f in self._read]
        derived = [f"{sql} as {quoted(name)}" for name, sql in self.derived.items()]
        texts = [text_column(f.name) for f in self._read] + [_wall(f.name) for f in self._read if f.type == TIME]
        texts += [plain_column(text_column(name)) for name in self.notations]
        told = with_plain("texts", {text_column(name): notation for name, notation in self.notations.items()})
        filled = [f"{self._filled_sql(f.name)} as {quoted(f.name)}" for f in self.fields]
        return f"""
            with walls as (select {_listed(["*", *walls])} from {told}),
            placed as (
                select w.*, s.currency as store_currency, {self.zone} as zone
                from walls w left join stores s on s.store_id = coalesce({store_text}, {self.store})),
            valued as (select {_listed(["placed.*", *values])} from placed {" ".join(lookups)}),
            derived as (select {_listed(["*", *derived])} from valued),
            filled as (select {_listed(["_line", "_fault", *texts, *filled])} from derived)
            select _line, {self._reason_sql()} as reason, {_listed(quoted(f.name) for f in self.fields)} from filled"""

    @property
    def _read(self) -> list[Column]:
        return [field for field in self.kind.fields if field.name in self.cells]

    @property
    def _required(self) -> list[str]:
        table = self.kind.table
        required = {c.name for c in table.columns if c.required} | set(table.key)
        return [field.name for field in self.fields if field.name in required]

    def _plain(self, field: Column) -> str:
        text = text_column(field.name)
        return plain_column(text) if field.name in self.notations else text

    def _wall_sql(self, field: Column) -> str:
        text = self._plain(field)
        if self.time_format is None:
            return f"as_wall_clock({text})"
        return f"coalesce(as_wall_clock({text}), plausible(try_strptime({text}, {literal(self.time_format)})))"

    def _value_sql(self, field: Column) -> str:
        text = text_column(field.name)
        if field.name in self.lookups:
            return f"{lookup_table(field.name)}.value"
        if field.name in _OBJECTS:
            return f"as_object({text})"
        if field.values:
            return f"case when lower({text}) in ({_literals(field.values)}) then lower({text}) end"
        if field.currency:
            return f"case when upper({text}) in ({_literals(sorted(currencies()))}) then upper({text}) end"
        return _CONVERSIONS[field.type][0].format(t=self._plain(field), wall=_wall(field.name))

    def _filled_sql(self, name: str) -> str:
        if name not in self.fallbacks:
            return quoted(name)
        if name in self.derived:
            return f"coalesce({quoted(name)}, {self.fallbacks[name]})"
        if name not in self.cells:
            return self.fallbacks[name]
        # Only for a cell that is empty: one that cannot be read stays null, and is the row's fault.
        return f"case when {text_column(name)} is null then {self.fallbacks[name]} else {quoted(name)} end"

    def _reason_sql(self) -> str:
        faults = [self._misread_sql(f) for f in self._read]
        empty = [
            f"case when {quoted(name)} is null and {text_column(name) if name in self.cells else 'null'} is null "
            f"then '{name} is empty{'; add --currency' if name == 'currency' else ''}' end"
            for name in self._required
            if name not in self.derived
        ]
        checks = [f"case when {condition} then {literal(text)} end" for condition, text in self.checks]
        # What cannot be derived for want of another field is that field's fault; said only where nothing else is wrong.
        untold = [f"when {quoted(n)} is null then '{n} cannot be told'" for n in self._required if n in self.derived]
        last = f"case {' '.join(untold)} end" if untold else "null"
        # In a row of another shape than the header nothing stands where it should: only that is said of it.
        return f"coalesce(_fault, nullif(concat_ws('; ', {_listed([*faults, *empty, *checks])}), ''), {last})"

    def _misread_sql(self, field: Column) -> str:
        text = text_column(field.name)
        return (
            f"case when {text} is not null and {quoted(field.name)} is null "
            f"then '{field.name} ' || shown({text}) || {self._fault_sql(field)} end"
        )

    def _fault_sql(self, field: Column) -> str:
        if field.name in self.lookups:
            return _LOOKED_UP[field.name]
        if field.name in _OBJECTS:
            return "object_fault()"
        if field.values:
            return literal(f" is none of {', '.join(field.values)}")
        if field.currency:
            return literal(" is no currency in use; write an ISO 4217 code such as EUR")
        plain = self._plain(field)
        fault = _CONVERSIONS[field.type][1].format(t=plain, wall=_wall(field.name))
        if field.name not in self.notations:
            return fault
        written = self.notations[field.name].fault_sql(text_column(field.name))
        return f"case when {plain} is null then {written} else {fault} end"


def content_sql(columns: Iterable[Column]) -> str:
    """SQL for the columns' values as one text, the same for the same values whatever they were read from.

    Null is left out, so that a column added later, empty, changes nothing. Texts carry their length, so that no two
    values can run together.
    """
    parts = []
    for column in columns:
        value = quoted(column.name)
        if column.type == STRING:
            parts.append(f"'{column.name}=' || length({value}) || ':' || {value}")
        elif column.type == TIME:
            parts.append(f"'{column.name}=' || epoch_us({value}) || ';'")
        else:
            parts.append(f"'{column.name}=' || cast({value} as varchar) || ';'")
    return f"concat_ws('', {_listed(parts)})"


def text_column(name: str) -> str:
    """The (quoted) name of a field's text."""
    return quoted(f"{name} text")


def lookup_table(name: str) -> str:
    """The (quoted) name of a field's lookup table."""
    return quoted(f"{name} lookup")


def _wall(name: str) -> str:
    return quoted(f"{name} wall")


def _literals(values: Iterable[str]) -> str:
    return _listed(literal(value) for value in values)


def _listed(expressions: Iterable[str]) -> str:
    return ", ".join(expressions)
