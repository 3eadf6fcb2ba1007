"""Prices in a page's data, held against those that the page shows.

Shop software fills its data in without looking at the page: with the price before the reduction, without the tax that
shoppers pay, with one variant's, in cents (as Shopify's `product.price` and tag managers count), with a point for its
thousands. What a page surely shows is what is asked: a price that the price finder gives four chances in five.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal

from scrapers.extraction.reading import Reading

_SURE = 0.8
"""The confidence of a shown price from which on another one, which data gives, is doubted."""
_SEEN = 0.3
"""The least confidence of a shown price by which a misplaced point is known."""
_DOUBTED = 0.5
"""Left of the confidence in a price that the page shows to be another."""
_HUNDRED, _THOUSAND = Decimal(100), Decimal(1000)
_THREE_PLACES = -3


def held_against_shown(stated: Sequence[Reading], shown: Sequence[Reading], before: frozenset[object]) -> list[Reading]:
    """The `stated` prices: those whose point is misplaced as what they are, those that are not what one pays in doubt.

    `shown` are the readings of prices that the page shows, `before` the prices no longer asked that it shows.
    """
    best = max(shown, key=lambda reading: reading.confidence, default=None)
    seen = {reading.value for reading in shown}
    return [_held(reading, best, reading.value in before, reading.value in seen) for reading in stated]


def _held(reading: Reading, best: Reading | None, is_before: bool, is_seen: bool) -> Reading:
    if best is None or reading.value == best.value:
        return reading
    if not is_seen and best.confidence >= _SEEN and _is_misplaced(reading.value, best.value):
        return replace(reading, value=best.value)
    return _doubted(reading) if is_before or best.confidence >= _SURE else reading


def _is_misplaced(amount: object, paid: object) -> bool:
    """Whether an amount is in cents, or 1.299 where a thousand and more is asked."""
    if not isinstance(amount, Decimal) or not isinstance(paid, Decimal):
        return False
    return amount == paid * _HUNDRED or (amount * _THOUSAND == paid and amount.as_tuple().exponent == _THREE_PLACES)


def _doubted(reading: Reading) -> Reading:
    return replace(reading, confidence=round(reading.confidence * _DOUBTED, 3))
