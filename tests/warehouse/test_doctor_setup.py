"""The doctor on what was set up and what should run: the shop file, secrets, engine, jobs, backups, the disk."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import func, select
from typer.testing import CliRunner

from purveyor.main import app
from warehouse.backup.making import make_backup
from warehouse.clock import utc_now
from warehouse.doctor import examine
from warehouse.doctor.findings import Finding, age, share, size
from warehouse.house import Warehouse
from warehouse.jobs.job import Job
from warehouse.jobs.slots import own_slot
from warehouse.jobs.store import JobStore
from warehouse.records import ScheduleState
from warehouse.settings import Settings
from warehouse.shop_file import NAME
from warehouse.stores import open_store
from warehouse.tables import SPEND

NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)

STORES = "stores:\n  main: {currency: EUR, timezone: UTC}\n"
MAIL = "mail: {host: smtp.example, from: p@shop.example, username: p, password_env: TEST_SMTP_PASSWORD}\n"

Write = Callable[..., Warehouse]


@pytest.fixture
def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Write]:
    """Opens a shop of one store whose shop file holds a text, a minute after it was written."""
    monkeypatch.delenv("TEST_SMTP_PASSWORD", raising=False)
    opened: list[Warehouse] = []

    def write(text: str, engine: Literal["duckdb", "spark"] = "duckdb") -> Warehouse:
        file = tmp_path / NAME
        file.write_text(text, encoding="utf-8")
        os.utime(file, (NOW.timestamp() - 60, NOW.timestamp() - 60))
        there = Settings(home=tmp_path / "home", shop_file=file, engine=engine)
        opened.append(Warehouse.open(there, clock=lambda: NOW))
        open_store(opened[-1], "main")
        return opened[-1]

    yield write
    for warehouse in opened:
        warehouse.close()


def only(findings: list[Finding], *codes: str) -> list[tuple[str, str, str]]:
    return [(f.code, f.severity, f.subject) for f in findings if f.code in codes]


def texts(findings: list[Finding], code: str) -> str:
    return "\n".join(f.text for f in findings if f.code == code)


def test_a_file_that_sets_little_is_told_what_it_could_set(shop: Write) -> None:
    findings = examine(shop(STORES))
    assert only(findings, "no_alerts", "no_backup", "no_worker", "shop_file_wrong", "stores_not_applied") == [
        ("no_alerts", "note", ""),
        ("no_worker", "note", ""),
        ("no_backup", "note", ""),
    ]


@pytest.mark.parametrize(
    ("text", "section", "told"),
    [
        (
            "stores:\n  main: {currency: Euro, timezone: UTC}",
            "stores",
            "line 2, stores.main.currency: 'Euro' is no curr",
        ),
        ("stores:\n  main: {currency: EUR}", "stores", "line 2, stores.main: 'timezone' is missing"),
        ("alerts:\n  operator: {mail: [it@shop.example]}", "alerts", "mail needs a server"),
        ("backup: {folder: b, keep_days: 0}", "backup", "line 1, backup.keep_days"),
        ("schedule: {crawl: nightly}", "schedule", "line 1, schedule.crawl: 'nightly' is no cron"),
        ("schedule: {craw: off}", "schedule", "did you mean 'crawl'"),
    ],
)
def test_each_section_is_read_as_its_user_reads_it(shop: Write, text: str, section: str, told: str) -> None:
    jobs = [Job("crawl", "Crawl", "nowhere:crawl", cron="0 3 * * *")]
    findings = examine(shop(text), jobs)
    assert only(findings, "shop_file_wrong") == [("shop_file_wrong", "error", section)]
    assert told in texts(findings, "shop_file_wrong")


def test_stores_changed_in_the_file_wait_for_init(shop: Write) -> None:
    warehouse = shop(STORES.replace("EUR", "GBP"))
    findings = examine(warehouse)
    assert only(findings, "stores_not_applied") == [("stores_not_applied", "warning", "")]
    assert "main" in texts(findings, "stores_not_applied")
    open_store(warehouse, "main", currency="GBP")
    assert only(examine(warehouse), "stores_not_applied") == []


def test_a_secret_that_is_not_set_is_named(shop: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    warehouse = shop(f"{MAIL}alerts:\n  operator: {{mail: it@shop.example, webhook_env: TEST_HOOK}}\n")
    monkeypatch.setenv("TEST_HOOK", "https://chat.example/secret")
    findings = examine(warehouse)
    assert only(findings, "secret_missing", "no_alerts") == [("secret_missing", "error", "TEST_SMTP_PASSWORD")]
    monkeypatch.setenv("TEST_SMTP_PASSWORD", "s3cret")
    assert only(examine(warehouse), "secret_missing") == []


def test_spark_without_java(shop: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    warehouse = shop(STORES, engine="spark")
    monkeypatch.setenv("PATH", "/nowhere")
    monkeypatch.delenv("JAVA_HOME", raising=False)
    findings = examine(warehouse)
    assert only(findings, "engine_missing") == [("engine_missing", "error", "spark")]
    assert "Java" in texts(findings, "engine_missing")
    java = Path(warehouse.settings.home) / "java" / "bin" / "java"
    java.parent.mkdir(parents=True)
    java.touch(mode=0o755)
    monkeypatch.setenv("JAVA_HOME", str(java.parent.parent))
    assert "Java" not in texts(examine(warehouse), "engine_missing")


def test_a_worker_that_runs_is_no_finding(shop: Write) -> None:
    warehouse = shop(STORES)
    with own_slot(warehouse.settings):
        assert only(examine(warehouse), "no_worker") == []


def has_schedules(warehouse: Warehouse) -> bool:
    """Whether a worker has noted yet what is due when, which it does in its rounds."""
    with warehouse.records.reading() as tx:
        return bool(tx.scalar(select(func.count()).select_from(ScheduleState).where(ScheduleState.rule != "")))


def test_a_job_that_failed_and_a_worker_that_died(tmp_path: Path) -> None:
    """With a real worker: the failure's words and its remedy, until a later run is done; schedules without a worker."""
    settings = Settings(home=tmp_path / "home")
    told = tmp_path / "settings.json"
    told.write_text(settings.model_dump_json())
    refuse, here = Job("refuse", "Refuses", "working_jobs:refuse"), Path(__file__).parent
    with Warehouse.open(settings) as warehouse, JobStore.open(settings) as store:
        run = store.enqueue(refuse, {"": utc_now()})[""].run_id
        assert only(examine(warehouse), "job_failed", "no_worker") == []
        worker = subprocess.Popen(
            [sys.executable, "-m", "working_jobs", str(told)],
            env=os.environ | {"PYTHONPATH": str(here)},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        try:
            while not (store.run(run).finished and has_schedules(warehouse)):
                assert worker.poll() is None
                time.sleep(0.1)
            findings = examine(warehouse)
            assert only(findings, "job_failed", "no_worker") == [("job_failed", "warning", "refuse")]
            assert "the file has no rows; send another" in texts(findings, "job_failed")
            assert [f.remedy for f in findings if f.code == "job_failed"] == [
                f"purveyor jobs logs {run}; then purveyor jobs retry {run}"
            ]
            later = Warehouse(
                settings, warehouse.lake, warehouse.records, warehouse.artifacts, lambda: utc_now() + timedelta(days=8)
            )
            assert only(examine(later), "job_failed") == [], "nobody has asked for it again for a week"
        finally:
            worker.kill()
            worker.wait()
        assert only(examine(warehouse), "no_worker") == [("no_worker", "error", "")]


def test_backups(shop: Write, tmp_path: Path) -> None:
    warehouse = shop(f"{STORES}backup: {{folder: backups}}\n")
    late = Warehouse(
        warehouse.settings, warehouse.lake, warehouse.records, warehouse.artifacts, lambda: NOW + timedelta(days=2)
    )
    assert only(examine(warehouse), "backup_old", "no_backup") == [], "the first night is yet to come"
    assert "there is no backup in" in texts(examine(late), "backup_old")
    make_backup(warehouse, tmp_path / "backups")
    assert only(examine(warehouse), "backup_old") == []
    findings = examine(late)
    assert only(findings, "backup_old") == [("backup_old", "error", "")]
    assert "is 2 days old" in texts(findings, "backup_old")


def test_a_full_disk(warehouse: Warehouse, monkeypatch: pytest.MonkeyPatch) -> None:
    real = shutil.disk_usage("/")

    def free(amount: int) -> list[tuple[str, str, str]]:
        monkeypatch.setattr(shutil, "disk_usage", lambda _: real._replace(free=amount))
        return only(examine(warehouse), "disk_full")

    assert free(10**10) == []
    assert free(10**9) == [("disk_full", "warning", "")]
    assert free(10**8) == [("disk_full", "error", "")]
    large = warehouse.settings.scratch / "large"
    large.parent.mkdir(exist_ok=True)
    with large.open("wb") as file:
        file.truncate(20 * 10**9)
    assert free(10**10) == [("disk_full", "warning", "")]
    assert "(scratch 20 GB" in texts(examine(warehouse), "disk_full")


def test_many_small_files(warehouse: Warehouse, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("warehouse.doctor.disk.MANY_FILES", 2)
    for day in range(4):
        row = {"day": NOW.date() + timedelta(days=day), "channel": "a", "campaign": "b", "amount": 1, "currency": "EUR"}
        warehouse.lake.append(SPEND, SPEND.schema.empty_table().from_pylist([row], schema=SPEND.schema))
    assert only(examine(warehouse), "small_files") == [("small_files", "warning", "spend")]
    warehouse.lake.compact(SPEND)
    assert only(examine(warehouse), "small_files") == []


def test_a_table_that_cannot_be_read_is_one_finding_and_the_rest_is_still_looked_at(warehouse: Warehouse) -> None:
    open_store(warehouse, "main")
    for log in (warehouse.settings.lake / "stores" / "_delta_log").glob("*.json"):
        log.write_text("not a log")
    (warehouse.settings.home / "rejects").mkdir()
    for number in range(10):
        path = warehouse.settings.rejects / f"{number}.csv"
        path.touch()
        os.utime(path, (warehouse.clock().timestamp(), warehouse.clock().timestamp()))
    findings = examine(warehouse)
    assert only(findings, "unusable", "rejects") == [
        ("unusable", "error", "LakeError"),
        ("rejects", "warning", "rejects"),
    ]
    assert "table stores" in texts(findings, "unusable")


class TestCommand:
    @pytest.fixture(autouse=True)
    def place(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        for name in list(os.environ):
            if name.upper().startswith("PURVEYOR_"):
                monkeypatch.delenv(name)
        monkeypatch.chdir(tmp_path)

    def test_an_error_is_exit_code_1_and_its_remedy_mends_it(self) -> None:
        ill = CliRunner().invoke(app, ["doctor"])
        assert ill.exit_code == 1
        assert "the home folder takes " in ill.stdout
        assert "error    there is no store yet\n         operator: purveyor init --store main\n" in ill.stdout
        assert CliRunner().invoke(app, ["init", "--store", "main"]).exit_code == 0
        well = CliRunner().invoke(app, ["doctor", "--json"])
        told = json.loads(well.stdout)
        assert (well.exit_code, told["error"]) == (0, 0)
        assert {f["code"] for f in told["findings"]} >= {"no_orders", "no_products"}
        assert told["bytes"]["records.db"] > 0
        assert told["findings"][0].keys() == {"code", "severity", "role", "subject", "text", "remedy"}

    def test_what_keeps_the_house_shut_is_a_finding(self, tmp_path: Path) -> None:
        (tmp_path / NAME).write_text("homes: x\n")
        told = CliRunner().invoke(app, ["doctor", "--json"])
        assert told.exit_code == 1
        (finding,) = json.loads(told.stdout)["findings"]
        assert (finding["code"], finding["severity"]) == ("unusable", "error")
        assert "line 1, homes: no such section" in finding["text"]

    def test_a_lake_of_a_newer_purveyor_is_a_finding(self, tmp_path: Path) -> None:
        lake = tmp_path / ".purveyor" / "lake"
        lake.mkdir(parents=True)
        (lake / "purveyor-lake.json").write_text('{"format": 999}')
        told = CliRunner().invoke(app, ["doctor"])
        assert told.exit_code == 1
        assert "upgrade Purveyor" in told.stdout


@given(part=st.integers(0, 1000), whole=st.integers(1, 1000))
def test_a_share_is_0_or_100_only_where_it_is_exactly_that(part: int, whole: int) -> None:
    part = min(part, whole)
    assert (share(part, whole) == "0%") == (part == 0)
    assert (share(part, whole) == "100%") == (part == whole)


def test_figures_read_well() -> None:
    assert [age(timedelta(hours=h)) for h in (0, 0.5, 3, 30, 48, 80)] == [
        "a minute",
        "30 minutes",
        "3 hours",
        "30 hours",
        "2 days",
        "3 days",
    ]
    assert [size(n) for n in (0, 999, 1500, 123_456_789, 2 * 10**12)] == [
        "0 bytes",
        "999 bytes",
        "1.5 kB",
        "123 MB",
        "2 TB",
    ]
