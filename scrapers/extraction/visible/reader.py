"""The visible page's readings: the price with its regular price and currency, and whether it can be bought."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import NamedTuple

from scrapers.extraction.amounts import numbers_in
from scrapers.extraction.currencies import currency_of_place, is_of_no_country, resolve_currency
from scrapers.extraction.page import Page
from scrapers.extraction.plain_text import plain
from scrapers.extraction.price_text import find_prices
from scrapers.extraction.reading import Context, Reading, evidence, tidy
from scrapers.extraction.subject import Subject
from scrapers.extraction.visible.cards import is_of_another
from scrapers.extraction.visible.features import Features, describe, is_regular
from scrapers.extraction.visible.layout import Layout, lay_out, short_text
from scrapers.extraction.visible.money import Candidate, candidates, is_signed
from scrapers.extraction.visible.names import Says
from scrapers.extraction.visible.scorer import probabilities
from scrapers.extraction.visible.sellers import SURE, read_sellers
from scrapers.extraction.visible.shipping import read_shipping
from scrapers.extraction.visible.stock import read_stock
from scrapers.extraction.visible.tax import read_tax

READER = "visible"

_MOST_PRICES = 3
_CLEARLY = 2
_CHOSEN = 0.51
"""The least confidence of an amount that is likelier than every other one, and this many times likelier than none: the
page has a price, and a wrong one would be another amount's."""
_LEAST = 0.05
"""Probability below which an amount is not worth a reading."""
_BESIDE = 15
"""Elements between a price and the regular price that belongs to it."""
_CURRENCIES = frozenset({"product:price:currency", "og:price:currency", "pricecurrency"})
_DESCRIPTIONS = frozenset({"description", "og:description", "og:title", "twitter:description", "twitter:data1"})
_DOLLARS = {"en": "USD", "fr": "CAD"}
_LONGEST = 300
_MOST_METAS = 300
_MOST_TITLES = 4


@dataclass(frozen=True, slots=True)
class Amounts:
    """A page's amounts of money, each with its features."""

    layout: Layout
    found: list[Candidate]
    described: list[Features]
    hint: str | None
    """The page's currency: as it states it, else the site's own, else that of the country its address names."""


def read_visible(page: Page, context: Context) -> list[Reading]:
    """Readings of price, regularPrice, currency, currencyRaw and availability, and the title as name.

    A price's confidence is the probability of the price finder, see scorer.py.
    """
    if page.root is None:
        return []
    amounts = amounts_on(page, context)
    readings = []
    if amounts.layout.title is not None and (name := tidy(short_text(amounts.layout.title, 500))):
        readings.append(Reading("name", name, READER, 0.8, evidence(amounts.layout.title.tag, name)))
    ranked, none = _prices(amounts, page.url, context.subject)
    winner, sure = (ranked[0].candidate, ranked[0].chance) if ranked and ranked[0].chance > none else (None, 0.0)
    if sure > _CLEARLY * none:
        sure = max(sure, _CHOSEN)
    prices = [_price(c, chance) for c, total in ranked if (chance := sure if c is winner else total) >= _LEAST]
    sellers = read_sellers(amounts.layout, amounts.found, context.subject)
    if sellers and not sellers.sell(winner):
        sellers = None
    if sellers and winner is not None and winner.leaf in sellers.amounts:  # no price but those of a list: its first
        winner, sure = sellers.first, max(sure, SURE)
        prices = [_price(winner, sure)]
    readings += prices
    if winner is not None:
        readings += _regular(winner, sure, amounts)
        readings += _currency(winner, sure, amounts, page, context)
    elif ranked:  # an unlikely price is told where others say the same
        readings += _currency(*ranked[0], amounts, page, context)
    if sellers:
        readings += sellers.readings(winner, READER)
    readings += read_tax(amounts.layout, winner, sure, READER)
    if not sellers:  # each of them sends on terms of his own
        readings += read_shipping(winner, amounts.found, sure, READER)
    return readings + read_stock(amounts.layout, winner, sure, READER)


def amounts_on(page: Page, context: Context) -> Amounts:
    """The amounts of money on a page."""
    head = _Head.of(page)
    layout = lay_out(page, head.titles)
    hint = head.currency or context.currency or currency_of_place(context.language, page.url)
    found = candidates(layout, hint)
    return Amounts(layout, found, describe(layout, found, head.amounts), hint)


class _Ranked(NamedTuple):
    """An amount's likeliest candidate, and the probability that the amount is the price."""

    candidate: Candidate
    chance: float


