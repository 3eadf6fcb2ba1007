"""Saved product pages with labels (Zyte's product extraction benchmark), and the seal on some of their shops.

Seven of the 27 shops stay unread until the extraction work is measured once, at its end; a figure on pages that
somebody has looked at says little. The seal is a rule, not a list: shops sorted by the sha256 of their name, the first
seven. A shop is a family of hosts: example.de and example.co.uk are one, since they share their software.
"""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from tldextract import TLDExtract

FOLDER = Path(__file__).parents[2] / "shared" / "data" / "pages"
SEALED_SHOPS = 7

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


def sealed_shops(urls: Iterable[str]) -> frozenset[str]:
    """The shops among `urls` that stay unread."""
    shops = {shop_of(url) for url in urls}
    return frozenset(sorted(shops, key=lambda shop: sha256(shop.encode()).hexdigest())[:SEALED_SHOPS])


def open_pages(folder: Path = FOLDER) -> list[LabelledPage]:
    """The labelled pages of the shops that are not sealed; FileNotFoundError where the data is not here."""
    return _pages(folder, sealed=False)


def sealed_pages(folder: Path = FOLDER) -> list[LabelledPage]:
    """The pages of the sealed shops: to be measured once, when nothing is changed any more, and never looked at."""
    return _pages(folder, sealed=True)


def _pages(folder: Path, *, sealed: bool) -> list[LabelledPage]:
    truth = json.loads((folder / "ground-truth.json").read_text(encoding="utf-8"))
    closed = sealed_shops(labels["url"] for labels in truth.values())
    return [
        LabelledPage(
            shop_of(labels["url"]),
            labels["url"],
            folder / "html" / f"{page}.html.gz",
            {name: tuple(values) for name, values in labels.items() if isinstance(values, list)},
        )
        for page, labels in truth.items()
        if (shop_of(labels["url"]) in closed) == sealed
    ]
