"""The numbers in a text that may be money, each with the currency and the words that stand beside it.

Numbers that are a date, a time, a telephone number, a percentage, a quantity or part of a code are none.
"""

from __future__ import annotations

import re
from decimal import Decimal
from functools import cache
from itertools import zip_longest
from typing import NamedTuple

from scrapers.extraction.cents import HUNDREDTHS, OF_HUNDREDTHS, end_of_cents, is_set_apart
from scrapers.extraction.currencies import ends_with_currency, is_word_elsewhere, spellings, starts_with_currency
from scrapers.extraction.magnitudes import Part, multiplied
from scrapers.extraction.money_words import (
    Role,
    heavier,
    is_lowest_lately,
    is_quantity,
    role_before,
    role_behind,
    speaks_of_price_alone,
)


class Number(NamedTuple):
    """A number of the text that may be money; `start` and `end` enclose its currency too."""

    digits: str
    start: int
    end: int
    sign: str | None = None
    negative: bool = False
    role: Role = "price"
    said: int = 0
    """Where the words behind it that speak of it end."""
    is_range: bool = False
    parts: tuple[Part, ...] = ()
    """What it adds up from where words multiply it: 1万2,800."""

    @property
    def has_cents(self) -> bool:
        """Whether it is written as money is, even without a currency: 12.99, 12,-"""
        return not self.parts and _CENTS.search(self.digits) is not None

    def value(self, separator: str | None, currency: str | None) -> Decimal:
        """The number; `separator` counts where the digits leave open whether it groups thousands."""
        parts = self.parts or ((self.digits, 0),)
        amount = sum((_read(digits, separator, currency).scaleb(power) for digits, power in parts), Decimal(0))
        return -amount if self.negative else amount


def _read(digits: str, separator: str | None, currency: str | None) -> Decimal:
    digits = digits.lstrip("-").rstrip(".,:/-= ").replace(" ", "")
    at = _decimal_mark(digits, separator, currency)
    return Decimal(_MARK.sub("", digits[:at]) + "." + digits[at + 1 :])


_MARK = re.compile(r"\D")
_CENTS = re.compile(r"(?:\d|\A-?)[.,·']\d\d\Z|[-=]\Z")


def _decimal_mark(digits: str, separator: str | None, currency: str | None) -> int:
    """Where in `digits` the decimal mark stands; their length where there is none."""
    marks = [(m[0], m.start()) for m in _MARK.finditer(digits)]
    if not marks:
        return len(digits)
    last, at = marks[-1]
    if last == "·" or len(digits) - at != 4 or any(mark != last for mark, _ in marks):
        return at  # thousands stand in threes and are all marked alike: 1.234,567 has three decimals
    if len(marks) > 1 or last == "'":
        return len(digits)
    if not digits[:at].strip("0") or at > 3:
        return at  # no thousands begin with a zero, or stand behind four digits
    has_decimals = _decimals(currency) == 3 if separator is None else last == separator
    return at if has_decimals else len(digits)


@cache
def _decimals(currency: str | None) -> int:
    from babel.numbers import get_currency_precision

    return get_currency_precision(currency) if currency else 2


_DAY, _MONTH = r"(?:0?[1-9]|[12]\d|3[01])", r"(?:0?[1-9]|1[0-2])"
# Dates, times, telephone numbers and codes come first, so that nothing within them is taken for money. Blanks group
# digits only by threes, so that "2 x 3,99" and "500 g 3,99" stay apart.
_TOKEN = re.compile(
    rf"""
      \d{{4}}-\d\d?-\d\d?(?!\d) | {_DAY}[./-]{_MONTH}[./-](?:19|20)?\d\d(?![\d.,])
    | (?<![$€£])(?<![$€£][ ]){_DAY}\.(?:0[1-9]|1[0-2])\.(?![\d-])
    | \d?\d:\d\d(?::\d\d)?(?![\d,.-])
    | \+\d[\d()/-]*(?:[ ][\d()/-]{{2,}})+ | \+\d{{7,}} | \d+(?:-\d+){{2,}}
    | (?!0\d(?![ /-]?\d))0\d+(?![\d]*[.,·])(?:[ /-]?\d)*
    | (?P<number>
        (?: \d{{1,3}}(?:[ ]\d{{3}})+(?!\d)(?:[.,·]\d{{1,3}}(?!\d))? | \d+(?:[.,·']\d+)*
          | (?<!\w)(?<!\d[ ])-?[.,·]\d\d?(?![.,]?\d) )
        (?!\d) (?:[ ]?[.,:/][ ]?(?:-+|=)(?!\d))?
      )
    """,
    re.VERBOSE,
)
_TO = re.compile(r"\s?(?:-{1,2}|~|…|\.\.\.|to|up to|bis|à|a|al|até|hasta|tot|till|til|do|до|és)\s?", re.IGNORECASE)


