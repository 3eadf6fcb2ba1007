"""What was set up: the shop file's sections, the mail server's password, the engine's runtime."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from importlib.util import find_spec

from warehouse.alerts.settings import alert_settings
from warehouse.backup.plan import backup_plan
from warehouse.doctor.examination import Examination
from warehouse.doctor.findings import Finding
from warehouse.errors import PurveyorError
from warehouse.jobs.schedule import schedules
from warehouse.listed_stores import differing_stores


def shop_file_wrong(e: Examination) -> Iterator[Finding]:
    """Every section, read as its user reads it."""
    readers: dict[str, Callable[[], object]] = {
        "stores": lambda: differing_stores(e.warehouse),
        "alerts": lambda: alert_settings(e.settings),
        "backup": lambda: backup_plan(e.settings),
    }
    if e.jobs:
        readers["schedule"] = lambda: schedules(e.settings, e.jobs)
    for name, read in readers.items():
        try:
            read()
        except PurveyorError as error:
            yield Finding("shop_file_wrong", "error", "operator", name, str(error), "correct that line")


def stores_not_applied(e: Examination) -> Iterator[Finding]:
    """Stores that were changed in the shop file only."""
    try:
        waiting = [store.store_id for store in differing_stores(e.warehouse)]
    except PurveyorError:
        return  # said above
    if waiting:
        yield Finding(
            "stores_not_applied",
            "warning",
            "operator",
            "",
            f"{e.settings.shop_file} describes {', '.join(waiting)} otherwise than what is in use",
            f"purveyor init in {e.settings.shop_file.parent if e.settings.shop_file else 'its folder'}",
        )


def alerts_wrong(e: Examination) -> Iterator[Finding]:
    """Alerts that could not be sent for want of a secret, and a shop that tells nobody."""
    if e.settings.shop_file is None:
        return
    try:
        settings = alert_settings(e.settings)
    except PurveyorError:
        return  # said above
    if not settings.channels:
        yield Finding(
            "no_alerts",
            "note",
            "operator",
            "",
            "nobody is told what is found here: purveyor.yaml has no section alerts",
            "set alerts: in purveyor.yaml",
        )
    for variable in settings.secrets:
        if not os.environ.get(variable):
            yield Finding(
                "secret_missing",
                "error",
                "operator",
                variable,
                f"the environment variable {variable}, which purveyor.yaml names, is not set here: alerts cannot be "
                "sent",
                f"set {variable} for the worker; a service takes it from purveyor.env beside purveyor.yaml",
            )


def spark_missing(e: Examination) -> Iterator[Finding]:
    """The engine that is set needs what is not installed."""
    if e.settings.engine != "spark":
        return
    java_home = os.environ.get("JAVA_HOME")
    java = shutil.which("java") or (java_home and shutil.which("java", path=os.path.join(java_home, "bin")))  # noqa: PTH118
    lacking = [name for name, there in (("Java", java), ("pyspark", find_spec("pyspark"))) if not there]
    if lacking:
        yield Finding(
            "engine_missing",
            "error",
            "operator",
            "spark",
            f"the engine is spark, but {' and '.join(lacking)} cannot be found",
            "apt-get install openjdk-17-jre-headless and pip install 'purveyor[spark]', or set engine to duckdb",
        )
