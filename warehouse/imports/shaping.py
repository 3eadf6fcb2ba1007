"""A file brought into a table's shape by its preset's SQL, before the one path of conversion and checks."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

import duckdb

from warehouse.duck import make_macros, quoted, relation_sql
from warehouse.errors import InputError
from warehouse.imports.kinds import Kind
from warehouse.imports.notation import Decimal, Numbers, Written, numbers_of, plain_column, with_plain
from warehouse.imports.plan import literal, trimmed
from warehouse.imports.presets import presets_named
from warehouse.imports.presets.preset import Preset, Shape, statement
from warehouse.imports.readers import Source
from warehouse.imports.staging import Staging
from warehouse.snapshot import without_erased
from warehouse.tables import TABLES

if TYPE_CHECKING:
    from warehouse.house import Warehouse

SHAPED = "shaped"
"""The relation of a shape's rows: `_line`, `_fault` and texts by field name."""

_MARKS = ("_line", "_left_out")


@dataclass(frozen=True)
class Shaped:
    """What a shape made of a file: the fields it gives, how many rows it left out by reason, and the decimal marks of
    its columns."""

    fields: tuple[str, ...]
    left_out: dict[str, int]
    decimals: dict[str, Decimal]


def fitting(forms: Iterable[Preset], source: Source) -> Preset:
    """The preset among `forms` whose columns the file has; InputError names what the nearest of them lacks."""
    lacking: dict[str, list[str]] = {}
    for preset in forms:
        if preset.shape is None:
            return preset
        lacks = _lacking(preset.shape, source)
        if not lacks:
            return preset
        lacking[preset.reads] = lacks
    reads, lacks = min(lacking.items(), key=lambda entry: len(entry[1]))
    raise InputError(
        f"{source.name} is no {reads}: it has no column {', '.join(map(repr, lacks))}; its columns are "
        f"{', '.join(source.columns[:40])}"
    )


def also_fitting(preset: Preset, source: Source) -> list[Preset]:
    """The presets for what else the file tells, where it has their columns."""
    found = []
    for kind in preset.also:
        for other in presets_named(preset.name, kind):
            if other.shape is not None and not _lacking(other.shape, source):
                found.append(other)
                break
    return found


def shape_rows(
    warehouse: Warehouse,
    stage: Staging,
    shape: Shape,
    source: Source,
    kind: Kind,
    *,
    store: str,
    now: datetime,
    decimal: Decimal | None,
) -> Shaped:
    """Stage the shape's rows as `SHAPED`. Rows of the file that cannot be read stand there with their fault alone.

    `decimal` is the decimal mark that the command was told.

    InputError where the statement fails on what the file holds.
    """
    positions = _positions(shape, source)
    make_macros(stage.connection, "as_amount('1')", lambda: statement("shapes.sql"))
    stage.connection.execute(f"set variable store = {literal(store)}")
    stage.connection.execute(f"set variable file = {literal(source.name)}")
    stage.connection.execute(f"set variable now = timestamptz {literal(now.isoformat())}")
    _open_known(warehouse, stage, shape)
    texts = _texts_sql(shape, positions)
    amounts = {name: Written(quoted(name), positions[name]) for name in shape.numbers if name in positions}
    numbers = numbers_of(stage.connection, source, f"({texts})", amounts, decimal)
    notations = {name: notation for name, notation in numbers.notations.items() if isinstance(notation, Numbers)}
    stage.connection.execute(f"create table cells as {_cells_sql(shape, texts, notations)}")
    stage.connection.execute("create view file as select * exclude (_fault) from cells where _fault is null")
    try:
        stage.connection.execute(f"create table shape as {shape.sql}")
    except duckdb.OutOfMemoryException:
        raise
    except duckdb.Error as error:
        cause = (str(error).splitlines() or ["unknown cause"])[0]
        raise InputError(f"{source.name} holds what its preset cannot read ({cause}); check the file") from None
    untold = {field for field, column in shape.told.items() if column not in positions}
    fields = tuple(name for name in stage.columns("shape") if name not in (*_MARKS, *untold))
    unknown = set(fields) - {field.name for field in kind.fields}
    if unknown:
        raise AssertionError(f"a shape of {kind.name} gives {', '.join(sorted(unknown))}, which is no field")
    marked = "_left_out" in stage.columns("shape")
    texts = ", ".join(["_line", *(f"cast({quoted(name)} as varchar) as {quoted(name)}" for name in fields)])
    stage.connection.execute(
        f"create view {SHAPED} as select {texts}, null::varchar as _fault from shape "
        f"{'where _left_out is null' if marked else ''} "
        "union all by name select _line, _fault from cells where _fault is not null"
    )
    reasons = "select _left_out, count(*) from shape where _left_out is not null group by 1 order by 1"
    return Shaped(fields, dict(stage.connection.execute(reasons).fetchall()) if marked else {}, numbers.shown)


