"""Every job there is. Each room writes the function; this list makes it known to workers, schedules and the command."""

from __future__ import annotations

from warehouse.jobs.job import Job

REGISTRY = "purveyor.all_jobs:JOBS"
"""Where a worker's child processes find them."""

JOBS: tuple[Job, ...] = (
    Job(
        "import",
        "Fetch and import what the sources on record have that is new",
        "warehouse.sources.job:import_source",
        subjects="warehouse.sources.job:source_names",
        cron="15 2 * * *",
    ),
    Job(
        "crawl",
        "Read what the sites on record offer",
        "scrapers.job:crawl_site",
        subjects="scrapers.job:site_names",
        own_crons="scrapers.job:own_crons",
        cron="0 3 * * *",
    ),
    Job(
        "recheck",
        "Read the saved test pages again: what was confirmed must still be read",
        "scrapers.job:recheck",
        cron="45 6 * * *",
    ),
    Job("match", "Find which offer is which product", "pricing.matching.job:match_offers", cron="0 6 * * *"),
    Job("retrain", "Train and judge the recommender", "experiments.retraining:retrain", cron="30 6 * * 0"),
    Job("publish", "Bring decisions from the records to the lake", "warehouse.publish:publish", cron="*/30 * * * *"),
    Job("compact", "Keep the lake compact and leftovers away", "warehouse.upkeep:keep_up", cron="0 1 * * *"),
    Job("purge", "Take away what is stored of erased customers", "warehouse.erasure:purge", cron="30 1 * * *"),
    Job(
        "backup",
        "Back up into the folder that purveyor.yaml names",
        "warehouse.backup.job:backup",
        cron="0 5 * * *",
    ),
    Job(
        "check",
        "Let the doctor look, and tell whom it concerns",
        "warehouse.alerts.job:check",
        cron="0 7 * * *",
    ),
)
"""In the order in which people read them."""
