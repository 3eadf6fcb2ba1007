"""What is known about a competitor's shop, and where a crawl of it may go."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from decimal import Decimal
from typing import Any, Literal

from scrapers.sites.hosts import allows, host_of, split

Render = Literal["auto", "always", "never"]

OFF = "off"
"""A schedule by which nothing runs by itself."""


@dataclass(frozen=True, slots=True)
class Shipping:
    """What the shop charges for sending an order, in the site's currency."""

    cost: Decimal
    free_from: Decimal | None = None
    """Order value from which sending costs nothing; None where it always costs."""


@dataclass(frozen=True, slots=True)
class Tiers:
    """Which pages are read every day; all others are read every week."""

    daily: tuple[str, ...] = ()
    """Their addresses."""
    daily_url: str | None = None
    """Regular expression found in their addresses."""


@dataclass(frozen=True, slots=True)
class Site:
    """A competitor's shop. Addresses are absolute http(s) URLs; the delay is in seconds between two requests.

    Where a crawl starts: `watch` lists product pages, `categories` pages that list products, `feeds` product feeds,
    `shopify` and `woocommerce` the base addresses of shops whose own API lists them. They may be combined.
    """

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
    delay: float = 1.0
    concurrency: int = 1
    categories: tuple[str, ...] = ()
    feeds: tuple[str, ...] = ()
    shopify: tuple[str, ...] = ()
    woocommerce: tuple[str, ...] = ()
    render: Render = "auto"
    """Which pages go through the browser: those on which no price can be read without it, all, or none."""
    selectors: Mapping[str, str] = field(default_factory=dict)
    """CSS selector by product field, where the readers need help."""
    tax_included: bool | None = None
    """Whether prices include tax, where the page does not say."""
    shipping: Shipping | None = None
    tiers: Tiers | None = None
    """None reads every page in every crawl."""
    keep_pages: bool = False
    """Whether fetched pages are kept, so that they can be read again later."""
    proxy_env: str | None = None
    """Environment variable that holds the address of the proxy to fetch through."""
    window: str | None = None
    """Hours in which the shop may be crawled, such as "22:00-06:00 Europe/Berlin"; see scrapers.sites.window."""
    contact: str | None = None
    """Where the shop can reach us about the crawl; stands in the user agent."""
    schedule: str | None = None
    """Cron of its crawls, in the house's time zone, or "off" (only when asked); None: that of all sites."""

    def may_visit(self, url: str) -> bool:
        """Whether `url` is http(s), carries no login, and lies at one of `hosts` or below one."""
        host = host_of(url)
        return host is not None and any(allows(entry, host) for entry in self.hosts)

    def may_be_private(self, host: str, port: int) -> bool:
        """Whether this host and port may be reached at a private address."""
        if not self.allow_private:
            return False
        for entry in self.hosts:
            allowed, ports = split(entry)
            if host.rstrip(".").lower() == allowed and port in ports:
                return True
        return False

    def privately(self) -> Site:
        """The same site with its hosts allowed at private addresses."""
        return replace(self, allow_private=True)

    def to_json(self) -> str:
        """The site as JSON, for the crawling process and the records."""
        return json.dumps(asdict(self), sort_keys=True, default=str)

    @classmethod
    def from_json(cls, text: str) -> Site:
        """The site that `to_json` wrote, also an earlier version's: what it did not know has its default."""
        values: dict[str, Any] = json.loads(text)
        values |= {name: tuple(value) for name, value in values.items() if isinstance(value, list)}
        if shipping := values.get("shipping"):
            values["shipping"] = Shipping(*(_decimal(shipping[name]) for name in ("cost", "free_from")))
        if tiers := values.get("tiers"):
            values["tiers"] = Tiers(tuple(tiers["daily"]), tiers["daily_url"])
        return cls(**values)


def _decimal(text: str | None) -> Any:
    return None if text is None else Decimal(text)
