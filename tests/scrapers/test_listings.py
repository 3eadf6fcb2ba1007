"""Pages that list products, drawn in the ways that shops draw them: which links are products, which further pages."""

from __future__ import annotations

import time

import pytest

from scrapers.listings import Listing, read_listing

URL = "https://shop.example/shoes"


def read(body: str, *, url: str = URL, product_url: str | None = None) -> Listing:
    return read_listing(
        f"<!doctype html><html><body>{body}</body></html>".encode(),
        url,
        may_visit=lambda link: link.startswith("https://shop.example/"),
        product_url=product_url,
    )


def paths(urls: tuple[str, ...]) -> list[str]:
    return [url.removeprefix("https://shop.example") for url in urls]


FRAME = """<header><a href="/"><img src="logo.png"></a><a href="/cart">Cart <b>12,00 €</b></a></header>
<nav><ul><li><a href="/shoes">Shoes</a></li><li><a href="/hats">Hats</a></li></ul></nav>
{}
<aside><h3>Price</h3><ul><li><a href="/shoes?price=0-50">to 50 €</a></li>
<li><a href="/shoes?price=50-100">to 100 €</a></li></ul></aside>
<footer><a href="/terms">Free shipping from 50,00 €</a><a href="/imprint">Imprint</a></footer>"""


def test_cards_of_a_grid() -> None:
    cards = "".join(
        f"""<li class="item"><div><a href="/shoes/runner-{n}.html?ref=list#top"><img src="{n}.jpg"></a>
        <a href="/brands/acme">Acme</a><h3><a href="/shoes/runner-{n}.html?ref=list">Runner {n}</a></h3>
        <a href="/wishlist/add/{n}">save</a><p class="price"><del>99,00&nbsp;€</del> <ins>{n}9,<sup>90</sup> €</ins></p>
        </div></li>"""
        for n in range(1, 7)
    )
    sold_out = """<li class="item"><div><a href="/shoes/runner-7.html?ref=list"><img src="7.jpg"></a>
        <h3><a href="/shoes/runner-7.html?ref=list">Runner 7</a></h3><p>Ausverkauft</p></div></li>"""
    found = read(FRAME.format(f"<main><ul>{cards}{sold_out}</ul></main>"))
    assert paths(found.products) == [f"/shoes/runner-{n}.html?ref=list" for n in range(1, 8)]


def test_cards_that_are_one_link_in_rows() -> None:
    rows = "".join(
        "<div class=row>"
        + "".join(
            f'<a href="/p/{n}" class=tile><span>Lamp {n}</span><b>$ {n}.50</b></a>' for n in range(start, start + 3)
        )
        + "</div>"
        for start in (1, 4)
    )
    found = read(FRAME.format(f"<div id=grid>{rows}</div>"))
    assert paths(found.products) == [f"/p/{n}" for n in range(1, 7)]


def test_a_list_without_prices_is_told_by_its_pictures() -> None:
    cards = "".join(
        f'<div><a href="/item/{n}"><img src="{n}.jpg"></a><p>Sign in for prices</p></div>' for n in range(5)
    )
    assert paths(read(FRAME.format(f"<section>{cards}</section>")).products) == [f"/item/{n}" for n in range(5)]


def test_a_list_of_one_and_a_list_of_none() -> None:
    one = '<main><div><a href="/p/1"><img src="1.jpg"></a><h2><a href="/p/1">Lamp</a></h2><i>CHF 12.50</i></div></main>'
    assert paths(read(FRAME.format(one)).products) == ["/p/1"]
    assert read(FRAME.format("<main><p>Nothing matched.</p></main>")).products == ()


