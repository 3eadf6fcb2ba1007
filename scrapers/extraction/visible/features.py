"""What speaks for and against each amount being the price that is asked for the page's product."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from decimal import Decimal
from math import log1p

from scrapers.extraction.money_words import role_before
from scrapers.extraction.page import Element
from scrapers.extraction.visible import phrases
from scrapers.extraction.visible.layout import Layout
from scrapers.extraction.visible.money import Candidate
from scrapers.extraction.visible.names import Says, said_by

Features = dict[str, float]

_NEAR = 150
"""Elements: what lies closer in the document belongs together."""
_BESIDE = 12
"""Elements between two amounts of one product."""
_BOLD = frozenset({"h1", "h2", "h3", "h4", "strong", "b", "ins", "big"})
_ROW = frozenset({"li", "tr", "td", "dd", "th", "dt"})
_LARGE = re.compile(r"font[^;]{0,40}?\b(?:1[89]|[2-9]\d)px|font-size\s*:\s*(?:1\.[3-9]|[2-9])", re.IGNORECASE)
_DIGIT = re.compile(r"\d")
_NUMBER = re.compile(r"\d(?:[\d.,'’ \u00a0\u202f]*\d)?")
_LONG_WORD = re.compile(r"[^\W\d_]{3,}")
_LABEL = 2
"""Words that may stand before an amount as its label: those of a sentence are more."""
_LETTER = re.compile(r"[^\W\d_]")


def describe(layout: Layout, found: Sequence[Candidate], stated: frozenset[Decimal]) -> list[Features]:
    """The features of each candidate, by name. `stated` are amounts that the page's description of itself names."""
    amounts = Counter(c.amount for c in found)
    paths = [_path(c.leaf, layout) for c in found]
    alike: dict[tuple[str, ...], set[Decimal]] = {}
    for candidate, path in zip(found, paths, strict=True):
        if candidate.money.role in ("price", "now"):  # a price, a rate and a cost of shipping are no list
            alike.setdefault(path, set()).add(candidate.amount)
    names = [_names(c, layout) for c in found]
    regular = [is_regular(c, layout) for c in found]
    title = layout.title_order
    buttons = [order for order, _ in layout.buttons if title is None or order > title] or [o for o, _ in layout.buttons]
    described = []
    after_title = 0
    for at, candidate in enumerate(found):
        place, said = candidate.place, names[at]
        behind = title is not None and candidate.order >= title
        after_title += behind or title is None
        to_title = abs(candidate.order - title) if title is not None else _NEAR
        to_button = min((abs(order - candidate.order) for order in buttons), default=None)
        beside = [b for b in _beside(found, at) if found[b].amount != candidate.amount]
        described.append(
            {
                "after_title": float(behind),
                "title_distance": log1p(to_title) / 5,
                "rank_after_title": log1p(after_title) if behind or title is None else 1.5,
                "button": float(to_button is not None),
                "button_distance": 1.0 if to_button is None else min(log1p(to_button) / 5, 1.6),
                "named_price": float(bool(said & Says.PRICE)),
                "named_current": float(bool(said & Says.CURRENT)),
                "named_regular": float(bool(said & Says.REGULAR)),
                "named_other_money": float(bool(said & Says.OTHER_MONEY)),
                "of_product": float(bool(place.around & Says.OF_PRODUCT)),
                "itemprop": float(_itemprop(candidate) == "price"),
                "struck": float(place.struck),
                "hidden": float(place.hidden),
                "frame": float(bool(place.around & Says.FRAME)),
                "cart": float(bool(place.around & Says.CART)),
                "others": float(bool(place.around & Says.OTHERS)),
                "linked": float(place.linked),
                "choice": float(bool(place.around & Says.CHOICE)),
                "row": float(candidate.leaf.tag in _ROW or candidate.box.tag in _ROW),
                "bold": float(any(e.tag in _BOLD or _is_large(e) for e in _between(candidate))),
                "signed": float(candidate.signed),
                "cents": float(candidate.amount != candidate.amount.to_integral_value()),
                "alone": float(len(_LETTER.findall(candidate.text)) <= 4),
                "long": float(len(candidate.text) > 60),
                "list": log1p(max(0, len(alike.get(paths[at], ())) - 2)),
                "repeated": log1p(amounts[candidate.amount] - 1),
                "stated": float(candidate.amount in stated),
                "beside_higher_regular": float(
                    not regular[at] and any(regular[b] and found[b].amount > candidate.amount for b in beside)
                ),
                "regular_beside_lower": float(
                    regular[at]
                    and any(not found[b].place.struck and found[b].amount < candidate.amount for b in beside)
                ),
                "difference": float(_is_difference(candidate.amount, [found[b].amount for b in beside])),
                "upper_end": float(at > 0 and _is_upper_end(found[at - 1], candidate)),
                "not_for_all": float(phrases.NOT_FOR_ALL.is_in(f"{candidate.before} {candidate.text}")),
                **_said(candidate),
            }
        )
    return described


