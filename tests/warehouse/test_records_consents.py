"""The law of consent: whatever the order of arrival, the newest statement stands. On both engines."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import count

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from warehouse.errors import InputError
from warehouse.records import Consent, Records
from warehouse.records.consents import Statement, customers_with_consent, record_consents
from warehouse.records.tombstones import add_tombstone, erased_customers

NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)
LATER = NOW + timedelta(days=300)

# Few moments and sources, so that ties are common.
told = st.tuples(
    st.integers(0, 3).map(lambda hours: NOW + timedelta(hours=hours)),
    st.booleans(),
    st.sampled_from([None, "", "checkout", "import"]),
)


@pytest.fixture(scope="module")
def numbers() -> Iterator[int]:
    return count()


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(told, min_size=1, max_size=6).flatmap(lambda t: st.tuples(st.permutations(t), st.integers(0, len(t)))))
def test_any_order_of_arrival_gives_the_same_state(
    records: Records, numbers: Iterator[int], arrival: tuple[list[tuple[datetime, bool, str | None]], int]
) -> None:
    statements, cut = arrival
    customer = f"customer {next(numbers)}"
    rows: list[Statement] = [
        {"customer_id": customer, "channel": "email", "granted": granted, "at": at, "source": source}
        for at, granted, source in statements
    ]
    for batch in (rows[:cut], rows[cut:]):
        with records.transaction() as tx:
            record_consents(tx, batch, now=LATER)
    with records.reading() as tx:
        kept = tx.get(Consent, (customer, "email"))
    assert kept is not None
    # The newest; of those a withdrawal; of those the greatest source, none being the least.
    expected = max(statements, key=lambda s: (s[0], not s[1], s[2] is not None, s[2] or ""))
    assert (kept.at, kept.granted, kept.source) == expected


def statement(customer: str, granted: bool, hours: float, channel: str = "email") -> Statement:
    return {"customer_id": customer, "channel": channel, "granted": granted, "at": NOW + timedelta(hours=hours)}


def test_who_may_be_contacted(records: Records) -> None:
    with records.transaction() as tx:
        record_consents(
            tx,
            [
                statement("withdrew", True, 0),
                statement("withdrew", False, 1),
                statement("came back", False, 0),
                statement("came back", True, 1),
                statement("late news", False, 2),
                statement("late news", True, 1),
                statement("only sms", True, 0, "sms"),
                statement("erased", True, 0),
                statement("007", True, 0),
            ],
            now=LATER,
        )
        add_tombstone(tx, "erased", NOW, actor="test")
        # Input that comes after the erasure does not bring the customer back.
        record_consents(tx, [statement("erased", True, 5)], now=LATER)
    with records.reading() as tx:
        assert customers_with_consent(tx, "email") == ["007", "came back"]
        assert customers_with_consent(tx, "sms") == ["only sms"]
        assert customers_with_consent(tx, "push") == []
        assert erased_customers(tx) == ["erased"]


def test_many_statements_about_one_customer_in_one_batch(records: Records) -> None:
    with records.transaction() as tx:
        record_consents(tx, (statement("c", hours % 2 == 0, hours) for hours in range(5_000)), now=LATER)
        kept = tx.get(Consent, ("c", "email"))
    assert kept is not None
    assert (kept.granted, kept.at) == (False, NOW + timedelta(hours=4_999))


def test_what_the_session_had_read_is_read_anew(records: Records) -> None:
    with records.transaction() as tx:
        record_consents(tx, [statement("c", True, 0)], now=LATER)
        before = tx.get(Consent, ("c", "email"))
        assert before is not None and before.granted
        record_consents(tx, [statement("c", False, 1)], now=LATER)
        after = tx.get(Consent, ("c", "email"))
        assert after is not None and not after.granted


def test_a_statement_from_the_future_is_refused(records: Records) -> None:
    """It would outdo every withdrawal until its day comes."""
    with records.transaction() as tx:
        record_consents(tx, [statement("c", True, 24)], now=NOW)  # clocks differ
    for rest in ([], [statement("d", True, 0)]):
        with (
            pytest.raises(InputError, match=r"dated 2026-06-02T13:00:00.* yet to come; correct its time"),
            records.transaction() as tx,
        ):
            record_consents(tx, [statement("c", True, 25), *rest], now=NOW)
    with pytest.raises(InputError, match="dated 2062"), records.transaction() as tx:
        record_consents(tx, [{**statement("c", True, 0), "at": NOW.replace(year=2062)}], now=NOW)
    with records.transaction() as tx:
        record_consents(tx, [statement("c", False, 25)], now=NOW + timedelta(days=1))
        assert customers_with_consent(tx, "email") == []
