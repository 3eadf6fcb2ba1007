"""The offers of several sellers for one product, as marketplaces and comparison sites list them.

Such a list is told by its shape: parts of one element that each hold an amount and a seller's name, where all of them
are about the page's own product.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import islice

from scrapers.extraction.availability import read_availability
from scrapers.extraction.condition import read_condition
from scrapers.extraction.page import Element
from scrapers.extraction.price_text import find_prices, read_price
from scrapers.extraction.reading import Reading, SellerOffer, evidence
from scrapers.extraction.subject import Subject, words
from scrapers.extraction.visible import phrases
from scrapers.extraction.visible.features import is_regular
from scrapers.extraction.visible.layout import Layout, short_text
from scrapers.extraction.visible.money import Candidate, is_signed
from scrapers.extraction.visible.names import Says
from scrapers.extraction.visible.seller_names import LONGEST_NAME, Row, cells_of, field_of, is_of_offers, sellers_in

_HIGHEST = 12
"""Elements from an amount up to the list that it stands in."""
_MOST_ROWS = 200
_LONGEST_FACT = 90
_TITLE_WORDS, _TITLE_LETTERS = 2, 8
"""From which on a heading, link or picture's text in a row may name a product."""
_SHORTEST_MODEL = 4
_MOST_OF_IT = 2 / 3
_TIMES = 4
"""What the dearest seller may ask, as often as the cheapest: a fee or a gift is less."""
SURE = 0.6
"""Confidence in what a list of sellers says."""
_TITLED = frozenset({"a", "img", "h1", "h2", "h3", "h4", "h5", "h6"})
_NUMBER = re.compile(r"\d[\d.,]*")


@dataclass(frozen=True, slots=True)
class Sellers:
    """A list of at least two sellers."""

    offers: tuple[SellerOffer, ...]
    """In the order shown, each once."""
    amounts: frozenset[Element]
    """Where the amounts in its rows stand."""
    first: Candidate
    """The price that the first offer asks."""

    def sell(self, price: Candidate | None) -> bool:
        """Whether they may sell what the page does: one of them asks about as much as the page, where it shows a price
        of its own."""
        if price is None or price.leaf in self.amounts:
            return True
        asked = [offer.price for offer in self.offers if offer.price is not None]
        return any(price.amount <= _TIMES * other and other <= _TIMES * price.amount for other in asked)

    def readings(self, price: Candidate | None, reader: str) -> list[Reading]:
        """Its offers; and what the first says of the page: its seller, where it asks the page's price, and all of it,
        where the page shows no price above the list."""
        offer = self.offers[0]
        note = f"list of {len(self.offers)} sellers"
        stated: dict[str, str | Decimal | None] = {}
        if price is None:
            stated = {"price": offer.price, "currency": offer.currency}
        if price is None or price.amount == offer.price:
            stated["seller"] = offer.seller
        own = [Reading(name, said, reader, SURE, evidence(note, offer.seller)) for name, said in stated.items() if said]
        return own + [Reading("offers", each, reader, SURE, evidence(note, each.seller)) for each in self.offers]


def read_sellers(layout: Layout, found: Sequence[Candidate], subject: Subject) -> Sellers | None:
    """The longest list of sellers on a page, if there is one."""
    for rows in sorted(_lists(found), key=len, reverse=True):
        if _is_elsewhere(rows[0].element, layout):
            continue
        sellers = sellers_in(rows, layout)
        if len(set(sellers.values())) < 2 or _is_about_others([(rows[at], s) for at, s in sellers.items()], subject):
            continue
        amounts = _by_row(rows, found)
        told = ((rows[at], seller, amounts.get(rows[at].element, [])) for at, seller in sellers.items())
        asked = [
            (price, _offer(row, seller, price, inside))
            for row, seller, inside in told
            if (price := _asked(row, inside, layout)) is not None
        ]
        offers = tuple(dict.fromkeys(offer for _, offer in asked))
        if len({offer.seller for offer in offers}) > 1:
            inside = frozenset(candidate.leaf for within in amounts.values() for candidate in within)
            return Sellers(offers, inside, asked[0][0])
    return None


def _lists(found: Sequence[Candidate]) -> Iterator[list[Row]]:
    """Elements with at least two children of one kind that hold amounts, as rows."""
    holders: dict[Element, dict[Element, None]] = {}
    for candidate in found:
        inner = candidate.leaf
        for outer in islice(inner.iterancestors(), _HIGHEST):
            children = holders.setdefault(outer, {})
            if inner in children:
                break  # what is around it is known
            children[inner] = None
            inner = outer
    for children in holders.values():
        if len(children) > 1:
            by_tag: dict[str, list[Row]] = {}
            for child in islice(children, _MOST_ROWS):
                by_tag.setdefault(child.tag, []).append(Row(child))
            yield from (rows for rows in by_tag.values() if len(rows) > 1)


