"""What a page is about, by its address and its titles: the measure by which its own product is told from others."""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import parse_qsl, unquote, urljoin, urlsplit

from scrapers.extraction.page import Page

_WORD = re.compile(r"\w+")
_LONGEST = 300
_LONGEST_URL = 2083
_MOST_ADDRESSES = 5
_MOST_TITLES = 10
_ID = re.compile(r"(?=[^\W_]*\d)[^\W_]+(?:[-_.][^\W_]+)*")
"""A run of letters and digits with a digit in it, parts joined by "-", "_" or "."."""
_PART = re.compile(r"[^\W_]*\d[^\W_]*")
_SHORTEST_ID = 3
_MOST_IDS = 40
_TELLING = 5
"""Letters of a shop's name from which on it is looked for within other names."""
_TRACKING = re.compile(r"utm_|gclid|fbclid|ref|cat|page|index|lang|session|sid$|aid$|campaign", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Subject:
    """What the page's address and titles say that it is about."""

    paths: frozenset[str] = frozenset()
    """Paths of the page's addresses: its own, the canonical one, Open Graph's."""
    titles: tuple[frozenset[str], ...] = ()
    """The words of each of its titles: Open Graph's, else the document's, and the headings of the first level."""
    ids: tuple[str, ...] = ()
    """Parts of the address that look like a product's number, in small letters, the last ones first."""
    shop: frozenset[str] = frozenset()
    """The shop's names, as its host and Open Graph tell them: letters and digits, in small letters."""

    @classmethod
    def of(cls, page: Page) -> Subject:
        """Of a parsed page."""
        if page.root is None:
            return cls(frozenset({path_of(page.url)}), (), ids_of(page.url))
        addresses, texts, named, shop = [page.url], [], "", _host_names(page.url)
        for _, element in page.tagged("h1", "link", "meta", "title"):
            tag = element.tag
            if tag == "h1":
                texts.append("".join(element.itertext()))
            elif tag == "title":
                named = named or element.text or ""
            elif tag == "link":
                if element.get("rel") == "canonical":
                    addresses.append(element.get("href", ""))
            elif element.get("property") == "og:url":
                addresses.append(element.get("content", ""))
            elif element.get("property") == "og:title":
                named = element.get("content", "")
            elif element.get("property") == "og:site_name":
                shop.append(element.get("content", "")[:_LONGEST])
        addresses = [url for stated in addresses[:_MOST_ADDRESSES] if (url := absolute(stated, page.url))]
        texts = [named, *texts[:_MOST_TITLES]]
        titles = tuple(found for text in texts if (found := words(text)))
        ids = dict.fromkeys(identifier for url in addresses for identifier in ids_of(url))
        return cls(frozenset(map(path_of, addresses)), titles, tuple(ids), frozenset(filter(None, map(_letters, shop))))

    def is_at(self, url: str | None) -> bool:
        """Whether `url` is the page's own address, queries aside."""
        return url is not None and path_of(url) in self.paths

    def likeness(self, name: str | None) -> float:
        """How far `name` names what a title names: the share of words in common, 0 to 1."""
        own = words(name or "")
        if not own:
            return 0.0
        return max((len(own & title) / min(len(own), len(title)) * _evenness(own, title) for title in self.titles),
                   default=0.0)  # fmt: skip

    def is_shop(self, name: str) -> bool:
        """Whether `name` is the shop's own and stands in no heading: "Acme Online Store" at acme.example."""
        letters = _letters(name)
        is_own = any(shop == letters or (len(shop) >= _TELLING and shop in letters) for shop in self.shop)
        return is_own and not any(words(name) <= heading for heading in self.titles[1:])


NOWHERE = Subject()
"""A page of which nothing is known."""


def _evenness(a: frozenset[str], b: frozenset[str]) -> float:
    """A little less for texts of unlike length, so that of two names that fit the fuller one wins."""
    return 0.8 + 0.2 * min(len(a), len(b)) / max(len(a), len(b))


def _host_names(url: str) -> list[str]:
    """The parts of the host that may be the shop's name: without the top-level domain, and "www"."""
    try:
        parts = (urlsplit(url).hostname or "").split(".")[:-1]
    except ValueError:
        return []
    return [part for part in parts if len(part) >= _SHORTEST_ID and part != "www"]


def _letters(text: str) -> str:
    return re.sub(r"[\W_]", "", text.casefold())


def absolute(url: str | None, base: str) -> str | None:
    """`url` as seen from the page at `base`; None for what is no address, or is one in itself (data:)."""
    if not url or url.startswith("data:"):
        return None
    try:
        return urljoin(base, url[:_LONGEST_URL].strip())
    except ValueError:
        return None


def words(text: str) -> frozenset[str]:
    """The words of a text, in small letters."""
    return frozenset(_WORD.findall(text[:_LONGEST].casefold()))


def path_of(url: str) -> str:
    """The path of an address as it is compared: decoded, in small letters, without a slash at its end."""
    try:
        return unquote(urlsplit(url).path).rstrip("/").casefold()
    except ValueError:
        return url


def ids_of(url: str) -> tuple[str, ...]:
    """What in an address may be a product's number."""
    try:
        parts = urlsplit(url[:_LONGEST_URL])
        queries = parse_qsl(parts.query[:500]) + parse_qsl(parts.fragment[:500])
    except ValueError:
        return ()
    segments = [unquote(segment) for segment in parts.path.split("/") if segment]
    texts = [value for name, value in queries if not _TRACKING.match(name)] + segments[::-1]
    found: dict[str, None] = {}
    for text in texts:
        stem = re.sub(r"\.\w{2,5}$", "", text.casefold()[:_LONGEST])
        found.update(dict.fromkeys(_ID.findall(stem)))
        found.update(dict.fromkeys(reversed(_PART.findall(stem))))
    return tuple(identifier for identifier in found if len(identifier) >= _SHORTEST_ID)[:_MOST_IDS]
