"""Files that come again and again: what an import must know of the others of their source."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from warehouse.errors import InputError

SHRUNK = 0.3
"""The share of its products that a shop hardly drops in a night: a snapshot that lacks more is held back."""


class HeldBack(InputError):
    """A file that may be right but would do much harm if it is not: a person must let it through."""


@dataclass(frozen=True)
class Series:
    """Where a file stands among those of its source.

    `followed_at` is when the next newer file that is in already was observed; None where this is the newest. `listing`
    is, for a snapshot (a file with all there is), where the skus of the newest snapshot are kept, as Parquet; None for
    a file that tells only what has changed. `may_shrink` lets through a snapshot that lacks many products.
    """

    followed_at: datetime | None = None
    listing: Path | None = None
    may_shrink: bool = False

    @property
    def late(self) -> bool:
        """Whether something newer is in already: then this file adds what is not known yet and changes nothing."""
        return self.followed_at is not None


ALONE = Series()
"""A file that belongs to no series."""
