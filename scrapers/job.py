"""What runs by itself: the crawl, one run per site on record, and the check of what people have confirmed."""

from __future__ import annotations

import json
from typing import Any
from zoneinfo import ZoneInfo

import pyarrow as pa

from scrapers.browser.chromium import NO_CHROMIUM
from scrapers.corrections import check
from scrapers.crawl import crawl
from scrapers.registered import all_registered, registered
from scrapers.sites.site import OFF
from scrapers.sites.window import Window
from warehouse.crawl_causes import in_words
from warehouse.errors import InputError
from warehouse.house import Warehouse
from warehouse.jobs.job import Run
from warehouse.jobs.schedule import Schedule
from warehouse.progress import Progress
from warehouse.questions import Question
from warehouse.records.sites import list_sites
from warehouse.tables import CRAWLS, STRING

_FIGURES = ("crawl_id", "planned", "fetched", "offers", "priced", "failures", "outcome")

CRAWLED = Question.read(
    __name__,
    "crawled.sql",
    result=pa.schema([CRAWLS.schema.field(name) for name in _FIGURES]),
    key=("crawl_id",),
    params={"run": STRING},
)


def site_names(warehouse: Warehouse) -> list[str]:
    """The sites on record: what the crawl runs for."""
    with warehouse.records.reading() as tx:  # names alone: a site that cannot be used is its own run's failure
        return [site.site for site in list_sites(tx)]


def own_crons(warehouse: Warehouse, schedule: Schedule) -> dict[str, str | None]:
    """The crons of the sites that are not crawled by `schedule`, the one of all sites: where their file has a schedule,
    that (None where it says off); else, where they may not be crawled then, each day when they may again."""
    with warehouse.records.reading() as tx:
        sites = {site.site: site.definition for site in list_sites(tx)}
    crons: dict[str, str | None] = {}
    due = schedule.next_due(warehouse.clock())
    for name, definition in sites.items():
        if cron := definition.get("schedule"):
            crons[name] = None if cron == OFF else cron
        elif due and (written := definition.get("window")) and not (window := Window.read(written)).is_open(due):
            opens = window.opens_on(due, ZoneInfo(schedule.timezone))
            crons[name] = f"{opens.minute} {opens.hour} * * *"
    return crons


def crawl_site(warehouse: Warehouse, run: Run, progress: Progress) -> dict[str, Any]:
    """Crawl the site on record that the run is for; the run's id is that of its first crawl.

    A run that was killed takes its crawl up where it was. One that was killed after its crawl had been written does not
    crawl again, unless that failed or was interrupted: a run that is retried, or given back by a worker that stops,
    crawls anew. Raises:
        NotFound: the site is no longer on record.
        InputError: no product page was answered (the causes are named), or the site is being crawled by another.
    """
    site = registered(warehouse, run.subject)
    written = _written(warehouse, run.run_id)
    found = next((figures for figures in written if _stands(figures)), None)
    if found is None:
        crawl_id = f"{run.run_id}.{len(written) + 1}" if written else run.run_id
        row = crawl(site, warehouse, crawl_id=crawl_id, progress=progress).row()
        found = {name: row[name] for name in _FIGURES}
    failures: dict[str, int] = json.loads(found["failures"])
    if "outside_window" in failures and not found["fetched"]:
        raise InputError(
            f"{site.name} may be crawled {site.window} only; crawl it then, or write such a schedule into its site file"
        )
    if found["outcome"] == "failed" and "no_browser" in failures:
        raise InputError(f"no page of {site.name} shows a price before scripts have run: {NO_CHROMIUM}")
    if found["outcome"] == "failed":
        causes = ", ".join(f"{in_words(cause)}: {count:,}" for cause, count in failures.items())
        raise InputError(
            f"no product page of {site.name} could be fetched ({causes}); "
            "look whether the shop is up and its site file still right"
        )
    return found


def recheck(warehouse: Warehouse, run: Run, progress: Progress) -> dict[str, Any]:
    """Read the saved test pages of all sites on record again: an upgrade may read them otherwise.

    InputError where a confirmed value is not read any more, or a page cannot be looked at; the first is named.
    """
    sites = all_registered(warehouse)
    pages = values = 0
    wrong: list[tuple[str, str]] = []
    for done, site in enumerate(sites, start=1):
        try:
            found = check(warehouse.settings.corrections / site.name, site)
        except InputError as error:
            wrong.append((site.name, str(error)))
        else:
            pages += found.pages
            values += found.values
            wrong += [(site.name, miss.text) for miss in found.misses]
        progress("reading saved pages", done, len(sites))
    if wrong:
        name, text = wrong[0]
        others = f" ({len(wrong) - 1:,} more are wrong)" if len(wrong) > 1 else ""
        raise InputError(f"a saved page of {name} is not read as confirmed: {text}{others}; see purveyor sites check")
    return {"sites": len(sites), "pages": pages, "values": values}


def _stands(figures: dict[str, Any]) -> bool:
    """Whether a crawl need not be done again."""
    return figures["outcome"] != "failed" and "interrupted" not in json.loads(figures["failures"])


def _written(warehouse: Warehouse, run_id: str) -> list[dict[str, Any]]:
    """The figures of the run's crawls in the lake."""
    with warehouse.session(engine="duckdb") as session:
        rows: list[dict[str, Any]] = session.ask(CRAWLED, run=run_id).to_pylist()
    return rows
