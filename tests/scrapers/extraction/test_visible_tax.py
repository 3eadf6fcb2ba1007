"""Whether the price holds the tax, as pages say it beside the price."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scrapers.extraction.product import extract
from scrapers.extraction.visible.tax import says_tax

WITH = [
    "inkl. MwSt., zzgl. Versand", "exkl. Versand, inkl. 19 % gesetzl. MwSt.", "inc VAT", "TTC", "Prix TTC hors port",
    "IVA incluido", "IVA inclusa", "Com IVA", "s DPH", "z VAT", "с НДС", "με ΦΠΑ", "KDV dahil", "（税込）", "incl. BTW",
    "inkl. moms", "sis. alv 25,5 %", "TVA inclus", "(Inclusive of all taxes)", "Tax included.",
]  # fmt: skip
WITHOUT = [
    "zzgl. 19% MwSt.", "inkl. Versand, zzgl. MwSt.", "Preise netto zzgl. gesetzlicher MwSt.", "Ex Tax:", "excl. VAT",
    "HT", "IVA no incluido", "IVA esclusa", "sem IVA", "bez DPH", "bez VAT", "без НДС", "χωρίς ΦΠΑ", "KDV hariç",
    "税抜", "exclusief btw", "ekskl. moms", "áfa nélkül", "fără TVA", "plus tax",
    "Taxes and shipping calculated at checkout",
]  # fmt: skip
NEITHER = ["", "VAT number: 123", "Tax free", "netto", "inkl. Versand", "zzgl. Versand", "Income tax guide", "tax"]


@pytest.mark.parametrize(
    ("text", "held"), [*((t, True) for t in WITH), *((t, False) for t in WITHOUT), *((t, None) for t in NEITHER)]
)
def test_what_a_text_says(text: str, held: bool | None) -> None:
    assert says_tax(text) is held


@given(st.lists(st.sampled_from("incl. excl. no VAT tax MwSt included hors TTC . , 19 % Versand".split())))
def test_no_heap_of_words_breaks_it(words: list[str]) -> None:
    assert says_tax(" ".join(words)) in (None, True, False)


@pytest.mark.parametrize(
    ("body", "price", "held"),
    [
        ('<p class="price">319,00 €</p><p>inkl. MwSt., zzgl. Versand</p>', "319", True),
        ('<p class="price">319,00 € <small>zzgl. 19% MwSt.</small></p>', "319", False),
        ('<p class="price">10,83 € <i>HT</i></p><p class="price">12,99 € <i>TTC</i></p>', "12.99", True),
        ('<p class="price">121,00 €</p><p>100,00 € bez DPH</p>', "121", None),  # that is the other amount's
        ('<p class="price">31,00 €</p><p>In stock</p>', "31", None),
    ],
)
def test_beside_the_price(body: str, price: str, held: bool | None) -> None:
    product = extract(f"<h1>Kettle K-17</h1>{body}<button>Add to cart</button>", "https://shop.example/p/1")
    assert (product.price, product.taxIncluded) == (Decimal(price), held)
