"""Where a crawl of a shop may start, found from one address of it. The shops are answers by address."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence

import pytest

from scrapers.adding.discovery import Discovery, discover
from scrapers.adding.draft import Draft, correct, explore, site_name
from scrapers.adding.view import view
from scrapers.fetcher import FetchedPage
from scrapers.sites import Site
from warehouse.errors import InputError
from warehouse.exclusive import exclusive
from warehouse.settings import Settings

BASE = "https://shop.example"
SITEMAP = '<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{}</urlset>'


class Answers:
    """Answers as a fetcher does, from what a shop has; `drawn` is what the browser would see."""

    def __init__(self, pages: Mapping[str, str], drawn: Mapping[str, str] | None = None) -> None:
        self.pages = {BASE + path: body for path, body in pages.items()}
        self.drawn = {BASE + path: body for path, body in (drawn or {}).items()}
        self.asked: list[str] = []

    def fetch(self, urls: Sequence[str], *, render: bool = False) -> list[FetchedPage]:
        self.asked += urls
        held = {**self.pages, **self.drawn} if render else self.pages
        return [
            FetchedPage(url, url, held[url].encode(), "text/html; charset=utf-8", 0.1, render)
            if url in held
            else FetchedPage(url, url, cause="http_404")
            for url in urls
        ]


def find(answers: Answers, path: str = "/") -> Discovery:
    site = Site("shop", (), (), ("shop.example",))
    return discover(BASE + path, site, answers)  # type: ignore[arg-type]


def sitemap(*paths: str) -> str:
    return SITEMAP.format("".join(f"<url><loc>{BASE}{path}</loc></url>" for path in paths))


def listing(*paths: str, further: str = "") -> str:
    cards = "".join(
        f'<li class="card"><a href="{path}"><img src="/i.jpg"><h3>{path}</h3></a><b class="price">{n + 1},00 €</b></li>'
        for n, path in enumerate(paths)
    )
    return f"<html><body><h1>All</h1><ul>{cards}</ul>{further}</body></html>"


def test_a_sitemap_gives_the_start_and_what_product_pages_look_like(product_page: Callable[..., str]) -> None:
    products = [f"/product/thing-{n}" for n in range(30)]
    texts = [f"/blog/post-{n}" for n in range(10)]
    answers = Answers(
        {
            "/robots.txt": f"User-agent: *\nDisallow: /product/thing-7\nCrawl-delay: 3\nSitemap: {BASE}/map.xml\n",
            "/map.xml": sitemap("/about", *texts, *products),
            "/": "<html><body><h1>Welcome</h1></body></html>",
            "/about": "<html><body><h1>About us</h1></body></html>",
            **{path: f"<html><body><h1>{path}</h1><p>Words.</p></body></html>" for path in texts},
            **{path: product_page(path, f"{n + 1}.00") for n, path in enumerate(products)},
        }
    )
    found = find(answers)
    assert found.site.sitemaps == (f"{BASE}/map.xml",)
    assert found.site.product_url == "/product/"
    assert (found.site.delay, found.site.currency) == (3.0, "EUR")
    assert (found.known, found.forbidden) == (29, 1)
    assert set(found.products) == {BASE + path for path in products if path != "/product/thing-7"}
    assert f"{BASE}/product/thing-7" not in answers.asked
    assert len(answers.asked) <= 15
    assert found.notes[0] == "robots.txt asks for 3 s between two requests"
    assert "29 of them are product pages by '/product/'" in found.notes[-1]


def test_an_index_of_sitemaps_is_followed_products_first(product_page: Callable[..., str]) -> None:
    parts = [f"/map-articles-{n}.xml" for n in range(9)] + ["/map-products.xml"]
    answers = Answers(
        {
            "/": "<html><body></body></html>",
            "/sitemap.xml": "<sitemapindex>"
            + "".join(f"<sitemap><loc>{BASE}{part}</loc></sitemap>" for part in parts)
            + "</sitemapindex>",
            **{part: sitemap("/article") for part in parts},
            "/map-products.xml": sitemap("/p/1", "/p/2"),
            "/article": "<html><body><h1>Words</h1></body></html>",
            "/p/1": product_page("One", "1.00"),
            "/p/2": product_page("Two", "2.00"),
        }
    )
    found = find(answers)
    assert found.site.sitemaps == (f"{BASE}/sitemap.xml",)
    assert set(found.products) == {f"{BASE}/p/1", f"{BASE}/p/2"}
    assert found.known is None  # four parts of the index were not looked into
    assert "there are more pages than counted" in found.notes[-1]


def test_without_a_sitemap_a_list_is_the_start(product_page: Callable[..., str]) -> None:
    paths = [f"/item/{n}" for n in range(8)]
    answers = Answers(
        {
            "/all": listing(*paths, further='<a rel="next" href="/all?page=2">Next</a>'),
            **{path: product_page(path, "5.00") for path in paths},
        }
    )
    found = find(answers, "/all")
    assert (found.site.categories, found.site.sitemaps, found.known) == ((f"{BASE}/all",), (), None)
    assert len(found.pages) == 5
    assert found.notes == (f"no sitemap; 8 products are listed by {BASE}/all, which has further pages",)


def test_from_the_home_page_its_lists_are_found(product_page: Callable[..., str]) -> None:
    lists = {f"/c/{n}": listing(*(f"/item/{n}{i}" for i in range(4))) for n in range(3)}
    links = "".join(f'<a href="{path}">{path}</a>' for path in lists)
    answers = Answers(
        {
            "/": f"<html><body><nav>{links}</nav><h1>Hello</h1></body></html>",
            **lists,
            **{f"/item/{n}{i}": product_page(f"{n}{i}", "5.00") for n in range(3) for i in range(4)},
        }
    )
    found = find(answers)
    assert set(found.site.categories) == {BASE + path for path in lists}
    assert found.known == 12


def test_a_lone_product_page_is_watched(product_page: Callable[..., str]) -> None:
    found = find(Answers({"/thing": product_page("Thing", "5.00")}), "/thing")
    assert (found.site.watch, found.known, len(found.pages)) == ((f"{BASE}/thing",), 1, 1)


def test_from_a_product_page_the_home_page_s_lists_are_found(product_page: Callable[..., str]) -> None:
    things = [f"/thing/{n}" for n in range(6)]
    goods = {path: product_page(f"Thing {path}", "5.00") for path in things}
    found = find(Answers({"/": listing(*things), **goods}), "/thing/3")
    assert (found.site.categories, found.site.watch, found.known) == ((f"{BASE}/",), (), 6)


def test_a_page_drawn_by_scripts_is_drawn(product_page: Callable[..., str]) -> None:
    shell = '<html><body><div id="app"></div><script src="/app.js"></script></body></html>'
    found = find(Answers({"/thing": shell}, drawn={"/thing": product_page("Thing", "5.00")}), "/thing")
    assert found.pages[0].rendered
    assert found.site.watch == (f"{BASE}/thing",)


def test_a_feed_is_the_start_itself() -> None:
    items = "".join(
        f"<item><g:id>{n}</g:id><g:title>Thing {n}</g:title><g:link>{BASE}/p/{n}</g:link><g:price>{n}.50 EUR</g:price>"
        "<g:availability>in_stock</g:availability></item>"
        for n in range(1, 8)
    )
    feed = f'<rss version="2.0" xmlns:g="http://base.google.com/ns/1.0"><channel>{items}</channel></rss>'
    answers = Answers({"/feed.xml": feed})
    found = find(answers, "/feed.xml")
    assert (found.site.feeds, found.site.watch, found.pages) == ((f"{BASE}/feed.xml",), (), ())
    assert (found.known, len(found.products)) == (7, 7)
    assert found.notes[0] == "a product feed with 7 products: prices come from it, their pages are not read"
    assert "it lists Thing 1, 1.50 EUR, in_stock" in found.notes
    assert answers.asked == [f"{BASE}/robots.txt", f"{BASE}/feed.xml"]
    draft = Draft(found.site, found.pages, found.products, found.known, found.forbidden, found.notes)
    with pytest.raises(InputError, match="no page of the shop was read, its feed says all"):
        correct(draft, "price", value="1,50 €")


def test_a_page_that_lists_sellers_is_a_product_s() -> None:
    def compared(n: int) -> str:
        rows = "".join(
            f"<tr><td>{seller}</td><td>{n + more},90 €</td><td>+ 4,90 € Versand</td><td>sofort lieferbar</td>"
            f'<td><a href="/go/{n}/{seller}">Zum Shop</a></td></tr>'
            for more, seller in enumerate(("Meier", "Schulze", "Krause"))
        )
        head = "<tr><th>Händler</th><th>Preis</th><th>Versand</th><th>Lieferung</th><th></th></tr>"
        return f"<html lang=de><body><h1>Thing {n}</h1><h2>3 Angebote</h2><table>{head}{rows}</table></body></html>"

    things = [f"/thing/{n}" for n in range(20, 26)]
    found = find(Answers({"/": listing(*things)} | {path: compared(int(path[-2:])) for path in things}))
    assert (found.site.categories, found.known) == ((f"{BASE}/",), 6)
    draft = Draft(found.site, found.pages, found.products, found.known, found.forbidden, found.notes)
    assert view(draft)["pages"][0]["sellers"] == [
        "Meier: 20.90 EUR, shipping 4.90, in_stock",
        "Schulze: 21.90 EUR, shipping 4.90, in_stock",
        "Krause: 22.90 EUR, shipping 4.90, in_stock",
    ]


def test_shopify_lists_its_products_itself(product_page: Callable[..., str]) -> None:
    goods = [
        {
            "id": n,
            "title": f"Thing {n}",
            "handle": f"thing-{n}",
            "vendor": "Acme",
            "variants": [{"id": n, "title": "Default Title", "price": "12.99", "sku": f"S{n}", "available": True}],
            "images": [],
        }
        for n in range(4)
    ]
    answers = Answers(
        {
            "/": '<html><head><link href="https://cdn.shopify.com/x.css"></head><body>Hi</body></html>',
            "/products.json?limit=250&page=1": json.dumps({"products": goods}),
            **{f"/products/thing-{n}": product_page(f"Thing {n}", "12.99") for n in range(4)},
        }
    )
    found = find(answers)
    assert (found.site.shopify, found.site.currency) == ((BASE,), "EUR")
    assert (found.known, len(found.pages)) == (4, 4)
    assert found.notes == (f"made by Shopify: {BASE}/products.json lists products with their prices",)


def test_a_shop_of_a_maker_whose_list_is_closed_is_found_otherwise(product_page: Callable[..., str]) -> None:
    page = product_page("Thing", "5.00").replace("<body>", '<body class="woocommerce">')
    found = find(Answers({"/thing": page}), "/thing")
    assert found.site.watch == (f"{BASE}/thing",)
    assert found.notes[0] == "made by WooCommerce, but its list of products cannot be read (http_404)"


def test_what_cannot_be_added_is_said() -> None:
    with pytest.raises(InputError, match=r"could not be fetched \(http_404\): there is no such page"):
        find(Answers({}), "/nowhere")
    with pytest.raises(InputError, match="no product could be read from"):
        find(Answers({"/": "<html><body><h1>Hello</h1></body></html>"}))


@pytest.mark.parametrize(
    "url", ["ftp://shop.example/", "https://user:secret@shop.example/", "https://", "not an address"]
)
def test_what_is_no_address_is_refused_before_anything_is_asked(url: str, settings: Settings) -> None:
    with pytest.raises(InputError, match="is no address of a page"):
        explore(url, settings)


@pytest.mark.parametrize("name", ["../elsewhere", "Shop", "", "a" * 65])
def test_a_name_that_is_no_file_s_name_is_refused(name: str, settings: Settings) -> None:
    with pytest.raises(InputError, match="a site cannot be called"):
        explore(BASE, settings, name=name)


def test_a_site_that_is_being_crawled_is_left_alone(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("scrapers.adding.trial._WAIT_SECONDS", 0.1)
    with exclusive(settings, "crawl shop.example") as held:
        assert held
        with pytest.raises(InputError, match=r"shop\.example is being crawled by another process"):
            explore(BASE, settings)


@pytest.mark.parametrize(
    ("url", "name"),
    [
        ("https://www.example.com/shoes", "example.com"),
        ("https://Shop.Example.co.uk:8443/", "shop.example.co.uk-8443"),
        ("https://[2001:db8::1]/", "2001-db8-1"),
    ],
)
def test_a_site_is_named_after_its_host(url: str, name: str) -> None:
    assert site_name(url) == name


def test_a_shop_drawn_by_scripts_is_found_by_its_sitemap(product_page: Callable[..., str]) -> None:
    """Only a few pages go through the browser for that."""
    shell = '<html><body><div id="app"></div><script src="/app.js"></script></body></html>'
    paths = [f"/p/{n}" for n in range(12)]
    answers = Answers(
        {"/": shell, "/sitemap.xml": sitemap(*paths), **dict.fromkeys(paths, shell)},
        drawn={path: product_page(path, "5.00") for path in paths},
    )
    found = find(answers)
    assert found.site.sitemaps == (f"{BASE}/sitemap.xml",)
    assert (len(found.products), len(found.pages)) == (12, 5)
    assert all(page.rendered for page in found.pages)
    assert "its pages go through the browser" in " ".join(found.notes)
