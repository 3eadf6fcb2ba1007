"""What finding candidates takes: 10,000, 30,000 and 100,000 products against as many offers; and what it finds.

Titles are those of the labelled tables (../shared/data/matching) made many: a new product is a real title with letters
and digits of its model numbers drawn anew and every fifth word taken from another title, so that common words are as
common as in real tables and rare ones stay rare however many titles there are. Half of the offers are of our products,
with words left out, moved and put in; the others are of products of the same kind that we do not have.

Run: python -m benchmarks candidates, or one size alone with python -m benchmarks.bench_candidates 30000
"""

from __future__ import annotations

import random
import resource
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from pricing.matching.blocking.candidates import best_for_left, find_candidates
from pricing.matching.listing import Listing
from pricing.matching.tables import read_tables

TABLES = Path(__file__).parents[2] / "shared" / "data" / "matching"
SIZES = (10_000, 30_000, 100_000)


def main(sizes: Sequence[str]) -> None:
    """Measure each size in a process of its own, so that each has its own peak."""
    if not TABLES.exists():
        print(f"the labelled tables are not at {TABLES}: nothing measured")
    elif len(sizes) == 1:
        measure(int(sizes[0]))
    else:
        for size in SIZES:
            subprocess.run([sys.executable, "-m", "benchmarks.bench_candidates", str(size)], check=True)


def measure(size: int) -> None:
    """Print what it takes, in this process, and how often the true offer is among a product's ten."""
    rng = random.Random(7)
    titles = real_titles()
    products = [make(f"p{at}", titles, rng) for at in range(size)]
    strangers = [make("", titles, rng) for _ in range(size - size // 2)]
    offers = [retold(f"o{at}", listing, titles, rng) for at, listing in enumerate([*products[: size // 2], *strangers])]
    del titles, strangers
    print(f"{size:,} products against {size:,} offers, after {megabytes():,.0f} MB for the listings:", flush=True)
    for find in (find_candidates, best_for_left):
        wall, cpu = time.perf_counter(), time.process_time()
        found = find(products, offers, top=10)
        wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
        true = ((found.left == found.right) & (found.right < size // 2)).sum() / (size // 2)
        print(
            f"  {find.__name__}: {cpu:,.0f} s of processor time ({wall:,.0f} s on the clock), "
            f"peak {megabytes():,.0f} MB, {len(found):,} pairs, {true:.2%} of the true ones among them",
            flush=True,
        )


def real_titles() -> list[list[str]]:
    """The words of every title of the labelled tables."""
    tables = (side for folder in sorted(TABLES.iterdir()) if folder.is_dir() for side in sides(folder))
    return [words for table in tables for listing in table if (words := (listing.title or "").split())]


def sides(folder: Path) -> Iterator[list[Listing]]:
    yield from read_tables(folder / "tableA.csv", folder / "tableB.csv")


def make(own: str, titles: Sequence[Sequence[str]], rng: random.Random) -> Listing:
    """A new product out of a real title."""
    words = list(rng.choice(titles))
    for at, word in enumerate(words):
        if len(word) > 3 and any(c.isdigit() for c in word):
            words[at] = "".join(redrawn(c, rng) for c in word)
        elif rng.random() < 0.2:
            words[at] = rng.choice(rng.choice(titles))
    return Listing(own, " ".join(words), price=round(rng.lognormvariate(3.5, 1.2), 2))


def redrawn(character: str, rng: random.Random) -> str:
    if character.isdigit():
        return rng.choice("0123456789")
    return rng.choice("abcdefghijklmnopqrstuvwxyz") if character.isalpha() and rng.random() < 0.5 else character


def retold(own: str, listing: Listing, titles: Sequence[Sequence[str]], rng: random.Random) -> Listing:
    """The same product as another shop would list it: a fifth of its words gone, two moved, one or two put in."""
    words = [word for word in (listing.title or "").split() if rng.random() < 0.8] or [listing.title or ""]
    words.insert(0, words.pop(rng.randrange(len(words))))
    for _ in range(rng.randrange(3)):
        words.insert(rng.randrange(len(words) + 1), rng.choice(rng.choice(titles)))
    price = None if listing.price is None else round(listing.price * rng.lognormvariate(0, 0.15), 2)
    return replace(listing, id=own, title=" ".join(words), price=price, seller="shop")


def megabytes() -> float:
    """The most memory that this process had."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


if __name__ == "__main__":
    main(sys.argv[1:])
