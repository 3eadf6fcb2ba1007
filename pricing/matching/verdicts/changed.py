"""Whether an offer's page has turned into another product since a person judged it."""

from __future__ import annotations

from pricing.matching.conflicts import brands_differ, conflicts_between, unsaid
from pricing.matching.listing import Listing
from pricing.matching.titles import Title, read_title
from warehouse.gtin import clean_gtin
from warehouse.records import MatchVerdict

_KEPT = 0.6
"""Least share of the shorter title's words that the other still says: sellers reword titles, and add to them."""


def changed_since(verdict: MatchVerdict, offer: Listing) -> bool:
    """Whether `offer` says it is another product than it said when `verdict` was given.

    Where both give a GTIN, those decide. Else it is another one where a brand, number, pack, quantity, colour or model
    contradicts the one of then, or where little of the shorter title is left. What was not told, then or now, is no
    change.
    """
    then_gtin, now_gtin = clean_gtin(verdict.offer_gtin), clean_gtin(offer.gtin)
    if then_gtin is not None and now_gtin is not None:
        return then_gtin != now_gtin
    then = read_title(verdict.offer_title, brand=verdict.offer_brand)
    now = read_title(offer.title, brand=offer.brand)
    if not verdict.offer_title or not offer.title or not then.words or not now.words:
        return False
    contradicted = any(conflict.certain for conflict in conflicts_between(then, now))
    if contradicted or brands_differ(verdict.offer_brand, offer.brand, then, now):
        return True
    return max(_said(then, now), _said(now, then)) < _KEPT


def _said(mine: Title, other: Title) -> float:
    """The share of the words of one title that the other says too, from 0 to 1."""
    words = set(mine.words)
    return 1 - min(len(unsaid(mine, other)), len(words)) / len(words)
