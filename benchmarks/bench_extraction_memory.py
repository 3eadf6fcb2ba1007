"""Whether memory grows from page to page: 5,000 pages read in one process, its resident memory printed on the way.

The pages are the labelled ones over and over, each time with other class names and texts, so that nothing is read
twice. The first thousand warm caches up; after that the figure must stand still.

Run: python -m benchmarks.bench_extraction_memory
"""

from __future__ import annotations

import re
from pathlib import Path

from benchmarks.pages import labelled_pages
from scrapers.extraction.product import extract

PAGES = 5000
STEP = 500
_CLASS = re.compile(rb'class="')


def resident_megabytes() -> float:
    """What this process holds in memory now (Linux)."""
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * 4096 / 1024 / 1024


def main() -> None:
    """Print resident memory after every 500 pages, and the growth over the last 4,000."""
    sources = [(page.html(), page.url) for page in labelled_pages()]
    settled = 0.0
    for number in range(1, PAGES + 1):
        html, url = sources[number % len(sources)]
        extract(_CLASS.sub(b'class="n%d-' % number, html[:200_000]), f"{url}?n={number}")
        if number % STEP == 0:
            resident = resident_megabytes()
            settled = settled if number > 1000 else resident
            print(f"{number:>6} pages{resident:>9.0f} MB", flush=True)
    print(f"growth over the last {PAGES - 1000} pages: {resident_megabytes() - settled:+.0f} MB")


if __name__ == "__main__":
    main()
