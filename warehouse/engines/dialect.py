"""The SQL that means the same on DuckDB and Spark: what the lint allows, how parameters go in, how it is translated.

Translation by sqlglot is silent about differences (a cast that rounds on one engine and truncates on the other, a
division by zero that is an error here and infinite there), so questions keep to a subset in which there are none.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from functools import lru_cache

import pyarrow as pa
import sqlglot
from sqlglot import exp
from sqlglot.errors import SqlglotError

from warehouse.duck import duckdb_type, quoted
from warehouse.errors import QueryError
from warehouse.questions import Question
from warehouse.tables import TABLES

ALLOWED_FUNCTIONS = frozenset(
    (
        "abs and arg_max arg_min avg case cast ceil coalesce count date_trunc day dense_rank exists exp extract "
        "first_value floor greatest if ifnull in lag last_value lead least length ln lower max md5 median min month "
        "ntile nullif or percentile_cont power quantile_cont rank regexp_extract row_number sqrt starts_with stddev "
        "stddev_samp substring sum timestamp_trunc timezone trim upper var_samp variance year"
    ).split()
)
"""Functions that give the same answer on both engines for the types lake tables use."""

_HOLE = re.compile("\0([^\0]*)\0")
"""Where a parameter goes: no question holds a NUL."""

_WHOLE = {exp.DType.INT, exp.DType.BIGINT, exp.DType.SMALLINT, exp.DType.TINYINT}


def lint(sql: str) -> list[str]:
    """What in `sql` could mean different things on the two engines; empty when nothing does."""
    return list(_findings(_parse(sql)))


def bind(question: Question, values: Mapping[str, object]) -> str:
    """The question's SQL with its `$name` parameters as typed literals. QueryError where names or types do not fit."""
    if values.keys() != question.params.keys():
        raise QueryError(f"{question.name} takes the parameters {sorted(question.params)}, not {sorted(values)}")
    sql, used = _with_holes(question.sql)
    for name in used:
        if name not in values:
            raise QueryError(f"{question.name} uses ${name} without declaring it")
    told = {name: _literal(question.params[name], values[name]).sql("duckdb") for name in used}
    # In one pass, so that no value is looked through for holes.
    return _HOLE.sub(lambda hole: told[hole[1]], sql)


@lru_cache(maxsize=512)
def _with_holes(sql: str) -> tuple[str, frozenset[str]]:
    """A question's SQL as DuckDB takes it, with a hole for each parameter, and their names.

    Kept, since reading it takes longer than answering many a question.
    """
    tree = _parse(sql)
    holes = list(tree.find_all(exp.Placeholder))
    for node in holes:
        node.replace(exp.Var(this=f"\0{node.name}\0"))
    return tree.sql("duckdb"), frozenset(node.name for node in holes)


def cast_result(sql: str, result: pa.Schema) -> str:
    """`sql` giving exactly the declared columns in the declared types."""
    columns = ", ".join(f"cast({quoted(f.name)} as {duckdb_type(f.type)}) as {quoted(f.name)}" for f in result)
    return f"select {columns} from ({sql}) as answer"


def relations(sql: str) -> set[str]:
    """The names of the tables and other relations that `sql` reads from."""
    return {node.name for node in _parse(sql).find_all(exp.Table)}


def check_read_only(sql: str) -> None:
    """QueryError unless `sql` is one SELECT."""
    tree = _parse(sql)
    if not isinstance(tree, exp.Query):
        raise QueryError("only a SELECT can be run here; the lake is changed by imports and jobs")
    named_here = {cte.alias for cte in tree.find_all(exp.CTE)}
    for relation in tree.find_all(exp.Table):
        if relation.name.startswith("_") and relation.name not in named_here:
            raise QueryError(f"{relation.name} is not a table of the lake; these are {', '.join(sorted(TABLES))}")


def to_spark(sql: str) -> str:
    """`sql` in Spark's dialect."""
    # Two passes, since a transform does not look inside what it has just replaced.
    return _parse(sql).transform(_local_time).transform(_days_between).sql("spark")


def _parse(sql: str) -> exp.Expr:
    try:
        trees = [tree for tree in sqlglot.parse(sql, read="duckdb") if tree is not None]
    except SqlglotError as error:
        # sqlglot underlines the place with terminal codes
        text = re.sub(r"\x1b\[[0-9;]*m", "", str(error)).strip().splitlines()[0]
        raise QueryError(f"the SQL cannot be read: {text}") from None
    if len(trees) != 1:
        raise QueryError(f"expected one SQL statement, got {len(trees)}")
    return trees[0]