WOOCOMMERCE = """<ul class="products columns-3"><li class="product type-product post-{n} first instock">
<a href="/product/beanie-{n}/" class="woocommerce-LoopProduct-link"><img src="{n}.jpg">
<h2 class="woocommerce-loop-product__title">Beanie</h2><span class="price"><del aria-hidden="true"><span
class="woocommerce-Price-amount amount"><bdi><span class="currencySymbol">&#36;</span>20.00</bdi></span>
</del> <ins><bdi><span>&#36;</span>18.00</bdi></ins></span></a><a href="?add-to-cart={n}" class="button">Add to cart</a>
</li></ul>"""
MAGENTO = """<ol class="products list items"><li class="item product product-item"><div class="product-item-info">
<a href="/beanie-{n}.html" class="product photo"><img src="{n}.jpg"></a><div class="product details">
<strong class="product name"><a class="product-item-link" href="/beanie-{n}.html">Beanie</a></strong>
<div class="product-reviews-summary"><a class="action view" href="/beanie-{n}.html#reviews">3 Reviews</a></div>
<div class="price-box"><span class="price-container"><span class="price">$34.00</span></span></div>
<div class="actions"><a href="#" class="action towishlist">Add</a><a href="/catalog/product_compare/add/{n}">Compare</a>
</div></div></div></li></ol>"""
DAWN = """<ul class="grid product-grid"><li class="grid__item"><div class="card-wrapper"><div class="card"><div
class="card__inner"><div class="card__media"><img src="{n}.jpg"></div><div class="card__content"><h3><a
href="/products/beanie-{n}">Beanie</a></h3></div></div><div class="card__content"><div class="card__information">
<h3 class="card__heading h5"><a href="/products/beanie-{n}">Beanie</a></h3><div class="price"><div>
<span class="visually-hidden">Regular price</span> <span class="price-item">€49,00 EUR</span></div></div></div></div>
<fieldset><a href="/products/beanie-{n}?variant=1">Red</a><a href="/products/beanie-{n}?variant=2">Blue</a></fieldset>
</div></div></li></ul>"""
SHOPWARE = """<div class="cms-listing-row"><div class="cms-listing-col"><div class="card"><div class="card-body">
<div class="product-image-wrapper"><a href="/Beanie/{n}" class="product-image-link"><img src="{n}.jpg"></a></div>
<div class="product-info"><a href="/Beanie/{n}" class="product-name">Beanie</a><div class="product-price-info">
<p class="product-price-unit">Inhalt: 1 kg (19,95&nbsp;€* / 1 kg)</p><div class="product-price-wrapper">
<span class="product-price">19,95&nbsp;€*</span></div></div></div></div></div></div></div>"""


OPENCART = """<div class="row"><div class="product-layout"><div class="product-thumb"><div class="image"><a
href="/index.php?route=product/product&amp;path=20&amp;product_id={n}"><img src="{n}.jpg"></a></div><div><h4><a
href="/index.php?route=product/product&amp;path=20&amp;product_id={n}">Beanie</a></h4><p class="price">£98.00
<span class="price-tax">Ex Tax: £80.00</span></p></div></div></div></div>"""


def test_a_shop_that_has_one_path_for_all() -> None:
    grid = "".join(OPENCART.format(n=n) for n in (40, 41))
    views = '<a href="/index.php?route=product/category&path=20&sort=price">Price</a>'
    further = '<a href="/index.php?route=product/category&path=20&page=2">2</a>'
    found = read(
        FRAME.format(grid + views + further), url="https://shop.example/index.php?route=product/category&path=20"
    )
    assert paths(found.products) == [f"/index.php?route=product/product&path=20&product_id={n}" for n in (40, 41)]
    assert paths(found.further) == ["/index.php?route=product/category&path=20&page=2"]


@pytest.mark.parametrize(
    ("theme", "product"),
    [
        (WOOCOMMERCE, "/product/beanie-{}/"),
        (MAGENTO, "/beanie-{}.html"),
        (DAWN, "/products/beanie-{}"),
        (SHOPWARE, "/Beanie/{}"),
    ],
)
def test_cards_as_widespread_themes_draw_them(theme: str, product: str) -> None:
    start, _, rest = theme.partition(">")
    card, _, end = rest.rpartition("</")
    grid = start + ">" + "".join(card.format(n=n) for n in range(1, 5)) + "</" + end
    ranges = "".join(f'<li><a href="/shoes/price/{n}0">{n}0 € - {n}9 €</a></li>' for n in range(1, 6))
    found = read(FRAME.format(f"<main><div><ul>{ranges}</ul></div>{grid}</main>"))
    assert paths(found.products) == [product.format(n) for n in range(1, 5)]


