"""A/B tests from the file to the readout, over a real warehouse."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from campaigns.abtests import Definition, Metric, expose, in_words, read_definition, readout, start, stop, variant_of
from campaigns.abtests.readout import TOTALS, judge
from tests.campaigns.conftest import Line, put
from tests.conftest import FixedClock
from warehouse.engines.dialect import lint
from warehouse.errors import InputError, NotEnoughData, NotFound
from warehouse.house import Warehouse
from warehouse.records.experiments import save_experiment

SPEND = Metric("spend", 14, "EUR")
CONVERSION = Metric("conversion", 7)
HALVES = (("control", 1.0), ("new", 1.0))

GOOD = """\
experiment: free-shipping
variants: {control: 2, free: 1.5}
metric: {kind: spend, within_days: 14, currency: EUR}
"""


def test_a_definition_is_read(tmp_path: Path) -> None:
    file = tmp_path / "t.yaml"
    file.write_text(GOOD)
    assert read_definition(file) == Definition("free-shipping", (("control", 2.0), ("free", 1.5)), SPEND)


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("free: 1.5", "free: 0", "variants.free: 0 is no weight"),
        (", free: 1.5", "", "line 2, variants: an experiment needs at least two variants"),
        ("free: 1.5", "control: 1", "variants.control: stands twice"),
        ("kind: spend", "kind: spending", "there is no metric 'spending'; did you mean 'spend'"),
        (", currency: EUR", "", "line 3, metric: spend needs a currency"),
        ("EUR", "EUX", "'EUX' is not an ISO 4217 currency"),
        ("kind: spend", "kind: conversion", "a conversion has no currency"),
        ("within_days: 14", "within_days: 0", "0 must be from 1 to 365"),
        ("within_days: 14, ", "", "'within_days' is missing"),
        ("free-shipping", "free shipping", "'free shipping' must be letters"),
        ("metric", "metrik", "no such entry; did you mean 'metric'"),
    ],
)
def test_a_mistake_is_named_with_its_place_and_remedy(tmp_path: Path, old: str, new: str, says: str) -> None:
    file = tmp_path / "t.yaml"
    file.write_text(GOOD.replace(old, new))
    with pytest.raises(InputError) as raised:
        read_definition(file)
    assert says in str(raised.value)


def test_what_was_announced_stays(warehouse: Warehouse, clock: FixedClock) -> None:
    first = start(warehouse, Definition("t", HALVES, CONVERSION))
    clock.forward(days=1)
    assert start(warehouse, Definition("t", HALVES, CONVERSION)).started_at == first.started_at
    with pytest.raises(InputError, match="has started, so its metric stays"):
        start(warehouse, Definition("t", HALVES, SPEND))
    with pytest.raises(InputError, match="has started, so its variants and salt stay"):
        start(warehouse, Definition("t", (("control", 1.0), ("new", 2.0)), CONVERSION))


def test_the_first_exposure_counts(warehouse: Warehouse, clock: FixedClock) -> None:
    start(warehouse, Definition("t", HALVES, CONVERSION))
    began = clock.now
    assert expose(warehouse, "t", ["ann", "ben"]).written == 2
    clock.forward(days=1)
    again = expose(warehouse, "t", ["ben", "cy", "cy"])
    assert (again.written, again.duplicates) == (1, 2)
    with warehouse.session() as session:
        rows = session.query("select unit_id, variant, exposed_at from exposures order by unit_id").to_pylist()
    assert [row["exposed_at"] for row in rows] == [began, began, clock.now]
    assert [row["variant"] for row in rows] == [variant_of(warehouse, "t", row["unit_id"]) for row in rows]
    with pytest.raises(NotFound, match="there is no experiment 'x'; known experiments: t"):
        expose(warehouse, "x", ["ann"])


def test_only_a_running_test_records_exposures(warehouse: Warehouse) -> None:
    start(warehouse, Definition("t", HALVES, CONVERSION))
    expose(warehouse, "t", ["ann"])
    assert [stop(warehouse, "t").status for _ in range(2)] == ["stopped", "stopped"]
    with pytest.raises(InputError, match="'t' is stopped, not running, so no exposure was recorded"):
        expose(warehouse, "t", ["ben"])
    assert variant_of(warehouse, "t", "ben") in dict(HALVES)
    with warehouse.records.transaction() as tx:
        save_experiment(tx, "u", variants=[{"name": n, "weight": w} for n, w in HALVES], metric=CONVERSION.as_json())
    with pytest.raises(InputError, match="'u' is draft, not running, so no exposure was recorded; start it first"):
        expose(warehouse, "u", ["ann"])
    with warehouse.session() as session:
        assert session.query("select unit_id from exposures").to_pylist() == [{"unit_id": "ann"}]
    with pytest.raises(InputError, match="'t' was stopped; make one with another key"):
        start(warehouse, Definition("t", HALVES, CONVERSION))
    with pytest.raises(NotFound, match="there is no experiment 'x'; known experiments: t, u"):
        stop(warehouse, "x")


def trial(warehouse: Warehouse, metric: Metric, units: int) -> dict[str, list[str]]:
    """Start a test and expose `units` units; return them by variant."""
    start(warehouse, Definition("t", HALVES, metric))
    names = [f"u{n}" for n in range(units)]
    expose(warehouse, "t", names)
    by_variant: dict[str, list[str]] = {"control": [], "new": []}
    for name in names:
        by_variant[variant_of(warehouse, "t", name)].append(name)
    return by_variant


def test_spend_nets_returns_within_the_window(shop: Warehouse, line: Line, clock: FixedClock) -> None:
    units = trial(shop, SPEND, 400)
    began = clock.now
    random = np.random.default_rng(7)
    values: dict[str, list[float]] = {}
    lines: list[dict[str, Any]] = []
    for variant, names in units.items():
        values[variant] = [0.0] * len(names)
        for n, name in enumerate(names):
            if n % 3 == 0:
                continue
            spent = round(float(random.gamma(2, 20 if variant == "control" else 40)), 2)
            values[variant][n] = round(spent - 1.25, 2)
            at = began + timedelta(days=random.uniform(0, 13.9))
            lines.append(line(name, at.isoformat(), f"{spent:.2f}", f"o{name}"))
            lines.append(line(name, (at + timedelta(hours=1)).isoformat(), "-1.25", f"r{name}", quantity=-1.0))
            # None of these counts: before, from the end of the window on, in another currency.
            lines.append(line(name, (began - timedelta(microseconds=1)).isoformat(), "999", f"b{name}"))
            lines.append(line(name, (began + timedelta(days=14)).isoformat(), "999", f"a{name}"))
            lines.append(line(name, at.isoformat(), "999", f"c{name}", currency="USD"))
    put(shop, "orders", *lines)
    clock.forward(days=14)
    expose(shop, "t", ["late-1", "late-2", "late-3"])  # exposed, so in the split, but their window is open
    result = readout(shop, "t")
    assert result.status == "measured"
    assert sum(v.exposed for v in result.variants) == 403
    assert {v.name: v.counted for v in result.variants} == {v: len(u) for v, u in values.items()}

    from scipy import stats

    expected = stats.ttest_ind(values["new"], values["control"], equal_var=False)
    (comparison,) = result.comparisons
    assert comparison.effect.difference == pytest.approx(np.mean(values["new"]) - np.mean(values["control"]))
    assert comparison.effect.p_value == pytest.approx(expected.pvalue, rel=1e-9)
    assert (comparison.variant, comparison.verdict) == ("new", "higher")
    assert "new: higher than control" in in_words(result)
    assert "more are still within the window" in in_words(result)


def test_conversion_counts_units_that_ordered(shop: Warehouse, line: Line, clock: FixedClock) -> None:
    units = trial(shop, CONVERSION, 400)
    at = clock.now.isoformat()
    buyers = {"control": 40, "new": 42}
    lines = [line(name, at, "10", f"{name}-{i}") for v, n in buyers.items() for name in units[v][:n] for i in range(2)]
    lines += [line(name, at, "4", f"p{name}", line_kind="shipping") for name in units["new"][50:]]
    put(shop, "orders", *lines)
    clock.forward(days=7)
    result = readout(shop, "t")
    assert [v.mean for v in result.variants] == pytest.approx([n / len(units[v]) for v, n in buyers.items()])
    assert result.comparisons[0].verdict == "no_difference_shown"
    assert "no difference from control shown" in in_words(result)
    assert result.as_json()["metric"]["kind"] == "conversion"


@pytest.mark.spark
def test_both_engines_give_the_same_totals(shop: Warehouse, line: Line, clock: FixedClock) -> None:
    assert lint(TOTALS.sql) == []
    units = trial(shop, SPEND, 60)
    at = (clock.now + timedelta(days=3, microseconds=1)).isoformat()
    put(
        shop, "orders", *(line(n, at, f"{len(n)}33.{i:02}71", f"o{n}") for v in units.values() for i, n in enumerate(v))
    )
    clock.forward(days=20)
    asked: dict[str, Any] = {"experiment": "t", "within_days": 14, "now": clock.now}
    answers = []
    for engine in ("duckdb", "spark"):
        with shop.session(engine=engine) as session:
            spend = session.ask(TOTALS, currency="EUR", **asked).sort_by("variant")
            answers.append((spend, session.ask(TOTALS, currency=None, **asked).sort_by("variant")))
    assert answers[0] == answers[1]
    spend, conversion = answers[0]
    assert sum(spend["active"].to_pylist()) == 60
    assert conversion["total"].to_pylist() == conversion["squares"].to_pylist() == [len(u) for u in units.values()]


Totals = dict[str, dict[str, Any]]


@pytest.fixture
def totals() -> Callable[..., Totals]:
    """Totals of two variants: (exposed, counted, buyers)."""

    def make(**variants: tuple[int, int, int]) -> Totals:
        return {
            name: {"exposed": e, "counted": c, "total": Decimal(a), "squares": Decimal(a), "active": a}
            for name, (e, c, a) in variants.items()
        }

    return make


def test_a_wrong_split_withholds_the_effect(totals: Callable[..., Totals], clock: FixedClock) -> None:
    definition = Definition("t", HALVES, CONVERSION)
    # 10,000 against 9,500 of 1:1 has p = 0.00034, though the conversion rates lie far apart
    result = judge(definition, totals(control=(10_000, 10_000, 500), new=(9_500, 9_500, 900)), clock.now)
    assert (result.status, result.comparisons) == ("sample_ratio_mismatch", ())
    assert result.sample_ratio_p_value == pytest.approx(0.00034, abs=1e-5)
    text = in_words(result)
    assert "SAMPLE RATIO MISMATCH" in text and "control 10,000, new 9,500" in text and "higher" not in text
    fine = judge(definition, totals(control=(10_000, 10_000, 500), new=(9_600, 9_600, 900)), clock.now)
    assert (fine.status, fine.comparisons[0].verdict) == ("measured", "higher")
    skewed = Definition("t", (("control", 10.0), ("new", 9.5)), CONVERSION)
    assert judge(skewed, totals(control=(10_000, 10_000, 500), new=(9_500, 9_500, 900)), clock.now).comparisons


@pytest.mark.parametrize(
    ("variants", "says"),
    [
        ({}, "has 0 exposed units; it takes 200 or more"),
        ({"control": (90, 90, 20), "new": (100, 100, 20)}, "has 190 exposed units"),
        ({"control": (200, 200, 20), "new": (200, 99, 20)}, "'new' of 't' has 99 units exposed 7 days ago or longer"),
        ({"control": (200, 200, 9), "new": (200, 200, 20)}, "'control' of 't': 9 of 200 units ordered"),
        ({"control": (200, 200, 195), "new": (200, 200, 20)}, "195 of 200 units ordered; .* and as many that did not"),
    ],
)
def test_too_little_is_said_with_how_much_it_takes(
    totals: Callable[..., Totals], clock: FixedClock, variants: dict[str, tuple[int, int, int]], says: str
) -> None:
    with pytest.raises(NotEnoughData, match=says):
        judge(Definition("t", HALVES, CONVERSION), totals(**variants), clock.now)


def test_exposures_of_a_variant_nobody_defined_are_refused(totals: Callable[..., Totals], clock: FixedClock) -> None:
    with pytest.raises(InputError, match="name the variant 'blue'; it has only control, new"):
        judge(Definition("t", HALVES, CONVERSION), totals(blue=(1, 1, 1)), clock.now)
