"""Reading a site file: every mistake is named with its line."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any, cast, get_args

from scrapers.extraction.reading import FIELDS as PRODUCT_FIELDS
from scrapers.sites.hosts import entries_of, host_of, is_entry
from scrapers.sites.site import OFF, Render, Shipping, Site, Tiers
from scrapers.sites.window import Window
from warehouse.errors import InputError
from warehouse.money import is_currency
from warehouse.yaml_file import Place, read_yaml

NAME = re.compile(r"[a-z0-9][a-z0-9._-]{0,63}")
"""What a site may be called: also the name of its file and folders."""
_VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_STARTS = {
    "sitemap": "sitemaps",
    "watch": "watch",
    "category": "categories",
    "feed": "feeds",
    "shopify": "shopify",
    "woocommerce": "woocommerce",
}
"""What a start point is called in the file, and the site's field."""


def read_site(path: Path) -> Site:
    """Read a site file. InputError names file, line, field and remedy."""
    known = ("site", "start", "hosts", *_SIMPLE, "tiers", "politeness")
    fields = read_yaml(path).entries_among(known, what="field", required=("site", "start"))
    name = fields["site"].text()
    if not NAME.fullmatch(name):
        raise fields["site"].error("must be small letters, digits, '.', '_' or '-', at most 64")
    starts = fields["start"].entries_among(_STARTS, what="field")
    urls = {_STARTS[kind]: _listed(place, path) if kind == "watch" else _urls(place) for kind, place in starts.items()}
    every_url = [url for some in urls.values() for url in some]
    if not every_url:
        raise fields["start"].error(f"give at least one of {', '.join(_STARTS)}")
    politeness = fields["politeness"].entries_among(_POLITENESS, what="field") if "politeness" in fields else {}
    values: dict[str, Any] = {
        "sitemaps": (),
        "watch": (),
        **urls,
        "hosts": (_hosts(fields["hosts"]) if "hosts" in fields else ()) or entries_of(every_url),
        **{name: read(fields[name]) for name, read in _SIMPLE.items() if name in fields},
        **{name: read(politeness[name]) for name, read in _POLITENESS.items() if name in politeness},
    }
    if "tiers" in fields:
        values["tiers"] = _tiers(fields["tiers"], path)
    site = Site(name=name, **values)
    for kind, place in starts.items():
        for url in () if kind == "watch" else urls[_STARTS[kind]]:
            if not site.may_visit(url):
                raise place.error(f"{url} lies on none of hosts; add its host there")
    if site.shipping and not site.currency:
        raise fields["shipping"].error("its amounts need a currency; add a line such as 'currency: EUR'")
    return site


def _urls(place: Place) -> tuple[str, ...]:
    urls = []
    for one in place.one_or_more():
        url = one.text()
        if host_of(url) is None:
            raise one.error(f"{url!r} is no address; write a whole http(s) one")
        urls.append(url)
    return tuple(dict.fromkeys(urls))


def _listed(place: Place, path: Path) -> tuple[str, ...]:
    """Addresses of pages: in the site file, or in a file that it names, one per line."""
    entries = place.one_or_more()
    if len(entries) != 1 or "://" in entries[0].text():
        return _urls(place)
    listed = path.parent / entries[0].text()
    try:
        lines = listed.read_text(encoding="utf-8").splitlines()
    except (OSError, ValueError) as error:  # ValueError: not UTF-8, or no path at all
        why = error.strerror if isinstance(error, OSError) else "it is no UTF-8 text"
        raise place.error(f"the file {listed} cannot be read ({why}); name a text file of addresses") from None
    urls = []
    for number, line in enumerate(lines, start=1):
        url = line.strip()
        if not url or url.startswith("#"):
            continue
        if host_of(url) is None:
            raise InputError(f"{listed}, line {number}: {url!r} is no whole http(s) address; correct or remove it")
        urls.append(url)
    if not urls:
        raise place.error(f"the file {listed} holds no address; write one on each line")
    return tuple(dict.fromkeys(urls))


