"""The crawl as a job: one run per site on record."""

from __future__ import annotations

import json
from typing import Any

import pyarrow as pa

from scrapers.browser.chromium import NO_CHROMIUM
from scrapers.crawl import crawl
from scrapers.registered import registered
from warehouse.errors import InputError
from warehouse.house import Warehouse
from warehouse.jobs.job import Run
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
    if "outside_window" in json.loads(found["failures"]) and not found["fetched"]:
        raise InputError(f"{site.name} may be crawled {site.window} only; schedule crawls within these hours")
    if found["outcome"] == "failed" and "no_browser" in json.loads(found["failures"]):
        raise InputError(f"no page of {site.name} shows a price before scripts have run: {NO_CHROMIUM}")
    if found["outcome"] == "failed":
        raise InputError(
            f"no product page of {site.name} could be fetched ({found['failures']}); "
            "look whether the shop is up and its site file still right"
        )
    return found


def _stands(figures: dict[str, Any]) -> bool:
    """Whether a crawl need not be done again."""
    return figures["outcome"] != "failed" and "interrupted" not in json.loads(figures["failures"])


def _written(warehouse: Warehouse, run_id: str) -> list[dict[str, Any]]:
    """The figures of the run's crawls in the lake."""
    with warehouse.session(engine="duckdb") as session:
        rows: list[dict[str, Any]] = session.ask(CRAWLED, run=run_id).to_pylist()
    return rows