def _prices(amounts: Amounts, url: str, subject: Subject) -> tuple[list[_Ranked], float]:
    """The likeliest amounts, the first ones first, and the probability that none is the price.

    An amount that stands in other products' cards alone, or with them in the cart, is none of the page's, however
    likely for want of others.
    """
    best: dict[Decimal, tuple[float, float, Candidate]] = {}
    none = 1.0
    for candidate, chance in zip(amounts.found, probabilities(amounts.described), strict=True):
        none -= chance
        total, highest, first = best.get(candidate.amount, (0.0, -1.0, candidate))
        best[candidate.amount] = (total + chance, *((chance, candidate) if chance > highest else (highest, first)))
    ranked = []
    left = 1.0
    for total, _, candidate in sorted(best.values(), key=lambda b: -b[0])[:_MOST_PRICES]:
        alike = [other for other in amounts.found if other.amount == candidate.amount]
        own = [other for other in alike if not other.place.around & Says.CART] or alike
        if all(is_of_another(other, amounts.layout, url, subject) for other in own):
            left = max(left - total, 1e-9)
        else:
            ranked.append(_Ranked(candidate, total))
    return [_Ranked(candidate, total / left) for candidate, total in ranked], none / left


def _price(candidate: Candidate, chance: float) -> Reading:
    note = evidence(candidate.place.names or str(candidate.leaf.tag), candidate.text)
    return Reading("price", candidate.amount, READER, round(chance, 3), note)


def _regular(winner: Candidate, sure: float, amounts: Amounts) -> list[Reading]:
    """The higher amount beside the price that is struck through or called regular, nearest first."""
    near = [
        (not c.place.struck, abs(c.order - winner.order), c)
        for c in amounts.found
        if winner.amount < c.amount <= winner.amount * 20
        and abs(c.order - winner.order) <= _BESIDE
        and (winner.place.elsewhere or not c.place.elsewhere)
        and is_regular(c, amounts.layout)
    ]
    if near:
        unstruck, _, c = min(near, key=lambda n: n[:2])
        note = evidence(c.place.names or str(c.leaf.tag), c.text)
        return [Reading("regularPrice", c.amount, READER, round(sure * (0.75 if unstruck else 0.9), 3), note)]
    for money in find_prices(winner.text):  # both in one text: "Was £15.99 Now £12.99"
        if money.role == "was" and money.amount > winner.amount:
            return [Reading("regularPrice", money.amount, READER, round(sure * 0.75, 3), evidence("text", winner.text))]
    return []


def _currency(winner: Candidate, sure: float, amounts: Amounts, page: Page, context: Context) -> list[Reading]:
    written = next((number.sign for number in numbers_in(plain(winner.stated)) if number.sign), None)
    code = winner.money.currency or resolve_currency(None, amounts.hint)
    if code == "$" and (usual := _usual_dollar(page.url, context.language)):
        return [
            Reading("currencyRaw", code, READER, round(sure, 3), evidence("price", winner.stated)),
            Reading("currency", usual, READER, round(sure * 0.7, 3), evidence("of no country", winner.stated)),
        ]
    note = evidence("price", winner.stated)
    readings = []
    if written:
        readings.append(Reading("currencyRaw", written, READER, round(sure, 3), note))
    if code:
        readings.append(Reading("currency", code, READER, round(sure * (0.95 if written else 0.7), 3), note))
    return readings


def _usual_dollar(url: str, language: str | None) -> str | None:
    """The dollar that "$" most likely is at an address of no country: the others that write it have domains of their
    own, and of those who write French only Canadians do."""
    return _DOLLARS.get((language or "en").lower()[:2]) if is_of_no_country(url) else None


@dataclass(frozen=True, slots=True)
class _Head:
    """What the page says of itself in its head."""

    titles: tuple[str, ...]
    currency: str | None
    amounts: frozenset[Decimal]

    @classmethod
    def of(cls, page: Page) -> _Head:
        titles, amounts = [], set()
        currency = None
        for _, element in page.tagged("meta", "title")[:_MOST_METAS]:
            if element.tag == "title":
                titles.append((element.text or "")[:_LONGEST])
                continue
            name = (element.get("property") or element.get("name") or element.get("itemprop") or "").lower()
            content = element.get("content") or ""
            if name == "og:title":
                titles.insert(0, content[:_LONGEST])
            elif name in _CURRENCIES:
                code = resolve_currency(content[:10])
                currency = currency or (code if code and len(code) == 3 else None)
            if name in _DESCRIPTIONS and is_signed(content[:_LONGEST]):
                amounts |= {money.amount for money in find_prices(content[:_LONGEST]) if money.is_evident}
        return cls(tuple(titles[:_MOST_TITLES]), currency, frozenset(amounts))
