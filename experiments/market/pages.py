"""The competitors' pages that need no script: JSON-LD, or plain German HTML without any. All text is escaped."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from html import escape
from typing import Any

Offer = Mapping[str, Any]
"""A row of `competitors.OFFER_SCHEMA`."""

SCHEMA_ORG = {"in_stock": "InStock", "out_of_stock": "OutOfStock"}
GERMAN = {"in_stock": "Auf Lager", "out_of_stock": "Nicht vorrätig"}
SPACES = (" ", "\u00a0", "&nbsp;")


def german(amount: Decimal, space: str = "\u00a0") -> str:
    """1234.5 as "1.234,50 €"."""
    return f"{amount:,.2f}".translate(str.maketrans(",.", ".,")) + space + "€"


def english(amount: Decimal) -> str:
    """1234.5 as "€1,234.50"."""
    return f"€{amount:,.2f}"


def document(title: str, body: str, language: str, head: str = "") -> str:
    """A whole HTML page; `title` is text, `body` and `head` are markup."""
    top = f'<head><meta charset="utf-8"><title>{escape(title)}</title>{head}</head>'
    return f'<!doctype html>\n<html lang="{language}">\n{top}\n<body>\n{body}\n</body>\n</html>\n'


def json_ld_page(offer: Offer, url: str, related: Sequence[Offer]) -> str:
    """A product page with schema.org Product data: plain, in an @graph, with a list of offers, or beside other scripts.

    See https://schema.org/Product and https://schema.org/Offer.
    """
    layout = offer["layout"]
    sale: dict[str, Any] = {
        "@type": "Offer",
        "url": url,
        "priceCurrency": offer["currency"],
        "price": f"{offer['price']:.2f}" if layout % 2 == 0 else float(offer["price"]),
        "availability": f"https://schema.org/{SCHEMA_ORG[offer['availability']]}",
        "itemCondition": "https://schema.org/NewCondition",
        "shippingDetails": {
            "@type": "OfferShippingDetails",
            "shippingRate": {
                "@type": "MonetaryAmount",
                "value": f"{offer['shipping']:.2f}",
                "currency": offer["currency"],
            },
        },
    }
    product: dict[str, Any] = {"@type": "Product", "name": offer["title"], "offers": [sale] if layout == 2 else sale}
    if offer["brand"] is not None:
        product["brand"] = {"@type": "Brand", "name": offer["brand"]} if layout != 3 else offer["brand"]
    if offer["gtin"] is not None:
        product["gtin" if layout == 3 else f"gtin{len(offer['gtin'])}"] = offer["gtin"]
    if offer["mpn"] is not None:
        product["mpn"] = offer["mpn"]
    crumbs = {"@type": "BreadcrumbList", "itemListElement": []}
    data: object = {"@context": "https://schema.org", **product}
    if layout == 1:
        data = {
            "@context": "https://schema.org",
            "@graph": [{"@type": "Organization", "name": "Lindenmarkt"}, crumbs, product],
        }
    blocks = [{"@context": "https://schema.org", **crumbs}, data] if layout == 3 else [data]
    head = "".join(f'<script type="application/ld+json">{_script(block)}</script>' for block in blocks)
    struck = "" if offer["list_price"] is None else f"<s>{english(offer['list_price'])}</s> "
    body = (
        f"<main><h1>{escape(offer['title'])}</h1>\n"
        f'<p class="price">{struck}<b>{english(offer["price"])}</b></p>\n'
        f"<p>{'In stock' if offer['availability'] == 'in_stock' else 'Out of stock'}</p></main>\n"
        f"{_links(related, 'Others also viewed', english)}"
    )
    return document(offer["title"], body, "en", head)


def _script(data: object) -> str:
    """JSON that may stand inside a script element: no "<" can end it early."""
    return json.dumps(data, ensure_ascii=False).replace("<", "\\u003c")


def plain_page(offer: Offer, related: Sequence[Offer]) -> str:
    """A product page without structured data, with European price formats and what surrounds prices in real shops."""
    layout = offer["layout"]
    price = german(offer["price"], SPACES[layout % len(SPACES)])
    now = (
        f'<p class="preis">Preis: <strong>{price}</strong></p>',
        f'<div class="kauf"><span class="price">{price}</span></div>',
        f"<dl><dt>Preis:</dt><dd>{price}</dd></dl>",
    )[layout]
    before = (
        "" if offer["list_price"] is None else f'<p class="alt">statt <del>{german(offer["list_price"])}</del></p>\n'
    )
    shipping = f"zzgl. Versand {german(offer['shipping'])}" if offer["shipping"] else "versandkostenfrei"
    rows = {"Marke": offer["brand"], "EAN": offer["gtin"], "Herstellernummer": offer["mpn"]}
    table = "".join(f"<tr><th>{k}</th><td>{escape(v)}</td></tr>" for k, v in rows.items() if v is not None)
    body = (
        f"<main><h1>{escape(offer['title'])}</h1>\n{before}{now}\n"
        f'<p class="steuer">inkl. MwSt., {shipping}</p>\n'
        f'<p class="bestand">{GERMAN[offer["availability"]]}</p>\n<table>{table}</table></main>\n'
        f"{_links(related, 'Das könnte auch passen', german)}"
    )
    return document(offer["title"], body, "de")


def _links(offers: Sequence[Offer], heading: str, shown: Callable[[Decimal], str]) -> str:
    items = "".join(
        f'<li><a href="{escape(o["path"])}">{escape(o["title"])}</a> <span>{shown(o["price"])}</span></li>'
        for o in offers
    )
    return f"<aside><h2>{heading}</h2><ul>{items}</ul></aside>"


def home_page(name: str, offers: Sequence[Offer], closed_path: str) -> str:
    """The front page: links to some products, and one that robots.txt forbids to follow."""
    items = "".join(f'<li><a href="{escape(o["path"])}">{escape(o["title"])}</a></li>' for o in offers)
    return document(
        name, f'<h1>{escape(name)}</h1>\n<ul>{items}</ul>\n<p><a href="{escape(closed_path)}">Staff</a></p>', "en"
    )


def robots_txt(closed: str, sitemap_url: str) -> str:
    """See RFC 9309; the Sitemap line is of sitemaps.org."""
    return f"User-agent: *\nDisallow: {closed}\n\nSitemap: {sitemap_url}\n"


def sitemap(urls: Sequence[str], *, index: bool = False) -> str:
    """A sitemap, or an index of sitemaps; see https://www.sitemaps.org/protocol.html."""
    outer, inner = ("sitemapindex", "sitemap") if index else ("urlset", "url")
    entries = "\n".join(f"<{inner}><loc>{escape(url)}</loc></{inner}>" for url in urls)
    namespace = "http://www.sitemaps.org/schemas/sitemap/0.9"
    return f'<?xml version="1.0" encoding="UTF-8"?>\n<{outer} xmlns="{namespace}">\n{entries}\n</{outer}>\n'
