"""An A/B test as a person writes it: a key, variants with weights and the one metric it is judged by."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, get_args

from warehouse.errors import InputError
from warehouse.house import Warehouse
from warehouse.money import is_currency
from warehouse.records import Experiment
from warehouse.records.experiments import Variant, get_experiment, save_experiment, start_experiment, stop_experiment
from warehouse.yaml_file import Place, nearest, read_yaml

MetricKind = Literal["conversion", "spend"]
_KINDS: tuple[str, ...] = get_args(MetricKind)
_LONGEST_WINDOW = 365


@dataclass(frozen=True)
class Metric:
    """What is measured on each exposed unit in the `within_days` times 24 hours from its first exposure.

    `conversion`: whether it ordered (a positive product line). `spend`: the net amount of all its order lines in
    `currency`, returns taken off; who bought nothing counts with 0.
    """

    kind: MetricKind
    within_days: int
    currency: str | None = None

    def as_json(self) -> dict[str, object]:
        """The metric as the records keep it."""
        content: dict[str, object] = {"kind": self.kind, "within_days": self.within_days}
        return content | ({"currency": self.currency} if self.currency else {})

    @classmethod
    def from_json(cls, content: Mapping[str, Any]) -> Metric:
        """The metric kept in the records."""
        return cls(content["kind"], content["within_days"], content.get("currency"))


@dataclass(frozen=True)
class Definition:
    """An experiment to start. The first of the `variants` (name, weight) is the control others are compared with."""

    key: str
    variants: tuple[tuple[str, float], ...]
    metric: Metric


def read_definition(path: Path) -> Definition:
    """The experiment defined in a YAML file.

    Raises:
        InputError: names file, line, field and the remedy.
    """
    document = read_yaml(path)
    required = ("experiment", "variants", "metric")
    entries = document.entries_among((*required, "description"), what="entry", required=required)
    key = entries["experiment"].text()
    if len(key) > 100 or not all(c.isascii() and (c.isalnum() or c in "-_") for c in key):
        raise entries["experiment"].error(f"{key[:40]!r} must be letters, digits, - and _, at most 100")
    return Definition(key, _variants(entries["variants"]), _metric(entries["metric"]))


def start(warehouse: Warehouse, definition: Definition) -> Experiment:
    """Save the experiment and let it run; starting a running one again, unchanged, changes nothing.

    Raises:
        InputError: it has started with other variants or another metric. Both stay as they were announced: a metric
            chosen after the results are in always finds something.
    """
    variants: list[Variant] = [{"name": name, "weight": weight} for name, weight in definition.variants]
    metric = definition.metric.as_json()
    with warehouse.records.transaction() as tx:
        found = tx.get(Experiment, definition.key)
        if found is not None and found.status != "draft" and found.metric != metric:
            raise InputError(
                f"experiment {definition.key!r} has started, so its metric stays {found.metric}; "
                "make one with another key"
            )
        save_experiment(tx, definition.key, variants=variants, metric=metric)
        return start_experiment(tx, definition.key, at=warehouse.clock())


def stop(warehouse: Warehouse, key: str) -> Experiment:
    """End the experiment for good: no more exposures, the readout stays. NotFound names those there are."""
    with warehouse.records.transaction() as tx:
        return stop_experiment(tx, key)


def find_experiment(warehouse: Warehouse, key: str) -> tuple[Definition, str, str]:
    """The definition, salt and status of an experiment; NotFound names those there are."""
    with warehouse.records.reading() as tx:
        found = get_experiment(tx, key)
    variants = tuple((variant["name"], float(variant["weight"])) for variant in found.variants)
    return Definition(key, variants, Metric.from_json(found.metric)), found.salt, found.status


def _variants(place: Place) -> tuple[tuple[str, float], ...]:
    variants: list[tuple[str, float]] = []
    for name, weight in place.entries().items():
        share = weight.number()
        if not 0 < share <= 1_000_000:
            raise weight.error(f"{share} is no weight; write a number above 0, such as 1")
        variants.append((name, float(share)))
    if len(variants) < 2:
        raise place.error("an experiment needs at least two variants; the first is the control")
    return tuple(variants)


def _metric(place: Place) -> Metric:
    entries = place.entries_among(("kind", "within_days", "currency"), what="entry", required=("kind", "within_days"))
    kind = entries["kind"].text()
    if kind not in _KINDS:
        raise entries["kind"].error(f"there is no metric {kind!r}{nearest(kind, _KINDS)}")
    days = entries["within_days"].whole()
    if not 1 <= days <= _LONGEST_WINDOW:
        raise entries["within_days"].error(f"{days} must be from 1 to {_LONGEST_WINDOW} days")
    if kind == "conversion":
        if "currency" in entries:
            raise entries["currency"].error("a conversion has no currency; remove this line")
        return Metric("conversion", days)
    if "currency" not in entries:
        raise place.error("spend needs a currency; add one, such as currency: EUR")
    currency = entries["currency"].text()
    if not is_currency(currency):
        raise entries["currency"].error(f"{currency!r} is not an ISO 4217 currency; write one such as EUR")
    return Metric("spend", days, currency)
