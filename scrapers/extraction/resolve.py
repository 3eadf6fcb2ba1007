"""From candidates to one value a field: agreement makes surer, contradiction less sure.

The method is Accu of Dong, Berti-Équille and Srivastava, "Integrating Conflicting Data: The Role of Source Dependence"
(VLDB 2009). A reader that is right with probability p gives its value odds of p / (1 - p). Readers that agree multiply
their odds, and once more by the number of ways to be wrong, since errors seldom coincide; readers of the same source
(a shop's database fills all of its structured data) count less with each further one. A value's probability is its odds
against those of all others and of none being right, so that a lone reader is believed as far as it has earned.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from math import exp, log

from scrapers.extraction.currencies import resolve_currency
from scrapers.extraction.reading import FIELDS, LIST_FIELDS, Reading, Value
from scrapers.extraction.reliability import RELIABILITY, UNMEASURED
from scrapers.extraction.stated_prices import held_against_shown
from warehouse.gtin import clean_gtin

SELECTOR = "selector"
"""The reader that nothing overrules: a person chose what it points at."""

_WAYS_TO_BE_WRONG = 4.0
_FURTHER = 0.25
"""How much each further reader of one source counts beside the one before."""
DATABASE = ("jsonld", "microdata", "rdfa", "opengraph", "state", "shopify", "woocommerce")
"""Readers of what a shop's software fills in from its database."""
_SOURCES = {
    **dict.fromkeys(DATABASE, "database"),
    **dict.fromkeys(("form", "address"), "address"),
}
"""Readers that have their values from one place, by that place; all others are sources of their own."""
_SUREST = 0.98
_LEAST = 2 / 3
"""Odds from which on a value is told, two chances in five: a reader is measured where others know better too, and is
right more often where it is alone."""
_GTIN = 12
"""Digits of a GTIN that is none by chance."""
_CODE = 3
"""Letters of a currency's code; what is shorter is a sign that several currencies share."""
_TEXTS = frozenset({"name", "brand", "sku", "mpn", "seller"})


@dataclass(frozen=True, slots=True)
class Resolved:
    """A field's value, the reading that speaks for it best, and how sure it is (0 to 1)."""

    value: Value
    reading: Reading
    confidence: float


def resolve(readings: Iterable[Reading]) -> tuple[dict[str, Resolved], dict[str, list[Reading]]]:
    """The fields that hold one value, and for those that hold several the readings of the best reader."""
    by_field: dict[str, list[Reading]] = {}
    for reading in readings:
        by_field.setdefault(reading.field, []).append(reading)
    by_field["currency"] = _settled(by_field.get("currency", []))
    by_field["price"] = _prices(by_field)
    by_field["mpn"] = _of_makers(by_field)
    one = {field: found for field in FIELDS if (found := _resolve(by_field.get(field, ()))) is not None}
    regular, price = one.get("regularPrice"), one.get("price")
    if regular and not (price and _is_reduced(regular.value, price.value)):
        del one["regularPrice"]  # no reduction
    if price is None:
        one.pop("currency", None)
        one.pop("currencyRaw", None)
    return one, {field: _of_best_reader(by_field[field]) for field in LIST_FIELDS if field in by_field}


def _settled(readings: Sequence[Reading]) -> list[Reading]:
    """The readings of a currency, those that give a sign as the code that the surest other one says it stands for."""
    codes = [reading for reading in readings if len(reading.value) == _CODE]  # type: ignore[arg-type]  # texts
    if not codes:
        return list(readings)
    code = str(max(codes, key=lambda reading: reading.confidence).value)
    return [replace(reading, value=resolve_currency(str(reading.value), code) or reading.value) for reading in readings]


def _of_makers(by_field: Mapping[str, Sequence[Reading]]) -> list[Reading]:
    """The readings of a maker's number, without those of software that knows none and fills in another field."""
    own = {_key(r) for field in ("sku", "name") for r in by_field.get(field, ()) if r.reader in _SOURCES}
    stated = by_field.get("mpn", ())
    return [r for r in stated if r.reader not in _SOURCES or (_key(r) not in own and _may_be_mpn(str(r.value)))]


def _may_be_mpn(text: str) -> bool:
    is_gtin = len(text) >= _GTIN and clean_gtin(text) is not None
    return not is_gtin and any(c.isdigit() and c != "0" for c in text)


def _prices(by_field: Mapping[str, Sequence[Reading]]) -> list[Reading]:
    """The readings of a price, those that only data gives held against what the page shows."""
    prices = by_field.get("price", ())
    stated = [reading for reading in prices if reading.reader in _SOURCES]
    shown = [reading for reading in prices if reading.reader not in _SOURCES]
    before = frozenset(r.value for r in by_field.get("regularPrice", ()) if r.reader not in _SOURCES)
    return held_against_shown(stated, shown, before) + shown


def _is_reduced(regular: Value, price: Value) -> bool:
    return isinstance(regular, Decimal) and isinstance(price, Decimal) and regular > price


def _resolve(readings: Sequence[Reading]) -> Resolved | None:
    chosen = next((reading for reading in readings if reading.reader == SELECTOR), None)
    if chosen is not None:
        return Resolved(chosen.value, chosen, chosen.confidence)
    votes: dict[object, dict[str, Reading]] = {}
    for reading in readings:
        by_reader = votes.setdefault(_key(reading), {})
        held = by_reader.get(reading.reader)
        if held is None or reading.confidence > held.confidence:
            by_reader[reading.reader] = reading
    odds = {key: _odds(by_reader) for key, by_reader in votes.items()}
    if not odds:
        return None
    best = max(odds, key=lambda key: odds[key])  # the first of equals
    if odds[best] < _LEAST:
        return None
    confidence = odds[best] / (1 + sum(odds.values()))
    reading = max(votes[best].values(), key=_probability)
    return Resolved(reading.value, reading, round(confidence, 3))


def _key(reading: Reading) -> object:
    """What two readings share where they say the same."""
    value = reading.value
    return "".join(filter(str.isalnum, value.casefold())) or value if reading.field in _TEXTS else value  # type: ignore[union-attr]


def _odds(by_reader: Mapping[str, Reading]) -> float:
    """The odds of a value for which these readers speak. One that thinks it unlikely does not speak against it."""
    chances = sorted(((_probability(reading), name) for name, reading in by_reader.items()), reverse=True)
    weights: dict[str, float] = {}
    agreement = 0.0
    for chance, name in chances:
        source = _SOURCES.get(name, name)
        agreement += weights.get(source, 1.0) * max(0.0, log(_WAYS_TO_BE_WRONG * chance / (1 - chance)))
        weights[source] = weights.get(source, 1.0) * _FURTHER
    return exp(agreement) / _WAYS_TO_BE_WRONG


def _probability(reading: Reading) -> float:
    """How likely the reading is right: what its reader says of it, measured by how often that reader is right."""
    return min(_SUREST, max(0.01, reading.confidence * RELIABILITY.get((reading.reader, reading.field), UNMEASURED)))


def _of_best_reader(readings: Sequence[Reading]) -> list[Reading]:
    """The readings of one reader: the surest, and of equals the one that found most."""
    by_reader: dict[str, list[Reading]] = {}
    for reading in readings:
        by_reader.setdefault(reading.reader, []).append(reading)
    return max(by_reader.values(), key=lambda found: (max(r.confidence for r in found), len(found)))
