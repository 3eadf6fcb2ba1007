"""Fetching a few pages on request, through the same guarded and polite crawler that reads whole shops."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from threading import Timer
from typing import IO

from scrapers.sites import Site
from scrapers.starting import start
from warehouse.errors import InputError

_SLOWEST = 600.0
"""Seconds after which a fetching process is ended: a shop that answers so slowly cannot be explored."""


@dataclass(frozen=True, slots=True)
class Ask:
    """One address to fetch; `render` has the browser draw it."""

    number: int
    url: str
    render: bool = False


@dataclass(frozen=True, slots=True)
class Answer:
    """What became of an ask; `cause` is why there is no page to read, as the crawls table counts it."""

    number: int
    url: str
    content_type: str = ""
    seconds: float = 0.0
    rendered: bool = False
    cause: str | None = None


@dataclass(frozen=True, slots=True)
class FetchedPage:
    """A page as it came: `asked` is the address asked for, `url` the one that answered, `seconds` how long it took.

    `body` is empty where `cause` says why the page could not be had.
    """

    asked: str
    url: str
    body: bytes = b""
    content_type: str = ""
    seconds: float = 0.0
    rendered: bool = False
    cause: str | None = None


class Fetcher:
    """A fetching process for one site. It keeps the site's delay, concurrency and robots.txt across calls."""

    def __init__(self, asks: IO[bytes], answers: IO[bytes], folder: Path) -> None:
        self._asks = asks
        self._answers = answers
        self._folder = folder
        self._number = 0

    def fetch(self, urls: Sequence[str], *, render: bool = False) -> list[FetchedPage]:
        """The pages of these addresses, in this order, each with its body or the cause why there is none.

        InputError where the fetching process ended before all were answered.
        """
        asks = [Ask(self._number + place, url, render) for place, url in enumerate(urls)]
        self._number += len(asks)
        answers: dict[int, Answer] = {}
        try:
            for ask in asks:
                self._asks.write(json.dumps(asdict(ask)).encode() + b"\n")
            self._asks.flush()
            while len(answers) < len(asks):
                answer = Answer(**json.loads(self._answers.readline()))
                answers[answer.number] = answer
        except (OSError, ValueError):
            raise InputError(
                "the pages could not be fetched: the fetching process ended; the shop may be too slow, or memory short"
            ) from None
        return [self._page(ask, answers[ask.number]) for ask in asks]

    def _page(self, ask: Ask, answer: Answer) -> FetchedPage:
        body = b"" if answer.cause else (self._folder / f"{ask.number}.body").read_bytes()
        return FetchedPage(
            ask.url, answer.url, body, answer.content_type, answer.seconds, answer.rendered, cause=answer.cause
        )


@contextmanager
def fetcher(site: Site, folder: Path) -> Iterator[Fetcher]:
    """A fetcher within the site's hosts, at its pace. `folder` is empty and the caller's, for work in progress."""
    with (folder / "log.txt").open("wb") as log:
        process = start("scrapers.fetcher_process", stdout=subprocess.PIPE, stderr=log)
        watch = Timer(_SLOWEST, process.kill)
        watch.daemon = True
        watch.start()
        assert process.stdin is not None and process.stdout is not None
        try:
            process.stdin.write(json.dumps({"site": site.to_json(), "folder": str(folder)}).encode() + b"\n")
            yield Fetcher(process.stdin, process.stdout, folder)
        finally:
            watch.cancel()
            process.kill()
            process.wait()
            process.stdout.close()
            with suppress(BrokenPipeError):
                process.stdin.close()