def numbers_in(text: str) -> list[Number]:
    """The numbers of a plain text that may be money, ranges as one."""
    tokens = list(_TOKEN.finditer(text))
    numbers: list[Number] = []
    done = said = told = 0
    for token, following in zip_longest(tokens, tokens[1:]):
        if token["number"] is None or token.start() < done:
            done = max(done, token.end())
            continue
        number = _number(text, token, following, done, said)
        is_money = _may_be_money(text, number)
        previous = numbers[-1] if numbers else None
        if "30" in text[told : number.start] and is_lowest_lately(text[told : number.start]):
            number = number._replace(role="was")
        told = number.said if number.sign or number.has_cents else told
        between = text[previous.end : number.start] if previous and previous.end == done else None
        if previous and between is not None and _TO.fullmatch(between):
            if is_money:
                numbers[-1] = number if _is_of_title(text, previous, number) else _range(previous, number)
            elif previous.sign is None:  # 10-20 %, 2 to 3 days
                numbers.pop()
        elif is_money:
            if previous and _is_reduced(previous, text[previous.end : number.start], number):
                numbers[-1] = previous._replace(role="was")
            numbers.append(number)
        done, said = number.end, number.said
    return numbers


def _number(text: str, token: re.Match[str], following: re.Match[str] | None, done: int, said: int) -> Number:
    """The number with what stands beside it; `done` and `said` are where the number before ended, and its words."""
    digits, start, end = token["number"], token.start(), token.end()
    before, start = _currency_before(text, done, start, digits)
    parts, end = multiplied(text, digits, end)
    if following and is_set_apart(text, done, start, token, following, before):
        digits, end, following = f"{digits}·{following['number']}", following.end(), None
    gap = text[end : end + 1].isspace()
    behind = starts_with_currency(text[end + gap : end + gap + 20])
    if behind and is_word_elsewhere(behind) and not _IN_FIGURES.search(digits):
        behind = None
    if behind:
        behind_end = end + gap + len(behind)
        if following and following["number"] and not text[behind_end : following.start()].strip(" -:"):
            cents_end = None if before or parts else end_of_cents(text, digits, behind, end, following)
            if cents_end:
                digits, behind_end = f"{digits}·{following['number']}", cents_end
            elif not _is_own(text, before, gap, behind_end, following):
                behind = None
        end = behind_end if behind else end
    minor = None if before or behind or len(digits) > 2 or not digits.isdecimal() else HUNDREDTHS.match(text, end)
    if minor:
        digits, behind, end = f"0·{digits:0>2}", OF_HUNDREDTHS.get(minor[1].lower()), minor.end()
    is_settled = before is not None and (not behind or len(spellings()[before]) < 2)
    sign = before if is_settled else behind or before
    named = _NAMED_BEHIND.match(text, end)
    if named and named[1] in (spellings()[sign] if sign else spellings()) and (sign or _CENTS.search(digits)):
        sign, end = named[1], named.end()
    rest = text[end:].removeprefix(" ").removeprefix("%")
    behind_role, length = role_behind(rest.lower())
    return Number(
        digits,
        start,
        end,
        sign,
        _is_negative(text, done, start, token.start(), before),
        heavier(role_before(text[max(done, said) : start].lower()), behind_role) or "price",
        len(text) - len(rest) + length,
        parts=parts,
    )


def _currency_before(text: str, done: int, start: int, digits: str) -> tuple[str | None, int]:
    """The currency in front of the digits that begin at `start`, and where it begins; `start` where there is none."""
    held = text[done:start].rstrip("- :)")
    before = ends_with_currency(held)
    if not before and held.endswith("."):
        held = held.rstrip(".")
        before = ends_with_currency(held)
    if not before:
        return None, start
    begin = done + len(held) - len(before)
    wider = _DOLLAR_OF.search(text, done, begin)
    if wider and (of := wider[1] + before if wider[1] + before in spellings() else wider[1]) in spellings():
        before, begin = of, wider.start()
    return (None, start) if is_word_elsewhere(before) and not _IN_FIGURES.search(digits) else (before, begin)


