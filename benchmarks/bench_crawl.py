"""Whether crawls survive, what they cost beside their parts, and whether they grow.

Kills: 20 kills -9 of the crawling process, of its parent, or of both, at random moments of crawls of 2,000 pages; then
the lake against the shop. Cost: CPU time of a crawl (both its processes) against that of a bare Scrapy download of the
same pages plus that of reading them, each in a process of its own; on the saved real pages, and on small pages
where every overhead shows. Memory: the crawling process over 5,000 pages. The shop runs in a process that is not
counted.

Run: python benchmarks/bench_crawl.py [kills cost memory]
"""

from __future__ import annotations

import os
import random
import re
import resource
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from decimal import Decimal
from pathlib import Path

from benchmarks.pages import labelled_pages
from scrapers.sites import Site
from warehouse.house import Warehouse
from warehouse.settings import Settings

KILLS, KILL_PAGES = 20, 2_000
COST_PAGES = {"real": 600, "small": 2_000}
MEMORY_PAGES = 5_000
MOST_TIMES = 1.3
MOST_GROWTH = 1.1
"""Of the memory between a fifth of the pages and the end."""

SMALL = """<!doctype html><html lang="en"><head><title>@NAME@</title><script type="application/ld+json">
{"@context": "https://schema.org", "@type": "Product", "name": "@NAME@", "brand": "Acme", "offers": {"@type": "Offer",
"price": "@PRICE@", "priceCurrency": "EUR", "availability": "https://schema.org/InStock"}}</script></head><body>
<nav>%s</nav><main><h1>@NAME@</h1><p class="price">@PRICE@ &euro;</p><button>Add to basket</button><p>%s</p></main>
</body></html>"""


def small_page() -> bytes:
    """A page of 12 kB, as small as product pages come."""
    links = "".join(f'<a href="/c/{n}" class="nav-link">Category {n}</a>' for n in range(60))
    return (SMALL % (links, "A product like many others, described at some length. " * 120)).encode()


@contextmanager
def shop(folder: Path, count: int) -> Iterator[str]:
    """The shop, in a process of its own; its address."""
    server = subprocess.Popen(_command("serve", str(folder), str(count)), stdout=subprocess.PIPE)
    assert server.stdout is not None
    try:
        yield f"http://127.0.0.1:{int(server.stdout.readline())}"
    finally:
        server.kill()
        server.wait()
        server.stdout.close()


def site_file(folder: Path, url: str, count: int) -> str:
    """The shop's site in a file: every page watched, no delay."""
    site = Site(
        name="shop",
        sitemaps=(),
        watch=tuple(f"{url}/p/{n}" for n in range(count)),
        hosts=(url.removeprefix("http://"),),
        allow_private=True,
        delay=0.0,
        concurrency=8,
        render="never",
    )
    file = folder / f"site-{count}.json"
    file.write_text(site.to_json())
    return str(file)


def kills(folder: Path) -> None:
    """Kill crawls, then compare what the lake holds with what the shop asks."""
    rng = random.Random(1)
    (folder / "small.html").write_bytes(small_page())
    with shop(folder, KILL_PAGES) as url, Warehouse.open(Settings(home=folder / "home")) as warehouse:
        site = site_file(folder, url, KILL_PAGES)
        killed = starts = 0
        while killed < KILLS:
            process = subprocess.Popen(_command("crawl", str(folder / "home"), site))
            starts += 1
            while killed < KILLS:
                with suppress(subprocess.TimeoutExpired):
                    process.wait(rng.uniform(0.5, 9.0))
                if process.poll() is not None:
                    break
                victims = rng.choice(("parent", "child", "both"))
                doomed = _children(process.pid) if victims != "parent" else []
                doomed += [process.pid] if victims != "child" else []
                for pid in doomed:
                    with suppress(ProcessLookupError):
                        os.kill(pid, signal.SIGKILL)
                killed += bool(doomed)
            process.wait()
        subprocess.run(_command("crawl", str(folder / "home"), site), check=True)
        with warehouse.session() as session:
            rows = session.query("select crawl_id, url, price from offers").to_pylist()
            ended = session.query("select crawl_id, offers, planned, outcome from crawls").to_pylist()
    truth = {f"{url}/p/{n}": Decimal(n + 100) / 100 for n in range(KILL_PAGES)}
    assert {row["crawl_id"] for row in rows} <= {crawl["crawl_id"] for crawl in ended}
    for crawl in ended:
        found = [(row["url"], row["price"]) for row in rows if row["crawl_id"] == crawl["crawl_id"]]
        assert len(found) == len(set(found)) == crawl["offers"], crawl
        # Killed too often to be started again, it is partial and says so.
        assert set(found) == truth.items() if crawl["outcome"] == "finished" else set(found) <= truth.items(), crawl
    finished = sum(crawl["outcome"] == "finished" for crawl in ended)
    assert finished
    print(
        f"kills: {killed} during {starts} starts; in the lake {finished} whole crawls of {KILL_PAGES:,} offers and "
        f"{len(ended) - finished} partial ones: nothing lost, nothing doubled"
    )


