"""purveyor crawl: competitors' offers in, how that goes, and kept pages read again."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from typer.core import TyperGroup

from purveyor.common import Json, emit, open_warehouse, progress
from scrapers.browser.chromium import NO_CHROMIUM

if TYPE_CHECKING:
    from scrapers.health import CrawlHealth
    from scrapers.replay import Replayed
    from scrapers.sites import Site
    from warehouse.doctor.crawls import SiteHealth
    from warehouse.house import Warehouse


class _SitesFirst(TyperGroup):
    """`purveyor crawl SITE...` is `purveyor crawl run SITE...`."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Put the command in where the arguments name none."""
        if args and args[0] not in self.commands and args[0] not in ctx.help_option_names:
            args = ["run", *args]
        return super().parse_args(ctx, args)


app = typer.Typer(
    cls=_SitesFirst,
    help="Crawl shops: purveyor crawl SITE... (see: purveyor crawl run --help), or look back at crawls.",
    no_args_is_help=True,
)

AllowPrivate = Annotated[
    bool, typer.Option("--allow-private", help="Let the sites' own hosts lie at private addresses.")
]

_LISTED = 20
"""Changed prices that are printed; --json has them all."""


@app.command("run")
def crawl(
    sites: Annotated[
        list[str], typer.Argument(metavar="SITE...", help="Sites on record (see: purveyor sites), or YAML files.")
    ],
    allow_private: AllowPrivate = False,
    limit: Annotated[int | None, typer.Option(min=1, help="Read at most this many product pages per site.")] = None,
    as_json: Json = False,
) -> None:
    """Crawl shops politely and keep what they offer, with a health summary per site.

    What exists as a file, or ends in .yaml, is a site file; anything else the name of a site on record. A crawl that
    was killed within the last day is taken up where it was.

    Example: purveyor crawl sites/example-shop.yaml --limit 20
    """
    from dataclasses import asdict

    from scrapers.crawl import crawl as crawl_site
    from warehouse.errors import InputError

    with open_warehouse() as warehouse, progress() as report:
        # All are read before the first is crawled, so that a misspelt one costs nothing.
        known = [_site(site, warehouse) for site in sites]
        crawls = [
            crawl_site(site.privately() if allow_private else site, warehouse, progress=report, limit=limit)
            for site in known
        ]
    emit({"crawls": [asdict(health) for health in crawls]}, as_json, "\n".join(_summary(health) for health in crawls))
    failed = [health.site for health in crawls if health.outcome == "failed"]
    if failed:
        raise InputError(
            f"no product page of {', '.join(failed)} could be fetched; the causes stand above, and what to do in: "
            "purveyor crawl status"
        )


@app.command()
def status(
    site: Annotated[str | None, typer.Argument(metavar="[SITE]", help="One site; else every site crawled.")] = None,
    as_json: Json = False,
) -> None:
    """Show how the last crawl of each site went, against the site's own history, and what to do.

    Example: purveyor crawl status example-shop
    """
    from warehouse.doctor.crawls import site_healths
    from warehouse.errors import NotFound
    from warehouse.records.sites import list_sites

    with open_warehouse() as warehouse, warehouse.session(engine="duckdb") as session:
        healths = [health for health in site_healths(session, warehouse.clock()) if site in (None, health.site)]
        with warehouse.records.reading() as tx:
            on_record = [listed.site for listed in list_sites(tx)]
    if site is not None and not healths:
        raise NotFound(f"{site} was never crawled; crawl it with: purveyor crawl {site}")
    crawled = {health.site for health in healths}
    never = [] if site is not None else [name for name in on_record if name not in crawled]
    texts = [_status(health) for health in healths]
    texts += [f"{name}: never crawled\n  -> purveyor crawl {name}" for name in never]
    payload = {"sites": [_as_json(health) for health in healths], "never_crawled": never}
    emit(payload, as_json, "\n\n".join(texts) or "no site is on record; add one with: purveyor sites add URL")


