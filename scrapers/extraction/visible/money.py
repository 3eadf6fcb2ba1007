"""The texts of a page that state money, each as the smallest box that holds one amount.

A price may be split over elements (`<span>12</span><sup>99</sup>`), doubled for screen readers, or stand beside its
sign; so a text with a digit is joined with what is around it, as long as that stays short and holds one amount.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal
from itertools import islice

from scrapers.extraction.currencies import ends_with_currency, starts_with_currency
from scrapers.extraction.money_words import is_lowest_lately
from scrapers.extraction.page import Element
from scrapers.extraction.price_text import Money, find_prices
from scrapers.extraction.remembered import remembered
from scrapers.extraction.visible.layout import Layout, Place, is_large, short_text
from scrapers.extraction.visible.names import Says

MOST_NUMBERS = 1500
MOST_CANDIDATES = 300

_TEXT = 120
"""Characters of one text that may state a price: what is longer is a sentence of some length."""
_BOX = 45
"""Characters: the text of a box that is put together from several elements."""
_HIGHEST = 4
_FARTHEST = 20
_NEAR = 8
"""Texts: a sign in an element of its own stands closer to its number."""
_POINTS = ":.,-–"
_DIGIT = re.compile(r"\d")
_NO_DIGIT = re.compile(r"\D")
_WORDS = re.compile(r"[^\W\d_]{3,} .*[^\W\d_]{3}")
"""Two words: more than a price says."""
_SIGNLESS = re.compile(r"[\d\s.,:;/()%+'’*|-]*")
_DASH_FOR_CENTS = re.compile(r"(?<![\d.,-])\d{1,3}(?:[ .]?\d{3}){0,3}[,.:][-–—]{1,2}(?!\w)")
_NUMBER = re.compile(r"\d(?:[\d.,'’ \u00a0\u202f]*\d)?")
_BEFORE_TITLE, _BEHIND_TITLE = 100, 600
"""Elements around the title in which numbers are looked at that neither a currency nor a name calls a price."""
_BARE, _BARE_WITH_CENTS = 10, 30
"""Characters of a text without a currency that may be a price, or a piece of one."""
_AMOUNT = re.compile(r"\d[.,]\d\d(?!\d)")
_QUANTITY = re.compile(r"[x×<>≥≤] ?\d+|\d+ ?[+x×]")
_CENTS = re.compile(r"\d\d\D?")
_OF_NEXT = re.compile(r"\s?(?!\d\d(?!\d))\d")
"""Behind a sign: a number that is not the cents of the one before."""
_WHOLE = re.compile(r"\d[\d.,'’ \u00a0\u202f]*\Z")
_WITH_CENTS = re.compile(r"[.,]\d\d?\Z")
_ON_THE_LINE = frozenset(
    {"span", "small", "sup", "sub", "b", "i", "em", "strong", "abbr", "bdi", "font", "td", "dd", "a"}
)
_OUTER = frozenset({"body", "tr", "dl", "ul", "ol", "table", "tbody", "select", "form"})


@dataclass(slots=True)
class Candidate:
    """An amount of money on the page, and where it stands."""

    money: Money
    """The amount, with what the words beside it call it."""
    order: int
    text: str
    """The box's text on one line."""
    box: Element
    leaf: Element
    place: Place
    signed: bool
    """Whether a currency is written with it, or a dash for its cents."""
    stated: str
    """The text with the currency, where that stands in an element of its own."""
    before: str
    """What stands before the box, where that is short and no amount of its own."""
    label: str
    """What of that follows its last number."""
    after: str
    """What follows the box on its line, where that is short and no amount of its own."""

    @property
    def amount(self) -> Decimal:
        """Above zero."""
        return self.money.amount


