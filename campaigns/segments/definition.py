"""A segment as a person writes it: a name, a moment and a flat set of conditions that must all hold."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Literal

from campaigns.segments.vocabulary import FIELDS, OPERATORS, OPERATORS_OF, Field
from warehouse.money import is_currency
from warehouse.yaml_file import Place, nearest, parse_yaml, read_yaml

Scalar = Decimal | str | bool
AsOf = Literal["now", "last_order"] | date

_MONEY_LIMIT = Decimal(10) ** 14


@dataclass(frozen=True)
class Condition:
    """`field operator value`; `values` holds one value, or several for `is_in`."""

    field: Field
    operator: str
    values: tuple[Scalar, ...]


@dataclass(frozen=True)
class Segment:
    """A segment's definition.

    `as_of` is the day whose end the conditions look from: `now`, `last_order` (the newest order in the data) or a date.
    `store` limits the orders to one store's; `currency` is the one in which spend is counted, needed only where orders
    are in several.
    """

    name: str
    description: str
    as_of: AsOf
    store: str | None
    currency: str | None
    conditions: tuple[Condition, ...]

    @property
    def fields(self) -> tuple[Field, ...]:
        """The fields that the conditions speak of, in the order written, each once."""
        return tuple(dict.fromkeys(condition.field for condition in self.conditions))

    def as_json(self) -> dict[str, object]:
        """The definition as the records keep it: the shape of the YAML file; values as text, so exact."""
        where: dict[str, dict[str, object]] = {}
        for condition in self.conditions:
            values = [_as_text(value) for value in condition.values]
            value: object = values if condition.operator == "is_in" else values[0]
            where.setdefault(condition.field.name, {})[condition.operator] = value
        content: dict[str, object] = {"segment": self.name, "as_of": str(self.as_of), "where": where}
        optional = {"description": self.description, "store": self.store, "currency": self.currency}
        return content | {name: value for name, value in optional.items() if value}


def read_segment(path: Path) -> Segment:
    """The segment defined in a YAML file.

    Raises:
        InputError: names file, line, field and the remedy.
    """
    return _segment(read_yaml(path))


def segment_from_json(definition: Mapping[str, object]) -> Segment:
    """The segment kept in the records, see `Segment.as_json`. InputError as `read_segment`."""
    return _segment(parse_yaml(json.dumps(definition), f"segment {definition.get('segment')!r} in the records"))


def _segment(document: Place) -> Segment:
    known = ("segment", "description", "as_of", "store", "currency", "where")
    entries = document.entries_among(known, what="entry", required=("segment", "where"))
    name = entries["segment"].text()
    if len(name) > 100 or not all(c.isascii() and (c.isalnum() or c in "-_") for c in name):
        raise entries["segment"].error(f"{name[:40]!r} must be letters, digits, - and _, at most 100")
    currency = entries["currency"].text() if "currency" in entries else None
    if currency and not is_currency(currency):
        raise entries["currency"].error(f"{currency!r} is not an ISO 4217 currency; write one such as EUR")
    conditions = tuple(
        _condition(FIELDS[field], operator, value)
        for field, place in entries["where"].entries_among(FIELDS, what="field").items()
        for operator, value in _operators(FIELDS[field], place).items()
    )
    if not conditions:
        raise entries["where"].error("no condition given; write at least one, such as orders: {at_least: 1}")
    return Segment(
        name=name,
        description=entries["description"].text() if "description" in entries else "",
        as_of=_as_of(entries["as_of"]) if "as_of" in entries else "now",
        store=entries["store"].text() if "store" in entries else None,
        currency=currency,
        conditions=conditions,
    )


def _as_of(place: Place) -> AsOf:
    written = place.text()
    if written == "now" or written == "last_order":
        return written  # type: ignore[return-value]  # mypy does not narrow str to a literal
    try:
        return date.fromisoformat(written)
    except ValueError:
        raise place.error(f"{written!r} is not now, last_order or a date such as 2026-01-31") from None


def _operators(field: Field, place: Place) -> dict[str, Place]:
    found = place.entries_among(OPERATORS, what="operator")
    if not found:
        raise place.error(f"no operator given; write one of {', '.join(OPERATORS_OF[field.kind])}")
    for operator, value in found.items():
        if operator not in OPERATORS_OF[field.kind]:
            raise value.error(f"{field.name} is {field.kind}: write one of {', '.join(OPERATORS_OF[field.kind])}")
    return found


def _condition(field: Field, operator: str, place: Place) -> Condition:
    places = tuple(place.items()) if operator == "is_in" else (place,)
    return Condition(field, operator, tuple(_value(field, one) for one in places))


def _value(field: Field, place: Place) -> Scalar:
    value: Scalar
    match field.kind:
        case "whole":
            value = Decimal(place.whole())
        case "money":
            value = place.number()
            if abs(value) >= _MONEY_LIMIT or value != value.quantize(Decimal("0.0001")):
                raise place.error(f"{value} has more than 4 decimals or is too large for an amount")
        case "text":
            value = place.text()
        case "yes_no":
            value = place.yes_no()
    if field.values and _as_text(value) not in field.values:
        raise place.error(f"{_as_text(value)!r} is no value of {field.name}{nearest(_as_text(value), field.values)}")
    return value


def _as_text(value: Scalar) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
