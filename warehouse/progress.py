"""How long work reports itself: rooms call back, the command decides what to draw."""

from __future__ import annotations

from collections.abc import Callable

Progress = Callable[[str, int, int | None], None]
"""Called with the stage's name, what is done and the total (None where unknown)."""


def quiet(stage: str, done: int, total: int | None) -> None:
    """A progress that shows nothing."""
