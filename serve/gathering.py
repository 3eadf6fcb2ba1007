"""Group commit: what comes in while one commit is written goes into the next one together.

A commit to the lake costs about the same for one row as for a thousand. Writing whatever has gathered meanwhile (as
databases do with their logs) keeps every acknowledgement durable and lets the rate grow with the load. One thread
writes, so a busy storefront holds up neither recommendations nor pages. Each commit leaves a small file behind, which
every later one must open: so from time to time the table is tidied.
"""

from __future__ import annotations

import asyncio
import logging
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from types import TracebackType
from typing import Generic, TypeVar

from serve.problems import UnavailableError
from warehouse.errors import InputError

T = TypeVar("T")
R = TypeVar("R")

log = logging.getLogger(__name__)

_MOST_WAITING = 50_000
_TIDY_AFTER = 100
"""Commits between two tidyings."""
_PATIENCE = 30.0
"""Seconds a sender waits for its commit before it is told to come again."""


@dataclass(frozen=True)
class _Waiting(Generic[T, R]):
    item: T
    size: int
    result: Future[R] = field(default_factory=Future)


class Gathering(Generic[T, R]):
    """Hands items to `write` in groups and each result back to who brought the item.

    `write` takes the items of one group and returns their results in the same order; `tidy` is called between two
    groups now and then, and may fail without harm. A context manager: leaving it writes what still waits.
    """

    def __init__(self, write: Callable[[Sequence[T]], Sequence[R]], *, tidy: Callable[[], object]) -> None:
        self._write = write
        self._tidy = tidy
        self._commits = 0
        self._lock = threading.Lock()
        self._waiting: list[_Waiting[T, R]] = []
        self._writer = ThreadPoolExecutor(1, "gathering")

    def __enter__(self) -> Gathering[T, R]:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._writer.shutdown(wait=True)

    async def written(self, item: T, *, size: int = 1) -> R:
        """The result for `item` once it is committed; `size` is how many rows it is.

        Raises what `write` raised, and UnavailableError where too much waits already or the commit takes too long.
        """
        waiting = self._queue(item, size)
        try:
            # Shielded: a sender that goes away must not take its rows out of a commit under way.
            return await asyncio.wait_for(asyncio.shield(asyncio.wrap_future(waiting.result)), _PATIENCE)
        except TimeoutError:
            raise UnavailableError("this could not be written in time; send the same again") from None

    def _queue(self, item: T, size: int) -> _Waiting[T, R]:
        waiting = _Waiting[T, R](item, size)
        with self._lock:
            if sum(other.size for other in self._waiting) + size > _MOST_WAITING:
                raise UnavailableError("more is coming in than can be written; send this again in a while")
            self._waiting.append(waiting)
        self._writer.submit(self._write_waiting)
        return waiting

    def _write_waiting(self) -> None:
        with self._lock:
            group, self._waiting = self._waiting, []
        try:
            self._settle(group)
        except InputError:
            # One bad item must not spoil the others': each on its own, so that only the bad one is refused.
            for waiting in group:
                try:
                    self._settle([waiting])
                except Exception as error:
                    waiting.result.set_exception(error)
        except Exception as error:
            for waiting in group:
                waiting.result.set_exception(error)
        self._tidy_now_and_then()

    def _settle(self, group: Sequence[_Waiting[T, R]]) -> None:
        if group:  # empty where an earlier turn took them along
            results = self._write([waiting.item for waiting in group])
            self._commits += 1
            for waiting, result in zip(group, results, strict=True):
                waiting.result.set_result(result)

    def _tidy_now_and_then(self) -> None:
        if self._commits >= _TIDY_AFTER:
            self._commits = 0
            try:
                self._tidy()
            except Exception:
                log.exception("what was written could not be tidied; it will be tried again")
