"""Prices out of short texts."""

from __future__ import annotations

from decimal import Decimal

import pytest
from babel.numbers import format_currency
from hypothesis import given
from hypothesis import strategies as st

from scrapers.extraction.price_text import Price, read_price


@pytest.mark.parametrize(
    ("text", "amount", "currency"),
    [
        ("1.234,50 €", "1234.50", "EUR"),
        ("1 234,50 €", "1234.50", "EUR"),
        ("1 234,50 €", "1234.50", "EUR"),
        ("1 234,50 €", "1234.50", "EUR"),
        ("12’990.00 CHF", "12990.00", "CHF"),
        ("CHF 12'990.–", "12990", "CHF"),
        ("1.299,- €", "1299", "EUR"),
        ("35€99", "35.99", "EUR"),
        ("£1,299.00", "1299.00", "GBP"),
        ("₹1,23,456.00", "123456.00", "INR"),
        ("1.299,90 zł", "1299.90", "PLN"),
        ("5.490 Ft", "5490", "HUF"),
        ("R$ 1.299,90", "1299.90", "BRL"),
        ("US$ 3", "3", "USD"),
        ("12 990 ₽", "12990", "RUB"),
        ("$.75", "0.75", "$"),
        ("kr 1 299", "1299", "kr"),
        ("2 x 3,99 €", "3.99", "EUR"),
        ("4x £25", "25", "GBP"),
        ("500 g 3,99 €", "3.99", "EUR"),
        ("20% off: $12.99", "12.99", "$"),
        ("Preis: EUR 19,99 inkl. MwSt.", "19.99", "EUR"),
        ("٣٫٥٠", "3.50", None),
        ("3.350", "3350", None),
        ("1.099,00", "1099.00", None),
        ("0.333 €", "0.333", "EUR"),
        ("-5,00 €", "-5.00", "EUR"),
        ("19.989999999", "19.99", None),
        ("Free", "0", None),
        ("KWD 12.500", "12.500", "KWD"),
    ],
)
def test_reads(text: str, amount: str, currency: str | None) -> None:
    assert read_price(text) == Price(Decimal(amount), currency)


@pytest.mark.parametrize("text", [None, "", "   ", "Preis auf Anfrage", "50%", "20 % Rabatt", "€", "carefree"])
def test_nothing_found_is_none_and_never_zero(text: str | None) -> None:
    assert read_price(text) is None


def test_a_hint_settles_a_shared_sign_and_stands_in_where_none_is_written() -> None:
    assert read_price("$12", currency_hint="CAD") == Price(Decimal(12), "CAD")
    assert read_price("$12", currency_hint="EUR") == Price(Decimal(12), "$")
    assert read_price("12,00", currency_hint="€") == Price(Decimal("12.00"), "EUR")
    assert read_price("12 €", currency_hint="USD") == Price(Decimal(12), "EUR")


def test_the_decimal_separator_settles_three_digits() -> None:
    assert read_price("1.099", decimal_separator=".") == Price(Decimal("1.099"), None)
    assert read_price("1.099", decimal_separator=",") == Price(Decimal(1099), None)


LOCALES = ["de_DE", "de_CH", "fr_FR", "en_GB", "en_US", "it_IT", "es_ES", "pl_PL", "cs_CZ", "sv_SE", "nl_NL", "en_IN"]


@given(
    cents=st.integers(1, 10**9),
    locale=st.sampled_from(LOCALES),
    currency=st.sampled_from(["EUR", "GBP", "CHF", "PLN", "CZK"]),
)
def test_reads_what_babel_writes(cents: int, locale: str, currency: str) -> None:
    """CLDR's own formats (Babel) are the independent word on how a locale writes money."""
    amount = Decimal(cents) / 100
    assert read_price(format_currency(amount, currency, locale=locale)) == Price(amount, currency)


@given(st.text(max_size=400))
def test_no_text_breaks_it(text: str) -> None:
    price = read_price(text)
    assert price is None or price.amount.is_finite()


def test_a_long_text_costs_no_more_than_a_short_one() -> None:
    assert read_price("1 " * 1_000_000) == read_price("1 " * 150)
