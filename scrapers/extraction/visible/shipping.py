"""What sending costs, where an amount beside the price says so: "zzgl. 4,99 € Versand"."""

from __future__ import annotations

import re
from collections.abc import Sequence

from scrapers.extraction.reading import Reading, evidence
from scrapers.extraction.visible.money import Candidate
from scrapers.extraction.visible.phrases import FREE_SHIPPING

_BESIDE = 30
"""Elements between a price and what it costs to send it."""
_SURE = 0.8
_BOUND = re.compile(
    r"\b(?:over|above|from|under|below|orders?|ab|über|unter|bis|dès|sopra|oltre|desde|acima|vanaf|boven|över|från|fra|od|"
    r"nad|powyżej|от|від|yli|felett|peste|üzeri|minimum|min)\b",
    re.IGNORECASE,
)
"""Makes an amount one of the order, from or up to which sending costs something else."""


def read_shipping(price: Candidate | None, found: Sequence[Candidate], sure: float, reader: str) -> list[Reading]:
    """At most one reading of shipping; none where several amounts are said to be that, or one of a condition.

    `price` is the price found, `sure` its probability, `found` all amounts on the page.
    """
    if price is None:
        return []
    costs = {
        candidate.amount: candidate
        for candidate in found
        if candidate.money.role == "shipping" and abs(candidate.order - price.order) <= _BESIDE
        if not candidate.place.elsewhere and not candidate.place.struck
    }
    if len(costs) != 1:
        return []
    (candidate,) = costs.values()
    said = f"{candidate.label} {candidate.text} {candidate.after}"
    if candidate.money.is_range or _BOUND.search(said) or FREE_SHIPPING.is_in(said):
        return []
    return [Reading("shipping", candidate.amount, reader, round(_SURE * sure, 3), evidence("text", said.strip()))]