def _literal(kind: pa.DataType, value: object) -> exp.Expr:
    if isinstance(value, datetime):
        if value.tzinfo is None:
            raise QueryError(f"time {value.isoformat()} has no zone; give it one")
        text = value.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S.%f+00:00")
    elif value is None:
        return exp.cast(exp.null(), duckdb_type(kind), dialect="duckdb")
    elif isinstance(value, bool):
        return exp.Boolean(this=value)
    elif isinstance(value, str | int | float | Decimal | date):
        text = str(value)
    else:
        raise QueryError(f"a parameter cannot be a {type(value).__name__}")
    return exp.cast(exp.Literal.string(text), duckdb_type(kind), dialect="duckdb")


def _local_time(node: exp.Expr) -> exp.Expr:
    if isinstance(node, exp.Anonymous) and node.name.lower() == "timezone":
        zone, moment = node.expressions
        return exp.AtTimeZone(this=moment, zone=zone)
    return node


def _days_between(node: exp.Expr) -> exp.Expr:
    # In Spark a difference of dates is an interval; in DuckDB it is a number of days.
    if isinstance(node, exp.Sub) and _is_day(node.this) and _is_day(node.expression):
        return exp.DateDiff(this=node.this, expression=node.expression)
    return node


def _is_day(node: exp.Expr | None) -> bool:
    node = node.unnest() if node is not None else None
    return isinstance(node, exp.Cast) and node.to.this == exp.DType.DATE


def _findings(tree: exp.Expr) -> Iterator[str]:
    for node in tree.walk():
        if isinstance(node, exp.Anonymous):
            name = node.name.lower()
        elif isinstance(node, exp.Func):
            name = node.sql_name().lower()
        else:
            name = None
        if name is not None and name not in ALLOWED_FUNCTIONS:
            yield f"function {name} is not in the subset"
        if isinstance(node, exp.Div):
            yield from _division(node)
        elif isinstance(node, exp.Cast) and node.to.this in _WHOLE:
            if not isinstance(node.this.unnest(), exp.Floor | exp.Ceil | exp.Count | exp.Predicate | exp.Case):
                yield f"{node.sql('duckdb')}: a cast to a whole number rounds on one engine and truncates on the other"
        elif isinstance(node, exp.Avg) and not _is_double(node.this):
            yield f"{node.sql('duckdb')}: cast what is averaged to double"
        elif isinstance(node, exp.Select):
            yield from _alias_reuse(node)
        elif isinstance(node, exp.IntDiv | exp.Mod | exp.Pivot | exp.Lambda):
            yield f"{node.sql('duckdb')}: not in the subset"
        if isinstance(node, exp.Select) and node.args.get("qualify"):
            yield "qualify is not in the subset; filter in an outer select"
        if isinstance(node, exp.Join) and (node.args.get("method") or "").upper() in ("ASOF", "POSITIONAL"):
            yield "asof and positional joins are not in the subset"


def _division(node: exp.Div) -> Iterator[str]:
    over, under = node.this.unnest(), node.expression.unnest()
    constant = isinstance(under, exp.Literal) and float(under.name) != 0
    if not (constant or isinstance(under, exp.Nullif)):
        yield f"{node.sql('duckdb')}: put the divisor in nullif(…, 0)"
    inner = under.this.unnest() if isinstance(under, exp.Nullif) else under
    if not (_is_double(over) or _is_double(inner)):
        yield f"{node.sql('duckdb')}: cast one side of the division to double"


def _is_double(node: exp.Expr) -> bool:
    """Whether the value is surely a double: a cast to it, or arithmetic and aggregates of such."""
    node = node.unnest()
    if isinstance(node, exp.Cast):
        return bool(node.to.this == exp.DType.DOUBLE)
    if isinstance(node, exp.Mul | exp.Add | exp.Sub):
        return _is_double(node.this) or _is_double(node.expression)
    if isinstance(node, exp.Sum | exp.Max | exp.Min | exp.Neg | exp.Coalesce | exp.Filter | exp.Window):
        return _is_double(node.this)
    return isinstance(node, exp.Sqrt | exp.Ln | exp.Exp | exp.Pow | exp.Div | exp.Avg | exp.Variance | exp.Stddev)


def _alias_reuse(select: exp.Select) -> Iterator[str]:
    made = {
        e.alias
        for e in select.expressions
        if isinstance(e, exp.Alias) and not any(c.name == e.alias for c in e.this.find_all(exp.Column))
    }
    places = [*select.expressions, select.args.get("where"), select.args.get("group"), select.args.get("having")]
    for place in places:
        if place is None:
            continue
        for column in place.find_all(exp.Column):
            if not column.table and column.name in made and column.find_ancestor(exp.Select) is select:
                yield f"{column.name} is used in the select that names it; repeat the expression or nest the select"