def is_regular(candidate: Candidate, layout: Layout) -> bool:
    """Whether the amount is struck through, or named or said to be one that is no longer asked."""
    return (
        candidate.place.struck
        or candidate.money.role == "was"
        or any(layout.place(e).own & Says.REGULAR for e in _between(candidate))
    )


def _beside(found: Sequence[Candidate], at: int) -> list[int]:
    """The neighbours in the list that stand close in the page too."""
    order = found[at].order
    return [
        other
        for other in range(max(0, at - 6), min(len(found), at + 7))
        if other != at and abs(found[other].order - order) <= _BESIDE
    ]


def _is_difference(amount: Decimal, others: Sequence[Decimal]) -> bool:
    """Whether it is what one saves between two of the others: less than what one pays."""
    return any(high - low == amount < low for high in others for low in others)


def _is_upper_end(low: Candidate, high: Candidate) -> bool:
    """Whether two amounts are a range in two texts: "From £61", "To £77"."""
    return (
        low.amount < high.amount
        and high.order - low.order <= _BESIDE
        and phrases.TO.is_in(high.text)
        and (phrases.FROM.is_in(low.text) or phrases.FROM.is_in(low.label))
    )


def _said(candidate: Candidate) -> Features:
    """What the text itself and the short texts around it say."""
    role, label = candidate.money.role, candidate.label
    text = candidate.text
    start, end = _number(text, candidate.amount)
    if start and role == "price":  # "Delivery 4.90, from 50.00 on free": the first words say what it is all about
        role = role_before(_DIGIT.split(text, maxsplit=1)[0].casefold()) or role
    lead = text[start:end].rstrip(" $€£¥:")
    on_button = phrases.BUY.is_in(lead)  # "Add to cart - $74" asks for the price, and is no cart's total
    return {
        "role_now": float(role == "now"),
        "role_was": float(role == "was"),
        "role_unit": float(role == "unit"),
        "role_instalment": float(role == "instalment" or phrases.INSTALMENT.is_in(text)),
        "role_shipping": float(role == "shipping"),
        "role_saving": float(role == "saving" or "%" in text or phrases.SAVING.is_in(lead or text)),
        "role_net": float(role == "net"),
        "says_price": float(on_button or phrases.ASKED.is_in(label) or phrases.ASKED.is_in(lead)),
        "says_from": float(phrases.FROM.is_in(lead) or phrases.FROM.is_in(label)),
        "other_money": float(phrases.OTHER_MONEY.is_in(label if on_button else f"{label} {lead}")),
        "range": float(candidate.money.is_range),
        "sentence": _sentence(text[:end]),
    }


def _number(text: str, amount: Decimal) -> tuple[int, int]:
    """Where the number before the amount's own ends in a text (0: there is none), and where its own begins."""
    digits = str(amount).replace(".", "")
    end = 0
    for number in _NUMBER.finditer(text):
        if "".join(filter(str.isdigit, number[0])) == digits:
            return end, number.start()
        end = number.end()
    first = _DIGIT.search(text)
    return 0, first.start() if first else len(text)


def _sentence(lead: str) -> float:
    """How many words stand before an amount beside those of a label, none of which is a word for a price."""
    more = len(_LONG_WORD.findall(lead)) - _LABEL
    return 0.0 if more <= 0 or said_by(lead) & Says.PRICE else log1p(more)


def _itemprop(candidate: Candidate) -> str:
    return str(candidate.leaf.get("itemprop") or candidate.box.get("itemprop") or "").lower()


def _is_large(element: Element) -> bool:
    style = element.get("style")
    return bool(style) and _LARGE.search(style[:200]) is not None


def _between(candidate: Candidate) -> list[Element]:
    """The elements from the text up to its box."""
    elements = [candidate.leaf]
    while elements[-1] is not candidate.box and len(elements) < 6:
        parent = elements[-1].getparent()
        if parent is None:
            break
        elements.append(parent)
    return elements


def _names(candidate: Candidate, layout: Layout) -> int:
    """What the names say from the text up to two elements above its box."""
    said = 0
    for element in _between(candidate):
        said |= layout.place(element).own
    element = candidate.box.getparent()
    for _ in range(2):
        if element is None or element.tag in ("body", "html"):
            break
        said |= layout.place(element).own
        element = element.getparent()
    return said


def _path(leaf: Element, layout: Layout) -> tuple[str, ...]:
    """Tags and names up to six elements above: items of a list share it."""
    steps: list[str] = []
    element = leaf
    while element is not None and len(steps) < 12:
        steps += (element.tag, layout.place(element).names.rstrip("0123456789"))
        element = element.getparent()
    return tuple(steps)
