"""GTINs, currencies and the identity of offers."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from warehouse.gtin import clean_gtin
from warehouse.money import is_currency
from warehouse.offer_ids import canonical_url, offer_id


@pytest.mark.parametrize(
    ("written", "cleaned"),
    [
        ("6291041500213", "06291041500213"),  # the worked example in GS1's check digit guide
        ("614141007349", "00614141007349"),  # GS1 US's sample UPC-A
        ("9780306406157", "09780306406157"),  # the ISBN-13 standard's example
        ("96385074", "00000096385074"),  # the EAN-8 example of its encyclopedia entry
        (" 978-0-306-40615-7 ", "09780306406157"),
        ("6291041500214", None),
        ("00000000", None),
        ("123", None),
        ("６２９１０４１５００２１３", None),
        ("", None),
        (None, None),
    ],
)
def test_published_gtins(written: str | None, cleaned: str | None) -> None:
    assert clean_gtin(written) == cleaned


@given(st.integers(min_value=1, max_value=10**12 - 1), st.integers(0, 12), st.integers(1, 9))
def test_one_wrong_digit_is_always_seen(body: int, place: int, step: int) -> None:
    valid = [code for digit in range(10) if (code := clean_gtin(f"{body:012}{digit}"))]
    assert len(valid) == 1
    digits = valid[0][1:]
    wrong = digits[:place] + str((int(digits[place]) + step) % 10) + digits[place + 1 :]
    assert clean_gtin(wrong) is None


def test_currencies_are_those_in_use() -> None:
    assert all(is_currency(code) for code in ("EUR", "USD", "GBP", "CHF", "JPY", "PLN"))
    assert not any(is_currency(code) for code in ("DEM", "eur", "EURO", "", "XYZ"))


@pytest.mark.parametrize(
    ("url", "canonical"),
    [
        ("HTTPS://Shop.Example:443/p/1#reviews", "https://shop.example/p/1"),
        ("https://shop.example?b=2&a=1&utm_source=x&gclid=y", "https://shop.example/?a=1&b=2"),
        ("http://[::1]:8080/p", "http://[::1]:8080/p"),
    ],
)
def test_one_page_has_one_address(url: str, canonical: str) -> None:
    assert canonical_url(url) == canonical
    assert canonical_url(canonical) == canonical


@pytest.mark.parametrize("url", ["ftp://shop.example/p", "javascript:alert(1)", "/p/1", ""])
def test_other_addresses_are_refused(url: str) -> None:
    with pytest.raises(ValueError, match="not an http"):
        canonical_url(url)


FIELD = st.none() | st.text(alphabet="ab \x1e", max_size=3)


@given(st.tuples(FIELD, FIELD, FIELD), st.tuples(FIELD, FIELD, FIELD))
def test_offers_that_differ_have_different_ids(
    one: tuple[str | None, str | None, str | None], other: tuple[str | None, str | None, str | None]
) -> None:
    def cleaned(fields: tuple[str | None, ...]) -> list[str | None]:
        return [f and f.replace("\x1e", " ") for f in fields]

    same = offer_id("s", "https://a.example/", *one) == offer_id("s", "https://a.example/", *other)
    assert same == (cleaned(one) == cleaned(other))
