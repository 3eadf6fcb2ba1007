"""The spider: from where a site's crawl starts to what its product pages say, one message per outcome."""

from __future__ import annotations

from collections.abc import AsyncIterator, Collection, Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any

from scrapy import Request, Spider
from scrapy.http import Response, TextResponse
from twisted.python.failure import Failure

from scrapers.browser.chromium import find_chromium
from scrapers.browser.marks import is_rendered, rendered
from scrapers.browser.need import Needs, wants_browser
from scrapers.due import Due
from scrapers.extraction.product import Product, extract
from scrapers.kept_pages import PageFile
from scrapers.messages import Closed, Emit, Failed, Fetched
from scrapers.offers import offer_rows
from scrapers.sites import Site
from scrapers.sites.window import Window
from scrapers.spiders.causes import cause_of
from scrapers.spiders.planning import Plan
from scrapers.spiders.refusals import refusal
from scrapers.spiders.starts import starts_of
from scrapers.spiders.stops import GIVEN_UP, IN_A_ROW
from scrapers.validators import Known, Validators
from warehouse.clock import Clock

_NOT_MODIFIED = 304
_REFUSED = ("blocked", "captcha")


class ProductPages(Spider):
    """Crawls one site. Every planned page ends as one `Fetched` (with or without offers) or one `Failed`.

    At most `limit` pages are planned, of tiers those that are `due`; pages in `done` an earlier process of the same
    crawl has settled.
    """

    name = "product_pages"

    def __init__(
        self,
        site: Site,
        emit: Emit,
        clock: Clock,
        *,
        limit: int | None = None,
        due: Due | None = None,
        done: Collection[str] = (),
        validators: Validators | None = None,
        needs: Needs | None = None,
        pages: PageFile | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.site = site
        self.plan = Plan(site, emit, limit=limit, due=due, done=done)
        self.emit = emit
        self.clock = clock
        self._validators = validators
        self._needs = needs
        self._pages = pages
        self._has_browser = site.render == "auto" and find_chromium() is not None
        self._window = Window.read(site.window) if site.window else None
        self._refused_in_a_row = 0

    async def start(self) -> AsyncIterator[Request]:
        """The watch list's pages, then what the other start points ask for."""
        for url in self.site.watch:
            if self.plan.is_due(url) and self.plan.take(url):
                yield self.page(url)
        for start in starts_of(self):
            for request in start.requests():
                yield request

    def stop_cause(self) -> str | None:
        """Why nothing more may be asked for now (see spiders.stops)."""
        if self._window and not self._window.is_open(self.clock()):
            return "outside_window"
        return GIVEN_UP if self._refused_in_a_row >= IN_A_ROW else None

    def pages(self, urls: Iterable[str], changed_at: Mapping[str, datetime] | None = None) -> Iterator[Request]:
        """The requests for those of the addresses found at a start point that are product pages to be read."""
        changed = changed_at or {}
        return (self.page(url) for url in urls if self.plan.take_found(url, changed_at=changed.get(url)))

    def page(self, url: str) -> Request:
        """The request for a product page that is planned."""
        # Scrapy's duplicate filter would drop a page silently; the plan keeps them apart.
        request = Request(
            url, self._parse_page, errback=self._failed, cb_kwargs={"url": url, "known": None}, dont_filter=True
        )
        if self.site.render == "always" or self._is_drawn_at_once(url):
            return rendered(request)
        known = self._validators.get(url, self.clock()) if self._validators else None
        if known is None:
            return request
        return request.replace(
            headers=known.headers,
            cb_kwargs={"url": url, "known": known},
            meta={"handle_httpstatus_list": [_NOT_MODIFIED]},
        )

    def offered(self, product: Product) -> None:
        """A product that a feed or an interface of the shop names: planned and settled without fetching its page."""
        if self.plan.take(product.url):
            self.emit(Fetched(product.url, tuple(offer_rows(product, self.clock(), self.site))))

    def _parse_page(self, response: Response, url: str, known: Known | None) -> Request | None:
        now = self.clock()
        if response.status == _NOT_MODIFIED and known is not None:
            self._refused_in_a_row = 0
            self.emit(Fetched(url, known.seen_again(now), not_modified=True))
            return None
        if not isinstance(response, TextResponse):
            self.emit(Fetched(url, cause="not_html"))
            return None
        if self._pages:
            self._pages.keep(response.url, _headers(response), response.body, now)
        try:
            product = self._read(response)
            offers = tuple(offer_rows(product, now, self.site)) if product.is_evident else ()
        except Exception:  # whatever a stranger's page does to the reader, the crawl goes on and the page is counted
            self.logger.exception("reading %s failed", response.url)
            self.emit(Fetched(url, cause="unreadable"))
            return None
        if product.price is None and (cause := refusal(response)):
            self._refused_in_a_row += 1
            self.emit(Failed(url, cause, planned=True))
            return None
        self._refused_in_a_row = 0
        if self.site.render == "auto" and not is_rendered(response) and wants_browser(product, response.body):
            if not self._has_browser:
                self.emit(Fetched(url, offers, "no_browser"))
                return None
            if self._needs is None or self._needs.may_help(url, now):
                if self._needs:
                    self._needs.plain_failed(url, now)
                return rendered(self.page(url))
        if self._needs and product.price is not None:
            (self._needs.drawing_helped if is_rendered(response) else self._needs.plain_sufficed)(url)
        if self._validators and not is_rendered(response):
            self._validators.put(url, _header(response, "ETag"), _header(response, "Last-Modified"), offers, now)
        self.emit(Fetched(url, offers, None if offers else "no_product", rendered=is_rendered(response)))
        return None

    def _is_drawn_at_once(self, url: str) -> bool:
        return self._has_browser and self._needs is not None and self._needs.is_drawn_at_once(url, self.clock())

    def _read(self, response: TextResponse) -> Product:
        return extract(
            response.body,
            response.url,
            content_type=_header(response, "Content-Type"),
            currency=self.site.currency,
            selectors=self.site.selectors,
        )

    def _failed(self, failure: Failure) -> None:
        assert failure.value is not None
        cause = cause_of(failure.value)
        if cause in _REFUSED:
            self._refused_in_a_row += 1
        self._has_browser = self._has_browser and cause != "no_browser"  # one that does not start is none
        self.emit(Failed(failure.request.cb_kwargs["url"], cause, planned=True))  # type: ignore[attr-defined]

    def closed(self, reason: str) -> None:
        """Called by Scrapy at the end."""
        self.emit(Closed(reason))


def _header(response: Response, name: str) -> str | None:
    value = response.headers.get(name)
    return None if value is None else value.decode("latin-1")


def _headers(response: Response) -> list[tuple[str, str]]:
    items = response.headers.items()
    return [(name.decode("latin-1"), value.decode("latin-1")) for name, values in items for value in values]
