"""Pages that failed for now are asked for again, after pauses that grow and that the shop may set."""

from __future__ import annotations

from datetime import UTC
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING

from scrapy import Request
from scrapy.downloadermiddlewares.retry import RetryMiddleware
from scrapy.http import Response
from scrapy.utils.response import response_status_message

from scrapers.spiders.pace import pace_of
from scrapers.spiders.refusals import refusal

if TYPE_CHECKING:
    from scrapy.crawler import Crawler

_TOO_BUSY = (429, 503)
_TIMES_BUSY = 3
"""How often a page is asked for again while the shop says it is too busy."""


class BackOff(RetryMiddleware):
    """Scrapy's retries, with the host paused before each.

    Network failures and server errors are tried again as often as Scrapy has it, 429 and 503 more patiently. The pause
    is what Retry-After asks for, else it doubles each time, from the site's own delay. What protects the shop from
    robots is no failure for now, and not tried again.
    """

    crawler: Crawler

    def process_response(self, request: Request, response: Response) -> Request | Response:  # type: ignore[override]
        """The response, or the request anew where the answer may be another one later."""
        pace = pace_of(self.crawler)
        if response.status not in self.retry_http_codes or refusal(response):
            pace.note_answer()
            return response
        if response.status in _TOO_BUSY:
            request.meta["max_retry_times"] = _TIMES_BUSY
            pace.pause(request, seconds_asked(response))
            return super()._retry(request, response_status_message(response.status)) or response
        return super().process_response(request, response)

    def _retry(self, request: Request, reason: str | Exception | type[Exception]) -> Request | None:
        again = super()._retry(request, reason)
        if again is not None:
            pace_of(self.crawler).pause(request)
        return again


def seconds_asked(response: Response) -> float | None:
    """What Retry-After asks for (RFC 9110, section 10.2.3), a number of seconds or a date; None where it asks nothing.

    A date is read by the shop's own clock, its Date header.
    """
    written = _header(response, "Retry-After").strip()
    if written.isascii() and written.isdigit():
        return float(written[:9])
    try:
        until, now = (parsedate_to_datetime(text) for text in (written, _header(response, "Date")))
    except ValueError:
        return None
    return max(0.0, (until.replace(tzinfo=until.tzinfo or UTC) - now.replace(tzinfo=now.tzinfo or UTC)).total_seconds())


def _header(response: Response, name: str) -> str:
    return (response.headers.get(name) or b"").decode("latin-1")
