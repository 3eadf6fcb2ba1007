"""Stock phrases in several languages."""

from __future__ import annotations

import pytest

from scrapers.extraction.availability import read_availability


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("https://schema.org/InStock", "in_stock"),
        ("http://schema.org/OutOfStock", "out_of_stock"),
        ("SoldOut", "out_of_stock"),
        ("schema:PreOrder", "pre_order"),
        ("https://schema.org/BackOrder", "pre_order"),
        ("https://schema.org/Discontinued", "discontinued"),
        ("in_stock", "in_stock"),
        ("Auf Lager", "in_stock"),
        ("Derzeit nicht auf Lager", "out_of_stock"),
        ("Nicht mehr lieferbar", "discontinued"),
        ("Jetzt vorbestellen", "pre_order"),
        ("Sofort lieferbar, 2-3 Werktage", "in_stock"),
        ("This item is no longer available", "discontinued"),
        ("Currently unavailable", "out_of_stock"),
        ("Only 3 left in stock", "in_stock"),
        ("En rupture de stock", "out_of_stock"),
        ("En stock", "in_stock"),
        ("N’est plus disponible", "discontinued"),
        ("Agotado", "out_of_stock"),
        ("Non disponibile", "out_of_stock"),
        ("Disponibile", "in_stock"),
        ("Niet op voorraad", "out_of_stock"),
        ("Op voorraad", "in_stock"),
        ("Produkt niedostępny", "out_of_stock"),
        ("Dostępny", "in_stock"),
        ("Esgotado", "out_of_stock"),
        ("Slut i lager", "out_of_stock"),
        ("Finns i lager", "in_stock"),
        ("Ikke på lager", "out_of_stock"),
        ("Není skladem", "out_of_stock"),
        ("Skladem", "in_stock"),
        ("Нет в наличии", "out_of_stock"),
        ("В наличии", "in_stock"),
        ("在庫切れ", "out_of_stock"),
    ],
)
def test_reads(text: str, code: str) -> None:
    assert read_availability(text) == code


@pytest.mark.parametrize("text", [None, "", "Free delivery over 50", "https://example.com/", "rot, blau"])
def test_what_says_nothing_is_none(text: str | None) -> None:
    assert read_availability(text) is None
