"""Currencies as shops write them."""

from __future__ import annotations

import pytest
from babel.numbers import get_currency_symbol
from hypothesis import given
from hypothesis import strategies as st

from scrapers.extraction.currencies import (
    currency_of_place,
    ends_with_currency,
    resolve_currency,
    spellings,
    starts_with_currency,
)
from warehouse.money import currencies


@pytest.mark.parametrize(
    ("written", "hint", "code"),
    [
        ("€", None, "EUR"),
        ("Euro", None, "EUR"),
        ("usd", None, "USD"),
        ("US$", None, "USD"),
        ("zł", None, "PLN"),
        ("R$", None, "BRL"),
        ("£", None, "GBP"),
        ("£", "EGP", "GBP"),
        # Shared signs mean what the hint says where they can, and stay as they are where it cannot be.
        ("$", None, "$"),
        ("$", "CAD", "CAD"),
        ("$", "EUR", "$"),
        ("kr", "SEK", "SEK"),
        ("kr.", "DKK", "DKK"),
        ("kr", "kr", "kr"),
        ("¥", "CNY", "CNY"),
        ("Rs.", "PKR", "PKR"),
        # Some shared ones nearly always mean one of theirs.
        ("руб.", None, "RUB"),
        ("руб.", "BYN", "BYN"),
        ("lei", None, "RON"),
        ("lei", "MDL", "MDL"),
        # Nothing written, or nothing known.
        (None, "EUR", "EUR"),
        ("", "€", "EUR"),
        (None, None, None),
        ("points", "EUR", "EUR"),
        ("points", None, None),
        # A toman is ten rials: no code of its own, and not the hint's.
        ("تومان", "IRR", "تومان"),
    ],
)
def test_resolves(written: str | None, hint: str | None, code: str | None) -> None:
    assert resolve_currency(written, hint) == code


@pytest.mark.parametrize(
    ("language", "url", "code"),
    [
        ("sv", None, "SEK"),
        ("en", "https://www.shop.com.au/kettle", "AUD"),
        ("en", "https://shop.co.uk/", "GBP"),
        ("de", "https://shop.ch/de/", "CHF"),
        ("en", "https://shop.com/en-ca/kettle", "CAD"),
        ("en", "https://shop.com/de_AT/kettle", "EUR"),
        ("pt-BR", None, "BRL"),
        ("en-NZ", "https://shop.com/", "NZD"),
        ("zh-Hant-TW", None, "TWD"),
        ("en", "https://shop.com/", None),
        ("en", "https://shop.co/", None),
        ("es", "https://shop.com.co/", "COP"),
        ("en", "https://shop.io/", None),
        (None, None, None),
        ("", "http://[broken", None),
        ("xx-YY-ZZ", "mailto:a@b", None),
    ],
)
def test_the_currency_of_a_place(language: str | None, url: str | None, code: str | None) -> None:
    assert currency_of_place(language, url) == code


def test_every_code_and_most_of_the_worlds_signs_are_known() -> None:
    assert currencies() <= spellings().keys()
    for code in "EUR USD GBP JPY CNY INR KRW ILS VND PHP NGN UAH KZT GEL TRY PLN CZK HUF THB BRL CRC PYG".split():
        for locale in (
            "en_US",
            "de_DE",
            {"PLN": "pl_PL", "CZK": "cs_CZ", "HUF": "hu_HU", "TRY": "tr_TR"}.get(code, "en"),
        ):
            sign = get_currency_symbol(code, locale=locale)
            assert resolve_currency(sign, code) == code, sign


@pytest.mark.parametrize("text", ["Preis: EUR", "nur€", "ab €", "Rs.", "US$"])
def test_a_currency_before_a_number(text: str) -> None:
    assert ends_with_currency(text) in ("EUR", "€", "Rs.", "US$")


@pytest.mark.parametrize("text", ["top", "try", "iPhoneEUR", "Europe", "after", "10 DA", "単元"])
def test_words_that_end_like_a_currency_are_none(text: str) -> None:
    assert ends_with_currency(text) is None


@pytest.mark.parametrize(
    ("text", "sign"),
    [("€/kg", "€"), ("円税込", "円"), ("kr.", "kr."), ("Ft", "Ft"), ("EURO*", "EURO"), ("feet", None), ("europe", None),
     ("rubs", None), ("R 5", None)],
)  # fmt: skip
def test_a_currency_behind_a_number(text: str, sign: str | None) -> None:
    assert starts_with_currency(text) == sign


@given(st.text(max_size=30), st.none() | st.text(max_size=10))
def test_no_text_breaks_it(text: str, hint: str | None) -> None:
    resolve_currency(text, hint)
    currency_of_place(text, hint)
    ends_with_currency(text)
    starts_with_currency(text)