def _lacking(shape: Shape, source: Source) -> list[str]:
    found = _positions(shape, source)
    return [name for name in shape.requires if name not in found]


def _positions(shape: Shape, source: Source) -> dict[str, int]:
    """Where in the file each column of the shape stands, whatever its capitals; those it lacks are left out."""
    known = {name.casefold(): place for place, name in reversed(list(enumerate(source.columns)))}
    found = {}
    for column in shape.columns:
        for name in (column, shape.aliases.get(column, column)):
            if name.casefold() in known:
                found[column] = known[name.casefold()]
                break
    return found


def _texts_sql(shape: Shape, positions: Mapping[str, int]) -> str:
    """Each row of the file: `_line`, `_fault` and the shape's columns by name, trimmed."""
    texts = {name: trimmed(str(positions[name])) if name in positions else "null::varchar" for name in shape.columns}
    named = ", ".join(f"{text} as {quoted(name)}" for name, text in texts.items())
    return f"select _line, _fault, {named} from raw"


def _cells_sql(shape: Shape, texts: str, notations: Mapping[str, Numbers]) -> str:
    """Each row of the file: `_line`, the shape's columns by name, and `_fault` where it cannot be read."""
    plain = {name: plain_column(quoted(name)) if name in notations else quoted(name) for name in shape.numbers}
    faults = [
        f"case when {quoted(n)} is not null and as_amount({plain[n]}) is null "
        f"then {literal(n + ' ')} || shown({quoted(n)}) || {_fault_sql(n, plain[n], notations.get(n))} end"
        for n in shape.numbers
    ]
    fault = f"coalesce(_fault, nullif(concat_ws('; ', {', '.join(faults)}), ''))" if faults else "_fault"
    values = ", ".join(
        f"as_amount({plain[name]}) as {quoted(name)}" if name in shape.numbers else quoted(name)
        for name in shape.columns
    )
    told = with_plain(f"({texts})", {quoted(name): notation for name, notation in notations.items()})
    judged = f"select _line, {fault} as _fault, {values} from {told}"
    if shape.group is None:
        return judged
    whole = f"partition by coalesce({quoted(shape.group)}, '_line ' || _line)"
    spoiled = (
        f"case when _fault is not null then _fault when count(_fault) over ({whole}) > 0 "
        "then 'another line of the same order cannot be taken' end"
    )
    return f"select * replace ({spoiled} as _fault) from ({judged})"


def _fault_sql(name: str, plain: str, notation: Numbers | None) -> str:
    if notation is None:
        return f"money_fault({plain})"
    return f"case when {plain} is null then {notation.fault_sql(quoted(name))} else money_fault({plain}) end"


def _open_known(warehouse: Warehouse, stage: Staging, shape: Shape) -> None:
    """Make `known_<table>` of each lake table that the shape reads, without erased customers, and the view of it."""
    if not shape.knows:
        return
    for name in shape.knows:
        table = TABLES[name]
        rows = relation_sql(table, warehouse.lake.snapshot(table).files)
        stage.connection.execute(f"create view known_{name} as {without_erased(table, f'({rows})')}")
        stage.connection.execute(_VIEWS[name])


_VIEWS = {
    # Of several customers with one address, one with an id of the shop's own.
    "customers": """
        create view known_addresses as
        select lower(trim(email)) as email, customer_id from known_customers where email is not null
        qualify row_number() over (
            partition by lower(trim(email)) order by starts_with(customer_id, 'guest-'), customer_id) = 1""",
    "consents": """
        create view current_consents as
        select customer_id, channel, granted from known_consents
        qualify row_number() over (partition by customer_id, channel order by "at" desc, granted) = 1""",
}