def _by_row(rows: Sequence[Row], found: Sequence[Candidate]) -> dict[Element, list[Candidate]]:
    """The amounts in each row."""
    amounts: dict[Element, list[Candidate]] = {row.element: [] for row in rows}
    for candidate in found:
        for element in (candidate.leaf, *islice(candidate.leaf.iterancestors(), _HIGHEST)):
            if element in amounts:
                amounts[element].append(candidate)
                break
    return amounts


def _is_elsewhere(row: Element, layout: Layout) -> bool:
    """Whether a list is unseen, or in a part of the page that shows other products."""
    place = layout.place(row)
    return place.unseen or bool(place.around & (Says.OTHERS | Says.FRAME) and not is_of_offers(row, layout))


def _is_about_others(told: Sequence[tuple[Row, str]], subject: Subject) -> bool:
    """Whether half of the rows, each with its seller, name products of their own."""
    titles = [_titles(row, seller) for row, seller in told]
    everywhere = set.intersection(*(set(own) for own in titles))
    strange = [own for own in titles if any(not _fits(own[key], subject) for key in own.keys() - everywhere)]
    return len(strange) * 2 >= len(titles)


def _titles(row: Row, seller: str) -> dict[str, str]:
    """The texts of a row that may name a product, by what of them is neither the seller's name nor a number."""
    found = {}
    for element in row.parts:
        if element.tag in _TITLED:
            text = element.get("alt") if element.tag == "img" else short_text(element, 200)
            text = " ".join((text or "").split())
            if _condition(text):
                continue
            key = " ".join(_NUMBER.sub("", text.replace(seller, "")).split())
            if len(key) >= _TITLE_LETTERS and len(key.split()) >= _TITLE_WORDS and not is_signed(text):
                found[key] = text
    return found


def _fits(title: str, subject: Subject) -> bool:
    """Whether a text names what the page is about: its model number, where a title has one, else most of its words."""
    own = words(title)
    return any(_names(own, title) for title in subject.titles)


def _names(own: frozenset[str], title: frozenset[str]) -> bool:
    models = {word for word in title if len(word) >= _SHORTEST_MODEL and not word.isalpha()}
    shared = len(own & title)
    return bool(models & own) if models else shared >= max(2, _MOST_OF_IT * min(len(own), len(title)))


def _asked(row: Row, amounts: Sequence[Candidate], layout: Layout) -> Candidate | None:
    """The price in a row."""
    sending = _of_sending(row)
    return next(
        (
            candidate
            for candidate in sorted(amounts, key=lambda candidate: not candidate.signed)
            if not _costs_sending(candidate) and _is_asked(candidate, layout)
            if not any(cell in sending for cell in _up_to(row.element, candidate))
        ),
        None,
    )


def _of_sending(row: Row) -> list[Element]:
    """The cells of a row below a head that speaks of shipping."""
    return [cell for _, cell, head in cells_of(row.element) if field_of(head) == "shipping"]


def _offer(row: Row, seller: str, asked: Candidate, amounts: Sequence[Candidate]) -> SellerOffer:
    costs = [price.amount for cell in _of_sending(row) if (price := read_price(short_text(cell, LONGEST_NAME)))]
    costs += [candidate.amount for candidate in amounts if _costs_sending(candidate)]
    facts = [
        text
        for element in row.parts
        for written in (element.text, element.tail if element is not row.element else None)
        if written and (text := " ".join(written[: 2 * _LONGEST_FACT].split())) and len(text) <= _LONGEST_FACT
        if text != seller
    ]
    costs += [money.amount for text in facts for money in find_prices(text) if money.role == "shipping"]  # 0.00 as well
    return SellerOffer(
        seller,
        asked.amount,
        asked.money.currency,
        next(filter(None, map(_condition, facts)), None),
        next(filter(None, map(read_availability, facts)), None),
        costs[0] if costs else Decimal(0) if any(map(_is_sent_free, facts)) else None,
    )


def _is_asked(candidate: Candidate, layout: Layout) -> bool:
    named = layout.place(candidate.leaf).own | layout.place(candidate.box).own
    is_price = candidate.money.role in ("now", "price") and not named & Says.OTHER_MONEY
    return is_price and not is_regular(candidate, layout)


def _costs_sending(candidate: Candidate) -> bool:
    labels = field_of(candidate.label), field_of(candidate.before)
    return "shipping" in (candidate.money.role, *labels, *(money.role for money in find_prices(candidate.text)))


def _up_to(row: Element, candidate: Candidate) -> Iterator[Element]:
    """The elements from an amount up to its row."""
    element = candidate.leaf
    while element is not None and element is not row:
        yield element
        element = element.getparent()


def _condition(text: str) -> str | None:
    """The condition that a text names, by itself or before a dash: "Used - like new"."""
    return read_condition(re.split(r"\s[-–|]\s|[,(:]", text, maxsplit=1)[0])


def _is_sent_free(text: str) -> bool:
    """Whether a text says so without a condition: "Free shipping from 50 €" has one."""
    return phrases.FREE_SHIPPING.is_in(text) and not any(map(str.isdigit, text))
