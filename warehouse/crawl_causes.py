"""What the causes mean by which crawls count their failed pages, in words for people."""

from __future__ import annotations

_WORDS = {
    "blocked": "our robot is refused",
    "captcha": "a captcha in front",
    "connection": "connection broken off",
    "connection_refused": "no server there",
    "crashed": "brought the browser down",
    "crawler_broke_down": "our crawler broke down",
    "cut_short": "the feed ends before its end",
    "duplicate": "the same offers as another page",
    "given_up": "not asked for, as the shop kept refusing",
    "http_401": "asks for a login",
    "http_403": "our robot is refused",
    "http_404": "page not found",
    "http_410": "page taken down",
    "http_429": "asked too often",
    "interrupted": "the crawl was interrupted",
    "items_skipped": "a list with items that could not be read",
    "memusage_exceeded": "memory ran short",
    "no_browser": "no browser to draw it",
    "no_product": "no product on it",
    "no_products_listed": "a list without products",
    "not_a_feed": "not a product feed",
    "not_a_sitemap": "not a sitemap",
    "not_html": "not a page",
    "off_site": "leads off the site's hosts",
    "other": "another reason; see the log",
    "outside_window": "not asked for outside the hours allowed",
    "private_address": "at a private address",
    "proxy": "the proxy refused",
    "redirects": "redirected without end",
    "robots_forbid": "forbidden by robots.txt",
    "robots_unreachable": "robots.txt could not be read",
    "sitemap_too_deep": "sitemaps within sitemaps without end",
    "timeout": "no answer in time",
    "tls": "certificate not trusted",
    "too_large": "larger than what we read",
    "too_many_pages": "more pages than one crawl reads",
    "too_many_sitemaps": "more sitemaps than one crawl reads",
    "unanswered": "not reached",
    "unknown_host": "host not known",
    "unreadable": "could not be read",
}


def in_words(cause: str) -> str:
    """A cause as people say it; one that has no words, as it is."""
    if cause in _WORDS:
        return _WORDS[cause]
    status = cause.removeprefix("http_")
    if status != cause and status.isdecimal():
        return f"{'server error' if status.startswith('5') else 'answered with'} {status}"
    return cause.replace("_", " ")
