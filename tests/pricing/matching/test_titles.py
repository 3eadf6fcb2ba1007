"""Titles taken apart, and what makes two of them different products."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pricing.matching.conflicts import brands_differ, conflict_between, unsaid
from pricing.matching.titles import read_title


@pytest.mark.parametrize(
    ("title", "quantities"),
    [
        ("Rioja 0,75 l", {("volume", 750)}),
        ("Rioja 75cl", {("volume", 750)}),
        ("Spray 5.5 fl. oz", {("volume", 162.654)}),
        ("Flour 1,000 g", {("mass", 1000)}),
        ("Mehl 1,5 kg", {("mass", 1500)}),
        ("Bacon 1 lb", {("mass", 453.592)}),
        ("Ultra 64GB microSD", {("capacity", 64)}),
        ("Disk 2 TB", {("capacity", 2000)}),
        ("Shelf 30 x 40 x 5 cm", {("length", 300), ("length", 400), ("length", 50)}),
        ('Monitor 27" 144Hz', {("length", 685.8), ("frequency", 144)}),
        ("Hose 1/2 inch", {("length", 12.7)}),
        ("Plug 2-1/2 inch", {("length", 63.5)}),
        ("12 x 0.5 l water", {("volume", 500)}),
        ("Motor oil 5 qt", {("volume", 4731.76)}),
        ("Молоко 0,5 л", {("volume", 500)}),
        ("Bose am53g speaker", set()),
        ("Fuji x100", set()),
    ],
)
def test_quantities_come_in_one_unit(title: str, quantities: set[tuple[str, float]]) -> None:
    assert read_title(title).quantities == quantities


@pytest.mark.parametrize(
    ("title", "pack"),
    [
        ("Case of 12 Rioja 750 ml", 12),
        ("12 x 0.75 l Rioja", 12),
        ("12x500ml", 12),
        ("Rioja 75cl x 6", 6),
        ("Rioja 750ml (6 bottles)", 6),
        ("6er-Pack Bier", 6),
        ("Bier 24er Kiste", 24),
        ("USB-C cable 2-pack", 2),
        ("Mug (2 pcs)", 2),
        ("Tee 20 Beutel", 20),
        ("Pack of 4 mugs", 4),
        ("Mugs, x4", 4),
        ("Whisk x 3", 3),
        ("2x AA battery", 2),
        ("Doppelpack Seife", 2),
        ("A dozen eggs", 12),
        ("Vino tinto 75cl caja 6 botellas", 6),
        ("Batterie AA confezione da 8", 8),
        ("Wijn 6 flessen", 6),
        ("Piwo 0,5l 24 szt.", 24),
        ("Вода 1,5 л 6 шт", 6),
        ("Su 0,5 lt 12'li", 12),
        ("ミルク 500ml 6本セット", 6),
        ("纸巾 24包", 24),
        ("우유 200ml 12개", 12),
        ("Drill 12 Li-Ion", None),
        ("iPhone 12 case", None),
        ("iPhone case 14", None),
        ("Fuji x10", None),
        ("Lens with 10x optical zoom", None),
        ("Shelf 30 x 40 cm", None),
    ],
)
def test_pack_counts(title: str, pack: int | None) -> None:
    assert read_title(title).pack == pack


@pytest.mark.parametrize(
    ("ours", "theirs", "about", "certain"),
    [
        ("Rioja 0.75 l", "Rioja, case of 12, 0.75 l", "pack", False),
        ("Rioja 6 x 0.75 l", "Rioja 12 x 0.75 l", "pack", True),
        ("SanDisk Ultra 64 GB", "SanDisk Ultra 128GB", "capacity", True),
        ("Phone 4 GB 64 GB", "Phone 4 GB 128 GB", "capacity", True),
        ("Rice 500 g", "Rice 1 kg", "mass", True),
        ("Shirt red", "Shirt Blau", "colour", True),
        ("Silla roja", "Silla azul", "colour", True),
        ("Stoel zwart", "Чайник белый", "colour", True),
        ("Shirt, size L", "Shirt, Größe M", "size", True),
        ("Sony PS-LX350H", "Sony PS-LX300", "model", True),
        ("iPhone 12", "iPhone 13", "number", True),
        ("Office 2003", "Office 2007", "model", True),
    ],
)
def test_conflicts(ours: str, theirs: str, about: str, certain: bool) -> None:
    conflict = conflict_between(read_title(ours), read_title(theirs))
    assert conflict is not None
    assert (conflict.about, conflict.certain) == (about, certain)


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        ("Rioja 0.75 l", "Rioja 750ml"),
        ("Disk 1 TB", "Disk 1024 GB"),
        ("Butter 1 lb", "Butter 454 g"),
        ("Sony PS-LX350H", "Sony turntable pslx350h"),
        ("Grey scarf", "Schal grau"),
        ("Phone 64 GB", "Phone"),
        ("Mug 1 piece", "Mug"),
        ("Screen 300", "Screen 300 mm"),
    ],
)
def test_other_spellings_are_no_conflict(ours: str, theirs: str) -> None:
    assert conflict_between(read_title(ours), read_title(theirs)) is None


def test_brands_differ_only_where_neither_is_the_other() -> None:
    plain = read_title("Coffee Press")
    assert brands_differ("Kopperby", "Nordkessel", plain, plain)
    assert not brands_differ("Hausmann & Co", "HAUSMANN&CO.", plain, plain)
    assert not brands_differ("Canon", "Canon Deutschland", plain, plain)
    assert not brands_differ(None, "Canon", plain, plain)
    assert not brands_differ("Kopperby", "Shop brand", plain, read_title("Kopperby Coffee Press"))


def test_what_one_side_leaves_unsaid() -> None:
    ours = read_title("Ferrolux Professional Wireless Ladles 30 cm red")
    assert unsaid(ours, read_title("Ladle Ferrolux Prof. WL 300 mm, rouge")) == ["red"]
    assert unsaid(read_title("Ferrolux Ladle Deluxe 2.5"), ours) == ["2.5", "deluxe"]
    assert unsaid(read_title("Gold fish bowl"), read_title("Goldfish bowl")) == []
    assert unsaid(read_title("Espresso machine"), read_title("Expresso machine")) == []
    assert unsaid(read_title("Green tea"), read_title("Green teapot")) == ["tea"]


@given(st.text(max_size=80))
def test_any_text_can_be_read_and_never_conflicts_with_itself(text: str) -> None:
    title = read_title(text)
    assert conflict_between(title, title) is None
    assert unsaid(title, title) == []


@given(st.sampled_from(["ml", "cl", "l", "g", "kg"]), st.integers(1, 999), st.integers(1, 999))
def test_different_contents_conflict_and_equal_ones_do_not(unit: str, one: int, two: int) -> None:
    conflict = conflict_between(read_title(f"Brew {one} {unit}"), read_title(f"{two}{unit} Brew"))
    assert (conflict is not None) == (abs(one - two) > 0.03 * max(one, two))
