"""A value seen on one page becomes a selector that finds its like on the others."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import example, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from scrapers.adding.candidates import candidates
from scrapers.adding.correcting import holds, select
from scrapers.adding.draft import Correction, Draft, correct
from scrapers.adding.product_urls import by_shape, pattern, spread
from scrapers.extraction.page import Page
from scrapers.extraction.product import extract
from scrapers.fetcher import FetchedPage
from scrapers.sites import Site
from warehouse.errors import InputError

HTML = """<html><body class="page-{n}">
<header class="top"><a class="cart"><span class="amount">0,00 €</span></a></header>
<div class="product-main css-1x9zq2"><h1>Thing {n}</h1>
  <div class="box"><span class="amount">{price}</span> <s>99,00 €</s></div>
  <p id="stock-{n}" class="state">{stock}</p>
  <table><tr><th>Code</th><td>A-{n}</td></tr></table>
  <meta itemprop="mpn" content="M{n}">
</div>
<div class="related"><div class="tile"><span class="amount">1,99 €</span></div></div>
</body></html>"""


def html(number: int, price: str, stock: str = "Auf Lager") -> str:
    return HTML.format(n=number, price=price, stock=stock)


def page(number: int, price: str, stock: str = "Auf Lager") -> Page:
    return Page.parse(html(number, price, stock), f"https://shop.example/p/{number}")


PAGES = [page(1, "12,99 €"), page(2, "13,49 €"), page(3, "1.299,00 €", "Ausverkauft")]


@pytest.mark.parametrize(
    ("field", "text", "value"),
    [
        ("price", "12,99 €", Decimal("12.99")),
        ("price", "12.99", Decimal("12.99")),
        ("regularPrice", "99,00 €", Decimal("99.00")),
        ("availability", "Auf Lager", "in_stock"),
        ("sku", "a-1", "A-1"),
        ("mpn", "M1", "M1"),
        ("name", "Thing  1", "Thing 1"),
    ],
)
def test_a_value_becomes_a_selector_that_holds_on_every_page(field: str, text: str, value: object) -> None:
    found = select(field, text, PAGES[0], PAGES[1:])
    assert (found.found_on, found.pages) == (3, 3)
    assert str(found.value).casefold() == str(value).casefold()
    read = [
        getattr(extract(html(*given), f"https://shop.example/p/{given[0]}", selectors={field: found.selector}), field)
        for given in ((1, "12,99 €", "Auf Lager"), (2, "13,49 €", "Auf Lager"), (3, "1.299,00 €", "Ausverkauft"))
    ]
    said = {
        "price": [Decimal("12.99"), Decimal("13.49"), Decimal("1299.00")],
        "availability": ["in_stock", "in_stock", "out_of_stock"],
        "sku": ["A-1", "A-2", "A-3"],
        "mpn": ["M1", "M2", "M3"],
        "name": ["Thing 1", "Thing 2", "Thing 3"],
        "regularPrice": [Decimal("99.00"), Decimal("99.00"), None],  # no reduction where the price is higher
    }
    assert read == said[field]


def test_names_that_mean_something_are_preferred() -> None:
    assert select("price", "12,99", PAGES[0], PAGES[1:]).selector == ".box .amount"  # the basket's is .amount too
    assert select("mpn", "M1", PAGES[0], PAGES[1:]).selector == '[itemprop="mpn"]'
    assert "stock-1" not in select("availability", "Auf Lager", PAGES[0], PAGES[1:]).selector
    assert "css-1x9zq2" not in select("sku", "A-1", PAGES[0], PAGES[1:]).selector


def test_what_is_known_of_other_pages_rules_selectors_out() -> None:
    """On the first page both amounts say 12.99; that the second's is 13.49 tells which is meant."""
    twice = Page.parse(
        html(1, "12,99 €").replace("1,99 €</span></div></div>", "12,99 €</span></div></div>"),
        "https://shop.example/p/1",
    )
    found = select("price", "12,99", twice, PAGES[1:], confirmed={PAGES[1].url: "13.49"})
    assert found.selector == ".box .amount"
    with pytest.raises(InputError, match="no selector fits both the price '12,99' of"):
        select("price", "12,99", twice, PAGES[1:], confirmed={PAGES[1].url: "14"})


def test_what_cannot_be_found_is_said() -> None:
    with pytest.raises(InputError, match="says '5,00 €' as its price; write it as it stands there"):
        select("price", "5,00 €", PAGES[0], [])
    with pytest.raises(InputError, match="'soon' cannot be read as price"):
        select("price", "soon", PAGES[0], [])
    with pytest.raises(InputError, match=r"the selector '.nowhere' finds no price on https://shop.example/p/1"):
        holds("price", ".nowhere", PAGES)


