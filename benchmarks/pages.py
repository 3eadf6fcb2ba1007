"""Saved product pages with labels: 78 of 27 shops, from Zyte's product extraction benchmark.

A shop is a family of hosts: example.de and example.co.uk are one, since they share their software. What is fitted on
these pages is judged shop by shop, each by a fit without its pages; rules were written by people who have looked at all
of them, so no figure here is one on shops not seen. Until 2026-11-23 seven of the shops were sealed: what was measured
on them then is in docs/adr/0011-readings-are-weighed.md.

Four labelled prices are a thousandth of what the page shows: "Rs 23,450" is labelled 23.450, "$24.990" in Chilean pesos
24.99, "$2.449" in Argentine pesos 2.449. Figures count them as the labels do, as misses; nothing is fitted to them.
"""

from __future__ import annotations

import gzip
import json
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

from tldextract import TLDExtract

FOLDER = Path(__file__).parents[2] / "shared" / "data" / "pages"

_extract = TLDExtract(suffix_list_urls=(), cache_dir=None)  # the list in the package: nothing is fetched


@dataclass(frozen=True)
class LabelledPage:
    """A saved page; `accepted` lists by field every value that counts as right."""

    shop: str
    url: str
    path: Path
    accepted: Mapping[str, tuple[str, ...]]

    def html(self) -> bytes:
        """The page as it was saved."""
        return gzip.decompress(self.path.read_bytes())


def shop_of(url: str) -> str:
    """The family a page's host belongs to: its registrable domain without the public suffix."""
    return _extract(url).domain


def labelled_pages(folder: Path = FOLDER) -> list[LabelledPage]:
    """The labelled pages; FileNotFoundError where the data is not here."""
    truth = json.loads((folder / "ground-truth.json").read_text(encoding="utf-8"))
    return [
        LabelledPage(
            shop_of(labels["url"]),
            labels["url"],
            folder / "html" / f"{page}.html.gz",
            {name: tuple(values) for name, values in labels.items() if isinstance(values, list)},
        )
        for page, labels in truth.items()
    ]


def is_thousandth(accepted: tuple[str, ...], amount: Decimal) -> bool:
    """Whether a price's label is `amount` with its thousands taken for decimals."""
    return any(Decimal(value) * 1000 == amount for value in accepted)
