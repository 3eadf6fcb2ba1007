"""What a shop offers a crawler to start from, found from one address of it with a dozen polite requests.

In this order: the address itself where it is a feed, the list that the shop's own interface gives (Shopify,
WooCommerce), its sitemaps, pages that list products, and at last the page itself. Product pages are told from others by
reading them; what was found is said in words.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import islice
from urllib.parse import urljoin, urlsplit

from lxml import etree
from protego import Protego

from scrapers.adding.product_urls import by_shape, pattern, spread
from scrapers.browser.need import wants_browser
from scrapers.extraction.page import Page
from scrapers.extraction.product import Product, extract
from scrapers.feeds import FeedError, read_feed, read_shopify_products, read_woo_products
from scrapers.fetcher import FetchedPage, Fetcher
from scrapers.listings import Listing, read_listing
from scrapers.listings.links import links_of
from scrapers.sitemap import read_sitemap
from scrapers.sites import Site
from warehouse.errors import InputError

ROBOT = "PurveyorBot"

SHOWN = 5
"""Product pages that are fetched to be looked at."""
_MOST_SITEMAPS = 6
_MOST_SHAPES = 8
_MOST_SECTIONS = 8
_MOST_DRAWN = 3
_MOST_KNOWN = 500_000
_SHORTEST_LIST = 3
_EXAMPLES = 3
"""Products of a feed that are shown."""

_BY_LOOKS = frozenset({"visible", "labelled"})
"""Readers that go by what a visitor sees, who sees prices on lists too."""

_REMEDIES = {
    "robots_forbid": "its robots.txt asks robots to stay away, and we do",
    "private_address": "it lies at a private address; where it is yours, allow that with --allow-private",
    "unknown_host": "there is no such host; look for a typing mistake",
    "captcha": "it asks robots to prove that they are people; ask the shop for leave, or for a feed",
    "blocked": "it turns robots away; ask the shop for leave, or for a feed",
    "http_404": "there is no such page; give one that a browser opens",
}


@dataclass(frozen=True, slots=True)
class Discovery:
    """A first site, what was read of it, and what that rests on.

    `products` are addresses of product pages as far as they are known; `known` is how many there seem to be (None:
    nobody said), `forbidden` how many of the addresses robots.txt keeps from us.
    """

    site: Site
    pages: tuple[FetchedPage, ...]
    products: tuple[str, ...]
    known: int | None
    forbidden: int
    notes: tuple[str, ...]


def discover(url: str, site: Site, fetcher: Fetcher) -> Discovery:
    """Find how to crawl the shop that `url` is a page of. `site` says where the fetcher may go, and how fast.

    InputError where the page cannot be had, or no product can be read from it.
    """
    origin = "{0.scheme}://{0.netloc}".format(urlsplit(url))
    robots, given = fetcher.fetch([f"{origin}/robots.txt", url])
    if given.cause:
        raise InputError(f"{url} could not be fetched ({given.cause}): {_REMEDIES.get(given.cause, 'try again later')}")
    return _Search(site, fetcher, given, Protego.parse(robots.body.decode("utf-8", "replace"))).run()


class _Search:
    """One search: what was asked already, and what was learned."""

    def __init__(self, site: Site, fetcher: Fetcher, given: FetchedPage, rules: Protego) -> None:
        self._site = site
        self._fetcher = fetcher
        self._given = given
        self._rules = rules
        self._base = "{0.scheme}://{0.netloc}".format(urlsplit(given.url))
        self._notes: list[str] = []
        self._drawn = False
        """Whether product pages must be drawn by the browser."""
        delay = rules.crawl_delay(ROBOT)
        if delay and delay > site.delay:
            self._site = replace(site, delay=float(delay))
            self._notes.append(f"robots.txt asks for {delay:g} s between two requests")

    def run(self) -> Discovery:
        for way in (self._feed, self._interface, self._sitemaps, self._lists, self._alone):
            found = way()
            if found is not None:
                currencies = {product.currency for page in found.pages if (product := read(page, found.site)).currency}
                currency = currencies.pop() if len(currencies) == 1 else None
                if found.site.currency is None and currency and len(currency) == 3:
                    found = replace(found, site=replace(found.site, currency=currency))
                return replace(found, notes=tuple(self._notes))
        raise InputError(
            f"no product could be read from {self._given.url} or the pages it leads to; "
            "give the address of a page that shows or lists products"
        )

    def _feed(self) -> Discovery | None:
        """The address itself, where a feed answers at it."""
        products = read_feed(self._given.body, self._given.url, content_type=self._given.content_type)
        listed: dict[str, Product] = {}
        try:
            for product in islice(products, _MOST_KNOWN):
                listed.setdefault(product.url, product)
        except FeedError:
            if not listed:  # a page of another kind: what begins like XML is taken for a feed until it breaks
                return None
            raise
        urls = tuple(listed)
        self._notes.append(f"a product feed with {len(urls):,} products: prices come from it, their pages are not read")
        self._notes += [f"it lists {_in_short(listed[url])}" for url in spread(urls, _EXAMPLES)]
        return Discovery(replace(self._site, feeds=(self._given.url,)), (), urls, len(urls), 0, ())

    def _interface(self) -> Discovery | None:
        """Shopify's and WooCommerce's own lists, where the page says that it is made by them."""
        if b"cdn.shopify.com" in self._given.body or b"Shopify.shop" in self._given.body:
            currency = read(self._given, self._site).currency
            return self._listed_by("Shopify", "shopify", "/products.json?limit=250&page=1", currency)
        if b"woocommerce" in self._given.body:
            return self._listed_by(
                "WooCommerce", "woocommerce", "/wp-json/wc/store/v1/products?per_page=100&page=1", None
            )
        return None

    def _listed_by(self, maker: str, start: str, path: str, currency: str | None) -> Discovery | None:
        (answer,) = self._fetcher.fetch([self._base + path])
        products: list[Product] = []
        cause = answer.cause
        try:
            if not cause and start == "shopify":
                products += read_shopify_products(answer.body, self._base, currency=currency)
            elif not cause:
                products += read_woo_products(answer.body, answer.url)
        except FeedError as error:
            cause = error.cause
        if cause:
            self._notes.append(f"made by {maker}, but its list of products cannot be read ({cause})")
            return None
        urls = tuple(dict.fromkeys(urljoin(product.url, urlsplit(product.url).path) for product in products))
        if not urls:
            return None
        self._notes.append(f"made by {maker}: {self._base}{path.partition('?')[0]} lists products with their prices")
        pages = self._products_among(spread(urls, SHOWN))
        whole = len(products) < 100  # a shorter list than was asked for is all of it
        base = (self._base,)
        site = replace(self._site, shopify=base) if start == "shopify" else replace(self._site, woocommerce=base)
        return Discovery(site, pages, urls, len(urls) if whole else None, 0, ()) if pages else None

    def _sitemaps(self) -> Discovery | None:
        """The sitemaps that robots.txt names, else the one at the usual place."""
        named = [url for url in dict.fromkeys(self._rules.sitemaps) if self._site.may_visit(url)]
        starts = named or [f"{self._base}/sitemap.xml"]
        urls, complete = self._addresses(starts[:_MOST_SITEMAPS])
        allowed = [url for url in urls if self._rules.can_fetch(url, ROBOT)]
        if not allowed:
            return None
        where = "robots.txt names" if named else "found at the usual place:"
        self._notes.append(
            f"{where} {', '.join(starts[:3])}{' …' if len(starts) > 3 else ''}, with {len(urls):,} addresses"
        )
        tried = [group[len(group) // 2] for group in by_shape(allowed)[:_MOST_SHAPES]]
        pages = self._pages(tried)
        products = [page for page in pages if shows_product(page, self._site)]
        if not products:
            self._notes.append(f"none of {len(tried)} pages from it shows a product that can be read")
            return None
        others = [page.asked for page in pages if page not in products]
        product_url = pattern([page.asked for page in products], others)
        site = replace(self._site, sitemaps=tuple(starts), product_url=product_url)
        kept = [url for url in allowed if re.search(product_url or "", url)]
        if product_url:
            self._notes.append(
                f"{len(kept):,} of them are product pages by {product_url!r}, learned from {len(pages)} pages read"
            )
        more = self._products_among([url for url in spread(kept, SHOWN) if url not in tried][: SHOWN - len(products)])
        shown = [self._given] if shows_product(self._given, self._site) else []
        shown += [page for page in (*products, *more) if page.url not in {held.url for held in shown}]
        forbidden = len(urls) - len(allowed)
        if not complete:
            self._notes.append(
                f"only {_MOST_SITEMAPS} of its sitemaps were looked into: there are more pages than counted"
            )
        return Discovery(site, tuple(shown[:SHOWN]), tuple(kept), len(kept) if complete else None, forbidden, ())

    def _addresses(self, sitemaps: Sequence[str]) -> tuple[list[str], bool]:
        """The pages that sitemaps list, those in an index too; and whether these are all."""
        waiting, urls, asked = list(sitemaps), dict[str, None](), set[str]()
        while waiting and len(asked) < _MOST_SITEMAPS:
            # Sitemaps of products first: an index may list a hundred of articles and pictures before them.
            waiting.sort(
                key=lambda url: not any(word in url.lower() for word in ("product", "produ", "item", "artikel"))
            )
            url = waiting.pop(0)
            if url in asked:
                continue
            asked.add(url)
            (answer,) = self._fetcher.fetch([url])
            sitemap = None if answer.cause else read_sitemap(answer.body)
            if sitemap is None:
                continue
            allowed = [listed for listed in sitemap.urls if self._site.may_visit(listed)]
            if sitemap.is_index:
                waiting += allowed
            else:
                urls |= dict.fromkeys(allowed[: _MOST_KNOWN - len(urls)])
        return list(urls), not waiting

    def _lists(self) -> Discovery | None:
        """Pages that list products: the one given, else those that it leads to, else the same of the home page."""
        found = self._lists_from(self._given)
        if not found and self._given.url.rstrip("/") != self._base:
            (home,) = self._fetcher.fetch([f"{self._base}/"])
            found = {} if home.cause else self._lists_from(home)
        products = list(dict.fromkeys(url for listing in found.values() for url in listing.products))
        allowed = [url for url in products if self._rules.can_fetch(url, ROBOT)]
        pages = self._products_among(spread(allowed, SHOWN))
        if not pages:
            return None
        more = any(listing.further for listing in found.values())
        self._notes.append(
            f"no sitemap; {len(products):,} products are listed by {', '.join(list(found)[:3])}"
            f"{' …' if len(found) > 3 else ''}{', which has further pages' if more else ''}"
        )
        site = replace(self._site, categories=tuple(found))
        return Discovery(site, pages, tuple(allowed), None if more else len(allowed), len(products) - len(allowed), ())

    def _lists_from(self, start: FetchedPage) -> dict[str, Listing]:
        """The page by its address where it lists products, else those that do of the pages that it leads to."""
        listing = self._listing(start)
        if not listing.products and wants_browser(Product(start.url), start.body):
            (drawn,) = self._fetcher.fetch([start.url], render=True)
            listing = self._listing(drawn)
        if len(listing.products) >= _SHORTEST_LIST and not shows_product(start, self._site):
            return {start.url: listing}
        found = {page.url: self._listing(page) for page in self._sections(start)}
        return {url: listing for url, listing in found.items() if len(listing.products) >= _SHORTEST_LIST}

    def _sections(self, start: FetchedPage) -> list[FetchedPage]:
        """Pages that one leads to, of the shapes that it links most."""
        page = Page.parse(start.body, start.url, content_type=start.content_type)
        urls = list(dict.fromkeys(link.url for link in links_of(page, self._site.may_visit)))
        urls = [url for url in urls if url != start.url and self._rules.can_fetch(url, ROBOT)]
        tried = [url for group in by_shape(urls)[:2] for url in spread(group, _MOST_SECTIONS // 2)]
        answers = [answer for answer in self._fetcher.fetch(tried) if not answer.cause]
        return [answer for answer in answers if not shows_product(answer, self._site)]

    def _alone(self) -> Discovery | None:
        """The page itself, where it shows a product."""
        known = shows_product(self._given, self._site)
        pages = (self._given,) if known else self._products_among([self._given.url])
        if not pages:
            return None
        self._notes.append("neither a sitemap nor a list of products was found: this one page is watched")
        return Discovery(replace(self._site, watch=(pages[0].url,)), pages, (pages[0].url,), 1, 0, ())

    def _products_among(self, urls: Sequence[str]) -> tuple[FetchedPage, ...]:
        return tuple(page for page in self._pages(urls) if shows_product(page, self._site))

    def _pages(self, urls: Sequence[str]) -> list[FetchedPage]:
        """Those of the pages that come; drawn by the browser where no product shows before scripts have run."""
        pages = [page for page in self._fetcher.fetch(urls, render=self._drawn) if not page.cause]
        if self._drawn or any(shows_product(page, self._site) for page in pages):
            return pages
        empty = [page.asked for page in pages if wants_browser(read(page, self._site), page.body)]
        drawn = [page for page in self._fetcher.fetch(empty[:_MOST_DRAWN], render=True) if not page.cause]
        if not any(shows_product(page, self._site) for page in drawn):
            return pages
        self._drawn = True
        self._notes.append("prices appear only after scripts have run: its pages go through the browser")
        return drawn

    def _listing(self, page: FetchedPage) -> Listing:
        return read_listing(page.body, page.url, may_visit=self._site.may_visit, content_type=page.content_type)


def read(page: FetchedPage, site: Site) -> Product:
    """The page's product, as a crawl of the site reads it."""
    return extract(
        page.body, page.url, content_type=page.content_type, currency=site.currency, selectors=site.selectors
    )