def candidates(layout: Layout, hint: str | None) -> list[Candidate]:
    """The page's amounts in document order. `hint` is the page's currency."""
    seen: set[Element] = set()
    result: list[Candidate] = []
    tried = 0
    has_digit = _DIGIT.search
    title = layout.title_order
    name = None if layout.title is None else " ".join("".join(layout.title.itertext()).split())
    for at, (order, element, raw) in enumerate(layout.texts):
        if raw.isalpha() or not has_digit(raw):
            continue
        text = " ".join(raw.split())
        if text == name and _WORDS.search(text):  # a "£5 gift card", in its heading and wherever it is named again
            continue
        signed = len(text) <= _TEXT and is_signed(text)
        if not signed and (element.tag == "option" or not _may_be_bare(text)):
            continue
        tried += 1
        if tried > MOST_NUMBERS or len(result) >= MOST_CANDIDATES:
            break
        if not signed and not _is_named_price(element, layout):
            if title is not None and not title - _BEFORE_TITLE <= order <= title + _BEHIND_TITLE:
                continue
            if not _is_sign_near(layout, at) or not _is_beside_sign(element, text):
                continue
        if _is_passed_over(layout.place(element)):
            continue
        box, whole = _box(element, text)
        if box in seen:
            continue
        before, after = _before(box), _after(box)
        stated = whole if signed or is_signed(whole) else _with_sign(before, whole, after)
        label = _without_numbers(before)
        money = _money(label, stated or whole, after, hint)
        if label and money is not None and money.role not in ("price", "now"):
            last = result[-1] if result else None
            is_last_s = after and last is not None and last.after == before and last.money.role == money.role
            if is_last_s or (money.role == "was" and _is_named_current(element, box, layout)):
                money = _money("", stated or whole, after, hint)  # the label is that of the amount before it
        if money is None or money.amount <= 0:
            continue
        if box is not element or text == whole:
            seen.add(box)
        signed = stated is not None
        result.append(
            Candidate(
                money, order, whole, box, element, layout.place(element), signed, stated or whole, before, label, after
            )
        )
    return result


def _is_passed_over(place: Place) -> bool:
    """Whether nobody sees it, or it is a link in a part of the page about something else: another product's card."""
    return place.unseen or (place.linked and place.elsewhere)


def _money(label: str, stated: str, after: str, hint: str | None) -> Money | None:
    """The amount in a box, read with the words before and behind it."""
    found = find_prices(f"{label} {stated} {after}", currency_hint=hint)
    if not found or _DIGIT.search(after):  # "957 sold" behind a price is no amount of its own
        own = find_prices(stated, currency_hint=hint)
        amounts = {money.amount for money in own}
        found = [money for money in found if money.amount in amounts] or own
    if len(found) == 1:
        return found[0]
    asked = [money for money in found if money.is_evident and money.role in ("now", "price")]
    return asked[0] if asked else found[0] if found else None


def _box(element: Element, text: str) -> tuple[Element, str]:
    """The highest element around the text that is short and holds one amount, with its text."""
    inner = joined(element) if len(element) else text if len(text) <= _BOX else None
    if inner is None or not _is_one(inner):
        return element, text
    box, whole = element, inner
    for _ in range(_HIGHEST):
        parent = box.getparent()
        if parent is None or parent.tag in _OUTER:
            break
        outer = whole if len(parent) == 1 and _is_blank(parent.text) and _is_blank(box.tail) else joined(parent)
        if outer is None or not _is_one(outer):
            break
        box, whole = parent, outer
    return box, whole


def _is_blank(text: str | None) -> bool:
    return not text or text.isspace()


def joined(element: Element) -> str | None:
    """The text of a short element, its parts put together as a reader's eye does; None where it is longer."""
    if not len(element):
        text = (element.text or "").strip()
        return " ".join(text.split()) if len(text) <= _BOX else None
    if is_large(element):
        return None
    parts: list[str] = []
    length = 0
    for raw in element.itertext():
        part = raw.strip()
        length += len(part)
        if length > _BOX:
            return None
        if not part:
            continue
        last = parts[-1] if parts else ""
        if (
            last
            and last[-1].isdigit()
            and _CENTS.fullmatch(part)
            and _WHOLE.search(last)
            and not _WITH_CENTS.search(last)
        ):
            parts.append(".")
        elif last and not (part[0] in ".,'" and last[-1].isdigit()) and not (last[-1] in ".,'" and part[0].isdigit()):
            parts.append(" ")
        parts.append(part)
    return " ".join("".join(parts).split())


def _is_one(text: str) -> bool:
    numbers = _NUMBER.findall(text)
    return len(numbers) == 1 or len({_NO_DIGIT.sub("", number) for number in numbers}) == 1


