"""Site files: one YAML file per shop says where a crawl starts, where it may go and how politely.

site: example-shop
start:
  sitemap: https://www.example.com/sitemap.xml   # or watch: a list of product pages, or a file of them
hosts: [www.example.com]
currency: EUR
product_url: /product/
politeness:
  delay: 1.0
  concurrency: 1
"""

from __future__ import annotations

import json
import re
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from warehouse.errors import InputError
from warehouse.money import is_currency
from warehouse.yaml_file import Place, read_yaml

_NAME = re.compile(r"[a-z0-9][a-z0-9._-]{0,63}")
_FIELDS = ("site", "start", "hosts", "allow_private", "currency", "product_url", "politeness")
_PORTS = {"http": 80, "https": 443}
_DELAY = 1.0
_CONCURRENCY = 1


@dataclass(frozen=True, slots=True)
class Site:
    """A competitor's shop. Addresses are absolute http(s) URLs; the delay is in seconds between two requests."""

    name: str
    sitemaps: tuple[str, ...]
    watch: tuple[str, ...]
    hosts: tuple[str, ...]
    """Hosts whose pages may be fetched, subdomains included; "host:port" where the port is not the scheme's own."""
    allow_private: bool = False
    """Whether `hosts` may lie at private addresses. Holds for exactly those hosts and ports, nothing beside them."""
    currency: str | None = None
    """ISO 4217 code for prices that stand without one."""
    product_url: str | None = None
    """Regular expression found in the addresses of product pages; None takes every address of the sitemap."""
    delay: float = _DELAY
    concurrency: int = _CONCURRENCY

    def may_visit(self, url: str) -> bool:
        """Whether `url` is http(s), carries no login, and lies at one of `hosts` or below one."""
        host = _host_of(url)
        return host is not None and any(
            host == allowed or (host.endswith("." + allowed) and not _is_literal(allowed))
            for allowed in (_split(entry)[0] for entry in self.hosts)
        )

    def may_be_private(self, host: str, port: int) -> bool:
        """Whether this host and port may be reached at a private address."""
        if not self.allow_private:
            return False
        for entry in self.hosts:
            allowed, ports = _split(entry)
            if host.rstrip(".").lower() == allowed and port in ports:
                return True
        return False

    def privately(self) -> Site:
        """The same site with its hosts allowed at private addresses."""
        return replace(self, allow_private=True)

    def to_json(self) -> str:
        """The site as JSON, for the crawling process and the records."""
        return json.dumps(asdict(self), sort_keys=True)

    @classmethod
    def from_json(cls, text: str) -> Site:
        """The site that `to_json` wrote."""
        values: dict[str, Any] = json.loads(text)
        values |= {name: tuple(values[name]) for name in ("sitemaps", "watch", "hosts")}
        return cls(**values)


def read_site(path: Path) -> Site:
    """Read a site file. InputError names file, line, field and remedy."""
    fields = read_yaml(path).entries_among(_FIELDS, what="field", required=("site", "start"))
    name = fields["site"].text()
    if not _NAME.fullmatch(name):
        raise fields["site"].error("must be small letters, digits, '.', '_' or '-', at most 64")
    start = fields["start"].entries_among(("sitemap", "watch"), what="field")
    sitemaps = _urls(start["sitemap"]) if "sitemap" in start else ()
    watch = _watch(start["watch"], path) if "watch" in start else ()
    if bool(sitemaps) == bool(watch):
        raise fields["start"].error("give either sitemap or watch, and not both")
    politeness: dict[str, Place] = {}
    if "politeness" in fields:
        politeness = fields["politeness"].entries_among(("delay", "concurrency"), what="field")
    site = Site(
        name=name,
        sitemaps=sitemaps,
        watch=watch,
        hosts=(_hosts(fields["hosts"]) if "hosts" in fields else ()) or _hosts_of(sitemaps + watch),
        allow_private="allow_private" in fields and fields["allow_private"].yes_no(),
        currency=_currency(fields["currency"]) if "currency" in fields else None,
        product_url=_pattern(fields["product_url"]) if "product_url" in fields else None,
        delay=_delay(politeness["delay"]) if "delay" in politeness else _DELAY,
        concurrency=_concurrency(politeness["concurrency"]) if "concurrency" in politeness else _CONCURRENCY,
    )
    for url in sitemaps:
        if not site.may_visit(url):
            raise start["sitemap"].error(f"{url} lies on none of hosts; add its host there")
    return site


def _urls(place: Place) -> tuple[str, ...]:
    urls = []
    for one in place.one_or_more():
        url = one.text()
        if _host_of(url) is None:
            raise one.error(f"{url!r} is no address; write a whole http(s) one")
        urls.append(url)
    return tuple(urls)


def _watch(place: Place, path: Path) -> tuple[str, ...]:
    """Product pages to watch: addresses in the site file, or the path of a file with one address per line."""
    entries = place.one_or_more()
    if len(entries) != 1 or "://" in entries[0].text():
        return _urls(place)
    listed = path.parent / entries[0].text()
    try:
        lines = listed.read_text(encoding="utf-8").splitlines()
    except (OSError, ValueError) as error:  # ValueError: not UTF-8, or no path at all
        raise place.error(
            f"the file {listed} cannot be read ({error.__class__.__name__}); name a text file of addresses"
        ) from None
    urls = []
    for number, line in enumerate(lines, start=1):
        url = line.strip()
        if not url or url.startswith("#"):
            continue
        if _host_of(url) is None:
            raise InputError(f"{listed}, line {number}: {url!r} is no whole http(s) address; correct or remove it")
        urls.append(url)
    if not urls:
        raise place.error(f"the file {listed} holds no address; write one on each line")
    return tuple(dict.fromkeys(urls))


def _hosts(place: Place) -> tuple[str, ...]:
    hosts = []
    for one in place.one_or_more():
        host = one.text().lower()
        if not _is_host(host):
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


def _hosts_of(urls: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(urlsplit(url).netloc.lower() for url in urls))


def _host_of(url: str) -> str | None:
    """The host of a whole http(s) address without login; None for anything else."""
    try:
        parts = urlsplit(url)
        parts.port  # noqa: B018 (raises where the port is no number)
    except ValueError:
        return None
    if parts.scheme not in _PORTS or not parts.hostname or "@" in parts.netloc or re.search(r"[\s\\]", parts.netloc):
        return None
    return parts.hostname.rstrip(".").lower()


def _split(entry: str) -> tuple[str, tuple[int, ...]]:
    """A host entry as host and ports; without a port, those of http and https."""
    parts = urlsplit(f"//{entry}")
    return (parts.hostname or "").rstrip("."), (parts.port,) if parts.port else tuple(_PORTS.values())


def _is_host(entry: str) -> bool:
    return "/" not in entry and _host_of(f"http://{entry}/") is not None


def _is_literal(host: str) -> bool:
    return ":" in host or not re.search(r"[a-z]", host.rsplit(".", 1)[-1])
