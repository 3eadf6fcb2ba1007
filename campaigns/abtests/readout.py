"""The readout of an A/B test: was the split right, and if so what did each variant do against the control."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, Literal

import pyarrow as pa

from campaigns.abtests.definition import Definition, Metric, find_experiment
from campaigns.abtests.statistics import SRM_P_VALUE, Effect, Sample, sample_ratio_p_value, welch
from warehouse.errors import InputError, NotEnoughData
from warehouse.house import Warehouse
from warehouse.questions import Question
from warehouse.tables import INTEGER, MONEY, STRING, TIME

MINIMUM_UNITS = 100
"""Units with a complete window that each variant needs: below, the mean of spend is far from normal."""

MINIMUM_EVENTS = 10
"""Units with a value other than 0 that each variant needs (of a conversion, also without one): the usual rule of thumb
for the normal approximation of a share."""

_ALPHA = 0.05

TOTALS = Question.read(
    __name__,
    "totals.sql",
    result=pa.schema(
        [
            ("variant", STRING),
            ("exposed", INTEGER),
            ("counted", INTEGER),
            ("total", MONEY),
            ("squares", pa.decimal128(38, 8)),
            ("active", INTEGER),
        ]
    ),
    key=("variant",),
    params={"experiment": STRING, "within_days": INTEGER, "currency": STRING, "now": TIME},
)

Verdict = Literal["higher", "lower", "no_difference_shown"]


@dataclass(frozen=True)
class VariantResult:
    """One variant: units exposed, those of them whose window is complete and so counted, and their mean."""

    name: str
    weight: float
    exposed: int
    counted: int
    mean: float | None


@dataclass(frozen=True)
class Comparison:
    """A variant against the control. With several variants each p-value stands for itself, uncorrected."""

    variant: str
    verdict: Verdict
    effect: Effect


@dataclass(frozen=True)
class Readout:
    """What the test says at `read_at`.

    With `status` sample_ratio_mismatch the units were not split as meant (p-value of the chi-square test below 0.001):
    something removed or added units unevenly, so `comparisons` is empty, whatever the means look like.
    """

    experiment: str
    metric: Metric
    read_at: datetime
    control: str
    status: Literal["measured", "sample_ratio_mismatch"]
    sample_ratio_p_value: float
    variants: tuple[VariantResult, ...]
    comparisons: tuple[Comparison, ...]

    def as_json(self) -> dict[str, Any]:
        """The readout for machines."""
        return asdict(self)


def readout(warehouse: Warehouse, key: str, *, engine: str | None = None) -> Readout:
    """Read an experiment as of now.

    The split is checked over all exposed units; the metric over those whose window of `within_days` has passed.

    Raises:
        NotFound: no such experiment.
        NotEnoughData: too few units or events; says how many there are and how many it takes.
        InputError: exposures name a variant that the experiment does not have.
    """
    definition, _, _ = find_experiment(warehouse, key)
    metric, now = definition.metric, warehouse.clock()
    with warehouse.session(engine=engine) as session:
        rows = session.ask(
            TOTALS, experiment=key, within_days=metric.within_days, currency=metric.currency, now=now
        ).to_pylist()
    return judge(definition, {row["variant"]: row for row in rows}, now)


def judge(definition: Definition, totals: Mapping[str, Mapping[str, Any]], now: datetime) -> Readout:
    """The readout from the totals of each variant (the columns of `TOTALS`). Errors as `readout`."""
    weights = dict(definition.variants)
    for name in totals:
        if name not in weights:
            known = ", ".join(weights)
            raise InputError(f"exposures of {definition.key!r} name the variant {name!r}; it has only {known}")
    empty = {"exposed": 0, "counted": 0, "total": 0, "squares": 0, "active": 0}
    rows = {name: totals.get(name, empty) for name in weights}
    p_value = _check_split(definition.key, rows, weights)
    samples = {name: Sample(row["counted"], row["total"], row["squares"]) for name, row in rows.items()}
    control = next(iter(weights))
    mismatch = p_value < SRM_P_VALUE
    if not mismatch:
        _check_enough(definition, rows)
    return Readout(
        experiment=definition.key,
        metric=definition.metric,
        read_at=now,
        control=control,
        status="sample_ratio_mismatch" if mismatch else "measured",
        sample_ratio_p_value=p_value,
        variants=tuple(
            VariantResult(name, weights[name], row["exposed"], row["counted"], _mean(samples[name]))
            for name, row in rows.items()
        ),
        comparisons=() if mismatch else tuple(_compare(name, samples, control) for name in rows if name != control),
    )


def _mean(sample: Sample) -> float | None:
    return sample.mean if sample.n else None


def _compare(name: str, samples: Mapping[str, Sample], control: str) -> Comparison:
    effect = welch(samples[control], samples[name])
    verdict: Verdict = "no_difference_shown"
    if effect.p_value < _ALPHA:
        verdict = "higher" if effect.difference > 0 else "lower"
    return Comparison(name, verdict, effect)


def _check_split(key: str, rows: Mapping[str, Mapping[str, Any]], weights: Mapping[str, float]) -> float:
    exposed = {name: row["exposed"] for name, row in rows.items()}
    needed = MINIMUM_UNITS * len(weights)
    if sum(exposed.values()) < needed:
        raise NotEnoughData(f"experiment {key!r} has {sum(exposed.values())} exposed units; it takes {needed} or more")
    return sample_ratio_p_value(list(exposed.values()), list(weights.values()))


def _check_enough(definition: Definition, rows: Mapping[str, Mapping[str, Any]]) -> None:
    days, key = definition.metric.within_days, definition.key
    for name, row in rows.items():
        counted, active = row["counted"], row["active"]
        if counted < MINIMUM_UNITS:
            raise NotEnoughData(
                f"variant {name!r} of {key!r} has {counted} units exposed {days} days ago or longer; it takes "
                f"{MINIMUM_UNITS}, so read it again later"
            )
        events = min(active, counted - active) if definition.metric.kind == "conversion" else active
        if events < MINIMUM_EVENTS:
            raise NotEnoughData(
                f"variant {name!r} of {key!r}: {active} of {counted} units ordered; a comparison takes "
                f"{MINIMUM_EVENTS} or more that did"
                + (" and as many that did not" if definition.metric.kind == "conversion" else "")
            )