@remembered  # what stands beside numbers repeats: "12 reviews", "€ 12,99" here and in its box
def is_signed(text: str) -> bool:
    """Whether a number in the text is money: a currency stands beside it, or a dash for its cents ("1 799,-")."""
    if _DASH_FOR_CENTS.search(text):
        return True
    if _SIGNLESS.fullmatch(text):
        return False
    for number in _NUMBER.finditer(text):
        start, end = number.span()
        if ends_with_currency(text[:start].rstrip(" :")) or starts_with_currency(text[end:].lstrip(" .,-–")):
            return True
    return False


def _with_sign(before: str, text: str, after: str) -> str | None:
    """A bare number with the currency in the element before or behind it; None where there is none."""
    numbers = list(_NUMBER.finditer(text))
    if len(numbers) != 1:
        return None
    ahead = ends_with_currency(before.rstrip(" :")) if numbers[0].start() == 0 else None
    if ahead:
        return f"{ahead} {text}"
    behind = starts_with_currency(after) if numbers[0].end() == len(text) else None
    if behind is None or _OF_NEXT.match(after, len(behind)):
        return None
    return f"{text} {behind}"


def _may_be_bare(text: str) -> bool:
    if _QUANTITY.fullmatch(text):
        return False
    return len(text) <= _BARE or (len(text) <= _BARE_WITH_CENTS and _AMOUNT.search(text) is not None)


def _is_sign_near(layout: Layout, at: int) -> bool:
    """Whether one of the texts before and behind the one at this place may be or hold the sign of its currency."""
    return any(_may_lend_sign(raw) for _, _, raw in layout.texts[max(0, at - _NEAR) : at + _NEAR + 1])


@remembered
def _may_lend_sign(text: str) -> bool:
    """Whether a text begins or ends with a currency, or as cents may (",-"), or states an amount of its own."""
    text = text.strip()
    if text[0] in _POINTS or is_signed(text):
        return True
    return bool(starts_with_currency(text) or ends_with_currency(text.rstrip(" :")))


def _is_beside_sign(element: Element, text: str) -> bool:
    """Whether a currency stands in the same short element, or next to the number's own."""
    parent = element.getparent()
    around = joined(parent) if parent is not None else None
    if around and is_signed(around):
        return True
    return _with_sign(_before(element), text, _after(element)) is not None


def _is_named_price(leaf: Element, layout: Layout) -> bool:
    """Whether the element or one of the three around it is named a price: then a bare number may be one."""
    element = leaf
    for _ in range(4):
        if element is None:
            return False
        if layout.place(element).own & Says.PRICE:
            return True
        element = element.getparent()
    return False


def _is_named_current(leaf: Element, box: Element, layout: Layout) -> bool:
    """Whether the element or its box is named a price that is asked now."""
    said = layout.place(leaf).own | layout.place(box).own
    return bool(said & Says.CURRENT) and not said & Says.REGULAR


def _without_numbers(before: str) -> str:
    if "30" in before and is_lowest_lately(before):
        return before.strip(" :")
    label = _DIGIT.split(before)[-1].strip(" %.,-–—|")
    return "" if label.endswith("(") else label  # "30.00 ex VAT (36.00 inc VAT)": said of the one before


def _before(box: Element) -> str:
    """The short text that stands before the box: none where an element with an amount of its own does."""
    element = box
    for _ in range(2):
        for previous in islice(element.itersiblings(preceding=True), _FARTHEST):
            tail = (previous.tail or "").strip()
            if tail:
                return " ".join(tail[-80:].split())[-40:]
            inner = short_text(previous, 60)
            if inner is None or (inner and is_signed(inner)):
                return ""
            if inner:
                return inner[-40:]
        element = element.getparent()
        if element is None:
            return ""
        head = (element.text or "").strip()
        if head:
            return " ".join(head[-80:].split())[-40:]
    return ""


def _after(box: Element) -> str:
    """The short text that follows the box on its line: none where that speaks of an amount of its own."""
    element = box
    for _ in range(2):
        text: str | None = (element.tail or "").strip()[:80]
        if not text:
            following = element.getnext()
            if following is None:
                element = element.getparent()
                if element is None:
                    break
                continue
            text = short_text(following, 60) if following.tag in _ON_THE_LINE else ""
        text = " ".join(text.split()) if text else ""
        if is_signed(text):
            text = text.partition("(")[0] if "(" in text else ""
        return "" if text.endswith(":") or is_signed(text) else text[:25]
    return ""
