"""The crawling process from outside: started, listened to, and ended."""

from __future__ import annotations

import json
import os
import subprocess
import time
from collections.abc import Generator, Iterator, Mapping
from contextlib import suppress
from datetime import datetime
from pathlib import Path

from scrapers.messages import Closed, Message, decode
from scrapers.sites import Site
from scrapers.spool import Spool
from scrapers.starting import start
from warehouse.scratch import scratch_folder

_POLL_SECONDS = 0.05
_GRACE_SECONDS = 10.0


def run(
    site: Site, spool: Spool, *, folder: Path, scratch: Path, now: datetime, last_seen: Mapping[str, datetime]
) -> Generator[Message, None, None]:
    """Run a crawling process on a spool; yield what it adds, as it comes. Closing the generator ends the process.

    `folder` is the site's own; below `scratch` stands what its browser keeps while it runs. `now` is the time by the
    caller's clock, `last_seen` as scrapers.due has it.
    """
    begin = spool.mend()
    job = {
        "site": site.to_json(),
        "folder": str(folder),
        "spool": str(spool.folder),
        "limit": spool.limit,
        "now": now.isoformat(),
        "last_seen": {url: seen.isoformat() for url, seen in last_seen.items()},
    }
    with spool.log_path.open("ab") as log, scratch_folder(scratch, "crawl") as temporary:
        environment = {**os.environ, "TMPDIR": str(temporary.resolve())}
        process = start("scrapers.process", stdout=log, stderr=log, env=environment)
        assert process.stdin is not None
        try:
            with suppress(BrokenPipeError):  # it was killed at once, as is seen below
                process.stdin.write(json.dumps(job).encode() + b"\n")
                process.stdin.flush()
            for line in _lines(spool.messages_path, begin, process):
                message = decode(line)
                if message is not None:
                    yield message
                if isinstance(message, Closed):
                    return  # all is said; the process would spend a second on farewells to its connections
        finally:
            process.kill()
            with suppress(BrokenPipeError):
                process.stdin.close()
            process.wait(_GRACE_SECONDS)


def _lines(path: Path, begin: int, process: subprocess.Popen[bytes]) -> Iterator[bytes]:
    """The whole lines from `begin` of a file that a process is still writing; ends when the process has."""
    rest = b""
    with path.open("rb") as file:
        file.seek(begin)
        while True:
            ended = process.poll() is not None  # asked before reading, so that its last words are read too
            text = file.read()
            *lines, rest = (rest + text).split(b"\n")
            yield from lines
            if ended and not text:
                return
            if not text:
                time.sleep(_POLL_SECONDS)
