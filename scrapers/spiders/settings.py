"""The Scrapy settings of a crawl: polite, safe, and with nothing listening."""

from __future__ import annotations

from importlib.metadata import PackageNotFoundError, version
from typing import Any

from scrapers.extraction.page import LARGEST
from scrapers.sites import Site
from scrapers.spiders.guard import SITE_SETTING, GuardedHandler, GuardedResolver, SiteOnly
from scrapers.spiders.robots import ObeyRobots

ROBOT = "PurveyorBot"
"""The name that a robots.txt may address."""


def crawl_settings(site: Site) -> dict[str, Any]:
    """Settings for a crawl of `site`."""
    return {
        SITE_SETTING: site.to_json(),
        "USER_AGENT": f"{ROBOT}/{_version()}",
        "ROBOTSTXT_USER_AGENT": ROBOT,
        "DEFAULT_REQUEST_HEADERS": {"Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"},
        "DOWNLOADER_MIDDLEWARES": {
            SiteOnly: 50,
            ObeyRobots: 100,
            # Replaced by the two above.
            "scrapy.downloadermiddlewares.offsite.OffsiteMiddleware": None,
            "scrapy.downloadermiddlewares.robotstxt.RobotsTxtMiddleware": None,
        },
        # Only the guarded client; no file:, data:, ftp: or s3: from a page's links.
        "DOWNLOAD_HANDLERS": {
            "http": GuardedHandler,
            "https": GuardedHandler,
            "file": None,
            "data": None,
            "ftp": None,
            "s3": None,
        },
        "TWISTED_DNS_RESOLVER": GuardedResolver,
        "HTTPPROXY_ENABLED": False,  # a proxy would resolve names behind the guard's back
        "DOWNLOAD_VERIFY_CERTIFICATES": True,
        "DOWNLOAD_MAXSIZE": LARGEST,
        "DOWNLOAD_WARNSIZE": 0,
        "DOWNLOAD_TIMEOUT": 30,
        "DOWNLOAD_DELAY": site.delay,
        "CONCURRENT_REQUESTS": site.concurrency,
        "CONCURRENT_REQUESTS_PER_DOMAIN": site.concurrency,
        "AUTOTHROTTLE_ENABLED": True,
        "AUTOTHROTTLE_START_DELAY": site.delay,
        "AUTOTHROTTLE_TARGET_CONCURRENCY": float(site.concurrency),
        "REDIRECT_MAX_TIMES": 5,
        "METAREFRESH_ENABLED": False,
        "COOKIES_ENABLED": False,
        "MEMUSAGE_LIMIT_MB": 1024,
        "EXTENSIONS": {
            "scrapy.extensions.memusage.MemoryUsage": None,
            "scrapers.spiders.memory.OwnMemoryUsage": 0,
        },
        "TELNETCONSOLE_ENABLED": False,
        "REMOTE_CONTROL_ENABLED": False,  # Scrapy's other console: it runs code sent over HTTP
        "LOG_LEVEL": "WARNING",
        "STATS_DUMP": False,
        "LOGSTATS_INTERVAL": 0,
    }


def _version() -> str:
    try:
        return version("purveyor")
    except PackageNotFoundError:
        return "0"
