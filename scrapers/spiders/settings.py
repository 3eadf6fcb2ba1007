"""The Scrapy settings of a crawl: polite, safe, and with nothing listening."""

from __future__ import annotations

from importlib.metadata import PackageNotFoundError, version
from typing import Any

from scrapers.browser.handler import BrowserHandler
from scrapers.extraction.page import LARGEST
from scrapers.sites import Site
from scrapers.spiders.backoff import BackOff
from scrapers.spiders.guard import SITE_SETTING, GuardedHandler, GuardedResolver, SiteOnly
from scrapers.spiders.memory import OwnMemoryUsage
from scrapers.spiders.pace import Pace
from scrapers.spiders.proxied import ThroughProxy
from scrapers.spiders.robots import ObeyRobots
from scrapers.spiders.stops import Stops

ROBOT = "PurveyorBot"
"""The name that a robots.txt may address."""


def crawl_settings(site: Site) -> dict[str, Any]:
    """Settings for a crawl of `site`."""
    handler = GuardedHandler if site.render == "never" else BrowserHandler
    return {
        SITE_SETTING: site.to_json(),
        "USER_AGENT": f"{ROBOT}/{_version()}" + (f" ({site.contact})" if site.contact else ""),
        "ROBOTSTXT_USER_AGENT": ROBOT,
        "DEFAULT_REQUEST_HEADERS": {"Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"},
        "DOWNLOADER_MIDDLEWARES": {
            SiteOnly: 50,
            Stops: 75,
            ObeyRobots: 100,
            BackOff: 550,
            ThroughProxy: 750,
            # Replaced by those above.
            "scrapy.downloadermiddlewares.offsite.OffsiteMiddleware": None,
            "scrapy.downloadermiddlewares.robotstxt.RobotsTxtMiddleware": None,
            "scrapy.downloadermiddlewares.retry.RetryMiddleware": None,
            # No proxy but the site's own: it resolves names behind the guard's back.
            "scrapy.downloadermiddlewares.httpproxy.HttpProxyMiddleware": None,
            # Neither used nor loaded.
            "scrapy.downloadermiddlewares.cookies.CookiesMiddleware": None,
            "scrapy.downloadermiddlewares.httpcache.HttpCacheMiddleware": None,
            "scrapy.downloadermiddlewares.httpauth.HttpAuthMiddleware": None,
            "scrapy.downloadermiddlewares.stats.DownloaderStats": None,
        },
        "SPIDER_MIDDLEWARES": {"scrapy.spidermiddlewares.depth.DepthMiddleware": None},
        "STATS_CLASS": "scrapy.statscollectors.DummyStatsCollector",  # crawls are counted by what they say of each page
        # Only the guarded client; no file:, data:, ftp: or s3: from a page's links.
        "DOWNLOAD_HANDLERS": {
            "http": handler,
            "https": handler,
            "file": None,
            "data": None,
            "ftp": None,
            "s3": None,
        },
        "TWISTED_DNS_RESOLVER": GuardedResolver,
        "DOWNLOAD_VERIFY_CERTIFICATES": True,
        "DOWNLOAD_MAXSIZE": LARGEST,
        "DOWNLOAD_WARNSIZE": 0,
        "DOWNLOAD_TIMEOUT": 30,
        "DOWNLOAD_DELAY": site.delay,
        # Pages in the order they were planned; Scrapy's own would turn it round.
        "SCHEDULER_MEMORY_QUEUE": "scrapy.squeues.FifoMemoryQueue",
        "CONCURRENT_ITEMS": 1,  # pages give messages, no items, and Scrapy starts as many tasks for each page
        "CONCURRENT_REQUESTS": site.concurrency,
        "CONCURRENT_REQUESTS_PER_DOMAIN": site.concurrency,
        "AUTOTHROTTLE_ENABLED": True,
        "AUTOTHROTTLE_START_DELAY": site.delay,
        "AUTOTHROTTLE_TARGET_CONCURRENCY": float(site.concurrency),
        "REDIRECT_MAX_TIMES": 5,
        "METAREFRESH_ENABLED": False,
        "MEMUSAGE_LIMIT_MB": 1024,
        # Ours alone: among Scrapy's own are two consoles that run code, and loading them takes longer than most crawls.
        "EXTENSIONS_BASE": {},
        "EXTENSIONS": {OwnMemoryUsage: 0, Pace: 0},
        "LOG_LEVEL": "WARNING",
        "LOG_VERSIONS": [],
        "STATS_DUMP": False,
    }


def _version() -> str:
    try:
        return version("purveyor")
    except PackageNotFoundError:
        return "0"
