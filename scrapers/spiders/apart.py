"""Reading something long on a thread of its own: the crawl's connections would starve, and time out, meanwhile."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import islice
from typing import TypeVar

T = TypeVar("T")

_FEW = 100
"""Items that are read before the crawl takes them."""


async def read_apart(items: Iterator[T]) -> AsyncGenerator[T, None]:
    """The items in their order, each asked for on the same thread apart; memory holds a few. What is raised instead of
    an item is raised here, after those before it."""
    thread = ThreadPoolExecutor(max_workers=1)
    try:
        while True:
            some, error = await asyncio.get_running_loop().run_in_executor(thread, _few, items)
            for item in some:
                yield item
            if error is not None:
                raise error
            if not some:
                return
    finally:
        thread.shutdown(wait=False)


def _few(items: Iterator[T]) -> tuple[list[T], Exception | None]:
    some: list[T] = []
    try:
        some.extend(islice(items, _FEW))
    except Exception as error:
        return some, error
    return some, None
