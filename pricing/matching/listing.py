"""What matching knows of a thing for sale: a product of ours (left) or a competitor's offer (right)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Listing:
    """`seller` is the shop of an offer and None for a product of ours; what is unknown is None.

    `price` stands in `currency`, and in one that its table shares where `currency` is None.
    """

    id: str
    title: str | None
    brand: str | None = None
    mpn: str | None = None
    gtin: str | None = None
    price: float | None = None
    currency: str | None = None
    category: str | None = None
    description: str | None = None
    pack_size: float | None = None
    pack_unit: str | None = None
    seller: str | None = None


@dataclass(frozen=True)
class Pairs:
    """Pairs of places in two sequences of listings, one per position of the arrays (both shape (pairs,))."""

    left: Ints
    right: Ints

    def __post_init__(self) -> None:
        if self.left.shape != self.right.shape or self.left.ndim != 1:
            raise ValueError(f"pairs need two places each, not {self.left.shape} and {self.right.shape}")

    def __len__(self) -> int:
        return len(self.left)

    @classmethod
    def of(cls, places: Iterable[tuple[int, int]]) -> Pairs:
        """From (left place, right place), one per pair."""
        both = np.array(list(places), dtype=np.int64).reshape(-1, 2)
        return cls(both[:, 0].copy(), both[:, 1].copy())