def _in_short(product: Product) -> str:
    """A feed's product in a line."""
    price = f"{product.price:f} {product.currency or ''}".rstrip() if product.price is not None else "no price"
    words = (product.name or product.url, price, product.availability, product.gtin and f"gtin {product.gtin}")
    return ", ".join(word for word in words if word)


def shows_product(page: FetchedPage, site: Site) -> bool:
    """Whether the page is about one product, rather than a list of them or something else."""
    if page.cause:
        return False
    product = read(page, site)
    if product.price is None:
        return False
    # A list of sellers is one product's, though each of its rows has a price and a link as the cards of a list have.
    if product.offers or product.sources["price"].reader not in _BY_LOOKS:
        return True
    listing = read_listing(page.body, page.url, may_visit=site.may_visit, content_type=page.content_type)
    if len(listing.products) < _SHORTEST_LIST:
        return True
    body = _without_cards(page, site, frozenset(listing.products))
    apart = read(replace(page, body=body, content_type="text/html; charset=utf-8"), site)
    return apart.price == product.price


def _without_cards(page: FetchedPage, site: Site, products: frozenset[str]) -> bytes:
    """The page without what it shows of other products: around each link all that leads to no other address."""
    parsed = Page.parse(page.body, page.url, content_type=page.content_type)
    links = {link.element: link.url for link in links_of(parsed, site.may_visit)}
    for element, url in links.items():
        if url not in products:
            continue
        card = element
        for above in element.iterancestors():
            if above.tag in ("body", "html") or next(above.iter("h1"), None) is not None:
                break
            if any(links.get(a, url) != url for a in above.iter("a")):
                break
            card = above
        if card.getparent() is not None:
            card.getparent().remove(card)
    return bytes(etree.tostring(parsed.root, encoding="utf-8", method="html"))
