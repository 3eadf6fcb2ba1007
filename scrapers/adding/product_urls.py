"""Telling product pages by their addresses: from a few that are known to be, or not to be, a regular expression."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from itertools import zip_longest
from urllib.parse import urlsplit

_TAILS = (
    r"-\d+\.html?$", r"_\d+\.html?$", r"/\d+\.html?$", r"-p-?\d+(?:\.html?)?/?$", r"/p/?\d+/?$", r"/p/?$",
    r"_\d+/?$", r"-\d+/?$", r"/\d+/?$", r"\.html?$",
)  # fmt: skip
"""How addresses of products end in shops that number them."""
_RARE = 3
"""A first segment that fewer addresses share is a product's own name, not a section of the shop."""


def spread(urls: Sequence[str], count: int) -> list[str]:
    """At most `count` of the addresses, evenly from first to last: neighbours in a list are of one kind."""
    if len(urls) <= count:
        return list(urls)
    return [urls[place * len(urls) // count] for place in range(count)]


def by_shape(urls: Sequence[str]) -> list[list[str]]:
    """The addresses in groups of one shape (section, depth, ending), the largest group first."""
    sections = Counter(_segments(url)[0] for url in urls if _segments(url))
    groups: dict[tuple[object, ...], list[str]] = defaultdict(list)
    for url in urls:
        segments = _segments(url)
        section = segments[0] if segments and len(segments) > 1 and sections[segments[0]] >= _RARE else None
        tail = next((tail for tail in _TAILS if re.search(tail, _path(url))), None)
        groups[section, len(segments), tail].append(url)
    return sorted(groups.values(), key=len, reverse=True)


def pattern(products: Sequence[str], others: Sequence[str]) -> str | None:
    """A regular expression found in the addresses of all `products` and of none of the `others`.

    None where there are no others to be told apart, or where no simple one tells them apart.
    """
    if not products or not others:
        return None
    return next(
        (
            found
            for found in _candidates(products)
            if all(re.search(found, url) for url in products) and not any(re.search(found, url) for url in others)
        ),
        None,
    )


def _candidates(products: Sequence[str]) -> Iterator[str]:
    """From what says most to what says least: a section's name, an ending, a depth; and two of them together."""
    sections = [
        f"/{re.escape(segments[0])}/"
        for segments in zip_longest(*(_segments(url)[:-1] for url in products))
        if segments[0] is not None and len(set(segments)) == 1
    ]
    tails = [tail for tail in _TAILS if all(re.search(tail, url) for url in products)]
    depths = {len(_segments(url)) for url in products}
    depth = [rf"^https?://[^/]+(?:/[^/?]+){{{depths.pop()}}}/?$"] if len(depths) == 1 else []
    yield from (*sections, *tails, *depth)
    for section in sections:
        for tail in tails:
            yield f"{section}.*{tail}"


def _path(url: str) -> str:
    try:
        return urlsplit(url).path
    except ValueError:
        return ""


def _segments(url: str) -> list[str]:
    return [segment for segment in _path(url).split("/") if segment]
