"""Segment files: what they may say, and what a mistake in one is answered with."""

from __future__ import annotations

import json
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from campaigns.segments import read_segment
from campaigns.segments.definition import segment_from_json
from campaigns.segments.vocabulary import FIELDS, OPERATORS_OF
from warehouse.errors import InputError, PurveyorError

README = Path(__file__).parents[2] / "campaigns" / "README.md"


@pytest.fixture
def written(tmp_path: Path) -> Path:
    return tmp_path / "s.yaml"


def test_a_full_definition(written: Path) -> None:
    written.write_text(
        """\
segment: lapsed-regulars
description: Regulars who stopped coming
as_of: 2026-03-31
store: main
currency: EUR
where:
  orders: {at_least: 3, at_most: 10}
  spend: {more_than: 499.99}
  country: {is_in: [DE, NO]}
  consent_email: {equals: true}
"""
    )
    segment = read_segment(written)
    assert (segment.name, segment.as_of, segment.store, segment.currency) == (
        "lapsed-regulars",
        date(2026, 3, 31),
        "main",
        "EUR",
    )
    # NO is Norway, not false; an amount is what was written, to the digit.
    assert [(c.field.name, c.operator, c.values) for c in segment.conditions] == [
        ("orders", "at_least", (Decimal(3),)),
        ("orders", "at_most", (Decimal(10),)),
        ("spend", "more_than", (Decimal("499.99"),)),
        ("country", "is_in", ("DE", "NO")),
        ("consent_email", "equals", (True,)),
    ]


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("segment: x\nwhere:\n  oders: {at_least: 1}\n", "line 3, where.oders: no such field; did you mean 'orders'"),
        (
            "segment: x\nwhere:\n  orders: {atleast: 1}\n",
            "line 3, where.orders.atleast: no such operator; did you mean",
        ),
        ("segment: x\nwhere:\n  orders: {at_least: many}\n", "where.orders.at_least: 'many' is not a number"),
        ("segment: x\nwhere:\n  orders: {at_least: 1.5}\n", "1.5 is not a whole number"),
        ("segment: x\nwhere:\n  orders: {at_least: 1e99}\n", "is not a whole number in range"),
        ("segment: x\nwhere:\n  orders: {at_least: 1e9999999}\n", "where.orders.at_least: this number is too large"),
        ("segment: x\nwhere:\n  spend: {at_least: .inf}\n", "is not a number"),
        ("segment: x\nwhere:\n  country: {equals: null}\n", "where.country.equals: this must be text"),
        ("segment: x\nwhere:\n  spend: {at_least: 0.00001}\n", "more than 4 decimals"),
        ("segment: x\nwhere:\n  country: {more_than: DE}\n", "country is text: write one of equals, is_in"),
        ("segment: x\nwhere:\n  consent_ads: {equals: maybe}\n", "'maybe' is neither true nor false"),
        ("segment: x\nwhere:\n  rfm_cell: {equals: champion}\n", "no value of rfm_cell; did you mean 'champions'"),
        ("segment: x\nwhere:\n  recency_score: {at_least: 6}\n", "'6' is no value of recency_score"),
        ("segment: x\nwhere:\n  orders: 3\n", "line 3, where.orders: this must be a mapping"),
        ("segment: x\nwhere:\n  orders: {}\n", "no operator given"),
        ("segment: x\nwhere: {}\n", "no condition given"),
        ("segment: x\nwhere:\n  country: {is_in: []}\n", "this must be a list"),
        ("segment: x\nwhere:\n  orders: {equals: 1}\n  orders: {equals: 2}\n", "line 4, where.orders: stands twice"),
        ("segment: x\nas_of: lastorder\nwhere:\n  orders: {equals: 1}\n", "line 2, as_of: 'lastorder' is not now"),
        ("segment: x\ncurrency: EURO\nwhere:\n  orders: {equals: 1}\n", "'EURO' is not an ISO 4217 currency"),
        ("segment: ../x\nwhere:\n  orders: {equals: 1}\n", "line 1, segment: '../x' must be letters"),
        ("segment: x\n", "'where' is missing; add it"),
        ("segmnt: x\n", "segmnt: no such entry; did you mean 'segment'"),
        ("- a\n", "line 1: this must be a mapping"),
        ("segment: [x\n", "line 2: not valid YAML"),
        ("? [a]\n: b\n", "a name must be plain text"),
        ('"a\\nb": c\n', "line 1, a b: no such entry"),
        ("", "empty; write a definition"),
        ("[" * 5000, "not"),
    ],
)
def test_a_mistake_is_named_with_its_place_and_remedy(written: Path, text: str, says: str) -> None:
    written.write_text(text)
    with pytest.raises(InputError) as raised:
        read_segment(written)
    assert says in str(raised.value)
    assert str(written) in str(raised.value)
    assert "\n" not in str(raised.value)


def test_a_file_that_cannot_be_text_is_refused(written: Path, tmp_path: Path) -> None:
    written.write_bytes(b"segment: \xc3\x28")
    with pytest.raises(InputError, match="UTF-8"):
        read_segment(written)
    written.write_bytes(b"a: b\n" * 300_000)
    with pytest.raises(InputError, match="a page at most"):
        read_segment(written)
    with pytest.raises(InputError, match="name an existing YAML file"):
        read_segment(tmp_path / "none.yaml")


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.binary(max_size=200) | st.text(max_size=200).map(str.encode))
def test_no_file_whatsoever_breaks_the_reader(written: Path, content: bytes) -> None:
    written.write_bytes(content)
    with pytest.raises(PurveyorError) as raised:
        read_segment(written)
    assert len(str(raised.value).splitlines()) == 1


def test_the_records_form_reads_back_as_the_same_segment(written: Path) -> None:
    written.write_text(
        "segment: x\nas_of: last_order\nwhere:\n  spend: {more_than: 0.1000}\n  country: {is_in: ['true', '0x1']}\n"
        "  consent_sms: {equals: no}\n  rfm_cell: {equals: new}\n"
    )
    segment = read_segment(written)
    kept = json.loads(json.dumps(segment.as_json()))
    assert segment_from_json(kept) == segment


def test_the_documentation_lists_the_whole_vocabulary_as_declared() -> None:
    text = README.read_text()
    for field in FIELDS.values():
        operators = "all" if len(OPERATORS_OF[field.kind]) > 2 else ", ".join(OPERATORS_OF[field.kind])
        assert f"| `{field.name}` | {field.kind} | {operators} | {field.doc} |" in text


def test_the_documented_example_is_valid(written: Path) -> None:
    blocks = README.read_text().split("```yaml\n")
    written.write_text(blocks[1].split("```")[0])
    assert read_segment(written).name == "lapsed-regulars"
