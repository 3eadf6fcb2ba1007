"""How right and how fast product pages are read: precision, recall and F1 per field over saved pages of real shops.

The rule is the benchmark's own: a value counts where it equals any accepted one (prices as decimals); precision is over
the pages with a prediction, recall over the pages with a label. Sealed shops are left out (benchmarks/pages.py).

Run: python -m benchmarks.bench_extraction
"""

from __future__ import annotations

import time
from collections import Counter
from decimal import Decimal

from benchmarks.pages import SEALED_SHOPS, open_pages
from scrapers.extraction.currencies import resolve_currency
from scrapers.extraction.page import Page
from scrapers.extraction.product import Product, extract

FIELDS = ("price", "currency", "availability", "sku", "brand", "mpn", "gtin")
_STOCK = {"in_stock": "InStock", "out_of_stock": "OutOfStock"}


def predicted(product: Product, name: str) -> str | None:
    """A field as the labels write it."""
    value = getattr(product, name)
    if value is None:
        return None
    return _STOCK.get(str(value), str(value)) if name == "availability" else str(value)


def is_right(name: str, value: str, accepted: tuple[str, ...]) -> bool:
    """Whether a prediction equals an accepted value."""
    if name == "price":
        return any(Decimal(value) == Decimal(right) for right in accepted)
    if name == "gtin":
        return any(value == right.zfill(14) for right in accepted)
    if name == "currency":  # labelled as written on the page ("$"); the code must be one that it can mean
        return value in {resolve_currency(right, value) for right in accepted}
    return value.casefold() in {right.casefold() for right in accepted}


def main() -> None:
    """Print the figures."""
    pages = open_pages()
    counts: Counter[tuple[str, str]] = Counter()
    extracting = parsing = 0.0
    for page in pages:
        html = page.html()
        begun = time.perf_counter()
        Page.parse(html, page.url)
        parsed = time.perf_counter()
        product = extract(html, page.url)
        parsing += parsed - begun
        extracting += time.perf_counter() - parsed
        for name in FIELDS:
            value, accepted = predicted(product, name), page.accepted.get(name, ())
            counts[name, "labelled"] += bool(accepted)
            counts[name, "predicted"] += value is not None
            counts[name, "right"] += value is not None and is_right(name, value, accepted)
    print(f"{len(pages)} pages of {len({page.shop for page in pages})} shops, {SEALED_SHOPS} more sealed")
    print(f"{'field':<14}{'labelled':>9}{'predicted':>10}{'right':>7}{'precision':>11}{'recall':>8}{'F1':>7}")
    for name in FIELDS:
        labelled, made, right = (counts[name, kind] for kind in ("labelled", "predicted", "right"))
        precision, recall = right / made if made else 0.0, right / labelled if labelled else 0.0
        f1 = 2 * precision * recall / (precision + recall) if right else 0.0
        print(f"{name:<14}{labelled:>9}{made:>10}{right:>7}{precision:>11.3f}{recall:>8.3f}{f1:>7.3f}")
    print(f"{1000 * extracting / len(pages):.1f} ms a page, {extracting / parsing:.1f} times parsing alone")


if __name__ == "__main__":
    main()
