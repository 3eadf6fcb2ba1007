"""The guard where connections are made: a page of one shop must not make the crawler fetch from the inside network.

Three walls. `SiteOnly` stops requests that leave the site's hosts, redirects and robots.txt among them.
`GuardedResolver` sits between name and connection: whatever a host is written as (name, decimal, octal, IPv6), Twisted
resolves it here and connects to exactly the addresses that come out, so a name cannot change its meaning in between.
`GuardedHandler` gives the refusal its own error. The browser has no other way out than scrapers.browser.proxy, which
asks the same resolver through `allowed_addresses`.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from scrapy import Request
from scrapy.core.downloader.handlers.http11 import HTTP11DownloadHandler
from scrapy.exceptions import CannotResolveHostError, IgnoreRequest
from scrapy.http import Response
from scrapy.resolver import CachingHostnameResolver
from scrapy.utils.httpobj import urlparse_cached
from twisted.internet.interfaces import IAddress, IHostnameResolver, IHostResolution, IResolutionReceiver
from zope.interface import implementer

from scrapers.addresses import is_public
from scrapers.sites import Site
from scrapers.sites.proxy import proxy_of

if TYPE_CHECKING:
    from scrapy.crawler import Crawler
    from twisted.internet.base import ReactorBase

SITE_SETTING = "PURVEYOR_SITE"
"""The Scrapy setting that carries the site, as JSON."""

Receiver = Any
"""An IResolutionReceiver; mypy cannot read zope's interfaces."""

_refused: set[str] = set()
"""Hosts that resolved to refused addresses only; the process crawls one site, so this is that crawl's."""


class PrivateAddressError(Exception):
    """The host lies at a private address, which the site does not allow."""


class OffSiteError(IgnoreRequest):
    """The address lies outside the site's hosts."""


class SiteOnly:
    """Downloader middleware: every request, also redirects and robots.txt, stays on the site's hosts."""

    def __init__(self, site: Site) -> None:
        self._site = site

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> SiteOnly:
        """Built by Scrapy."""
        return cls(Site.from_json(crawler.settings[SITE_SETTING]))

    def process_request(self, request: Request) -> None:
        """Refuse what lies elsewhere."""
        if not self._site.may_visit(request.url):
            raise OffSiteError(f"{urlparse_cached(request).netloc} is none of the site's hosts")


@implementer(IHostnameResolver)
class GuardedResolver(CachingHostnameResolver):
    """Resolves names and drops every address that is not public, unless the site has that host and port as its own."""

    def __init__(self, reactor: ReactorBase, cache_size: int, site: Site) -> None:
        super().__init__(reactor, cache_size)
        self._site = site
        proxy = proxy_of(site)
        self._proxy = (proxy.host, proxy.port) if proxy else None

    @classmethod
    def from_crawler(cls, crawler: Crawler, reactor: ReactorBase) -> GuardedResolver:
        """Built by Scrapy."""
        settings = crawler.settings
        return cls(reactor, settings.getint("DNSCACHE_SIZE"), Site.from_json(settings[SITE_SETTING]))

    def resolveHostName(  # noqa: N802 (Twisted's name)
        self,
        resolutionReceiver: Receiver,  # noqa: N803
        hostName: str,  # noqa: N803
        portNumber: int = 0,  # noqa: N803
        addressTypes: Sequence[type[IAddress]] | None = None,  # noqa: N803
        transportSemantics: str = "TCP",  # noqa: N803
    ) -> IHostResolution:
        """As IHostnameResolver says; refused addresses are never handed on."""
        receiver = resolutionReceiver
        if not self._site.may_be_private(hostName, portNumber) and (hostName, portNumber) != self._proxy:
            receiver = _PublicOnly(resolutionReceiver, hostName)
        return super().resolveHostName(receiver, hostName, portNumber, addressTypes, transportSemantics)


@implementer(IResolutionReceiver)
class _PublicOnly:
    """Hands on the public addresses of one host."""

    def __init__(self, receiver: Receiver, host: str) -> None:
        self._receiver = receiver
        self._host = host
        self._kept = self._dropped = 0

    def resolutionBegan(self, resolutionInProgress: IHostResolution) -> None:  # noqa: N802, N803
        self._receiver.resolutionBegan(resolutionInProgress)

    def addressResolved(self, address: IAddress) -> None:  # noqa: N802
        if is_public(getattr(address, "host", "")):
            self._kept += 1
            self._receiver.addressResolved(address)
        else:
            self._dropped += 1

    def resolutionComplete(self) -> None:  # noqa: N802
        if self._dropped and not self._kept:
            _refused.add(self._host)
        self._receiver.resolutionComplete()


async def allowed_addresses(host: str, port: int) -> list[str]:
    """The addresses that a connection to this host and port may go to, by the running crawl's resolver.

    PrivateAddressError where the guard refuses them all, CannotResolveHostError where the name has none.
    """
    from twisted.internet import reactor

    receiver = _Collector()
    reactor.nameResolver.resolveHostName(receiver, host, port)
    addresses = await receiver.addresses
    if addresses:
        return addresses
    if host in _refused:
        raise PrivateAddressError(f"{host} lies at a private address")
    raise CannotResolveHostError(f"{host} is not known")


@implementer(IResolutionReceiver)
class _Collector:
    """Gathers the addresses of one resolution."""

    def __init__(self) -> None:
        self.addresses: asyncio.Future[list[str]] = asyncio.get_running_loop().create_future()
        self._found: list[str] = []

    def resolutionBegan(self, resolutionInProgress: IHostResolution) -> None:  # noqa: N802, N803
        pass

    def addressResolved(self, address: IAddress) -> None:  # noqa: N802
        self._found.append(getattr(address, "host", ""))

    def resolutionComplete(self) -> None:  # noqa: N802
        if not self.addresses.done():
            self.addresses.set_result(self._found)


class GuardedHandler(HTTP11DownloadHandler):
    """Scrapy's HTTP client, with a refused address told apart from a name that does not resolve."""

    async def download_request(self, request: Request) -> Response:
        """Fetch; PrivateAddressError where the guard refused every address of the host."""
        try:
            return await super().download_request(request)
        except CannotResolveHostError as error:
            host = urlparse_cached(request).hostname or ""
            if host in _refused:
                raise PrivateAddressError(f"{host} lies at a private address") from error
            raise
