"""The links of a page, resolved, with what is needed to tell them apart."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from urllib.parse import urldefrag, urljoin

from scrapers.extraction.page import Element, Page

_MOST = 5_000
"""Links of a page; a list of products has hundreds."""
_LONGEST = 2083
_TEXT = 200


@dataclass(frozen=True, slots=True, eq=False)
class Link:
    """An `a` or `link` element that leads to an address of the site."""

    element: Element
    url: str
    """Absolute, without fragment."""
    rel: frozenset[str]

    @property
    def text(self) -> str:
        """What it says, on one line."""
        return " ".join("".join(self.element.itertext()).split())[:_TEXT]


def base_of(page: Page) -> str:
    """What relative addresses of the page are relative to."""
    base = page.root.find(".//base[@href]") if page.root is not None else None
    return page.url if base is None else resolve(page.url, base.get("href")) or page.url


def resolve(base: str, href: str | None) -> str | None:
    """The absolute address, without fragment; None where there is none."""
    if not href or len(href) > _LONGEST:
        return None
    try:
        return urldefrag(urljoin(base, href.strip())).url
    except ValueError:
        return None


def links_of(page: Page, may_visit: Callable[[str], bool]) -> Iterator[Link]:
    """The page's links to addresses that may be visited, in its order."""
    if page.root is None:
        return
    base = base_of(page)
    for number, element in enumerate(page.root.iter("a", "link")):
        if number >= _MOST:
            return
        url = resolve(base, element.get("href"))
        if url and may_visit(url):
            yield Link(element, url, frozenset((element.get("rel") or "").lower().split()))