_NAMED_BEHIND = re.compile(r" ?\(?([A-Z]{3})(?!\w)\)?(?! ?\d)")
"""The code of a shared sign: "12,99 $ (CAD)"."""

_DOLLAR_OF = re.compile(r"(?<![^\W\d_])([A-Z]{1,3}) ?\Z")
"""The country of a dollar that stands apart from it: "US $12"."""

_IN_FIGURES = re.compile(r"\d[ .,'·]\d\d")
"""Written as only money is: with cents, or with its thousands set apart."""


def _is_own(text: str, before: str | None, gap: bool, at: int, following: re.Match[str]) -> bool:
    """Whether a currency between two numbers, which ends `at`, is the first's: glued to it, or as others stand."""
    touches_next = at == following.start()
    if gap and touches_next and not starts_with_currency(text[following.end() :][:20].lstrip()):
        return False
    return (not gap and not touches_next) or before is None


def _is_negative(text: str, done: int, start: int, digits_start: int, before: str | None) -> bool:
    if before and text[start:digits_start].endswith("-"):
        return True  # € -5
    outer = text[done:start]
    if done == 0 and outer.strip() == "-":
        return True
    # Between two numbers a dash means a range, unless it is glued to the second's currency: £20 -£5.
    apart = (done == 0 and outer == "-") or outer[-2:-1] in (" ", "\n", "(", ":")
    return outer.endswith("-") and apart and (done == 0 or before is not None or outer.strip(" -\n") != "")


def _may_be_money(text: str, number: Number) -> bool:
    """Whether a number is no percentage, quantity or part of a code."""
    left, right = text[number.start - 1 : number.start], text[number.end : number.end + 20]
    if right.lstrip(" ").startswith("%") or (left == "%" and not text[: number.start - 1].rstrip()[-1:].isdigit()):
        return False
    if _METRES.match(right):
        return False
    if number.sign:
        return True
    if _LEADING_ZERO.fullmatch(number.digits) or (number.parts and not _FRACTION.search(number.digits)):  # 14K gold
        return False
    if _INCHES.match(right) and left != '"':
        return False
    glued = left == "#" or any(c.isalpha() and c < "\u2e80" for c in (left, right[:1]))
    return not is_quantity(right.lower()) and (number.has_cents or not glued)


_INCHES = re.compile("[\"”]|''|′")
_FRACTION = re.compile(r"[.,·]\d\d?\Z")
_LEADING_ZERO = re.compile(r"0\d")
_METRES = re.compile(r"m(?!\w)", re.IGNORECASE)


def _is_of_title(text: str, number: Number, last: Number) -> bool:
    """Whether what stands before the dash is no lower end but of a name: "Size 42 - 89,95 €"."""
    if number.sign or number.has_cents or not last.has_cents:
        return False
    return not speaks_of_price_alone(text[: number.start].lower())


def _is_reduced(number: Number, between: str, last: Number) -> bool:
    """Whether the price that stood before is the one no longer asked: "$20 $15", which were struck through and not."""
    if number.role != "price" or last.role not in ("price", "now") or number.sign != last.sign:
        return False
    if _ARROW.fullmatch(between):
        return True
    old, new = number.value(None, None), last.value(None, None)
    return number.sign is not None and _BESIDE.fullmatch(between) is not None and old * _STEEPEST <= new < old


_ARROW = re.compile(r" ?(?:[→⇒➔➜➞⟶►▶]|[-=]+>) ?")
_BESIDE = re.compile(r"\s*(?:[(]?-? ?\d\d? ?%[)]?\s*)?")
_STEEPEST = Decimal("0.4")
"""What is left of a price after the steepest reduction; what stands behind a price and is less is something else."""


def _range(first: Number, last: Number) -> Number:
    low = min(first, last, key=lambda number: number.value(None, None))
    role = heavier(first.role, last.role) or "price"
    return low._replace(
        start=first.start, end=last.end, sign=first.sign or last.sign, role=role, said=last.said, is_range=True
    )
