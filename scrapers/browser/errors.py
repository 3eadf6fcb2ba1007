"""What can go wrong with a drawn page that cannot with a fetched one."""

from __future__ import annotations

from scrapy.exceptions import DownloadFailedError


class NoBrowserError(Exception):
    """There is no Chromium, or it does not start; the text says why."""


class PageCrashedError(Exception):
    """The page brought its part of the browser down."""


class CertificateError(DownloadFailedError):
    """The browser did not trust the shop's certificate."""