def cost(folder: Path) -> None:
    """CPU seconds of a crawl and of its parts."""
    # As installed: with compiled bytecode, which the first run of each part brings about.
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    os.environ["PYTHONPYCACHEPREFIX"] = str(folder / "bytecode")
    for kind, count in COST_PAGES.items():
        pages = folder / kind
        pages.mkdir()
        bodies = [page.html() for page in labelled_pages()] if kind == "real" else [small_page()]
        for number, body in enumerate(bodies):
            (pages / f"{number:03}.html").write_bytes(body)
        with shop(pages, count) as url:
            site = site_file(pages, url, count)
            home = folder / f"home-{kind}"
            for part in (
                _command("download", url, "1"),
                _command("extract", str(pages), "1", url),
                _command("crawl", str(folder / "first"), site_file(pages, url, 1)),
            ):
                subprocess.run(part, check=True)
            download = _cpu(_command("download", url, str(count)))
            extract = _cpu(_command("extract", str(pages), str(count), url))
            crawl = _cpu(_command("crawl", str(home), site))
        with Warehouse.open(Settings(home=home)) as warehouse, warehouse.session() as session:
            (row,) = session.query("select fetched, offers from crawls").to_pylist()
        assert row["fetched"] == count, row
        times = crawl / (download + extract)
        print(
            f"cost, {count} {kind} pages: download {download:.1f} s + extract {extract:.1f} s = "
            f"{download + extract:.1f} s CPU; crawl {crawl:.1f} s, {times:.2f} times (at most {MOST_TIMES})"
        )


def memory(folder: Path) -> None:
    """Resident memory of the crawling process as the pages come in."""
    (folder / "small.html").write_bytes(small_page())
    home = folder / "home"
    with shop(folder, MEMORY_PAGES) as url:
        site = site_file(folder, url, MEMORY_PAGES)
        process = subprocess.Popen(_command("crawl", str(home), site))
        seen: list[tuple[int, int]] = []
        while process.poll() is None:
            for spool in (home / "crawls" / "shop" / "unfinished").glob("*/messages.jsonl"):
                done = spool.read_bytes().count(b'"Fetched"')
                for child in _children(process.pid):
                    if (kilobytes := _resident(child)) and done:
                        seen.append((done, kilobytes))
            time.sleep(0.5)
        assert process.returncode == 0
    early = max(kb for done, kb in seen if done <= MEMORY_PAGES // 5)
    last = max(kb for done, kb in seen if done > MEMORY_PAGES * 4 // 5)
    print(
        f"memory: at most {early / 1000:.0f} MB in the first fifth of {MEMORY_PAGES:,} pages, {last / 1000:.0f} MB in "
        f"the last: {last / early:.2f} times (at most {MOST_GROWTH})"
    )


def _command(*arguments: str) -> list[str]:
    return [sys.executable, "-m", "benchmarks.crawled_shop", *arguments]


def _cpu(command: list[str]) -> float:
    """CPU seconds of a process and its children."""
    before = _children_cpu()
    subprocess.run(command, check=True)
    return _children_cpu() - before


def _children_cpu() -> float:
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def _children(parent: int) -> list[int]:
    found = []
    for entry in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            if int((entry / "stat").read_text().rsplit(")", 1)[1].split()[1]) == parent:
                found.append(int(entry.name))
    return found


def _resident(pid: int) -> int | None:
    """Kilobytes in memory."""
    with suppress(OSError):
        found = re.search(r"^VmRSS:\s*(\d+) kB$", Path(f"/proc/{pid}/status").read_text(), re.MULTILINE)
        return int(found.group(1)) if found else None
    return None


MEASUREMENTS: dict[str, Callable[[Path], None]] = {f.__name__: f for f in (kills, cost, memory)}


def main() -> None:
    """Make the measurements named, or all."""
    for name in sys.argv[1:] or MEASUREMENTS:
        with tempfile.TemporaryDirectory() as folder:
            MEASUREMENTS[name](Path(folder))


if __name__ == "__main__":
    main()
