"""The doctor: what is stale, missing, misconfigured or too big, who can do something about it, and what.

A check is a small function that looks at one thing (data.py the shop's own data, market.py the market, sources.py,
running.py what should happen by itself, disk.py, setup.py) and yields a `Finding` for each thing that is wrong.
"""

from __future__ import annotations

from collections.abc import Sequence

from warehouse.doctor import data, disk, market, running, setup, sources
from warehouse.doctor.examination import Check, Examination
from warehouse.doctor.findings import SEVERITIES, Finding
from warehouse.errors import PurveyorError
from warehouse.house import Warehouse
from warehouse.jobs.job import Job

CHECKS: tuple[Check, ...] = (
    setup.shop_file_wrong,
    setup.stores_not_applied,
    setup.alerts_wrong,
    setup.spark_missing,
    data.no_stores,
    data.empty_tables,
    data.orders_stale,
    data.products_incomplete,
    data.clock_ahead,
    sources.sources_late,
    sources.deliveries_failed,
    market.sites_broken,
    market.crawls_unfinished,
    market.offers_stale,
    market.matches_stale,
    market.rates_missing,
    running.no_worker,
    running.jobs_failed,
    running.jobs_paused,
    running.backup_old,
    running.erasures_unfinished,
    running.recommender_old,
    disk.disk_full,
    disk.lake_outgrown,
    disk.scratch_left,
    disk.rejects_piling_up,
)


def examine(warehouse: Warehouse, jobs: Sequence[Job] = ()) -> list[Finding]:
    """What the checks find, the worst first. `jobs`, where known, are those the shop file may schedule.

    A check that cannot look, since a table or the queue cannot be opened, is itself a finding.
    """
    found: list[Finding] = []
    with warehouse.records.reading() as records:
        examination = Examination(warehouse, records, jobs)
        try:
            for check in CHECKS:
                try:
                    found += check(examination)
                except PurveyorError as error:
                    found.append(unusable(error))
        finally:
            examination.close()
    first: dict[tuple[str, str], Finding] = {}
    for finding in found:
        first.setdefault((finding.code, finding.subject), finding)
    return sorted(first.values(), key=lambda finding: SEVERITIES.index(finding.severity))


def unusable(error: PurveyorError) -> Finding:
    """The finding that something cannot even be looked at; the error says what to do."""
    kind = type(error).__name__  # one unreadable table keeps many checks from looking: that is one finding
    return Finding("unusable", "error", "operator", kind, str(error), "do what this says, then purveyor doctor again")
