"""A segment's definition as one SQL statement, built as a tree so that no value can become SQL."""

from __future__ import annotations

from collections.abc import Iterable
from importlib.resources import files

import pyarrow as pa
import sqlglot
from sqlglot import exp

from campaigns.segments.definition import Condition, Scalar, Segment
from campaigns.segments.scope import STORE_DAYS
from campaigns.segments.vocabulary import ARROW, OPERATORS, Field
from warehouse.questions import Question
from warehouse.tables import STRING

_COMPARISONS: dict[str, type[exp.Binary]] = {
    ">=": exp.GTE,
    ">": exp.GT,
    "<=": exp.LTE,
    "<": exp.LT,
    "=": exp.EQ,
}


def compile_segment(segment: Segment) -> Question:
    """The question whose rows are the members, each with the fields that the conditions speak of.

    It takes the parameter `currency` and the input `store_days` (see `scope`).
    """
    sql = select_fields(segment.fields).where(*(_predicate(c) for c in segment.conditions)).sql("duckdb")
    return customers_question(f"segment {segment.name}", sql, segment.fields)


def customers_question(name: str, sql: str, fields: Iterable[Field]) -> Question:
    """A question over `select_fields` of `fields`: one row a customer."""
    return Question(
        name=name,
        sql=sql,
        result=pa.schema([("customer_id", STRING), *((f.name, ARROW[f.kind]) for f in fields)]),
        key=("customer_id",),
        params={"currency": STRING},
        inputs={"store_days": STORE_DAYS},
    )


def select_fields(fields: Iterable[Field]) -> exp.Select:
    """A SELECT of all customers with `fields`, over the relations that these need and no others."""
    wanted = list(fields)
    query = exp.select(exp.column("customer_id", "facts"), *(_column(f) for f in wanted)).from_("facts")
    query = query.with_("facts", as_=_relation("facts"))
    for relation in sorted({f.relation for f in wanted} - {"facts"}):
        query = query.with_(relation, as_=_relation(relation)).join(
            exp.to_table(relation),
            on=exp.column("customer_id", relation).eq(exp.column("customer_id", "facts")),
            join_type="left",
        )
    return query


def _relation(name: str) -> exp.Expr:
    text = (files(__package__) / f"{name}.sql").read_text(encoding="utf-8")
    return sqlglot.parse_one(text, read="duckdb")


def _column(field: Field) -> exp.Column:
    return exp.column(field.name, field.relation)


def _predicate(condition: Condition) -> exp.Expr:
    column = _column(condition.field)
    values = [_literal(value) for value in condition.values]
    if condition.operator == "is_in":
        return exp.In(this=column, expressions=values)
    return _COMPARISONS[OPERATORS[condition.operator]](this=column, expression=values[0])


def _literal(value: Scalar) -> exp.Expression:
    if isinstance(value, bool):
        return exp.Boolean(this=value)
    # Spelled out: an exponent would make the number a double, in which 0.1 is not 0.1.
    return exp.Literal.string(value) if isinstance(value, str) else exp.Literal.number(format(value, "f"))
