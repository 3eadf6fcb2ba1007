"""purveyor crawl: competitors' offers in."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from purveyor.common import Json, emit, open_warehouse, progress

if TYPE_CHECKING:
    from scrapers.crawl import CrawlHealth


def crawl(
    sites: Annotated[
        list[str], typer.Argument(metavar="SITE...", help="Sites on record (see: purveyor sites), or YAML files.")
    ],
    allow_private: Annotated[
        bool, typer.Option("--allow-private", help="Let the sites' own hosts lie at private addresses.")
    ] = False,
    limit: Annotated[int | None, typer.Option(min=1, help="Read at most this many product pages per site.")] = None,
    as_json: Json = False,
) -> None:
    """Crawl shops politely and keep what they offer, with a health summary per site.

    What exists as a file, or ends in .yaml, is a site file; anything else the name of a site on record.

    Example: purveyor crawl sites/example-shop.yaml --limit 20
    """
    from dataclasses import asdict

    from scrapers.crawl import crawl as crawl_site
    from scrapers.registered import registered
    from scrapers.sites import read_site
    from warehouse.errors import InputError

    with open_warehouse() as warehouse, progress() as report:
        # All are read before the first is crawled, so that a misspelt one costs nothing.
        known = [read_site(Path(site)) if _is_file(site) else registered(warehouse, site) for site in sites]
        crawls = [
            crawl_site(site.privately() if allow_private else site, warehouse, progress=report, limit=limit)
            for site in known
        ]
    emit({"crawls": [asdict(health) for health in crawls]}, as_json, "\n".join(_summary(health) for health in crawls))
    failed = [health.site for health in crawls if health.outcome == "failed"]
    if failed:
        raise InputError(
            f"no product page of {', '.join(failed)} could be fetched; the causes stand above and in table crawls"
        )


def _is_file(site: str) -> bool:
    """Whether this is meant as a site file, be it there or not."""
    return Path(site).is_file() or site.endswith((".yaml", ".yml"))


def _summary(health: CrawlHealth) -> str:
    seconds = (health.finished_at - health.started_at).total_seconds()
    lines = [
        f"{health.site}: {health.outcome}; {health.fetched} of {health.planned} pages fetched, {health.offers} offers, "
        f"{health.priced} with a price, {seconds:.0f} s"
    ]
    lines += [f"  {cause}: {count}" for cause, count in health.failures.items()]
    if health.log:
        lines.append(f"  the crawling process broke down; its log: {health.log}")
    return "\n".join(lines)
