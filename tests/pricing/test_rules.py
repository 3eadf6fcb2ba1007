"""Rules as a merchandiser writes them."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pricing.rules import Rule, default_rule, load_rule, parse_rule
from warehouse.errors import InputError

GOOD = """\
name: follow
market: lowest
target_index: 98.5   # a little below
max_up_percent: 5
max_down_percent: 10
min_margin_percent: 20
ending: 0.90
"""


def test_a_rule_is_read_exactly(tmp_path: Path) -> None:
    file = tmp_path / "rule.yaml"
    file.write_text(GOOD)
    rule = load_rule(file)
    assert rule == Rule(
        name="follow",
        market="lowest",
        target_index=Decimal("98.5"),
        max_up_percent=Decimal(5),
        max_down_percent=Decimal(10),
        min_margin_percent=Decimal(20),
        ending=Decimal("0.90"),
    )
    assert Rule.model_validate(rule.model_dump(mode="json")) == rule


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (("market: lowest", "market: mean"), "line 2, market: input should be 'median' or 'lowest', not 'mean'"),
        (("max_up_percent: 5", "max_up_percent: five"), "line 4, max_up_percent: "),
        (("max_down_percent: 10", "max_down_percent: 100"), "line 5, max_down_percent: "),
        (("max_up_percent: 5", "max_up_percent: -1"), "line 4, max_up_percent: "),
        (("max_up_percent: 5", "max_up_percent: .nan"), "line 4, max_up_percent: "),
        (("ending: 0.90", "ending: 0.9999"), "line 7, ending: "),
        (("ending: 0.90", "endings: 0.90"), "line 7, endings: no such field; did you mean 'ending'?"),
        (("ending: 0.90", "ending: [0.9]"), "line 7, ending: this must be one value"),
        (("ending: 0.90", "name: twice"), "line 7, name: stands twice"),
        (("min_margin_percent: 20\n", ""), "line 1: 'min_margin_percent' is missing; add it"),
        (("name: follow", "name:"), "line 1, name: "),
        (("market: lowest", "market: [lowest"), "not valid YAML"),
        ((GOOD, "- a\n- b\n"), "line 1: this must be a mapping of 'name: value' lines"),
        ((GOOD, ""), "empty; write a definition into it"),
    ],
)
def test_errors_name_file_line_and_field(change: tuple[str, str], said: str) -> None:
    text = GOOD.replace(*change)
    assert text != GOOD
    with pytest.raises(InputError) as raised:
        parse_rule(text.encode(), "rule.yaml")
    assert str(raised.value).startswith("rule.yaml")
    assert said in str(raised.value)
    assert "\n" not in str(raised.value)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="cannot be read"):
        load_rule(tmp_path / "none.yaml")


@given(st.binary(max_size=60))
def test_whatever_the_file_holds_the_answer_is_a_rule_or_a_complaint(content: bytes) -> None:
    with pytest.raises(InputError):
        parse_rule(content, "rule.yaml")


def test_the_tax_rate_is_asked_for_where_it_matters() -> None:
    rule = default_rule()
    assert rule.tax_rate_percent is None
    assert rule.tax_rate("us", False) == 0
    for includes_tax in (True, None):
        with pytest.raises(InputError, match="tax_rate_percent is missing"):
            rule.tax_rate("de", includes_tax)
    with_rate = rule.model_copy(update={"tax_rate_percent": Decimal(19)})
    assert with_rate.tax_rate("de", True) == Decimal("0.19")
    assert with_rate.tax_rate("us", False) == 0
