"""What drawing pages costs, and whether the browser grows: one crawl of 500 pages that a script draws.

Each page loads a script of 300 kB that all share, fetches its data, makes 2,000 elements and keeps 5 MB of objects
alive, as a shop built on a framework does. Measured every half second over the crawling process and all its
descendants: memory (proportional set size) and CPU time. Linux only.

Run: python benchmarks/bench_browser.py [pages]
"""

from __future__ import annotations

import json
import os
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from scrapers.crawl import crawl
from scrapers.sites import Site
from warehouse.house import Warehouse
from warehouse.settings import Settings

PAGES = 500
MOST_GROWTH = 1.25
"""Of the highest memory in the last fifth over that in the second."""

SHELL = b'<!doctype html><html><body><div id="app"></div><script src="/app.js"></script></body></html>'
SCRIPT = (
    """
const kept = Array.from({length: 50000}, (_, n) => ({n, text: "object " + n}));
fetch("/data" + location.pathname).then(a => a.json()).then(p => {
  const row = n => `<li><a href="/c/${n}">Category ${n}</a> <b>${kept[n].text}</b></li>`;
  const rows = Array.from({length: 700}, (_, n) => row(n));
  document.getElementById("app").innerHTML =
    `<h1>${p.name}</h1><p class="price">${p.price}</p><button>Add to basket</button><ul>${rows.join("")}</ul>`;
});
"""
    + "// and a library\n" * 18_000
).encode()


@contextmanager
def shop() -> Iterator[tuple[str, Counter[str]]]:
    """The shop's address, and how often each path was asked for."""
    asked: Counter[str] = Counter()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            asked[self.path] += 1
            kind, body = "text/html", SHELL
            if self.path == "/app.js":
                kind, body = "text/javascript", SCRIPT
            elif self.path.startswith("/data"):
                number = int(self.path.rpartition("/")[2])
                kind, body = "application/json", json.dumps({"name": f"P{number}", "price": f"{number},90 €"}).encode()
            self.send_response(200 if self.path != "/robots.txt" else 404)
            self.send_header("Content-Type", kind)
            self.send_header("Cache-Control", "max-age=600")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, args=(0.05,))
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}", asked
    server.shutdown()
    server.server_close()
    thread.join()


class Gauge:
    """Memory and CPU time of this process's descendants, as they come and go."""

    def __init__(self) -> None:
        self.memory: list[tuple[int, int]] = []
        """(pages done, bytes)."""
        self._seconds: dict[tuple[int, int], float] = {}

    def read(self, done: int) -> None:
        """Take one reading."""
        processes = dict(_processes())
        tree = {os.getpid()}
        while grown := {pid for pid, (parent, *_) in processes.items() if parent in tree} - tree:
            tree |= grown
        total = 0
        for pid in tree - {os.getpid()}:
            _, started, seconds = processes[pid]
            self._seconds[pid, started] = seconds
            total += _memory(pid)
        self.memory.append((done, total))

    @property
    def seconds(self) -> float:
        """CPU seconds of all descendants that were ever seen, as they were seen last."""
        return sum(self._seconds.values())


def _processes() -> Iterator[tuple[int, tuple[int, int, float]]]:
    """Every process: its parent, when it started, and its CPU seconds."""
    for folder in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            fields = (folder / "stat").read_text().rsplit(")", 1)[1].split()
            yield int(folder.name), (int(fields[1]), int(fields[19]), (int(fields[11]) + int(fields[12])) / 100)


def _memory(pid: int) -> int:
    with suppress(OSError):
        for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
            if line.startswith("Pss:"):
                return int(line.split()[1]) * 1024
    return 0


def measure(pages: int) -> None:
    """Crawl the shop and print what it took."""
    gauge, done, over = Gauge(), [0], threading.Event()

    def progress(stage: str, settled: int, total: int | None) -> None:
        done[0] = settled

    def watch() -> None:
        while not over.wait(0.5):
            gauge.read(done[0])

    watching = threading.Thread(target=watch)
    with (
        tempfile.TemporaryDirectory() as home,
        shop() as (url, asked),
        Warehouse.open(Settings(home=Path(home))) as house,
    ):
        site = Site(
            name="scripted", sitemaps=(), watch=tuple(f"{url}/p/{n}" for n in range(pages)),
            hosts=(url.removeprefix("http://"),), allow_private=True, delay=0.0, concurrency=8, render="always",
        )  # fmt: skip
        watching.start()
        began = time.monotonic()
        health = crawl(site, house, progress=progress)
        took = time.monotonic() - began
        over.set()
        watching.join()
    assert (health.fetched, health.priced, health.rendered) == (pages, pages, pages), health
    fifth = pages / 5
    early = max(memory for at, memory in gauge.memory if fifth <= at < 2 * fifth)
    late = max(memory for at, memory in gauge.memory if at >= 4 * fifth)
    print(
        f"drawn: {pages} pages in {took:.0f} s, {gauge.seconds / pages:.2f} CPU seconds each; the shared script was "
        f"asked for {asked['/app.js']} times"
    )
    print(
        f"memory: at most {early / 1e6:.0f} MB in the second fifth, {late / 1e6:.0f} MB in the last, "
        f"{max(memory for _, memory in gauge.memory) / 1e6:.0f} MB at any time"
    )
    assert late <= MOST_GROWTH * early, "the browser grows"


if __name__ == "__main__":
    measure(int(sys.argv[1]) if len(sys.argv) > 1 else PAGES)
