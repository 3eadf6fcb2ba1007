"""The form of a file: what the command was told of it, and what was detected where it was told nothing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from warehouse.errors import InputError
from warehouse.imports.notation import Decimal, Notation, Order, Written, numbers_of, times_of
from warehouse.imports.plan import Plan, text_column
from warehouse.imports.readers import Source
from warehouse.imports.staging import Staging
from warehouse.tables import DAY, FLOAT, MONEY, RATE, TIME


@dataclass(frozen=True)
class Form:
    """What the command was told: `decimal` is a point or a comma, `dates` what 3/4/2026 is, dmy or mdy."""

    encoding: str | None = None
    sheet: str | None = None
    decimal: Decimal | None = None
    dates: Order | None = None

    @classmethod
    def told(cls, encoding: str | None, sheet: str | None, decimal: str | None, dates: str | None) -> Form:
        """The same from texts; InputError where one is none of its values."""
        marks: dict[str | None, Decimal | None] = {None: None, ".": ".", ",": ","}
        if decimal not in marks:
            raise InputError(f"--decimal: {decimal!r} is no decimal mark; write . or ,")
        orders: dict[str | None, Order | None] = {None: None, "dmy": "dmy", "mdy": "mdy"}
        if dates not in orders:
            raise InputError(f"--dates: {dates!r} is no order; write dmy (31/12/2026) or mdy (12/31/2026)")
        return cls(encoding, sheet, marks[decimal], orders[dates])


def read_notations(stage: Staging, plan: Plan, source: Source, form: Form) -> tuple[Plan, dict[str, str]]:
    """The plan, knowing how its fields are written; and the decimal marks and orders of days found, to be shown."""
    fields = [field for field in plan.kind.fields if field.name in plan.cells]
    relation = f"({plan.texts_sql()})"
    found: dict[str, Notation] = {}
    shown: dict[str, str] = {}
    # What a preset has brought into shape has numbers of ours already.
    if plan.relation == "raw":
        numbers = numbers_of(
            stage.connection,
            source,
            relation,
            {
                field.name: Written(text_column(field.name), int(plan.cells[field.name]), field.type == MONEY)
                for field in fields
                if field.type in (FLOAT, MONEY, RATE)
            },
            form.decimal,
        )
        found |= numbers.notations
        shown |= told_of("decimal", numbers.shown)
    kinds = (DAY,) if plan.time_format else (DAY, TIME)
    columns = {field.name: Written(text_column(field.name)) for field in fields if field.type in kinds}
    times = times_of(stage.connection, source, relation, columns, form.dates)
    found |= times.notations
    shown |= told_of("dates", times.shown)
    own = "currency" in {field.name for field in plan.fields}
    checks = [_other_currency(name) for name, notation in found.items() if own and getattr(notation, "signs", False)]
    return replace(plan, notations=found, checks=(*plan.checks, *checks)), shown


def told_of(what: str, marks: Mapping[str, str]) -> dict[str, str]:
    """One entry for all columns where they agree, else what each has."""
    if not marks:
        return {}
    if len(set(marks.values())) == 1:
        return {what: next(iter(marks.values()))}
    return {what: " ".join(f"{name}: {mark}" for name, mark in marks.items())}


def _other_currency(name: str) -> tuple[str, str]:
    stated = f"stated_currencies(currency_sign(number_parts({text_column(name)})))"
    return (
        f"not coalesce(list_contains({stated}, currency), true)",
        f"{name} names another currency than the row has; map the currency's column, or say --currency",
    )
