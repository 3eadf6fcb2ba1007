"""Stock phrases in many languages."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scrapers.extraction.availability import read_availability

CODES = ("in_stock", "out_of_stock", "pre_order", "discontinued")
PHRASES = Path(__file__).parent / "data" / "stock_phrases.tsv"
"""Language, what it says (blank: nothing), and the text as shops print it; written before the phrase list was."""


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("https://schema.org/InStock", "in_stock"),
        ("https://schema.org/InStock/", "in_stock"),
        ("http://schema.org/OutOfStock", "out_of_stock"),
        ("SoldOut", "out_of_stock"),
        ("schema:PreOrder", "pre_order"),
        ("https://schema.org/BackOrder", "pre_order"),
        ("https://schema.org/LimitedAvailability", "in_stock"),
        ("https://schema.org/InStoreOnly", "in_stock"),
        ("https://schema.org/Discontinued", "discontinued"),
        ("in_stock", "in_stock"),
        ("out of stock", "out_of_stock"),
        ("IN STOCK", "in_stock"),
        ("STOKTA YOK", "out_of_stock"),
        ("Ｉｎ　ｓｔｏｃｋ", "in_stock"),
        ("E\u0301puise\u0301", "out_of_stock"),
    ],
)
def test_terms_and_spellings(text: str, code: str) -> None:
    assert read_availability(text) == code


@pytest.mark.parametrize(
    ("text", "code"),
    [
        # A "not" denies what follows it in its clause and its language.
        ("Derzeit nicht auf Lager", "out_of_stock"),
        ("Not available in your size", "out_of_stock"),
        ("Ce produit n’est pas encore disponible", "out_of_stock"),
        ("Nu este disponibil", "out_of_stock"),
        ("Nu beschikbaar", "in_stock"),
        ("Disponível no site", "in_stock"),
        ("Not on sale. In stock", "in_stock"),
        ("Mevcut değil", "out_of_stock"),
        # For good, of goods that lie somewhere, means sold out; of those that are sold, no more at all.
        ("No longer in stock", "out_of_stock"),
        ("No longer available", "discontinued"),
        ("Nicht mehr vorrätig", "out_of_stock"),
        ("Wird nicht mehr hergestellt", "discontinued"),
        ("Currently no longer available", "out_of_stock"),
        ("Ce produit n'est plus disponible pour le moment", "out_of_stock"),
        # Conditions and offers to notify say nothing of now, but who offers to notify has none.
        ("Email me when available", "out_of_stock"),
        ("In stock. Notify me of price drops", "in_stock"),
        ("Stokta olduğunda haber ver", "out_of_stock"),
        ("موجود شد به من اطلاع بده", "out_of_stock"),
        ("Benachrichtigen Sie mich, sobald der Artikel verfügbar ist", "out_of_stock"),
        # Dates.
        ("Available from 12 May", "pre_order"),
        ("Verfügbar ab 12.05.2026", "pre_order"),
        ("Nicht auf Lager, lieferbar ab Juni", "pre_order"),
        ("Disponible à partir du 3 juin", "pre_order"),
        ("Disponible en magasin", "in_stock"),
        ("Auf Lager, Lieferung bis Freitag, 12. Mai", "in_stock"),
        ("Back in stock soon", "out_of_stock"),
        # Numbers.
        ("Only 3 left", "in_stock"),
        ("0 in stock", "out_of_stock"),
        ("Kun 2 stk. tilbage", "in_stock"),
        ("Noch 12 Exemplare auf Lager", "in_stock"),
        ("10 in stock", "in_stock"),
        ("Lagerbestand: 0", "out_of_stock"),
        ("Lagerbestand: 20", "in_stock"),
        ("Stock: 0", "out_of_stock"),
        # What tells more against buying wins.
        ("Out of stock online, available in selected stores", "out_of_stock"),
        ("Ausverkauft – bald wieder auf Lager", "out_of_stock"),
        ("Bald ausverkauft", "in_stock"),
        ("Vorbestellung nicht möglich", "out_of_stock"),
        ("Sold out, pre-order for the next batch", "pre_order"),
        ("In store only", "in_stock"),
    ],
)
def test_the_rules(text: str, code: str) -> None:
    assert read_availability(text) == code


@pytest.mark.parametrize(
    "text",
    [
        None,
        "",
        " ",
        "https://example.com/",
        "rot, blau",
        "0",
        "Check availability",
        "Verfügbarkeit prüfen",
        "Stock",
        "Lager",
    ],
)
def test_what_says_nothing_is_none(text: str | None) -> None:
    assert read_availability(text) is None


def test_the_labelled_phrases() -> None:
    given = [line.split("\t") for line in PHRASES.read_text("utf-8").splitlines()]
    assert len(given) >= 300
    assert len({language for language, _, _ in given}) >= 15
    assert 0.4 < sum(right == "out_of_stock" for _, right, _ in given) / len(given) < 0.6
    read = [(right, read_availability(text) or "") for _, right, text in given]
    for code in CODES:
        hits = sum(right == code == found for right, found in read)
        assert hits >= 0.95 * sum(found == code for _, found in read), code
        assert hits >= 0.95 * sum(right == code for right, _ in read), code
    assert all(found == "" for right, found in read if right == "")


@settings(max_examples=100, deadline=None)
@given(
    st.lists(
        st.sampled_from("not auf lager 0 12 in stock 12.05. plus ab wenn 在庫 なし , . - é @ # nicht mehr".split(" "))
    )
)
def test_no_heap_of_words_breaks_it(words: list[str]) -> None:
    assert read_availability(" ".join(words)) in (None, *CODES)


@settings(deadline=None)
@given(st.text(max_size=200))
def test_no_text_breaks_it(text: str) -> None:
    assert read_availability(text) in (None, *CODES)


@pytest.mark.parametrize("part", ["nicht auf lager ", "a", "ab ", "在庫", "0 ", "1.1.", "\u0301", "﷽", "in stock "])
def test_a_long_text_costs_little(part: str) -> None:
    begun = time.process_time()
    read_availability(part * 500_000)
    assert time.process_time() - begun < 0.5
