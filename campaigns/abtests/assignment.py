"""Which variant a unit gets: a pure function of the experiment's salt and the unit's id, kept nowhere.

Method: hash the unit into [0, 1) and see into which variant's share it falls, as in R. Kohavi, D. Tang and Y. Xu,
"Trustworthy Online Controlled Experiments" (2020), chapter 4. MD5 because both engines have it too and it splits
evenly; it guards no secret here.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Sequence

from warehouse.errors import InputError

_DIGITS = 13
"""Hex digits used of the hash: 52 bits, which a double holds exactly, so that every language gets the same number."""


def bucket(salt: str, unit_id: str) -> float:
    """Where a unit stands in [0, 1): the first 52 bits of md5("salt:unit_id") as a fraction. Uniform over units."""
    digest = hashlib.md5(f"{salt}:{unit_id}".encode(), usedforsecurity=False).hexdigest()
    return int(digest[:_DIGITS], 16) / float(1 << 4 * _DIGITS)


def check_variants(variants: Sequence[tuple[str, float]]) -> None:
    """Refuse variants that cannot be assigned to.

    Raises:
        InputError: none given, a name empty or twice, a weight negative or not finite, or all weights zero.
    """
    names = [name for name, _ in variants]
    if not names:
        raise InputError("variants: none given; name at least one with a weight")
    for name, weight in variants:
        if not name:
            raise InputError("variants: a name is empty; give each variant a name")
        if names.count(name) > 1:
            raise InputError(f"variants: {name!r} stands twice; give each variant its own name")
        if not math.isfinite(weight) or weight < 0:
            raise InputError(f"variants: weight of {name!r} is {weight}; it must be 0 or a positive number")
    if not any(weight > 0 for _, weight in variants):
        raise InputError("variants: all weights are 0; at least one must be positive")


def assign(salt: str, unit_id: str, variants: Sequence[tuple[str, float]]) -> str:
    """The name of the variant that this unit gets, always the same for the same salt, unit and weights.

    `variants` are (name, weight) with weights of any scale: they are divided by their sum. Shares are laid out in the
    order of the names, so listing the same variants in another order moves nobody; changing a weight or a name does
    move units, which is why a running experiment keeps its variants. A variant of weight 0 gets nobody.

    Raises:
        InputError: see `check_variants`.
    """
    check_variants(variants)
    laid_out = sorted((name, weight) for name, weight in variants if weight > 0)
    total = math.fsum(weight for _, weight in laid_out)
    position = bucket(salt, unit_id) * total
    upper = 0.0
    for name, weight in laid_out:
        upper += weight
        if position < upper:
            return name
    return laid_out[-1][0]  # rounding of the sum may leave a sliver above the last bound