NAMES = st.text(
    st.characters(blacklist_categories=("Cs", "Cc"), blacklist_characters="\u0000"), min_size=1, max_size=12
)


@hypothesis_settings(deadline=None, max_examples=60)
@example(name="\\0", identifier="\\0", price=Decimal("0.01"))
@given(name=NAMES, identifier=NAMES, price=st.decimals("0.01", "9999.99", places=2))
def test_whatever_a_shop_calls_it_the_selector_finds_it(name: str, identifier: str, price: Decimal) -> None:
    """A law: what `select` gives is a selector, and reads the value that it was made for."""
    from xml.sax.saxutils import quoteattr

    named = f"class={quoteattr(name)} data-testid={quoteattr(name)}"
    written = f"<div id={quoteattr(identifier)}><b {named}>{price} €</b><i>3 pcs</i></div>"
    one = Page.parse(f"<html><body>{written}</body></html>", "https://shop.example/p")
    found = select("price", f"{price} €", one, [])
    assert holds("price", found.selector, [one]).value == price


def test_candidates_are_what_stands_on_the_page() -> None:
    found = [(c.field, c.value) for c in candidates(PAGES[0], None, {})]
    assert {("price", "12.99"), ("price", "1.99"), ("regularPrice", "99.00"), ("availability", "in_stock")} <= set(
        found
    )
    assert len(found) == len(set(found))


def draft() -> Draft:
    site = Site("shop", (), ("https://shop.example/p/1",), ("shop.example",))
    prices = {1: "12,99 €", 2: "13,49 €"}
    pages = tuple(
        FetchedPage(url, url, html(n, price).encode(), "text/html; charset=utf-8")
        for n, price in prices.items()
        for url in (f"https://shop.example/p/{n}",)
    )
    return Draft(site, pages, tuple(p.url for p in pages), 2, 0, ())


def test_a_value_that_is_read_already_is_confirmed_and_needs_no_selector() -> None:
    confirmed = correct(draft(), "name", value="Thing 2")
    assert confirmed.site.selectors == {}
    assert confirmed.corrections == (Correction("https://shop.example/p/2", "name", "Thing 2"),)


def test_a_wrong_value_gives_the_site_a_selector() -> None:
    changed = correct(draft(), "price", value="1,99 €")
    assert changed.site.selectors == {"price": ".tile .amount"}
    assert changed.corrections == (Correction("https://shop.example/p/1", "price", "1.99", ".tile .amount"),)
    again = correct(changed, "price", selector=".box .amount")
    assert again.site.selectors == {"price": ".box .amount"}
    assert [c.value for c in again.corrections] == ["12.99"]
    with pytest.raises(InputError, match=r"the price of https://shop\.example/p/1 is not 12\.99"):
        correct(again, "price", selector=".tile .amount", url="https://shop.example/p/2")
    with pytest.raises(InputError, match="'prize' is no field that can be set; there are: name, price"):
        correct(draft(), "prize", value="1")
    with pytest.raises(InputError, match="is none of the pages that were read; they are: https"):
        correct(draft(), "price", value="1", url="https://other.example/")


@pytest.mark.parametrize(
    ("products", "others", "found"),
    [
        (["https://x.example/product/a", "https://x.example/product/b"], ["https://x.example/blog/a"], "/product/"),
        (["https://x.example/a-1.html", "https://x.example/b-3.html"], ["https://x.example/c.html"], r"-\d+\.html?$"),
        (
            ["https://x.example/shoes/red", "https://x.example/hats/blue"],
            ["https://x.example/shoes", "https://x.example/hats"],
            r"^https?://[^/]+(?:/[^/?]+){2}/?$",
        ),
        (["https://x.example/a"], [], None),
        (["https://x.example/a"], ["https://x.example/b"], None),
    ],
)  # fmt: skip
def test_product_pages_are_told_by_their_addresses(products: list[str], others: list[str], found: str | None) -> None:
    assert pattern(products, others) == found


@hypothesis_settings(deadline=None, max_examples=60)
@given(st.lists(st.integers(), unique=True), st.integers(1, 30))
def test_a_spread_keeps_order_and_bounds(numbers: list[int], count: int) -> None:
    urls = [f"https://x.example/{number}" for number in numbers]
    chosen = spread(urls, count)
    assert chosen == [url for url in urls if url in set(chosen)]
    assert len(chosen) == min(count, len(urls))


def test_addresses_of_one_shape_are_one_group() -> None:
    urls = [f"https://x.example/p/{n}" for n in range(9)] + [f"https://x.example/blog/post-{n}" for n in range(4)]
    groups = by_shape([*urls, "https://x.example/"])
    assert [len(group) for group in groups] == [9, 4, 1]
