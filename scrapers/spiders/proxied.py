"""Fetching through a proxy, which resolves names itself, so that the guard's resolver sees none of them."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING

from scrapy import Request
from scrapy.exceptions import NotConfigured
from scrapy.utils.httpobj import urlparse_cached

from scrapers.sites import Site
from scrapers.sites.proxy import Proxy, is_inside, proxy_of
from scrapers.spiders.guard import SITE_SETTING, PrivateAddressError

if TYPE_CHECKING:
    from scrapy.crawler import Crawler

_PORTS = {"http": 80, "https": 443}


class ThroughProxy:
    """Downloader middleware: sends every request through the site's proxy, and none for a private address."""

    def __init__(self, site: Site, proxy: Proxy) -> None:
        self._site = site
        self._address = (
            f"http://[{proxy.host}]:{proxy.port}" if ":" in proxy.host else f"http://{proxy.host}:{proxy.port}"
        )
        login = ":".join(proxy.login).encode() if proxy.login else b""
        self._authorization = b"Basic " + base64.b64encode(login) if login else None

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> ThroughProxy:
        """Built by Scrapy; NotConfigured where the site is fetched directly."""
        site = Site.from_json(crawler.settings[SITE_SETTING])
        proxy = proxy_of(site)
        if proxy is None:
            raise NotConfigured
        return cls(site, proxy)

    def process_request(self, request: Request) -> None:
        """Set the proxy; PrivateAddressError for what the guard would refuse on a direct way."""
        url = urlparse_cached(request)
        host, port = url.hostname or "", url.port or _PORTS.get(url.scheme, 0)
        if is_inside(host) and not self._site.may_be_private(host, port):
            raise PrivateAddressError(f"{host} lies at a private address")
        request.meta["proxy"] = self._address
        if self._authorization:
            request.headers["Proxy-Authorization"] = self._authorization
