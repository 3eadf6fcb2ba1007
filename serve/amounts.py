"""How amounts of money read: at least two decimals, and no more than they need."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated

from pydantic import PlainSerializer

_CENT = Decimal("0.01")


def amount(value: Decimal) -> str:
    """7.9000 as "7.90", 0.0125 as it is."""
    cents = value.quantize(_CENT)
    return f"{cents if cents == value else value.normalize():f}"


Amount = Annotated[Decimal, PlainSerializer(amount, return_type=str)]
"""An amount in an answer: a decimal as text, so that no reader rounds it."""
