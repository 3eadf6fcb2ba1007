"""Prices out of short texts.

A text is read as numbers, each with the currency and the words that stand beside it. Numbers that are a date, a
telephone number, a percentage, a quantity or part of a code are no money; of the rest `find_prices` tells all and
`read_price` chooses the one that the visitor is asked to pay.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache

from scrapers.extraction.amounts import Number, numbers_in
from scrapers.extraction.currencies import hinted_currency, resolve_currency
from scrapers.extraction.money_words import RANK, Role, is_with_tax, speaks_of_price_alone
from scrapers.extraction.plain_text import LONGEST, plain

_CENT = Decimal("0.0001")
_MOST = Decimal(10) ** 12
_DIGIT = re.compile(r"\d")


@dataclass(frozen=True, slots=True)
class Price:
    """An amount and its currency: an ISO 4217 code, else the sign as written ("$", "kr"), else None."""

    amount: Decimal
    currency: str | None


@dataclass(frozen=True, slots=True)
class Money:
    """One amount that a text speaks of. Where a range is given it is the lower end, and `is_range` is true."""

    amount: Decimal
    currency: str | None
    """As in `Price`; None where the text writes none, here or beside another amount, and there is no hint."""
    role: Role
    is_evident: bool
    """Whether a currency stands beside it; without one, two decimals or the lack of other words make it money."""
    is_range: bool = False


def read_price(
    text: str | None, *, currency_hint: str | None = None, decimal_separator: str | None = None
) -> Price | None:
    """The price that `text` states, or None where it states none.

    Of several amounts the one said to be asked now is taken, else the first that is not said to be something else, or
    the one that another exceeds by what is said to be saved; of two that stand side by side without a word ("$20 $15",
    of which the page strikes one through) the second where it is the lower one; of several currencies the hinted one.
    Of a range it is the lower end, of "2 x 3,99 €" and "4x £25" the single amount, of "3 for $10" the 10. An amount
    that is only per kilogram, per month, without tax or formerly asked counts where there is no other; what is saved or
    paid for shipping never does. Multiples are read: "$1.2k", "1万2,800円". Percentages alone give None, "Free" 0.

    `currency_hint` (the page's or site's currency: a code, a sign, or a text with one) stands in where none is written
    and settles a shared sign such as "$". `decimal_separator` ("." or ",") settles "1.099"; without it three digits
    behind a lone separator are thousands, except in currencies with three decimals (KWD). The amount keeps its sign
    and is rounded to 4 places.
    """
    hinted = hinted_currency(currency_hint)
    found = find_prices(text, currency_hint=hinted, decimal_separator=decimal_separator)
    if not found:
        return Price(Decimal(0), hinted) if text is not None and _says_free(text) else None
    reduced = _less_by_saving(found)
    best = min(
        found,
        key=lambda m: (
            RANK[m.role],
            not m.is_evident,
            hinted is not None and m.currency != hinted,
            m.amount not in reduced,
        ),
    )
    return None if best.role in ("saving", "shipping") else Price(best.amount, best.currency)


def _less_by_saving(found: Sequence[Money]) -> set[Decimal]:
    """What is left of the amounts without what is said to be saved: "$199.99 $149.99 You save $50.00"."""
    saved = {money.amount for money in found if money.role == "saving"}
    return {money.amount - less for less in saved for money in found}


def find_prices(
    text: str | None, *, currency_hint: str | None = None, decimal_separator: str | None = None
) -> list[Money]:
    """Every amount of money in `text`, in its order, with what the words beside it say; see `read_price`."""
    if not text or not _DIGIT.search(text, 0, LONGEST):
        return []
    return list(_found(text[:LONGEST], hinted_currency(currency_hint), decimal_separator))


@lru_cache(maxsize=1024)  # pages and feeds repeat themselves
def _found(text: str, hinted: str | None, decimal_separator: str | None) -> tuple[Money, ...]:
    clean = plain(text)
    numbers = numbers_in(clean)
    if len(numbers) > 1 or not all(_stands_alone(n, clean) for n in numbers):
        numbers = [n for n in numbers if n.sign or n.has_cents]
    signs = {number.sign for number in numbers if number.sign}
    shared = signs.pop() if len(signs) == 1 else None  # "Now 12.99, was £15.99" is in pounds throughout
    found = []
    for number in _with_net(numbers, clean):
        sign = number.sign or shared
        currency = resolve_currency(sign, hinted) if sign else hinted
        amount = money(number.value(decimal_separator, currency))
        if amount is not None:
            found.append(Money(amount, currency, number.role, number.sign is not None, number.is_range))
    return tuple(found)


def _with_net(numbers: list[Number], text: str) -> list[Number]:
    """The numbers, those that another exceeds by a tax that it says to hold as net: "10,00 € (12,00 € TTC)"."""
    if len(numbers) < 2:
        return numbers
    small = text.lower()
    taxed = [n.value(None, None) for n in numbers if is_with_tax(small[: n.start], small[n.end :])]
    if not taxed or len(taxed) == len(numbers):
        return numbers
    return [
        n._replace(role="net")
        if n.role == "price" and any(n.value(None, None) < gross <= n.value(None, None) * _MOST_TAX for gross in taxed)
        else n
        for n in numbers
    ]


_MOST_TAX = Decimal("1.3")


def _stands_alone(number: Number, text: str) -> bool:
    """Whether a number is money by itself, or because all words around it speak of prices."""
    if number.sign or number.has_cents:
        return True
    around = f"{text[: number.start]} {text[number.end :]}"
    return re.fullmatch(
        r"[^\d(\[#/@&]*(?:\((?=[^)]*[^\W\d])[^\d(]+\))?[^\w(\[#/@&]*", around
    ) is not None and speaks_of_price_alone(around.lower())


def _says_free(text: str) -> bool:
    """Whether the text says "free" and nothing else that counts: free shipping is no price."""
    words = re.findall(r"\w+", text[:LONGEST].casefold().removeprefix("for "))
    return not _FREE.isdisjoint(words) and all(word in _FREE or speaks_of_price_alone(word) for word in words)


_FREE = frozenset(
    """free gratis kostenlos kostenfrei umsonst gratuit gratuita gratuite gratuito grátis bezpłatnie darmo za zdarma
    zadarmo ingyenes ingyen ilmainen ücretsiz бесплатно безкоштовно безплатно δωρεάν besplatno brezplačno
    nemokamai bezmaksas tasuta ókeypis 無料 免费 免費 무료 مجاني مجانا رایگان חינם מתנה""".split()
)


def money(amount: Decimal) -> Decimal | None:
    """`amount` rounded to the 4 places the lake keeps; None where it is not a number or beyond any price."""
    if not amount.is_finite() or abs(amount) >= _MOST:
        return None
    if int(amount.as_tuple().exponent) < -4:  # 19.989999999 is how some shop software prints 19.99
        amount = amount.quantize(_CENT).normalize()
        return amount.quantize(Decimal("0.01")) if int(amount.as_tuple().exponent) > -2 else amount
    return amount