def _hosts(place: Place) -> tuple[str, ...]:
    hosts = []
    for one in place.one_or_more():
        host = one.text().lower()
        if not is_entry(host):
            raise one.error(f"{host!r} is no host; write one such as www.example.com, or host:port")
        hosts.append(host)
    return tuple(hosts)


def _currency(place: Place) -> str:
    currency = place.text()
    if not is_currency(currency):
        raise place.error(f"{currency!r} is no ISO 4217 currency; write one such as EUR")
    return currency


def _pattern(place: Place) -> str:
    pattern = place.text()
    try:
        re.compile(pattern)
    except re.error as error:
        raise place.error(f"this is no regular expression: {error}; correct it") from None
    return pattern


def _render(place: Place) -> Render:
    render = place.text()
    if render not in get_args(Render):
        raise place.error(f"{render!r} is none of {', '.join(get_args(Render))}")
    return cast(Render, render)


def _selectors(place: Place) -> dict[str, str]:
    from cssselect import SelectorError
    from lxml.cssselect import CSSSelector

    found = {}
    for name, one in place.entries_among(PRODUCT_FIELDS, what="product field").items():
        try:
            CSSSelector(one.text(), translator="html")
        except SelectorError as error:
            raise one.error(f"this is no CSS selector ({error}); write one such as .price--final") from None
        found[name] = one.text()
    return found


def _shipping(place: Place) -> Shipping:
    fields = place.entries_among(("cost", "free_from"), what="field", required=("cost",))
    return Shipping(_amount(fields["cost"]), _amount(fields["free_from"]) if "free_from" in fields else None)


def _amount(place: Place) -> Decimal:
    amount = place.number()
    if not 0 <= amount < 1_000_000:
        raise place.error("must be an amount of 0 or more")
    return amount


def _tiers(place: Place, path: Path) -> Tiers:
    fields = place.entries_among(("daily", "daily_url"), what="field")
    tiers = Tiers(
        daily=_listed(fields["daily"], path) if "daily" in fields else (),
        daily_url=_pattern(fields["daily_url"]) if "daily_url" in fields else None,
    )
    if not tiers.daily and not tiers.daily_url:
        raise place.error("say which pages are read daily, by daily (addresses) or daily_url (a regular expression)")
    return tiers


def _schedule(place: Place) -> str:
    from warehouse.jobs.schedule import read_cron

    return read_cron(place) or OFF


def _variable(place: Place) -> str:
    name = place.text()
    if not _VARIABLE.fullmatch(name):  # the address itself would stand in records and logs, password and all
        raise place.error("write the name of an environment variable that holds the proxy's address")
    return name


def _delay(place: Place) -> float:
    delay = place.number()
    if not 0 <= delay <= 3600:
        raise place.error("must be seconds between 0 and 3600")
    return float(delay)


def _concurrency(place: Place) -> int:
    concurrency = place.whole()
    if not 1 <= concurrency <= 32:
        raise place.error("must be between 1 and 32")
    return concurrency


def _window(place: Place) -> str:
    try:
        Window.read(place.text())
    except ValueError as error:
        raise place.error(str(error)) from None
    return place.text()


def _contact(place: Place) -> str:
    contact = place.text()
    if not re.fullmatch(r"[!-'*-~]{3,200}", contact):  # a header's printable ASCII, and no brackets within brackets
        raise place.error("write an address of a page or mailbox, without blanks or brackets")
    return contact


_SIMPLE: Mapping[str, Callable[[Place], object]] = {
    "allow_private": Place.yes_no,
    "currency": _currency,
    "product_url": _pattern,
    "render": _render,
    "selectors": _selectors,
    "tax_included": Place.yes_no,
    "shipping": _shipping,
    "keep_pages": Place.yes_no,
    "schedule": _schedule,
    "proxy_env": _variable,
}
_POLITENESS: Mapping[str, Callable[[Place], object]] = {
    "delay": _delay,
    "concurrency": _concurrency,
    "window": _window,
    "contact": _contact,
}
