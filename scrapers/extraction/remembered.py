"""What was found out about short texts that stand on every page of a shop: names of classes, words, numbers.

Pages ask for thousands of them. functools.lru_cache notes each time which one was asked for last, in a list that is
spread over memory; a dictionary notes nothing, and takes a fraction of the time where the answer is there.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

MOST = 8192
"""Texts: when so many are known they are forgotten, all at once."""
LONGEST = 300
"""Characters of a text that is worth knowing."""

_Answer = TypeVar("_Answer")


class _Known(dict[str, _Answer]):
    """Answers by text; one that is missing is worked out."""

    __slots__ = ("_function",)

    def __init__(self, function: Callable[[str], _Answer]) -> None:
        super().__init__()
        self._function = function

    def __missing__(self, text: str) -> _Answer:
        answer = self._function(text)
        if len(self) >= MOST:
            self.clear()
        if len(text) <= LONGEST:
            self[text] = answer
        return answer


def remembered(function: Callable[[str], _Answer]) -> Callable[[str], _Answer]:
    """The function, which is asked once about each text."""
    return _Known(function).__getitem__
