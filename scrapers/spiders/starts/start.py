"""What all start points share: requests for pages that list products, and what becomes of those that fail."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

from scrapy import Request
from scrapy.http import Response
from twisted.python.failure import Failure

from scrapers.messages import Failed
from scrapers.spiders.causes import cause_of

if TYPE_CHECKING:
    from scrapers.spiders.product_pages import ProductPages


_BEFORE_PAGES = 10
"""What there is to read is known early, and progress means something."""


class Start(ABC):
    """One start point of a site: an address, and how products are found from it."""

    def __init__(self, spider: ProductPages, url: str) -> None:
        self._spider = spider
        self._url = url

    @abstractmethod
    def requests(self) -> Iterator[Request]:
        """What to ask for first."""

    def _request(self, url: str, callback: Callable[..., Any], **given: Any) -> Request:
        """A request for a page that lists products; `given` goes to the callback."""
        return Request(url, callback, errback=self._request_failed, cb_kwargs=given, priority=_BEFORE_PAGES)

    def _fail(self, url: str, cause: str) -> None:
        self._spider.emit(Failed(url, cause, planned=False))

    def _note_skipped(self, url: str, items: int) -> None:
        """Count a list some of whose items could not be read."""
        if items:
            self._spider.logger.warning("%s: %d items name no product with an address and a price", url, items)
            self._fail(url, "items_skipped")

    def _request_failed(self, failure: Failure) -> None:
        assert failure.value is not None
        self._fail(failure.request.url, cause_of(failure.value))  # type: ignore[attr-defined]


def content_type(response: Response) -> str | None:
    """The header of that name, where there is one."""
    value = response.headers.get("Content-Type")
    return value.decode("latin-1") if value else None
