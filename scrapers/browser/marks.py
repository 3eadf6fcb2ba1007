"""How a request asks for the browser, and how a response says that it came from there."""

from __future__ import annotations

from scrapy import Request
from scrapy.http import Response

_WANTED = "purveyor_render"
DRAWN = "rendered"
"""The flag of a response whose body is the document as the browser had drawn it."""


def rendered(request: Request) -> Request:
    """The same request, to be drawn by the browser."""
    return request.replace(dont_filter=True, meta={**request.meta, _WANTED: True})


def wants_rendering(request: Request) -> bool:
    """Whether `rendered` marked it."""
    return bool(request.meta.get(_WANTED))


def is_rendered(response: Response) -> bool:
    """Whether the browser drew it."""
    return DRAWN in response.flags
