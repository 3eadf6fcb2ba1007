"""How right and how fast product pages are read: precision, recall and F1 per field over saved pages of real shops.

The rule is the benchmark's own (Zyte's product extraction benchmark): a value counts where it equals any accepted one,
prices as decimals, currencies by the code that the sign on the page can mean; precision is over the pages with a
prediction, recall over the pages with a label. What is fitted on labelled pages (the weights of the visible price
finder, how far each reader is believed) is fitted anew for each shop without that shop's pages; rules were written by
people who have seen all of these shops (benchmarks/pages.py).

Speed is CPU time a page, beside lxml.html parsing the same pages and extruct reading all its syntaxes, page by page in
the same run.

Run: python -m benchmarks.bench_extraction [--misses] [--no-speed] [--without structured]
     --without structured measures the visible reader: the same pages without their scripts, microdata, RDFa and Open
     Graph tags, so that nothing is left but what a visitor sees.
"""

from __future__ import annotations

import sys
import time
import warnings
from codecs import BOM_UTF8
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from unittest.mock import patch

from lxml import etree

from benchmarks import fit_price_finder, fit_resolver
from benchmarks.pages import LabelledPage, labelled_pages
from benchmarks.rule import STOCK, is_right
from scrapers.extraction.page import Page
from scrapers.extraction.product import Product, extract
from scrapers.extraction.reliability import RELIABILITY
from scrapers.extraction.visible.weights import WEIGHTS

FIELDS = ("price", "currency", "availability", "sku", "brand", "mpn", "gtin")
_STRUCTURE = ("itemscope", "itemtype", "itemprop", "itemid", "typeof", "property")


@dataclass(frozen=True)
class BarePage(LabelledPage):
    """A page without the data that it carries for machines."""

    def html(self) -> bytes:
        """What a visitor sees."""
        root = Page.parse(super().html(), self.url).root
        if root is None:
            return b""
        etree.strip_elements(root, "script", with_tail=False)
        etree.strip_attributes(root, *_STRUCTURE)
        return BOM_UTF8 + bytes(etree.tostring(root, method="html", encoding="utf-8"))


def predicted(product: Product, name: str) -> str | None:
    """A field as the labels write it."""
    value = getattr(product, name)
    if value is None:
        return None
    return STOCK.get(str(value), str(value)) if name == "availability" else str(value)


@dataclass
class Tally:
    """Counts of one field over many pages."""

    labelled: int = 0
    made: int = 0
    right: int = 0
    misses: list[str] = field(default_factory=list)

    def add(self, name: str, page: LabelledPage, product: Product) -> None:
        value, accepted = predicted(product, name), page.accepted.get(name, ())
        hit = value is not None and is_right(name, value, accepted)
        self.labelled += bool(accepted)
        self.made += value is not None
        self.right += hit
        if not hit and (accepted or value is not None):
            source = product.sources.get(name)
            said = f"{source.reader} {source.confidence}: {source.evidence}" if source else "nothing found"
            self.misses.append(f"{page.url[:70]} read {value}, right {list(accepted)} ({said})")

    def line(self, name: str) -> str:
        precision = self.right / self.made if self.made else 0.0
        recall = self.right / self.labelled if self.labelled else 0.0
        f1 = 2 * precision * recall / (precision + recall) if self.right else 0.0
        wrong, missed = self.made - self.right, self.labelled - self.right
        return (
            f"{name:<14}{self.labelled:>9}{self.made:>10}{self.right:>7}{wrong:>7}{missed:>8}"
            f"{precision:>11.3f}{recall:>8.3f}{f1:>7.3f}"
        )


def measure(pages: Sequence[LabelledPage], *, fitted_without: bool) -> dict[str, Tally]:
    """Tallies by field; with `fitted_without`, each shop is read with weights fitted on the other shops."""
    tallies = {name: Tally() for name in FIELDS}
    examples = [fit_price_finder.example(page) for page in pages] if fitted_without else []
    trials = [trial for page in pages for trial in fit_resolver.trials(page)] if fitted_without else []
    for shop in sorted({page.shop for page in pages}):
        others = [example for example in examples if example.shop != shop]
        weights = dict(zip(fit_price_finder.NAMES, fit_price_finder.fit(others), strict=True)) if others else {}
        reliability = fit_resolver.fit([trial for trial in trials if trial.shop != shop])
        with patch.dict(WEIGHTS, weights), patch.dict(RELIABILITY, reliability):
            for page in (p for p in pages if p.shop == shop):
                product = extract(page.html(), page.url)
                for name, tally in tallies.items():
                    tally.add(name, page, product)
    return tallies


def show(title: str, tallies: dict[str, Tally]) -> None:
    """Print one table."""
    print(f"\n{title}")
    print(
        f"{'field':<14}{'labelled':>9}{'predicted':>10}{'right':>7}{'wrong':>7}{'missed':>8}"
        f"{'precision':>11}{'recall':>8}{'F1':>7}"
    )
    for name, tally in tallies.items():
        print(tally.line(name))


def show_misses(tallies: dict[str, Tally]) -> None:
    """Print the pages whose values are not right, by field."""
    for name, tally in tallies.items():
        print(f"\n{name}: {len(tally.misses)} not right")
        print(*(f"  {miss}" for miss in tally.misses), sep="\n")


def speed(pages: Sequence[LabelledPage]) -> None:
    """Print the mean CPU time a page of reading it, of parsing alone, and of extruct."""
    import extruct
    import lxml.html

    readers: dict[str, Callable[[bytes, str], object]] = {
        "lxml.html parsing": lambda html, url: lxml.html.fromstring(html),
        "extract": extract,
        "extruct, all syntaxes": lambda html, url: extruct.extract(html, base_url=url, errors="ignore"),
    }
    spent: Counter[str] = Counter()
    for number, page in enumerate([pages[0], *pages]):  # the first one once more, to have everything loaded
        html = page.html()
        for name, read in readers.items():
            begun = time.process_time_ns()
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # extruct's RDFa reader warns of many pages
                read(html, page.url)
            spent[name] += (time.process_time_ns() - begun) * (number > 0)
    parsing = spent["lxml.html parsing"]
    print()
    for name, nanoseconds in spent.items():
        print(f"{name:<24}{nanoseconds / len(pages) / 1e6:>9.1f} ms a page{nanoseconds / parsing:>7.1f} times parsing")


def main() -> None:
    """Print the figures."""
    pages = labelled_pages()
    if "--without" in sys.argv:
        pages = [BarePage(page.shop, page.url, page.path, page.accepted) for page in pages]
        tallies = measure(pages, fitted_without=True)
        show("pages without structured data, each shop read with weights fitted on the other shops", tallies)
        if "--misses" in sys.argv:
            show_misses(tallies)
        return
    print(f"{len(pages)} pages of {len({page.shop for page in pages})} shops")
    tallies = measure(pages, fitted_without=True)
    show("each shop read with weights fitted on the other shops", tallies)
    if "--misses" in sys.argv:
        show_misses(tallies)
    show("as released, fitted on all of them", measure(pages, fitted_without=False))
    if "--no-speed" not in sys.argv:
        speed(pages)


if __name__ == "__main__":
    main()
