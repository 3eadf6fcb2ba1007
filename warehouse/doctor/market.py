"""What we know of the market: crawls, offers, their matches, and exchange rates."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from sqlalchemy import select

from warehouse.doctor.crawls import site_healths
from warehouse.doctor.examination import Examination
from warehouse.doctor.findings import Finding, age
from warehouse.doctor.questions import CURRENCIES, SITES, UNJUDGED
from warehouse.records import Site

OFFERS_FRESH = timedelta(days=3)
"""Older offers are not compared: the window of pricing.position."""

RATES_FRESH = timedelta(days=7)
"""Older rates are not used: the same of pricing.position."""

MATCHED_WITHIN = timedelta(hours=30)
"""A nightly crawl's offers are judged on that morning or, where it took long, on the next."""

UNFINISHED_FOR = timedelta(hours=30)
"""The next nightly crawl of the site takes it up, or writes what it saw."""

_BASE = "EUR"


def sites_broken(e: Examination) -> Iterator[Finding]:
    """Sites whose newest crawl failed, was refused, or gave far less than those before (see crawls.py)."""
    for health in site_healths(e.session, e.now):
        if health.trouble is not None:
            trouble = health.trouble
            yield Finding(trouble.code, "warning", "merchandiser", health.site, trouble.text, trouble.remedy)


def crawls_unfinished(e: Examination) -> Iterator[Finding]:
    """Crawls that were killed and that nobody took up again: what they saw waits to be written."""
    for folder in sorted(e.settings.crawls.glob("*/unfinished/*")):
        try:
            written_at = datetime.fromtimestamp((folder / "messages.jsonl").stat().st_mtime, UTC)
        except FileNotFoundError:  # it is being finished just now
            continue
        if e.now - written_at > UNFINISHED_FOR:
            site = folder.parent.parent.name
            yield Finding(
                "crawl_unfinished",
                "warning",
                "merchandiser",
                site,
                f"a crawl of {site} was killed {age(e.now - written_at)} ago; what it saw is not in the lake yet",
                f"purveyor crawl {site}",
            )


def offers_stale(e: Examination) -> Iterator[Finding]:
    """Sites whose offers are too old to be compared, and sites that were never crawled.

    Where sites are registered for crawling, one that is not was dropped on purpose and is only noted.
    """
    registered = {site.site: site for site in e.records.scalars(select(Site))}
    newest = {row["site"]: row["newest"] for row in e.session.ask(SITES, now=e.now).to_pylist()}
    for site, seen in sorted(newest.items()):
        if e.now - seen > OFFERS_FRESH:
            yield Finding(
                "offers_stale",
                "note" if registered and site not in registered else "warning",
                "merchandiser",
                site,
                f"the newest offer of {site} is {age(e.now - seen)} old; after {OFFERS_FRESH.days} days offers are "
                "not compared any more",
                f"purveyor jobs run crawl {site}" if site in registered else "purveyor crawl SITE_FILE",
            )
    for name, site_record in sorted(registered.items()):
        if name not in newest and e.now - site_record.updated_at > OFFERS_FRESH:
            yield Finding(
                "never_crawled",
                "warning",
                "merchandiser",
                name,
                f"{name} was registered {age(e.now - site_record.updated_at)} ago and no offer of it is known",
                f"purveyor jobs run crawl {name}",
            )


def matches_stale(e: Examination) -> Iterator[Finding]:
    """Offers that matching would have judged, had it run since they were seen."""
    if not e.totals["products"]:
        return
    (row,) = e.session.ask(UNJUDGED, seen_before=e.now - MATCHED_WITHIN).to_pylist()
    if row["unjudged"] > max(5, 0.05 * row["offers"]) or (row["offers"] and not e.totals["matches"]):
        yield Finding(
            "matches_stale",
            "warning",
            "merchandiser",
            "matches",
            f"{row['unjudged']:,} of {row['offers']:,} offers that carry a GTIN of ours have never been judged: they "
            "are missing from the price position",
            "purveyor match run",
        )


def rates_missing(e: Examination) -> Iterator[Finding]:
    """Currencies in use that cannot be compared for want of a rate to EUR, or a fresh one."""
    used = e.session.ask(CURRENCIES, since=e.now - OFFERS_FRESH).to_pylist()
    if len(used) < 2:
        return  # all in one currency: no rate is needed
    for row in used:
        currency, newest = row["currency"], row["newest"]
        if currency == _BASE or (newest is not None and e.now.date() - newest <= RATES_FRESH):
            continue
        known = "none is known" if newest is None else f"the newest is of {newest}"
        ours = f"{row['stores']} store(s) and " if row["stores"] else ""
        yield Finding(
            "rates_missing",
            "warning",
            "merchandiser",
            currency,
            f"{ours}{row['offers']:,} fresh offers are in {currency}, and {known} of its rates to EUR that is at most "
            f"{RATES_FRESH.days} days old: they are not compared with other currencies",
            "purveyor import fx_rates FILE",
        )
