"""Values kept until they change, and writes gathered into groups."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Sequence

import pytest

from serve.fresh import Fresh
from serve.gathering import Gathering
from warehouse.errors import InputError


def test_it_is_made_again_only_when_the_version_changes() -> None:
    version, made = [1], []

    def make(v: int) -> str:
        made.append(v)
        return f"value {v}"

    kept = Fresh(lambda: version[0], make, poll_seconds=0)
    assert [kept.get(), kept.get()] == ["value 1"] * 2
    version[0] = 2
    assert [kept.get(), kept.get()] == ["value 2"] * 2
    assert made == [1, 2]


def test_the_version_is_not_asked_again_at_once() -> None:
    versions = iter([1])  # a second question would be an error
    kept = Fresh(lambda: next(versions), lambda _: "value", poll_seconds=1000)
    assert [kept.get() for _ in range(5)] == ["value"] * 5


def test_what_there_is_stays_where_the_new_cannot_be_made(caplog: pytest.LogCaptureFixture) -> None:
    version = [1]

    def make(v: int) -> str:
        if v == 2:
            raise OSError("broken release")
        return f"value {v}"

    kept = Fresh(lambda: version[0], make, poll_seconds=0)
    assert kept.get() == "value 1"
    version[0] = 2
    assert kept.get() == "value 1"
    assert "broken release" in caplog.text
    version[0] = 3
    assert kept.get() == "value 3"


def test_without_anything_to_give_the_error_comes_out_every_time() -> None:
    def make(_: int) -> str:
        raise OSError("broken")

    kept = Fresh(lambda: 1, make, poll_seconds=1000)
    for _ in range(2):
        with pytest.raises(OSError, match="broken"):
            kept.get()


def test_while_one_thread_makes_the_new_the_others_get_the_old() -> None:
    version = [1]
    making, go_on = threading.Event(), threading.Event()

    def make(v: int) -> str:
        if v == 2:
            making.set()
            assert go_on.wait(30)
        return f"value {v}"

    kept = Fresh(lambda: version[0], make, poll_seconds=0)
    kept.get()
    version[0] = 2
    thread = threading.Thread(target=kept.get)
    thread.start()
    assert making.wait(30)
    assert kept.get() == "value 1"
    go_on.set()
    thread.join(30)
    assert kept.get() == "value 2"


def test_what_comes_in_during_a_write_goes_into_the_next_one_together() -> None:
    groups: list[list[int]] = []
    first, go_on = threading.Event(), threading.Event()

    def write(items: Sequence[int]) -> list[int]:
        groups.append(list(items))
        first.set()
        assert go_on.wait(30)
        return [item * 10 for item in items]

    async def all_at_once() -> list[int]:
        with Gathering(write, tidy=list) as gathering:
            alone = asyncio.create_task(gathering.written(1))
            await asyncio.to_thread(first.wait, 30)
            rest = [asyncio.create_task(gathering.written(n)) for n in (2, 3, 4)]
            await asyncio.sleep(0)
            go_on.set()
            return list(await asyncio.gather(alone, *rest))

    assert asyncio.run(all_at_once()) == [10, 20, 30, 40]
    assert groups == [[1], [2, 3, 4]]


def test_a_bad_item_does_not_spoil_the_group() -> None:
    first, go_on = threading.Event(), threading.Event()

    def write(items: Sequence[int]) -> list[int]:
        first.set()
        assert go_on.wait(30)
        if -1 in items:
            raise InputError("-1 is no good")
        return list(items)

    async def all_at_once() -> list[object]:
        with Gathering(write, tidy=list) as gathering:
            alone = asyncio.create_task(gathering.written(0))
            await asyncio.to_thread(first.wait, 30)
            rest = [asyncio.create_task(gathering.written(n)) for n in (1, -1, 2)]
            await asyncio.sleep(0)
            go_on.set()
            return list(await asyncio.gather(alone, *rest, return_exceptions=True))

    done = asyncio.run(all_at_once())
    assert [done[0], done[1], done[3]] == [0, 1, 2]
    assert isinstance(done[2], InputError)


def test_a_failed_write_is_told_to_everyone_in_it() -> None:
    def write(items: Sequence[int]) -> list[int]:
        raise OSError("disk full")

    async def send() -> list[object]:
        with Gathering(write, tidy=list) as gathering:
            return list(await asyncio.gather(*(gathering.written(n) for n in range(3)), return_exceptions=True))

    assert [type(result) for result in asyncio.run(send())] == [OSError] * 3


def test_it_is_tidied_now_and_then_and_a_failure_does_no_harm(caplog: pytest.LogCaptureFixture) -> None:
    tidied: list[int] = []

    def tidy() -> None:
        tidied.append(1)
        raise OSError("cannot tidy")

    async def send() -> list[int]:
        with Gathering[int, int](list, tidy=tidy) as gathering:
            return [await gathering.written(n) for n in range(250)]

    assert asyncio.run(send()) == list(range(250))
    assert len(tidied) == 2
    assert "cannot tidy" in caplog.text
