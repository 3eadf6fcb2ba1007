"""The numbers in a text that may be money, each with the currency and the words that stand beside it.

Numbers that are a date, a time, a telephone number, a percentage, a quantity or part of a code are none.
"""

from __future__ import annotations

import re
from decimal import Decimal
from functools import cache
from itertools import zip_longest
from typing import NamedTuple

from scrapers.extraction.currencies import ends_with_currency, spellings, starts_with_currency
from scrapers.extraction.money_words import Role, heavier, is_lowest_lately, is_quantity, role_before, role_behind


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

    @property
    def has_cents(self) -> bool:
        """Whether it is written as money is, even without a currency: 12.99, 12,-"""
        return _CENTS.search(self.digits) is not None

    def value(self, separator: str | None, currency: str | None) -> Decimal:
        """The number; `separator` counts where the digits leave open whether it groups thousands."""
        digits = self.digits.lstrip("-").rstrip(".,:/- ").replace(" ", "")
        at = _decimal_mark(digits, separator, currency)
        amount = Decimal(_MARK.sub("", digits[:at]) + "." + digits[at + 1 :])
        return -amount if self.negative else amount


_MARK = re.compile(r"\D")
_CENTS = re.compile(r"(?:\d|\A-?)[.,·']\d\d\Z|-\Z")


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
    | \+\d[\d()/-]*(?:[ ][\d()/-]{{2,}})+ | \+\d{{7,}} | \d+(?:-\d+){{2,}} | 0\d+(?![\d]*[.,·])(?:[ /-]?\d)*
    | (?P<number>
        (?: \d{{1,3}}(?:[ ]\d{{3}})+(?!\d)(?:[.,·]\d{{1,3}}(?!\d))? | \d+(?:[.,·']\d+)*
          | (?<!\w)(?<!\d[ ])-?[.,·]\d\d?(?![.,]?\d) )
        (?!\d) (?:[ ]?[.,:/][ ]?-+(?!\d))?
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
        if previous and previous.end == done and _TO.fullmatch(text, previous.end, number.start):
            if is_money:
                numbers[-1] = _range(previous, number)
            elif previous.sign is None:  # 10-20 %, 2 to 3 days
                numbers.pop()
        elif is_money:
            numbers.append(number)
        done, said = number.end, number.said
    return numbers


def _number(text: str, token: re.Match[str], following: re.Match[str] | None, done: int, said: int) -> Number:
    """The number with what stands beside it; `done` and `said` are where the number before ended, and its words."""
    digits, start, end = token["number"], token.start(), token.end()
    held = text[done:start].rstrip("- :)")
    before = ends_with_currency(held)
    if not before and held.endswith("."):
        held = held.rstrip(".")
        before = ends_with_currency(held)
    if before:
        start = done + len(held) - len(before)
        wider = _DOLLAR_OF.search(text, done, start)
        if wider and (of := wider[1] + before if wider[1] + before in spellings() else wider[1]) in spellings():
            before, start = of, wider.start()
    gap = text[end : end + 1].isspace()
    behind = starts_with_currency(text[end + gap : end + gap + 20])
    if behind:
        behind_end = end + gap + len(behind)
        if following and following["number"] and not text[behind_end : following.start()].strip(" -:"):
            cents = _cents(text, digits, gap, behind_end, following) if not before else None
            if cents:
                digits, behind_end = f"{digits}·{cents}", following.end()
            elif not _is_own(text, before, gap, behind_end, following):
                behind = None
        end = behind_end if behind else end
    minor = _MINOR.match(text, end) if not before and not behind and len(digits) <= 2 and digits.isdecimal() else None
    if minor:
        digits, behind, end = f"0·{digits:0>2}", _MINOR_OF.get(minor[1].lower()), minor.end()
    rest = text[end:].removeprefix(" ").removeprefix("%")
    behind_role, length = role_behind(rest.lower())
    is_settled = before is not None and (not behind or len(spellings()[before]) < 2)
    return Number(
        digits,
        start,
        end,
        before if is_settled else behind or before,
        _is_negative(text, done, start, token.start(), before),
        heavier(role_before(text[max(done, said) : start].lower()), behind_role) or "price",
        len(text) - len(rest) + length,
    )


_DOLLAR_OF = re.compile(r"(?<![^\W\d_])([A-Z]{1,3}) ?\Z")
"""The country of a dollar that stands apart from it: "US $12"."""


_MINOR = re.compile(r"[ ]?(p|¢|pence|cents?)(?!\w)", re.IGNORECASE)
_MINOR_OF = {"p": "£", "pence": "£", "¢": "$"}
"""Hundredths: 99p, 50 cents."""


def _cents(text: str, digits: str, gap: bool, at: int, following: re.Match[str]) -> str | None:
    """The cents behind a currency, as in "12 €99"; `at` is where the currency ends."""
    glued = not gap or at == following.start() or following.end() == len(text)
    alone = not starts_with_currency(text[following.end() :][:20].lstrip()) and text[following.end() :][:1] not in (
        "%",
        "x",
    )
    whole = re.fullmatch(r"[\d .,']*?\d", digits) and not _CENTS.search(digits)
    return following["number"] if glued and alone and whole and re.fullmatch(r"\d\d", following["number"]) else None


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
    if _MULTIPLE.match(right) or (left and left in _LARGE):
        return False
    if number.sign:
        return True
    glued = left == "#" or any(c.isalpha() and c < "\u2e80" for c in (left, right[:1]))
    return not is_quantity(right.lower()) and (number.has_cents or not glued)


_LARGE = "천만千万億亿"
_MULTIPLE = re.compile(
    rf"[km](?!\w)|\s?(?:(?:mio|mln|mrd|bn|millions?|lakhs?|lac|crores?|cr|тыс|млн)(?!\w)|[{_LARGE}])", re.IGNORECASE
)
"""Multiples of a thousand and more: 1.2k, 3 lakh, 1만. What they come to is not read, nor what follows: 1万2800."""


def _range(first: Number, last: Number) -> Number:
    low = min(first, last, key=lambda number: number.value(None, None))
    role = heavier(first.role, last.role) or "price"
    return low._replace(
        start=first.start, end=last.end, sign=first.sign or last.sign, role=role, said=last.said, is_range=True
    )
