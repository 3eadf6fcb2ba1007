"""Links to products on a page that lists them: those of its repeated cards, each with a price, and of cards like them.

A card is the smallest part of the page that holds a price and a link. Cards repeat: their ways from the top of the
page, by tag names, are the same; a price that stands alone (a basket's total, a filter) has no like.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from urllib.parse import urlsplit

from scrapers.extraction.currencies import ends_with_currency, starts_with_currency
from scrapers.extraction.page import Element, Page
from scrapers.listings.links import Link

_LONGEST_PRICE = 60
"""Characters of a text that is a price and little else."""
_MOST_PRICES = 3_000
_MOST_LINKS = 12
"""Different addresses within one card; a part of the page with more is no card."""

_NUMBER = re.compile(r"\d(?:[\d.,'’\s]{0,14}\d)?")
_UTILITY = re.compile(
    r"(?:^|[/_?&=-])(?:cart|basket|checkout|wishlist|wish-list|compare|comparison|login|log-in|account|register|signin|review|"
    r"reviews|rating|favou?rites?|quick-?view|quickview|add-to|add_to|addtocart|warenkorb|merkzettel|panier|carrito|carrello|"
    r"winkelwagen|koszyk|kosik)(?:$|[/_?&=.-])",
    re.IGNORECASE,
)
_HEADINGS = ("h1", "h2", "h3", "h4", "h5", "h6")
_ASIDE = frozenset({"nav", "header", "footer"})
_CONTENT = frozenset({"article", "main", "li", "section"})

Way = tuple[str, ...]


def product_links(page: Page, links: Iterable[Link]) -> tuple[str, ...]:
    """Addresses of the products that the page lists, each once, in its order."""
    if page.root is None:
        return ()
    here = _address(page.url)
    by_element = {
        link.element: link.url
        for link in links
        if link.element.tag == "a" and not _is_view(_address(link.url), here) and not _is_utility(link.url)
    }
    cards = _priced_cards(page.root, by_element)
    chosen = cards or _pictured(by_element)
    chosen = {**chosen, **_unpriced_beside(chosen, by_element)}
    # In the page's order, whatever way each was found.
    wanted = set(chosen.values())
    return tuple(dict.fromkeys(url for url in by_element.values() if url in wanted))


def _priced_cards(root: Element, links: Mapping[Element, str]) -> dict[Element, str]:
    """Cards that hold a price, with the address of each one's product."""
    with_links: set[Element] = set()
    for link in links:
        for element in (link, *link.iterancestors()):
            if element in with_links:
                break
            with_links.add(element)
    found: dict[Element, str | None] = {}
    for price in _prices(root):
        card = next((element for element in (price, *price.iterancestors()) if element in with_links), None)
        if card is not None and card not in found:
            found[card] = _main_link(card, links) if _is_card(card, links) else None
    by_way: dict[Way, dict[Element, str]] = defaultdict(dict)
    for card, main in found.items():
        if main is not None:
            by_way[_way(card)][card] = main
    repeated = [cards for cards in by_way.values() if len(set(cards.values())) > 1]
    if not repeated:  # a list of one product: its card has a picture, as a basket's total has not
        repeated = [cards for cards in by_way.values() if any(_has_picture(card) for card in cards)]
    # Links to price ranges repeat as well, but where cards have pictures they have none.
    chosen = _with_pictures(repeated, found) or repeated
    return {card: url for cards in chosen for card, url in cards.items()}


def _with_pictures(groups: list[dict[Element, str]], cards: Iterable[Element]) -> list[dict[Element, str]]:
    """Those groups most of whose cards have a picture, within the card or beside it in what holds no other card."""
    held = Counter(above for card in cards for above in card.iterancestors())
    return [group for group in groups if 2 * sum(_has_picture(_whole(card, held)) for card in group) > len(group)]


def _whole(card: Element, held: Mapping[Element, int]) -> Element:
    """The largest part of the page around a card that holds no other card."""
    for above in card.iterancestors():
        if held[above] > 1 or above.tag == "body":
            break
        card = above
    return card


def _prices(root: Element) -> Iterable[Element]:
    """The smallest elements whose text is a price."""
    seen: set[Element] = set()
    for element in root.iter():
        if not isinstance(element.tag, str) or element.tag in ("script", "style", "noscript", "template"):
            continue
        if not _has_digit(element.text) and not any(_has_digit(child.tail) for child in element):
            continue
        host = element
        for _ in range(3):  # a price may be written in several elements: <b>12</b><sup>99</sup> <i>€</i>
            text = _short_text(host)
            if text is None or host is None:
                break
            if _is_price(text):
                if host not in seen:
                    seen.add(host)
                    yield host
                break
            host = host.getparent()
        if len(seen) >= _MOST_PRICES:
            return


def _has_digit(text: str | None) -> bool:
    return text is not None and any(character.isdigit() for character in text)


