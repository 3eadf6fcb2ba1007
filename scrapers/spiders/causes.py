"""Why a page was not read, as the short codes that the crawls table counts."""

from __future__ import annotations

from OpenSSL import SSL
from scrapy.core.downloader.handlers.http11 import TunnelError
from scrapy.exceptions import (
    CannotResolveHostError,
    DownloadCancelledError,
    DownloadConnectionRefusedError,
    DownloadFailedError,
    DownloadTimeoutError,
    IgnoreRequest,
    ResponseDataLossError,
)
from scrapy.spidermiddlewares.httperror import HttpError
from twisted.internet.error import ConnectError, ConnectionLost

from scrapers.browser.errors import CertificateError, NoBrowserError, PageCrashedError
from scrapers.spiders.guard import OffSiteError, PrivateAddressError
from scrapers.spiders.refusals import refusal
from scrapers.spiders.robots import RobotsForbidError, RobotsUnreachableError
from scrapers.spiders.stops import StopError

_CAUSES: tuple[tuple[type[BaseException], str], ...] = (
    (PrivateAddressError, "private_address"),
    (NoBrowserError, "no_browser"),
    (PageCrashedError, "crashed"),
    (CertificateError, "tls"),
    (OffSiteError, "off_site"),
    (TunnelError, "proxy"),
    (RobotsForbidError, "robots_forbid"),
    (CannotResolveHostError, "unknown_host"),
    (DownloadTimeoutError, "timeout"),
    (DownloadConnectionRefusedError, "connection_refused"),
    (DownloadCancelledError, "too_large"),
    (ConnectError, "connection"),
    (ConnectionLost, "connection"),
    (DownloadFailedError, "connection"),
    (ResponseDataLossError, "connection"),
)


def cause_of(error: BaseException) -> str:
    """A code such as http_404, timeout, robots_forbid or private_address."""
    if isinstance(error, HttpError):
        return refusal(error.response) or f"http_{error.response.status}"
    if isinstance(error, StopError):
        return error.cause
    if isinstance(error, RobotsUnreachableError):
        # Where the whole host cannot be reached, that is what a person must know, not which file was asked first.
        below = cause_of(error.__cause__) if error.__cause__ else "other"
        return "robots_unreachable" if below in ("other", "off_site") else below
    if isinstance(error, DownloadFailedError) and _is_tls(error):
        return "tls"
    for kind, code in _CAUSES:
        if isinstance(error, kind):
            return code
    if isinstance(error, IgnoreRequest):
        text = str(error)
        return "too_large" if "DOWNLOAD_MAXSIZE" in text else "redirects" if "redirection" in text else "other"
    return "other"


def _is_tls(error: DownloadFailedError) -> bool:
    """Whether the handshake failed: Twisted wraps its reasons in one ResponseFailed."""
    reasons = getattr(error.__cause__, "reasons", ())
    return any(isinstance(reason.value, SSL.Error) for reason in reasons)
