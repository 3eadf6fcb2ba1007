"""Estimate how far each reader has earned to be believed, field by field, from labelled pages.

A reader's first choice on a page is right or wrong; a shop counts as one, however many of its pages are here, since
they share their software. The share of right ones is smoothed (Laplace) towards what an unmeasured reader gets, and
divided by what the reader itself says of those choices: the result corrects its confidence, it does not replace it. A
page whose label is missing says nothing: labels name what a visitor sees, and a GTIN in the page's data is no error;
nor does one whose label is a slip.

Run: python -m benchmarks.fit_resolver [--write]
"""

from __future__ import annotations

import sys
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

from benchmarks.pages import LabelledPage, is_thousandth, labelled_pages
from benchmarks.rule import STOCK, is_right
from scrapers.extraction import reliability
from scrapers.extraction.page import Page
from scrapers.extraction.product import readings_of
from scrapers.extraction.reading import Reading
from scrapers.extraction.reliability import UNMEASURED

FIELDS = ("price", "currency", "availability", "sku", "brand", "mpn", "gtin")
SMOOTHING = 2.0
"""Shops' worth of belief in an unmeasured reader."""
CALIBRATED = frozenset({("visible", "price")})
"""What is a probability already: its own fit makes it one (fit_price_finder)."""


@dataclass(frozen=True)
class Trial:
    """A reader's first choice for a field on one page."""

    shop: str
    reader: str
    field: str
    confidence: float
    right: bool


def trials(page: LabelledPage) -> list[Trial]:
    """Every reader's first choices on a page, for the fields that are labelled there."""
    best: dict[tuple[str, str], Reading] = {}
    for reading in readings_of(Page.parse(page.html(), page.url), None, {}):
        key = reading.reader, reading.field
        if key not in best or reading.confidence > best[key].confidence:
            best[key] = reading
    stated = [r.value for r in best.values() if r.field == "price" and isinstance(r.value, Decimal)]
    slips = {"price"} if any(is_thousandth(page.accepted.get("price", ()), amount) for amount in stated) else set()
    return [
        Trial(page.shop, reader, field, reading.confidence, is_right(field, _written(reading), page.accepted[field]))
        for (reader, field), reading in best.items()
        if field in FIELDS and page.accepted.get(field) and field not in slips
    ]


def _written(reading: Reading) -> str:
    return STOCK.get(str(reading.value), str(reading.value))


def fit(found: Sequence[Trial]) -> dict[tuple[str, str], float]:
    """The correction of each reader's confidence, by reader and field."""
    pages = Counter((t.reader, t.field, t.shop) for t in found)
    sums: defaultdict[tuple[str, str], list[float]] = defaultdict(lambda: [0.0, 0.0, 0.0])
    for trial in found:
        share = 1 / pages[trial.reader, trial.field, trial.shop]
        entry = sums[trial.reader, trial.field]
        entry[0] += share
        entry[1] += share * trial.right
        entry[2] += share * trial.confidence
    fitted = {}
    for key, (shops, right, claimed) in sums.items():
        mean = claimed / shops
        earned = (right + SMOOTHING * UNMEASURED * mean) / (shops + SMOOTHING)
        fitted[key] = 1.0 if key in CALIBRATED else round(min(earned / mean, 1.1), 3)
    return fitted


def main() -> None:
    """Print the table; with --write, put it into the package."""
    found = [trial for page in labelled_pages() for trial in trials(page)]
    fitted = dict(sorted(fit(found).items(), key=lambda entry: (FIELDS.index(entry[0][1]), -entry[1])))
    for (reader, field), value in fitted.items():
        those = [t for t in found if (t.reader, t.field) == (reader, field)]
        shops = len({t.shop for t in those})
        print(
            f"{field:<14}{reader:<14}{value:6.3f}   {sum(t.right for t in those)} of {len(those)} pages, {shops} shops"
        )
    if "--write" in sys.argv:
        lines = "".join(f'    ("{reader}", "{field}"): {value},\n' for (reader, field), value in fitted.items())
        path = Path(reliability.__file__)
        head = path.read_text(encoding="utf-8").partition("RELIABILITY")[0]
        path.write_text(
            f"{head}RELIABILITY: dict[tuple[str, str], float] = {{\n{lines}}}\n"
            '"""By reader and field; written by `python -m benchmarks.fit_resolver --write`."""\n',
            encoding="utf-8",
        )
        print(f"written to {path}")


if __name__ == "__main__":
    main()