def _short_text(element: Element | None) -> str | None:
    """The element's text; None where it is longer than a price."""
    if element is None:
        return None
    parts: list[str] = []
    length = 0
    for text in element.itertext():
        parts.append(text)
        length += len(text.strip())
        if length > _LONGEST_PRICE or len(parts) > _LONGEST_PRICE:
            return None
    return " ".join("".join(parts).split())


def _is_price(text: str) -> bool:
    return any(
        ends_with_currency(text[: number.start()].rstrip()) or starts_with_currency(text[number.end() :].lstrip())
        for number in _NUMBER.finditer(text)
    )


def _is_card(element: Element, links: Mapping[Element, str]) -> bool:
    """Whether a part of the page that holds a price and links is no more than a card."""
    urls: set[str] = set()
    for a in element.iter("a"):
        if a in links:
            urls.add(links[a])
            if len(urls) > _MOST_LINKS:
                return False
    return element.tag not in ("body", "html") and not _is_aside(element)


def _main_link(card: Element, links: Mapping[Element, str]) -> str | None:
    """The address that a card is about: most of its links, its picture's and its heading's lead there."""
    scores: Counter[str] = Counter()
    for element in card.iter("a"):
        if url := links.get(element):
            scores[url] += 2 + 2 * _has_picture(element) + 3 * _has_heading(element)
    around = card.getparent()
    while not scores and around is not None:  # the card itself stands within a link
        if url := links.get(around):
            return url
        around = around.getparent()
    return max(scores, key=lambda url: scores[url]) if scores else None


def _pictured(links: Mapping[Element, str]) -> dict[Element, str]:
    """The largest repeated group of links with pictures: a list that shows no prices."""
    by_way: dict[Way, dict[Element, str]] = defaultdict(dict)
    for element, url in links.items():
        if _has_picture(element) and not _is_aside(element):
            by_way[_way(element)][element] = url
    largest = max(by_way.values(), key=lambda cards: len(set(cards.values())), default={})
    return largest if len(set(largest.values())) > 3 else {}


def _unpriced_beside(cards: Mapping[Element, str], links: Mapping[Element, str]) -> dict[Element, str]:
    """Cards without a price (sold out, on request) among those with one: the same way, an address of the same shape."""
    shapes = {_shape(url) for url in cards.values()}
    rows = {row for card in cards if (row := card.getparent()) is not None}
    kinds = {card.tag for card in cards}
    rows |= {above for row in rows if (above := row.getparent()) is not None and row.tag not in ("body", "main")}
    found: dict[Element, str] = {}
    for row in rows:
        ways = {child.tag for child in row if child in cards or any(card in cards for card in child.iter(*kinds))}
        for child in row:
            if child.tag in ways and child not in cards and not any(card in cards for card in child.iter(*kinds)):
                urls = {links[a] for a in child.iter("a") if a in links}
                if len(urls) <= _MOST_LINKS and (url := _main_link(child, links)) and _shape(url) in shapes:
                    found[child] = url
    return found


def _shape(url: str) -> tuple[object, ...]:
    """What addresses of one kind of page share: their depth, ending and parameters, and where they have numbers."""
    parts = urlsplit(url)
    segments = parts.path.strip("/").split("/")
    last, _, ending = segments[-1].rpartition(".")
    names = tuple(sorted(pair.partition("=")[0] for pair in parts.query.split("&") if pair))
    return len(segments), ending if last else "", names, tuple(segment.isdigit() for segment in segments)


def _way(element: Element) -> Way:
    return (element.tag, *(above.tag for above in element.iterancestors()))


def _is_aside(element: Element) -> bool:
    """Whether it stands in the page's frame; a card may have a header of its own."""
    for above in (element, *element.iterancestors()):
        if above.tag in _CONTENT:
            return False
        if above.tag in _ASIDE or above.get("role") in ("navigation", "banner", "contentinfo"):
            return True
    return False


def _has_picture(element: Element) -> bool:
    return next(element.iter("img", "picture"), None) is not None


def _has_heading(element: Element) -> bool:
    if next(element.iter(*_HEADINGS), None) is not None:
        return True
    return any(above.tag in _HEADINGS for _, above in zip(range(3), element.iterancestors(), strict=False))


def _address(url: str) -> tuple[str, frozenset[str]]:
    """An address's path and parameters."""
    parts = urlsplit(url)
    return parts.path.rstrip("/"), frozenset(parts.query.split("&")) - {""}


def _is_utility(url: str) -> bool:
    parts = urlsplit(url)
    return _UTILITY.search(f"{parts.path}?{parts.query}") is not None


def _is_view(there: tuple[str, frozenset[str]], here: tuple[str, frozenset[str]]) -> bool:
    """Whether an address is this page's with more to it: another order, a filter, a product put in a cart."""
    return there[0] == here[0] and there[1] >= here[1]
