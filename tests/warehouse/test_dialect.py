"""The SQL subset: what the lint refuses, what binding and translation keep."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal

import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from warehouse.engines.dialect import bind, lint, to_spark
from warehouse.errors import QueryError
from warehouse.house import Warehouse
from warehouse.questions import Question
from warehouse.tables import FLOAT, MONEY, STRING, TIME


@pytest.mark.parametrize(
    ("sql", "finding"),
    [
        ("select a / b from t", "put the divisor in nullif"),
        ("select a / nullif(b, 0) from t", "cast one side of the division to double"),
        ("select cast(a as int) from t", "rounds on one engine"),
        ("select avg(a) from t", "cast what is averaged"),
        ("select a + 1 as b, b * 2 as c from t", "used in the select that names it"),
        ("select a + 1 as b from t where b > 1", "used in the select that names it"),
        ("select date_diff('month', a, b) from t", "not in the subset"),
        ("select hash(a) from t", "function hash"),
        ("select list(a order by b) from t", "not in the subset"),
        ("select * from t asof join u on t.a >= u.a", "asof"),
        ("select a from t qualify row_number() over (order by a) = 1", "qualify"),
        ("select a // b from t", "not in the subset"),
    ],
)
def test_what_could_differ_is_named(sql: str, finding: str) -> None:
    assert any(finding in text for text in lint(sql)), lint(sql)


def test_the_subset_is_enough_for_a_real_question() -> None:
    sql = """
    with lines as (select customer_id, timezone(s.timezone, o.ordered_at)::date as day, amount
                   from orders o join stores s on s.store_id = o.store_id)
    select customer_id, max(day) as last_day, date '2026-01-01' - max(day)::date as days,
           sum(amount) as spend, sum(amount)::double / nullif(count(distinct day), 0) as per_day,
           ntile(5) over (order by sum(amount), customer_id) as quintile
    from lines where customer_id is not null group by customer_id having count(*) > 1
    """
    assert lint(sql) == []


ECHO = Question(
    "echo",
    "select $text as text, $amount as amount, $moment as moment, $number as number",
    pa.schema([("text", STRING), ("amount", MONEY), ("moment", TIME), ("number", FLOAT)]),
    ("text",),
    {"text": STRING, "amount": MONEY, "moment": TIME, "number": FLOAT},
)


@hypothesis_settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(text=st.none() | st.text(alphabet=st.characters(exclude_characters="\x00", exclude_categories=["Cs"])))
def test_parameters_come_back_as_they_went_in(warehouse: Warehouse, text: str | None) -> None:
    moment = datetime(2026, 3, 29, 1, 30, 0, 123456, tzinfo=UTC)
    with warehouse.session() as session:
        answer = session.ask(ECHO, text=text, amount=Decimal("-0.0001"), moment=moment, number=0.1)
    assert answer.to_pylist() == [{"text": text, "amount": Decimal("-0.0001"), "moment": moment, "number": 0.1}]


def test_no_value_is_taken_for_a_parameter() -> None:
    """Whatever a text holds: a name as written in SQL, or as marked in between, or what replaces texts by patterns."""
    for text in ("$number", "\0number\0", "\\1 \\g<0>", "'; drop table offers --"):
        bound = bind(
            ECHO, {"text": text, "amount": Decimal(1), "moment": datetime(2026, 1, 1, tzinfo=UTC), "number": 0.5}
        )
        assert f"'{text.replace(chr(39), chr(39) * 2)}'" in bound
        assert bound.count("'0.5'") == 1


def test_names_that_do_not_fit_are_errors(warehouse: Warehouse) -> None:
    with warehouse.session() as session, pytest.raises(QueryError, match="takes the parameters"):
        session.ask(ECHO, text="x")
    naive = datetime(2026, 1, 1)  # noqa: DTZ001
    with warehouse.session() as session, pytest.raises(QueryError, match="no zone"):
        session.ask(ECHO, text="x", amount=Decimal(1), moment=naive, number=1.0)


@pytest.mark.parametrize(
    ("sql", "message"),
    [
        ("delete from orders", "only a SELECT"),
        ("select 1; select 2", "one SQL statement"),
        ("select from where", "cannot be read"),
        ("select nope from orders", "nope"),
        ("select * from _erased", "_erased is not a table of the lake"),
        ("", "one SQL statement"),
    ],
)
def test_ad_hoc_queries_say_what_is_wrong_in_one_line(warehouse: Warehouse, sql: str, message: str) -> None:
    with warehouse.session() as session, pytest.raises(QueryError, match=message) as caught:
        session.query(sql)
    assert "\n" not in str(caught.value)


def test_local_days_are_counted_inside_a_difference() -> None:
    spark = to_spark("select timezone(s.tz, o.at)::date - timezone(s.tz, $p)::date as days from o join s on true")
    assert "TIMEZONE(" not in spark
    assert spark.count("FROM_UTC_TIMESTAMP(") == 2
    assert spark.startswith("SELECT DATEDIFF(")