def test_a_list_that_scripts_draw_may_name_its_products() -> None:
    items = ",".join(f'{{"@type": "ListItem", "item": {{"@type": "Product", "url": "/p/{n}"}}}}' for n in (1, 2))
    menu = '{"@type": "ListItem", "item": {"@type": "WebPage", "url": "/hats"}}'
    listed = f'{{"@type": "CollectionPage", "mainEntity": {{"@type": "ItemList", "itemListElement": [{items}]}}}}'
    listed = f'{{"@graph": [{listed}, {{"@type": "ItemList", "itemListElement": [{menu}]}}]}}'
    found = read(f'<script type="application/ld+json">{listed}</script><div id="app"></div>')
    assert paths(found.products) == ["/p/1", "/p/2"]


def test_a_pattern_alone_decides_where_there_is_one() -> None:
    body = (
        '<a href="/p/1">a</a><a href="/p/2#reviews">b</a><a href="/q/3">c</a><a href="https://other.example/p/4">d</a>'
    )
    assert paths(read(body, product_url=r"/p/\d+").products) == ["/p/1", "/p/2"]


PAGED = [
    ('<link rel="next" href="/shoes?page=2">', ["/shoes?page=2"]),
    ('<a rel="nofollow next" href="?p=2">more</a>', ["/shoes?p=2"]),
    ('<a href="/shoes/page/2/">Weiter</a>', ["/shoes/page/2/"]),
    ('<a href="/shoes?seite=2" title="Nächste Seite"><i class=icon></i></a>', ["/shoes?seite=2"]),
    ('<a href="/shoes?start=24&sz=24">Suivant »</a>', ["/shoes?start=24&sz=24"]),
    ('<a href="/shoes?cursor=Zm9v">Siguiente</a>', ["/shoes?cursor=Zm9v"]),
    ('<a href="/shoes?cursor=Zm9v">次へ</a>', ["/shoes?cursor=Zm9v"]),
    ('<a href="/shoes?cursor=Zm9v">Следующая страница</a>', ["/shoes?cursor=Zm9v"]),
    ('<a href="/shoes?cursor=Zm9v" aria-label="Next page"><svg></svg></a>', ["/shoes?cursor=Zm9v"]),
    ('<li class="pagination-next"><a href="/shoes?after=9">→</a></li>', ["/shoes?after=9"]),
    ('<a href="/shoes/2">2</a><a href="/shoes/3">3</a>', ["/shoes/2", "/shoes/3"]),
    ('<a href="/shoes?pg=2">2</a><a href="/shoes?pg=9">9</a><a href="/shoes">1</a>', ["/shoes?pg=2", "/shoes?pg=9"]),
    ('<a href="/shoes-page-2.html">show</a>', []),
    ('<button data-next-url="/shoes?page=2">Load more</button>', ["/shoes?page=2"]),
    # Not pages of this list: another list, another order, a carousel, a product whose address counts.
    ('<a href="/hats?page=2">2</a>', []),
    ('<a href="/shoes?sort=price">by price</a><a href="/shoes?sort=price&page=2">2</a>', []),
    ('<a href="#" class="carousel-next">›</a><a href="/next-day-delivery">Next day delivery</a>', []),
    ('<a href="/p/2">2 pairs</a><a href="/shoes/runner-2">Runner 2</a>', []),
]  # fmt: skip


@pytest.mark.parametrize(("body", "expected"), PAGED)
def test_further_pages(body: str, expected: list[str]) -> None:
    assert paths(read(body).further) == expected


def test_further_pages_of_a_later_page() -> None:
    body = '<a href="/shoes?page=1">1</a><b>2</b><a href="/shoes?page=3">3</a><a href="/shoes?page=3">Next</a>'
    assert paths(read(body, url=URL + "?page=2").further) == ["/shoes?page=3", "/shoes?page=1"]
    body = '<a href="/shoes/1/">1</a><b>2</b><a href="/shoes/3/">3</a>'
    assert paths(read(body, url=URL + "/2/").further) == ["/shoes/1/", "/shoes/3/"]


@pytest.mark.parametrize(
    "body",
    [
        "<div>" * 50_000 + '<a href="/p/1">1 €</a>',
        "<p>1 €</p>" * 30_000 + '<a href="/p/1">x</a>',
        "".join(f'<div><a href="/p/{n}"><i>1 €</i></a>' for n in range(8_000)),
        '<a href="/p/1">' * 30_000,
        '<a href="/' + "page-1" * 40_000 + '">2</a>',
        "<b>1 € " * 30_000,
    ],
)
def test_hostile_pages_cost_bounded_time(body: str) -> None:
    began = time.process_time()
    read(body)
    assert time.process_time() - began < 5
