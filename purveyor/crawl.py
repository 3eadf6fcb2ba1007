"""purveyor crawl: competitors' offers in."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from purveyor.common import Json, emit, open_warehouse, progress

if TYPE_CHECKING:
    from scrapers.crawl import CrawlHealth


def crawl(
    site_files: Annotated[list[Path], typer.Argument(metavar="SITE_FILE...", help="YAML files, one per shop.")],
    allow_private: Annotated[
        bool, typer.Option("--allow-private", help="Let the sites' own hosts lie at private addresses.")
    ] = False,
    limit: Annotated[int | None, typer.Option(min=1, help="Read at most this many product pages per site.")] = None,
    as_json: Json = False,
) -> None:
    """Crawl shops politely and keep what they offer, with a health summary per site.

    Example: purveyor crawl sites/example-shop.yaml --limit 20
    """
    from dataclasses import asdict

    from scrapers.crawl import crawl as crawl_site
    from scrapers.sites import read_site
    from warehouse.errors import InputError

    sites = [read_site(path) for path in site_files]
    with open_warehouse() as warehouse, progress() as report:
        crawls = [
            crawl_site(site.privately() if allow_private else site, warehouse, progress=report, limit=limit)
            for site in sites
        ]
    emit({"crawls": [asdict(health) for health in crawls]}, as_json, "\n".join(_summary(health) for health in crawls))
    failed = [health.site for health in crawls if health.outcome == "failed"]
    if failed:
        raise InputError(
            f"no product page of {', '.join(failed)} could be fetched; the causes stand above and in table crawls"
        )


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
