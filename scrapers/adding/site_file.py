"""A site as its file: what a person would have written, with comments on what was found out."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence

from scrapers.sites import Site

_PLAIN = re.compile(r"[A-Za-z][\w./-]*|\d+(?:\.\d+)?")
_WORDS = frozenset({"yes", "no", "on", "off", "true", "false", "null", "y", "n"})


def site_file(site: Site, notes: Sequence[str] = ()) -> str:
    """The YAML text that `read_site` reads back as this site; the notes become comments at its head."""
    return "\n".join([*(f"# {_comment(note)}" for note in notes), *_lines(site)]) + "\n"


def _comment(note: str) -> str:
    """On one line, and without characters that YAML takes nowhere: a note may hold a stranger's address."""
    return "".join(character for character in " ".join(note.split()) if character.isprintable())


def _lines(site: Site) -> Iterator[str]:
    yield f"site: {_scalar(site.name)}"
    yield "start:"
    for name, urls in (
        ("sitemap", site.sitemaps),
        ("category", site.categories),
        ("feed", site.feeds),
        ("shopify", site.shopify),
        ("woocommerce", site.woocommerce),
        ("watch", site.watch),
    ):
        if urls:
            yield f"  {name}: {_list(urls)}"
    yield f"hosts: {_list(site.hosts)}"
    if site.allow_private:
        yield "allow_private: true  # its hosts may lie at private addresses"
    if site.currency:
        yield f"currency: {site.currency}  # for prices that stand without one"
    if site.product_url:
        yield f"product_url: {_scalar(site.product_url)}  # found in the addresses of product pages"
    if site.tax_included is not None:
        yield f"tax_included: {_yes(site.tax_included)}"
    if site.render != "auto":
        yield f"render: {site.render}"
    if site.selectors:
        yield "selectors:"
        for field, selector in site.selectors.items():
            yield f"  {field}: {_scalar(selector)}"
    if site.shipping:
        yield "shipping:"
        yield f"  cost: {site.shipping.cost:f}"
        if site.shipping.free_from is not None:
            yield f"  free_from: {site.shipping.free_from:f}"
    if site.schedule:
        yield f"schedule: {_scalar(site.schedule)}"
    if site.tiers:
        yield "tiers:"
        if site.tiers.daily:
            yield f"  daily: {_list(site.tiers.daily)}"
        if site.tiers.daily_url:
            yield f"  daily_url: {_scalar(site.tiers.daily_url)}"
    if site.keep_pages:
        yield "keep_pages: true"
    if site.proxy_env:
        yield f"proxy_env: {_scalar(site.proxy_env)}"
    yield "politeness:"
    yield f"  delay: {site.delay:g}  # seconds between two requests"
    yield f"  concurrency: {site.concurrency}"
    for name, value in (("window", site.window), ("contact", site.contact)):
        if value:
            yield f"  {name}: {_scalar(value)}"


def _yes(value: bool) -> str:
    return "true" if value else "false"


def _list(values: Sequence[str]) -> str:
    if len(values) == 1:
        return _scalar(values[0])
    return "[" + ", ".join(map(_scalar, values)) + "]"


def _scalar(value: str) -> str:
    """Plain where YAML takes it for text, else as JSON writes text, which YAML reads alike."""
    if _PLAIN.fullmatch(value) and not value[0].isdigit() and value.lower() not in _WORDS:
        return value
    return json.dumps(value)