@app.command()
def replay(
    site: Annotated[str, typer.Argument(metavar="SITE", help="A site on record, or a YAML file.")],
    crawl_id: Annotated[str | None, typer.Option("--crawl", metavar="ID", help="Only this crawl.")] = None,
    since: Annotated[
        datetime | None, typer.Option(formats=["%Y-%m-%d"], help="Only crawls begun on this day (UTC) or later.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Read kept pages again with today's readers, without fetching, and show which prices that changes.

    The new reading takes the old one's place in its crawl: reports count no observation twice, and none as fresh.
    Pages are kept of sites whose file says keep_pages: true.

    Example: purveyor crawl replay example-shop --since 2026-06-01
    """
    from scrapers.replay import replay as read_again

    with open_warehouse() as warehouse, progress() as report:
        crawls = read_again(
            _site(site, warehouse),
            warehouse,
            crawl_id=crawl_id,
            since=since and since.replace(tzinfo=UTC),
            progress=report,
        )
    payload = {
        "crawls": [
            {
                "crawl_id": crawl.crawl_id,
                "pages": crawl.pages,
                "unreadable": crawl.unreadable,
                "offers": crawl.offers,
                "priced": crawl.priced,
                "counts": crawl.counts,
                "changes": crawl.changes,
            }
            for crawl in crawls
        ]
    }
    emit(payload, as_json, "\n".join(_replayed(crawl) for crawl in crawls))


def _site(name: str, warehouse: Warehouse) -> Site:
    from scrapers.registered import registered
    from scrapers.sites import read_site

    return read_site(Path(name)) if _is_file(name) else registered(warehouse, name)


def _is_file(site: str) -> bool:
    """Whether this is meant as a site file, be it there or not."""
    return Path(site).is_file() or site.endswith((".yaml", ".yml"))


def _summary(health: CrawlHealth) -> str:
    from warehouse.crawl_causes import in_words

    seconds = (health.finished_at - health.started_at).total_seconds()
    lines = [
        f"{health.site}: {health.outcome}; {health.fetched} of {health.planned} pages fetched, {health.offers} offers, "
        f"{health.priced} with a price, {seconds:.0f} s"
    ]
    since = [f"{number:,} {what}" for name, what in _CHANGES if (number := getattr(health, name))]
    lines += [f"  since the crawl before: {', '.join(since)}"] if since else []
    lines += [f"  {in_words(cause)} ({cause}): {count}" for cause, count in health.failures.items()]
    if "no_browser" in health.failures:
        lines.append(f"  pages show no price before scripts have run: {NO_CHROMIUM}")
    if health.log:
        lines.append(f"  the crawling process broke down; its log: {health.log}")
    return "\n".join(lines)


def _status(health: SiteHealth) -> str:
    said = {"well": "well", "broken": "BROKEN", "no history": "too few earlier crawls to compare with"}[health.verdict]
    lines = [f"{health.site}: {said}"]
    if health.trouble is not None:
        lines += [f"  {health.trouble.text}", f"  -> {health.trouble.remedy}"]
    lines += [f"  {name:<12}{value}" for name, value in _figures(health) if value is not None]
    return "\n".join(lines)


def _figures(health: SiteHealth) -> list[tuple[str, str | None]]:
    from warehouse.crawl_causes import in_words

    row = health.figures
    minutes = (row["finished_at"] - row["started_at"]).total_seconds() / 60
    lasted = f"{minutes:.0f} min" if minutes >= 2 else f"{60 * minutes:.0f} s"
    pages = [f"{_count(row['fetched'])} of {_count(row['planned'])} fetched{_beside(health.reach, health.usual_reach)}"]
    pages += [f"{row[name]:,} {what}" for name, what in _PAGES if row[name]]
    offers = f"{_count(row['offers'])}, {_count(row['priced'])} with a price{_beside(health.fill, health.usual_fill)}"
    since = [f"{row[name]:,} {what}" for name, what in _CHANGES if row[name] is not None]
    failures = [f"{in_words(cause)} {count:,}" for cause, count in row["failures"].items()]
    return [
        ("last crawl", f"{row['finished_at']:%Y-%m-%d %H:%M} UTC, {row['outcome']}, took {lasted}"),
        ("pages", "; ".join(pages)),
        ("failed", ", ".join(failures) or None),
        ("offers", offers),
        ("changes", ", ".join(since) or None),
        ("history", f"{health.earlier_crawls} earlier crawl{'' if health.earlier_crawls == 1 else 's'}"),
    ]


_PAGES = (("rendered", "drawn by a browser"), ("not_modified", "not modified"), ("refused", "refused or captcha"))
_CHANGES = (("appeared", "new"), ("changed", "with another price"), ("gone", "gone"), ("stale", "stale"))


def _count(number: int | None) -> str:
    return "?" if number is None else f"{number:,}"


def _beside(share: float | None, usual: float | None) -> str:
    if share is None:
        return ""
    return f" ({share:.1%})" if usual is None else f" ({share:.1%}, usually {usual:.1%})"


def _as_json(health: SiteHealth) -> dict[str, Any]:
    from dataclasses import asdict

    return {"verdict": health.verdict, **asdict(health)}


def _replayed(crawl: Replayed) -> str:
    counts = ", ".join(f"{crawl.counts[kind]} {kind}" for kind in ("newly read", "changed", "lost"))
    lines = [
        f"{crawl.crawl_id}: {crawl.pages} pages read again, {crawl.priced} of {crawl.offers} offers priced; {counts}"
    ]
    if crawl.unreadable:
        lines.append(f"  {crawl.unreadable} pages could not be read; what was read before stands")
    for change in crawl.changes[:_LISTED]:
        was, now = _price(change["was"], change["was_in"]), _price(change["price"], change["currency"])
        lines.append(f"  {change['change']}: {was} -> {now}  {change['url']}")
    if len(crawl.changes) > _LISTED:
        lines.append(f"  and {len(crawl.changes) - _LISTED} more; --json lists them all")
    return "\n".join(lines)


def _price(amount: Any, currency: str | None) -> str:
    return "no price" if amount is None else f"{amount.normalize():f} {currency or '?'}"
